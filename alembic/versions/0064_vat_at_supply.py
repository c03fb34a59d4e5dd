"""Lines of an order that are stated anew at supply, and dated spells of the small-business scheme.

Revision ID: 0064
Revises: 0063
"""

from app.db.revisions import run_file

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0064_vat_at_supply.sql")
