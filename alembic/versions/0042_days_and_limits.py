"""Days that people type have bounds, months keep their legal limit, claims above the net have a third person.

Revision ID: 0042
Revises: 0041
"""

from pathlib import Path

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0042_days_and_limits.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    before = (SQL / "0017_round_trips.sql").read_text(encoding="utf-8").split("\n--;\n")
    text = next(text for text in before if "function member_totals(" in text)
    op.get_bind().exec_driver_sql(text.replace("create function", "create or replace function"))
    op.execute("drop trigger by_the_version_in_force on journal")
    op.execute("drop function check_version() cascade")
    op.execute("drop function refuse_day() cascade")
    op.execute("drop function books_from(uuid)")
    op.execute("alter table member_month drop column law_cents, drop column law_year_cents")
    op.execute("alter table cost_claim drop column confirmed_by")
