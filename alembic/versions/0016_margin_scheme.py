"""The margin scheme for second-hand goods.

Revision ID: 0016
Revises: 0015
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql" / "0015_catalogue.sql"
SCHEME = "when c.small_business_from <= current_date then 0"


def upgrade() -> None:
    for table in ("offering", "order_line"):
        op.add_column(table, sa.Column("purchase_cents", sa.BigInteger(), nullable=True))
    both = SQL.read_text(encoding="utf-8").replace(SCHEME, SCHEME.replace(" then", " or o.vat_class = 'margin' then"))
    op.get_bind().exec_driver_sql(both)


def downgrade() -> None:
    op.get_bind().exec_driver_sql(SQL.read_text(encoding="utf-8"))
    for table in ("offering", "order_line"):
        op.drop_column(table, "purchase_cents")
