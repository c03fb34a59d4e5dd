"""Allowances from the cooperative fund, and the fund's own year.

Revision ID: 0004
Revises: 0003
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table(
        "fund_year",
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), primary_key=True),
        sa.Column("year", sa.Integer(), primary_key=True),
    )
    op.create_table(
        "fund_month",
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), primary_key=True),
        sa.Column("month", sa.Date(), primary_key=True),
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), primary_key=True),
        sa.Column("kept_cents", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "allowance",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False, index=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("member.id"), nullable=False, index=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("granted_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reversed_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cents > 0", name="allowance_cents"),
        sa.CheckConstraint("kind in ('monthly_allowance', 'hourly_allowance', 'premium')", name="allowance_kind"),
        sa.CheckConstraint("state in ('granted', 'reversed')", name="allowance_state"),
        sa.CheckConstraint("char_length(reason) <= 500", name="allowance_reason_length"),
    )
    for statement in (SQL / "0004_fund.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in ("allowance", "fund_month", "fund_year"):
        op.drop_table(table)
