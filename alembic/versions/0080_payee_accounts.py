"""Bank accounts of creditors, to which a cooperative pays.

Revision ID: 0080
Revises: 0076
"""

from app.db.revisions import run_file

revision = "0080"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0080_payee_accounts.sql")
