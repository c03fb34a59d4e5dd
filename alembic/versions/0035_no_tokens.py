"""What a request key keeps of an order has no token of a status link in it.

Revision ID: 0035
Revises: 0034
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    rewrite("outcome #> '{result,order}'")


def downgrade() -> None:
    rewrite("jsonb_build_object('order', outcome -> 'result', 'guest_token', null)")


def rewrite(result: str) -> None:
    """Give what was kept of each order another form; the owner sees the keys of others for as long as that takes."""
    op.execute("alter table idempotency no force row level security")
    op.execute(f"""update idempotency set outcome = jsonb_set(outcome, '{{result}}', {result})
                    where verb = 'place_order' and outcome -> 'result' is not null""")
    op.execute("alter table idempotency force row level security")
