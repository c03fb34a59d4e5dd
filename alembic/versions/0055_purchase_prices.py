"""A joint purchase is billed: real prices, the day on which an article came, and the total.

Revision ID: 0055
Revises: 0054
"""

from app.db.revisions import run_file

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0055_purchase_prices.sql")
