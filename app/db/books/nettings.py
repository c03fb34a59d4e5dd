"""What cooperatives owe each other, and its netting: tables and queries."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.selling.orders import orders
from app.db.store import Store
from app.domain.books.nettings import Between, CreditLimit, Netting, StatementLine
from app.domain.page import Page, PageRequest, cut
from app.domain.selling.orders import Order


class NettingRow(SQLModel, table=True):
    __tablename__ = "netting"
    __table_args__ = (
        c.check("netting_state", "state in ('proposed', 'confirmed', 'declined', 'reversed')"),
        c.check("netting_pair", "first_id < second_id"),
        c.check("netting_two_people", "first_confirmed_by <> second_confirmed_by"),
        Index(
            "netting_one_open", "first_id", "second_id", unique=True, postgresql_where=sql_text("state = 'proposed'")
        ),
        *c.longest("netting", reason=500),
    )
    id: UUID = c.key()
    first_id: UUID = c.link("cooperative")
    second_id: UUID = c.link("cooperative")
    first_owes_cents: int = c.cents()
    second_owes_cents: int = c.cents()
    as_of: datetime = c.when()
    upto: dict[str, Any] = c.json()
    state: str = c.text()
    first_confirmed_by: UUID | None = c.link("person", null=True, index=False)
    second_confirmed_by: UUID | None = c.link("person", null=True, index=False)
    paid_on: date | None = c.day(null=True)
    reason: str = c.text()
    version: int


class CreditLimitRow(SQLModel, table=True):
    __tablename__ = "credit_limit"
    __table_args__ = (UniqueConstraint("creditor_id", "debtor_id"), c.check("credit_limit_cents", "cents >= 0"))
    id: UUID = c.key()
    creditor_id: UUID = c.link("cooperative", index=False)
    debtor_id: UUID = c.link("cooperative")
    cents: int | None = c.cents(null=True)
    set_by: UUID = c.link("person", index=False)
    version: int


nettings = Store(
    NettingRow, Netting, fixed=("first_id", "second_id", "first_owes_cents", "second_owes_cents", "as_of", "upto")
)
credit_limits = Store(CreditLimitRow, CreditLimit, fixed=("creditor_id", "debtor_id"))
_ACCOUNTS = """select a.id, a.cooperative_id, a.kind, b.posted, b.version from account a
                 join balance b on b.account_id = a.id
                where a.kind in ('receivable_cooperative', 'payable_cooperative') and a.currency = 'EUR'
                  and (a.cooperative_id = $1 and a.party = $2::text or a.cooperative_id = $2 and a.party = $1::text)"""


async def between(tx: Tx, one: UUID, other: UUID) -> tuple[Between, dict[str, int]]:
    """The open balances between two cooperatives and the last entry of each account, read from both books at once."""
    first, second = sorted((one, other))
    sql = _ACCOUNTS.replace("$1::text", "($1::uuid)::text").replace("$2::text", "($2::uuid)::text")
    rows = await tx.rows(sql, first, second)
    found = {(row["cooperative_id"] == first, row["kind"]): row["posted"] for row in rows}
    return Between(
        first_id=first,
        second_id=second,
        first_owes=found.get((True, "payable_cooperative"), 0),
        second_owes=found.get((False, "payable_cooperative"), 0),
        first_is_owed=-found.get((True, "receivable_cooperative"), 0),
        second_is_owed=-found.get((False, "receivable_cooperative"), 0),
    ), {str(row["id"]): row["version"] for row in rows}


async def list_nettings(tx: Tx, cooperative_id: UUID, request: PageRequest) -> Page[Netting]:
    """The nettings of a cooperative with any other, newest first."""
    sql = f"""{nettings.select} where (t.first_id = $1 or t.second_id = $1) and ($2::uuid is null or t.id < $2)
              order by t.id desc limit {int(request.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, request.after)
    return cut([nettings.load(row) for row in rows], request)


async def statement(tx: Tx, netting: Netting, side: UUID) -> list[StatementLine]:
    """One side's entries about the other since the previous netting, oldest first, without nettings."""
    sql = """
        with before as (
            select p.upto from netting p where p.first_id = $1 and p.second_id = $2 and p.state = 'confirmed'
               and p.id < $3 order by p.id desc limit 1)
        select j.effective_on as day, e.rule, e.facts, -e.cents as cents
          from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
         where a.id::text = any($4) and a.cooperative_id = $5 and j.source_type <> 'netting'
           and e.version <= ($6::jsonb ->> a.id::text)::bigint
           and e.version > coalesce((select (upto ->> a.id::text)::bigint from before), 0)
         order by j.booked_at, j.id, e.line"""
    places = (netting.first_id, netting.second_id, netting.id, list(netting.upto), side, netting.upto)
    return [StatementLine(**dict(row)) for row in await tx.rows(sql, *places)]


async def with_claims(tx: Tx, since: datetime) -> list[tuple[UUID, UUID]]:
    """Every pair of cooperatives with an open balance and without a proposal that is open or was made since then."""
    sql = """
        select distinct least(a.cooperative_id, a.party::uuid) as one,
               greatest(a.cooperative_id, a.party::uuid) as other
          from account a join balance b on b.account_id = a.id
         where a.kind in ('receivable_cooperative', 'payable_cooperative') and a.party is not null and b.posted <> 0
           and not exists (select 1 from netting n where (n.state = 'proposed' or n.as_of >= $1)
                              and n.first_id = least(a.cooperative_id, a.party::uuid)
                              and n.second_id = greatest(a.cooperative_id, a.party::uuid))
         order by 1, 2"""
    return [(UUID(int=row["one"].int), UUID(int=row["other"].int)) for row in await tx.rows(sql, since)]


async def unpaid_with_vat(tx: Tx, netting: Netting) -> list[Order]:
    """The locked charges between the two until then that are not paid and whose VAT is due with their money."""
    sql = """select t.id from "order" t
        where t.completed_at <= $3 and t.vat_with_money and t.paid_cents <> t.net_cents + t.vat_cents - t.refunded_cents
          and (t.cooperative_id = $1 and t.buyer_id = $2 or t.cooperative_id = $2 and t.buyer_id = $1)
        order by t.id for no key update of t"""
    rows = await tx.rows(sql, netting.first_id, netting.second_id, netting.as_of)
    return await orders.all(tx, id=tuple(row["id"] for row in rows))


async def mark_paid(tx: Tx, netting: Netting) -> None:
    """Marks the charges between the two until then as paid."""
    sql = """update "order" set paid_cents = net_cents + vat_cents - refunded_cents, version = version + 1
              where completed_at <= $3 and paid_cents <> net_cents + vat_cents - refunded_cents
                and (cooperative_id = $1 and buyer_id = $2 or cooperative_id = $2 and buyer_id = $1)"""
    await tx.rows(sql, netting.first_id, netting.second_id, netting.as_of)


_BEFORE = """select p.as_of from netting p where p.first_id = $1 and p.second_id = $2 and p.state = 'confirmed'
                and p.id < $4 order by p.id desc limit 1"""


async def paid_with_vat(tx: Tx, netting: Netting) -> list[Order]:
    """The locked charges that this netting paid and whose VAT is due with their money."""
    sql = f"""select t.id from "order" t
        where t.completed_at <= $3 and t.completed_at > coalesce(({_BEFORE}), '-infinity') and t.paid_cents <> 0
          and t.vat_with_money
          and (t.cooperative_id = $1 and t.buyer_id = $2 or t.cooperative_id = $2 and t.buyer_id = $1)
        order by t.id for no key update of t"""
    rows = await tx.rows(sql, netting.first_id, netting.second_id, netting.as_of, netting.id)
    return await orders.all(tx, id=tuple(row["id"] for row in rows))


async def mark_unpaid(tx: Tx, netting: Netting) -> None:
    """Marks the charges that this netting paid as unpaid. It has to be the last one of the two."""
    sql = f"""update "order" set paid_cents = 0, version = version + 1
               where completed_at <= $3 and completed_at > coalesce(({_BEFORE}), '-infinity') and paid_cents <> 0
                 and (cooperative_id = $1 and buyer_id = $2 or cooperative_id = $2 and buyer_id = $1)"""
    await tx.rows(sql, netting.first_id, netting.second_id, netting.as_of, netting.id)


async def later_netting(tx: Tx, netting: Netting) -> UUID | None:
    """The last netting of the same two that was confirmed after this one."""
    sql = """select id from netting where first_id = $1 and second_id = $2 and state = 'confirmed' and id > $3
              order by id desc limit 1"""
    found: UUID | None = await tx.value(sql, netting.first_id, netting.second_id, netting.id)
    return found


async def netting_of(tx: Tx, journal_ids: Sequence[UUID]) -> UUID | None:
    """The last netting that covers what these journals say of debts between cooperatives."""
    sql = """select n.id from entry e join account a on a.id = e.account_id
               join netting n on n.state = 'confirmed' and (n.upto ->> a.id::text)::bigint >= e.version
                and (n.first_id = a.cooperative_id or n.second_id = a.cooperative_id)
              where e.journal_id = any($1) and a.kind in ('receivable_cooperative', 'payable_cooperative')
              order by n.id desc limit 1"""
    found: UUID | None = await tx.value(sql, journal_ids)
    return found
