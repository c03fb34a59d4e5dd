"""Offerings: a member makes them, a cooperative sells them. A published change makes a new edition."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import (
    AgreementMissing,
    OwnOffering,
    RuleRefused,
    SecondPersonNeeded,
    SoldOut,
    StockHeld,
)
from app.domain.people.members import SELLING, MemberState
from app.domain.small_business import Spell, without_vat
from app.domain.transitions import LONG_AGO, Case, Process, Terms, Transition, every, move, of_staff_and_member
from app.domain.vat import PriceBasis, VatClass, rate_on, with_vat


class OfferingKind(StrEnum):
    """The kind of offering: goods, a service, or something given away."""

    GOODS = "goods"
    SERVICE = "service"
    GIVEAWAY = "giveaway"


class PriceUnit(StrEnum):
    """The unit of a price."""

    PIECE = "piece"
    HOUR = "hour"
    PERSON = "person"


class OfferingState(StrEnum):
    """The state of an offering."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    PAUSED = "paused"
    ARCHIVED = "archived"


class OfferingVerb(StrEnum):
    """Steps of an offering."""

    SUBMIT = "submit"
    PUBLISH = "publish"
    SEND_BACK = "send_back"
    WITHDRAW = "withdraw"
    PAUSE = "pause"
    RESUME = "resume"
    ARCHIVE = "archive"


class HoldState(StrEnum):
    """The state of held units."""

    ACTIVE = "active"
    USED = "used"
    RELEASED = "released"
    EXPIRED = "expired"


class HiddenBy(StrEnum):
    """Why an offering is paused. Each cause is lifted on its own; without any, the offering is shown."""

    MAKER = "maker"
    MEMBERSHIP = "membership"
    """The maker's membership is paused or over."""


UNSEEN = (OfferingState.DRAFT, OfferingState.IN_REVIEW)
"""The states that only its cooperative knows."""


@dataclass(frozen=True, kw_only=True)
class Offering:
    """`price_cents` per `price_unit`; `price_basis` says whether VAT is inside. `stock` is the number of units, for
    goods; None is unlimited.

    `edition` counts the published contents; `lead_time_minutes` is what the maker needs before `neededAt`.
    """

    id: UUID
    cooperative_id: UUID
    member_id: UUID
    kind: OfferingKind
    title: str
    text: str
    category: str
    price_unit: PriceUnit
    price_cents: int
    vat_class: VatClass
    town: str
    price_basis: PriceBasis = PriceBasis.EXCL
    """What was written before there was a basis has none: its price was without VAT."""
    consumer_price_cents: int = 0
    """What a consumer pays for a unit, VAT included, as the catalogue shows it. No part of the published edition."""
    tags: tuple[str, ...] = ()
    image_url: str | None = None
    lead_time_minutes: int = 0
    stock: int | None = None
    purchase_cents: int | None = None
    """The cost of a unit, under the margin scheme; never shown outside."""
    held: int = 0
    state: OfferingState = OfferingState.DRAFT
    hidden_by: tuple[HiddenBy, ...] = ()
    edition: int = 0
    source: str | None = None
    external_id: str | None = None
    """The id in the partner's own system."""
    said: int | None = None
    """The units that the source last reported, plus its shortage against sales here by then."""
    import_id: UUID | None = None
    """The import that holds it for review."""
    agreed_from: date | None = None
    """The first day of the cooperative's first agreement; loaded until it is published."""
    maker_state: MemberState | None = None
    """The state of the maker's membership; loaded until it is published; None if the caller may not know."""
    version: int = 1

    @property
    def left(self) -> int | None:
        """Units that can still be ordered."""
        return None if self.stock is None else self.stock - self.held


@dataclass(frozen=True, kw_only=True)
class Hold:
    """Units held for an order or for a checkout, until `expires_at`."""

    id: UUID
    offering_id: UUID
    cooperative_id: UUID
    quantity: int
    expires_at: datetime
    edition: int
    """The edition whose price the hold keeps."""
    purchase_cents: int | None = None
    """The cost of a unit at that moment, under the margin scheme."""
    order_id: UUID | None = None
    person_id: UUID | None = None
    app_id: UUID | None = None
    state: HoldState = HoldState.ACTIVE


def is_checkout_of(actor: Actor, hold: Hold) -> bool:
    """Whether the actor holds the units during a checkout. What an order holds ends with the order's own steps."""
    return hold.order_id is None and actor.owns(hold.person_id, hold.app_id)


CONTENT = (
    "kind",
    "title",
    "text",
    "category",
    "price_unit",
    "price_cents",
    "price_basis",
    "vat_class",
    "town",
    "tags",
    "image_url",
)


def _shown_by_maker(case: Case[Offering]) -> str | None:
    return "hidden_already" if HiddenBy.MAKER in case.thing.hidden_by else None


def _hidden_by_maker(case: Case[Offering]) -> str | None:
    return None if HiddenBy.MAKER in case.thing.hidden_by else "hidden_by_membership"


def _not_the_maker(case: Case[Offering]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.is_member(case.thing.member_id) else None


def _agreed(case: Case[Offering]) -> AgreementMissing | None:
    """The sale can be shared: an agreement is in force."""
    start = case.thing.agreed_from
    if case.now == LONG_AGO or (start is not None and start <= case.today):
        return None
    return AgreementMissing(date=case.today.isoformat())


def _maker_sells(case: Case[Offering]) -> str | None:
    return "maker_does_not_sell" if case.thing.maker_state not in (None, *SELLING) else None


_publishable = every(_not_the_maker, _agreed, _maker_sells)
OFFERING: Process[Offering] = Process(
    verbs=OfferingVerb,
    states=OfferingState,
    rights=of_staff_and_member,
    rows=(
        Transition("submit", ("draft",), "in_review", Right.WRITE_OFFERING),
        Transition("publish", ("in_review",), "published", Right.REVIEW_OFFERING, Terms(_publishable)),
        Transition("send_back", ("in_review",), "draft", Right.REVIEW_OFFERING),
        Transition("withdraw", ("in_review",), "draft", Right.WRITE_OFFERING),
        Transition("pause", ("published", "paused"), "paused", Right.WRITE_OFFERING, Terms(_shown_by_maker)),
        Transition("resume", ("paused",), "published", Right.WRITE_OFFERING, Terms(_hidden_by_maker)),
        Transition("archive", ("draft", "published", "paused"), "archived", Right.WRITE_OFFERING),
    ),
)


def check(offering: Offering) -> Offering:
    """Returns the offering.

    Raises RuleRefused for stock on a service, a price on a giveaway, a purchase price without the margin scheme (or the
    other way round), and a price without VAT under that scheme.
    """
    if offering.kind is OfferingKind.GIVEAWAY and offering.price_cents:
        raise RuleRefused(rule="a_giveaway_is_free", value=offering.price_cents)
    if (offering.vat_class is VatClass.MARGIN) != (offering.purchase_cents is not None):
        raise RuleRefused(rule="margin_has_a_purchase_price", value=offering.vat_class)
    if offering.vat_class is VatClass.MARGIN and offering.price_basis is not PriceBasis.INCL:
        raise RuleRefused(rule="margin_price_holds_vat", value=offering.price_basis)
    if offering.kind is OfferingKind.SERVICE and offering.stock is not None:
        raise RuleRefused(rule="stock_is_for_goods", value=offering.stock)
    return offering


def transition(case: Case[Offering], verb: str) -> Offering:
    """The offering after `verb`; publishing makes edition 1. The maker is never the reviewer (SecondPersonNeeded).

    Raises WrongState, AgreementMissing.
    """
    offering, state = case.thing, OfferingState(move(OFFERING, case, verb))
    if verb in ("pause", "resume"):
        return _hidden(offering, set(offering.hidden_by) ^ {HiddenBy.MAKER})
    edition = max(offering.edition, 1 if verb == "publish" else 0)
    return replace(offering, state=state, edition=edition, import_id=None)


def _hidden(offering: Offering, causes: set[HiddenBy]) -> Offering:
    state = OfferingState.PAUSED if causes else OfferingState.PUBLISHED
    return replace(offering, state=state, hidden_by=tuple(sorted(causes)))


def change(offering: Offering, changes: dict[str, Any]) -> Offering:
    """The offering with other contents; if it was ever published, it gets the next edition. Raises WrongState."""
    if offering.state is OfferingState.ARCHIVED:
        move(OFFERING, Case(offering), "submit")
    changed = check(replace(offering, **changes))
    new_contents = any(getattr(offering, name) != getattr(changed, name) for name in CONTENT)
    return replace(changed, edition=offering.edition + 1) if offering.edition and new_contents else changed


def consumer_cents(offering: Offering, day: date, spells: Iterable[Spell]) -> int:
    """The price of a unit for a consumer on a day: with VAT, unless the seller charges none in one of its spells."""
    if without_vat(spells, day):
        return offering.price_cents
    return with_vat(offering.price_cents, offering.price_basis, rate_on(offering.vat_class, day))


def shown(offering: Offering, before: Offering | None, day: date, spells: Iterable[Spell]) -> Offering:
    """The offering with what a consumer pays for a unit, if it is new or if its price is another than `before`."""
    if before is not None and _price(before) == _price(offering):
        return offering
    return replace(offering, consumer_price_cents=consumer_cents(offering, day, spells))


def set_stock(offering: Offering, stock: int | None) -> Offering:
    """The offering with `stock` units in all. Raises StockHeld if more than that are held."""
    if offering.held and (stock is None or stock < offering.held):
        raise StockHeld(held=offering.held)
    return check(replace(offering, stock=stock))


def not_own(actor: Actor, offerings: Iterable[Offering]) -> None:
    """Nobody buys what they make themselves. Raises OwnOffering."""
    for offering in offerings:
        if offering.member_id in actor.member_ids():
            raise OwnOffering(title=offering.title)


def as_published(offering: Offering, edition: int, contents: dict[str, Any]) -> Offering:
    """The offering with title, unit and price of an earlier edition."""
    vat_class = VatClass(contents["vat_class"])
    # Editions of before there was a basis have none: only the margin scheme had VAT inside.
    before = PriceBasis.INCL if vat_class is VatClass.MARGIN else PriceBasis.EXCL
    return replace(
        offering,
        edition=edition,
        title=contents["title"],
        price_unit=PriceUnit(contents["price_unit"]),
        price_cents=contents["price_cents"],
        price_basis=PriceBasis(contents.get("price_basis", before)),
        vat_class=vat_class,
    )


def _price(offering: Offering) -> tuple[object, ...]:
    return offering.price_cents, offering.price_basis, offering.vat_class


def take(offering: Offering, quantity: int) -> Offering:
    """The offering with `quantity` units more held. Raises SoldOut."""
    if offering.left is not None and quantity > offering.left:
        raise SoldOut(title=offering.title, left=offering.left)
    return replace(offering, held=offering.held + quantity) if offering.stock is not None else offering
