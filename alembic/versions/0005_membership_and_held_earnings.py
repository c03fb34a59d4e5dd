"""Membership from referral to exit, and earnings that are held until somebody decides.

Revision ID: 0005
Revises: 0004
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent / "sql"
STATES = "state in ('referred', 'candidate', 'trial', 'member', 'paused', 'exited', 'rejected', 'withdrawn')"
EXIT = "(state = 'exited') = (destination is not null and exited_on is not null)"
EARNING = "state in ('pending', 'held', 'posted', 'forfeited', 'reversed')"


def upgrade() -> None:
    for name in ("trial_until", "exited_on"):
        op.add_column("member", sa.Column(name, sa.Date(), nullable=True))
    op.add_column("member", sa.Column("destination", sa.Text(), nullable=True))
    op.create_check_constraint("member_state", "member", STATES)
    op.create_check_constraint("member_exit", "member", EXIT)
    op.create_table(
        "member_event",
        sa.Column("id", sa.Uuid(), primary_key=True),
        sa.Column("member_id", sa.Uuid(), sa.ForeignKey("member.id"), nullable=False, index=True),
        sa.Column("cooperative_id", sa.Uuid(), sa.ForeignKey("cooperative.id"), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("app_id", sa.Uuid(), sa.ForeignKey("app.id"), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.CheckConstraint("char_length(note) <= 2000", name="member_event_note_length"),
    )
    op.drop_constraint("earning_state", "earning")
    op.create_check_constraint("earning_state", "earning", EARNING)
    op.add_column("earning", sa.Column("held_because", sa.Text(), nullable=True))
    op.add_column("earning", sa.Column("held_cents", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("earning", sa.Column("release_parts", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("earning", sa.Column("to_member_id", sa.Uuid(), sa.ForeignKey("member.id"), nullable=True))
    op.add_column("earning", sa.Column("decided_by", sa.Uuid(), sa.ForeignKey("person.id"), nullable=True))
    op.add_column("earning", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    held = "held_cents >= 0 and (held_because is not null or held_cents = 0)"
    op.create_check_constraint("earning_held", "earning", held)
    op.create_check_constraint("earning_reason_length", "earning", "char_length(reason) <= 500")
    for statement in (SQL / "0005_members.sql").read_text(encoding="utf-8").split("\n--;\n"):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.drop_table("member_event")
    for name in ("earning_held", "earning_reason_length", "earning_state"):
        op.drop_constraint(name, "earning")
    op.create_check_constraint("earning_state", "earning", "state in ('pending', 'posted', 'reversed')")
    for name in ("held_because", "held_cents", "release_parts", "to_member_id", "decided_by", "reason"):
        op.drop_column("earning", name)
    for name in ("member_state", "member_exit"):
        op.drop_constraint(name, "member")
    for name in ("trial_until", "exited_on", "destination"):
        op.drop_column("member", name)
