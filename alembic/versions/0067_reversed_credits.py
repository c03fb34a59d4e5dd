"""Credits of suppliers, and of the orders of jobs, can be undone.

Revision ID: 0067
Revises: 0066
"""

from app.db.revisions import run_file

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0067_reversed_credits.sql")
