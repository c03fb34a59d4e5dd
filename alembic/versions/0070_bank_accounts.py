"""Bank accounts of cooperatives, and the prefixes of their invoices.

Revision ID: 0070
Revises: 0069
"""

from app.db.revisions import run_file

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0070_bank_accounts.sql")
