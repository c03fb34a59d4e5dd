"""Joint purchases: planned and moved by the lead cooperative, seen by everybody who may take part."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db.cooperatives import cooperatives
from app.db.engine import Tx, uuid7
from app.db.joint_purchases import articles, demands_of, joint_purchases, list_purchases, save_wishes
from app.db.outbox import start_timer, tell
from app.db.people import lend_staff_view
from app.domain.access import Right
from app.domain.actors import Actor, Party
from app.domain.allocation import Demand, SharingRule
from app.domain.errors import NotFound, RuleRefused, WrongState
from app.domain.joint_purchases import (
    ALLOCATED,
    PURCHASE,
    WISHING,
    Article,
    JointPurchase,
    PurchaseState,
    below_minimum,
    check_article,
    check_purchase,
    transition,
)
from app.domain.page import Page, PageRequest
from app.domain.transitions import Case, find
from app.domain.vat import rate_on
from app.usecases.steps import joint
from app.usecases.steps.due import step_of
from app.usecases.steps.joint import Whole
from app.usecases.steps.limit import check_purchase_limits
from app.usecases.steps.version import expect

CHANGEABLE = frozenset(
    {"title", "about", "supplier", "rule", "closes_at", "tops_up_at", "delivery_cents", "delivery_by", "discount_cents"}
)


@dataclass(frozen=True)
class Stand:
    """How a purchase stands now: its articles and what is wished of each, without names."""

    purchase: JointPurchase
    articles: tuple[Article, ...]
    demands: dict[UUID, Demand]


def own_place(actor: Actor, purchase: JointPurchase) -> tuple[UUID, tuple[Party, ...]]:
    """Where the actor takes part: the lead before a partner; the lead where they do not. And as what."""
    held = actor.present_at()
    place = next((c for c in purchase.cooperative_ids if c in held), purchase.cooperative_id)
    return place, actor.as_member(*(m for c in purchase.cooperative_ids for m in actor.members_at(c)))


async def plan_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: UUID,
    title: str,
    supplier: str,
    purpose: str,
    closes_at: datetime,
    drafts: Sequence[Article],
    partner_ids: Sequence[UUID] = (),
    about: str = "",
    rule: SharingRule = SharingRule.FIRST_COME,
    tops_up_at: datetime | None = None,
    delivery_cents: int = 0,
    delivery_by: str = "quantity",
    discount_cents: int = 0,
) -> Stand:
    """Plan a purchase with its articles; nobody else sees it before it is opened. Raises RuleRefused, NotFound."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.LEAD_PURCHASE, cooperative_id)
    partners = tuple(sorted(set(partner_ids) - {cooperative_id}))
    if len(await cooperatives.all(tx, id=partners)) != len(partners):
        raise NotFound
    planned = JointPurchase(
        *(uuid7(), cooperative_id, title, about, supplier, purpose, rule, closes_at, actor.person, tx.now),
        *(partners, tops_up_at, delivery_cents, delivery_by, discount_cents),  # type: ignore[arg-type]
    )
    await joint_purchases.add(tx, check_purchase(planned, tx.now))
    made = tuple(_article(tx, planned, draft) for draft in drafts)
    await tx.flush()
    await articles.add(tx, *made)
    return Stand(await joint_purchases.get(tx, planned.id), made, _demands(made, {}))


async def change_joint_purchase(
    tx: Tx, actor: Actor, *, purchase_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> JointPurchase:
    """Change what is stated of it: its words and dates while wishing goes on, the costs until it is settled.

    Raises WrongState, RuleRefused, Stale.
    """
    found = await joint.locked(tx, actor, Right.LEAD_PURCHASE, purchase_id, expected_version)
    wishing = (PurchaseState.DRAFT, *WISHING)
    fixed = set(changes) - {"about", "delivery_cents", "discount_cents"} if found.state in ALLOCATED else set()
    if fixed or found.state not in (*wishing, *ALLOCATED):
        raise WrongState(verb="change", state=found.state, possible=[])
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown:
        raise RuleRefused(rule="not_changeable", value=unknown[0])
    empty = next((name for name, value in changes.items() if value is None and name != "tops_up_at"), None)
    if empty is not None:
        raise RuleRefused(rule="required", value=empty)
    changed = replace(found, **changes)
    if {"closes_at", "tops_up_at"} & set(changes):
        check_purchase(changed, tx.now)
        if found.state in WISHING:
            await _start_timers(tx, changed)
    return await joint_purchases.save(tx, changed)


async def add_article(tx: Tx, actor: Actor, *, purchase_id: UUID, draft: Article) -> Article:
    """One more article, while wishing goes on. Raises WrongState, RuleRefused."""
    found = await joint.locked(tx, actor, Right.LEAD_PURCHASE, purchase_id, None)
    if found.state not in (PurchaseState.DRAFT, *WISHING):
        raise WrongState(verb="add_article", state=found.state, possible=[])
    made = _article(tx, found, draft)
    await articles.add(tx, made)
    return made


async def drop_article(tx: Tx, actor: Actor, *, article_id: UUID, expected_version: int | None = None) -> Article:
    """Order nothing of an article; everybody who wished for it is told. Raises WrongState once it is closed."""
    article = await articles.get(tx, article_id)
    found = await joint.locked(tx, actor, Right.LEAD_PURCHASE, article.purchase_id, None)
    expect(article.version, expected_version)
    if found.state not in (PurchaseState.DRAFT, *WISHING):
        raise WrongState(verb="drop_article", state=found.state, possible=[])
    dropped = await articles.save(tx, replace(article, dropped=True))
    whole = await joint.load(tx, found)
    theirs = whole.only(article_id)
    released = await joint.release(tx, theirs, day=tx.today, all_of_it=True)
    await save_wishes(tx, released.wishes)
    await joint_purchases.save(tx, released.purchase)
    await joint.tell_all(tx, theirs, "article_dropped", article=article.title)
    return dropped


async def move_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    purchase_id: UUID,
    verb: str,
    closes_at: datetime | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> JointPurchase:
    """Open, top up, extend (to a new `closes_at`), close, order, receive, cancel or give up.

    Raises WrongState, BelowMinimum, ReceiptMissing, ReasonNeeded, RuleRefused, Stale, and LimitExceeded at `order` if a
    partner would owe the lead more than it allows.
    """
    found = await joint.locked(tx, actor, find(PURCHASE, verb).right, purchase_id, expected_version)
    if verb == "settle":
        raise WrongState(verb=verb, state=found.state, possible=[])
    moved = transition(Case(found, actor, tx.now), verb, closes_at=closes_at, reason=reason)
    match verb:
        case "open" | "top_up" | "extend":
            moved = await _opened(tx, moved, verb, closes_at)
        case "close":
            return await _closed(tx, moved)
        case "order":
            moved = replace(moved, buyer_id=actor.person)
            await check_purchase_limits(tx, moved, (await joint.load(tx, moved)).cents_by_place)
        case "cancel" | "give_up":
            return await _cancelled(tx, moved, reason)
    whole = await joint.load(tx, moved)
    await joint.tell_all(tx, whole, verb)
    return await joint_purchases.save(tx, moved)


async def close_on_time(tx: Tx, actor: Actor, *, purchase_id: UUID) -> None:
    """The timer of a purchase: closes it where every article can be ordered, otherwise asks the lead what to do."""
    actor.require(Right.RUN_TIMER)
    found = await joint_purchases.get(tx, purchase_id, lock=True)
    if found.state not in WISHING or found.closes_at > tx.now:
        return
    whole = await joint.load(tx, found)
    wanted = [article for article in whole.articles if not article.dropped and whole.demands[article.id].packs]
    if below_minimum(whole.articles, whole.demands) or not wanted:
        await tell(tx, "joint_purchase.below_minimum", found.cooperative_id, found.id, title=found.title)
        return
    await _closed(tx, transition(Case(found, actor, tx.now), "close"))


@step_of("purchase_tops_up")
async def top_up_on_time(tx: Tx, actor: Actor, *, purchase_id: UUID) -> None:
    """The timer of the last phase: from now on only what fills packs."""
    actor.require(Right.RUN_TIMER)
    found = await joint_purchases.get(tx, purchase_id, lock=True)
    if found.state is PurchaseState.OPEN and found.tops_up_at and found.tops_up_at <= tx.now < found.closes_at:
        moved = await joint_purchases.save(tx, transition(Case(found, actor, tx.now), "top_up"))
        await joint.tell_all(tx, await joint.load(tx, moved), "top_up")


async def get_joint_purchase(tx: Tx, actor: Actor, *, purchase_id: UUID) -> Stand:
    """A purchase with its articles and how each stands now. Raises NotFound to who cannot take part."""
    found = await joint_purchases.get(tx, purchase_id)
    place, own = own_place(actor, found)
    if found.state is PurchaseState.DRAFT:
        actor.require(Right.LEAD_PURCHASE, found.cooperative_id)
    actor.require(Right.READ_PURCHASE, place, own=own)
    await lend_staff_view(tx, found.cooperative_id)
    made = tuple(await articles.all(tx, purchase_id=purchase_id))
    return Stand(found, made, _demands(made, await demands_of(tx, [purchase_id])))


async def list_joint_purchases(
    tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest, state: PurchaseState | None = None
) -> Page[JointPurchase]:
    """The purchases that a cooperative leads or takes part in, newest first, for its members and its staff."""
    await cooperatives.get(tx, cooperative_id)
    own = actor.as_member(*actor.members_at(cooperative_id))
    actor.require(Right.READ_PURCHASE, cooperative_id, own=own)
    return await list_purchases(tx, cooperative_id, page, state)


async def get_allocation(tx: Tx, actor: Actor, *, purchase_id: UUID, rule: SharingRule | None = None) -> Whole:
    """What everybody gets as it stands, by the rule of the purchase or, before it is closed, by another.

    Wishes carry no names: anybody who takes part can work it out again. Raises NotFound, WrongState.
    """
    found = await joint_purchases.get(tx, purchase_id)
    place, own = own_place(actor, found)
    actor.require(Right.READ_PURCHASE, place, own=own)
    if rule is not None and rule != found.rule and found.state not in (PurchaseState.DRAFT, *WISHING):
        raise WrongState(verb="preview", state=found.state, possible=[])
    whole = await joint.load(tx, replace(found, rule=rule or found.rule))
    return joint.allocated(whole)


def _article(tx: Tx, purchase: JointPurchase, draft: Article) -> Article:
    vat = rate_on(draft.vat_class, tx.today)
    return check_article(replace(draft, id=uuid7(), purchase_id=purchase.id, vat_basis_points=vat))


def _demands(found: Sequence[Article], wanted: dict[UUID, tuple[int, int]]) -> dict[UUID, Demand]:
    return {a.id: Demand(*wanted.get(a.id, (0, 0)), a.pack_units, a.minimum_units) for a in found}


async def _start_timers(tx: Tx, purchase: JointPurchase) -> None:
    await start_timer(tx, "purchase_closes", purchase.cooperative_id, purchase.id, purchase.closes_at)
    if purchase.tops_up_at:
        await start_timer(tx, "purchase_tops_up", purchase.cooperative_id, purchase.id, purchase.tops_up_at)


async def _opened(tx: Tx, moved: JointPurchase, verb: str, closes_at: datetime | None) -> JointPurchase:
    """The purchase open again or anew, with its timers. Raises RuleRefused for a day that is over."""
    if verb == "top_up":
        return moved
    if verb == "open" and closes_at is not None:
        raise RuleRefused(rule="extend_names_a_time", value=verb)
    opened = replace(moved, closes_at=closes_at, tops_up_at=None) if closes_at else moved
    check_purchase(opened, tx.now)
    await _start_timers(tx, opened)
    return opened


async def _closed(tx: Tx, moved: JointPurchase) -> JointPurchase:
    """The purchase closed: packs, who gets what, and nothing reserved that will not be paid."""
    whole = await joint.load(tx, moved)
    shared = joint.allocated(whole)
    frozen = replace(shared, purchase=replace(moved, closed_at=tx.now))
    released = await joint.release(tx, frozen, day=tx.today)
    await joint.save(tx, released)
    await joint.tell_all(tx, released, "close")
    return await joint_purchases.save(tx, released.purchase)


async def _cancelled(tx: Tx, moved: JointPurchase, reason: str) -> JointPurchase:
    """The purchase over: everything that was reserved goes back, and everybody is told why."""
    released = await joint.release(tx, await joint.load(tx, moved), day=tx.today, all_of_it=True)
    await save_wishes(tx, released.wishes)
    await joint.tell_all(tx, released, "cancel", reason=reason)
    return await joint_purchases.save(tx, released.purchase)
