"""The cost of a joint purchase for everybody, exact to the cent, and its legs in each cooperative's books."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.buying.joint_purchases import JointPurchase, Wish
from app.domain.buying.purchase_articles import Article
from app.domain.buying.purchase_bill import Bill, bill, share_by, shared
from app.domain.buying.purchase_vat import PartnerVat, RateVat
from app.domain.buying.spending import Lot, first_in_first_out
from app.domain.errors import TotalDiffers
from app.domain.ledger import AccountKind, Leg
from app.domain.money import share_out
from app.domain.vat import inside


@dataclass(frozen=True)
class Charge:
    """The charge of one wish in cents.

    `discount` is negative, and so is `risen`, which the lead's fund pays for it. `vat` is what the lead charges on it,
    if its cooperative does not deduct that.
    """

    goods: int = 0
    delivery: int = 0
    discount: int = 0
    risen: int = 0
    vat: int = 0

    @property
    def shared_cents(self) -> int:
        """Its part of what is shared out."""
        return self.goods + self.delivery + self.discount + self.risen

    @property
    def cents(self) -> int:
        return self.shared_cents + self.vat


@dataclass(frozen=True)
class Charges:
    """Charges by wish, and the supplier's `bill`; `left` is the lead's own, for units that nobody asked for.

    `partners` is the VAT that the lead charges each partner.
    """

    wishes: Mapping[UUID, Charge]
    left: Charge
    bill: Bill
    partners: PartnerVat = field(default_factory=dict)

    @property
    def risen_cents(self) -> int:
        """The cents that the lead's fund pays because prices rose."""
        return -sum(charge.risen for charge in self.wishes.values())

    def owed_cents(self, wishes: Iterable[Wish]) -> dict[UUID, int]:
        """By cooperative, what its wishes cost, with the VAT that the lead charges a partner."""
        owed: dict[UUID, int] = {}
        for wish in wishes:
            owed[wish.cooperative_id] = owed.get(wish.cooperative_id, 0) + self.wishes[wish.id].shared_cents
        return {place: cents + sum(vat.vat for vat in self.partners.get(place, ())) for place, cents in owed.items()}


def charges(purchase: JointPurchase, articles: Sequence[Article], wishes: Sequence[Wish]) -> Charges:
    """Articles are shared by units, delivery by quantity, price or head, the discount by price; all sums are exact.

    The net is shared if the lead deducts the VAT of the bill; then a partner is charged its part with VAT. A wish pays
    at most what is reserved for it, or by the prices of the order if that is more; if a price rose, the lead's fund
    pays the rest. If nobody got anything, the lead pays.
    """
    found = _shared_out(purchase, articles, wishes)
    if any(article.billed_pack_cents is not None for article in articles):
        agreed = _shared_out(purchase, articles, wishes, agreed=True)
        limits = _limits(purchase, articles, wishes, agreed)
        capped = {key: replace(one, risen=min(0, limits[key] - one.cents)) for key, one in found.wishes.items()}
        found = replace(found, wishes=capped)
    return _with_vat(purchase, articles, wishes, found) if purchase.shares_net else found


def _shared_out(
    purchase: JointPurchase, articles: Sequence[Article], wishes: Sequence[Wish], *, agreed: bool = False
) -> Charges:
    """The bill, shared out; with `agreed` at the prices of the order."""
    billed = bill(articles, purchase.delivery_cents, purchase.discount_cents, agreed=agreed)
    costs = billed.net if purchase.shares_net else billed.gross
    units = [wish.units for wish in wishes]
    goods, left = _goods(articles, wishes, costs.articles)
    weights = {"quantity": units, "price": goods, "head": _heads(wishes)}[purchase.delivery_by]
    *delivery, delivery_left = shared(costs.delivery, [*(weights if any(weights) else units), 0])
    *discount, discount_left = shared(-costs.discount, [*goods, left])
    of = {wish.id: Charge(*parts) for wish, *parts in zip(wishes, goods, delivery, discount, strict=True)}
    return Charges(of, Charge(left, delivery_left, discount_left), billed)


def _limits(
    purchase: JointPurchase, articles: Sequence[Article], wishes: Sequence[Wish], agreed: Charges
) -> dict[UUID, int]:
    """The most that each wish pays of what is shared: what is reserved, or by the prices of the order if that is more.

    If VAT comes on top of it, that of what is reserved does not count.
    """
    rates = {article.id: article.vat_basis_points for article in articles}
    limits = {}
    for wish in wishes:
        vat = inside(wish.reserved_cents, rates[wish.article_id]) if purchase.pays_vat(wish.cooperative_id) else 0
        limits[wish.id] = max(wish.reserved_cents - vat, agreed.wishes[wish.id].cents)
    return limits


def _with_vat(purchase: JointPurchase, articles: Sequence[Article], wishes: Sequence[Wish], found: Charges) -> Charges:
    """The charges with the VAT that the lead charges each partner, on the sum of each rate.

    Everything of a wish has the rate of its article.
    """
    rates = {article.id: article.vat_basis_points for article in articles}
    bases: dict[UUID, dict[int, dict[UUID, int]]] = {}
    for wish in wishes:
        if purchase.charges_vat_to(wish.cooperative_id):
            of_rate = bases.setdefault(wish.cooperative_id, {}).setdefault(rates[wish.article_id], {})
            of_rate[wish.id] = found.wishes[wish.id].shared_cents
    partners = {
        place: [RateVat.on(rate, sum(mine.values())) for rate, mine in sorted(of_place.items())]
        for place, of_place in bases.items()
    }
    charged = dict(found.wishes)
    for place in filter(purchase.pays_vat, partners):
        for vat in partners[place]:
            for key, cents in share_by(vat.vat, bases[place][vat.basis_points]).items():
                charged[key] = replace(charged[key], vat=cents)
    return replace(found, wishes=charged, partners=partners)


def _goods(articles: Iterable[Article], wishes: Sequence[Wish], costs: Mapping[UUID, int]) -> tuple[list[int], int]:
    """Cents by wish, and the cents of the remaining units; `costs` are those of each article."""
    goods, left = [0] * len(wishes), 0
    places: dict[UUID, list[int]] = {}
    for place, wish in enumerate(wishes):
        places.setdefault(wish.article_id, []).append(place)
    for article in articles:
        mine = places.get(article.id, [])
        got = [wishes[place].units for place in mine]
        weights = [*got, article.units - sum(got)]
        if any(weights):
            *shares, over = share_out(costs[article.id], weights)
            left += over
            for place, share in zip(mine, shares, strict=True):
                goods[place] = share
    return goods, left


def _heads(wishes: Sequence[Wish]) -> list[int]:
    """One for the first line with units of each member or cooperative."""
    seen: set[tuple[UUID, UUID | None]] = set()
    heads = []
    for wish in wishes:
        who = (wish.cooperative_id, wish.member_id)
        heads.append(1 if wish.units and who not in seen else 0)
        if wish.units:
            seen.add(who)
    return heads


@dataclass(frozen=True, kw_only=True)
class OrderedLine:
    """Packs of one article; `pack_price_cents` and `net_cents` without VAT, `gross_cents` with it."""

    article: str
    unit: str
    packs: int
    pack_units: int
    units: int
    pack_price_cents: int
    net_cents: int
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class SupplierOrder:
    """The order; `total_cents` with VAT, delivery and discount."""

    supplier: str
    title: str
    lines: tuple[OrderedLine, ...]
    delivery_cents: int
    discount_cents: int
    total_cents: int


def supplier_order(purchase: JointPurchase, articles: Sequence[Article]) -> SupplierOrder:
    """The order to the supplier, as fixed at closing."""
    ordered = [replace(article, received_units=None) for article in articles]
    billed = bill(ordered, purchase.delivery_cents, purchase.discount_cents, agreed=True)
    lines = tuple(
        OrderedLine(
            article=article.title,
            unit=article.unit,
            packs=article.ordered_units // article.pack_units,
            pack_units=article.pack_units,
            units=article.ordered_units,
            pack_price_cents=article.agreed_pack_cents,
            net_cents=article.net_cents(agreed=True),
            gross_cents=billed.gross.articles[article.id],
        )
        for article in ordered
        if article.ordered_units
    )
    return SupplierOrder(
        supplier=purchase.supplier,
        title=purchase.title,
        lines=lines,
        delivery_cents=purchase.delivery_cents,
        discount_cents=purchase.discount_cents,
        total_cents=billed.total_cents,
    )


def check_total(found: Charges, stated_cents: int) -> None:
    """Raises TotalDiffers if the supplier's bill has another total."""
    if found.bill.total_cents != stated_cents:
        raise TotalDiffers(computed_cents=found.bill.total_cents, stated_cents=stated_cents)


def reserve_legs(purchase: JointPurchase, wish: Wish, cents: int) -> tuple[Leg, ...]:
    """Reserves `cents` more for a wish; a negative number releases them."""
    facts = {"purpose": purchase.purpose, "title": purchase.title}
    rule = "reserve" if cents > 0 else "reserve_end"
    return (
        Leg(
            kind=_own(wish),
            cents=-cents,
            rule=rule,
            facts=facts,
            member_id=wish.member_id if wish.paid_by == "pot" else None,
        ),
        Leg(
            kind=AccountKind.RESERVED,
            cents=cents,
            rule=rule,
            facts=facts,
            member_id=wish.member_id if wish.paid_by == "pot" else None,
        ),
    )


def charge_legs(purchase: JointPurchase, article: Article, wish: Wish, cents: int) -> tuple[Leg, ...]:
    """The reserved money pays `cents`; the rest is released, a shortage comes from the pot or the fund."""
    facts: dict[str, Any] = {"title": purchase.title, "article": article.title, "unit": article.unit}
    facts |= {"units": wish.units, "supplier": purchase.supplier, "wish": str(wish.id)}
    member_id = wish.member_id if wish.paid_by == "pot" else None
    return (
        Leg(
            kind=AccountKind.RESERVED,
            cents=-wish.reserved_cents,
            rule="joint_purchase",
            facts=facts,
            member_id=member_id,
        ),
        Leg(
            kind=_own(wish), cents=wish.reserved_cents - cents, rule="joint_purchase", facts=facts, member_id=member_id
        ),
    )


def reserved_before(wishes: Sequence[Wish], legs: Mapping[UUID, Sequence[Leg]]) -> dict[UUID, int]:
    """The cents that each wish had reserved before its charge, by the legs of the charge in each cooperative's books.

    Legs of an earlier version do not name their wish: what they released is that of the owner's wishes, in their order.
    """
    found: dict[UUID, int] = {}
    unnamed: dict[tuple[UUID, UUID | None], int] = {}
    for place, theirs in legs.items():
        for leg in theirs:
            if leg.kind is AccountKind.RESERVED and "wish" in leg.facts:
                found[UUID(leg.facts["wish"])] = -leg.cents
            elif leg.kind is AccountKind.RESERVED:
                unnamed[place, leg.member_id] = unnamed.get((place, leg.member_id), 0) - leg.cents
    for owner, released in unnamed.items():
        left, mine = released, [wish for wish in wishes if _owner(wish) == owner]
        for wish in mine[:-1]:
            found[wish.id] = min(left, wish.charged_cents)
            left -= found[wish.id]
        found |= {wish.id: left for wish in mine[-1:]}
    return found


def _owner(wish: Wish) -> tuple[UUID, UUID | None]:
    """The cooperative and, of a pot, the member whose account a wish is paid from."""
    return wish.cooperative_id, wish.member_id if wish.paid_by == "pot" else None


def credit_legs(purchase: JointPurchase, wish: Wish, cents: int, reason: str) -> tuple[Leg, ...]:
    """The supplier's credit goes to the party that paid."""
    facts = {"title": purchase.title, "reason": reason, "supplier": purchase.supplier}
    member_id = wish.member_id if wish.paid_by == "pot" else None
    return (Leg(kind=_own(wish), cents=cents, rule="joint_purchase_credit", facts=facts, member_id=member_id),)


def between_legs(
    purchase: JointPurchase, cooperative_id: UUID, cents_of: Mapping[UUID, int], rule: str
) -> tuple[Leg, ...]:
    """What one cooperative owes by a purchase (negative: a credit); `cents_of` is what each partner owes the lead.

    The lead is owed by its partners, and of the lead it is the supplier's bill, which the bank pays.
    """
    facts = {"title": purchase.title, "supplier": purchase.supplier}
    lead = purchase.cooperative_id
    if cooperative_id != lead:
        return (
            Leg(
                kind=AccountKind.PAYABLE_COOPERATIVE,
                cents=cents_of[cooperative_id],
                rule=rule,
                facts=facts,
                party=str(lead),
            ),
        )
    owed = [
        Leg(kind=AccountKind.RECEIVABLE_COOPERATIVE, cents=-cents, rule=rule, facts=facts, party=str(partner))
        for partner, cents in sorted(cents_of.items())
        if partner != lead
    ]
    return (Leg(kind=AccountKind.BANK, cents=cents_of[lead], rule=rule, facts=facts), *owed)


def fund_legs(purchase: JointPurchase) -> tuple[Leg, ...]:
    """The lead's payment for units that nobody asked for, and for prices that rose above what wishes pay."""
    facts = {"title": purchase.title, "supplier": purchase.supplier}
    paid = {"joint_purchase_left": purchase.left_cents, "joint_purchase_risen": purchase.risen_cents}
    return tuple(
        Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-cents, rule=rule, facts=facts)
        for rule, cents in paid.items()
        if cents
    )


def lots_for(free: Sequence[Lot], cents: int, day: date) -> tuple[Lot, ...]:
    """The months whose money pays `cents`; a shortage counts for the present month: it is a debt until then."""
    used = first_in_first_out(free, cents)
    short = cents - sum(lot.cents for lot in used)
    return (*used, Lot(day.replace(day=1), short)) if short else used


def _own(wish: Wish) -> AccountKind:
    return AccountKind.POT if wish.paid_by == "pot" else AccountKind.COOPERATIVE_FUND
