"""Batches of payments and their items: tables and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.payment_batches import PaymentBatch, PaymentItem
from app.domain.creditors import Creditor


class PaymentBatchRow(SQLModel, table=True):
    """Its file is sealed, since it holds the IBANs of members; triggers refuse another one."""

    __tablename__ = "payment_batch"
    __table_args__ = (
        c.check("payment_batch_state", "state in ('draft', 'approved', 'sent', 'done', 'withdrawn')"),
        c.check("payment_batch_two_people", "approved_by <> made_by"),
        c.check("payment_batch_approved", "(approved_by is null) = (approved_at is null)"),
        c.check("payment_batch_file", "(file_key is null) = (file is null)"),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    bank_account_id: UUID = c.link("bank_account", index=False)
    made_by: UUID = c.link("person", index=False)
    made_at: datetime = c.when()
    state: str = c.text()
    approved_by: UUID | None = c.link("person", null=True, index=False)
    approved_at: datetime | None = c.when(null=True)
    sent_at: datetime | None = c.when(null=True)
    execute_on: date | None = c.day(null=True)
    file_key: bytes | None
    file: bytes | None
    version: int


class PaymentItemRow(SQLModel, table=True):
    __tablename__ = "payment_item"
    __table_args__ = (
        c.check("payment_item_cents", "cents > 0"),
        c.check("payment_item_state", "state in ('open', 'sent', 'paid', 'returned', 'refused', 'left')"),
        c.check("payment_item_left", "(state = 'left') = (reason is not null)"),
        c.check(
            "payment_item_creditor_kind",
            "creditor_kind in ('supplier', 'member', 'municipality', 'cooperative', 'customer')",
        ),
        Index("payment_item_of_creditor", "creditor_id"),
        *c.longest("payment_item", text=140, reason=40),
    )
    id: UUID = c.key()
    batch_id: UUID = c.link("payment_batch")
    cooperative_id: UUID = c.link("cooperative", index=False)
    creditor_kind: str = c.text()
    creditor_id: UUID = c.link(None, index=False)
    cents: int = c.cents()
    text: str = c.text()
    payee_account_id: UUID | None = c.link("payee_account", null=True, index=False)
    state: str = c.text()
    reason: str | None = c.text(null=True)
    version: int


class PaymentCheckRow(SQLModel, table=True):
    """That somebody said, after a restore, which batches of a cooperative had left. Append-only."""

    __tablename__ = "payment_check"
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    checked_at: datetime = c.when()
    checked_by: UUID = c.link("person", index=False)


_ITEMS = "from payment_item i where i.batch_id = t.id and i.state <> 'left'"
_BROUGHT = """exists (
    select from bank_match m join journal j on j.source_type = m.source_type and j.source_id = m.source_id
     where m.target_id = {id} and m.cents < 0 and j.reverses is null
       and not exists (select from journal r where r.reverses = j.id))"""
"""Whether a bank line stands that was placed on an item."""
UNCHECKED = """exists (
    select from restoration r
     where r.noted_at > uuid_extract_timestamp(t.cooperative_id)
       and not exists (select from payment_check k
                        where k.cooperative_id = t.cooperative_id and k.checked_at >= r.noted_at))"""
"""The system was restored after the cooperative was added, and nobody has checked its batches since."""
payment_batches = Store(
    PaymentBatchRow,
    PaymentBatch,
    fixed=("cooperative_id", "bank_account_id", "made_by", "made_at"),
    items=f"(select count(*)::int {_ITEMS})",
    cents=f"(select coalesce(sum(i.cents), 0)::bigint {_ITEMS})",
    paid_members=f"(select coalesce(array_agg(i.creditor_id), '{{}}') {_ITEMS} and i.creditor_kind = 'member')",
    paid_persons=f"""(select coalesce(array_agg(o.customer_person_id), '{{}}') from "order" o
                       where o.customer_person_id is not null
                         and o.id in (select i.creditor_id {_ITEMS} and i.creditor_kind = 'customer'))""",
    umbrella_id=UMBRELLA,
    unchecked=UNCHECKED,
    went_out=f"exists (select {_ITEMS} and (i.state in ('paid', 'returned') or {_BROUGHT.format(id='i.id')}))",
    account_closed="exists (select from bank_account a where a.id = t.bank_account_id and a.state = 'closed')",
)
payment_items = Store(
    PaymentItemRow,
    PaymentItem,
    fixed=("batch_id", "cooperative_id", "creditor_kind", "creditor_id", "cents", "text"),
    went_out=_BROUGHT.format(id="t.id"),
)


async def confirmed_ids(tx: Tx, cooperative_id: UUID, creditors: list[Creditor]) -> dict[Creditor, UUID]:
    """The ids of the confirmed accounts of creditors; whoever has none is left out."""
    sql = """select creditor_kind as kind, creditor_id as id, p.id as account_id from payee_account p
              where p.cooperative_id = $1 and p.state = 'confirmed'
                and (p.creditor_kind, p.creditor_id) in (select * from unnest($2::text[], $3::uuid[]))"""
    rows = await tx.rows(sql, cooperative_id, [one.kind for one in creditors], [one.id for one in creditors])
    by_name = {(str(one.kind), one.id): one for one in creditors}
    return {by_name[row["kind"], UUID(int=row["id"].int)]: UUID(int=row["account_id"].int) for row in rows}


async def keep_file(tx: Tx, batch_id: UUID, content: bytes) -> None:
    """Keeps the file of a batch, sealed."""
    await tx.flush()
    key = tx.sealing.new_key()
    sealed = tx.sealing.seal(key, content.decode(), batch_id.bytes)
    await tx.value("update payment_batch set file_key = $2, file = $3 where id = $1", batch_id, key, sealed)


async def file_of(tx: Tx, batch_id: UUID) -> bytes | None:
    """The file of a batch, the same bytes each time; None before it is sent."""
    row = await tx.row("select file_key, file from payment_batch where id = $1 and file is not null", batch_id)
    return row and tx.sealing.open(row["file_key"], row["file"], batch_id.bytes).encode()


async def is_unchecked(tx: Tx, cooperative_id: UUID) -> bool:
    """Whether the system was restored, and nobody has said yet which batches of a cooperative had left."""
    sql = f"select {UNCHECKED} from (select $1::uuid as cooperative_id) t"
    return bool(await tx.value(sql, cooperative_id))


async def note_check(tx: Tx, cooperative_id: UUID, person_id: UUID) -> None:
    """Notes that somebody has said which batches had left."""
    sql = "insert into payment_check (id, cooperative_id, checked_at, checked_by) values ($1, $2, $3, $4)"
    await tx.value(sql, uuid7(), cooperative_id, tx.now, person_id)


async def to_check(tx: Tx) -> list[UUID]:
    """The cooperatives that pay by batches and have to say, after a restore, which of them had left."""
    sql = f"""select t.cooperative_id from (
                  select cooperative_id from payment_batch
                  union select cooperative_id from payee_account where state = 'confirmed') t
               where {UNCHECKED} order by 1"""
    return [row["cooperative_id"] for row in await tx.rows(sql)]


async def knows_batches(tx: Tx) -> bool:
    """Whether this schema has batches; one that still has to be migrated may not."""
    return await tx.value("select to_regclass('public.payment_check')") is not None
