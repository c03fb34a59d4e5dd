"""Orders: people and their apps place them, the maker does the work, the customer or a timer completes them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.db.engine import Tx, uuid7
from app.db.market.offerings import end_holds, holds, lock_stock, locked_offerings, put_back
from app.db.people.cooperatives import books_from
from app.db.people.members import members_since
from app.db.people.persons import ensure_person, lend_staff_view
from app.db.platform.outbox import start_timer, tell
from app.db.selling.customers import customers
from app.db.selling.orders import add_order, events, orders
from app.db.selling.orders import list_orders as load_page
from app.db.store import rows_of
from app.domain.access import Right, Role
from app.domain.actors import Actor, Party
from app.domain.errors import ContactIncomplete, HoldGone, NotFound, RuleRefused, WrongState
from app.domain.market.offerings import Hold, Offering, is_checkout_of, not_own
from app.domain.page import Page, PageRequest
from app.domain.selling import orders as process
from app.domain.selling.customers import Contact, check_vat_id, invoiceable
from app.domain.selling.guest_orders import token_hash
from app.domain.selling.order_filters import OrderFilter, OrderParties
from app.domain.selling.order_lines import line_of
from app.domain.selling.orders import (
    ABOUT_MONEY,
    COMPLETES_AFTER,
    FOR_CUSTOMERS,
    ORDER,
    RELEASES_STOCK,
    Order,
    OrderEvent,
    OrderState,
    OrderVerb,
    accept_by,
    roles_on,
    seller_of,
    totals,
)
from app.domain.selling.prices import PriceTerms
from app.domain.selling.supply import check_verb, supplied
from app.domain.selling.vat_at_supply import free_of_vat, supply_day
from app.domain.small_business import without_vat
from app.domain.transitions import Case, find
from app.ids import OrderId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.due import order_in_time, step_of
from app.usecases.declared.reading import Questions, asks_first, reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_order import call_off
from app.usecases.shared.book_sale import expect_earnings, settle
from app.usecases.shared.contacts import ContactInput
from app.usecases.shared.issue import note_all
from app.usecases.shared.order_filters import (
    ExternalReference,
    InvoiceNumber,
    OfBuyer,
    OfBuyerType,
    OfCooperative,
    OfExternalReference,
    OfPayment,
    OrderReference,
    UpdatedSince,
)
from app.usecases.shared.order_form import OrderLineInput
from app.usecases.shared.ordering import as_agreed, hold_units, reference, take_or_free
from app.usecases.shared.owed_back import tell_owed_back
from app.usecases.shared.supply import supply
from app.usecases.shared.trails import note_order, step_of_order
from app.vocabulary import Doc, Moment, Note, PastDay, Version

MOST_LINES = 50
EVENT_NAMES = {
    "accept": "accepted",
    "refuse": "refused",
    "start": "started",
    "deliver": "delivered",
    "complete": "completed",
    "complete_silently": "completed",
    "cancel": "cancelled",
    "expire": "expired",
}


Lines = Annotated[list[OrderLineInput], Field(min_length=1, max_length=MOST_LINES), Doc("The lines of the order.")]
Reached = Annotated[ContactInput | None, Doc("How to reach the customer. People with a contact card may leave it out.")]
NeededAt = Annotated[Moment | None, Doc("The moment at which it is needed.")]
DeliveryDay = Annotated[PastDay, Doc("The day on which it was delivered; today if it is left out.")]


def _on_sale(*, lines: list[OrderLineInput], **_: object) -> Questions:
    """The queries that an order always needs; they are prefetched."""
    ids = sorted(line.offering_id for line in lines)
    return () if any(line.hold_id for line in lines) else (locked_offerings(ids),)


@asks_first(_on_sale)
async def place_order(
    tx: Tx,
    actor: Actor,
    *,
    lines: Lines,
    contact: Reached = None,
    needed_at: NeededAt = None,
    note: Note = "",
    external_reference: ExternalReference | None = None,
) -> Order:
    """Order at one cooperative. Stock is held until `acceptBy`. An app names the guest for whom it orders.

    A consumer pays the price with VAT that the catalogue shows, a company or a public body by the offering's own basis.
    VAT is that of the day on which it is needed; at delivery that of the day of supply.

    Raises NotOrderable, SoldOut, SeveralSellers, TooLate, HoldGone, PriceChanged, OwnOffering, ContactIncomplete,
    BuyerReferenceNeeded, BuyerNumberNeeded, BuyerAddressNeeded, NotFound, VatIdNeeded if the buyer declares it;
    RuleRefused for minutes of another price than an hourly one, for work that cannot be reverse-charged, and for an
    external reference without an app; AlreadyExists if the app placed an order with that reference.
    """
    actor.require(Right.BUY)
    if external_reference is not None and actor.app_id is None:
        raise RuleRefused(rule="external_reference_of_app", value=external_reference)
    actor, reached = await _customer(tx, actor, contact.contact if contact else None)
    wanted = sorted(lines, key=lambda line: line.offering_id)
    kept = await _use_holds(tx, actor, wanted)
    on_sale = await rows_of(tx, locked_offerings([line.offering_id for line in wanted]))
    found = {offering.id: offering for offering, _ in on_sale}
    if missing := [line.offering_id for line in wanted if line.offering_id not in found]:
        raise NotFound(how="offering", offeringId=str(missing[0]))
    not_own(actor, found.values())

    terms = PriceTerms(buyer=reached.buyer.buyer_type, day=tx.today, spells=on_sale[0][1])
    order = _order(tx, actor, await _agreed(tx, wanted, found, kept, terms), terms, reached, needed_at, note)
    order = replace(order, external_reference=external_reference)
    check_vat_id(reached.buyer, [line.vat_class for line in order.lines])
    for line in wanted:
        found[line.offering_id] = await take_or_free(tx, found[line.offering_id], line.units.quantity)

    await add_order(tx, order, step_of_order(tx, actor, order, "place", note))
    await hold_units(tx, order, list(found.values()))
    await start_timer(tx, "accept_by", order.cooperative_id, order.id, order.accept_by)
    facts = {"reference": order.reference, "acceptBy": order.accept_by.isoformat()}
    await tell(tx, "order.placed", order.cooperative_id, order.id, **facts, members=[str(m) for m in order.maker_ids])
    return order


def guest_token(order: Order, token_of: Callable[[UUID], str]) -> str | None:
    """The token of an order's status link; None unless an app placed it for a guest. Only its hash is stored."""
    token = token_of(order.id)
    return token if token_hash(token) == order.guest_token_hash else None


@shows_private
async def list_orders(
    tx: Tx,
    actor: Actor,
    *,
    page: PageRequest,
    state: OrderState | None = None,
    cooperative_id: OfCooperative | None = None,
    payment: OfPayment | None = None,
    reference: OrderReference | None = None,
    external_reference: OfExternalReference | None = None,
    buyer: OfBuyer | None = None,
    buyer_type: OfBuyerType | None = None,
    updated_since: UpdatedSince | None = None,
    invoice_number: InvoiceNumber | None = None,
) -> Page[Order]:
    """The orders that the caller is a party to as staff, maker, customer or app, newest first."""
    actor.require(Right.READ_ORDER, own=(Party(Role.CUSTOMER), Party(Role.APP)))
    parties = OrderParties(
        cooperative_ids=actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER, Role.APP),
        member_ids=actor.members_with(Right.READ_ORDER),
        person_id=actor.person_id,
        app_id=actor.app_id if actor.subject is None else None,
    )
    wanted = OrderFilter(
        state=state,
        cooperative_id=cooperative_id,
        payment=payment,
        reference=reference,
        external_reference=external_reference,
        buyer=buyer,
        buyer_type=buyer_type,
        updated_since=updated_since,
        invoice_number=invoice_number,
    )
    return await load_page(tx, page, parties, wanted)


@shows_private
@reads_by_id(orders)
async def get_order(tx: Tx, actor: Actor, *, order_id: OrderId) -> Order:
    """One order, for its customer, its app, its maker and the seller's staff. Raises NotFound."""
    order = await orders.get(tx, order_id)
    actor.require(Right.READ_ORDER, order.cooperative_id, own=roles_on(order, actor))
    return order


@shows_private
@reads_by_id(orders, (events, "order_id"))
async def list_order_events(tx: Tx, actor: Actor, *, order_id: OrderId) -> list[OrderEvent]:
    """The history of an order, oldest first.

    The staff reads all notes about money, and whoever may read its payments those of credits.
    """
    order = await get_order(tx, actor, order_id=order_id)
    found = await events.all(tx, order_id=order_id)
    if actor.may(Right.READ_WRITE_OFF, order.cooperative_id):
        return found
    pays = actor.may(Right.READ_PAYMENT, order.cooperative_id, own=roles_on(order, actor))
    hidden = ABOUT_MONEY - FOR_CUSTOMERS if pays else ABOUT_MONEY
    return [replace(event, note="") if event.verb in hidden else event for event in found]


async def move_order(
    tx: Tx,
    actor: Actor,
    *,
    order_id: OrderId,
    verb: OrderVerb,
    note: Note = "",
    delivered_on: DeliveryDay | None = None,
    expected_version: Version | None = None,
) -> Order:
    """Accept, refuse, start, deliver, complete or cancel. Completing a paid order books its sale.

    Work that was done before is entered with its day, at most 31 days before the order; more than seven days back only
    by the seller's coordinator. Its agreement and its year are those of that day.

    Raises WrongState, Stale, NotFound, DayOutOfRange, RuleRefused for such a day with another step, and
    SecondPersonNeeded for makers who confirm their own work.
    """
    check_verb(verb, delivered_on)
    row = find(ORDER, verb)
    order = await orders.get(tx, order_id)
    actor.require(row.right, order.cooperative_id, own=roles_on(order, actor))
    await lend_staff_view(tx, order.cooperative_id)
    order = order_in_time(tx, await orders.get(tx, order_id, lock=True))
    expect(order.version, expected_version)
    return await _move(tx, actor, order, verb, at=tx.now, note=note, delivered_on=delivered_on)


@step_of("accept_by")
async def expire_order(tx: Tx, actor: Actor, *, order_id: UUID) -> None:
    """Timer of `acceptBy`: the order expires unless somebody accepted it; any other state stays."""
    await _by_timer(tx, actor, order_id, "expire")


@step_of("complete")
async def complete_silently(tx: Tx, actor: Actor, *, order_id: UUID) -> None:
    """Timer of delivery: completes the order after 14 days without an answer of the customer."""
    await _by_timer(tx, actor, order_id, "complete_silently")


async def _by_timer(tx: Tx, actor: Actor, order_id: UUID, verb: str) -> None:
    actor.require(Right.RUN_TIMER)
    order = await orders.get(tx, order_id, lock=True)
    if order.due_at is not None and order.due_at > tx.now:
        # The deadline decides, whatever timer there is.
        return
    try:
        await _move(tx, actor, order, verb, at=min(order.due_at or tx.now, tx.now))
    except WrongState:
        return


async def _move(
    tx: Tx,
    actor: Actor,
    order: Order,
    verb: str,
    *,
    at: datetime,
    note: str = "",
    delivered_on: date | None = None,
) -> Order:
    """Moves a locked order; `at` dates the step, which is booked now. `delivered_on` is the day of work done before."""
    order_id = order.id
    moved = process.transition(Case(order, actor, at), verb)
    if verb == "accept":
        await end_holds(tx, order_id=order_id, state="used")
    elif verb in RELEASES_STOCK:
        await end_holds(tx, order_id=order_id, state="released")
        await put_back(tx, order_id)
        moved = await note_all(tx, moved, note)
        await call_off(tx, order, moved)
        await tell_owed_back(tx, order, moved)
    elif verb == "deliver":
        moved = moved if delivered_on is None else await _supplied(tx, actor, moved, delivered_on)
        moved = await supply(tx, order, moved)
        await expect_earnings(tx, moved)
        await start_timer(tx, "complete", order.cooperative_id, order_id, at + COMPLETES_AFTER)
    await note_order(tx, actor, moved, verb, note, at=at)
    facts: dict[str, object] = {"reference": moved.reference, "members": [str(m) for m in moved.maker_ids]}
    facts |= {"neededAt": moved.needed_at.isoformat()} if moved.needed_at else {}
    facts |= {} if moved.due_cents else {"paid": True}
    await tell(tx, f"order.{EVENT_NAMES[verb]}", moved.cooperative_id, order_id, **facts)
    return await orders.save(tx, await settle(tx, moved))


async def _supplied(tx: Tx, actor: Actor, order: Order, day: date) -> Order:
    """The order, delivered on that day. Raises DayOutOfRange."""
    joined = await members_since(tx, order.maker_ids)
    since = [await books_from(tx, order.cooperative_id), *([joined] if joined else [])]
    by_staff = order.cooperative_id in actor.cooperative_ids(Role.COORDINATOR, Role.TREASURER)
    return supplied(order, day, tx.now, since=since, by_staff=by_staff)


async def _customer(tx: Tx, actor: Actor, contact: Contact | None) -> tuple[Actor, Contact]:
    """The buyer and how to reach them. A first order makes the buyer a known person."""
    if contact is None and actor.person_id is not None:
        card = await customers.find(tx, person_id=actor.person_id)
        contact = card.contact if card else None
    if contact is None:
        raise ContactIncomplete
    if actor.subject is not None and (actor.person_id is None or actor.nameless):
        person_id = await ensure_person(tx, actor.issuer or "", actor.subject, contact.name)
        actor = replace(actor, person_id=person_id)
    return actor, invoiceable(contact)


async def _use_holds(tx: Tx, actor: Actor, wanted: list[OrderLineInput]) -> dict[OrderLineInput, Hold]:
    """Turn holds of the checkout into holds of the order, under the lock of the stock.

    Returns the holds that keep the price of their line. A line for more units than were held gets the present price.
    """
    held = [line for line in wanted if line.hold_id is not None]
    if held:
        await lock_stock(tx, [line.offering_id for line in wanted])
    found = {}
    for line in held:
        hold = await holds.find(tx, id=line.hold_id)
        if hold is None or not is_checkout_of(actor, hold) or hold.offering_id != line.offering_id:
            raise NotFound
        if hold.expires_at <= tx.now or not await end_holds(tx, hold_id=line.hold_id, state="released"):
            raise HoldGone
        if line.units.quantity <= hold.quantity:
            found[line] = hold
    return found


async def _agreed(
    tx: Tx,
    wanted: list[OrderLineInput],
    found: dict[UUID, Offering],
    kept: dict[OrderLineInput, Hold],
    terms: PriceTerms,
) -> list[tuple[OrderLineInput, Offering]]:
    """Each line with its offering at the agreed price. Raises PriceChanged."""
    return [
        (
            line,
            await as_agreed(
                tx,
                found[line.offering_id],
                kept.get(line),
                line.edition,
                terms,
                reverse_charged=line.reverse_charged,
            ),
        )
        for line in wanted
    ]


def _order(
    tx: Tx,
    actor: Actor,
    wanted: list[tuple[OrderLineInput, Offering]],
    terms: PriceTerms,
    contact: Contact,
    needed_at: datetime | None,
    note: str,
) -> Order:
    order_id, found, day = uuid7(), [offering for _, offering in wanted], supply_day(terms.day, needed_at)
    lines = tuple(
        line_of(
            offering,
            line.units,
            terms.unit_price(offering, reverse_charged=line.reverse_charged),
            id=uuid7(),
            order_id=order_id,
            day=day,
        )
        for line, offering in wanted
    )
    order = Order(
        id=order_id,
        cooperative_id=seller_of(found),
        reference=reference(),
        contact=contact,
        lines=lines,
        net_cents=0,
        vat_cents=0,
        placed_at=tx.now,
        accept_by=accept_by(found, tx.now, needed_at),
        customer_person_id=actor.person_id,
        app_id=actor.app_id,
        maker_ids=tuple(dict.fromkeys(line.member_id for line in lines if line.member_id is not None)),
        guest_token_hash=token_hash(tx.sealing.token(order_id.bytes)) if actor.subject is None else None,
        needed_at=needed_at,
        note=note,
    )
    return free_of_vat(order) if without_vat(terms.spells, day) else totals(order)
