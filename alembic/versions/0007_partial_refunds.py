"""Refunds in parts.

Revision ID: 0007
Revises: 0006
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("order_id", sa.Uuid(), sa.ForeignKey("order.id"), nullable=False, index=True),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("vat_cents", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("refunded_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("refunded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cents > 0 and vat_cents between 0 and cents", name="refund_cents"),
        sa.CheckConstraint("char_length(reason) <= 500", name="refund_reason_length"),
    )
    op.add_column("earning", sa.Column("refunded_cents", sa.BigInteger(), nullable=False, server_default="0"))
    op.create_check_constraint("earning_refunded", "earning", "refunded_cents between 0 and net_cents")
    for statement in (SQL / "0007_refunds.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("refund")
    op.drop_constraint("earning_refunded", "earning")
    op.drop_column("earning", "refunded_cents")
