"""Assignments, their slots, parts, hours and signatures: tables and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, Uuid
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.page import Page, PageRequest, cut
from app.domain.selling.assignments import Assignment, AssignmentCustomer
from app.domain.selling.parts import Hours, Part, Signature, Slot

STATES = (
    "'draft', 'published', 'staffing', 'agreed', 'in_progress', 'delivered', 'approved', 'settled', 'cancelled',"
    " 'disputed'"
)


class AssignmentRow(SQLModel, table=True):
    __tablename__ = "assignment"
    __table_args__ = (
        c.check("assignment_state", f"state in ({STATES})"),
        c.check("assignment_audience", "audience in ('own', 'partners', 'all')"),
        c.check("assignment_cents", "net_cents >= 0 and deposit_cents >= 0 and open_seats >= 0"),
        Index("assignment_parties", "party_ids", postgresql_using="gin"),
        Index("assignment_members", "member_ids", postgresql_using="gin"),
        Index("assignment_partners", "partner_ids", postgresql_using="gin"),
        *c.longest("assignment", title=200, about=4000, place=200, reason=500),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    title: str = c.text()
    about: str = c.text()
    place: str = c.text()
    starts_at: datetime = c.when()
    ends_at: datetime = c.when()
    created_by: UUID = c.link("person", index=False)
    created_at: datetime = c.when()
    audience: str = c.text()
    partner_ids: list[UUID] = c.ids()
    lines: list[Any] = c.json()
    costs: list[Any] = c.json()
    net_cents: int = c.cents()
    deposit_cents: int = c.cents()
    order_id: UUID | None = c.link("order", null=True)
    real_property: bool
    terms: int
    signed_ids: list[UUID] = c.ids()
    party_ids: list[UUID] = c.ids()
    member_ids: list[UUID] = c.ids()
    open_seats: int
    state: str = c.text()
    delivered_at: datetime | None = c.when(null=True)
    reason: str = c.text()
    version: int


class AssignmentCustomerRow(SQLModel, table=True):
    """The customer, in a table of its own, because applicants may see the assignment; `id` is the assignment's."""

    __tablename__ = "assignment_customer"
    id: UUID = Field(sa_type=Uuid, sa_column_args=(ForeignKey("assignment.id"),), primary_key=True)
    cooperative_id: UUID = c.link("cooperative", index=False)
    contact: dict[str, Any] = c.json()


class SlotRow(SQLModel, table=True):
    __tablename__ = "assignment_slot"
    __table_args__ = (
        c.check("assignment_slot_size", "seats >= 0 and minutes > 0 and share_size >= 0"),
        c.check("assignment_slot_share", "share_kind in ('percent', 'hours', 'fixed', 'rest')"),
        *c.longest("assignment_slot", role=120, place=200),
    )
    id: UUID = c.key()
    assignment_id: UUID = c.link("assignment")
    lead_id: UUID = c.link("cooperative", index=False)
    role: str = c.text()
    seats: int
    minutes: int
    share_kind: str = c.text()
    share_size: int = c.cents()
    skills: list[str] = c.texts()
    starts_at: datetime | None = c.when(null=True)
    ends_at: datetime | None = c.when(null=True)
    place: str = c.text()
    vat_class: str = c.text()
    version: int


class PartRow(SQLModel, table=True):
    __tablename__ = "assignment_part"
    __table_args__ = (
        Index(
            "assignment_part_once",
            "slot_id",
            "member_id",
            unique=True,
            postgresql_where=sql_text("state in ('invited', 'waiting', 'taken')"),
        ),
        c.check(
            "assignment_part_state",
            "state in ('invited', 'waiting', 'taken', 'declined', 'withdrawn', 'handed_on')",
        ),
        c.check("assignment_part_size", "minutes >= 0 and net_cents >= 0"),
    )
    id: UUID = c.key()
    assignment_id: UUID = c.link("assignment")
    slot_id: UUID = c.link("assignment_slot", index=False)
    lead_id: UUID = c.link("cooperative", index=False)
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID = c.link("member")
    number: int
    state: str = c.text()
    joined_at: datetime = c.when()
    offered_to: UUID | None = c.link("member", null=True)
    minutes: int
    net_cents: int = c.cents()
    version: int


class HoursRow(SQLModel, table=True):
    """A report; nothing but its approval or refusal is ever written to it."""

    __tablename__ = "assignment_hours"
    __table_args__ = (
        c.check("assignment_hours_minutes", "minutes <> 0"),
        c.check("assignment_hours_decided", "approved_at is null or refused_at is null"),
        *c.longest("assignment_hours", note=2000, reason=500),
    )
    id: UUID = c.key()
    part_id: UUID = c.link("assignment_part")
    assignment_id: UUID = c.link("assignment")
    lead_id: UUID = c.link("cooperative", index=False)
    cooperative_id: UUID = c.link("cooperative", index=False)
    member_id: UUID = c.link("member", index=False)
    day: date = c.day()
    minutes: int
    note: str = c.text()
    reported_by: UUID = c.link("person", index=False)
    reported_at: datetime = c.when()
    approved_by: UUID | None = c.link("person", null=True, index=False)
    approved_at: datetime | None = c.when(null=True)
    refused_by: UUID | None = c.link("person", null=True, index=False)
    refused_at: datetime | None = c.when(null=True)
    reason: str = c.text()
    version: int


class SignatureRow(SQLModel, table=True):
    """Append-only."""

    __tablename__ = "assignment_signature"
    __table_args__ = (UniqueConstraint("assignment_id", "cooperative_id", "terms"),)
    id: UUID = c.key()
    assignment_id: UUID = c.link("assignment", index=False)
    lead_id: UUID = c.link("cooperative", index=False)
    cooperative_id: UUID = c.link("cooperative", index=False)
    terms: int
    cents: int = c.cents()
    signed_by: UUID = c.link("person", index=False)
    signed_at: datetime = c.when()


assignments = Store(
    AssignmentRow,
    Assignment,
    fixed=("cooperative_id", "created_by", "created_at"),
    contact="(select c.contact from assignment_customer c where c.id = t.id)",
    approved_minutes="(select coalesce(sum(p.minutes), 0) from assignment_part p where p.assignment_id = t.id)",
    paid_cents='coalesce((select o.paid_cents from "order" o where o.id = t.order_id), 0)',
    open_hours="""(select count(*) from assignment_hours h
                    where h.assignment_id = t.id and coalesce(h.approved_at, h.refused_at) is null)""",
    customer_person_id='(select o.customer_person_id from "order" o where o.id = t.order_id)',
    customer_app_id='(select o.app_id from "order" o where o.id = t.order_id)',
    roles="""case when t.state in ('approved', 'settled', 'cancelled') then '[]' else (
        select coalesce(jsonb_agg(to_jsonb(s) order by s.id), '[]')
          from assignment_slot s where s.assignment_id = t.id) end""",
)
customers = Store(AssignmentCustomerRow, AssignmentCustomer)
slots = Store(SlotRow, Slot, fixed=("assignment_id", "lead_id"))
parts = Store(
    PartRow,
    Part,
    fixed=("assignment_id", "slot_id", "lead_id", "cooperative_id", "member_id", "number", "joined_at"),
    job_state="coalesce((select a.state from assignment a where a.id = t.assignment_id), '')",
    worked="exists (select 1 from assignment_hours h where h.part_id = t.id and h.refused_at is null)",
)
hours = Store(
    HoursRow,
    Hours,
    fixed=(
        "part_id",
        "assignment_id",
        "lead_id",
        "cooperative_id",
        "member_id",
        "day",
        "minutes",
        "note",
        "reported_by",
        "reported_at",
    ),
)
signatures = Store(SignatureRow, Signature)


async def list_open_to(tx: Tx, cooperative_id: UUID, request: PageRequest, state: str | None) -> Page[Assignment]:
    """The assignments that a cooperative leads, takes part in, or whose members may apply; newest first."""
    reach = """t.cooperative_id = $1 or t.party_ids @> array[$1]
               or t.state in ('published', 'staffing', 'agreed', 'in_progress')
                  and (t.audience = 'all' or t.audience = 'partners' and t.partner_ids @> array[$1])"""
    sql = f"""{assignments.select} where ({reach})
              and ($2::text is null or t.state = $2) and ($3::uuid is null or t.id < $3)
              order by t.id desc limit {int(request.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, state, request.after)
    return cut([assignments.load(row) for row in rows], request)


async def next_number(tx: Tx, assignment_id: UUID) -> int:
    """The next number in the queue. The assignment has to be locked."""
    sql = "select coalesce(max(number), 0) + 1 from assignment_part where assignment_id = $1"
    return int(await tx.value(sql, assignment_id))


async def save_parts(tx: Tx, changed: Sequence[Part]) -> None:
    """Writes several parts in one statement."""
    sql = """update assignment_part p set state = u.state, net_cents = u.net_cents, version = p.version + 1
               from unnest($1::uuid[], $2::text[], $3::bigint[]) as u (id, state, net_cents) where p.id = u.id"""
    rows = [(part.id, part.state.value, part.net_cents) for part in changed]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await tx.rows(sql, *columns)


async def decide_entry(tx: Tx, entry: Hours) -> None:
    """Writes the approval or refusal of a report, once."""
    sql = """update assignment_hours set approved_by = $2, approved_at = $3, refused_by = $4, refused_at = $5,
                    reason = $6, version = version + 1
              where id = $1 and coalesce(approved_at, refused_at) is null"""
    decided = (entry.approved_by, entry.approved_at, entry.refused_by, entry.refused_at, entry.reason)
    await tx.rows(sql, entry.id, *decided)


async def promised_cents(tx: Tx, debtor_id: UUID, creditor_id: UUID, but: UUID | None) -> int:
    """Cents without VAT that a partner has signed for in a lead's other jobs, and that are not booked yet."""
    sql = """select coalesce(sum(s.cents), 0)::bigint from assignment a
               join assignment_signature s on s.assignment_id = a.id and s.terms = a.terms and s.cooperative_id = $2
              where a.cooperative_id = $1 and a.id is distinct from $3
                and a.state in ('agreed', 'in_progress', 'delivered', 'disputed')"""
    return int(await tx.value(sql, debtor_id, creditor_id, but))


async def leave_queues(tx: Tx, member_id: UUID) -> None:
    """Takes a member out of all queues and invitations."""
    sql = """update assignment_part set state = 'withdrawn', version = version + 1
              where member_id = $1 and state in ('waiting', 'invited')"""
    await tx.value(sql, member_id)
