"""Ballots of collectives.

Revision ID: 0014
Revises: 0013
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table(
        "ballot",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False, index=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("casts", JSONB(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("cents > 0 and members > 0 and basis_points between 1 and 10000", name="ballot_cents"),
        sa.CheckConstraint("state in ('open', 'accepted', 'rejected', 'paid')", name="ballot_state"),
        sa.CheckConstraint("(state = 'paid') = (paid_on is not null)", name="ballot_paid"),
        sa.CheckConstraint("char_length(title) <= 200", name="ballot_title_length"),
        sa.CheckConstraint("char_length(supplier) <= 120", name="ballot_supplier_length"),
    )
    for statement in (SQL / "0014_ballots.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("ballot")
    op.execute("drop function my_cooperatives()")
