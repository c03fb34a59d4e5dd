"""A municipality reads sums that tell of no member: the lines of a remittance have a table of their own.

Revision ID: 0047
Revises: 0045
"""

from pathlib import Path

from alembic import op

revision = "0047"
down_revision = "0045"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for name in ("0047_figures_tables.sql", "0047_figures_walls.sql"):
        for statement in (SQL / name).read_text(encoding="utf-8").split("\n--;\n"):
            op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("alter table remittance add column lines jsonb not null default '[]'")
    op.execute("update remittance r set lines = s.lines from specification s where s.id = r.id")
    op.execute("alter table remittance alter column lines drop default")
    op.execute("alter table remittance drop column by_rule, drop column by_month, drop column recomputed")
    op.execute("drop table specification")
    op.execute("drop table replay_figures")
