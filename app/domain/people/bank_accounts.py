"""A cooperative's own bank accounts. The treasurer proposes one, a second person confirms it.

Invoices show the one that customers pay to.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import RuleRefused, SecondPersonNeeded
from app.domain.second_person import of_staff_and_umbrella
from app.domain.transitions import Case, Process, Terms, Transition, move


class BankAccountState(StrEnum):
    """The state of a bank account. At most one for customers is proposed, and one confirmed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """It is the cooperative's own; customers pay to one of these."""
    WITHDRAWN = "withdrawn"
    """By the treasurer, or by a newer proposal."""
    REPLACED = "replaced"
    """Another one was confirmed later. It is the cooperative's own until it is closed."""
    CLOSED = "closed"
    """The bank has it no more: no statement of it is expected."""


class BankAccountVerb(StrEnum):
    """A step with a bank account."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    CLOSE = "close"


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """`iban` is in capitals without blanks; `name` is the account holder, as the bank knows it."""

    id: UUID
    cooperative_id: UUID
    iban: str
    name: str
    proposed_by: UUID
    proposed_at: datetime
    for_customers: bool = True
    """Whether customers pay to it, once it is confirmed."""
    state: BankAccountState = BankAccountState.PROPOSED
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    balance_cents: int = 0
    """What is on it by the books, below zero if it holds money; loaded for the staff."""
    version: int = 1

    @property
    def ending(self) -> str:
        """The last four characters of the IBAN, by which people know it."""
        return self.iban[-4:]


def check_customers_keep_one(proposed: BankAccount, present: BankAccount | None) -> None:
    """Checks a proposal against the account that customers pay to: they keep one. Raises RuleRefused."""
    if present is not None and present.iban == proposed.iban and not proposed.for_customers:
        raise RuleRefused(rule="customers_pay_there", value=proposed.ending)


def _second_person(case: Case[BankAccount]) -> SecondPersonNeeded | None:
    """Another person than who proposed it."""
    return SecondPersonNeeded() if case.is_person(case.thing.proposed_by) else None


def _unused(case: Case[BankAccount]) -> str | None:
    """Not the one that customers pay to, and nothing is on it."""
    account = case.thing
    if account.for_customers and account.state is BankAccountState.CONFIRMED:
        return "customers_pay_there"
    return "money_is_there" if account.balance_cents else None


BANK_ACCOUNT: Process[BankAccount] = Process(
    verbs=BankAccountVerb,
    states=BankAccountState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_BANK_ACCOUNT, Terms(_second_person)),
        Transition("withdraw", ("proposed",), "withdrawn", Right.PROPOSE_BANK_ACCOUNT),
        Transition("close", ("confirmed", "replaced"), "closed", Right.PROPOSE_BANK_ACCOUNT, Terms(_unused)),
    ),
)


def decide(case: Case[BankAccount], verb: BankAccountVerb) -> BankAccount:
    """The bank account after `verb`. Raises WrongState, SecondPersonNeeded."""
    state = BankAccountState(move(BANK_ACCOUNT, case, verb))
    if state is BankAccountState.CONFIRMED:
        return replace(case.thing, state=state, confirmed_by=case.actor.person, confirmed_at=case.now)
    return replace(case.thing, state=state)
