"""What a request always asks for is asked for at once, and a journal is booked with less work.

Revision ID: 0017
Revises: 0016
"""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"
FUNCTIONS = (
    "open_accounts(uuid, text, jsonb)",
    "require_balanced_lines()",
    "lock_year(uuid, uuid[], integer)",
    "fund_totals(uuid, integer)",
    "member_totals(uuid[], integer)",
    "enter_with_key(text, text, text, text, text, text, timestamptz)",
)


def _statements(file: str) -> list[str]:
    return (SQL / file).read_text().split("\n--;\n")


def upgrade() -> None:
    for statement in (*_statements("0017_round_trips.sql"), *_statements("0017_post_journal.sql")):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop trigger balances on entry")
    before = [*_statements("0006_close.sql"), *_statements("0002_ledger.sql")]
    for statement in before:
        if statement.startswith(("create or replace function post_journal", "create constraint trigger balances after insert on entry")):
            op.get_bind().exec_driver_sql(statement)
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
