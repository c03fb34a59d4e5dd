"""Former members see no customers; erasure reaches what others wrote and were answered; repeats ask rights again.

Revision ID: 0041
Revises: 0040
"""

from pathlib import Path

from sqlalchemy import text

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"
BEFORE = (("0036_shorter", "enter"), ("0032_closer", "erase_me"), ("0032_closer", "forget_old"))
GONE = (
    "record_outcome(text, text, text, timestamptz, jsonb, uuid[], uuid[])",
    "forget_answers(uuid[])",
    "forget_words(uuid[])",
    "forget_facts(uuid[], jsonb)",
    'contact_kept("order", bigint)',
    'owed_back("order")',
    "lock_me()",
    "my_standing()",
    "i_acted_as(uuid)",
    "customer_is_there()",
    "refuse_change_of_refund()",
    "my_current_members()",
)


def _statements(name: str) -> list[str]:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").split("\n--;\n")


def upgrade() -> None:
    for statement in _statements("0041_privacy"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop function forget_old(timestamptz, timestamptz, bigint)")
    for file, name in BEFORE:
        named = f"create or replace function {name}("
        op.get_bind().exec_driver_sql(next(old for old in _statements(file) if named in old))
    op.execute("revoke all on function forget_old(timestamptz, timestamptz) from public")
    op.execute("alter function forget_old(timestamptz, timestamptz) owner to samen_books")
    op.execute("grant execute on function forget_old(timestamptz, timestamptz) to samen_worker")
    policies = {"order": "own_and_staff", "assignment": "seen"}
    for table, policy in policies.items():
        sql = text("select qual, with_check from pg_policies where tablename = :table and policyname = :policy")
        sides = op.get_bind().execute(sql, {"table": table, "policy": policy})
        using, check = ((side or "").replace("my_current_members", "my_members") for side in sides.one())
        more = f" with check ({check})" if check else ""
        op.get_bind().exec_driver_sql(f'alter policy {policy} on "{table}" using ({using}){more}')
    op.execute('drop trigger customer_is_there on "order"')
    op.execute("drop trigger append_only on refund")
    op.execute(
        "create trigger append_only before update or delete on refund for each row execute function refuse_change()"
    )
    op.execute("revoke update (reason) on refund from samen_books")
    op.execute("drop index idempotency_about")
    op.execute("alter table idempotency drop column about")
    for function in GONE:
        op.execute(f"drop function {function}")
