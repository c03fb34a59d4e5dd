"""Offerings: the maker or the coordinator writes them, somebody else reviews them, the cooperative sells them."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from pydantic_core import to_jsonable_python

from app.db.engine import Tx, uuid7
from app.db.market.offerings import (
    add_edition,
    end_holds,
    holds,
    lock_stock,
    offerings,
    own_checkouts,
    save_held,
    save_stock,
    write_consumer_prices,
)
from app.db.people.cooperatives import all_cooperatives, cooperatives
from app.db.people.members import members
from app.db.people.persons import ensure_person, lend_staff_view
from app.db.platform.outbox import start_timer, tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import HoldGone, HoldTooLarge, NotFound, NotOrderable, SoldOut
from app.domain.market import offerings as process
from app.domain.market.holds import USUAL, HoldTerms, held
from app.domain.market.offerings import (
    CONTENT,
    OFFERING,
    UNSEEN,
    Hold,
    HoldState,
    Offering,
    OfferingState,
    OfferingVerb,
    check,
    is_checkout_of,
    shown,
)
from app.domain.page import Page, PageRequest
from app.domain.people.members import FORMER
from app.domain.platform.events import LESS_HELD
from app.domain.transitions import Case, find
from app.domain.vat import PriceBasis
from app.ids import CooperativeId, HoldId, MemberId, OfferingId
from app.usecases.declared.outside import Asker, prepared_by
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.offering import Basis, OfferingChange, OfferingContents, PurchasePrice, Units, contents_of
from app.usecases.shared.ordering import without_overdue
from app.vocabulary import WHOLE, Doc, Quantity, Version

HoldMinutes = Annotated[int, Field(strict=True, ge=1, le=60), WHOLE, Doc("How many minutes, an hour at most.")]
OfMember = Annotated[MemberId, Doc("Of this member only.")]
OfOffering = Annotated[OfferingId, Doc("Of this offering only.")]
InState = Annotated[OfferingState, Doc("In this state only.")]
TOLD = {
    "submit": "submitted",
    "publish": "published",
    "send_back": "sent_back",
    "withdraw": "withdrawn",
    "pause": "paused",
    "resume": "resumed",
    "archive": "archived",
}


class AddOffering(OfferingContents):
    """A new offering."""

    price_basis: Basis = PriceBasis.INCL
    purchase_price: PurchasePrice | None = None


async def list_offerings(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: InState | None = None,
    member_id: OfMember | None = None,
) -> Page[Offering]:
    """Offerings of a cooperative in every state, for those who belong to it. The world reads the catalogue."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_OFFERING, cooperative_id)
    return await offerings.page(tx, page, cooperative_id=cooperative_id, state=state, member_id=member_id)


@reads_by_id(offerings)
async def get_offering(tx: Tx, actor: Actor, *, offering_id: OfferingId) -> Offering:
    """One offering in any state, for those who belong to the cooperative. Raises NotFound."""
    offering = await offerings.get(tx, offering_id)
    actor.require(Right.READ_OFFERING, offering.cooperative_id)
    return offering


async def add_offering(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, contents: AddOffering) -> Offering:
    """Write an offering as a draft. Raises NotFound, RuleRefused."""
    seller = await cooperatives.get(tx, cooperative_id)
    member_id = contents.member_id
    actor.require(Right.WRITE_OFFERING, cooperative_id, own=actor.as_member(member_id))
    await lend_staff_view(tx, cooperative_id)
    maker = await members.get(tx, member_id)
    if maker.cooperative_id != cooperative_id or maker.state in FORMER:
        raise NotFound
    fields = contents_of(dict(contents)) | {"stock": contents.stock}
    offering = check(Offering(id=uuid7(), cooperative_id=cooperative_id, member_id=member_id, **fields))
    offering = shown(offering, None, tx.today, seller.small_business_spells)
    await offerings.add(tx, offering)
    await save_stock(tx, offering)
    return offering


async def change_offering(
    tx: Tx, actor: Actor, *, offering_id: OfferingId, expected_version: Version | None, changes: OfferingChange
) -> Offering:
    """Change an offering. Fields that are left out keep their value.

    A published offering gets a new edition; orders keep theirs. Raises WrongState, RuleRefused, Stale.
    """
    offering = await _locked(tx, actor, Right.WRITE_OFFERING, offering_id, expected_version)
    seller = await cooperatives.get(tx, offering.cooperative_id)
    changed = process.change(offering, contents_of(changes.named()))
    changed = shown(changed, offering, tx.today, seller.small_business_spells)
    if changed.edition > offering.edition:
        await _publish_edition(tx, changed)
        await tell(tx, "offering.changed", offering.cooperative_id, offering_id, title=changed.title)
    return await offerings.change(tx, offering, changed)


async def set_stock(tx: Tx, actor: Actor, *, offering_id: OfferingId, stock: Units | None) -> Offering:
    """Set the number of units in stock; null means no limit. The last call wins.

    Raises StockHeld if more than that are held, RuleRefused.
    """
    await lock_stock(tx, [offering_id])
    offering = await _locked(tx, actor, Right.WRITE_OFFERING, offering_id, None)
    changed = process.set_stock(offering, stock)
    if changed == offering:
        return offering
    await save_stock(tx, changed)
    if changed.state is OfferingState.PUBLISHED:
        await tell(tx, "offering.stock_set", offering.cooperative_id, offering_id, title=offering.title)
    return changed


async def move_offering(
    tx: Tx, actor: Actor, *, offering_id: OfferingId, verb: OfferingVerb, expected_version: Version | None = None
) -> Offering:
    """Submit, publish, send back, withdraw, pause, resume or archive.

    Raises WrongState; SecondPersonNeeded if the maker would publish it; AgreementMissing before one is in force; Stale.
    """
    offering = await _locked(tx, actor, find(OFFERING, verb).right, offering_id, expected_version)
    moved = process.transition(Case(offering, actor, tx.now), verb)
    if moved.edition > offering.edition:
        await _publish_edition(tx, moved)
    if offering.import_id is not None and moved.import_id is None:
        await tell(tx, LESS_HELD, offering.cooperative_id, offering.import_id)
    # Nobody knows of a draft, so its steps write no events.
    if offering.state is not OfferingState.DRAFT or verb is OfferingVerb.SUBMIT:
        await tell(tx, f"offering.{TOLD[verb]}", offering.cooperative_id, offering.id, title=offering.title)
    return await offerings.save(tx, moved)


async def _terms(run: Asker, **_: object) -> dict[str, HoldTerms]:
    return {"hold_terms": run.outside.hold_terms}


@prepared_by(_terms)
async def hold_stock(
    tx: Tx,
    actor: Actor,
    *,
    offering_id: OfferingId,
    quantity: Quantity,
    minutes: HoldMinutes = 15,
    hold_terms: HoldTerms = USUAL,
) -> Hold:
    """Hold units during a checkout; give the id of the hold in the order.

    One buyer has few holds on an offering at a time, and holds a share of what is left. Raises SoldOut, TooManyHolds,
    HoldTooLarge, NotOrderable, NotFound.
    """
    actor.require(Right.BUY)
    person_id = await ensure_person(tx, actor.issuer or "", actor.subject, "") if actor.subject is not None else None
    await lock_stock(tx, [offering_id])
    offering = await offerings.get(tx, offering_id)
    if offering.state in UNSEEN:
        raise NotFound
    if offering.state is not OfferingState.PUBLISHED or offering.stock is None:
        raise NotOrderable(title=offering.title, state=offering.state, how="without_stock")
    until = tx.now + timedelta(minutes=minutes)
    app_id = actor.app_id if actor.subject is None else None
    hold = Hold(
        id=uuid7(),
        offering_id=offering_id,
        cooperative_id=offering.cooperative_id,
        quantity=quantity,
        expires_at=until,
        edition=offering.edition,
        purchase_cents=offering.purchase_cents,
        person_id=person_id,
        app_id=app_id,
    )
    # The stock is locked, so the buyer's other holds cannot change.
    own = await own_checkouts(tx, offering_id, person_id, app_id)
    try:
        taken = held(hold_terms, offering, own, hold)
    except (SoldOut, HoldTooLarge):
        taken = held(hold_terms, await without_overdue(tx, offering), own, hold)
    await save_held(tx, taken)
    await holds.add(tx, hold)
    await start_timer(tx, "stock_hold", offering.cooperative_id, hold.id, until)
    return hold


async def list_holds(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, offering_id: OfOffering | None = None
) -> Page[Hold]:
    """Units of a cooperative's offerings that are held now, by orders and checkouts: why something is sold out."""
    actor.require(Right.READ_HOLD, cooperative_id)
    return await holds.page(tx, page, cooperative_id=cooperative_id, state=HoldState.ACTIVE, offering_id=offering_id)


async def release_hold(tx: Tx, actor: Actor, *, hold_id: HoldId) -> Hold:
    """Release held units early. Raises NotFound for another's hold, HoldGone for one that ended."""
    actor.require(Right.BUY)
    hold = await holds.get(tx, hold_id)
    if not is_checkout_of(actor, hold):
        raise NotFound
    if not await end_holds(tx, hold_id=hold_id, state=HoldState.RELEASED):
        raise HoldGone
    return replace(hold, state=HoldState.RELEASED)


async def expire_hold(tx: Tx, actor: Actor, *, hold_id: UUID) -> None:
    """Timer of a hold of a checkout: releases its units, if they are still held. Those of an order end with it."""
    actor.require(Right.RUN_TIMER)
    hold = await holds.get(tx, hold_id)
    if hold.order_id is None and hold.expires_at <= tx.now:
        await end_holds(tx, hold_id=hold_id, state=HoldState.EXPIRED)


async def show_prices(tx: Tx, actor: Actor) -> int:
    """Write what consumers pay today: at a new rate, or when a spell of the small-business scheme of a seller begins.

    Returns how many offerings show another price than before.
    """
    actor.require(Right.RUN_TIMER)
    sellers = await all_cooperatives(tx)
    await lend_staff_view(tx, *sellers)
    return await write_consumer_prices(tx, tx.today, sellers)


async def _locked(tx: Tx, actor: Actor, right: Right, offering_id: UUID, expected_version: Version | None) -> Offering:
    offering = await offerings.get(tx, offering_id, lock=True)
    actor.require(right, offering.cooperative_id, own=actor.as_member(offering.member_id))
    expect(offering.version, expected_version)
    return offering


async def _publish_edition(tx: Tx, offering: Offering) -> None:
    contents = {name: getattr(offering, name) for name in CONTENT}
    await add_edition(tx, offering, to_jsonable_python(contents))
