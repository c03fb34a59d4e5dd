"""An index of transferred earnings by their new member.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_earning_to_member_id", "earning", ["to_member_id"])


def downgrade() -> None:
    op.drop_index("ix_earning_to_member_id", "earning")
