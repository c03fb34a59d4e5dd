"""Rules in the database: roles, row-level security, the ledger's only writer, the public read model.

Revision ID: 0002
Revises: 0001
"""

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    for name in ("roles", "identity", "policies", "ledger", "catalogue", "grants"):
        run(SQL / f"0002_{name}.sql")


def downgrade() -> None:
    run(SQL / "0002_downgrade.sql")


def run(file: Path) -> None:
    """Statements are separated by a line of `--;`, so that function bodies may hold semicolons."""
    for statement in file.read_text(encoding="utf-8").split("\n--;\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
