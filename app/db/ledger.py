"""The ledger's tables and the only way to write them: `post_journals` in the database, one round trip."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.domain.chart import result_lines, rgs_of
from app.domain.errors import NotFound
from app.domain.ledger import (
    FLOOR,
    Account,
    AccountKind,
    Entry,
    Journal,
    JournalKind,
    Leg,
    Period,
    Posting,
    ResultLine,
)
from app.domain.page import Page, PageRequest, cut


class AccountRow(SQLModel, table=True):
    __tablename__ = "account"
    __table_args__ = (
        UniqueConstraint(
            "cooperative_id", "kind", "currency", "member_id", "party", postgresql_nulls_not_distinct=True
        ),
        Index(
            "account_key",
            "cooperative_id",
            "kind",
            "currency",
            sql_text("coalesce(member_id, '00000000-0000-0000-0000-000000000000')"),
            sql_text("coalesce(party, '')"),
            unique=True,
        ),
        *c.longest("account", kind=40, party=120),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    kind: str = c.text()
    currency: str = c.text()
    member_id: UUID | None = c.link("member", null=True)
    party: str | None = c.text(null=True)
    rgs_code: str = c.text()
    closed_at: datetime | None = c.when(null=True)


class BalanceRow(SQLModel, table=True):
    __tablename__ = "balance"
    __table_args__ = (c.check("balance_floor", "posted >= floor"),)
    account_id: UUID = Field(primary_key=True)
    posted: int = c.cents()
    version: int = c.cents()
    floor: int | None = c.cents(null=True)


class PeriodRow(SQLModel, table=True):
    """A month that is closed takes no postings; one without a row is open."""

    __tablename__ = "period"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    month: date = Field(primary_key=True)
    closed_at: datetime = c.when()
    closed_by: UUID | None = c.link("person", null=True, index=False)
    bank_cents: int | None = c.cents(null=True)
    digest: bytes | None = Field(default=None)


class JournalRow(SQLModel, table=True):
    """Append-only. (source_type, source_id, kind, part) is its once-only key, kept for ever."""

    __tablename__ = "journal"
    __table_args__ = (
        UniqueConstraint("source_type", "source_id", "kind", "part"),
        Index("journal_reverses", "reverses", unique=True, postgresql_where=sql_text("reverses is not null")),
        Index("journal_of_cooperative", "cooperative_id", "id"),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    kind: str = c.text()
    source_type: str = c.text()
    source_id: UUID = c.link(None, index=False)
    part: int
    currency: str = c.text()
    booked_at: datetime = c.when()
    effective_on: date = c.day()
    period: date = c.day()
    reverses: UUID | None = c.link(None, null=True, index=False)
    agreement_id: UUID | None = c.link("agreement", null=True, index=False)
    legs_hash: bytes
    row_hash: bytes


class EntryRow(SQLModel, table=True):
    """Append-only. No foreign key to the account: it would take a share lock on hot rows; `post_journals` checks it."""

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("account_id", "version"),
        c.check("entry_not_zero", "cents <> 0"),
    )
    journal_id: UUID = Field(foreign_key="journal.id", primary_key=True)
    line: int = Field(primary_key=True)
    account_id: UUID = c.link(None, index=False)
    cents: int = c.cents()
    balance_after: int = c.cents()
    version: int = c.cents()
    rule: str = c.text()
    facts: dict[str, Any] = c.json()


class ResultLineRow(SQLModel, table=True):
    """Append-only, like entries. The lines of a journal sum to zero; they have no balances and take no locks."""

    __tablename__ = "result_line"
    __table_args__ = (c.check("result_line_not_zero", "cents <> 0"), *c.longest("result_line", category=40))
    journal_id: UUID = Field(foreign_key="journal.id", primary_key=True)
    line: int = Field(primary_key=True)
    category: str = c.text()
    cents: int = c.cents()


_POSTED = [field.name for field in fields(Posting) if field.name not in ("legs", "named")]


async def post(tx: Tx, posting: Posting) -> None:
    """Buffers a journal, which is booked once; the same journal again changes nothing.

    Its result lines follow from its legs and from those that it names. Raises ValueError if they do not sum to zero;
    when it is flushed, BelowFloor if a pot would go below zero, JournalDiffers if its key has other legs.
    """
    legs = [
        {
            "kind": leg.kind,
            "cents": leg.cents,
            "rule": leg.rule,
            "facts": leg.facts,
            "member": str(leg.member_id) if leg.member_id else None,
            "party": leg.party,
            "rgs": rgs_of(leg),
            "floor": FLOOR.get(leg.kind),
        }
        for leg in posting.legs
    ]
    results = [{"category": line.category, "cents": line.cents} for line in result_lines(posting.legs, posting.named)]
    journal = {name: getattr(posting, name) for name in _POSTED}
    await tx.call("select post_journals($1)", journal | {"legs": legs, "results": results})


AT_ONCE = 200
"""The journals of one call: its time grows with the square of their number."""


async def post_all(tx: Tx, postings: Sequence[Posting]) -> None:
    """Books many journals now. Raises as `post` does."""
    for first in range(0, len(postings), AT_ONCE):
        for posting in postings[first : first + AT_ONCE]:
            await post(tx, posting)
        await tx.flush()


async def untouched(tx: Tx, cooperative_id: UUID) -> bool:
    """Whether nothing was ever booked. Nobody posts until the transaction ends."""
    await lock_books(tx, cooperative_id)
    return not await tx.value("select exists (select 1 from journal where cooperative_id = $1)", cooperative_id)


async def parts_of(tx: Tx, source_type: str, source_id: UUID, kind: JournalKind) -> int:
    """How many journals of this kind a source has."""
    sql = "select count(*) from journal where source_type = $1 and source_id = $2 and kind = $3"
    return int(await tx.value(sql, source_type, source_id, kind))


async def sources_of(tx: Tx, cooperative_id: UUID, kind: JournalKind) -> set[UUID]:
    """The sources of a cooperative that have a journal of this kind."""
    sql = "select source_id from journal where cooperative_id = $1 and kind = $2"
    return {row["source_id"] for row in await tx.rows(sql, cooperative_id, kind)}


async def journal_of(tx: Tx, source_type: str, source_id: UUID, kind: JournalKind, part: int) -> Journal:
    """The journal with this once-only key."""
    sql = f"{_JOURNAL} where j.source_type = $1 and j.source_id = $2 and j.kind = $3 and j.part = $4"
    record = await tx.row(sql, source_type, source_id, kind, part)
    if record is None:
        raise LookupError(f"no {kind} {part} of {source_type} {source_id}")
    return _journal(record)


async def get_journal(tx: Tx, journal_id: UUID) -> Journal:
    """The journal with this id, in any currency. Raises NotFound."""
    record = await tx.row(f"{_JOURNAL} where j.id = $1", journal_id)
    if record is None:
        raise NotFound
    return _journal(record)


async def journals_of(tx: Tx, source_type: str, source_id: UUID, kind: JournalKind) -> list[Journal]:
    """The journals of one kind and source that are not undone, by part; in the books of every side that is open."""
    sql = f"""{_JOURNAL} where j.source_type = $1 and j.source_id = $2 and j.kind = $3
              and not exists (select 1 from journal r where r.reverses = j.id) order by j.part"""
    return [_journal(record) for record in await tx.rows(sql, source_type, source_id, kind)]


async def every_journal_of(tx: Tx, source_type: str, source_id: UUID, kind: JournalKind) -> list[Journal]:
    """The same with those that were undone."""
    sql = f"{_JOURNAL} where j.source_type = $1 and j.source_id = $2 and j.kind = $3 order by j.part"
    return [_journal(record) for record in await tx.rows(sql, source_type, source_id, kind)]


async def legs_of(tx: Tx, journal: Journal) -> tuple[Leg, ...]:
    """A journal's legs as they were posted."""
    sql = """select e.cents, e.rule, e.facts, a.kind, a.member_id, a.party from entry e
               join account a on a.id = e.account_id where e.journal_id = $1 order by e.line"""
    return tuple(
        Leg(
            kind=AccountKind(r["kind"]),
            cents=r["cents"],
            rule=r["rule"],
            facts=r["facts"],
            member_id=r["member_id"],
            party=r["party"],
        )
        for r in await tx.rows(sql, journal.id)
    )


_JOURNAL = """
    select j.id, j.cooperative_id, j.kind, j.source_type, j.source_id, j.part, j.booked_at, j.effective_on, j.period,
           j.reverses, j.agreement_id, (select r.id from journal r where r.reverses = j.id) as reversed_by,
           (select jsonb_agg(jsonb_build_object(
                'line', e.line, 'account_id', e.account_id, 'account_kind', a.kind, 'cents', e.cents,
                'balance_after_cents', e.balance_after, 'rule', e.rule, 'facts', e.facts, 'member_id', a.member_id)
                order by e.line)
              from entry e join account a on a.id = e.account_id where e.journal_id = j.id) as entries,
           (select jsonb_agg(jsonb_build_object('category', r.category, 'cents', r.cents) order by r.line)
              from result_line r where r.journal_id = j.id) as results
      from journal j"""


async def list_journals(tx: Tx, cooperative_id: UUID, request: PageRequest, source_id: UUID | None) -> Page[Journal]:
    """Journals of a cooperative with their entries, newest first; of one order or payment where given."""
    sql = f"""{_JOURNAL} where j.cooperative_id = $1 and j.currency = 'EUR' and ($2::uuid is null or j.id < $2)
              and ($3::uuid is null or j.source_id = $3) order by j.id desc limit {int(request.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, request.after, source_id)
    return cut([_journal(row) for row in rows], request)


async def all_journals(tx: Tx, cooperative_id: UUID, after: UUID | None, limit: int) -> list[Journal]:
    """Journals of a cooperative, oldest first, after one."""
    sql = f"""{_JOURNAL} where j.cooperative_id = $1 and j.currency = 'EUR' and ($2::uuid is null or j.id > $2)
              order by j.id limit $3"""
    return [_journal(row) for row in await tx.rows(sql, cooperative_id, after, limit)]


_ACCOUNT = """
    select a.id, a.cooperative_id, a.kind, a.currency, a.rgs_code, b.posted as balance_cents, b.floor as floor_cents,
           a.member_id, a.party,
           case a.kind when 'payable_supplier' then (
                           select s.name from supplier s
                            where s.cooperative_id = a.cooperative_id and s.account = a.party)
                       when 'payable_municipality' then (select m.name from municipality m where m.id::text = a.party)
                       when 'restricted_fund' then (select f.title from restricted_fund f where f.id::text = a.party)
                       when 'bank' then null
                       else (select o.name from cooperative o where o.id::text = a.party) end as party_name
      from account a join balance b on b.account_id = a.id
     where a.cooperative_id = $1 and a.currency = 'EUR'"""


async def list_accounts(tx: Tx, cooperative_id: UUID, request: PageRequest) -> Page[Account]:
    """The accounts of a cooperative with their balances."""
    sql = f"{_ACCOUNT} and ($2::uuid is null or a.id < $2) order by a.id desc limit {int(request.limit) + 1}"
    rows = await tx.rows(sql, cooperative_id, request.after)
    return cut([_account(row) for row in rows], request)


async def all_accounts(tx: Tx, cooperative_id: UUID) -> list[Account]:
    """Every account of a cooperative with its balance."""
    return [_account(row) for row in await tx.rows(f"{_ACCOUNT} order by a.id", cooperative_id)]


async def lock_books(tx: Tx, cooperative_id: UUID) -> None:
    """Until the transaction ends nobody posts to these books."""
    await tx.value("select lock_books($1)", cooperative_id)


async def close_month(tx: Tx, period: Period) -> None:
    """Close a month for ever, with a digest of what is booked in it."""
    place = (period.cooperative_id, period.month, period.closed_at, period.closed_by, period.bank_cents)
    await tx.value("select close_month($1, $2, $3, $4, $5)", *place)


async def list_periods(tx: Tx, cooperative_id: UUID) -> list[Period]:
    """The closed months, newest first."""
    sql = """select cooperative_id, month, closed_at, closed_by, bank_cents from period
              where cooperative_id = $1 order by month desc"""
    return [Period(**dict(row)) for row in await tx.rows(sql, cooperative_id)]


def _account(record: Any) -> Account:
    return Account(**(dict(record) | {"kind": AccountKind(record["kind"])}))


def _journal(record: Any) -> Journal:
    entries = tuple(
        Entry(
            **(
                entry
                | {
                    "account_id": UUID(entry["account_id"]),
                    "account_kind": AccountKind(entry["account_kind"]),
                    "member_id": UUID(entry["member_id"]) if entry["member_id"] else None,
                }
            )
        )
        for entry in record["entries"] or []
    )
    results = tuple(ResultLine(**line) for line in record["results"] or [])
    return Journal(**(dict(record) | {"kind": JournalKind(record["kind"]), "entries": entries, "results": results}))


async def lowest_of_fund(tx: Tx, cooperative_id: UUID, fund_id: UUID, day: date) -> int:
    """The least that stands in a restricted fund on a day or any later one, in cents."""
    sql = """
        with moved as (select j.effective_on as day, sum(e.cents) as cents
                         from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
                        where a.cooperative_id = $1 and a.kind = 'restricted_fund' and a.party = $2 group by 1),
        stands as (select day, sum(cents) over (order by day) as cents from moved)
        select least(coalesce((select cents from stands where day <= $3 order by day desc limit 1), 0),
                     (select min(cents) from stands where day > $3))::bigint"""
    return int(await tx.value(sql, cooperative_id, str(fund_id), day))
