"""Matches of bank lines: table, and what lines may be matched with."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.books.payables import CREDITOR, KINDS
from app.db.engine import Tx
from app.db.store import Store
from app.domain.books.bank_matches import BankMatch
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import Item, OpenBill, OpenInvoice, OpenOrder
from app.domain.books.payment_texts import names_number
from app.domain.creditors import Creditor


class BankMatchRow(SQLModel, table=True):
    """Append-only: a match is undone by the reversal of its journal."""

    __tablename__ = "bank_match"
    __table_args__ = (
        c.check("bank_match_cents", "cents <> 0"),
        c.check("bank_match_what", "what in ('order', 'creditor', 'category', 'cash', 'item', 'line')"),
        c.check("bank_match_target", "(target_id is null) = (what in ('category', 'cash'))"),
        c.check("bank_match_creditor", "(creditor_kind is null) = (what <> 'creditor')"),
        c.check("bank_match_category", "(category is null) = (what <> 'category')"),
        Index("bank_match_target_id", "target_id"),
        Index("bank_match_source", "source_type", "source_id", unique=True),
        *c.longest("bank_match", rule=40, journal_kind=40, source_type=40, creditor_kind=40, category=40),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    line_id: UUID = c.link("bank_line")
    cents: int = c.cents()
    what: str = c.text()
    target_id: UUID | None = c.link(None, null=True, index=False)
    creditor_kind: str | None = c.text(null=True)
    category: str | None = c.text(null=True)
    rule: str = c.text()
    journal_kind: str = c.text()
    source_type: str = c.text()
    source_id: UUID = c.link(None, index=False)
    matched_by: UUID = c.link("person", index=False)
    matched_at: datetime = c.when()


_OF_ITS_JOURNAL = """(select {what} from journal j {join} where j.source_type = t.source_type
                       and j.source_id = t.source_id and j.kind = t.journal_kind and j.part = 1)"""
bank_matches = Store(
    BankMatchRow,
    BankMatch,
    journal_id=_OF_ITS_JOURNAL.format(what="j.id", join=""),
    undone_by=_OF_ITS_JOURNAL.format(what="r.id", join="join journal r on r.reverses = j.id"),
)


_ITEM = """
    select i.id, -i.posted as cents, j.effective_on as day,
           exists (select 1 from entry e join account c on c.id = e.account_id
                    where e.journal_id = j.id and c.kind = 'cash') as is_cash,
           case j.source_type when 'payment' then (select p.order_id from payment p where p.id = j.source_id)
                when 'repayment' then (select p.order_id from repayment p where p.id = j.source_id) end as order_id,
           case when y.id is not null then jsonb_build_object('kind', y.creditor_kind, 'id', y.creditor_id)
                when p.id is not null then jsonb_build_object('kind', p.creditor_kind, 'id', p.creditor_id) end
               as creditor,
           l.iban as from_iban, l.counterparty_iban as to_iban, y.id is not null as is_payment,
           replace(y.batch_id::text, '-', '') as batch_id
      from (select a.party::uuid as id, b.posted from account a join balance b on b.account_id = a.id
             where a.cooperative_id = $1 and a.kind = 'in_transit' and a.currency = 'EUR' and b.posted <> 0
               and {only}) i
      join journal j on j.id = i.id
      left join payment_item y on y.id = i.id
      left join payout p on p.id = case j.source_type when 'payout' then j.source_id else j.id end
      left join bank_match m on j.source_type = 'bank_match' and m.id = j.source_id and m.target_id = j.id
      left join bank_line l on l.id = m.line_id
     order by j.effective_on, i.id"""

_LOAD = TypeAdapter(Item)


async def open_items(tx: Tx, cooperative_id: UUID) -> list[Item]:
    """Everything in transit that no line has brought yet, or not all of it; the oldest first."""
    return [_LOAD.validate_python(dict(row)) for row in await tx.rows(_ITEM.format(only="true"), cooperative_id)]


async def open_items_with(tx: Tx, cooperative_id: UUID, ids: Collection[UUID]) -> dict[UUID, Item]:
    """The same of these journals."""
    named = """coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                   = '00000000-0000-0000-0000-000000000000' and coalesce(a.party, '') = any($2)"""
    rows = await tx.rows(_ITEM.format(only=named), cooperative_id, [str(one) for one in ids]) if ids else []
    return {row["id"]: _LOAD.validate_python(dict(row)) for row in rows}


async def payments_named(tx: Tx, cooperative_id: UUID, ids: Collection[UUID]) -> list[Item]:
    """The payments of sent batches with these ids, also those that went out already."""
    sql = """
        select y.id, -y.cents as cents, b.sent_at::date as day, true as is_payment,
               replace(y.batch_id::text, '-', '') as batch_id,
               -coalesce((select c.posted from account a join balance c on c.account_id = a.id
                           where a.cooperative_id = $1 and a.kind = 'in_transit' and a.currency = 'EUR'
                             and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                                 = '00000000-0000-0000-0000-000000000000'
                             and coalesce(a.party, '') = y.id::text), 0) as left_cents
          from payment_item y join payment_batch b on b.id = y.batch_id
         where y.cooperative_id = $1 and y.id = any($2) and y.state in ('sent', 'paid', 'returned')"""
    rows = await tx.rows(sql, cooperative_id, list(ids)) if ids else []
    return [_LOAD.validate_python(dict(row)) for row in rows]


_ORDER = """
    select o.id, o.reference, due_cents(o) as due_cents,
           case when o.sale_parts > 0 and not o.sale_reversed then owed_back(o) else o.paid_cents end as back_cents
      from "order" o where o.cooperative_id = $1 and o.buyer_id is null and """


async def orders_named(
    tx: Tx, cooperative_id: UUID, references: Collection[str], ids: Collection[UUID]
) -> list[OpenOrder]:
    """The orders of a cooperative with one of these references or ids, without charges between cooperatives."""
    sql = f"{_ORDER} (o.reference = any($2) or o.id = any($3)) order by o.id"
    return [OpenOrder(**dict(row)) for row in await tx.rows(sql, cooperative_id, list(references), list(ids))]


async def orders_of_amount(tx: Tx, cooperative_id: UUID, cents: int, limit: int) -> list[OpenOrder]:
    """Some orders of which so much is due, or owed back if it is below zero; the newest first."""
    amount = "due_cents(o) = $2" if cents > 0 else "owed_back(o) = -$2::bigint"
    rows = await tx.rows(f"{_ORDER} {amount} order by o.id desc limit $3", cooperative_id, cents, limit)
    return [OpenOrder(**dict(row)) for row in rows]


async def invoices_named(
    tx: Tx, cooperative_id: UUID, numbers: Collection[str], references: Collection[str]
) -> list[OpenInvoice]:
    """The invoices to customers with one of these numbers, or whose RF reference ends so."""
    sql = """
        select i.number, substr(i.rf_reference, 5) as reference,
               (select array_agg(p.order_id order by coalesce(o.delivered_at, o.placed_at), o.id)
                  from invoice_order p join "order" o on o.id = p.order_id where p.invoice_id = i.id) as order_ids
          from invoice i
         where i.cooperative_id = $1 and i.buyer_id is null and i.kind <> 'credit_note'
           and (i.number = any($2) or substr(i.rf_reference, 5) = any($3)) order by i.id"""
    rows = await tx.rows(sql, cooperative_id, list(numbers), list(references))
    return [OpenInvoice(**(dict(row) | {"order_ids": tuple(row["order_ids"] or ())})) for row in rows]


async def bills_named(tx: Tx, cooperative_id: UUID, lines: Collection[BankLine]) -> list[OpenBill]:
    """The approved bills that a line names, of creditors paid to its IBAN, with what of each is unpaid; two statements.

    IBANs of members are sealed, and no help.
    """
    sql = """
        select b.id, b.number, b.cents + (select coalesce(sum(n.cents), 0)::bigint from bill n
                                           where n.credits_id = b.id and n.state = 'approved') as cents,
               jsonb_build_object('kind', b.creditor_kind, 'id', b.creditor_id) as creditor,
               array_agg(distinct p.iban) as ibans
          from payee_account p join bill b on b.cooperative_id = p.cooperative_id and b.creditor_id = p.creditor_id
         where p.cooperative_id = $1 and p.iban = any($2) and p.state in ('confirmed', 'replaced')
           and b.state = 'approved' group by b.id order by b.id"""
    texts: dict[str, list[str]] = {}
    for line in lines:
        if line.counterparty_iban:
            texts.setdefault(line.counterparty_iban, []).append(line.text)
    rows = await tx.rows(sql, cooperative_id, list(texts)) if texts else []
    named = [
        row
        for row in rows
        if any(names_number(text, row["number"]) for iban in row["ibans"] for text in texts.get(iban, ()))
    ]
    sql = "select b.id, bill_paid(b) as cents from bill b where b.id = any($1) and b.cents > 0"
    found = await tx.rows(sql, [row["id"] for row in named]) if named else []
    paid = {row["id"]: row["cents"] for row in found}
    return [_BILL.validate_python(dict(row) | {"cents": row["cents"] - paid.get(row["id"], 0)}) for row in named]


_BILL = TypeAdapter(OpenBill)
_CREDITOR: TypeAdapter[Creditor] = TypeAdapter(Creditor)


async def creditors_owed(tx: Tx, cooperative_id: UUID, cents: int) -> list[tuple[Creditor, int]]:
    """The creditors that are owed exactly so much, but for customers."""
    sql = f"""
        select {CREDITOR} as creditor from account a join balance b on b.account_id = a.id
         where a.cooperative_id = $1 and a.currency = 'EUR' and a.kind in {KINDS} and a.kind <> 'customer_credit'
           and b.posted = $2 order by a.id"""
    rows = await tx.rows(sql, cooperative_id, cents) if cents > 0 else []
    return [(_CREDITOR.validate_python(row["creditor"]), cents) for row in rows if row["creditor"]]


async def has_open_lines(tx: Tx, cooperative_id: UUID) -> bool:
    """Whether a bank line of a cooperative has a part without a place, and no reason why."""
    sql = """
        select exists (select from account a join balance b on b.account_id = a.id
                         join bank_line l on l.id = a.party::uuid
                        where a.cooperative_id = $1 and a.kind = 'suspense' and a.currency = 'EUR' and b.posted <> 0
                          and l.parked_reason is null)"""
    return bool(await tx.value(sql, cooperative_id))
