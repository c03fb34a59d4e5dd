"""Postings ask less often; one look at a statement's entries says whether their journals balance.

Revision ID: 0033
Revises: 0032
"""

from pathlib import Path

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0033_posting.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop trigger balances on entry")
    for file, name in (("0002_ledger", "function require_balance()"), ("0030_accounts", "function post_journal(")):
        before = (SQL / f"{file}.sql").read_text(encoding="utf-8").split("\n--;\n")
        text = next(text for text in before if name in text)
        op.get_bind().exec_driver_sql(text.replace("create function", "create or replace function"))
    op.execute(
        "create constraint trigger balances after insert on entry deferrable initially deferred"
        " for each row execute function require_balance()"
    )
    op.execute("drop function require_balances()")
    op.execute("drop function open_accounts(uuid, text, jsonb)")
