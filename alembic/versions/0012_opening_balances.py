"""Totals from before the books began.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("member_month", "fund_month"):
        op.add_column(table, sa.Column("opening_cents", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    for table in ("member_month", "fund_month"):
        op.drop_column(table, "opening_cents")
