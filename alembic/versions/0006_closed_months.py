"""Months are closed with the bank's word and a digest; nobody posts while one is being closed.

Revision ID: 0006
Revises: 0005
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("period", sa.Column("closed_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True))
    op.add_column("period", sa.Column("bank_cents", sa.BigInteger(), nullable=True))
    op.add_column("period", sa.Column("digest", sa.LargeBinary(), nullable=True))
    for statement in (SQL / "0006_close.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop function close_month(uuid, date, timestamptz, uuid, bigint)")
    for name in ("closed_by", "bank_cents", "digest"):
        op.drop_column("period", name)
