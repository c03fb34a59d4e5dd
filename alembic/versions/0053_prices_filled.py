"""Prices with VAT inside, what a consumer pays, and net and VAT of each line of an order: their values, and who buys.

Revision ID: 0053
Revises: 0052
"""

from app.db.revisions import run_file

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0053_prices_filled.sql")
