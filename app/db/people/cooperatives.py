"""Cooperatives: table and queries."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.small_business import SPELLS
from app.db.store import Store
from app.domain.access import Role
from app.domain.people.cooperatives import Cooperative


class CooperativeRow(SQLModel, table=True):
    __tablename__ = "cooperative"
    __table_args__ = (
        UniqueConstraint("slug"),
        c.check("cooperative_slug", "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'"),
        c.check("cooperative_kvk_number", "kvk_number ~ '^[0-9]{8}$'"),
        c.check("cooperative_not_its_own_umbrella", "umbrella_id <> id"),
        c.check("cooperative_oin", "oin ~ '^[0-9]{20}$'"),
        c.check(
            "cooperative_cash_method",
            "(cash_method_from is null) = (cash_method_ground is null)"
            " and cash_method_ground in ('listed_trade', 'mostly_private') and cash_method_until > cash_method_from"
            " and extract(doy from cash_method_from) = 1 and extract(doy from cash_method_until) = 1",
        ),
        c.check("cooperative_invoice_prefix", "invoice_prefix ~ '^[A-Z]{1,6}$' and invoice_prefix !~ '^RF'"),
        c.check("cooperative_payment_days", "payment_days between 0 and 90"),
        *c.longest("cooperative", name=120, town=80, about=4000, legal_name=120, email=254, phone=30, vat_id=20),
    )
    id: UUID = c.key()
    slug: str = c.text()
    name: str = c.text()
    legal_form: str = c.text()
    municipality_id: UUID = c.link("municipality")
    town: str = c.text()
    about: str = c.text()
    kvk_number: str | None = c.text(null=True)
    umbrella_id: UUID | None = c.link("cooperative", null=True)
    cash_method_from: date | None = c.day(null=True)
    cash_method_until: date | None = c.day(null=True)
    cash_method_ground: str | None = c.text(null=True)
    legal_name: str | None = c.text(null=True)
    postal_address: dict[str, Any] | None = c.json(null=True)
    email: str | None = c.text(null=True)
    phone: str | None = c.text(null=True)
    vat_id: str | None = c.text(null=True)
    oin: str | None = c.text(null=True)
    payment_days: int = Field(sa_type=SmallInteger, sa_column_kwargs={"server_default": "14"})
    invoice_prefix: str | None = c.text(null=True)
    statements_from: date | None = c.day(null=True)
    version: int


UMBRELLA = "(select u.umbrella_id from cooperative u where u.id = t.cooperative_id)"
"""The umbrella that the cooperative of a row has now."""
CONFIRMED = """
    (select b.{column} from bank_account b
      where b.cooperative_id = t.id and b.state = 'confirmed' and b.for_customers)"""
"""A column of the bank account that customers pay to."""
cooperatives = Store(
    CooperativeRow,
    Cooperative,
    fixed=("slug", "legal_form", "municipality_id"),
    small_business_spells=SPELLS.format(cooperative="t.id"),
    iban=CONFIRMED.format(column="iban"),
    iban_name=CONFIRMED.format(column="name"),
)


async def all_cooperatives(tx: Tx) -> list[UUID]:
    """The ids of all cooperatives."""
    return [row["id"] for row in await tx.rows("select id from cooperative order by id")]


async def books_from(tx: Tx, *cooperative_ids: UUID) -> date:
    """The first day of the books that all of these keep: of their opening, else of the cooperative."""
    return date.fromisoformat(
        await tx.value("select max(books_from(c))::text from unnest($1::uuid[]) c", cooperative_ids)
    )


async def officers(tx: Tx, cooperative_id: UUID) -> list[tuple[UUID, Role]]:
    """Who holds which office at a cooperative now."""
    sql = "select person_id, role from office where cooperative_id = $1 and ended_at is null"
    return [(row["person_id"], Role(row["role"])) for row in await tx.rows(sql, cooperative_id)]


async def is_under(tx: Tx, cooperative_id: UUID, umbrella_id: UUID) -> bool:
    """Whether `cooperative_id` stands somewhere below `umbrella_id` in the tree, or is the same."""
    sql = """
        with recursive up as (
            select id, umbrella_id from cooperative where id = $1
            union select c.id, c.umbrella_id from cooperative c join up on c.id = up.umbrella_id)
        select exists(select 1 from up where id = $2)"""
    return bool(await tx.value(sql, cooperative_id, umbrella_id))
