"""The money of a joint purchase: the order to the supplier, the delivery, and everybody's payments and credits."""

from dataclasses import replace
from typing import Annotated

from app.db.buying.joint_purchases import articles, demands_of, joint_purchases, wishes
from app.db.engine import Tx, uuid7
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.invoice_series import lock_numbers
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.buying.joint_purchases import ALLOCATED, Credit, JointPurchase, PurchaseState, Wish, transition
from app.domain.buying.purchase_articles import StandingArticle, bill_article
from app.domain.buying.purchase_bill import check_discount
from app.domain.buying.purchase_costs import SupplierOrder, check_total, supplier_order
from app.domain.buying.purchase_vat import RateVat
from app.domain.days import check_day, day_of
from app.domain.errors import RuleRefused, WrongState
from app.domain.money import half_up
from app.domain.transitions import Case
from app.domain.vat import inside
from app.ids import JointPurchaseId, PurchaseArticleId, WishId
from app.usecases.declared.version import expect
from app.usecases.shared import book_purchase
from app.usecases.shared.issue_purchase import note_purchase_credit, start_invoices
from app.usecases.shared.purchase_forms import PurchaseArticleChange
from app.vocabulary import Amount, AmountOrNone, Doc, MoneyIn, PaymentDay, StatedReason, Units, Version

More = Annotated[Units, Doc("The number of units that came, on top of earlier ones.")]
InAll = Annotated[
    Units, Doc("Instead of `units`: the total that came. Corrects a mistake until the purchase is settled.")
]
Invoiced = Annotated[AmountOrNone, Doc("The total of the supplier's bill, with VAT.")]


async def get_supplier_order(tx: Tx, actor: Actor, *, purchase_id: JointPurchaseId) -> SupplierOrder:
    """What to order from the supplier. For the lead's staff. Raises WrongState before closing."""
    found = await joint_purchases.get(tx, purchase_id)
    actor.require(Right.READ_PURCHASE, found.cooperative_id)
    if found.closed_at is None:
        raise WrongState(verb="supplier_order", state=found.state, possible=["close"])
    wanted = await articles.all(tx, purchase_id=purchase_id)
    return supplier_order(found, [article.on(tx.today) for article in wanted])


async def receive_units(
    tx: Tx, actor: Actor, *, article_id: PurchaseArticleId, units: More | None = None, units_in_all: InAll | None = None
) -> StandingArticle:
    """Record how many more units of an article came, or correct the total that came. The shares follow from it.

    A delivery may come in parts while the purchase is `ordered`. A mistake can be corrected until it is settled. The
    VAT rate is that of the day of the last delivery. Raises WrongState, RuleRefused for neither or both, LocksExceed.
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
    day = article.received_on if units_in_all is not None and article.received_on else tx.today
    came = replace(article, received_units=in_all, received_on=day).on(day)
    shared = book_purchase.allocated(replace(whole.only(article_id), articles=(came,)))
    await book_purchase.save(tx, shared)
    received = replace(shared.articles[0], version=article.version + 1)
    wished, tolerated = sum(wish.quantity for wish in shared.wishes), sum(wish.tolerance for wish in shared.wishes)
    return StandingArticle.of(received, wished, tolerated)


async def price_article(
    tx: Tx,
    actor: Actor,
    *,
    article_id: PurchaseArticleId,
    changes: PurchaseArticleChange,
    expected_version: Version | None = None,
) -> StandingArticle:
    """Enter the price of a pack as the supplier bills it, with a reason, from closing until it is settled.

    A wish does not pay more than is reserved for it, or than by the prices of the order: the lead's fund pays the rest.
    Whoever enters a price does not settle. Raises WrongState, ReasonNeeded, Stale.
    """
    article = await articles.get(tx, article_id)
    found = await book_purchase.locked(tx, actor, Right.LEAD_PURCHASE, article.purchase_id, None)
    expect(article.version, expected_version)
    if found.state not in ALLOCATED:
        raise WrongState(verb="price_article", state=found.state, possible=[])
    cents = changes.named().get("pack_price", MoneyIn.of(article.pack_price_cents)).cents
    wanted = await articles.all(tx, purchase_id=found.id)
    wished, tolerated = (await demands_of(tx, [found.id])).get(article_id, (0, 0))
    if cents == article.pack_price_cents:
        return StandingArticle.of(article, wished, tolerated)
    priced = bill_article(article, cents, by=actor.person, reason=changes.reason)
    by = {one.priced_by for one in (*(one for one in wanted if one.id != article_id), priced)}
    people = sorted(person for person in by if person is not None)
    await joint_purchases.save(tx, replace(found, priced_by=tuple(people)))
    return StandingArticle.of(await articles.save(tx, priced), wished, tolerated)


async def settle_joint_purchase(
    tx: Tx,
    actor: Actor,
    *,
    purchase_id: JointPurchaseId,
    total: Invoiced,
    paid_on: PaymentDay | None = None,
    expected_version: Version | None = None,
) -> JointPurchase:
    """Pay the supplier and book everybody's payment, once. Whoever ordered, or entered a price, does not settle.

    Raises TotalDiffers if the bill has another total, RuleRefused for a discount above the price of what came,
    SecondPersonNeeded, WrongState, DayOutOfRange.
    """
    found = await book_purchase.locked(tx, actor, Right.SETTLE_PURCHASE, purchase_id, expected_version)
    settled = transition(Case(found, actor, tx.now), "settle", total=total)
    day = check_day("paid_on", paid_on or tx.today, day_of(found.created_at), tx.today)
    whole = await book_purchase.load(tx, found, day)
    settled = replace(whole.purchase, state=settled.state, settled_by=actor.person, settled_on=day)
    whole = replace(whole, purchase=settled)
    check_discount(found.discount_cents, whole.articles)
    check_total(whole.charges, total.cents)
    charged = await book_purchase.charge(tx, whole, day)
    await book_purchase.save(tx, charged)
    await book_purchase.tell_all(tx, charged, "settle")
    await start_invoices(tx, charged.purchase)
    return await joint_purchases.save(tx, charged.purchase)


async def credit_wish(tx: Tx, actor: Actor, *, wish_id: WishId, amount: Amount, reason: StatedReason) -> Wish:
    """Book a credit of the supplier for one line, in favour of the party that paid the line.

    The amount is with VAT. If the VAT of the bill was deducted, that of the credit goes back to the tax office. Raises
    WrongState, RuleRefused.
    """
    wish = await wishes.get(tx, wish_id)
    found = await book_purchase.locked(tx, actor, Right.SETTLE_PURCHASE, wish.purchase_id, None)
    if found.state is not PurchaseState.SETTLED:
        raise WrongState(verb="credit", state=found.state, possible=[])
    await lend_staff_view(tx, found.cooperative_id)
    if wish.cooperative_id != found.cooperative_id:
        await lock_numbers(tx, found.cooperative_id)
    wish = await wishes.get(tx, wish_id, lock=True)
    vat = await _deducted(tx, found, wish, amount.cents)
    off = vat.vat if vat else 0
    paid = 0 if found.pays_vat(wish.cooperative_id) else off
    left = wish.charged_cents - wish.credited_cents
    if amount.cents - paid > left:
        most = left + (half_up(left, vat.basis_points) if vat and paid else 0)
        raise RuleRefused(rule="credit_at_most_what_was_paid", value=str(most), left_cents=most)
    given = Credit(
        id=uuid7(),
        purchase_id=found.id,
        wish_id=wish_id,
        cents=amount.cents,
        reason=reason,
        credited_by=actor.person,
        credited_at=tx.now,
        vat_cents=off,
    )
    credited = await book_purchase.credit(tx, found, wish, given, vat)
    await note_purchase_credit(tx, found, wish, given)
    await tell(tx, "joint_purchase.credited", wish.cooperative_id, found.id, title=found.title)
    return credited


async def _deducted(tx: Tx, purchase: JointPurchase, wish: Wish, cents: int) -> RateVat | None:
    """The VAT inside a credit for a wish, at the rate of its article; None if the lead did not deduct it."""
    if not purchase.shares_net:
        return None
    rate = (await articles.get(tx, wish.article_id)).vat_basis_points
    vat = inside(cents, rate)
    return RateVat(rate, cents - vat, vat)
