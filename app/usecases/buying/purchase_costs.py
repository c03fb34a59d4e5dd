"""The money of a joint purchase: the order to the supplier, the delivery, and everybody's payments and credits."""

from dataclasses import replace
from typing import Annotated

from app.db.buying.joint_purchases import articles, joint_purchases, save_wishes, wishes
from app.db.engine import Tx, uuid7
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.joint_purchases import Credit, JointPurchase, PurchaseState, StandingArticle, Wish, transition
from app.domain.buying.purchase_costs import SupplierOrder, check_total, supplier_order
from app.domain.days import check_day, day_of
from app.domain.errors import RuleRefused, WrongState
from app.domain.transitions import Case
from app.ids import JointPurchaseId, PurchaseArticleId, WishId
from app.usecases.shared import book_purchase
from app.vocabulary import Amount, AmountOrNone, Doc, PaymentDay, StatedReason, Units, Version

More = Annotated[Units, Doc("The number of units that came, on top of earlier ones.")]
InAll = Annotated[
    Units, Doc("Instead of `units`: the total that came. Corrects a mistake until the purchase is settled.")
]
Invoiced = Annotated[AmountOrNone, Doc("The total of the invoice, with VAT.")]


async def get_supplier_order(tx: Tx, actor: Actor, *, purchase_id: JointPurchaseId) -> SupplierOrder:
    """What to order from the supplier. For the lead's staff. Raises WrongState before closing."""
    found = await joint_purchases.get(tx, purchase_id)
    actor.require(Right.READ_PURCHASE, found.cooperative_id)
    if found.closed_at is None:
        raise WrongState(verb="supplier_order", state=found.state, possible=["close"])
    return supplier_order(found, await articles.all(tx, purchase_id=purchase_id))


async def receive_units(
    tx: Tx, actor: Actor, *, article_id: PurchaseArticleId, units: More | None = None, units_in_all: InAll | None = None
) -> StandingArticle:
    """Record how many more units of an article came, or correct the total that came. The shares follow from it.

    A delivery may come in parts while the purchase is `ordered`. A mistake can be corrected until it is settled. Raises
    WrongState, RuleRefused for neither or both, LocksExceed.
    """
    article = await articles.get(tx, article_id)
    found = await book_purchase.locked(tx, actor, Right.LEAD_PURCHASE, article.purchase_id, None)
    if (units is None) == (units_in_all is None):
        raise RuleRefused(rule="units_or_units_in_all", value="")
    correctable = (PurchaseState.ORDERED, PurchaseState.RECEIVED)
    if found.state not in (correctable[:1] if units_in_all is None else correctable):
        raise WrongState(verb="receive_units", state=found.state, possible=[])
    whole = await book_purchase.load(tx, found)
    article = whole.only(article_id).articles[0]
    in_all = (article.received_units or 0) + (units or 0) if units_in_all is None else units_in_all
    came = replace(article, received_units=in_all)
    shared = book_purchase.allocated(replace(whole.only(article_id), articles=(came,)))
    await book_purchase.save(tx, shared)
    received = replace(shared.articles[0], version=article.version + 1)
    wished, tolerated = sum(wish.quantity for wish in shared.wishes), sum(wish.tolerance for wish in shared.wishes)
    return StandingArticle.of(received, wished, tolerated)


async def settle_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    purchase_id: JointPurchaseId,
    total: Invoiced,
    paid_on: PaymentDay | None = None,
    expected_version: Version | None = None,
) -> JointPurchase:
    """Pay the supplier and book everybody's payment, once. The person who ordered does not settle.

    Raises TotalDiffers if the invoice has another total, SecondPersonNeeded, WrongState, DayOutOfRange.
    """
    found = await book_purchase.locked(tx, actor, Right.SETTLE_PURCHASE, purchase_id, expected_version)
    settled = transition(Case(found, actor, tx.now), "settle", total=total)
    day = check_day("paid_on", paid_on or tx.today, day_of(found.created_at), tx.today)
    whole = await book_purchase.load(tx, replace(settled, settled_by=actor.person, settled_on=day))
    check_total(whole.charges, total.cents)
    charged = await book_purchase.charge(tx, whole, day)
    await save_wishes(tx, charged.wishes)
    await book_purchase.tell_all(tx, charged, "settle")
    return await joint_purchases.save(tx, charged.purchase)


async def credit_wish(tx: Tx, actor: Actor, *, wish_id: WishId, amount: Amount, reason: StatedReason) -> Wish:
    """Book a credit of the supplier for one line, in favour of the party that paid the line.

    Raises WrongState, RuleRefused.
    """
    cents = amount.cents
    wish = await wishes.get(tx, wish_id)
    found = await book_purchase.locked(tx, actor, Right.SETTLE_PURCHASE, wish.purchase_id, None)
    if found.state is not PurchaseState.SETTLED:
        raise WrongState(verb="credit", state=found.state, possible=[])
    await lend_staff_view(tx, found.cooperative_id)
    wish = await wishes.get(tx, wish_id, lock=True)
    if cents > wish.charged_cents - wish.credited_cents:
        left = wish.charged_cents - wish.credited_cents
        raise RuleRefused(rule="credit_at_most_what_was_paid", value=str(left), left_cents=left)
    given = Credit(
        id=uuid7(),
        purchase_id=found.id,
        wish_id=wish_id,
        cents=cents,
        reason=reason,
        credited_by=actor.person,
        credited_at=tx.now,
    )
    credited = await book_purchase.credit(tx, found, wish, given)
    await tell(tx, "joint_purchase.credited", wish.cooperative_id, found.id, title=found.title)
    return credited
