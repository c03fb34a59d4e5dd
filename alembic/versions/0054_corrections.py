"""Reversals: why a booking was undone, by whom, and which other sides agreed to it.

Revision ID: 0054
Revises: 0053
"""

from app.db.revisions import run_file

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0054_corrections.sql")
