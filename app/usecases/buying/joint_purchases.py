"""Joint purchases: the lead cooperative plans and moves them; everybody who may take part sees them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.db.buying.joint_purchases import articles as article_store
from app.db.buying.joint_purchases import demands_of, joint_purchases, list_purchases, save_wishes
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import start_timer, tell
from app.domain.access import Right
from app.domain.actors import Actor, Party
from app.domain.buying.allocation import ArticleAllocation, PurchaseAllocation, SharingRule, allocate
from app.domain.buying.joint_purchases import (
    ALLOCATED,
    PURCHASE,
    WISHING,
    DeliveryBy,
    JointPurchase,
    PurchaseState,
    below_minimum,
    check_purchase,
    transition,
)
from app.domain.buying.purchase_articles import Article, StandingArticle, Tier, check_article, the_minimum
from app.domain.buying.purchase_bill import check_discount
from app.domain.errors import NotFound, RuleRefused, WrongState
from app.domain.page import Page, PageRequest
from app.domain.transitions import Case, find
from app.domain.vat import VatClass, rate_on
from app.ids import CooperativeId, JointPurchaseId, PurchaseArticleId
from app.usecases.declared.due import step_of
from app.usecases.declared.version import expect
from app.usecases.shared import book_purchase
from app.usecases.shared.limit import check_purchase_limits
from app.usecases.shared.purchase_forms import (
    EMPTY,
    Articles,
    Closing,
    Deductible,
    Delivery,
    DeliveryShares,
    Discount,
    JointPurchaseChange,
    JointPurchaseMove,
    Later,
    Minimum,
    MinimumInput,
    PackUnits,
    Paid,
    Partners,
    PurchaseArticleInput,
    Rule,
    Tiers,
    ToppingUp,
    Unit,
)
from app.vocabulary import About, Reason, SupplierName, Title, Version


@dataclass(frozen=True)
class Stand:
    """The present state of a purchase: its articles and the total wish for each, without names."""

    purchase: JointPurchase
    articles: tuple[StandingArticle, ...]


def own_place(actor: Actor, purchase: JointPurchase) -> tuple[UUID, tuple[Party, ...]]:
    """The actor's cooperative in the purchase (the lead first, and by default) and the actor's parties to it."""
    held = actor.present_at()
    place = next((c for c in purchase.cooperative_ids if c in held), purchase.cooperative_id)
    return place, actor.as_member(*(m for c in purchase.cooperative_ids for m in actor.members_at(c)))


async def plan_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    title: Title,
    supplier: SupplierName,
    purpose: Paid,
    closes_at: Closing,
    articles: Articles = EMPTY,
    partner_ids: Partners = EMPTY,
    about: About = "",
    rule: Rule = SharingRule.FIRST_COME,
    tops_up_at: ToppingUp | None = None,
    delivery: Delivery | None = None,
    delivery_by: DeliveryShares = DeliveryBy.QUANTITY,
    discount: Discount | None = None,
    deductible: Deductible = False,
) -> Stand:
    """Plan a purchase with its articles. Others see it once it is open.

    Raises RuleRefused (also for a discount above the price of a pack of each article), NotFound.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.LEAD_PURCHASE, cooperative_id)
    planned = JointPurchase(
        id=uuid7(),
        cooperative_id=cooperative_id,
        title=title,
        about=about,
        supplier=supplier,
        purpose=purpose,
        rule=rule,
        closes_at=closes_at,
        created_by=actor.person,
        created_at=tx.now,
        partner_ids=await _partners(tx, cooperative_id, partner_ids),
        tops_up_at=tops_up_at,
        delivery_cents=delivery.cents if delivery else 0,
        delivery_by=delivery_by,
        discount_cents=discount.cents if discount else 0,
        deductible=deductible,
    )
    return await _add(tx, planned, articles)


async def change_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    purchase_id: JointPurchaseId,
    changes: JointPurchaseChange,
    expected_version: Version | None = None,
) -> JointPurchase:
    """Change a joint purchase: words and dates while it is open for wishes, its costs until it is settled.

    Raises WrongState, RuleRefused (also for a discount above the price of the goods), Stale.
    """
    named = changes.named()
    named |= {f"{name}_cents": named.pop(name).cents for name in ("delivery", "discount") if name in named}
    found = await book_purchase.locked(tx, actor, Right.LEAD_PURCHASE, purchase_id, expected_version)
    wishing = (PurchaseState.DRAFT, *WISHING)
    fixed = set(named) - {"about", "delivery_cents", "discount_cents"} if found.state in ALLOCATED else set()
    if fixed or found.state not in (*wishing, *ALLOCATED):
        raise WrongState(verb="change", state=found.state, possible=[])
    changed = replace(found, **named)
    if changed == found:
        return found
    if {"closes_at", "tops_up_at"} & set(named):
        check_purchase(changed, tx.now)
        if found.state in WISHING:
            await _start_timers(tx, changed)
    if changed.discount_cents > found.discount_cents:
        await _check_discount(tx, changed)
    return await joint_purchases.save(tx, changed)


async def add_article(
    tx: Tx,
    actor: Actor,
    *,
    purchase_id: JointPurchaseId,
    title: Title,
    unit: Unit,
    tiers: Tiers,
    pack_units: PackUnits = 1,
    vat_class: VatClass = VatClass.STANDARD,
    minimum: Minimum | None = None,
) -> StandingArticle:
    """Add an article while the purchase is open for wishes. Raises WrongState, RuleRefused."""
    found = await book_purchase.locked(tx, actor, Right.LEAD_PURCHASE, purchase_id, None)
    if found.state not in (PurchaseState.DRAFT, *WISHING):
        raise WrongState(verb="add_article", state=found.state, possible=[])
    stated = PurchaseArticleInput(
        title=title,
        unit=unit,
        pack_units=pack_units,
        tiers=tiers,
        vat_class=vat_class,
        minimum=minimum,
    )
    made = _article(tx, found, stated)
    await article_store.add(tx, made)
    return StandingArticle.of(made)


async def drop_article(
    tx: Tx, actor: Actor, *, article_id: PurchaseArticleId, expected_version: Version | None = None
) -> StandingArticle:
    """Drop an article. The money reserved for it is released, and everybody who wished for it gets a message.

    Raises WrongState once it is closed, Stale.
    """
    article = await article_store.get(tx, article_id)
    found = await book_purchase.locked(tx, actor, Right.LEAD_PURCHASE, article.purchase_id, None)
    expect(article.version, expected_version)
    if found.state not in (PurchaseState.DRAFT, *WISHING):
        raise WrongState(verb="drop_article", state=found.state, possible=[])
    dropped = await article_store.save(tx, replace(article, dropped=True))
    whole = await book_purchase.load(tx, found)
    theirs = whole.only(article_id)
    released = await book_purchase.release(tx, theirs, day=tx.today, all_of_it=True)
    await save_wishes(tx, released.wishes)
    await joint_purchases.save(tx, released.purchase)
    await book_purchase.tell_all(tx, theirs, "article_dropped", article=article.title)
    return StandingArticle.of(dropped)


async def move_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    purchase_id: JointPurchaseId,
    verb: JointPurchaseMove,
    closes_at: Later | None = None,
    reason: Reason = "",
    expected_version: Version | None = None,
) -> JointPurchase:
    """Open, top up, extend, close, order, receive, cancel, or give up below the minimum.

    Raises WrongState, BelowMinimum, ReceiptMissing, ReasonNeeded, RuleRefused, Stale, and LimitExceeded at `order` if a
    partner would owe the lead more than it allows.
    """
    found = await book_purchase.locked(tx, actor, find(PURCHASE, verb).right, purchase_id, expected_version)
    moved = transition(Case(found, actor, tx.now), verb, closes_at=closes_at, reason=reason)
    match verb:
        case "open" | "top_up" | "extend":
            moved = await _opened(tx, moved, verb, closes_at)
        case "close":
            return await _closed(tx, moved)
        case "order":
            moved = replace(moved, buyer_id=actor.person)
            await check_purchase_limits(tx, moved, (await book_purchase.load(tx, moved)).cents_by_place)
        case "cancel" | "give_up":
            return await _cancelled(tx, moved, reason)
    whole = await book_purchase.load(tx, moved)
    await book_purchase.tell_all(tx, whole, verb)
    return await joint_purchases.save(tx, moved)


async def close_on_time(tx: Tx, actor: Actor, *, purchase_id: UUID) -> None:
    """Timer of a purchase: closes it if every article can be ordered; otherwise asks the lead what to do."""
    actor.require(Right.RUN_TIMER)
    found = await joint_purchases.get(tx, purchase_id, lock=True)
    if found.state not in WISHING or found.closes_at > tx.now:
        return
    whole = await book_purchase.load(tx, found)
    wanted = [article for article in whole.articles if not article.dropped and whole.demands[article.id].packs]
    if below_minimum(whole.articles, whole.demands) or not wanted:
        await tell(tx, "joint_purchase.below_minimum", found.cooperative_id, found.id, title=found.title)
        return
    await _closed(tx, transition(Case(found, actor, tx.now), "close"))


@step_of("purchase_tops_up")
async def top_up_on_time(tx: Tx, actor: Actor, *, purchase_id: UUID) -> None:
    """Timer of the last phase: from now on only wishes that fill packs are accepted."""
    actor.require(Right.RUN_TIMER)
    found = await joint_purchases.get(tx, purchase_id, lock=True)
    if found.state is PurchaseState.OPEN and found.tops_up_at and found.tops_up_at <= tx.now < found.closes_at:
        moved = await joint_purchases.save(tx, transition(Case(found, actor, tx.now), "top_up"))
        await book_purchase.tell_all(tx, await book_purchase.load(tx, moved), "top_up")


async def get_joint_purchase(tx: Tx, actor: Actor, *, purchase_id: JointPurchaseId) -> Stand:
    """A purchase with its articles: what is wished of each, and how much is still missing. Raises NotFound."""
    found = await joint_purchases.get(tx, purchase_id)
    place, own = own_place(actor, found)
    if found.state is PurchaseState.DRAFT:
        actor.require(Right.LEAD_PURCHASE, found.cooperative_id)
    actor.require(Right.READ_PURCHASE, place, own=own)
    await lend_staff_view(tx, found.cooperative_id)
    made, wanted = await article_store.all(tx, purchase_id=purchase_id), await demands_of(tx, [purchase_id])
    return Stand(found, tuple(StandingArticle.of(article, *wanted.get(article.id, (0, 0))) for article in made))


async def list_joint_purchases(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, state: PurchaseState | None = None
) -> Page[JointPurchase]:
    """The purchases that a cooperative leads or takes part in, newest first, for its members and its staff."""
    await cooperatives.get(tx, cooperative_id)
    own = actor.as_member(*actor.members_at(cooperative_id))
    actor.require(Right.READ_PURCHASE, cooperative_id, own=own)
    return await list_purchases(tx, cooperative_id, page, state)


async def get_allocation(
    tx: Tx, actor: Actor, *, purchase_id: JointPurchaseId, rule: SharingRule | None = None
) -> PurchaseAllocation:
    """Who gets what and why, without names, with all inputs. Before closing, by any rule.

    Everybody who takes part can compute it again. Raises NotFound, WrongState.
    """
    found = await joint_purchases.get(tx, purchase_id)
    place, own = own_place(actor, found)
    actor.require(Right.READ_PURCHASE, place, own=own)
    if rule is not None and rule != found.rule and found.state not in (PurchaseState.DRAFT, *WISHING):
        raise WrongState(verb="preview", state=found.state, possible=[])
    whole = await book_purchase.load(tx, replace(found, rule=rule or found.rule))
    each = ((article, whole.inputs[article.id]) for article in whole.articles)
    return PurchaseAllocation(tuple(ArticleAllocation(a.id, a.title, inputs, allocate(inputs)) for a, inputs in each))


async def _add(tx: Tx, planned: JointPurchase, articles: Sequence[PurchaseArticleInput]) -> Stand:
    await joint_purchases.add(tx, check_purchase(planned, tx.now))
    made = [_article(tx, planned, article) for article in articles]
    if made:
        check_discount(planned.discount_cents, [article.least(1) for article in made])
    await tx.flush()
    await article_store.add(tx, *made)
    # Reading it again loads the facts that its next steps need.
    stored = await joint_purchases.get(tx, planned.id)
    return Stand(stored, tuple(StandingArticle.of(article) for article in made))


async def _check_discount(tx: Tx, purchase: JointPurchase) -> None:
    """Checks a discount against the goods; until closing, against what would be ordered now, at least a pack of each.

    Raises RuleRefused.
    """
    whole = await book_purchase.load(tx, purchase)
    wanted = [article for article in whole.articles if not article.dropped]
    if purchase.closed_at is None:
        wanted = [article.least(max(1, whole.demands[article.id].packs)) for article in wanted]
    if wanted:
        check_discount(purchase.discount_cents, wanted)


async def _partners(tx: Tx, lead_id: UUID, partner_ids: Sequence[UUID]) -> tuple[UUID, ...]:
    """The partners in the order of their ids, without the lead. Raises NotFound."""
    partners = tuple(sorted(set(partner_ids) - {lead_id}))
    if len(await cooperatives.all(tx, id=partners)) != len(partners):
        raise NotFound
    return partners


def _article(tx: Tx, purchase: JointPurchase, stated: PurchaseArticleInput) -> Article:
    least = stated.minimum or MinimumInput()
    cents = None if least.money is None else least.money.cents
    unit, minimum = the_minimum({"packs": least.packs, "units": least.units, "money": cents})
    article = Article(
        id=uuid7(),
        purchase_id=purchase.id,
        title=stated.title,
        unit=stated.unit,
        pack_units=stated.pack_units,
        tiers=tuple(Tier(tier.from_packs, tier.price.cents) for tier in stated.tiers),
        vat_class=stated.vat_class,
        vat_basis_points=rate_on(stated.vat_class, tx.today),
        minimum=minimum,
        minimum_unit=unit,
    )
    return check_article(article)


async def _start_timers(tx: Tx, purchase: JointPurchase) -> None:
    await start_timer(tx, "purchase_closes", purchase.cooperative_id, purchase.id, purchase.closes_at)
    if purchase.tops_up_at:
        await start_timer(tx, "purchase_tops_up", purchase.cooperative_id, purchase.id, purchase.tops_up_at)


async def _opened(tx: Tx, moved: JointPurchase, verb: str, closes_at: datetime | None) -> JointPurchase:
    """The purchase, open for the first time or again, with its timers. Raises RuleRefused for a day in the past."""
    if verb == "top_up":
        return moved
    if verb == "open" and closes_at is not None:
        raise RuleRefused(rule="extend_names_a_time", value=verb)
    opened = replace(moved, closes_at=closes_at, tops_up_at=None) if closes_at else moved
    check_purchase(opened, tx.now)
    await _start_timers(tx, opened)
    return opened


async def _closed(tx: Tx, moved: JointPurchase) -> JointPurchase:
    """The closed purchase: packs and shares are fixed, and reservations that will not be paid are released."""
    whole = await book_purchase.load(tx, moved)
    shared = book_purchase.allocated(whole)
    frozen = replace(shared, purchase=replace(shared.purchase, closed_at=tx.now))
    released = await book_purchase.release(tx, frozen, day=tx.today)
    await book_purchase.save(tx, released)
    await book_purchase.tell_all(tx, released, "close")
    return await joint_purchases.save(tx, released.purchase)


async def _cancelled(tx: Tx, moved: JointPurchase, reason: str) -> JointPurchase:
    """The cancelled purchase: all reservations are released, and everybody gets a message with the reason."""
    released = await book_purchase.release(tx, await book_purchase.load(tx, moved), day=tx.today, all_of_it=True)
    await save_wishes(tx, released.wishes)
    await book_purchase.tell_all(tx, released, "cancel", reason=reason)
    return await joint_purchases.save(tx, released.purchase)
