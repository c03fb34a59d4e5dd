"""Debts of members who left, written off against the fund.

Revision ID: 0089
Revises: 0088
"""

from app.db.revisions import run_file

revision = "0089"
down_revision = "0088"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0089_debt_write_offs.sql")
