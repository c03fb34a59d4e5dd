"""The write-offs of a cooperative are listed.

Revision ID: 0068
Revises: 0067
"""

from app.db.revisions import run_file

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0068_write_offs.sql")
