"""A municipality reads sums that tell of no member: the lines of a remittance have a table of their own.

Revision ID: 0047
Revises: 0046
"""

from app.db.revisions import run_file

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0047_figures.sql")
