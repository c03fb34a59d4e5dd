"""The first statement of a bank account: what was booked at the bank before it, and what it says beyond the books."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.books.bank_statements import BankLine, BankStatement
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting

IDENTITY = "difference"
RULE = "first_statement"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A journal `id` that moved the bank by `cents` (as booked: credits positive) on `day`.

    `item_id` is the journal, or the one that it undoes. With `in_cash` the money was cash.
    """

    id: UUID
    cooperative_id: UUID
    day: date
    cents: int
    item_id: UUID
    in_cash: bool


def into_transit(recorded: Recorded, journal_id: UUID) -> Posting:
    """The journal by which something recorded at the bank waits for its line; what was cash is in cash."""
    bank = Leg(kind=AccountKind.BANK, cents=-recorded.cents, rule=RULE, facts={})
    place = (
        Leg(kind=AccountKind.CASH, cents=recorded.cents, rule=RULE, facts={})
        if recorded.in_cash
        else Leg(kind=AccountKind.IN_TRANSIT, cents=recorded.cents, rule=RULE, facts={}, party=str(recorded.item_id))
    )
    return Posting(
        id=journal_id,
        cooperative_id=recorded.cooperative_id,
        kind=JournalKind.IN_TRANSIT,
        source_type="journal",
        source_id=recorded.id,
        part=1,
        effective_on=recorded.day,
        legs=(bank, place),
    )


def emptying(statement: BankStatement, cents: int, journal_id: UUID) -> Posting:
    """The journal by which `cents` at the bank go to the account of its first statement."""
    legs = (
        Leg(kind=AccountKind.BANK, cents=cents, rule=RULE, facts={}),
        Leg(kind=AccountKind.BANK, cents=-cents, rule=RULE, facts={}, party=statement.iban),
    )
    return Posting(
        id=journal_id,
        cooperative_id=statement.cooperative_id,
        kind=JournalKind.IN_TRANSIT,
        source_type="bank_statement",
        source_id=statement.id,
        part=1,
        effective_on=statement.first_on,
        legs=legs,
    )


def difference_line(statement: BankStatement, in_books: int, line_id: UUID) -> BankLine | None:
    """What the opening balance of a first statement is beyond the books, as a line for people to place."""
    cents = statement.opening_cents - in_books
    if not cents:
        return None
    return BankLine(
        id=line_id,
        cooperative_id=statement.cooperative_id,
        statement_id=statement.id,
        iban=statement.iban,
        day=statement.first_on,
        cents=cents,
        identity=IDENTITY,
        place=1,
        text="",
        is_difference=True,
        left_cents=cents,
    )
