"""Bad debts: what nobody expects to be paid any more. The treasurer proposes it, a second person confirms."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import DomainError, MoreThanLeft, NothingOpen, RuleRefused, SecondPersonNeeded
from app.domain.second_person import of_staff_and_umbrella
from app.domain.selling.orders import SUPPLIED, Order
from app.domain.transitions import Case, Process, Terms, Transition, every, move


class BorneBy(StrEnum):
    """Who bears a bad debt."""

    MAKERS = "makers"
    """What is left is shared by the agreement, so its makers and the cooperative bear it together."""
    COOPERATIVE_FUND = "cooperative_fund"
    """The cooperative's fund; the makers earn as if it had been paid."""


class WriteOffState(StrEnum):
    """The state of a write-off."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    REVERSED = "reversed"


class WriteOffVerb(StrEnum):
    """A step with a write-off."""

    CONFIRM = "confirm"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, kw_only=True)
class WriteOff:
    """`cents` with VAT that are not expected any more. The claim on the customer stays: money may still come."""

    id: UUID
    order_id: UUID
    cooperative_id: UUID
    cents: int
    borne_by: BorneBy
    reason: str
    proposed_by: UUID
    proposed_at: datetime
    state: WriteOffState = WriteOffState.PROPOSED
    confirmed_by: UUID | None = None
    confirmed_on: date | None = None
    order_reference: str = ""
    """Loaded, like the next four fields: the order as it is now."""
    order_due_cents: int = 0
    """What is due of an order that was supplied."""
    order_bearer: BorneBy | None = None
    """Who has to bear it: who bore an earlier one, or the fund for an assignment; None if both may."""
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now, whose officers may confirm it; loaded."""
    order_makers: tuple[UUID, ...] = ()
    customer_person_id: UUID | None = None
    version: int = 1


def _nobody_involved(case: Case[WriteOff]) -> SecondPersonNeeded | None:
    """Nobody whom the order is about: neither its customer nor its makers."""
    own = case.is_member(*case.thing.order_makers)
    return SecondPersonNeeded() if own or case.is_person(case.thing.customer_person_id) else None


def _second_person(case: Case[WriteOff]) -> SecondPersonNeeded | None:
    """Another person than who proposed it."""
    return SecondPersonNeeded() if case.is_person(case.thing.proposed_by) else None


def _still_due(case: Case[WriteOff]) -> DomainError | None:
    """So much is due by now, and the order has no other bearer."""
    lost = case.thing
    return _refusal(lost.cents, lost.borne_by, lost.order_due_cents, lost.order_bearer)


_confirms = every(_nobody_involved, _second_person, _still_due)
WRITE_OFF: Process[WriteOff] = Process(
    verbs=WriteOffVerb,
    states=WriteOffState,
    rights=of_staff_and_umbrella,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_WRITE_OFF, Terms(_confirms)),
        Transition("withdraw", ("proposed",), "withdrawn", Right.REFUND, Terms(_nobody_involved)),
    ),
)


def check(order: Order, cents: int | None, borne_by: BorneBy | None, proposed_cents: int = 0) -> tuple[int, BorneBy]:
    """The amount (all that is due, if it is missing) and its bearer; the makers bear it unless the fund does.

    `proposed_cents` of what is due are proposed already and wait for their second person. The members of an assignment
    have their earnings already, so the lead's fund bears it. One bearer for each order.

    Raises NothingOpen before supply or if nothing is due, MoreThanLeft, RuleRefused for another bearer than before.
    """
    due = max(0, order.due_cents - proposed_cents) if order.state in SUPPLIED else 0
    bearer = _bearer(order)
    wanted = due if cents is None else cents
    if refusal := _refusal(wanted, borne_by, due, bearer):
        raise refusal
    return wanted, bearer or borne_by or BorneBy.MAKERS


def _bearer(order: Order) -> BorneBy | None:
    """The bearer that a write-off of an order must have; None if both may. SQL has it too."""
    if order.assignment_id is None and not order.written_off_cents:
        return None
    return BorneBy.COOPERATIVE_FUND if order.fund_bears or order.assignment_id else BorneBy.MAKERS


def _refusal(cents: int, borne_by: BorneBy | None, due_cents: int, bearer: BorneBy | None) -> DomainError | None:
    """Why so much cannot be written off of what is due."""
    if not due_cents:
        return NothingOpen()
    if cents > due_cents:
        return MoreThanLeft(left_cents=due_cents)
    if bearer is not None and borne_by not in (None, bearer):
        return RuleRefused(rule="one_bearer", value=bearer)
    return None


def decide(case: Case[WriteOff], verb: WriteOffVerb) -> WriteOff:
    """The write-off after `verb`.

    Raises WrongState, SecondPersonNeeded; MoreThanLeft or NothingOpen if less is due by now, RuleRefused for another
    bearer than the order has.
    """
    state = WriteOffState(move(WRITE_OFF, case, verb))
    if state is WriteOffState.CONFIRMED:
        return replace(case.thing, state=state, confirmed_by=case.actor.person, confirmed_on=case.today)
    return replace(case.thing, state=state)


def written_off(order: Order, write_off: WriteOff) -> Order:
    """The order without what was written off. Raises MoreThanLeft if less is due by now, NothingOpen."""
    cents, borne_by = check(order, write_off.cents, write_off.borne_by)
    return replace(
        order,
        written_off_cents=order.written_off_cents + cents,
        fund_bears=borne_by is BorneBy.COOPERATIVE_FUND,
    )
