"""The tables, as they stood at revision 0045: every revision before it in one file.

Revision ID: 0045
"""

from app.db.revisions import run_file

revision = "0045"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_file("0045_base.sql")
