"""Bank statements and their lines: tables."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.people.cooperatives import UMBRELLA
from app.db.store import Store
from app.domain.books.bank_statements import BankLine, BankStatement


class BankStatementRow(SQLModel, table=True):
    __tablename__ = "bank_statement"
    __table_args__ = (
        c.check("bank_statement_iban", "iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'"),
        c.check("bank_statement_source", "source in ('file', 'typed')"),
        c.check("bank_statement_state", "state in ('proposed', 'confirmed', 'withdrawn')"),
        c.check("bank_statement_two_people", "confirmed_by <> entered_by"),
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
    version: int


class BankLineRow(SQLModel, table=True):
    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("cooperative_id", "iban", "day", "cents", "identity", "place"),
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
