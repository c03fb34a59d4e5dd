"""What an invoice and a shop show of a cooperative, and within how many days its customers pay.

Revision ID: 0048
Revises: 0047
"""

from app.db.revisions import run_file

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0048_details.sql")
