"""The chain of seals over the journals, and the checks of the books that were run.

Revision ID: 0011
Revises: 0010
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table(
        "seal",
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("journals", sa.Integer(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "seal_item",
        sa.Column("journal_id", sa.Uuid(), primary_key=True),
        sa.Column("cooperative_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.UniqueConstraint("cooperative_id", "number", "position"),
    )
    op.create_table(
        "book_check",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("broken", JSONB(), nullable=False),
    )
    op.create_index("book_check_waiting", "book_check", ["asked_at"], postgresql_where=sa.text("checked_at is null"))
    for statement in (SQL / "0011_seals.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for statement in (SQL / "0011_downgrade.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)
    for table in ("book_check", "seal_item", "seal"):
        op.drop_table(table)
