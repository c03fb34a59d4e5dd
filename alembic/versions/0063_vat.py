"""VAT that the buyer declares, and VAT that is due with the money.

Revision ID: 0063
Revises: 0062
"""

from app.db.revisions import run_file

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0063_vat.sql")
