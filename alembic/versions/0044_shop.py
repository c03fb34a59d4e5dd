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


def downgrade() -> None:
    op.execute("drop function add_person(text, text, text, text)")
    op.execute("alter table stock_hold drop column edition")
    op.execute("alter table offering drop constraint offering_hidden_by")
    op.execute("alter table offering drop column hidden_by")
