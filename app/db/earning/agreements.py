"""Agreements: table and queries."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.rules import SIGNED
from app.db.store import Query, Store, rows_of
from app.domain.earning.agreements import Agreement
from app.domain.page import Page, PageRequest


class AgreementRow(SQLModel, table=True):
    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "number"),
        Index(
            "agreement_in_force",
            "cooperative_id",
            "active_from",
            unique=True,
            postgresql_where=sql_text(SIGNED),
        ),
        c.check("agreement_signed_after_test", f"tested_at is not null or not ({SIGNED})"),
        *c.longest("agreement", title=200),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    municipality_id: UUID = c.link("municipality")
    parent_id: UUID | None = c.link("cooperative", null=True, index=False)
    number: int
    title: str = c.text()
    active_from: date = c.day()
    rules: list[Any] = c.json()
    examples: list[Any] = c.json()
    tested_at: datetime | None = c.when(null=True)
    cooperative_signed_by: UUID | None = c.link("person", null=True, index=False)
    cooperative_signed_at: datetime | None = c.when(null=True)
    municipality_signed_by: UUID | None = c.link("person", null=True, index=False)
    municipality_signed_at: datetime | None = c.when(null=True)
    version: int


FACTS = {
    "superseded_from": "(select min(n.active_from) from agreement n where n.cooperative_id = t.cooperative_id"
    " and n.active_from > t.active_from and n.cooperative_signed_at is not null"
    " and n.municipality_signed_at is not null)",
    "fund_year_counts": "exists(select 1 from agreement n where n.cooperative_id = t.cooperative_id"
    " and n.cooperative_signed_at is not null and n.municipality_signed_at is not null"
    """ and n.rules @> '[{"basis": "cooperative_year"}]')""",
}
UNSIGNED = "t.cooperative_signed_at is null or t.municipality_signed_at is null"
TAKEN = f"""exists (select 1 from agreement n where n.cooperative_id = t.cooperative_id
                       and n.active_from >= t.active_from and {SIGNED})"""
BOOKED = """(
    select jsonb_build_array(min(day), max(day)) from (
        select work_date as day from earning where cooperative_id = t.cooperative_id and agreement_id is not null
        union all
        select day from allowance where cooperative_id = t.cooperative_id and state = 'granted'
        union all
        select month from member_month where cooperative_id = t.cooperative_id and opening_cents <> 0
        union all
        select month from fund_month where cooperative_id = t.cooperative_id and opening_cents <> 0) booked
     where day >= t.active_from having count(*) > 0)"""
"""The first and the last day on whose work was booked by some version: earnings that were ever split, allowances that
stand, months that the books began with."""
_signed = Store(
    AgreementRow, Agreement, fixed=("cooperative_id", "municipality_id", "number"), saves_extra=False, **FACTS
)
versions = Store(
    AgreementRow,
    Agreement,
    fixed=("cooperative_id", "municipality_id", "number"),
    saves_extra=False,
    **FACTS,
    taken=f"({UNSIGNED}) and {TAKEN}",
    booked=f"case when {UNSIGNED} then {BOOKED} end",
)


WITHOUT_EXAMPLES = _signed.select.replace("t.examples", "'[]'::jsonb as examples")
"""What holds is the rules; their worked examples are for who reads the paper."""
MOST_KNOWN = 2000
"""Versions of agreements that a process keeps."""
_known: dict[tuple[str, ...], Agreement] = {}


async def get_agreement(tx: Tx, agreement_id: UUID, *, lock: bool = False) -> Agreement:
    return _today(tx, await versions.get(tx, agreement_id, lock=lock))


async def list_agreements(tx: Tx, request: PageRequest, **equal: object) -> Page[Agreement]:
    return (await versions.page(tx, request, **equal)).map(lambda agreement: _today(tx, agreement))


async def add_agreement(tx: Tx, agreement: Agreement) -> Agreement:
    await versions.add(tx, agreement)
    return _today(tx, agreement)


async def save_agreement(tx: Tx, agreement: Agreement) -> Agreement:
    await versions.save(tx, agreement)
    return await get_agreement(tx, agreement.id)


async def next_number(tx: Tx, cooperative_id: UUID) -> int:
    """The next version number; a lock on the cooperative keeps it gapless."""
    await tx.value("select 1 from cooperative where id = $1 for update", cooperative_id)
    sql = "select coalesce(max(number), 0) + 1 from agreement where cooperative_id = $1"
    return int(await tx.value(sql, cooperative_id))


async def agreement_on(tx: Tx, cooperative_id: UUID, work_date: date) -> Agreement | None:
    """The signed version that holds on a day."""
    found = await rows_of(tx, in_force(tx, cooperative_id, work_date))
    return found[0] if found else None


def in_force(tx: Tx, cooperative_id: UUID, work_date: date) -> Query[Agreement]:
    """The query for the signed version that holds on a day."""
    sql = f"""{WITHOUT_EXAMPLES} where t.cooperative_id = $1 and t.active_from <= $2 and {SIGNED}
              order by t.active_from desc limit 1"""
    return Query(sql, (cooperative_id, work_date), lambda record: _today(tx, _loaded(record)))


def _loaded(record: Any) -> Agreement:
    """The version of a row. Its rules are parsed once, until they change."""
    key = tuple(str(record[name]) for name in ("id", "version", "superseded_from", "fund_year_counts"))
    if key not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = versions.load(record)
    return _known[key]


def _today(tx: Tx, agreement: Agreement) -> Agreement:
    return replace(agreement, as_of=tx.today)


async def ever_under(tx: Tx, cooperative_id: UUID, parent_id: UUID) -> bool:
    """Whether any version of a cooperative's agreement gives this umbrella a share."""
    sql = "select exists(select 1 from agreement where cooperative_id = $1 and parent_id = $2)"
    return bool(await tx.value(sql, cooperative_id, parent_id))
