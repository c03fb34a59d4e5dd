"""Orders, their lines and their trail: tables and queries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.page import Page, PageRequest, cut
from app.domain.selling.orders import GuestOrder, Order, OrderEvent, OrderLine


class OrderRow(SQLModel, table=True):
    __tablename__ = "order"
    __table_args__ = (
        c.check("order_amounts", "net_cents >= 0 and vat_cents >= 0"),
        c.check("order_paid", "paid_cents >= 0 and (buyer_id is null or paid_cents <= net_cents + vat_cents)"),
        c.check("order_refunded", "refunded_cents between 0 and net_cents + vat_cents"),
        c.check("order_called_off", "refunded_cents = 0 or state not in ('refused', 'expired', 'cancelled')"),
        c.check(
            "order_state",
            "state in ('placed', 'accepted', 'in_progress', 'delivered', 'completed',"
            " 'refused', 'expired', 'cancelled')",
        ),
        Index("order_makers", "maker_ids", postgresql_using="gin"),
        *c.longest("order", note=2000),
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
    delivered_at: datetime | None = c.when(null=True)
    completed_at: datetime | None = c.when(null=True)
    sale_parts: int
    sale_reversed: bool
    assignment_id: UUID | None = c.link(None, null=True)
    buyer_id: UUID | None = c.link("cooperative", null=True)
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
    counts_stock: bool
    purchase_cents: int | None = c.cents(null=True)
    minutes: int | None
    basis: str = c.text()
    net_cents: int = c.cents()
    vat_cents: int = c.cents()
    gross_cents: int = c.cents()


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


orders = Store(
    OrderRow,
    Order,
    fixed=(
        "cooperative_id",
        "reference",
        "contact",
        "net_cents",
        "vat_cents",
        "placed_at",
        "accept_by",
        "customer_person_id",
        "app_id",
        "guest_token_hash",
        "needed_at",
        "note",
        "buyer_id",
    ),
    lines="(select coalesce(jsonb_agg(to_jsonb(l) order by l.id), '[]') from order_line l where l.order_id = t.id)",
)
lines = Store(OrderLineRow, OrderLine)
events = Store(OrderEventRow, OrderEvent)


async def turnover_of_year(tx: Tx, cooperative_id: UUID, year: int) -> int:
    """Net cents that a cooperative sold in a calendar year, without cancelled orders and refunds.

    Locks the cooperative until the transaction ends: the next order counts this one.
    """
    await tx.value("select 1 from cooperative where id = $1 for no key update", cooperative_id)
    sql = """select coalesce(sum(case when refunded_cents = 0 then net_cents
                    else net_cents * (net_cents + vat_cents - refunded_cents) / (net_cents + vat_cents) end), 0)::bigint
               from "order" where cooperative_id = $1 and state not in ('refused', 'expired', 'cancelled')
                and extract(year from placed_at at time zone 'Europe/Amsterdam') = $2"""
    return int(await tx.value(sql, cooperative_id, year))


async def add_order(tx: Tx, order: Order, *trail: OrderEvent) -> None:
    """Insert an order with its lines and the beginning of its trail, with the next statement."""
    rows = orders.records([order])[0], lines.records(order.lines), events.records(trail)
    await tx.write("select add_order($1, $2, $3)", *rows, row=("order", order.id), inserts=True)


async def list_orders(
    tx: Tx,
    request: PageRequest,
    *,
    cooperative_ids: tuple[UUID, ...],
    member_ids: tuple[UUID, ...],
    person_id: UUID | None,
    app_id: UUID | None,
    state: str | None,
    cooperative_id: UUID | None,
) -> Page[Order]:
    """The orders that somebody is a party to: staff there, maker, customer or app."""
    sql = f"""{orders.select}
        where (t.cooperative_id = any($1) or t.maker_ids && $2 and t.buyer_id is null
               or t.customer_person_id = $3 or t.app_id = $4)
          and ($5::text is null or t.state = $5) and ($6::uuid is null or t.cooperative_id = $6)
          and ($7::uuid is null or t.id < $7)
        order by t.id desc limit {int(request.limit) + 1}"""
    places = (
        list(cooperative_ids),
        list(member_ids),
        person_id,
        app_id,
        state,
        cooperative_id,
        request.after,
    )
    return cut([orders.load(record) for record in await tx.rows(sql, *places)], request)


async def guest_order(tx: Tx, token_hash: str) -> GuestOrder | None:
    """The order as the holder of a status link sees it."""
    record = await tx.row("select * from guest_order($1)", token_hash)
    return GuestOrder(**dict(record)) if record else None
