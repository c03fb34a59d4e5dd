"""Invoices of joint purchases: one for each partner, and the supplier's credit that a note is for.

Revision ID: 0074
Revises: 0073
"""

from app.db.revisions import run_file

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0074_purchase_invoices.sql")
