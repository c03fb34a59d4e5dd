"""Deliveries between cooperatives of one legal entity: no VAT, no invoice; both books balance separately."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import OtherLegalEntity, RuleRefused, SecondPersonNeeded
from app.domain.ledger import AccountKind, Leg
from app.domain.people.cooperatives import Cooperative
from app.domain.transitions import Case, Process, Terms, Transition, move


class DeliveryState(StrEnum):
    """The state of an internal delivery."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REVERSED = "reversed"


class DeliveryVerb(StrEnum):
    """The answer to an internal delivery."""

    CONFIRM = "confirm"
    DECLINE = "decline"


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A delivery worth `cents` from one cooperative to another; booked on both sides once the receiver confirms."""

    id: UUID
    from_cooperative_id: UUID
    to_cooperative_id: UUID
    cents: int
    title: str
    delivered_on: date
    proposed_by: UUID
    state: DeliveryState = DeliveryState.PROPOSED
    answered_by: UUID | None = None
    version: int = 1


def _not_who_proposed(case: Case[Delivery]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.is_person(case.thing.proposed_by) else None


def _rights(delivery: Delivery, actor: Actor) -> Callable[[Right], bool]:
    return lambda right: actor.may(right, delivery.to_cooperative_id)


DELIVERY: Process[Delivery] = Process(
    verbs=DeliveryVerb,
    states=DeliveryState,
    rights=_rights,
    rows=(
        Transition("confirm", ("proposed",), "confirmed", Right.DELIVER_INTERNALLY, Terms(_not_who_proposed)),
        Transition("decline", ("proposed",), "declined", Right.DELIVER_INTERNALLY, Terms(_not_who_proposed)),
    ),
)


def check_entity(giver: Cooperative, receiver: Cooperative) -> None:
    """Raises OtherLegalEntity unless both have the same KvK number, RuleRefused for one and the same cooperative."""
    if giver.id == receiver.id:
        raise RuleRefused(rule="two_cooperatives", value=giver.slug)
    if giver.kvk_number is None or giver.kvk_number != receiver.kvk_number:
        raise OtherLegalEntity(kvk_number=receiver.kvk_number)


def answered(case: Case[Delivery], verb: str) -> Delivery:
    """The delivery after `verb`. Raises WrongState, SecondPersonNeeded for the person who proposed it."""
    state = DeliveryState(move(DELIVERY, case, verb))
    return replace(case.thing, state=state, answered_by=case.actor.person)


def delivery_legs(delivery: Delivery) -> tuple[tuple[Leg, ...], tuple[Leg, ...]]:
    """The legs of the giver and of the receiver."""
    facts, cents = {"title": delivery.title}, delivery.cents
    given = (
        Leg(
            kind=AccountKind.RECEIVABLE_COOPERATIVE,
            cents=-cents,
            rule="internal_delivery",
            facts=facts,
            party=str(delivery.to_cooperative_id),
        ),
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=cents, rule="internal_delivery", facts=facts),
    )
    received = (
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-cents, rule="internal_delivery", facts=facts),
        Leg(
            kind=AccountKind.PAYABLE_COOPERATIVE,
            cents=cents,
            rule="internal_delivery",
            facts=facts,
            party=str(delivery.from_cooperative_id),
        ),
    )
    return given, received
