"""Events in the order in which they came in, apps behind the second wall, words about people that can be forgotten.

Revision ID: 0032
Revises: 0031
"""

from pathlib import Path

from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0032_closer.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("alter table app no force row level security")
    op.execute("alter table app disable row level security")
    for policy in ("own", "work", "books"):
        op.execute(f"drop policy {policy} on app")
    for table in ("order_event", "member_event"):
        op.execute(f"drop trigger append_only on {table}")
        op.execute(
            f"create trigger append_only before update or delete on {table} for each row execute function refuse_change()"
        )
        op.execute(f"revoke update (note) on {table} from samen_books")
    op.execute("drop function refuse_change_of_trail()")
    for file, name in (("0023_feed_and_webhooks", "replay_webhook"), ("0029_privacy", "erase_me"), ("0029_privacy", "forget_old")):
        before = (SQL / f"{file}.sql").read_text(encoding="utf-8").split("\n--;\n")
        text = next(text for text in before if f"create function {name}(" in text)
        op.get_bind().exec_driver_sql(text.replace("create function", "create or replace function"))
    op.execute("alter table webhook_delivery drop column name")
    op.execute("drop index outbox_to_publish")
    op.execute("alter table outbox drop column entered")
    op.execute("create index outbox_to_publish on outbox (id) where audience is not null and position is null")
