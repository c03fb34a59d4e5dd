"""Counts of the cash of a cooperative.

Revision ID: 0083
Revises: 0087
"""

from app.db.revisions import run_file

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0083_cash_counts.sql")
