"""Messages to the contact of an order and to a cooperative that buys, beside those to people.

Revision ID: 0072
Revises: 0071
"""

from app.db.revisions import run_file

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0072_invoice_mails.sql")
