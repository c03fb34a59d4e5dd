"""Bills of suppliers and members.

Revision ID: 0077
Revises: 0076
"""

from app.db.revisions import run_file

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0077_bills.sql")
