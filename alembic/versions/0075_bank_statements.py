"""Bank statements and their lines; from the first one on, what people record waits in transit.

Revision ID: 0075
Revises: 0074
"""

from app.db.revisions import run_file

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0075_bank_statements.sql")
