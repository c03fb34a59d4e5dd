"""Joint purchases.

Revision ID: 0019
Revises: 0018
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table('joint_purchase',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('partner_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('supplier', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('rule', sa.Text(), nullable=False),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tops_up_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('delivery_cents', sa.BigInteger(), nullable=False),
    sa.Column('delivery_by', sa.Text(), nullable=False),
    sa.Column('discount_cents', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('buyer_id', sa.Uuid(), nullable=True),
    sa.Column('settled_by', sa.Uuid(), nullable=True),
    sa.Column('settled_on', sa.Date(), nullable=True),
    sa.Column('left_cents', sa.BigInteger(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'settled') = (settled_on is not null)", name='joint_purchase_settled'),
    sa.CheckConstraint("state in ('draft', 'open', 'topping_up', 'closed', 'ordered', 'received', 'settled', 'cancelled', 'cancelled_below_minimum')", name='joint_purchase_state'),
    sa.CheckConstraint('char_length(about) <= 4000', name='joint_purchase_about_length'),
    sa.CheckConstraint('char_length(purpose) <= 60', name='joint_purchase_purpose_length'),
    sa.CheckConstraint('char_length(supplier) <= 120', name='joint_purchase_supplier_length'),
    sa.CheckConstraint('char_length(title) <= 200', name='joint_purchase_title_length'),
    sa.CheckConstraint('delivery_cents >= 0 and discount_cents >= 0 and left_cents >= 0', name='joint_purchase_cents'),
    sa.CheckConstraint('settled_by <> buyer_id', name='joint_purchase_two_people'),
    sa.ForeignKeyConstraint(['buyer_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['settled_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_joint_purchase_cooperative_id'), 'joint_purchase', ['cooperative_id'], unique=False)
    op.create_index("joint_purchase_partners", "joint_purchase", ["partner_ids"], postgresql_using="gin")
    op.create_table('purchase_article',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purchase_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('pack_units', sa.Integer(), nullable=False),
    sa.Column('tiers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('vat_class', sa.Text(), nullable=False),
    sa.Column('vat_basis_points', sa.Integer(), nullable=False),
    sa.Column('minimum', sa.BigInteger(), nullable=False),
    sa.Column('minimum_unit', sa.Text(), nullable=False),
    sa.Column('dropped', sa.Boolean(), nullable=False),
    sa.Column('ordered_units', sa.Integer(), nullable=False),
    sa.Column('received_units', sa.Integer(), nullable=True),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('char_length(title) <= 200', name='purchase_article_title_length'),
    sa.CheckConstraint('char_length(unit) <= 60', name='purchase_article_unit_length'),
    sa.CheckConstraint('pack_units > 0 and minimum >= 0 and ordered_units >= 0', name='purchase_article_units'),
    sa.ForeignKeyConstraint(['purchase_id'], ['joint_purchase.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_purchase_article_purchase_id'), 'purchase_article', ['purchase_id'], unique=False)
    op.create_table('wish',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purchase_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('article_id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('paid_by', sa.Text(), nullable=False),
    sa.Column('wished_by', sa.Uuid(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('tolerance', sa.Integer(), nullable=False),
    sa.Column('reserved_cents', sa.BigInteger(), nullable=False),
    sa.Column('locked_units', sa.Integer(), nullable=True),
    sa.Column('firm_units', sa.Integer(), nullable=False),
    sa.Column('tolerance_units', sa.Integer(), nullable=False),
    sa.Column('charged_cents', sa.BigInteger(), nullable=False),
    sa.Column('credited_cents', sa.BigInteger(), nullable=False),
    sa.Column('lots', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("paid_by = 'account' or member_id is not null", name='wish_payer'),
    sa.CheckConstraint('quantity >= 0 and tolerance >= 0 and firm_units >= 0 and tolerance_units >= 0', name='wish_units'),
    sa.CheckConstraint('reserved_cents >= 0 and credited_cents between 0 and charged_cents', name='wish_cents'),
    sa.ForeignKeyConstraint(['article_id'], ['purchase_article.id'], ),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['lead_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['purchase_id'], ['joint_purchase.id'], ),
    sa.ForeignKeyConstraint(['wished_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('article_id', 'cooperative_id', 'member_id', 'paid_by', name='wish_once', postgresql_nulls_not_distinct=True)
    )
    op.create_index(op.f('ix_wish_cooperative_id'), 'wish', ['cooperative_id'], unique=False)
    op.create_index(op.f('ix_wish_member_id'), 'wish', ['member_id'], unique=False)
    op.create_index(op.f('ix_wish_purchase_id'), 'wish', ['purchase_id'], unique=False)
    op.create_table('wish_change',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('wish_id', sa.Uuid(), nullable=False),
    sa.Column('purchase_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('tolerance', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['purchase_id'], ['joint_purchase.id'], ),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('purchase_id', 'number')
    )
    op.create_index(op.f('ix_wish_change_wish_id'), 'wish_change', ['wish_id'], unique=False)
    op.create_table('purchase_credit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('purchase_id', sa.Uuid(), nullable=False),
    sa.Column('wish_id', sa.Uuid(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('credited_by', sa.Uuid(), nullable=False),
    sa.Column('credited_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('cents > 0', name='purchase_credit_cents'),
    sa.CheckConstraint('char_length(reason) <= 500', name='purchase_credit_reason_length'),
    sa.ForeignKeyConstraint(['credited_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['purchase_id'], ['joint_purchase.id'], ),
    sa.ForeignKeyConstraint(['wish_id'], ['wish.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_purchase_credit_purchase_id'), 'purchase_credit', ['purchase_id'], unique=False)
    op.create_index(op.f('ix_purchase_credit_wish_id'), 'purchase_credit', ['wish_id'], unique=False)
    for statement in (SQL / "0019_joint_purchases.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    for table in ("purchase_credit", "wish_change", "wish", "purchase_article", "joint_purchase"):
        op.drop_table(table)
