"""Where bank lines are placed.

Revision ID: 0084
Revises: 0080
"""

from app.db.revisions import run_file

revision = "0084"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0084_bank_matches.sql")
