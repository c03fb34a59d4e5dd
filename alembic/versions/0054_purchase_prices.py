"""A joint purchase is billed: real prices, the day on which an article came, and the total.

Revision ID: 0054
Revises: 0053
"""

from app.db.revisions import run_file

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0054_purchase_prices.sql")
