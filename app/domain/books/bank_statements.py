"""Bank statements of a cooperative's own accounts, and their lines.

One that is typed is confirmed by a second person.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import (
    AlreadySettled,
    DayOutOfRange,
    DomainError,
    ReasonNeeded,
    SecondPersonNeeded,
    StatementDoesNotAddUp,
)
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from app.domain.money import CURRENCY
from app.domain.second_person import of_staff_and_umbrella
from app.domain.transitions import Case, Process, Terms, Transition, move


@dataclass(frozen=True, kw_only=True)
class LineOfBank:
    """A line as a bank says it: `cents` that came in (above zero) or went out on `day`, its booking day in Amsterdam.

    `text` is everything that was said about it, joined by line breaks. The counterparty is the party that is not the
    account itself.
    """

    day: date
    cents: int
    text: str = ""
    bank_reference: str | None = None
    """The bank's own reference (AcctSvcrRef); banks repeat it."""
    counterparty_iban: str | None = None
    counterparty_name: str | None = None
    creditor_reference: str | None = None
    """A structured reference, such as RF84SMKKT5DN; it stands in the text too."""
    end_to_end_id: str | None = None
    """Without NOTPROVIDED."""
    batch_id: str | None = None
    """The id of the batch of payments (PmtInfId) that it is about."""
    is_return: bool = False
    return_reason: str | None = None
    """Why a payment came back, such as AC04."""
    bank_code: str | None = None
    """The bank's code of what it is, such as PMNT-RCDT-ESCT."""


@dataclass(frozen=True, kw_only=True)
class StatementOfBank:
    """A statement of an account as a bank gives it: what was booked on the days `first_on` to `last_on`, in cents."""

    iban: str
    currency: str
    number: str
    """What the bank calls it."""
    first_on: date
    last_on: date
    opening_cents: int
    closing_cents: int
    lines: tuple[LineOfBank, ...]
    refusal: DomainError | None = None
    """Why it cannot be taken. Of such a statement, only `iban`, `currency` and `number` are known."""


@dataclass(frozen=True, kw_only=True)
class TypedLine:
    """A line of a statement as somebody typed it: `cents` that came in (above zero) or went out on `day`."""

    day: date
    cents: int
    text: str = ""
    counterparty_iban: str | None = None
    counterparty_name: str | None = None
    reference: str | None = None
    """A structured reference, such as RF84SMKKT5DN."""

    @property
    def as_of_bank(self) -> LineOfBank:
        """The same line as a bank would say it: the reference stands in the text too."""
        return LineOfBank(
            day=self.day,
            cents=self.cents,
            text="\n".join(part for part in (self.text, self.reference) if part),
            counterparty_iban=self.counterparty_iban,
            counterparty_name=self.counterparty_name,
            creditor_reference=self.reference,
        )


class StatementSource(StrEnum):
    """How a statement came."""

    FILE = "file"
    TYPED = "typed"


class StatementState(StrEnum):
    """The state of a statement; a file is confirmed at once."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """Its lines are in the books."""
    WITHDRAWN = "withdrawn"


class StatementVerb(StrEnum):
    """A step with a typed statement."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class BankStatement:
    """The days `first_on` to `last_on` of an account, with the balances before and after them, in cents."""

    id: UUID
    cooperative_id: UUID
    iban: str
    number: str
    """What the bank calls it."""
    first_on: date
    last_on: date
    opening_cents: int
    closing_cents: int
    source: StatementSource
    entered_by: UUID
    entered_at: datetime
    state: StatementState = StatementState.CONFIRMED
    confirmed_by: UUID | None = None
    taken_at: datetime | None = None
    """When it got into the books, after all others of its account that are in them."""
    typed: tuple[TypedLine, ...] = ()
    """The lines of one that was typed, for whoever confirms it."""
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    version: int = 1

    @property
    def as_of_bank(self) -> StatementOfBank:
        """A typed statement as a bank would give it."""
        return StatementOfBank(
            iban=self.iban,
            currency=CURRENCY,
            number=self.number,
            first_on=self.first_on,
            last_on=self.last_on,
            opening_cents=self.opening_cents,
            closing_cents=self.closing_cents,
            lines=tuple(line.as_of_bank for line in self.typed),
        )


@dataclass(frozen=True)
class StatementImport:
    """What a file brought: the statements that said something new, how many lines, and IBANs that were left out."""

    statements: tuple[BankStatement, ...]
    lines_added: int
    left_out: tuple[str, ...]


def check_sum(statement: StatementOfBank) -> None:
    """Raises StatementDoesNotAddUp unless the lines lead from the opening to the closing balance."""
    lines = sum(line.cents for line in statement.lines)
    if statement.opening_cents + lines != statement.closing_cents:
        raise StatementDoesNotAddUp(
            opening_cents=statement.opening_cents, lines_cents=lines, closing_cents=statement.closing_cents
        )


def check_days(statement: StatementOfBank) -> None:
    """Raises DayOutOfRange for a line outside the days of its statement."""
    for line in statement.lines:
        if not statement.first_on <= line.day <= statement.last_on:
            first, last = statement.first_on.isoformat(), statement.last_on.isoformat()
            raise DayOutOfRange(field="day", first=first, last=last)


def _second_person(case: Case[BankStatement]) -> SecondPersonNeeded | None:
    """Another person than who typed it."""
    return SecondPersonNeeded() if case.is_person(case.thing.entered_by) else None


BANK_STATEMENT: Process[BankStatement] = Process(
    verbs=StatementVerb,
    states=StatementState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_STATEMENT, Terms(_second_person)),
        Transition("withdraw", ("proposed",), "withdrawn", Right.IMPORT_STATEMENT),
    ),
)


def decide(case: Case[BankStatement], verb: StatementVerb) -> BankStatement:
    """The statement after `verb`. Raises WrongState, SecondPersonNeeded."""
    state = StatementState(move(BANK_STATEMENT, case, verb))
    confirmed = state is StatementState.CONFIRMED
    return replace(case.thing, state=state, confirmed_by=case.actor.person if confirmed else None)


class LineState(StrEnum):
    """The state of a bank line."""

    OPEN = "open"
    PARKED = "parked"
    """Nobody knows yet what it is; somebody said why."""
    PLACED = "placed"


@dataclass(frozen=True, kw_only=True)
class BankLine:
    """A line of a statement: `cents` that came in (above zero) or went out on `day`.

    `identity` and `place` tell it from others of its account, day and amount: the bank's reference, or without one the
    counterparty and the text; and its number among equals, from 1.
    """

    id: UUID
    cooperative_id: UUID
    statement_id: UUID
    iban: str
    day: date
    cents: int
    identity: str
    place: int
    text: str
    bank_reference: str | None = None
    counterparty_iban: str | None = None
    counterparty_name: str | None = None
    end_to_end_id: str | None = None
    batch_id: str | None = None
    """The id of the batch of payments (PmtInfId) that it is about."""
    is_return: bool = False
    """A payment of ours that came back."""
    return_reason: str | None = None
    bank_code: str | None = None
    """The bank's code of what it is, such as PMNT-RCDT-ESCT."""
    is_difference: bool = False
    """What the first statement of an account says beyond the books."""
    parked_reason: str | None = None
    parked_by: UUID | None = None
    left_cents: int = 0
    """What has no place yet, with the sign of `cents`; loaded from the books."""
    version: int = 1

    @property
    def state(self) -> LineState:
        if not self.left_cents:
            return LineState.PLACED
        return LineState.PARKED if self.parked_reason else LineState.OPEN

    @property
    def unparked(self) -> "BankLine":
        """The line, which has no reason to wait any more."""
        return replace(self, parked_reason=None, parked_by=None)


def park(line: BankLine, reason: str, by: UUID) -> BankLine:
    """The line, which waits with a reason. Raises AlreadySettled for one that is placed, ReasonNeeded."""
    if line.state is LineState.PLACED:
        raise AlreadySettled(what="bank_line", how="bank_line")
    if not reason.strip():
        raise ReasonNeeded(verb="park")
    return replace(line, parked_reason=reason, parked_by=by)


def line_posting(line: BankLine, journal_id: UUID) -> Posting:
    """The journal of a bank line: the account moves, and nobody knows yet why."""
    bank = Leg(kind=AccountKind.BANK, cents=-line.cents, rule="bank_line", facts={}, party=line.iban)
    waits = Leg(kind=AccountKind.SUSPENSE, cents=line.cents, rule="bank_line", facts={}, party=str(line.id))
    return Posting(
        id=journal_id,
        cooperative_id=line.cooperative_id,
        kind=JournalKind.BANK_LINE,
        source_type="bank_line",
        source_id=line.id,
        part=1,
        effective_on=line.day,
        legs=(bank, waits),
    )
