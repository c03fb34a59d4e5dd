"""Webhooks can be removed; what waits for one that is switched on again is due at once; a cursor can be checked.

Revision ID: 0027
Revises: 0026
"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("grant delete on webhook, webhook_delivery to samen_app")
    op.execute("grant update (next_try_at) on webhook_delivery to samen_app")
    op.execute("grant select on feed_head to samen_app")


def downgrade() -> None:
    op.execute("revoke delete on webhook, webhook_delivery from samen_app")
    op.execute("revoke update (next_try_at) on webhook_delivery from samen_app")
    op.execute("revoke select on feed_head from samen_app")
