"""Payouts: money that went to creditors.

Revision ID: 0078
Revises: 0076
"""

from app.db.revisions import run_file

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0078_payouts.sql")
