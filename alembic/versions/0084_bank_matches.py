"""Where bank lines are placed.

Revision ID: 0084
Revises: 0082
"""

from app.db.revisions import run_file

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0084_bank_matches.sql")
