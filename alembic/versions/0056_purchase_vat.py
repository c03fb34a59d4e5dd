"""A joint purchase of goods for taxed work: its VAT is deducted.

Revision ID: 0056
Revises: 0055
"""

from app.db.revisions import run_file

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0056_purchase_vat.sql")
