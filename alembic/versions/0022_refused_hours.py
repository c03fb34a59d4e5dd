"""Hours that were reported can be refused, with a reason.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assignment_hours", sa.Column("refused_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True))
    op.add_column("assignment_hours", sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("assignment_hours", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.alter_column("assignment_hours", "reason", server_default=None)
    op.create_check_constraint("assignment_hours_reason_length", "assignment_hours", "char_length(reason) <= 500")
    op.create_check_constraint(
        "assignment_hours_decided", "assignment_hours", "approved_at is null or refused_at is null"
    )
    op.execute("grant update (refused_by, refused_at, reason) on assignment_hours to samen_app")


def downgrade() -> None:
    op.drop_column("assignment_hours", "reason")
    op.drop_column("assignment_hours", "refused_at")
    op.drop_column("assignment_hours", "refused_by")
