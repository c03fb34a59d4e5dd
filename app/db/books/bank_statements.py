"""Bank statements and their lines: tables and queries."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.bank_statements import BankLine, BankStatement, LineState
from app.domain.books.first_statement import Recorded
from app.domain.books.statement_joins import Known
from app.domain.page import Page, PageRequest, cut


class BankStatementRow(SQLModel, table=True):
    __tablename__ = "bank_statement"
    __table_args__ = (
        c.check("bank_statement_iban", "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'"),
        c.check("bank_statement_source", "source in ('file', 'typed')"),
        c.check("bank_statement_state", "state in ('proposed', 'confirmed', 'withdrawn')"),
        c.check("bank_statement_two_people", "confirmed_by <> entered_by"),
        c.check("bank_statement_taken", "(taken_at is not null) = (state = 'confirmed')"),
        c.check("bank_statement_days", "first_on <= last_on"),
        Index("bank_statement_of_account", "cooperative_id", "iban", "last_on"),
        *c.longest("bank_statement", number=140),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    iban: str = c.text()
    number: str = c.text()
    first_on: date = c.day()
    last_on: date = c.day()
    opening_cents: int = c.cents()
    closing_cents: int = c.cents()
    source: str = c.text()
    state: str = c.text()
    entered_by: UUID = c.link("person", index=False)
    entered_at: datetime = c.when()
    confirmed_by: UUID | None = c.link("person", null=True, index=False)
    taken_at: datetime | None = c.when(null=True)
    typed: list[Any] = Field(sa_type=JSONB, nullable=False, sa_column_kwargs={"server_default": "[]"})
    version: int


class BankLineRow(SQLModel, table=True):
    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "iban", "day", "cents", "identity", "place"),
        Index("bank_line_of_cooperative", "cooperative_id", "id"),
        c.check("bank_line_place", "place >= 1"),
        c.check("bank_line_parked", "(parked_reason is null) = (parked_by is null)"),
        *c.longest(
            "bank_line",
            identity=1000,
            text=5000,
            bank_reference=140,
            counterparty_iban=34,
            counterparty_name=140,
            end_to_end_id=140,
            batch_id=140,
            return_reason=200,
            bank_code=60,
            parked_reason=1000,
        ),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    statement_id: UUID = c.link("bank_statement")
    iban: str = c.text()
    day: date = c.day()
    cents: int = c.cents()
    identity: str = c.text()
    place: int
    text: str = c.text()
    bank_reference: str | None = c.text(null=True)
    counterparty_iban: str | None = c.text(null=True)
    counterparty_name: str | None = c.text(null=True)
    end_to_end_id: str | None = c.text(null=True)
    batch_id: str | None = c.text(null=True)
    is_return: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    return_reason: str | None = c.text(null=True)
    bank_code: str | None = c.text(null=True)
    is_difference: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    parked_reason: str | None = c.text(null=True)
    parked_by: UUID | None = c.link("person", null=True, index=False)
    version: int


LEFT = """
    coalesce((select b.posted from account a join balance b on b.account_id = a.id
               where a.cooperative_id = t.cooperative_id and a.kind = 'suspense' and a.currency = 'EUR'
                 and coalesce(a.member_id, '00000000-0000-0000-0000-000000000000')
                     = '00000000-0000-0000-0000-000000000000' and coalesce(a.party, '') = t.id::text), 0)"""
"""What of a line has no place yet; the account is found by its key."""

bank_statements = Store(
    BankStatementRow,
    BankStatement,
    fixed=(
        "cooperative_id",
        "iban",
        "number",
        "first_on",
        "last_on",
        "opening_cents",
        "closing_cents",
        "source",
        "entered_by",
        "entered_at",
        "typed",
    ),
    umbrella_id=UMBRELLA,
)
bank_lines = Store(
    BankLineRow,
    BankLine,
    fixed=tuple(name for name in BankLineRow.model_fields if name not in ("parked_reason", "parked_by", "version")),
    left_cents=LEFT,
)


async def statements_from(tx: Tx, cooperative_id: UUID) -> date | None:
    """The first day of a cooperative's first bank statement; None before it has one."""
    found: date | None = await tx.value("select statements_from from cooperative where id = $1", cooperative_id)
    return found


async def begin_statements(tx: Tx, cooperative_id: UUID, day: date) -> None:
    """From now on only lines of statements move the bank accounts of a cooperative, and what people record waits."""
    await tx.flush()
    await tx.value("update cooperative set statements_from = $2 where id = $1", cooperative_id, day)


async def known_account(tx: Tx, cooperative_id: UUID, iban: str, since: date) -> Known | None:
    """An account as far as its statements go, with its lines from a day on; None before its first statement."""
    sql = """
        select min(first_on) as first_on, max(last_on) as last_on,
               (array_agg(closing_cents order by last_on desc, taken_at desc, id desc))[1] as closing_cents
          from bank_statement where cooperative_id = $1 and iban = $2 and state = 'confirmed'"""
    row = await tx.only(sql, cooperative_id, iban)
    if row["first_on"] is None:
        return None
    lines = """select day, cents, identity, count(*) as number from bank_line
                where cooperative_id = $1 and iban = $2 and day >= $3 and not is_difference group by 1, 2, 3"""
    rows = await tx.rows(lines, cooperative_id, iban, since)
    return Known(**dict(row), lines=Counter({(r["day"], r["cents"], r["identity"]): r["number"] for r in rows}))


async def moment_of_taking(tx: Tx, cooperative_id: UUID, iban: str) -> datetime:
    """When a statement is taken: after all others of its account; the cooperative is locked."""
    sql = """select greatest($3, max(taken_at) + interval '1 microsecond') from bank_statement
              where cooperative_id = $1 and iban = $2"""
    found: datetime = await tx.value(sql, cooperative_id, iban, tx.now)
    return found


@dataclass(frozen=True)
class LineFilter:
    """Which lines a list shows; None: any."""

    state: LineState | None = None
    iban: str | None = None
    since: date | None = None
    until: date | None = None


_WAITING = """
    t.id in (select a.party::uuid from account a join balance b on b.account_id = a.id
              where a.cooperative_id = $1 and a.kind = 'suspense' and a.currency = 'EUR'
                and a.party is not null and b.posted <> 0)"""
STATES = {
    LineState.OPEN: f"{_WAITING} and t.parked_reason is null",
    LineState.PARKED: f"{_WAITING} and t.parked_reason is not null",
    LineState.PLACED: f"not {_WAITING.strip()}",
}
"""The condition of each state, by what is left on suspense."""


async def list_lines(tx: Tx, cooperative_id: UUID, page: PageRequest, wanted: LineFilter) -> Page[BankLine]:
    """Lines of a cooperative, newest first."""
    state = f" and {STATES[wanted.state]}" if wanted.state else ""
    sql = f"""{bank_lines.select} where t.cooperative_id = $1 and ($2::uuid is null or t.id < $2)
               and ($3::text is null or t.iban = $3) and ($4::date is null or t.day >= $4)
               and ($5::date is null or t.day <= $5){state} order by t.id desc limit {int(page.limit) + 1}"""
    rows = await tx.rows(sql, cooperative_id, page.after, wanted.iban, wanted.since, wanted.until)
    return cut([bank_lines.load(row) for row in rows], page)


async def first_open_day(tx: Tx, cooperative_id: UUID) -> date:
    """The day after the last closed month; before any month was closed, the first day of the books."""
    sql = """select coalesce((select max(month) + interval '1 month' from period where cooperative_id = $1),
                             books_from($1))::date"""
    found: date = await tx.value(sql, cooperative_id)
    return found


async def recorded_at_bank(tx: Tx, cooperative_id: UUID, since: date) -> list[Recorded]:
    """What people recorded at the bank with a day from `since` on, without opening balances."""
    sql = """
        select j.id, j.cooperative_id, j.effective_on as day, m.cents, coalesce(j.reverses, j.id) as item_id,
               coalesce((select p.method from payment p where p.id = j.source_id),
                        (select r.method from repayment r where r.id = j.source_id)) is not distinct from 'cash'
                   as in_cash
          from (select e.journal_id, sum(e.cents)::bigint as cents from account a join entry e on e.account_id = a.id
                 where a.cooperative_id = $1 and a.kind = 'bank' and a.party is null and a.currency = 'EUR'
                 group by 1) m
          join journal j on j.id = m.journal_id
         where j.effective_on >= $2 and j.kind <> 'opening' and m.cents <> 0 order by j.id"""
    return [Recorded(**dict(row)) for row in await tx.rows(sql, cooperative_id, since)]


async def left_at_bank(tx: Tx, cooperative_id: UUID) -> int:
    """The cents that the books have at the bank, without those of the accounts of statements."""
    sql = """select coalesce(-sum(b.posted), 0)::bigint from account a join balance b on b.account_id = a.id
              where a.cooperative_id = $1 and a.kind = 'bank' and a.party is null and a.currency = 'EUR'"""
    return int(await tx.value(sql, cooperative_id))
