"""Issues the invoices of joint purchases, and their credit notes. The lead sells, each partner buys.

The purchase is locked first, then the lead's series of numbers, then the books.
"""

from collections.abc import Sequence
from uuid import UUID

from app.db.buying.joint_purchases import articles, purchase_credits, wishes
from app.db.buying.purchase_invoices import invoices_of_purchase
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import start_timer
from app.domain.buying.joint_purchases import Credit, JointPurchase, Wish
from app.domain.buying.purchase_invoices import (
    PartnerCharge,
    all_back,
    later_draft,
    purchase_draft,
    signed_cents,
    standing,
)
from app.domain.errors import BuyerAddressNeeded
from app.domain.selling.invoices import Invoice, InvoiceKind
from app.domain.selling.invoicing import Draft, partner_of, seller_of
from app.usecases.shared.issue import OfPurchase, issue


async def start_invoices(tx: Tx, purchase: JointPurchase) -> None:
    """Has the worker issue the invoices of the partners.

    In a transaction of its own, so that the numbers of the lead are not locked while all books are, and an invoice that
    cannot be issued holds no settlement up.
    """
    if purchase.partner_ids:
        await start_timer(tx, "invoice_purchase", purchase.cooperative_id, purchase.id, tx.now)


async def issue_partners(tx: Tx, purchase: JointPurchase) -> None:
    """Issues what is missing of a locked, settled purchase: an invoice for each partner that was charged something.

    A partner without an address is left for the next time. Raises InvoiceDetailsMissing, RestoredUnchecked.
    """
    lead = await cooperatives.get(tx, purchase.cooperative_id)
    seller = seller_of(lead)
    for partner in await cooperatives.all(tx, id=purchase.partner_ids):
        if partner.id in purchase.entity_ids:
            continue
        before = await invoices_of_purchase(tx, purchase.id, partner.id)
        charge = await charge_of(tx, purchase, partner.id)
        if standing(before) or not sum(line.gross_cents for line in charge.lines()):
            continue
        notes = [one for one in before if one.is_credit_note][-1:]
        try:
            draft = purchase_draft(charge, seller, partner_of(partner), notes)
        except BuyerAddressNeeded:
            continue
        of_purchase = OfPurchase(purchase_id=purchase.id, buyer_id=partner.id)
        await issue(tx, lead, draft, {}, None, refers_to=[one.id for one in notes], of_purchase=of_purchase)


async def note_purchase_credit(tx: Tx, purchase: JointPurchase, wish: Wish, credit: Credit) -> None:
    """The partner's credit note for a credit of the supplier, if it was invoiced."""
    stands = standing(await invoices_of_purchase(tx, purchase.id, wish.cooperative_id))
    asking = [one for one in stands if signed_cents(one) > 0]
    if not asking:
        return
    lines = (await charge_of(tx, purchase, wish.cooperative_id)).credit_lines(credit)
    draft = later_draft(InvoiceKind.CREDIT_NOTE, lines, asking, credit.reason)
    await _issue(tx, purchase, wish.cooperative_id, draft, asking, credit.id)


async def invoice_purchase_again(tx: Tx, purchase: JointPurchase, wish: Wish, credit: Credit) -> None:
    """The partner's invoice for a credit that was reversed; it refers to the note of the credit.

    If the credit was taken off an invoice that was issued after it, it refers to that one. If nothing is invoiced yet,
    the worker does it.
    """
    before = await invoices_of_purchase(tx, purchase.id, wish.cooperative_id)
    noted = [one for one in before if one.purchase_credit_id == credit.id and signed_cents(one) < 0]
    earlier = noted or [one for one in standing(before) if signed_cents(one) > 0][-1:]
    if not earlier:
        await start_invoices(tx, purchase)
        return
    lines = (await charge_of(tx, purchase, wish.cooperative_id)).credit_lines(credit)
    draft = later_draft(InvoiceKind.PARTNER, lines, earlier)
    await _issue(tx, purchase, wish.cooperative_id, draft, earlier, credit.id)


async def note_purchase(tx: Tx, purchase: JointPurchase, reason: str) -> None:
    """The credit notes for all that was invoiced of a purchase whose settlement is reversed."""
    for partner_id in purchase.partner_ids:
        stands = standing(await invoices_of_purchase(tx, purchase.id, partner_id))
        asking = [one for one in stands if signed_cents(one) > 0]
        if asking:
            draft = later_draft(InvoiceKind.CREDIT_NOTE, all_back(purchase.title, stands), asking, reason)
            await _issue(tx, purchase, partner_id, draft, asking)


async def charge_of(tx: Tx, purchase: JointPurchase, partner_id: UUID) -> PartnerCharge:
    """What a settled purchase charged one partner, with the credits that stand."""
    theirs = await wishes.all(tx, purchase_id=purchase.id, cooperative_id=partner_id)
    ids = {wish.id for wish in theirs}
    given = await purchase_credits.all(tx, purchase_id=purchase.id)
    return PartnerCharge(
        purchase,
        partner_id,
        await articles.all(tx, purchase_id=purchase.id),
        theirs,
        [one for one in given if one.wish_id in ids and one.reversed_on is None],
    )


async def _issue(
    tx: Tx,
    purchase: JointPurchase,
    partner_id: UUID,
    draft: Draft,
    earlier: Sequence[Invoice],
    credit_id: UUID | None = None,
) -> None:
    lead = await cooperatives.get(tx, purchase.cooperative_id)
    of_purchase = OfPurchase(purchase_id=purchase.id, buyer_id=partner_id, credit_id=credit_id)
    await issue(tx, lead, draft, {}, None, refers_to=[one.id for one in earlier], of_purchase=of_purchase)
