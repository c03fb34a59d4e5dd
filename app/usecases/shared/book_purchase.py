"""The money of a joint purchase in every cooperative's books: reservations, payments and credits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

from app.db import ledger
from app.db.buying.joint_purchases import articles as article_store
from app.db.buying.joint_purchases import (
    histories,
    joint_purchases,
    purchase_credits,
    save_articles,
    save_wishes,
    wishes,
)
from app.db.buying.spending import free_lots_of
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.allocation import Change, Demand, Got, Inputs, allocate, demand
from app.domain.buying.joint_purchases import Credit, JointPurchase, PurchaseState, Wish, inputs_of
from app.domain.buying.purchase_articles import Article
from app.domain.buying.purchase_costs import (
    Charges,
    between_legs,
    charge_legs,
    charges,
    credit_legs,
    fund_legs,
    lots_for,
    reserve_legs,
)
from app.domain.buying.purchase_credits import CREDIT, borne_cents
from app.domain.buying.purchase_vat import RateVat, of_bill, vat_legs, vat_results
from app.domain.buying.spending import Lot, by_month, first_in_first_out
from app.domain.ledger import JournalKind, Leg, Posting, ResultLine, into_pots
from app.domain.people.cooperatives import one_entity
from app.domain.small_business import without_vat
from app.usecases.declared.version import expect
from app.vocabulary import Version

Pots = dict[UUID, tuple[int, int]]
"""For each pot its balance and the debt of its member, in cents."""


@dataclass(frozen=True)
class Whole:
    """A joint purchase with its articles, all wishes and their history."""

    purchase: JointPurchase
    articles: tuple[Article, ...]
    wishes: tuple[Wish, ...]
    changes: Mapping[UUID, tuple[Change, ...]]

    @cached_property
    def inputs(self) -> dict[UUID, Inputs]:
        """The inputs of each article's allocation."""
        of_article: dict[UUID, list[Wish]] = {article.id: [] for article in self.articles}
        for wish in self.wishes:
            of_article[wish.article_id].append(wish)
        return {a.id: inputs_of(self.purchase, a, of_article[a.id], self.changes) for a in self.articles}

    def only(self, article_id: UUID) -> "Whole":
        """The same, limited to one article."""
        return replace(
            self,
            articles=tuple(article for article in self.articles if article.id == article_id),
            wishes=tuple(wish for wish in self.wishes if wish.article_id == article_id),
        )

    @property
    def demands(self) -> dict[UUID, Demand]:
        """The total of the wishes for each article."""
        return {article_id: demand(inputs) for article_id, inputs in self.inputs.items()}

    @property
    def cents_by_place(self) -> dict[UUID, int]:
        """The present cost of the wishes, by cooperative; with the VAT that the lead charges a partner."""
        return self.charges.owed_cents(self.wishes)

    @property
    def charges(self) -> Charges:
        """The present charges of all wishes."""
        return charges(self.purchase, self.articles, self.wishes)


async def load(tx: Tx, purchase: JointPurchase, day: date | None = None) -> Whole:
    """The purchase with everything in it, in three queries; the caller holds its lock, or only reads.

    What did not come yet has the VAT rates of today; who deducts VAT is that of `day`, or else of today. With `day`, of
    the settlement, they are named whether anybody deducts VAT or not: invoices ask it. Opens the lead's rows.
    """
    await lend_staff_view(tx, purchase.cooperative_id)
    if (purchase.deductible or day is not None) and purchase.state is not PurchaseState.SETTLED:
        purchase = await _with_sides(tx, purchase, day or tx.today)
    articles = [article.on(tx.today) for article in await article_store.all(tx, purchase_id=purchase.id)]
    found = await wishes.all(tx, purchase_id=purchase.id)
    return Whole(purchase, tuple(articles), tuple(found), await histories(tx, purchase.id))


async def _with_sides(tx: Tx, purchase: JointPurchase, day: date) -> JointPurchase:
    """The purchase with those who deduct VAT on a day, and the partners of the lead's own legal entity."""
    sides = await cooperatives.all(tx, id=purchase.cooperative_ids)
    lead = next(side for side in sides if side.id == purchase.cooperative_id)
    deducting = [side.id for side in sides if not without_vat(side.small_business_spells, day)]
    one = [side.id for side in sides if side.id != lead.id and one_entity(lead, side)]
    return replace(purchase, deducting_ids=tuple(deducting), entity_ids=tuple(one))


def allocated(whole: Whole) -> Whole:
    """The purchase with everybody's units, and the digest of the inputs."""
    got: dict[UUID, Got] = {}
    articles = []
    for article in whole.articles:
        inputs = whole.inputs[article.id]
        ordered = article.ordered_units if inputs.units is not None else allocate(inputs).units
        made = allocate(replace(inputs, units=ordered) if inputs.units is None else inputs)
        articles.append(replace(article, ordered_units=ordered, digest=made.digest))
        got |= {line.wish_id: line for line in made.lines}
    shared = tuple(
        replace(wish, firm_units=got[wish.id].firm, tolerance_units=got[wish.id].tolerance) for wish in whole.wishes
    )
    return replace(whole, articles=tuple(articles), wishes=shared)


async def release(tx: Tx, whole: Whole, *, day: date, all_of_it: bool = False) -> Whole:
    """Releases reservations above the present charge of each wish, or all; one journal for each cooperative."""
    needed = whole.charges.wishes
    legs: dict[UUID, list[Leg]] = {}
    changed = []
    for wish in whole.wishes:
        left = 0 if all_of_it else min(wish.reserved_cents, max(0, needed[wish.id].cents))
        if left < wish.reserved_cents:
            legs.setdefault(wish.cooperative_id, []).extend(
                reserve_legs(whole.purchase, wish, left - wish.reserved_cents)
            )
        changed.append(replace(wish, reserved_cents=left))
    pots = await _locked_pots(tx, {place: [leg.member_id for leg in theirs] for place, theirs in legs.items()})
    purchase = await _post_all(tx, whole.purchase, JournalKind.RESERVE_END, legs, pots, day)
    return replace(whole, purchase=purchase, wishes=tuple(changed))


async def charge(tx: Tx, whole: Whole, day: date) -> Whole:
    """Books everybody's payment, once: from the reservation, the pot or the fund, in every cooperative's books."""
    found = whole.charges
    await lend_staff_view(tx, *whole.purchase.cooperative_ids)
    paying: dict[UUID, list[UUID | None]] = {}
    for wish in whole.wishes:
        paying.setdefault(wish.cooperative_id, []).append(wish.member_id if wish.paid_by == "pot" else None)
    pots = await _locked_pots(tx, paying)
    lots = await _lots(tx, whole.wishes, {wish.id: found.wishes[wish.id].cents for wish in whole.wishes}, day)
    changed = tuple(
        replace(wish, reserved_cents=0, charged_cents=found.wishes[wish.id].cents, lots=lots.get(wish.id, ()))
        for wish in whole.wishes
    )
    settled = replace(
        whole.purchase,
        left_cents=found.left.cents,
        risen_cents=found.risen_cents,
        total_cents=found.bill.total_cents,
    )
    legs = _settlement(replace(whole, purchase=settled), found, day)
    results = {settled.cooperative_id: vat_results(found.partners)}
    purchase = await _post_all(tx, settled, JournalKind.JOINT_PURCHASE, legs, pots, day, results)
    return replace(whole, purchase=purchase, wishes=changed)


def _settlement(whole: Whole, found: Charges, day: date) -> dict[UUID, list[Leg]]:
    """The legs of a settlement in the books of each cooperative that pays something."""
    purchase, by_id = whole.purchase, {article.id: article for article in whole.articles}
    legs: dict[UUID, list[Leg]] = {}
    for wish in whole.wishes:
        cents = found.wishes[wish.id].cents
        if cents or wish.reserved_cents:
            own = legs.setdefault(wish.cooperative_id, [])
            own += charge_legs(purchase, by_id[wish.article_id], wish, cents)
    cents_of = found.owed_cents(whole.wishes) | {purchase.cooperative_id: found.bill.total_cents}
    billed = of_bill(found.bill) if purchase.shares_net else []
    legs.setdefault(purchase.cooperative_id, []).extend(fund_legs(purchase))
    for place, theirs in legs.items():
        theirs.extend(between_legs(purchase, place, cents_of, "joint_purchase_paid"))
        theirs.extend(vat_legs(purchase, place, billed, found.partners, day))
    return legs


async def save(tx: Tx, whole: Whole) -> None:
    """Saves what was ordered, received, allocated and paid: two statements."""
    await save_articles(tx, whole.articles)
    await save_wishes(tx, whole.wishes)


async def _lots(tx: Tx, found: Sequence[Wish], cents: Mapping[UUID, int], day: date) -> dict[UUID, tuple[Lot, ...]]:
    """For each wish, the months whose money pays it, oldest first."""
    paying = [wish for wish in found if wish.paid_by == "pot" and wish.member_id and cents[wish.id]]
    free = await free_lots_of(tx, sorted({wish.member_id for wish in paying if wish.member_id})) if paying else {}
    used: dict[UUID, tuple[Lot, ...]] = {}
    for wish in paying:
        there = free.get(wish.member_id, []) if wish.member_id else []
        used[wish.id] = lots_for(there, cents[wish.id], day)
        there.extend(Lot(lot.month, -lot.cents) for lot in used[wish.id])
        if wish.member_id:
            free[wish.member_id] = by_month(there)
    return used


async def _locked_pots(tx: Tx, members: Mapping[UUID, Iterable[UUID | None]]) -> dict[UUID, Pots]:
    """The pots of members by cooperative, locked in the order of the cooperatives' ids."""
    found: dict[UUID, Pots] = {}
    await lend_staff_view(tx, *members)
    for cooperative_id in sorted(members):
        theirs = {member_id for member_id in members[cooperative_id] if member_id is not None}
        found[cooperative_id] = await lock_pots(tx, cooperative_id, theirs) if theirs else {}
    return found


async def _post_all(
    tx: Tx,
    purchase: JointPurchase,
    kind: JournalKind,
    legs: Mapping[UUID, Sequence[Leg]],
    pots: Mapping[UUID, Pots],
    day: date,
    results: Mapping[UUID, tuple[ResultLine, ...]] = MappingProxyType({}),
) -> JointPurchase:
    """A journal for each cooperative, in the order of their ids; `results` are named result lines."""
    await lend_staff_view(tx, *legs)
    part = purchase.parts
    for cooperative_id in sorted(legs):
        booked = tuple(leg for leg in into_pots(pots.get(cooperative_id, {}), legs[cooperative_id]) if leg.cents)
        if booked:
            part += 1
            await ledger.post(
                tx,
                Posting(
                    id=uuid7(),
                    cooperative_id=cooperative_id,
                    kind=kind,
                    source_type="joint_purchase",
                    source_id=purchase.id,
                    part=part,
                    effective_on=day,
                    legs=booked,
                    named=results.get(cooperative_id, ()),
                ),
            )
    return replace(purchase, parts=part)


async def locked(
    tx: Tx, actor: Actor, right: Right, purchase_id: UUID, expected_version: Version | None = None
) -> JointPurchase:
    """The locked purchase, if the actor has the right at the lead. Raises NotFound, Forbidden, Stale."""
    seen = await joint_purchases.get(tx, purchase_id)
    actor.require(right, seen.cooperative_id)
    found = await joint_purchases.get(tx, purchase_id, lock=True)
    expect(found.version, expected_version)
    return found


async def credit(tx: Tx, purchase: JointPurchase, wish: Wish, given: Credit, vat: RateVat | None) -> Wish:
    """Books a credit for a wish: to the pot (by its months) or the fund, and between the cooperatives.

    `vat` is the VAT inside it that the lead deducted, if any.
    """
    await lend_staff_view(tx, *purchase.cooperative_ids)
    lead, place = purchase.cooperative_id, wish.cooperative_id
    back = [vat.credited()] if vat else []
    partners = {place: back} if purchase.charges_vat_to(place) else {}
    owed = given.cents if not back or partners else given.cents - given.vat_cents
    own = borne_cents(purchase, place, given)
    cents_of = {place: -owed, lead: -given.cents}
    legs: dict[UUID, list[Leg]] = {lead: [], place: []}
    for side, theirs in legs.items():
        theirs.extend(between_legs(purchase, side, cents_of, "joint_purchase_credited"))
        theirs.extend(vat_legs(purchase, side, back, partners, tx.today))
    legs[place] += credit_legs(purchase, wish, own, given.reason)
    pots = await _locked_pots(tx, {place: [wish.member_id if wish.paid_by == "pot" else None]})
    named = {
        side: [replace(leg, facts=leg.facts | {CREDIT: str(given.id)}) for leg in theirs]
        for side, theirs in legs.items()
    }
    results = {lead: vat_results(partners)}
    booked = await _post_all(tx, purchase, JournalKind.JOINT_PURCHASE_CREDIT, named, pots, tx.today, results)
    credited = wish.credited_cents + own
    lots = first_in_first_out(wish.lots, wish.charged_cents - credited)
    await purchase_credits.add(tx, given)
    await joint_purchases.save(tx, booked)
    return await wishes.save(tx, replace(wish, credited_cents=credited, lots=lots))


async def tell_all(tx: Tx, whole: Whole, verb: str, **facts: str) -> None:
    """Writes an event for every cooperative that takes part, naming its members with wishes."""
    purchase = whole.purchase
    wishing: dict[UUID, set[str]] = {place: set() for place in purchase.cooperative_ids}
    for wish in whole.wishes:
        if wish.member_id is not None and (wish.quantity or wish.tolerance):
            wishing[wish.cooperative_id].add(str(wish.member_id))
    for place, members in wishing.items():
        side = {} if place == purchase.cooperative_id else {"partner": True}
        if not any(wish.cooperative_id == place and wish.paid_by == "account" for wish in whole.wishes):
            side["nobody"] = True
        about = {"title": purchase.title, "members": sorted(members), **side, **facts}
        await tell(tx, f"joint_purchase.{verb}", place, purchase.id, **about)
