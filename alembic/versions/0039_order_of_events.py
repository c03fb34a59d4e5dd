"""Events that wait are numbered in their order, tasks fit their subjects, the guards of the books fail closed.

Revision ID: 0039
Revises: 0038
"""

from pathlib import Path

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"
BEFORE = (
    ("0020_two_walls", "only_open_books("),
    ("0036_shorter", "lock_pots("),
    ("0006_close", "close_month("),
    ("0032_closer", "replay_webhook("),
)
CREATE, REPLACE = "create function ", "create or replace function "


def upgrade() -> None:
    for statement in (SQL / "0039_order_of_events.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Events keep their numbers, and tasks stay as they are: both were wrong before."""
    for file, name in BEFORE:
        texts = (SQL / f"{file}.sql").read_text(encoding="utf-8").replace(CREATE, REPLACE).split("\n--;\n")
        op.get_bind().exec_driver_sql(next(text for text in texts if REPLACE + name in text))
    op.execute("drop function keeps_books()")
