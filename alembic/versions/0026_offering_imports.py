"""Offerings of partners by their external ids, and files of them.

Revision ID: 0026
Revises: 0025
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.add_column("offering", sa.Column("source", sa.Text(), nullable=True))
    op.add_column("offering", sa.Column("external_id", sa.Text(), nullable=True))
    op.create_check_constraint("offering_external", "offering", "(source is null) = (external_id is null)")
    op.create_check_constraint("offering_source_length", "offering", "char_length(source) <= 60")
    op.create_check_constraint("offering_external_id_length", "offering", "char_length(external_id) <= 100")
    columns = ["cooperative_id", "source", "external_id"]
    op.create_index("offering_external", "offering", columns, unique=True)
    op.create_table(
        "offering_import",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False, index=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('running', 'done', 'stopped')", name="offering_import_state"),
        sa.CheckConstraint("char_length(source) <= 60", name="offering_import_source_length"),
        sa.CheckConstraint("char_length(reason) <= 200", name="offering_import_reason_length"),
    )
    op.create_table(
        "offering_import_row",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("import_id", sa.Uuid(), sa.ForeignKey("offering_import.id"), nullable=False),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=True),
        sa.Column("errors", JSONB(), nullable=False),
        sa.CheckConstraint(
            "outcome in ('created', 'changed', 'unchanged', 'refused')", name="offering_import_row_outcome"
        ),
    )
    op.create_index("offering_import_row_outcome", "offering_import_row", ["import_id", "outcome", "id"])
    for statement in (SQL / "0026_offering_imports.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("offering_import_row")
    op.drop_table("offering_import")
    op.drop_index("offering_external", table_name="offering")
    op.drop_column("offering", "external_id")
    op.drop_column("offering", "source")
