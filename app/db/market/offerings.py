"""Offerings, their published editions, their stock and what is held of it: tables and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Column, Computed, Index
from sqlalchemy import text as sql_text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.small_business import SPELLS
from app.db.rules import SIGNED
from app.db.store import Query, Store
from app.domain.market.offerings import Hold, Offering
from app.domain.small_business import Spell


class OfferingRow(SQLModel, table=True):
    __tablename__ = "offering"
    __table_args__ = (
        Index("offering_search", "search", postgresql_using="gin"),
        Index("offering_category", "category", "id", postgresql_where=sql_text("state = 'published'")),
        Index("offering_town", sql_text("lower(town)"), "id", postgresql_where=sql_text("state = 'published'")),
        c.check("offering_price_cents", "price_cents between 0 and 100000000"),
        c.check(
            "offering_price_basis",
            "price_basis in ('incl', 'excl') and (vat_class <> 'margin' or price_basis = 'incl')",
        ),
        c.check("offering_consumer_price", "consumer_price_cents >= 0"),
        c.check("offering_lead_time", "lead_time_minutes between 0 and 525600"),
        Index("offering_external", "cooperative_id", "source", "external_id", unique=True),
        Index("offering_held", "import_id", "id", postgresql_where=sql_text("state = 'in_review'")),
        c.check("offering_external", "(source is null) = (external_id is null)"),
        c.check(
            "offering_hidden_by",
            "hidden_by <@ '{maker,membership}' and (state <> 'published' or hidden_by = '{}')"
            " and (state <> 'paused' or hidden_by <> '{}')",
        ),
        c.check("offering_image_url", "image_url ~ '^https?://'"),
        *c.longest("offering", title=120, text=4000, category=60, town=80, image_url=1000, source=60, external_id=100),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    member_id: UUID = c.link("member")
    kind: str = c.text()
    title: str = c.text()
    text: str = c.text()
    category: str = c.text()
    price_unit: str = c.text()
    price_cents: int = c.cents()
    price_basis: str = c.text()
    consumer_price_cents: int = c.cents()
    vat_class: str = c.text()
    purchase_cents: int | None = c.cents(null=True)
    town: str = c.text()
    tags: list[str] = c.texts()
    image_url: str | None = c.text(null=True)
    lead_time_minutes: int
    state: str = c.text()
    hidden_by: list[str] = c.texts()
    edition: int
    version: int
    source: str | None = c.text(null=True)
    external_id: str | None = c.text(null=True)
    import_id: UUID | None = c.link("offering_import", null=True, index=False)
    search: Any = Field(
        sa_column=Column(
            TSVECTOR,
            Computed(
                "setweight(to_tsvector('dutch', title), 'A') || setweight(to_tsvector('dutch', category), 'B')"
                " || setweight(to_tsvector('dutch', text), 'C')",
                persisted=True,
            ),
        )
    )


class EditionRow(SQLModel, table=True):
    """The contents of an offering as they were published, kept for ever."""

    __tablename__ = "offering_edition"
    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)
    edition: int = Field(primary_key=True)
    published_at: datetime = c.when()
    contents: dict[str, Any] = c.json()


class StockRow(SQLModel, table=True):
    __tablename__ = "stock"
    __table_args__ = (c.check("stock_never_oversold", "held between 0 and units"),)
    offering_id: UUID = Field(foreign_key="offering.id", primary_key=True)
    units: int
    held: int
    said: int | None


class HoldRow(SQLModel, table=True):
    __tablename__ = "stock_hold"
    __table_args__ = (
        Index("stock_hold_open", "cooperative_id", "id", postgresql_where=sql_text("state = 'active'")),
        c.check("stock_hold_quantity", "quantity > 0"),
        c.check("stock_hold_state", "state in ('active', 'used', 'released', 'expired')"),
    )
    id: UUID = c.key()
    offering_id: UUID = c.link("offering")
    cooperative_id: UUID = c.link("cooperative", index=False)
    quantity: int
    expires_at: datetime = c.when()
    edition: int
    purchase_cents: int | None = c.cents(null=True)
    order_id: UUID | None = c.link(None, null=True)
    person_id: UUID | None = c.link("person", null=True, index=False)
    app_id: UUID | None = c.link("app", null=True, index=False)
    state: str = c.text()


UNSEEN = "t.state in ('draft', 'in_review')"
offerings = Store(
    OfferingRow,
    Offering,
    fixed=("cooperative_id",),
    stock="(select s.units from stock s where s.offering_id = t.id)",
    held="coalesce((select s.held from stock s where s.offering_id = t.id), 0)",
    said="(select s.said from stock s where s.offering_id = t.id)",
    agreed_from=f"""case when {UNSEEN} then (select min(a.active_from) from agreement a
                     where a.cooperative_id = t.cooperative_id and {SIGNED}) end""",
    maker_state=f"case when {UNSEEN} then (select m.state from member m where m.id = t.member_id) end",
)
holds = Store(HoldRow, Hold)
_SPELLS = TypeAdapter(tuple[Spell, ...])


async def lock_stock(tx: Tx, offering_ids: Sequence[UUID]) -> None:
    """Lock the stock of these offerings, in one order for everybody."""
    sql = "select 1 from stock where offering_id = any($1) order by offering_id for update"
    await tx.rows(sql, list(offering_ids))


def locked_offerings(offering_ids: Sequence[UUID]) -> Query[tuple[Offering, tuple[Spell, ...]]]:
    """Asks for offerings as they are once their stock is locked, each with the times when its seller charges no VAT."""
    sql = f"""
        with s as materialized (select offering_id, units, held from stock where offering_id = any($1)
                                 order by offering_id for update)
        select {offerings.own}, s.units as stock, coalesce(s.held, 0) as held,
               {SPELLS.format(cooperative="t.cooperative_id")} as spells
          from offering t left join s on s.offering_id = t.id
         where t.id = any($1) order by t.id"""
    return Query(
        sql,
        (tuple(offering_ids),),
        lambda row: (offerings.load(row), _SPELLS.validate_python(row["spells"])),
    )


async def save_stock(tx: Tx, offering: Offering) -> None:
    """Write the units of an offering, and how many of them are held."""
    row = ("stock", offering.id)
    if offering.stock is None:
        await tx.write("delete from stock where offering_id = $1 and held = 0", offering.id, row=row)
        return
    sql = """insert into stock (offering_id, units, held) values ($1, $2, $3)
             on conflict (offering_id) do update set units = excluded.units, held = excluded.held"""
    await tx.write(sql, offering.id, offering.stock, offering.held, row=row, inserts=True, parents=("offering",))


async def save_held(tx: Tx, offering: Offering) -> None:
    """Write how many units of an offering are held. The stock is locked; those who buy write nothing else of it."""
    sql = "update stock set held = $2 where offering_id = $1"
    await tx.write(sql, offering.id, offering.held, row=("stock", offering.id))


async def add_edition(tx: Tx, offering: Offering, contents: dict[str, Any]) -> None:
    sql = "insert into offering_edition (offering_id, edition, published_at, contents) values ($1, $2, $3, $4)"
    await tx.value(sql, offering.id, offering.edition, tx.now, contents)


async def write_consumer_prices(tx: Tx, day: date, cooperative_ids: Sequence[UUID]) -> int:
    """Write what a consumer pays on a day for the offerings of these cooperatives; returns how many were another.

    It is the figure of `consumer_cents`. The offering keeps its version and its edition.
    """
    sql = """
        with found as (
            select o.id, case when o.price_basis = 'incl' or exists (
                       select from small_business_spell b
                        where b.cooperative_id = o.cooperative_id and b.since <= $1
                          and (b.until is null or b.until > $1)) then o.price_cents
                              else o.price_cents + (o.price_cents * r.basis_points + 5000) / 10000 end as cents
              from offering o
             cross join lateral (select v.basis_points from vat_rate v
                                  where v.vat_class = o.vat_class and v.from_date <= $1
                                  order by v.from_date desc limit 1) r
             where o.cooperative_id = any($2)),
        written as (
            update offering t set consumer_price_cents = f.cents from found f
             where f.id = t.id and f.cents <> t.consumer_price_cents returning t.id)
        select count(*) from written"""
    return int(await tx.value(sql, day, list(cooperative_ids)))


async def end_holds(tx: Tx, *, state: str, order_id: UUID | None = None, hold_id: UUID | None = None) -> int:
    """End the active holds of an order, or one hold; `used` units leave the stock. Returns how many units.

    Locks the stock before the holds, as a new order does.
    """
    locked = """select 1 from stock where offering_id in (select h.offering_id from stock_hold h
                  where h.order_id = $1 or h.id = $2) order by offering_id for update"""
    await tx.rows(locked, order_id, hold_id)
    sql = """
        with ended as (
            update stock_hold set state = $3
             where state = 'active' and (order_id = $1 or id = $2) returning offering_id, quantity),
        totals as (select offering_id, sum(quantity)::int as quantity from ended group by 1),
        changed as (
            update stock s set held = s.held - t.quantity,
                   units = s.units - case when $3 = 'used' then t.quantity else 0 end
              from totals t where s.offering_id = t.offering_id)
        select coalesce(sum(quantity), 0)::int from totals"""
    return int(await tx.value(sql, order_id, hold_id, state))


async def put_back(tx: Tx, order_id: UUID) -> None:
    """Return to stock what an accepted order had taken from it."""
    sql = """
        with back as (update stock_hold set state = 'released' where order_id = $1 and state = 'used'
                      returning offering_id, quantity),
        totals as (select offering_id, sum(quantity)::int as quantity from back group by 1)
        update stock s set units = s.units + t.quantity from totals t where s.offering_id = t.offering_id"""
    await tx.value(sql, order_id)


async def hide_offerings_of(tx: Tx, member_id: UUID) -> list[UUID]:
    """Hide what a member offers, since their membership is paused or over. Returns what was shown before."""
    sql = """update offering set hidden_by = hidden_by || '{membership}', state = 'paused', version = version + 1
              where member_id = $1 and state in ('published', 'paused') and not 'membership' = any(hidden_by)
              returning id, old.state"""
    return [row["id"] for row in await tx.rows(sql, member_id) if row["state"] == "published"]


async def show_offerings_of(tx: Tx, member_id: UUID) -> list[UUID]:
    """Lift what the membership hid; what the maker hid stays hidden. Returns what is shown again."""
    sql = """update offering set hidden_by = array_remove(hidden_by, 'membership'), version = version + 1,
                    state = case when hidden_by = '{membership}' then 'published' else 'paused' end
              where member_id = $1 and state = 'paused' and 'membership' = any(hidden_by) returning id, state"""
    return [row["id"] for row in await tx.rows(sql, member_id) if row["state"] == "published"]


async def edition_of(tx: Tx, offering_id: UUID, edition: int) -> dict[str, Any] | None:
    """The contents of a published edition, or None."""
    sql = "select contents from offering_edition where offering_id = $1 and edition = $2"
    found: dict[str, Any] | None = await tx.value(sql, offering_id, edition)
    return found


async def own_checkouts(tx: Tx, offering_id: UUID, person_id: UUID | None, app_id: UUID | None) -> list[Hold]:
    """The holds of a buyer's checkouts on an offering that have not ended."""
    sql = f"""{holds.select} where t.offering_id = $1 and t.state = 'active' and t.order_id is null
              and (t.person_id = $2 or t.app_id = $3) and t.expires_at > $4 order by t.id"""
    return [holds.load(row) for row in await tx.rows(sql, offering_id, person_id, app_id, tx.now)]


async def overdue_holds(tx: Tx, offering_id: UUID) -> list[Hold]:
    """Holds that still take units although their time is over."""
    sql = f"{holds.select} where t.offering_id = $1 and t.state = 'active' and t.expires_at <= $2 order by t.id"
    return [holds.load(row) for row in await tx.rows(sql, offering_id, tx.now)]
