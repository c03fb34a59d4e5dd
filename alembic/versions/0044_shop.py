"""What hides an offering, the edition that a hold keeps, and addresses that coordinators give.

Revision ID: 0044
Revises: 0043
"""

from pathlib import Path

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0044_shop.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


TRIGGERS = {
    "person_is_there": ("office", "member"),
    "another_person_is_there": ("member",),
    "member_is_there": ("assignment_part", "offering", "wish", "spending"),
    "member_is_still_there": ("assignment_part",),
    "maker_sells": ("offering",),
    "maker_still_sells": ("offering",),
    "is_on_sale": ("order_line",),
}


def downgrade() -> None:
    for trigger, tables in TRIGGERS.items():
        for table in tables:
            op.execute(f"drop trigger {trigger} on {table}")
    for function in ("person_is_there", "member_is_there", "maker_sells", "is_on_sale"):
        op.execute(f"drop function {function}()")
    op.execute("drop function add_person(text, text, text, text)")
    op.execute("alter table stock_hold drop column edition, drop column purchase_cents")
    op.execute("alter table offering drop constraint offering_hidden_by")
    op.execute("alter table offering drop column hidden_by")
