"""Deliveries within one legal entity: one treasurer proposes, the other confirms, and both books change at once."""

from typing import Annotated

from app.db import ledger
from app.db.books.deliveries import deliveries
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import books_from, cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.deliveries import Delivery, DeliveryState, DeliveryVerb, answered, check_entity, delivery_legs
from app.domain.days import check_day
from app.domain.ledger import JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.domain.transitions import Case
from app.ids import CooperativeId, DeliveryId
from app.usecases.declared.version import expect
from app.vocabulary import Amount, Doc, PastDay, Title, Version

ReceiverId = Annotated[CooperativeId, Doc("The cooperative that received it.")]
Goods = Annotated[Title, Doc("The goods that were delivered.")]
Worth = Annotated[Amount, Doc("Their value, at least a cent.")]
Answer = Annotated[DeliveryVerb, Doc("The answer to the proposal.")]
DeliveryDay = Annotated[PastDay, Doc("The day of the delivery; today if it is left out.")]
Received = Annotated[bool, Doc("Whether to show what it received instead of what it delivered.")]


async def propose_delivery(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    to_cooperative_id: ReceiverId,
    amount: Worth,
    title: Goods,
    delivered_on: DeliveryDay | None = None,
) -> Delivery:
    """Propose a delivery to another cooperative of the same legal entity: no VAT, no invoice.

    Raises OtherLegalEntity, DayOutOfRange, RuleRefused, NotFound.
    """
    giver = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.DELIVER_INTERNALLY, cooperative_id)
    check_entity(giver, await cooperatives.get(tx, to_cooperative_id))
    first = await books_from(tx, cooperative_id, to_cooperative_id)
    day = check_day("delivered_on", delivered_on or tx.today, first, tx.today)
    made = Delivery(
        id=uuid7(),
        from_cooperative_id=cooperative_id,
        to_cooperative_id=to_cooperative_id,
        cents=amount.cents,
        title=title,
        delivered_on=day,
        proposed_by=actor.person,
    )
    await deliveries.add(tx, made)
    await tell(tx, "delivery.proposed", to_cooperative_id, made.id, title=title)
    return made


async def answer_delivery(
    tx: Tx, actor: Actor, *, delivery_id: DeliveryId, verb: Answer, expected_version: Version | None = None
) -> Delivery:
    """Confirm or decline a delivery. Once confirmed, it is booked in both books.

    Raises WrongState, Stale, SecondPersonNeeded, OtherLegalEntity.
    """
    found = await deliveries.get(tx, delivery_id, lock=True)
    actor.require(Right.DELIVER_INTERNALLY, found.to_cooperative_id)
    expect(found.version, expected_version)
    moved = answered(Case(found, actor, tx.now), verb)
    if moved.state is DeliveryState.CONFIRMED:
        sender = await cooperatives.get(tx, found.from_cooperative_id)
        check_entity(sender, await cooperatives.get(tx, found.to_cooperative_id))
        await lend_staff_view(tx, found.from_cooperative_id)
        sides = ((found.from_cooperative_id, 1), (found.to_cooperative_id, 2))
        for (place, part), legs in sorted(zip(sides, delivery_legs(found), strict=True), key=lambda side: side[0]):
            await ledger.post(
                tx,
                Posting(
                    id=uuid7(),
                    cooperative_id=place,
                    kind=JournalKind.INTERNAL_DELIVERY,
                    source_type="internal_delivery",
                    source_id=found.id,
                    part=part,
                    effective_on=found.delivered_on,
                    legs=legs,
                ),
            )
    await tell(tx, "delivery.answered", found.to_cooperative_id, found.id, title=found.title)
    return await deliveries.save(tx, moved)


async def list_deliveries(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, received: Received = False
) -> Page[Delivery]:
    """The deliveries that a cooperative made or received within its legal entity. For the treasurer."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_LEDGER, cooperative_id)
    side = "to_cooperative_id" if received else "from_cooperative_id"
    return await deliveries.page(tx, page, **{side: cooperative_id})
