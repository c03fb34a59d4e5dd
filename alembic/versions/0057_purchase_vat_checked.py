"""The check of the VAT of credits holds for all rows.

Revision ID: 0057
Revises: 0056
"""

from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table purchase_credit validate constraint purchase_credit_vat")
