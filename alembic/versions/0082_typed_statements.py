"""The lines of a bank statement that somebody typed, and when statements were taken into the books.

Revision ID: 0082
Revises: 0081
"""

from app.db.revisions import run_file

revision = "0082"
down_revision = "0081"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0082_typed_statements.sql")
