"""Dated permissions with sealed text.

Revision ID: 0009
Revises: 0008
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def link(name: str, to: str, *, null: bool = False, index: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Uuid(), sa.ForeignKey(f"{to}.id"), nullable=null, index=index)


def upgrade() -> None:
    op.create_table(
        "permission",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("cooperative_id", "cooperative", index=True),
        link("municipality_id", "municipality", index=True),
        link("member_id", "member", index=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        link("given_by", "person"),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("withdrawn_from", sa.Date(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind in ('permission', 'obligation')", name="permission_kind"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_from is not null)", name="permission_state"),
        sa.CheckConstraint("until >= starts_on", name="permission_dates"),
    )
    op.create_table(
        "sealed_key",
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("member.id"), primary_key=True),
        link("cooperative_id", "cooperative", index=True),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "permission_read",
        sa.Column("id", sa.Uuid(), primary_key=True),
        link("permission_id", "permission"),
        link("member_id", "member", index=True),
        link("cooperative_id", "cooperative"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        link("person_id", "person", null=True),
        link("app_id", "app", null=True),
    )
    for statement in (SQL / "0009_permissions.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in ("permission_read", "sealed_key", "permission"):
        op.drop_table(table)
