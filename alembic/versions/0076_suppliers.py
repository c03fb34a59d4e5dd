"""Suppliers, with the accounts of those that claims and jobs named before.

Revision ID: 0076
Revises: 0075
"""

from app.db.revisions import run_file

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0076_suppliers.sql")
