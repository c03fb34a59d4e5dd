"""Cost claims name their VAT and what of it can be deducted.

Revision ID: 0050
Revises: 0049
"""

from app.db.revisions import run_file

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0050_input_vat.sql")
