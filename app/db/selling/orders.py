"""Orders, their lines and their trail: tables and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, Index, SmallInteger, Uuid, func
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.conditions import Conditions
from app.db.engine import Tx
from app.db.store import Store
from app.domain.page import Page, PageRequest, cut
from app.domain.selling.order_filters import OrderFilter, OrderParties, PaymentFilter
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order, OrderEvent


class OrderRow(SQLModel, table=True):
    __tablename__ = "order"
    __table_args__ = (
        c.check("order_amounts", "net_cents >= 0 and vat_cents >= 0"),
        c.check("order_paid", "paid_cents >= 0 and (buyer_id is null or paid_cents <= net_cents + vat_cents)"),
        c.check("order_refunded", "refunded_cents >= 0 and written_off_cents >= 0"),
        c.check("order_price", "refunded_cents + written_off_cents <= net_cents + vat_cents"),
        c.check("order_deposit", "deposit_cents >= 0"),
        c.check("order_called_off", "refunded_cents = 0 or state not in ('refused', 'expired', 'cancelled')"),
        c.check(
            "order_state",
            "state in ('placed', 'accepted', 'in_progress', 'delivered', 'completed',"
            " 'refused', 'expired', 'cancelled')",
        ),
        Index("order_makers", "maker_ids", postgresql_using="gin"),
        Index(
            "order_external_reference",
            "external_reference",
            "app_id",
            unique=True,
            postgresql_where=sql_text("external_reference is not null"),
        ),
        Index(
            "order_without_invoice",
            "cooperative_id",
            "delivered_at",
            postgresql_where=sql_text("invoice_id is null and state in ('delivered', 'completed')"),
        ),
        Index("order_invoice", "invoice_id", postgresql_where=sql_text("invoice_id is not null")),
        Index("order_updated", "updated_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
        *c.longest("order", note=2000, external_reference=100),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    reference: str = c.text(index=True)
    contact: dict[str, Any] = c.json()
    net_cents: int = c.cents()
    vat_cents: int = c.cents()
    placed_at: datetime = c.when()
    accept_by: datetime = c.when()
    customer_person_id: UUID | None = c.link("person", null=True)
    app_id: UUID | None = c.link("app", null=True)
    maker_ids: list[UUID] = c.ids()
    guest_token_hash: str | None = c.text(null=True, index=True)
    needed_at: datetime | None = c.when(null=True)
    note: str = c.text()
    state: str = c.text()
    paid_cents: int = c.cents()
    refunded_cents: int = c.cents()
    written_off_cents: int = c.cents()
    fund_bears: bool
    charge_parts: int
    delivered_at: datetime | None = c.when(null=True)
    completes_at: datetime | None = c.when(null=True)
    completed_at: datetime | None = c.when(null=True)
    sale_parts: int
    sale_reversed: bool
    assignment_id: UUID | None = c.link(None, null=True)
    vat_with_money: bool
    buyer_id: UUID | None = c.link("cooperative", null=True)
    external_reference: str | None = c.text(null=True)
    deposit_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    invoice_id: UUID | None = c.link(None, null=True, index=False)
    """The invoice of its supply."""
    pay_by: date | None = c.day(null=True)
    payment_days: int = Field(sa_type=SmallInteger, sa_column_kwargs={"server_default": "14"})
    updated_at: datetime = Field(
        sa_type=DateTime(timezone=True), nullable=False, sa_column_kwargs={"server_default": func.now()}
    )
    """When the row was written last: a trigger keeps it, whoever writes."""
    terms: int = Field(sa_type=SmallInteger, sa_column_kwargs={"server_default": "1"})
    version: int


class OrderLineRow(SQLModel, table=True):
    __tablename__ = "order_line"
    __table_args__ = (
        c.check("order_line_quantity", "quantity between 1 and 100000"),
        c.check("order_line_amounts", "gross_cents = net_cents + vat_cents and basis in ('incl', 'excl')"),
        c.check(
            "order_line_minutes",
            "(minutes is not null) = (price_unit = 'hour') and (minutes is null or quantity = (minutes + 59) / 60)",
        ),
        c.check("order_line_terms", "terms > 0 and cardinality(replaces) = terms - 1"),
    )
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    offering_id: UUID | None = c.link("offering", null=True)
    edition: int
    member_id: UUID | None = c.link("member", null=True)
    title: str = c.text()
    price_unit: str = c.text()
    quantity: int
    unit_price_cents: int = c.cents()
    vat_class: str = c.text()
    vat_basis_points: int
    reversed_basis_points: int
    counts_stock: bool
    goods: bool = Field(sa_column_kwargs={"server_default": "false"})
    purchase_cents: int | None = c.cents(null=True)
    minutes: int | None
    basis: str = c.text()
    net_cents: int = c.cents()
    vat_cents: int = c.cents()
    gross_cents: int = c.cents()
    terms: int = Field(sa_type=SmallInteger, sa_column_kwargs={"server_default": "1"})
    replaces: list[UUID] = Field(sa_type=ARRAY(Uuid), sa_column_kwargs={"server_default": "{}"})
    kept_net_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    kept_vat_cents: int = Field(sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    taxed_as: str | None = c.text(null=True)
    taxed_purchase_cents: int | None = c.cents(null=True)


class OrderEventRow(SQLModel, table=True):
    """Append-only: triggers refuse any change."""

    __tablename__ = "order_event"
    __table_args__ = (*c.longest("order_event", note=2000),)
    id: UUID = c.key()
    order_id: UUID = c.link("order")
    cooperative_id: UUID = c.link("cooperative", index=False)
    verb: str = c.text()
    state: str = c.text()
    at: datetime = c.when()
    person_id: UUID | None = c.link("person", null=True, index=False)
    app_id: UUID | None = c.link("app", null=True, index=False)
    note: str = c.text()


LINES = """(
    select coalesce(jsonb_agg(to_jsonb(l) || coalesce(c.credited, '{}') order by l.id), '[]')
      from order_line l
      left join lateral (
           select jsonb_build_object('credited_net_cents', sum(c.net_cents), 'credited_vat_cents', sum(c.vat_cents),
                                     'credited_quantity', sum(c.quantity)) as credited
             from credit_line c join credit k on k.id = c.credit_id and k.reversed_on is null
            where c.order_line_id = any(l.replaces || l.id) having count(*) > 0) c on true
     where l.order_id = t.id and l.terms = t.terms)"""
"""The last lines of an order, with what was credited of each and of those that it replaces."""
orders = Store(
    OrderRow,
    Order,
    fixed=(
        "cooperative_id",
        "reference",
        "contact",
        "placed_at",
        "accept_by",
        "customer_person_id",
        "app_id",
        "guest_token_hash",
        "needed_at",
        "note",
        "buyer_id",
        "external_reference",
        "payment_days",
        "invoice_id",
        "pay_by",
    ),
    saves_extra=True,
    lines=LINES,
)
lines = Store(OrderLineRow, OrderLine)
events = Store(OrderEventRow, OrderEvent)


async def add_order(tx: Tx, order: Order, *trail: OrderEvent) -> None:
    """Insert an order with its lines and the beginning of its trail, with the next statement."""
    rows = orders.records([order])[0], lines.records(order.lines), events.records(trail)
    await tx.write("select add_order($1, $2, $3)", *rows, row=("order", order.id), inserts=True)


async def set_invoice(tx: Tx, orders_of: Sequence[Order], invoice_id: UUID) -> None:
    """Note the invoice of the supply of locked orders, and by when it is paid.

    Their version stays, since nothing is different that people change.
    """
    sql = """update "order" t set invoice_id = $3, pay_by = n.pay_by
               from unnest($1::uuid[], $2::date[]) as n (id, pay_by) where t.id = n.id"""
    await tx.value(sql, [one.id for one in orders_of], [one.pay_by for one in orders_of], invoice_id)


async def take_back_invoice(tx: Tx, order: Order) -> None:
    """Note that the supply of a locked order is taken back, so that its invoice asks as a deposit does.

    The state and the deposits are written with it, because a trigger refuses it otherwise.
    """
    sql = """update "order" set invoice_id = null, pay_by = null, state = $2, delivered_at = $3, deposit_cents = $4
              where id = $1"""
    await tx.value(sql, order.id, order.state, order.delivered_at, order.deposit_cents)


PARTIES = {
    "cooperative_ids": "t.cooperative_id = any({})",
    "member_ids": "t.maker_ids && {} and t.buyer_id is null",
    "person_id": "t.customer_person_id = {}",
    "app_id": "t.app_id = {}",
}
FILTERS = {
    "state": "t.state = {}",
    "cooperative_id": "t.cooperative_id = {}",
    "reference": "t.reference = {}",
    "external_reference": "t.external_reference = {}",
    "buyer": "strpos(buyer_of(t), lower({} collate pg_c_utf8)) > 0",
    "buyer_type": "coalesce(t.contact #>> '{{buyer,buyer_type}}', 'consumer') = {}",
    "updated_since": "t.updated_at >= {}",
    "invoice_number": "t.id in (select p.order_id from invoice_order p join invoice i on i.id = p.invoice_id"
    " where i.number = {})",
}
PAYMENTS = {
    PaymentFilter.UNPAID: "due_cents(t) > 0 and payment_of(t) = 'unpaid'",
    PaymentFilter.PARTLY_PAID: "due_cents(t) > 0 and payment_of(t) = 'partly_paid'",
    PaymentFilter.OVERDUE: "due_cents(t) > 0",
    PaymentFilter.OWED_BACK: "owed_back(t) > 0",
}
"""The conditions of those that are more, or other, than a state of payment."""
NARROW = ("payment", "reference", "external_reference", "buyer", "buyer_type", "updated_since", "invoice_number")
"""Filters that few orders pass."""


async def list_orders(tx: Tx, request: PageRequest, parties: OrderParties, wanted: OrderFilter) -> Page[Order]:
    """The orders that somebody is a party to, newest first."""
    sql, arguments = found_orders(request, parties, wanted, tx.today)
    return cut([orders.load(record) for record in await tx.rows(sql, *arguments)], request)


def found_orders(
    request: PageRequest, parties: OrderParties, wanted: OrderFilter, today: date
) -> tuple[str, list[object]]:
    """The statement of `list_orders`, and its arguments."""
    conditions = Conditions()
    conditions.add_any(PARTIES, parties)
    conditions.add_all(FILTERS, wanted)
    if wanted.payment is not None:
        conditions.add(PAYMENTS.get(wanted.payment, f"payment_of(t) = '{wanted.payment}'"))
    if wanted.payment is PaymentFilter.OVERDUE:
        conditions.add(f"due_on(t) < {conditions.placed(today)}")
    narrow = any(getattr(wanted, name) is not None for name in NARROW)
    return conditions.page(orders, request, narrow=narrow), conditions.arguments
