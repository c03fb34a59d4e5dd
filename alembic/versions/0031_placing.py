"""An order, its lines and the first line of its trail go in at once.

Revision ID: 0031
Revises: 0030
"""

from pathlib import Path

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0031_placing.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    before = (SQL / "0020_two_walls.sql").read_text(encoding="utf-8").split("\n--;\n")
    op.get_bind().exec_driver_sql(next(text for text in before if "function enter(" in text))
    op.execute('drop function add_order("order", order_line[], order_event[])')
