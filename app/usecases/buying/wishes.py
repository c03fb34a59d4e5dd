"""Wishes of a joint purchase: a member's from their pot, a cooperative's from its fund; every change is dated."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.buying.joint_purchases import articles, demands_of, joint_purchases, next_number, wish_changes, wishes
from app.db.earning.agreements import agreement_on
from app.db.earning.earnings import lock_pots
from app.db.engine import Tx, uuid7
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.allocation import Demand
from app.domain.buying.joint_purchases import ALLOCATED, JointPurchase, PaidBy, Wish, WishChange, check_wish
from app.domain.buying.purchase_articles import Article
from app.domain.buying.purchase_costs import reserve_legs
from app.domain.buying.spending import CONSENT, policy_of
from app.domain.errors import AgreementMissing, LimitExceeded, NotFound, RuleRefused, WrongState
from app.domain.ledger import JournalKind, Posting, into_pots
from app.domain.page import Page, PageRequest
from app.domain.people.members import MemberState
from app.domain.rules import Spending
from app.ids import CooperativeId, JointPurchaseId, MemberId, PurchaseArticleId, WishId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.due import purchase_in_time
from app.usecases.declared.version import expect
from app.usecases.shared import book_purchase
from app.usecases.shared.limit import check_limit_between
from app.vocabulary import Doc, Units, Version

Quantity = Annotated[Units, Doc("The number of units wished for certain.")]
Tolerance = Annotated[Units, Doc("The number of extra units accepted to fill a pack.")]
LockedUnits = Annotated[Units, Doc("The number of units that it gets; null shares them out again.")]

ACTIVE = (MemberState.TRIAL, MemberState.MEMBER)


async def wish_for(
    tx: Tx,
    actor: Actor,
    *,
    article_id: PurchaseArticleId,
    quantity: Quantity,
    tolerance: Tolerance = 0,
    member_id: MemberId | None = None,
    cooperative_id: CooperativeId | None = None,
) -> Wish:
    """Wish for an article, or change one's wish. Quantity 0 with tolerance 0 withdraws it.

    A member's own wish reserves money in their pot. Staff wish for the cooperative, or for a member, from its fund.
    Extra units go to the back of the queue, fewer units give up the newest, an equal wish changes nothing. Raises
    WrongState once it is closed, NotFilling, SpendingForbidden, BelowFloor, LimitExceeded, NotFound.
    """
    article = await articles.get(tx, article_id)
    purchase = await joint_purchases.get(tx, article.purchase_id)
    place, who = await _for_whom(tx, purchase, member_id, cooperative_id)
    own = who in actor.member_ids()
    actor.require(Right.WISH, place, own=actor.as_member(who))
    if own:
        await _pot_may_pay(tx, place, purchase)
    await lend_staff_view(tx, purchase.cooperative_id)
    purchase = purchase_in_time(tx, await joint_purchases.get(tx, purchase.id, lock=True))
    article = (await articles.get(tx, article_id)).on(tx.today)
    paid_by = PaidBy.POT if own else PaidBy.ACCOUNT
    key = {"article_id": article_id, "cooperative_id": place, "paid_by": paid_by}
    found = next((wish for wish in await wishes.all(tx, **key) if wish.member_id == who), None)
    fresh = Wish(
        id=uuid7(),
        purchase_id=purchase.id,
        lead_id=purchase.cooperative_id,
        article_id=article_id,
        cooperative_id=place,
        member_id=who,
        paid_by=paid_by,
        wished_by=actor.person,
    )
    before = found or fresh
    wish = replace(before, quantity=quantity, tolerance=tolerance)
    await _check(tx, purchase, article, before, wish)
    if wish == found:
        return wish
    cents = article.reserve_cents(quantity + tolerance)
    await _within_limit(tx, purchase, wish, cents - wish.reserved_cents, for_member=own)
    return await _kept(tx, await _reserve(tx, purchase, wish, cents), new=found is None)


@shows_private
async def list_wishes(
    tx: Tx, actor: Actor, *, purchase_id: JointPurchaseId, page: PageRequest, member_id: MemberId | None = None
) -> Page[Wish]:
    """All wishes for the lead's staff, those of their cooperative for a partner's, their own for members."""
    purchase = await joint_purchases.get(tx, purchase_id)
    present = set(actor.members_with(Right.READ_PURCHASE))
    mine = tuple(m for place in purchase.cooperative_ids for m in actor.members_at(place) if m in present)
    wanted: dict[str, object] = {"purchase_id": purchase_id, "member_id": member_id}
    if not actor.may(Right.READ_PURCHASE, purchase.cooperative_id):
        theirs = tuple(p for p in purchase.partner_ids if actor.may(Right.READ_PURCHASE, p))
        if theirs:
            wanted["cooperative_id"] = theirs
        else:
            actor.require(Right.READ_PURCHASE, purchase.cooperative_id, own=actor.as_member(*mine))
            wanted["member_id"] = tuple(m for m in mine if member_id in (None, m))
    return await wishes.page(tx, page, **wanted)


async def lock_wish(
    tx: Tx, actor: Actor, *, wish_id: WishId, units: LockedUnits | None, expected_version: Version | None = None
) -> Wish:
    """Fix by hand what a wish gets, whatever else changes; null shares it out again.

    Raises WrongState before closing and after settling, RuleRefused above what was asked for, LocksExceed.
    """
    seen = await wishes.get(tx, wish_id)
    purchase = await book_purchase.locked(tx, actor, Right.LEAD_PURCHASE, seen.purchase_id)
    if purchase.state not in ALLOCATED:
        raise WrongState(verb="lock_wish", state=purchase.state, possible=[])
    await lend_staff_view(tx, purchase.cooperative_id)
    wish = await wishes.get(tx, wish_id, lock=True)
    expect(wish.version, expected_version)
    if units is not None and units > wish.quantity + wish.tolerance:
        raise RuleRefused(rule="at_most_what_was_asked_for", value=str(wish.quantity + wish.tolerance))
    saved = await wishes.save(tx, replace(wish, locked_units=units))
    whole = await book_purchase.load(tx, purchase)
    shared = book_purchase.allocated(whole.only(wish.article_id))
    await book_purchase.save(tx, shared)
    got = next(line for line in shared.wishes if line.id == wish_id)
    return replace(got, version=saved.version + 1)


async def _kept(tx: Tx, wish: Wish, *, new: bool) -> Wish:
    """Saves a wish together with a dated row of its history."""
    if new:
        await wishes.add(tx, wish)
    else:
        wish = await wishes.save(tx, wish)
    number = await next_number(tx, wish.purchase_id)
    await wish_changes.add(
        tx,
        WishChange(
            id=uuid7(),
            wish_id=wish.id,
            purchase_id=wish.purchase_id,
            number=number,
            at=tx.now,
            quantity=wish.quantity,
            tolerance=wish.tolerance,
        ),
    )
    await tell(tx, "joint_purchase.wished", wish.lead_id, wish.purchase_id, article=str(wish.article_id))
    return wish


async def _for_whom(
    tx: Tx, purchase: JointPurchase, member_id: UUID | None, cooperative_id: UUID | None
) -> tuple[UUID, UUID | None]:
    """The cooperative and member of a wish. Raises NotFound for those who cannot take part, RuleRefused for neither."""
    if member_id is not None:
        member = await members.find(tx, id=member_id)
        if member is None or member.state not in ACTIVE or cooperative_id not in (None, member.cooperative_id):
            raise NotFound
        cooperative_id = member.cooperative_id
    if cooperative_id is None:
        raise RuleRefused(rule="a_wish_names_who", value="")
    if cooperative_id not in purchase.cooperative_ids:
        raise NotFound
    return cooperative_id, member_id


async def _pot_may_pay(tx: Tx, cooperative_id: UUID, purchase: JointPurchase) -> None:
    """Raises PurposeUnknown, SpendingForbidden, AgreementMissing, RuleRefused if each purchase needs a consent."""
    agreement = await agreement_on(tx, cooperative_id, tx.today)
    if agreement is None:
        raise AgreementMissing(date=tx.today.isoformat())
    if policy_of(agreement.all_of(Spending), purchase.purpose) == CONSENT:
        raise RuleRefused(rule="pot_needs_consent", value=purchase.purpose)


async def _check(tx: Tx, purchase: JointPurchase, article: Article, before: Wish, after: Wish) -> None:
    if article.dropped:
        raise WrongState(verb="wish", state="dropped", possible=[])
    firm, tolerance = (await demands_of(tx, [purchase.id])).get(article.id, (0, 0))
    now = Demand(firm, tolerance, article.pack_units, article.minimum_units)
    firm, tolerance = firm + after.quantity - before.quantity, tolerance + after.tolerance - before.tolerance
    then = Demand(firm, tolerance, article.pack_units, article.minimum_units)
    check_wish(purchase, now, then, after, now=tx.now)


async def _within_limit(tx: Tx, purchase: JointPurchase, wish: Wish, cents: int, *, for_member: bool) -> None:
    """Raises LimitExceeded if the cooperative would owe the lead more than allowed; a member sees no amounts."""
    if cents <= 0 or wish.cooperative_id == purchase.cooperative_id:
        return
    try:
        await check_limit_between(tx, wish.cooperative_id, purchase.cooperative_id, cents)
    except LimitExceeded as refusal:
        raise LimitExceeded(how="member") if for_member else refusal from None


async def _reserve(tx: Tx, purchase: JointPurchase, wish: Wish, cents: int) -> Wish:
    """The wish with `cents` reserved; one journal books the difference. Raises BelowFloor if the pot has too little."""
    change = cents - wish.reserved_cents
    if not change:
        return wish
    await lend_staff_view(tx, wish.cooperative_id)
    kind = JournalKind.RESERVE if change > 0 else JournalKind.RESERVE_END
    legs = reserve_legs(purchase, wish, change)
    if wish.paid_by == "pot" and wish.member_id and change < 0:
        legs = into_pots(await lock_pots(tx, wish.cooperative_id, [wish.member_id]), legs)
    part = wish.parts + 1
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=wish.cooperative_id,
            kind=kind,
            source_type="wish",
            source_id=wish.id,
            part=part,
            effective_on=tx.today,
            legs=legs,
        ),
    )
    return replace(wish, reserved_cents=cents, parts=part)
