"""Imports have a lease and are reviewed as a whole; a source's stock counts what was sold; bulk events go last.

Revision ID: 0040
Revises: 0039
"""

from pathlib import Path

from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for statement in (SQL / "0040_imports.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.execute("drop policy work on offering_import")
    op.execute("drop index outbox_to_publish")
    op.execute("drop index webhook_delivery_order")
    op.execute("alter table outbox drop column bulk")
    op.execute("alter table webhook_delivery drop column bulk")
    op.execute(
        "create index outbox_to_publish on outbox (entered) where audience is not null and position is null"
    )
    op.execute("drop index offering_held")
    op.execute("alter table offering drop column import_id")
    op.execute("alter table stock drop column said")
    op.execute("drop index offering_import_running")
    for name in ("lease_until", "review", "review_reason", "reviewed_at"):
        op.execute(f"alter table offering_import drop column {name}")
