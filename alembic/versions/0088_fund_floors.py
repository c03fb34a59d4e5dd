"""How low people may bring the fund of a cooperative.

Revision ID: 0088
Revises: 0087
"""

from app.db.revisions import run_file

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0088_fund_floors.sql")
