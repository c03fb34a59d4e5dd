"""Apps log in with a key of their own; when they did last.

Revision ID: 0025
Revises: 0024
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("app", sa.Column("keys", JSONB(), nullable=False, server_default="[]"))
    op.alter_column("app", "keys", server_default=None)
    op.add_column("app", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "client_assertion",
        sa.Column("app_id", sa.Uuid(), primary_key=True),
        sa.Column("assertion_id", sa.Text(), primary_key=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
    )
    for statement in (SQL / "0025_apps_that_sign.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for function in ("use_client(text, text, timestamptz)", "client_keys(text)",
                     "use_assertion(text, text, timestamptz, timestamptz)"):
        op.execute(f"drop function {function}")
    op.drop_table("client_assertion")
    op.drop_column("app", "last_used_at")
    op.drop_column("app", "keys")
