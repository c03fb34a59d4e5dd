"""Joint purchases: a cooperative leads, members and partners wish, packs are ordered, shared out and paid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.buying.allocation import Change, Demand, Inputs, SharingRule, WishLine
from app.domain.buying.purchase_articles import Article
from app.domain.buying.purchase_bill import check_discount
from app.domain.buying.spending import Lot
from app.domain.errors import (
    BelowMinimum,
    NotFilling,
    ReceiptMissing,
    RuleRefused,
    SecondPersonNeeded,
    WrongState,
)
from app.domain.transitions import REASON, Case, Guard, Need, Process, Terms, Transition, every, move, of_staff


class PurchaseState(StrEnum):
    """The state of a joint purchase."""

    DRAFT = "draft"
    OPEN = "open"
    TOPPING_UP = "topping_up"
    CLOSED = "closed"
    ORDERED = "ordered"
    RECEIVED = "received"
    SETTLED = "settled"
    CANCELLED = "cancelled"
    CANCELLED_BELOW_MINIMUM = "cancelled_below_minimum"


class JointPurchaseVerb(StrEnum):
    """Steps of a joint purchase."""

    OPEN = "open"
    TOP_UP = "top_up"
    EXTEND = "extend"
    CLOSE = "close"
    ORDER = "order"
    RECEIVE = "receive"
    SETTLE = "settle"
    CANCEL = "cancel"
    GIVE_UP = "give_up"


class DeliveryBy(StrEnum):
    """How the cost of delivery is shared: by units, by price, or equally."""

    QUANTITY = "quantity"
    PRICE = "price"
    HEAD = "head"


class PaidBy(StrEnum):
    """The member's savings pot, or the cooperative's fund."""

    POT = "pot"
    ACCOUNT = "account"


@dataclass(frozen=True)
class Wanted:
    """An article with the totals of firm units and tolerance."""

    article: Article
    firm: int
    tolerance: int

    @property
    def demand(self) -> Demand:
        return Demand(self.firm, self.tolerance, self.article.pack_units, self.article.minimum_units)


@dataclass(frozen=True, kw_only=True)
class JointPurchase:
    """`cooperative_id` leads; members and staff of it and of the partners may wish until `closes_at`.

    `delivery_cents` and `discount_cents` are for the whole order, with VAT. `buyer_id` ordered, `priced_by` entered
    prices as billed; `settled_by` is somebody else. The lead's fund pays `left_cents` for units that nobody asked for,
    and `risen_cents` for prices that rose above what a wish pays. `total_cents` was billed. `parts` counts journals.
    `deductible`: the goods are for taxed work. `deducting_ids` are the cooperatives that deduct VAT, `entity_ids` the
    partners that are one legal entity with the lead: no VAT between them. Both are fixed once it is settled.
    """

    id: UUID
    cooperative_id: UUID
    title: str
    about: str
    supplier: str
    purpose: str
    rule: SharingRule
    closes_at: datetime
    created_by: UUID
    created_at: datetime
    partner_ids: tuple[UUID, ...] = ()
    tops_up_at: datetime | None = None
    delivery_cents: int = 0
    delivery_by: DeliveryBy = DeliveryBy.QUANTITY
    discount_cents: int = 0
    deductible: bool = False
    deducting_ids: tuple[UUID, ...] = ()
    entity_ids: tuple[UUID, ...] = ()
    state: PurchaseState = PurchaseState.DRAFT
    closed_at: datetime | None = None
    buyer_id: UUID | None = None
    settled_by: UUID | None = None
    settled_on: date | None = None
    priced_by: tuple[UUID, ...] = ()
    left_cents: int = 0
    risen_cents: int = 0
    total_cents: int | None = None
    parts: int = 0
    wanted: tuple[Wanted, ...] = ()
    """Its articles; loaded until all of them were received."""
    version: int = 1

    @property
    def cooperative_ids(self) -> tuple[UUID, ...]:
        """The lead and its partners."""
        return (self.cooperative_id, *self.partner_ids)

    @property
    def shares_net(self) -> bool:
        """Whether the lead deducts the VAT of the bill, so that only the net is shared. Wet OB 1968 art. 15."""
        return self.deductible and self.cooperative_id in self.deducting_ids

    def charges_vat_to(self, cooperative_id: UUID) -> bool:
        """Whether the lead charges a cooperative VAT: a partner that is another legal entity, if the lead deducts."""
        return self.shares_net and cooperative_id not in (self.cooperative_id, *self.entity_ids)

    def pays_vat(self, cooperative_id: UUID) -> bool:
        """Whether the VAT that the lead charges a cooperative is its cost, because it does not deduct it."""
        return self.charges_vat_to(cooperative_id) and cooperative_id not in self.deducting_ids


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The wish of a member, or (without one) of a cooperative, for an article; paid from the pot or the fund.

    `reserved_cents` are reserved now. `firm_units` and `tolerance_units` are what it got. `charged_cents` was paid with
    `lots` of the pot, `credited_cents` came back.
    """

    id: UUID
    purchase_id: UUID
    lead_id: UUID
    article_id: UUID
    cooperative_id: UUID
    member_id: UUID | None
    paid_by: PaidBy
    wished_by: UUID
    quantity: int = 0
    tolerance: int = 0
    reserved_cents: int = 0
    locked_units: int | None = None
    firm_units: int = 0
    tolerance_units: int = 0
    charged_cents: int = 0
    credited_cents: int = 0
    lots: tuple[Lot, ...] = ()
    parts: int = 0
    version: int = 1

    @property
    def units(self) -> int:
        return self.firm_units + self.tolerance_units


@dataclass(frozen=True, kw_only=True)
class WishChange:
    """A dated row of a wish's history; `number` is its place among all changes of the purchase."""

    id: UUID
    wish_id: UUID
    purchase_id: UUID
    number: int
    at: datetime
    quantity: int
    tolerance: int


@dataclass(frozen=True, kw_only=True)
class Credit:
    """A credit of the supplier for a wish, after the purchase was settled.

    `vat_cents` of it go back to the tax office, because they were deducted.
    """

    id: UUID
    purchase_id: UUID
    wish_id: UUID
    cents: int
    reason: str
    credited_by: UUID
    credited_at: datetime
    vat_cents: int = 0
    reversed_on: date | None = None
    version: int = 1


def _dates_ahead(case: Case[JointPurchase]) -> RuleRefused | None:
    try:
        check_purchase(case.thing, case.now)
    except RuleRefused as refusal:
        return refusal
    return None


def _has_articles(case: Case[JointPurchase]) -> RuleRefused | None:
    return None if case.thing.wanted else RuleRefused(rule="articles_needed", value="0")


def _orderable(case: Case[JointPurchase]) -> BelowMinimum | None:
    """Every article with firm wishes can be ordered. If not: extend, drop the article, or give up."""
    demands = {wanted.article.id: wanted.demand for wanted in case.thing.wanted}
    articles = [wanted.article for wanted in case.thing.wanted]
    short = below_minimum(articles, demands)
    if short or not any(demands[article.id].packs for article in articles if not article.dropped):
        return BelowMinimum(missing={article.title: demands[article.id].missing for article in short})
    return None


def _all_received(case: Case[JointPurchase]) -> ReceiptMissing | None:
    """For every ordered article it was recorded how many units came."""
    articles = (wanted.article for wanted in case.thing.wanted)
    unsaid = [article.title for article in articles if article.ordered_units and article.received_units is None]
    return ReceiptMissing(articles=unsaid) if unsaid else None


def _discount_within(case: Case[JointPurchase]) -> RuleRefused | None:
    """The discount is at most the price of the goods."""
    try:
        check_discount(case.thing.discount_cents, [wanted.article.on(case.today) for wanted in case.thing.wanted])
    except RuleRefused as refusal:
        return refusal
    return None


def _somebody_else(case: Case[JointPurchase]) -> SecondPersonNeeded | None:
    """Four-eyes rule: whoever ordered, or entered a price as billed, does not settle."""
    purchase = case.thing
    return SecondPersonNeeded() if case.is_person(purchase.buyer_id, *purchase.priced_by) else None


def _closes_at(purchase: JointPurchase) -> datetime | None:
    return purchase.closes_at


_openable: Guard[JointPurchase] = every(_dates_ahead, _has_articles)
_TIME, _TOTAL = (Need("closes_at", "extend_names_a_time"),), (Need("total"),)
_WISHED, _LEAD = ("open", "topping_up"), Right.LEAD_PURCHASE
PURCHASE: Process[JointPurchase] = Process(
    verbs=JointPurchaseVerb,
    states=PurchaseState,
    rights=of_staff,
    rows=(
        Transition("open", ("draft",), "open", _LEAD, Terms(_openable, until=_closes_at)),
        Transition("top_up", ("open",), "topping_up", _LEAD),
        Transition("extend", _WISHED, "open", _LEAD, Terms(_has_articles, needs=_TIME)),
        Transition("close", _WISHED, "closed", _LEAD, Terms(_orderable)),
        Transition("order", ("closed",), "ordered", _LEAD, Terms(_discount_within)),
        Transition("receive", ("ordered",), "received", _LEAD, Terms(_all_received)),
        Transition("settle", ("received",), "settled", Right.SETTLE_PURCHASE, Terms(_somebody_else, needs=_TOTAL)),
        Transition("cancel", ("draft", *_WISHED, "closed"), "cancelled", _LEAD, Terms(needs=(REASON,))),
        Transition("give_up", _WISHED, "cancelled_below_minimum", _LEAD, Terms(needs=(REASON,))),
    ),
)
WISHING = (PurchaseState.OPEN, PurchaseState.TOPPING_UP)
OVER = (PurchaseState.SETTLED, PurchaseState.CANCELLED, PurchaseState.CANCELLED_BELOW_MINIMUM)
ALLOCATED = (PurchaseState.CLOSED, PurchaseState.ORDERED, PurchaseState.RECEIVED)
"""The states in which the units of everybody are known, and may still be changed by hand."""


def check_purchase(purchase: JointPurchase, now: datetime) -> JointPurchase:
    """Returns the purchase. Raises RuleRefused for dates in the past or in the wrong order."""
    if purchase.closes_at <= now or (purchase.tops_up_at and not now < purchase.tops_up_at < purchase.closes_at):
        raise RuleRefused(rule="closes_later_than_it_tops_up", value=purchase.closes_at.isoformat())
    return purchase


def transition(case: Case[JointPurchase], verb: str, **inputs: object) -> JointPurchase:
    """The purchase after `verb`.

    Raises WrongState, BelowMinimum with what is missing of each article, ReceiptMissing with the articles without a
    recorded delivery, SecondPersonNeeded, ReasonNeeded, RuleRefused.
    """
    return replace(case.thing, state=PurchaseState(move(PURCHASE, case, verb, **inputs)))


def unsettled(case: Case[JointPurchase]) -> JointPurchase:
    """The purchase before it was settled: received. Raises SecondPersonNeeded for whoever ordered."""
    if refusal := _somebody_else(case):
        refusal.facts["verb"] = "reverse"
        raise refusal
    return replace(
        case.thing,
        state=PurchaseState.RECEIVED,
        settled_by=None,
        settled_on=None,
        left_cents=0,
        risen_cents=0,
        total_cents=None,
    )


def check_wish(purchase: JointPurchase, before: Demand, after: Demand, wish: Wish, *, now: datetime) -> None:
    """Checks a change of a wish: any while it is open, later only one that fills packs or takes nothing away.

    Raises WrongState once it is closed or its time is over, NotFilling with the units that are missing.
    """
    if purchase.state not in WISHING or now >= purchase.closes_at:
        raise WrongState(verb="wish", state=purchase.state, possible=[])
    if purchase.state is PurchaseState.TOPPING_UP and not _fills(before, after):
        raise NotFilling(missing=before.missing, wished=wish.quantity)


def _fills(before: Demand, after: Demand) -> bool:
    """Whether a change brings an article nearer to full packs and removes no pack, or keeps the total."""
    nearer = after.missing < before.missing and after.packs >= before.packs
    in_all = after.firm + after.tolerance >= before.firm + before.tolerance
    return nearer or (after.missing == before.missing and after.firm >= before.firm and in_all)


def below_minimum(articles: Iterable[Article], demands: Mapping[UUID, Demand]) -> list[Article]:
    """The articles with firm wishes that could not be ordered now."""
    return [
        article
        for article in articles
        if not article.dropped and demands[article.id].firm and not demands[article.id].packs
    ]


def inputs_of(
    purchase: JointPurchase,
    article: Article,
    wishes: Iterable[Wish],
    histories: Mapping[UUID, tuple[Change, ...]],
    rule: SharingRule | None = None,
) -> Inputs:
    """The inputs of the allocation of an article."""
    lines = tuple(
        WishLine(wish.id, histories[wish.id], wish.locked_units) for wish in wishes if wish.article_id == article.id
    )
    units = article.units if purchase.closed_at is not None else None
    least = 0 if article.dropped else article.minimum_units
    return Inputs(rule or purchase.rule, article.pack_units, least, lines, 0 if article.dropped else units)
