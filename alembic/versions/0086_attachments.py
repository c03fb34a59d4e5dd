"""Files that people add to bills, claims and purchases.

Revision ID: 0086
Revises: 0080
"""

from app.db.revisions import run_file

revision = "0086"
down_revision = "0085"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0086_attachments.sql")
