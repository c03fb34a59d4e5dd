"""Messages: one a person and event, each with its own state.

Revision ID: 0038
Revises: 0037
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False, index=True),
        sa.Column("event_id", sa.Uuid(), sa.ForeignKey("outbox.id"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("event_id", "kind", "recipient_id", "channel"),
        sa.CheckConstraint("channel in ('mail')", name="message_channel"),
        sa.CheckConstraint("language in ('nl', 'en')", name="message_language"),
        sa.CheckConstraint("state in ('waiting', 'sent', 'refused')", name="message_state"),
        sa.CheckConstraint("(state = 'waiting') = (done_at is null)", name="message_done"),
        sa.CheckConstraint("char_length(kind) <= 60", name="message_kind_length"),
        sa.CheckConstraint("char_length(note) <= 200", name="message_note_length"),
    )
    waiting = sa.text("state = 'waiting'")
    op.create_index("message_waiting", "message", ["next_try_at"], postgresql_where=waiting)
    for statement in (SQL / "0038_messages.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("message")
