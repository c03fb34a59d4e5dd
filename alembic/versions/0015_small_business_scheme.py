"""The small-business scheme of a cooperative.

Revision ID: 0015
Revises: 0014
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("cooperative", sa.Column("small_business_from", sa.Date(), nullable=True))
    op.get_bind().exec_driver_sql((SQL / "0015_catalogue.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    view = (SQL / "0002_catalogue.sql").read_text(encoding="utf-8").split("\n--;\n")[0]
    op.get_bind().exec_driver_sql(view.replace("create view", "create or replace view"))
    op.drop_column("cooperative", "small_business_from")
