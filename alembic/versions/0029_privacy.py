"""What is private is erased when somebody asks, and in time by itself; a customer who orders twice waits for nobody.

Revision ID: 0029
Revises: 0028
"""

from pathlib import Path

from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0029_privacy.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop function erase_me(bigint)")
    op.execute("drop function forget_old(timestamptz, timestamptz)")
    op.execute("drop function first_id(timestamptz)")
