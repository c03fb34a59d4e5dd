"""Write-offs: the treasurer proposes to expect an amount no more, a second person confirms it."""

from typing import Annotated

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.credits import write_offs
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import ReasonNeeded
from app.domain.ledger import JournalKind
from app.domain.page import Page, PageRequest
from app.domain.second_person import require_here_or_above
from app.domain.selling.write_offs import (
    WRITE_OFF,
    BorneBy,
    WriteOff,
    WriteOffState,
    WriteOffVerb,
    check,
    decide,
    written_off,
)
from app.domain.transitions import Case, find
from app.ids import CooperativeId, OrderId, WriteOffId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_credit import lower
from app.usecases.shared.book_sale import settle
from app.usecases.shared.order_money import locked_for_money, nobody_involved, open_for_money, save_money
from app.vocabulary import Amount, Doc, Reason, Version

LostAmount = Annotated[Amount, Doc("The amount with VAT that is not expected any more; all that is due without it.")]
Bearer = Annotated[BorneBy, Doc("Who bears it: the makers and the cooperative by the agreement, unless its fund does.")]


async def propose_write_off(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    reason: Reason,
    amount: LostAmount | None = None,
    borne_by: Bearer | None = None,
) -> WriteOff:
    """Propose to expect what is due of an order no more. For the treasurer; a second person confirms it.

    The lead's fund bears that of an assignment. Raises NothingOpen, MoreThanLeft, ReasonNeeded, RuleRefused for another
    bearer than before, SecondPersonNeeded for the buyer and the makers.
    """
    order = await locked_for_money(tx, actor, Right.REFUND, order_id)
    by = await nobody_involved(tx, actor, order, "write_off")
    if not reason.strip():
        raise ReasonNeeded(verb="write_off")
    waiting = await write_offs.all(tx, order_id=order.id, state=WriteOffState.PROPOSED)
    cents, bearer = check(order, amount.cents if amount else None, borne_by, sum(one.cents for one in waiting))
    proposed = WriteOff(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=cents,
        borne_by=bearer,
        reason=reason,
        proposed_by=by,
        proposed_at=tx.now,
    )
    await write_offs.add(tx, proposed)
    await tell(tx, "write_off.proposed", order.cooperative_id, proposed.id, reference=order.reference)
    return await write_offs.get(tx, proposed.id)


async def move_write_off(
    tx: Tx, actor: Actor, *, write_off_id: WriteOffId, verb: WriteOffVerb, expected_version: Version | None = None
) -> WriteOff:
    """Confirm a write-off, as a second person, or withdraw it.

    The second person is of the staff, the outside approver, or an officer of the umbrella. Its VAT comes off, and the
    rest is a bad debt. The claim on the customer stays: money that still comes lowers it.

    Raises WrongState, Stale, SecondPersonNeeded for who proposed it, the buyer and the makers; MoreThanLeft or
    NothingOpen if less is due by now, RuleRefused for another bearer than the order has.
    """
    seen = await write_offs.get(tx, write_off_id)
    require_here_or_above(actor, find(WRITE_OFF, verb).right, seen.cooperative_id, seen.umbrella_id)
    await lend_staff_view(tx, seen.cooperative_id)
    order = open_for_money(tx, await orders.get(tx, seen.order_id, lock=True))
    found = await write_offs.get(tx, write_off_id, lock=True)
    expect(found.version, expected_version)
    decided = decide(Case(found, actor, tx.now), verb)
    if decided.state is WriteOffState.CONFIRMED:
        after = written_off(order, decided)
        after = await lower(tx, order, after, JournalKind.WRITE_OFF, ("write_off", found.id))
        await save_money(tx, actor, order, await settle(tx, after), "write_off", found.reason)
    await tell(tx, "write_off.decided", found.cooperative_id, found.id, reference=order.reference)
    return await write_offs.save(tx, decided)


@shows_private
@reads_by_id(orders, (write_offs, "order_id"))
async def list_write_offs(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[WriteOff]:
    """The write-offs of an order, oldest first.

    For the staff; for the outside approver and officers of the umbrella, who do not see the order.
    """
    found = await write_offs.all(tx, order_id=order_id)
    if found:
        require_here_or_above(actor, Right.READ_WRITE_OFF, found[0].cooperative_id, found[0].umbrella_id)
    else:
        actor.require(Right.READ_WRITE_OFF, (await orders.get(tx, order_id)).cooperative_id)
    return found


@shows_private
async def list_cooperative_write_offs(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: WriteOffState | None = None
) -> Page[WriteOff]:
    """The write-offs of a cooperative, newest first.

    For the staff, the outside approver and officers of the umbrella, who find here what waits for a second person.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_WRITE_OFF, cooperative_id, cooperative.umbrella_id)
    return await write_offs.page(tx, page, cooperative_id=cooperative_id, state=state)


@shows_private
@reads_by_id(write_offs)
async def get_write_off(tx: Tx, actor: Actor, *, write_off_id: WriteOffId) -> WriteOff:
    """One write-off, for the staff, the outside approver and officers of the umbrella. Raises NotFound."""
    found = await write_offs.get(tx, write_off_id)
    require_here_or_above(actor, Right.READ_WRITE_OFF, found.cooperative_id, found.umbrella_id)
    return found
