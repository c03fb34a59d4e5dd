"""The trail of power: offices and apps have dates and who gave them, and no office is deleted any more.

Revision ID: 0046
Revises: 0045
"""

from pathlib import Path

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for file in ("0046_power_tables.sql", "0046_power_walls.sql"):
        for statement in (SQL / file).read_text(encoding="utf-8").split("\n--;\n"):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    raise NotImplementedError("offices that ended would be in force again: restore a backup instead")
