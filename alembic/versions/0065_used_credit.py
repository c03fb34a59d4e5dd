"""What is owed back on an order may pay another order.

Revision ID: 0065
Revises: 0064
"""

from app.db.revisions import run_file

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0065_used_credit.sql")
