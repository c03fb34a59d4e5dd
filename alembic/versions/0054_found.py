"""Orders have the app's own number, the days within which they are paid, and the moment of their last change.

Revision ID: 0054
Revises: 0053
"""

from app.db.revisions import run_file

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0054_found.sql")
