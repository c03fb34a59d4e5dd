"""What clients spent of their rate.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rate_window",
        sa.Column("client", sa.Text(), primary_key=True),
        sa.Column("began", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("spent", sa.Integer(), nullable=False),
        prefixes=["UNLOGGED"],
    )
    op.execute("grant select, insert, update on rate_window to samen_app")
    op.execute("grant select, delete on rate_window to samen_worker")
    op.execute("grant select, insert, update, delete on rate_window to samen_books")


def downgrade() -> None:
    op.drop_table("rate_window")
