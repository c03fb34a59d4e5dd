"""What an invoice and a shop show of a cooperative, and within how many days its customers pay.

Revision ID: 0049
Revises: 0048
"""

from app.db.revisions import run_file

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0049_details.sql")
