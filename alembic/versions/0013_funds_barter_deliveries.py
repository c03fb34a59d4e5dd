"""Restricted funds, barter in minutes, deliveries within one legal entity.

Revision ID: 0013
Revises: 0012
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def link(name: str, to: str, *, null: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{to}.id"), nullable=null, index=index)


def upgrade() -> None:
    op.create_table(
        "restricted_fund",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("cooperative_id", "cooperative", index=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("purposes", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cardinality(purposes) between 1 and 20", name="restricted_fund_purposes"),
        sa.CheckConstraint("char_length(title) <= 200", name="restricted_fund_title_length"),
    )
    op.create_table(
        "barter",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("cooperative_id", "cooperative", index=True),
        link("giver_id", "member", index=True),
        link("receiver_id", "member", index=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("minutes > 0 and giver_id <> receiver_id", name="barter_minutes"),
        sa.CheckConstraint("state in ('proposed', 'confirmed', 'declined', 'cancelled')", name="barter_state"),
        sa.CheckConstraint("char_length(title) <= 200", name="barter_title_length"),
    )
    op.create_table(
        "internal_delivery",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("from_cooperative_id", "cooperative", index=True),
        link("to_cooperative_id", "cooperative", index=True),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        link("proposed_by", "person"),
        sa.Column("state", sa.Text(), nullable=False),
        link("answered_by", "person", null=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cents > 0 and from_cooperative_id <> to_cooperative_id", name="internal_delivery_cents"
        ),
        sa.CheckConstraint("state in ('proposed', 'confirmed', 'declined')", name="internal_delivery_state"),
        sa.CheckConstraint("(state = 'proposed') = (answered_by is null)", name="internal_delivery_answered"),
        sa.CheckConstraint("char_length(title) <= 200", name="internal_delivery_title_length"),
    )
    for statement in (SQL / "0013_funds.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in ("internal_delivery", "barter", "restricted_fund"):
        op.drop_table(table)
