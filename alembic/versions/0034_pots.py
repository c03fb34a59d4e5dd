"""The read model of a member's pot; a secret ends where keys begin; the probe sees the revision.

Revision ID: 0034
Revises: 0033
"""

from pathlib import Path

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0034_pots.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop view pot_line")
    op.execute("drop view pot")
    op.execute("drop index earning_pending")
    op.execute("revoke select on alembic_version from samen_app")
    before = (SQL / "0025_apps_that_sign.sql").read_text(encoding="utf-8").split("\n--;\n")
    op.get_bind().exec_driver_sql(before[0].replace("create function", "create or replace function"))
