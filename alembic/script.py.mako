"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
"""

from app.db.revisions import run_file

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    run_file("${up_revision}_${slug}.sql")
