"""Numbers of invoices after a restore.

Revision ID: 0073
Revises: 0072
"""

from app.db.revisions import run_file

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0073_restored_numbers.sql")
