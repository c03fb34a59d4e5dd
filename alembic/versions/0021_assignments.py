"""One job done by several cooperatives, and what they owe each other.

Revision ID: 0021
Revises: 0020
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"


def upgrade() -> None:
    op.create_table('credit_limit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('creditor_id', sa.Uuid(), nullable=False),
    sa.Column('debtor_id', sa.Uuid(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=True),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('cents >= 0', name='credit_limit_cents'),
    sa.ForeignKeyConstraint(['creditor_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['debtor_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('creditor_id', 'debtor_id')
    )
    op.create_index(op.f('ix_credit_limit_debtor_id'), 'credit_limit', ['debtor_id'], unique=False)
    op.create_table('netting',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('first_owes_cents', sa.BigInteger(), nullable=False),
    sa.Column('second_owes_cents', sa.BigInteger(), nullable=False),
    sa.Column('as_of', sa.DateTime(timezone=True), nullable=False),
    sa.Column('upto', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('first_confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('second_confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state in ('proposed', 'confirmed', 'declined')", name='netting_state'),
    sa.CheckConstraint('char_length(reason) <= 500', name='netting_reason_length'),
    sa.CheckConstraint('first_confirmed_by <> second_confirmed_by', name='netting_two_people'),
    sa.CheckConstraint('first_id < second_id', name='netting_pair'),
    sa.ForeignKeyConstraint(['first_confirmed_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['first_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['second_confirmed_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['second_id'], ['cooperative.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_netting_first_id'), 'netting', ['first_id'], unique=False)
    op.create_index(op.f('ix_netting_second_id'), 'netting', ['second_id'], unique=False)
    op.create_index('netting_one_open', 'netting', ['first_id', 'second_id'], unique=True, postgresql_where=sa.text("state = 'proposed'"))
    op.create_table('assignment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('audience', sa.Text(), nullable=False),
    sa.Column('partner_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('costs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('net_cents', sa.BigInteger(), nullable=False),
    sa.Column('deposit_cents', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.Uuid(), nullable=True),
    sa.Column('terms', sa.Integer(), nullable=False),
    sa.Column('signed_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('party_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('member_ids', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('open_seats', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("audience in ('own', 'partners', 'all')", name='assignment_audience'),
    sa.CheckConstraint("state in ('draft', 'published', 'staffing', 'agreed', 'in_progress', 'delivered', 'approved', 'settled', 'cancelled', 'disputed')", name='assignment_state'),
    sa.CheckConstraint('char_length(about) <= 4000', name='assignment_about_length'),
    sa.CheckConstraint('char_length(place) <= 200', name='assignment_place_length'),
    sa.CheckConstraint('char_length(reason) <= 500', name='assignment_reason_length'),
    sa.CheckConstraint('char_length(title) <= 200', name='assignment_title_length'),
    sa.CheckConstraint('net_cents >= 0 and deposit_cents >= 0 and open_seats >= 0', name='assignment_cents'),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['created_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['order_id'], ['order.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('assignment_members', 'assignment', ['member_ids'], unique=False, postgresql_using='gin')
    op.create_index('assignment_parties', 'assignment', ['party_ids'], unique=False, postgresql_using='gin')
    op.create_index('assignment_partners', 'assignment', ['partner_ids'], unique=False, postgresql_using='gin')
    op.create_index(op.f('ix_assignment_cooperative_id'), 'assignment', ['cooperative_id'], unique=False)
    op.create_index(op.f('ix_assignment_order_id'), 'assignment', ['order_id'], unique=False)
    op.create_table('assignment_customer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('contact', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['id'], ['assignment.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('assignment_signature',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('terms', sa.Integer(), nullable=False),
    sa.Column('cents', sa.BigInteger(), nullable=False),
    sa.Column('signed_by', sa.Uuid(), nullable=False),
    sa.Column('signed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], ),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['lead_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['signed_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('assignment_id', 'cooperative_id', 'terms')
    )
    op.create_table('assignment_slot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('seats', sa.Integer(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('share_kind', sa.Text(), nullable=False),
    sa.Column('share_size', sa.BigInteger(), nullable=False),
    sa.Column('skills', sa.ARRAY(sa.Text()), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('vat_class', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("share_kind in ('percent', 'hours', 'fixed', 'rest')", name='assignment_slot_share'),
    sa.CheckConstraint('char_length(place) <= 200', name='assignment_slot_place_length'),
    sa.CheckConstraint('char_length(role) <= 120', name='assignment_slot_role_length'),
    sa.CheckConstraint('seats >= 0 and minutes > 0 and share_size >= 0', name='assignment_slot_size'),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], ),
    sa.ForeignKeyConstraint(['lead_id'], ['cooperative.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_assignment_slot_assignment_id'), 'assignment_slot', ['assignment_id'], unique=False)
    op.create_table('assignment_part',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('slot_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('joined_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('offered_to', sa.Uuid(), nullable=True),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('net_cents', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state in ('invited', 'waiting', 'taken', 'declined', 'withdrawn', 'handed_on')", name='assignment_part_state'),
    sa.CheckConstraint('minutes >= 0 and net_cents >= 0', name='assignment_part_size'),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], ),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['lead_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['offered_to'], ['member.id'], ),
    sa.ForeignKeyConstraint(['slot_id'], ['assignment_slot.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('assignment_part_once', 'assignment_part', ['slot_id', 'member_id'], unique=True, postgresql_where=sa.text("state in ('invited', 'waiting', 'taken')"))
    op.create_index(op.f('ix_assignment_part_assignment_id'), 'assignment_part', ['assignment_id'], unique=False)
    op.create_index(op.f('ix_assignment_part_cooperative_id'), 'assignment_part', ['cooperative_id'], unique=False)
    op.create_index(op.f('ix_assignment_part_member_id'), 'assignment_part', ['member_id'], unique=False)
    op.create_index(op.f('ix_assignment_part_offered_to'), 'assignment_part', ['offered_to'], unique=False)
    op.create_table('assignment_hours',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('part_id', sa.Uuid(), nullable=False),
    sa.Column('assignment_id', sa.Uuid(), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=False),
    sa.Column('cooperative_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('reported_by', sa.Uuid(), nullable=False),
    sa.Column('reported_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('approved_by', sa.Uuid(), nullable=True),
    sa.Column('approved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('char_length(note) <= 2000', name='assignment_hours_note_length'),
    sa.CheckConstraint('minutes <> 0', name='assignment_hours_minutes'),
    sa.ForeignKeyConstraint(['approved_by'], ['person.id'], ),
    sa.ForeignKeyConstraint(['assignment_id'], ['assignment.id'], ),
    sa.ForeignKeyConstraint(['cooperative_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['lead_id'], ['cooperative.id'], ),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], ),
    sa.ForeignKeyConstraint(['part_id'], ['assignment_part.id'], ),
    sa.ForeignKeyConstraint(['reported_by'], ['person.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index(op.f('ix_assignment_hours_assignment_id'), 'assignment_hours', ['assignment_id'], unique=False)
    op.create_index(op.f('ix_assignment_hours_part_id'), 'assignment_hours', ['part_id'], unique=False)
    op.add_column('earning', sa.Column('part_id', sa.Uuid(), nullable=True))
    op.drop_constraint('earning_order_id_member_id_key', 'earning', type_='unique')
    op.create_unique_constraint('earning_once', 'earning', ['order_id', 'member_id', 'part_id'], postgresql_nulls_not_distinct=True)
    op.create_foreign_key('earning_part_id_fkey', 'earning', 'assignment_part', ['part_id'], ['id'])
    op.add_column('order', sa.Column('assignment_id', sa.Uuid(), nullable=True))
    op.add_column('order', sa.Column('buyer_id', sa.Uuid(), nullable=True))
    op.create_index(op.f('ix_order_assignment_id'), 'order', ['assignment_id'], unique=False)
    op.create_index(op.f('ix_order_buyer_id'), 'order', ['buyer_id'], unique=False)
    op.create_foreign_key('order_buyer_id_fkey', 'order', 'cooperative', ['buyer_id'], ['id'])
    op.alter_column('order_line', 'offering_id',
               existing_type=sa.UUID(),
               nullable=True)
    op.alter_column('order_line', 'member_id',
               existing_type=sa.UUID(),
               nullable=True)
    for statement in (SQL / "0021_assignments.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Orders of assignments go with them: they cannot be told in the older tables."""
    op.drop_column("order", "buyer_id")
    op.drop_column("order", "assignment_id")
    op.drop_constraint("earning_once", "earning", type_="unique")
    op.create_unique_constraint("earning_order_id_member_id_key", "earning", ["order_id", "member_id"])
    op.drop_column("earning", "part_id")
    op.alter_column("order_line", "member_id", nullable=False)
    op.alter_column("order_line", "offering_id", nullable=False)
    for table in ("hours", "part", "slot", "signature", "customer"):
        op.drop_table(f"assignment_{table}")
    for table in ("assignment", "netting", "credit_limit"):
        op.drop_table(table)
