"""Invoices: their numbers, what they show, the orders that they are for, and their files.

Revision ID: 0069
Revises: 0068
"""

from app.db.revisions import run_file

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0069_invoices.sql")
