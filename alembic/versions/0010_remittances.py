"""Remittances to municipalities.

Revision ID: 0010
Revises: 0009
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def link(name: str, to: str, *, null: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{to}.id"), nullable=null, index=index)


def upgrade() -> None:
    op.create_table(
        "remittance",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("cooperative_id", "cooperative"),
        link("municipality_id", "municipality", index=True),
        sa.Column("after", sa.Date(), nullable=True),
        sa.Column("through", sa.Date(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("lines", JSONB(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        link("reported_by", "person"),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        link("invoiced_by", "person", null=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("cooperative_id", "through"),
        sa.CheckConstraint("cents > 0", name="remittance_cents"),
        sa.CheckConstraint("state in ('reported', 'invoiced', 'settled')", name="remittance_state"),
        sa.CheckConstraint("(state = 'reported') = (invoiced_by is null)", name="remittance_invoiced"),
        sa.CheckConstraint("char_length(reference) <= 60", name="remittance_reference_length"),
    )
    for statement in (SQL / "0010_remittances.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("remittance")
