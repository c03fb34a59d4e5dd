"""Money beyond the price of an order is recorded and owed back; a refund without a sale lowers no price.

Revision ID: 0043
Revises: 0042
"""

from pathlib import Path

from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0043_customer_credit.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """The old rule has no place for an order that is paid beyond its price: such a row stops this."""
    op.drop_constraint("order_called_off", "order")
    op.drop_constraint("order_paid", "order")
    op.create_check_constraint("order_paid", "order", "paid_cents between 0 and net_cents + vat_cents")
    op.drop_constraint("refund_returned", "refund")
    op.drop_column("refund", "returned_cents")
