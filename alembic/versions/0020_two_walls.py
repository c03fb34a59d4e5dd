"""Who left keeps only their own books; who votes is fixed; nobody posts to books that are not open to them.

Revision ID: 0020
Revises: 0019
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("ballot", sa.Column("voter_ids", sa.ARRAY(sa.Uuid()), nullable=False, server_default="{}"))
    op.execute(
        "update ballot b set voter_ids = coalesce((select array_agg(m.id order by m.id) from member m"
        " where m.cooperative_id = b.cooperative_id and m.state in ('member', 'paused')), '{}')"
    )
    op.alter_column("ballot", "voter_ids", server_default=None)
    for statement in (SQL / "0020_two_walls.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """The walls stay as they are: what they let through before was a mistake."""
    op.execute("drop trigger only_open_books on journal")
    op.execute("drop function only_open_books()")
    op.drop_column("ballot", "voter_ids")
