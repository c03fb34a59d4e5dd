"""Batches of payments, which the bank gets as one file.

Revision ID: 0087
Revises: 0086
"""

from app.db.revisions import run_file

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0087_payment_batches.sql")
