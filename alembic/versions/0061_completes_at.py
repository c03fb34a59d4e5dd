"""The moment at which no answer of the customer completes an order, since its day of delivery may be entered later.

Revision ID: 0061
Revises: 0060
"""

from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('alter table "order" add column completes_at timestamptz')
