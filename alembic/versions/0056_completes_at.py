"""The moment at which no answer of the customer completes an order, since its day of delivery may be entered later.

Revision ID: 0056
Revises: 0055
"""

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('alter table "order" add column completes_at timestamptz')
