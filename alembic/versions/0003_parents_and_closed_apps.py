"""An agreement keeps its parent; an app that is shut out carries nobody in; a name that comes later is kept.

Revision ID: 0003
Revises: 0002
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("agreement", sa.Column("parent_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=True))
    op.execute(
        "update agreement a set parent_id = c.umbrella_id from cooperative c"
        " where c.id = a.cooperative_id and a.rules @> '[{\"to\": \"parent\"}]'"
    )
    run(SQL / "0003_identity.sql")


def downgrade() -> None:
    op.drop_column("agreement", "parent_id")


def run(file: Path) -> None:
    """Statements are separated by a line of `--;`, so that function bodies may hold semicolons."""
    for statement in file.read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)
