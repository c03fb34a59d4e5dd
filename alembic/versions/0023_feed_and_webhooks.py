"""Events as a feed, and webhooks.

Revision ID: 0023
Revises: 0022
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("audience", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column("outbox", sa.Column("sequence", sa.Integer(), nullable=True))
    op.add_column("outbox", sa.Column("app_id", sa.Uuid(), sa.ForeignKey("app.id"), nullable=True))
    op.create_index("outbox_feed", "outbox", ["position"], unique=True)
    waiting = sa.text("audience is not null and position is null")
    op.create_index("outbox_to_publish", "outbox", ["id"], postgresql_where=waiting)
    op.create_table(
        "feed_head",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="feed_head_only"),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("app_id", sa.Uuid(), sa.ForeignKey("app.id"), nullable=False, index=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        sa.Column("old_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("char_length(url) <= 1000", name="webhook_url_length"),
        sa.CheckConstraint("char_length(reason) <= 200", name="webhook_reason_length"),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("webhook_id", sa.Uuid(), sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("app_id", sa.Uuid(), sa.ForeignKey("app.id"), nullable=False),
        sa.Column("event_id", sa.Uuid(), sa.ForeignKey("outbox.id"), nullable=False, index=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint("webhook_id", "event_id"),
        sa.CheckConstraint("state in ('waiting', 'delivered', 'failed')", name="webhook_delivery_state"),
        sa.CheckConstraint("char_length(note) <= 200", name="webhook_delivery_note_length"),
    )
    still = sa.text("state = 'waiting'")
    columns = ["webhook_id", "subject_id", "position"]
    op.create_index("webhook_delivery_waiting", "webhook_delivery", columns, postgresql_where=still)
    op.create_index("webhook_delivery_due", "webhook_delivery", ["next_try_at"], postgresql_where=still)
    for statement in (SQL / "0023_feed_and_webhooks.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop function replay_webhook(uuid, bigint, text[], integer, timestamptz)")
    op.execute("drop function app_of_order(uuid)")
    op.drop_table("webhook_delivery")
    op.drop_table("webhook")
    op.drop_table("feed_head")
    op.execute("drop policy feed on outbox")
    for column in ("app_id", "sequence", "position", "audience"):
        op.drop_column("outbox", column)
