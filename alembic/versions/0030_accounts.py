"""Postings find their accounts by an index.

Revision ID: 0030
Revises: 0029
"""

from pathlib import Path

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0030_accounts.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    before = (SQL / "0006_close.sql").read_text(encoding="utf-8").split("\n--;\n")
    op.get_bind().exec_driver_sql(next(text for text in before if "function post_journal" in text))
    op.execute("drop index account_key")
