"""A joint purchase of goods for taxed work: its VAT is deducted.

Revision ID: 0057
Revises: 0056
"""

from app.db.revisions import run_file

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0057_purchase_vat.sql")
