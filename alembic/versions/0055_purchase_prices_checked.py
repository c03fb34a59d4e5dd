"""The checks of real prices in joint purchases hold for all rows.

Revision ID: 0055
Revises: 0054
"""

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

CHECKS = {
    "purchase_article": ("priced", "price_reason_length"),
    "joint_purchase": ("priced", "billed"),
}


def upgrade() -> None:
    for table, names in CHECKS.items():
        for name in names:
            op.execute(f"alter table {table} validate constraint {table}_{name}")
