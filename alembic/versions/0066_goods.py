"""A line of an order says whether it sells goods or a service.

Revision ID: 0066
Revises: 0065
"""

from app.db.revisions import run_file

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0066_goods.sql")
