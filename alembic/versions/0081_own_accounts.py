"""Several own bank accounts of a cooperative; customers pay to one of them.

Revision ID: 0081
Revises: 0080
"""

from app.db.revisions import run_file

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0081_own_accounts.sql")
