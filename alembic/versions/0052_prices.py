"""Prices with VAT inside, what a consumer pays, and net and VAT of each line of an order: the columns.

Revision ID: 0052
Revises: 0051
"""

from app.db.revisions import run_file

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0052_prices.sql")
