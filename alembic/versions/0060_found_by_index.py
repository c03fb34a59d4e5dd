"""Indexes by which orders are found, made while people go on to order.

Revision ID: 0060
Revises: 0059
"""

from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None
INDEXES = {
    # A B-tree on a moment that every change sets would make each of them write all indexes of the table; BRIN does not.
    "order_updated": 'index concurrently order_updated on "order" using brin (updated_at) with (autosummarize = on)',
    "order_external_reference": """unique index concurrently order_external_reference
                                   on "order" (external_reference, app_id) where external_reference is not null""",
}


def upgrade() -> None:
    op.execute('alter table "order" validate constraint order_external_reference_length')
    with op.get_context().autocommit_block():
        op.execute("set lock_timeout = 0")
        for name, made in INDEXES.items():
            # What a try that was given up left behind is no index yet.
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create {made}")
        op.execute("reset lock_timeout")
