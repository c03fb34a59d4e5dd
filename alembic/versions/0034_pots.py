"""The read model of a member's pot.

Revision ID: 0034
Revises: 0033
"""

from pathlib import Path

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for statement in (Path(__file__).parent / "sql" / "0034_pots.sql").read_text().split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop view pot_line")
    op.execute("drop view pot")
    op.execute("drop index earning_pending")
    op.execute("revoke select on alembic_version from samen_app")
