"""Bank accounts of cooperatives. The treasurer proposes one, a second person confirms it; then invoices show it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import SecondPersonNeeded
from app.domain.second_person import may_here_or_above
from app.domain.transitions import Case, Process, Terms, Transition, move


class BankAccountState(StrEnum):
    """The state of a bank account. At most one of a cooperative is proposed, and at most one confirmed."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    """Customers pay to it."""
    WITHDRAWN = "withdrawn"
    """By the treasurer, or by a newer proposal."""
    REPLACED = "replaced"
    """Another one was confirmed later."""


class BankAccountVerb(StrEnum):
    """A step with a bank account."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class BankAccount:
    """`iban` is in capitals without blanks; `name` is the account holder, as the bank knows it."""

    id: UUID
    cooperative_id: UUID
    iban: str
    name: str
    proposed_by: UUID
    proposed_at: datetime
    state: BankAccountState = BankAccountState.PROPOSED
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    version: int = 1

    @property
    def ending(self) -> str:
        """The last four characters of the IBAN, by which people know it."""
        return self.iban[-4:]


def _second_person(case: Case[BankAccount]) -> SecondPersonNeeded | None:
    """Another person than who proposed it."""
    return SecondPersonNeeded() if case.is_person(case.thing.proposed_by) else None


def _rights(account: BankAccount, actor: Actor) -> Callable[[Right], bool]:
    """Those at the cooperative, and of its umbrella."""
    return lambda right: may_here_or_above(actor, right, account.cooperative_id, account.umbrella_id)


BANK_ACCOUNT: Process[BankAccount] = Process(
    verbs=BankAccountVerb,
    states=BankAccountState,
    rights=_rights,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_BANK_ACCOUNT, Terms(_second_person)),
        Transition("withdraw", ("proposed",), "withdrawn", Right.PROPOSE_BANK_ACCOUNT),
    ),
)


def decide(case: Case[BankAccount], verb: BankAccountVerb) -> BankAccount:
    """The bank account after `verb`. Raises WrongState, SecondPersonNeeded."""
    state = BankAccountState(move(BANK_ACCOUNT, case, verb))
    if state is BankAccountState.CONFIRMED:
        return replace(case.thing, state=state, confirmed_by=case.actor.person, confirmed_at=case.now)
    return replace(case.thing, state=state)
