"""The check of what cost claims name of VAT holds for all rows.

Revision ID: 0051
Revises: 0050
"""

from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("alter table cost_claim validate constraint cost_claim_vat")
