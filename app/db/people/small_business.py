"""Spells of the small-business scheme, and the turnover of a legal entity: tables and queries."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Index, Integer, Text
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.small_business import Spell


class SmallBusinessSpellRow(SQLModel, table=True):
    """A trigger refuses any change of a spell that has ended."""

    __tablename__ = "small_business_spell"
    __table_args__ = (
        c.check("small_business_spell_days", "until >= since"),
        Index(
            "small_business_spell_open",
            "cooperative_id",
            unique=True,
            postgresql_where=sql_text("until is null"),
        ),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    since: date = c.day()
    until: date | None = c.day(null=True)
    version: int


class SmallBusinessYearRow(SQLModel, table=True):
    """A lock: one supply of a legal entity at a time is counted in a year. `entity` is the KvK number, or an id."""

    __tablename__ = "small_business_year"
    entity: str = Field(sa_type=Text, primary_key=True)
    year: int = Field(sa_type=Integer, primary_key=True)


spells = Store(SmallBusinessSpellRow, Spell, fixed=("cooperative_id",))
SPELLS = """(
    select coalesce(jsonb_agg(to_jsonb(b) order by b.since, b.id), '[]')
      from small_business_spell b where b.cooperative_id = {cooperative} and (b.until is null or b.until > b.since))"""
"""The spells of a cooperative that have run or will, oldest first."""


async def legal_entity(tx: Tx, cooperative_id: UUID) -> list[UUID]:
    """The cooperatives of the same KvK number; one without a number is alone."""
    sql = """select o.id from cooperative c join cooperative o on o.id = c.id or o.kvk_number = c.kvk_number
              where c.id = $1 order by o.id"""
    return [row["id"] for row in await tx.rows(sql, cooperative_id)]


async def lock_year(tx: Tx, cooperative_id: UUID, year: int) -> None:
    """Locks a year of a cooperative's legal entity until the transaction ends."""
    sql = """insert into small_business_year (entity, year)
             select coalesce(kvk_number, id::text), $2 from cooperative where id = $1
             on conflict (entity, year) do update set year = excluded.year"""
    await tx.value(sql, cooperative_id, year)


async def supplied_in(tx: Tx, cooperative_ids: Sequence[UUID], year: int, *, but: UUID | None = None) -> int:
    """Net cents that these cooperatives supplied in a year, less credits, without the order `but`.

    Supplies without VAT by their nature (art. 11) do not count. The caller sees the orders of all of them.
    """
    sql = """
        select coalesce(sum(l.net_cents - coalesce(c.cents, 0)), 0)::bigint
          from "order" o join order_line l on l.order_id = o.id and l.terms = o.terms
          left join lateral (select sum(r.net_cents) as cents
                               from credit_line r join credit k on k.id = r.credit_id and k.reversed_on is null
                              where r.order_line_id = any(l.replaces || l.id)) c on true
         where o.cooperative_id = any($1) and o.state in ('delivered', 'completed') and o.id is distinct from $3
           and extract(year from o.delivered_at at time zone 'Europe/Amsterdam') = $2
           and (l.vat_class <> 'exempt' or l.taxed_as is not null)"""
    return int(await tx.value(sql, list(cooperative_ids), year, but))


async def supplied_with(tx: Tx, cooperative_id: UUID, since: date, until: date | None, *, vat: bool) -> bool:
    """Whether a cooperative supplied something with VAT, or without it by the scheme, on the days before `until`."""
    sql = """
        select exists (
            select from "order" o join order_line l on l.order_id = o.id and l.terms = o.terms
             where o.cooperative_id = $1 and o.state in ('delivered', 'completed')
               and (o.delivered_at at time zone 'Europe/Amsterdam')::date >= $2
               and ($3::date is null or (o.delivered_at at time zone 'Europe/Amsterdam')::date < $3)
               and case when $4 then l.vat_cents <> 0 else l.taxed_as is not null end)"""
    return bool(await tx.value(sql, cooperative_id, since, until, vat))
