"""The trail of power: offices and apps have dates and who gave them, and no office is deleted any more.

Revision ID: 0046
Revises: 0045
"""

from app.db.revisions import run_file

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0046_power.sql")
