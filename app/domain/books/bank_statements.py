"""Bank statements of a cooperative's own accounts, and their lines."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.errors import DomainError


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


class StatementSource(StrEnum):
    """How a statement came."""

    FILE = "file"
    TYPED = "typed"


class StatementState(StrEnum):
    """The state of a statement; a file is confirmed at once."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


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
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    version: int = 1


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
