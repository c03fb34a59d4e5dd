"""Journals have result lines, and accounts the codes of the chart.

Revision ID: 0048
Revises: 0047
"""

from app.db.revisions import run_file

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0048_results.sql")
