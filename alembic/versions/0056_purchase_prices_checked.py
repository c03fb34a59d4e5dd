"""The checks of real prices in joint purchases hold for all rows.

Revision ID: 0056
Revises: 0055
"""

from alembic import op

revision = "0056"
down_revision = "0055"
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
