"""Orders have the app's own number, the days within which they are paid, and the moment of their last change.

Revision ID: 0059
Revises: 0058
"""

from app.db.revisions import run_file

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0059_found.sql")
