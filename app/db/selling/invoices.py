"""Invoices, the orders that they are for, and when they were sent: tables and queries."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Index, SmallInteger, UniqueConstraint, func
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.conditions import Conditions
from app.db.engine import Tx
from app.db.selling.orders import orders
from app.db.store import Store
from app.domain.page import Page, PageRequest, cut
from app.domain.selling.invoice_lines import Invoiced
from app.domain.selling.invoices import (
    Invoice,
    InvoiceFilter,
    InvoiceOfOrder,
    InvoiceOrder,
    InvoiceParties,
    Sending,
)
from app.domain.selling.invoicing import SIMPLIFIED_LIMIT
from app.domain.selling.orders import Order

KINDS = "('standard', 'simplified', 'deposit', 'final', 'collective', 'partner', 'credit_note')"


class InvoiceRow(SQLModel, table=True):
    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "year", "sequence"),
        UniqueConstraint("cooperative_id", "number"),
        c.check("invoice_kind", f"kind in {KINDS}"),
        c.check("invoice_number", "number ~ '^[A-Z]{1,6}[0-9]{4}-[0-9]{5,}$' and sequence > 0"),
        c.check("invoice_digest", "digest ~ '^[0-9a-f]{64}$'"),
        c.check("invoice_amounts", "gross_cents >= 0 and payable_cents between 0 and gross_cents"),
        Index("invoice_number_of_anybody", "number"),
        Index("invoice_updated", "updated_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        Index("invoice_credit", "credit_id", postgresql_where=sql_text("credit_id is not null")),
        Index("invoice_purchase", "purchase_id", postgresql_where=sql_text("purchase_id is not null")),
        Index(
            "invoice_purchase_once",
            "purchase_id",
            "buyer_id",
            unique=True,
            postgresql_where=sql_text("kind = 'partner' and refers_to = '{}'"),
        ),
        *c.longest("invoice", buyer_name=200, purchase_order=100),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    kind: str = c.text()
    year: int = Field(sa_type=SmallInteger)
    sequence: int
    number: str = c.text()
    issued_on: date = c.day()
    issued_at: datetime = c.when()
    due_on: date | None = c.day(null=True)
    buyer_id: UUID | None = c.link("cooperative", null=True)
    customer_person_id: UUID | None = c.link("person", null=True)
    app_id: UUID | None = c.link("app", null=True)
    buyer_name: str = c.text()
    buyer_type: str | None = c.text(null=True)
    kvk_number: str | None = c.text(null=True)
    oin: str | None = c.text(null=True)
    purchase_order: str | None = c.text(null=True)
    rf_reference: str | None = c.text(null=True)
    gross_cents: int = c.cents()
    payable_cents: int = c.cents()
    paper: dict[str, Any] = c.json()
    digest: str = c.text()
    credit_id: UUID | None = c.link("credit", null=True, index=False)
    purchase_id: UUID | None = c.link("joint_purchase", null=True, index=False)
    purchase_credit_id: UUID | None = c.link("purchase_credit", null=True, index=False)
    refers_to: list[UUID] = c.ids()
    sent_at: datetime | None = c.when(null=True)
    updated_at: datetime = Field(
        sa_type=DateTime(timezone=True), nullable=False, sa_column_kwargs={"server_default": func.now()}
    )
    """When the row was written last: a trigger keeps it."""
    version: int


class InvoiceOrderRow(SQLModel, table=True):
    __tablename__ = "invoice_order"
    __table_args__ = (UniqueConstraint("invoice_id", "order_id"),)
    id: UUID = c.key()
    invoice_id: UUID = c.link("invoice", index=False)
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    groups: list[dict[str, Any]] = c.json()
    net_cents: int = c.cents()
    vat_cents: int = c.cents()


class InvoiceSendingRow(SQLModel, table=True):
    __tablename__ = "invoice_sending"
    __table_args__ = (c.check("invoice_sending_channel", "channel in ('mail', 'by_hand')"),)
    id: UUID = c.key()
    invoice_id: UUID = c.link("invoice")
    cooperative_id: UUID = c.link("cooperative", index=False)
    channel: str = c.text()
    at: datetime = c.when()
    person_id: UUID | None = c.link("person", null=True, index=False)


invoices = Store(
    InvoiceRow,
    Invoice,
    fixed=set(InvoiceRow.model_fields) - {"sent_at"},
    order_ids="(select coalesce(array_agg(p.order_id order by p.order_id), '{}') from invoice_order p"
    " where p.invoice_id = t.id)",
    asked_cents="(invoice_sums(t)).asked",
    due_cents="(invoice_sums(t)).due",
    written_off="(invoice_sums(t)).written_off",
)
invoice_orders = Store(InvoiceOrderRow, InvoiceOrder)
invoices_of_orders = Store(
    InvoiceOrderRow,
    InvoiceOfOrder,
    invoice="""(
    select to_jsonb(i) || jsonb_build_object(
               'asked_cents', s.asked, 'due_cents', s.due, 'written_off', s.written_off,
               'order_ids', (select jsonb_agg(p.order_id order by p.order_id) from invoice_order p
                              where p.invoice_id = i.id))
      from invoice i cross join invoice_sums(i) s where i.id = t.invoice_id)""",
)
sendings = Store(InvoiceSendingRow, Sending)
PARTIES = {
    "cooperative_ids": "t.cooperative_id = any({})",
    "buyer_ids": "t.buyer_id = any({})",
    "person_id": "t.customer_person_id = {}",
    "app_id": "t.app_id = {}",
}
OF_ORDER = """t.id in (select p.invoice_id from "order" o join invoice_order p on p.order_id = o.id
                       where o.{name} = {{}})"""
FILTERS = {
    "cooperative_id": "t.cooperative_id = {}",
    "kind": "t.kind = {}",
    "state": "(t.sent_at is not null) = ({} = 'sent')",
    "number": "t.number = {}",
    "reference": f"({OF_ORDER.format(name='reference')} or substr(t.rf_reference, 5) = {{0}})".replace("{}", "{0}"),
    "external_reference": OF_ORDER.format(name="external_reference"),
    "buyer": "strpos(lower(t.buyer_name collate pg_c_utf8), lower({} collate pg_c_utf8)) > 0",
    "buyer_type": "t.buyer_type = {}",
    "updated_since": "t.updated_at >= {}",
}
NARROW = ("number", "payment", "reference", "external_reference", "buyer", "buyer_type", "updated_since")
"""Filters that few invoices pass."""


async def earlier_invoices(tx: Tx, order_id: UUID) -> list[Invoiced]:
    """The invoices and credit notes of an order, oldest first, each with its part of it."""
    parts = {one.invoice_id: one for one in await invoice_orders.all(tx, order_id=order_id)}
    if not parts:
        return []
    return [Invoiced(invoice, parts[invoice.id]) for invoice in await invoices.all(tx, id=tuple(parts))]


async def list_invoices(tx: Tx, request: PageRequest, parties: InvoiceParties, wanted: InvoiceFilter) -> Page[Invoice]:
    """The invoices that somebody is a party to, newest first."""
    sql, arguments = found_invoices(request, parties, wanted, tx.today)
    return cut([invoices.load(record) for record in await tx.rows(sql, *arguments)], request)


def found_invoices(
    request: PageRequest, parties: InvoiceParties, wanted: InvoiceFilter, today: date
) -> tuple[str, list[object]]:
    """The statement of `list_invoices`, and its arguments."""
    conditions = Conditions()
    conditions.add_any(PARTIES, parties)
    conditions.add_all(FILTERS, wanted)
    if wanted.payment is not None:
        conditions.add(f"invoice_payment(t, {conditions.placed(today)}) = {conditions.placed(wanted.payment)}")
    narrow = any(getattr(wanted, name) is not None for name in NARROW)
    return conditions.page(invoices, request, narrow=narrow), conditions.arguments


async def settled_invoices(tx: Tx, order_id: UUID) -> list[UUID]:
    """The invoices of an order of which nothing is due."""
    sql = """select t.id from invoice_order p join invoice t on t.id = p.invoice_id
              where p.order_id = $1 and invoice_due(t) = 0"""
    return [row["id"] for row in await tx.rows(sql, order_id)]


async def is_disputed(tx: Tx, invoice_id: UUID) -> bool:
    """Whether a customer disputes the job of an order of this invoice."""
    sql = """select exists(select 1 from invoice_order p join "order" o on o.id = p.order_id
                             join assignment a on a.id = o.assignment_id
                            where p.invoice_id = $1 and a.state = 'disputed')"""
    return bool(await tx.value(sql, invoice_id))


WITHOUT = """t.invoice_id is null and t.state in ('delivered', 'completed')
             and (t.net_cents + t.vat_cents <> t.refunded_cents or t.deposit_cents > 0)
             and not exists (select 1 from cooperative s join cooperative b on b.kvk_number = s.kvk_number
                              where s.id = t.cooperative_id and b.id = t.buyer_id)"""
"""The condition of an order `t` that was supplied, has something to invoice, and no invoice.

A charge within one legal entity gets none.
"""


def can_issue(cooperative: str, day: str) -> str:
    """The condition that a cooperative can issue, as `Cooperative.can_invoice` says, and had a prefix on a day.

    Both are SQL expressions. If it said less, what cannot be issued would fill the rounds of what can.
    """
    return f"""exists (
        select 1 from cooperative c join bank_account b on b.cooperative_id = c.id and b.state = 'confirmed'
                                               and b.for_customers
         where c.id = {cooperative} and c.invoice_prefix is not null and c.legal_name is not null
           and c.postal_address is not null and (c.kvk_number is not null or c.legal_form = 'informal')
           and (c.vat_id is not null or exists (select 1 from small_business_spell s
                                                 where s.cooperative_id = c.id and s.until is null))
           and {day} >= (select min(x.since) from invoice_prefix x where x.cooperative_id = c.id))"""


DELIVERED_ON = "(t.delivered_at at time zone 'Europe/Amsterdam')::date"
READY = can_issue("t.cooperative_id", f"coalesce({DELIVERED_ON}, 'infinity')")
"""The condition of an order `t` whose seller can issue, and had a prefix on the day on which it delivered."""
PAID_BEFORE = """t.invoice_id is null and t.state in ('placed', 'accepted', 'in_progress') and t.buyer_id is null
                 and coalesce(t.contact #>> '{buyer,buyer_type}', 'consumer') <> 'consumer'
                 and t.paid_cents - owed_back(t) > t.deposit_cents"""
"""The condition of an order `t` of a company or a public body that paid before supply, and has no invoice for it."""
BY_MONTH = "coalesce(t.contact #>> '{buyer,billing}', 'per_order') = 'monthly'"
NAMED = f"""(
    t.contact #>> '{{buyer,postal_address}}' is not null or t.deposit_cents > 0
    or coalesce(t.contact #>> '{{buyer,buyer_type}}', 'consumer') <> 'consumer'
    or coalesce(t.contact #>> '{{buyer,billing}}', 'per_order') = 'monthly'
    or t.net_cents + t.vat_cents - t.refunded_cents <= {SIMPLIFIED_LIMIT})"""
"""The condition of an order `t` that has all that its invoice names of the buyer."""
PARTNER_NAMED = """(
    t.buyer_id is null or exists (
        select 1 from cooperative b
         where b.id = t.buyer_id
           and (b.postal_address is not null or t.contact #>> '{buyer,postal_address}' is not null)
           and (b.vat_id is not null or not exists (
                   select 1 from order_line l where l.order_id = t.id and l.vat_class = 'reverse_charged'))))"""
"""The same of a cooperative that buys: its address, and its VAT id if it declares the VAT."""


async def orders_without_invoice(tx: Tx, month: date, limit: int = 1000) -> list[Order]:
    """Orders that were supplied, or paid before by a company, and have no invoice, of which it is issued by itself.

    At most `limit` of those that are invoiced alone, oldest first, and all that are invoiced by the month and
    were delivered before `month`, a first day.
    """
    supplied = f"{WITHOUT} and {READY} and {NAMED} and {PARTNER_NAMED}"
    alone = f"""select t.id from "order" t where {supplied} and not ({BY_MONTH}) or {PAID_BEFORE} and {READY}
                 order by t.id limit $1"""
    monthly = f'select t.id from "order" t where {supplied} and {BY_MONTH} and {DELIVERED_ON} < $2'
    sql = f"{orders.select} where t.id in (({alone}) union all {monthly}) order by t.id"
    return [orders.load(row) for row in await tx.rows(sql, limit, month)]


async def orders_that_wait(tx: Tx, cooperative_id: UUID, limit: int = 1000) -> list[UUID]:
    """Orders of a cooperative for which an invoice may be due now: of their supply, or of money that came before it."""
    sql = f"""select t.id from "order" t
               where t.cooperative_id = $1
                 and ({WITHOUT} and {DELIVERED_ON} >= (
                          select min(p.since) from invoice_prefix p where p.cooperative_id = t.cooperative_id)
                      or t.state in ('accepted', 'in_progress') and t.paid_cents > t.deposit_cents
                         and coalesce(t.contact #>> '{{buyer,buyer_type}}', 'consumer') <> 'consumer')
               order by t.id limit $2"""
    return [row["id"] for row in await tx.rows(sql, cooperative_id, limit)]


async def count_without_invoice(tx: Tx, first: date, until: date) -> dict[UUID, int]:
    """How many orders of each cooperative have no invoice of what was supplied, or paid before, on these days.

    `until` is excluded. Not of private people, to whom there is no duty (Wet OB 1968 art. 34c).
    """
    sql = f"""select t.cooperative_id, count(*)::int as count from "order" t
               where {WITHOUT} and coalesce(t.contact #>> '{{buyer,buyer_type}}', 'consumer') <> 'consumer'
                 and {DELIVERED_ON} >= $1 and {DELIVERED_ON} < $2
                  or {PAID_BEFORE}
                 and exists (select 1 from payment p where p.order_id = t.id and p.paid_on >= $1 and p.paid_on < $2)
               group by 1"""
    return {row["cooperative_id"]: row["count"] for row in await tx.rows(sql, first, until)}
