"""The trail of power, for the person, their cooperative and the network."""

from dataclasses import replace

from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.people.power import power_events, power_events_at
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.page import Page, PageRequest
from app.domain.people.power import OF_OFFICES, PowerEvent, PowerKind
from app.ids import CooperativeId
from app.usecases.declared.audit import shows_private


async def list_my_power_events(tx: Tx, actor: Actor, *, page: PageRequest) -> Page[PowerEvent]:
    """The powers that were given to the caller or taken from them, newest first: offices and memberships."""
    actor.require(Right.READ_POWER, own=actor.as_self())
    if actor.person_id is None:
        return Page([], has_next=False)
    return await power_events.page(tx, page, person_id=actor.person_id)


@shows_private
async def list_cooperative_power_events(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[PowerEvent]:
    """Who got and lost power in a cooperative, newest first. Members see its offices only, without the reasons."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_POWER, cooperative_id)
    everything = actor.may(Right.READ_READINESS, cooperative_id)
    found = await power_events_at(tx, page, cooperative_id, tuple(PowerKind) if everything else OF_OFFICES)
    if everything:
        return found
    return found.map(lambda event: event if event.person_id == actor.person_id else replace(event, reason=""))


@shows_private
async def list_power_events(tx: Tx, actor: Actor, *, page: PageRequest) -> Page[PowerEvent]:
    """Who got and lost power anywhere, newest first; for the network."""
    actor.require(Right.READ_POWER)
    return await power_events.page(tx, page)
