"""The trails of orders, memberships and power: who took a step, when, and through which app."""

from datetime import datetime
from typing import Any

from app.db.engine import Tx, uuid7
from app.db.people.members import member_events
from app.db.people.power import power_events
from app.db.selling.orders import events
from app.domain.actors import Actor
from app.domain.people.members import Member, MemberEvent, MemberStep
from app.domain.people.power import PowerEvent, PowerKind
from app.domain.selling.orders import Order, OrderEvent, OrderStep


def step_of_order(
    tx: Tx, actor: Actor, order: Order, verb: str, note: str = "", *, at: datetime | None = None
) -> OrderEvent:
    """The entry of a step that led to the order's present state; `at` is now unless a deadline dates it."""
    return OrderEvent(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        verb=OrderStep(verb),
        state=order.state,
        at=at or tx.now,
        person_id=actor.person_id,
        app_id=actor.app_id,
        note=note,
    )


async def note_order(
    tx: Tx, actor: Actor, order: Order, verb: str, note: str = "", *, at: datetime | None = None
) -> None:
    """Adds a step to the trail of an order."""
    await events.add(tx, step_of_order(tx, actor, order, verb, note, at=at))


async def note_member(tx: Tx, actor: Actor, member: Member, verb: str, note: str = "") -> None:
    """Adds a step to the trail of a membership."""
    event = MemberEvent(
        id=uuid7(),
        member_id=member.id,
        cooperative_id=member.cooperative_id,
        verb=MemberStep(verb),
        state=member.state,
        at=tx.now,
        person_id=actor.person_id,
        app_id=actor.app_id,
        note=note,
    )
    await member_events.add(tx, event)


async def note_power(tx: Tx, actor: Actor, kind: PowerKind, **about: Any) -> None:
    """Adds an event to the trail of power; `about` are the other fields of `PowerEvent`."""
    event = PowerEvent(id=uuid7(), kind=kind, at=tx.now, by_person_id=actor.person_id, by_app_id=actor.app_id, **about)
    await power_events.add(tx, event)
