"""Bad debts: what nobody expects to be paid any more. The treasurer proposes it, a second person confirms."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import MoreThanLeft, NothingOpen, RuleRefused, SecondPersonNeeded
from app.domain.selling.orders import SUPPLIED, Order
from app.domain.transitions import Case, Process, Terms, Transition, every, move, of_staff


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


_confirms = every(_nobody_involved, _second_person)
WRITE_OFF: Process[WriteOff] = Process(
    verbs=WriteOffVerb,
    states=WriteOffState,
    rights=of_staff,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.CONFIRM_WRITE_OFF, Terms(_confirms)),
        Transition("withdraw", ("proposed",), "withdrawn", Right.REFUND, Terms(_nobody_involved)),
    ),
)


def check(order: Order, cents: int | None, borne_by: BorneBy | None) -> tuple[int, BorneBy]:
    """The amount (all that is due, if it is missing) and its bearer; the makers bear it unless the fund does.

    The members of an assignment have their earnings already, so the lead's fund bears it. One bearer for each order.
    Raises NothingOpen before supply or if nothing is due, MoreThanLeft, RuleRefused for another bearer than before.
    """
    if order.state not in SUPPLIED or not order.due_cents:
        raise NothingOpen
    wanted = order.due_cents if cents is None else cents
    if wanted > order.due_cents:
        raise MoreThanLeft(left_cents=order.due_cents)
    own = BorneBy.COOPERATIVE_FUND if order.fund_bears or order.assignment_id else BorneBy.MAKERS
    fixed = order.written_off_cents or order.assignment_id
    if fixed and borne_by is not None and borne_by is not own:
        raise RuleRefused(rule="one_bearer", value=own)
    return wanted, own if fixed else borne_by or BorneBy.MAKERS


def decide(case: Case[WriteOff], verb: WriteOffVerb) -> WriteOff:
    """The write-off after `verb`. Raises WrongState, SecondPersonNeeded."""
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
