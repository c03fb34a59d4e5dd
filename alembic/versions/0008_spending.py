"""Spending from the pot.

Revision ID: 0008
Revises: 0007
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"
STATES = "'draft', 'submitted', 'incomplete', 'approved', 'rejected', 'paid', 'settled', 'cancelled'"
LENGTHS = {"purpose": 60, "title": 200, "supplier": 120, "receipt": 500, "reason": 500}


def link(name: str, to: str, *, null: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{to}.id"), nullable=null, index=index)


def upgrade() -> None:
    op.create_table(
        "spending",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("cooperative_id", "cooperative", index=True),
        link("municipality_id", "municipality", index=True),
        link("member_id", "member", index=True),
        link("agreement_id", "agreement"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        link("requested_by", "person"),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reserved_cents", sa.BigInteger(), nullable=False),
        link("consented_by", "person", null=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        link("decided_by", "person", null=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("spent_cents", sa.BigInteger(), nullable=True),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("lots", JSONB(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cents > 0 and reserved_cents in (0, cents) and spent_cents between 0 and cents", name="spending_cents"
        ),
        sa.CheckConstraint(f"state in ({STATES})", name="spending_state"),
        sa.CheckConstraint(
            "decided_by <> requested_by and consented_by <> requested_by", name="spending_two_people"
        ),
        *(
            sa.CheckConstraint(f"char_length({name}) <= {most}", name=f"spending_{name}_length")
            for name, most in LENGTHS.items()
        ),
    )
    for statement in (SQL / "0008_spending.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("spending")
    op.execute("drop function my_municipalities(text)")
    op.execute("drop function lock_pots(uuid, uuid[])")
