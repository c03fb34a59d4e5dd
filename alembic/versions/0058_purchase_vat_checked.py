"""The check of the VAT of credits holds for all rows.

Revision ID: 0058
Revises: 0057
"""

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table purchase_credit validate constraint purchase_credit_vat")
