"""One query for everything that each request needs.

Revision ID: 0017
Revises: 0016
"""

from pathlib import Path

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql" / "0017_round_trips.sql"
FUNCTIONS = (
    "lock_year(uuid, uuid[], integer)",
    "fund_totals(uuid, integer)",
    "member_totals(uuid[], integer)",
    "enter_with_key(text, text, text, text, text, text, timestamptz)",
)


def upgrade() -> None:
    for statement in SQL.read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
