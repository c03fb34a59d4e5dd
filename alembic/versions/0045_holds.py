"""Holds have the second wall, and an index for the list of those that are open.

Revision ID: 0045
Revises: 0044
"""

from pathlib import Path

from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0045_holds.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("revoke update (state) on stock_hold from samen_app")
    op.execute("grant update on stock_hold to samen_app")
    op.execute("drop index stock_hold_open")
    op.execute("alter table stock_hold no force row level security")
    op.execute("alter table stock_hold disable row level security")
    op.execute("drop policy own_and_staff on stock_hold")
    op.execute("drop policy books on stock_hold")
