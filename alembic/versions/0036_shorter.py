"""Placing and paying cost the database less: who acts, request keys, locks, postings, the walls of what is written.

Revision ID: 0036
Revises: 0035
"""

from pathlib import Path

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0036_shorter.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


BEFORE = (
    *(("0031_placing", "function enter("), ("0017_round_trips", "function enter_with_key(")),
    *(("0020_two_walls", "function lock_pots("), ("0017_round_trips", "function lock_year(")),
    *(("0011_seals", "function journal_text("), ("0011_seals", "function journal_digest(")),
    *(("0002_ledger", "function legs_digest("), ("0033_posting", "function post_journal(")),
)
POSTING = "post_journal(uuid, uuid, text, text, uuid, integer, text, date, uuid, uuid, jsonb)"


def downgrade() -> None:
    op.execute("drop function enter_with_key(text, text, text, text, text)")
    op.execute("drop function lock_pots(uuid, uuid[])")
    op.execute("drop function post_journals(jsonb)")
    for file, name in BEFORE:
        before = (SQL / f"{file}.sql").read_text(encoding="utf-8").split("\n--;\n")
        text = next(text for text in before if name in text)
        op.get_bind().exec_driver_sql(text.replace("create function", "create or replace function"))
    for function in ("lock_pots(uuid, uuid[])", POSTING):
        op.execute(f"alter function {function} owner to samen_books")
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to samen_app, samen_books")
    staff, mine = "cooperative_id = any((select my_staff())::uuid[])", "member_id = any((select my_members())::uuid[])"
    for table in ("order_line", "order_event"):
        exists = 'exists (select 1 from "order" o where o.id = order_id)'
        op.execute(f"alter policy own_and_staff on {table} with check ({exists})")
    op.execute("drop function sees_order(uuid)")
    op.execute(f"alter policy own_and_staff on payment with check ({staff})")
    op.execute(f"alter policy own_and_staff on fund_month using ({staff}) with check ({staff})")
    for table in ("member_year", "member_month", "earning"):
        op.execute(f"alter policy own_and_staff on {table} using ({staff} or {mine}) with check ({staff})")
