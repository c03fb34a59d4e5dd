"""Credits by line, repayments and write-offs in place of refunds; costs are no part of what an earning shares.

Revision ID: 0062
Revises: 0061
"""

from app.db.revisions import run_file

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0062_order_money.sql")
