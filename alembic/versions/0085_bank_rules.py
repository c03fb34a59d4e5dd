"""Standing rules for bank lines.

Revision ID: 0085
Revises: 0087
"""

from app.db.revisions import run_file

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0085_bank_rules.sql")
