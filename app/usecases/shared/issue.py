"""Issues invoices and credit notes: the number, what they show, and the orders that they are for.

The order is locked first, then the series of numbers, then the books.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import start_timer, tell
from app.db.selling.invoice_series import lock_numbers, next_number
from app.db.selling.invoices import earlier_invoices, invoice_orders, invoices
from app.db.selling.orders import set_invoice, take_back_invoice
from app.domain.errors import RuleRefused
from app.domain.people.cooperatives import Cooperative, one_entity
from app.domain.selling.credits import Credit
from app.domain.selling.customers import BuyerType
from app.domain.selling.invoice_lines import (
    Invoiced,
    all_back_lines,
    credit_note_lines,
    deposit_lines,
    excess_lines,
)
from app.domain.selling.invoice_mails import deadlines_of
from app.domain.selling.invoices import (
    Invoice,
    InvoiceBuyer,
    InvoiceLanguage,
    InvoiceLine,
    InvoiceOrder,
    groups_of_lines,
    number_of,
)
from app.domain.selling.invoicing import (
    Draft,
    again_draft,
    deposit_draft,
    digest_of,
    in_language,
    invoiced_already,
    note_draft,
    paid_to,
    partner_of,
    seller_of,
    supply_draft,
)
from app.domain.selling.orders import Order
from app.usecases.shared.book_order import charge, watch_unpaid

Lines = Sequence[InvoiceLine]


@dataclass(frozen=True, kw_only=True)
class OfPurchase:
    """The joint purchase that an invoice is for, the cooperative that buys, and the supplier's credit of a note."""

    purchase_id: UUID
    buyer_id: UUID
    credit_id: UUID | None = None


async def lock_series(tx: Tx, *orders: Order) -> None:
    """Locks the numbers of the sellers of these orders, of which some may get one; in the order of their ids.

    For acts that book for several cooperatives at once.
    """
    for place in sorted({one.cooperative_id for one in orders if one.invoice_id is not None or one.deposit_cents}):
        await lock_numbers(tx, place)


async def issue_supply(
    tx: Tx, order: Order, *, named: bool = False, language: InvoiceLanguage | None = None
) -> Invoice:
    """The invoice of a locked order that was supplied and has none.

    Raises InvoiceDetailsMissing, BuyerAddressNeeded, VatIdNeeded, RestoredUnchecked, RuleRefused within one legal
    entity.
    """
    seller = await cooperatives.get(tx, order.cooperative_id)
    before = standing_invoices(await earlier_invoices(tx, order.id))
    draft = supply_draft(order, before, seller_of(seller), await partner_buyer(tx, order), named=named)
    invoice = invoiced_already(draft, before)
    if invoice is None:
        invoice = await issue(tx, seller, in_language(draft, language), {order.id: draft.lines}, order)
    await note_supply(tx, invoice, order)
    return invoice


async def reopen(tx: Tx, order: Order) -> Order:
    """An order whose supply is taken back, as its job goes on: its invoice stays, and asks as a deposit does.

    The order is returned, not saved.
    """
    if order.invoice_id is None:
        return order
    asked = sum(one.gross_cents for one in await earlier_invoices(tx, order.id))
    again = replace(order, invoice_id=None, pay_by=None, deposit_cents=asked)
    await take_back_invoice(tx, again)
    return again


async def issue_deposit(
    tx: Tx, order: Order, gross_cents: int, *, language: InvoiceLanguage | None = None
) -> tuple[Invoice, Order]:
    """A deposit invoice of `gross_cents` for a locked order that is not supplied yet, and the order; it is not saved.

    Its amount is charged at once, as VAT is due with it (Wet OB 1968 art. 13). Raises InvoiceDetailsMissing,
    RestoredUnchecked.
    """
    seller = await cooperatives.get(tx, order.cooperative_id)
    before = await earlier_invoices(tx, order.id)
    lines = deposit_lines(order, before, gross_cents)
    draft = in_language(deposit_draft(order, before, seller_of(seller), lines), language)
    invoice = await issue(tx, seller, draft, {order.id: lines}, order)
    after = replace(
        order,
        deposit_cents=order.deposit_cents + invoice.gross_cents,
        vat_with_money=seller.uses_cash_method(invoice.issued_on),
    )
    return invoice, await charge(tx, order, after, invoice.issued_on)


async def note_credit(tx: Tx, after: Order, credit: Credit) -> Order:
    """The credit note for a credit of an order that was invoiced; `after` is the order with the credit.

    Before its supply is invoiced, only what was asked beyond the new price is credited: the final invoice shows the
    rest. The order is returned, with what its deposits still ask. Raises RestoredUnchecked.
    """
    if after.invoice_id is None and not after.deposit_cents:
        return after
    before = await earlier_invoices(tx, after.id)
    known = after.invoice_id is not None
    lines = credit_note_lines(after, credit.lines) if known else excess_lines(after, before)
    return await _note(tx, after, before, lines, credit.reason, credit_id=credit.id)


async def note_all(tx: Tx, after: Order, reason: str) -> Order:
    """The credit note for all that was invoiced of an order that is charged no more; the order is returned."""
    if after.invoice_id is None and not after.deposit_cents:
        return after
    before = await earlier_invoices(tx, after.id)
    return await _note(tx, after, before, all_back_lines(after, before), reason)


async def invoice_again(tx: Tx, after: Order, credit: Credit) -> Order:
    """The invoice for a credit that was reversed, if the order was invoiced; it refers to the note of the credit.

    `after` is the order without the credit; it is returned, with what its deposits ask.
    """
    before = await earlier_invoices(tx, after.id)
    noted = [one for one in before if one.invoice.credit_id == credit.id]
    if not noted and after.invoice_id is None:
        return after
    # Before the final invoice only what deposits asked too much was credited; that invoice left out the rest.
    known = after.invoice_id is not None
    lines = credit_note_lines(after, credit.lines) if known else list(noted[0].invoice.paper.lines)
    seller = await cooperatives.get(tx, after.cooperative_id)
    draft = paid_to(again_draft(after, before, lines, [one.invoice for one in noted]), seller)
    invoice = await issue(tx, seller, draft, {after.id: lines}, after, refers_to=[one.invoice.id for one in noted])
    return _asking(after, invoice.gross_cents)


def standing_invoices(before: Sequence[Invoiced]) -> list[Invoiced]:
    """The invoices of an order, unless credit notes took all of them back."""
    return list(before) if sum(one.gross_cents for one in before) else []


async def issue(
    tx: Tx,
    seller: Cooperative,
    draft: Draft,
    lines: Mapping[UUID, Lines],
    about: Order | None,
    *,
    credit_id: UUID | None = None,
    refers_to: Sequence[UUID] = (),
    of_purchase: OfPurchase | None = None,
) -> Invoice:
    """Gives a draft its number and its day, and stores it.

    `lines` are those of each order; `about`, or else `of_purchase`, says who bought. Raises RestoredUnchecked.
    """
    year, sequence, day = await next_number(tx, seller.id)
    paper = draft.issued(number_of(seller.invoice_prefix or _prefix_of(draft), year, sequence), day)
    buyer = paper.buyer
    invoice = Invoice(
        id=uuid7(),
        cooperative_id=seller.id,
        kind=paper.kind,
        year=year,
        sequence=sequence,
        number=paper.number,
        issued_on=day,
        issued_at=tx.now,
        due_on=paper.due_on,
        buyer_id=about.buyer_id if about else of_purchase.buyer_id if of_purchase else None,
        customer_person_id=about.customer_person_id if about else None,
        app_id=about.app_id if about else None,
        buyer_name=buyer.name if buyer else about.contact.name if about else "",
        buyer_type=about.contact.buyer.buyer_type if about else BuyerType.BUSINESS,
        kvk_number=buyer.kvk_number if buyer else None,
        oin=buyer.oin if buyer else None,
        purchase_order=buyer.purchase_order if buyer else None,
        rf_reference=paper.rf_reference,
        gross_cents=paper.gross_cents,
        payable_cents=paper.payable_cents,
        paper=paper,
        digest=digest_of(paper),
        credit_id=credit_id,
        purchase_id=of_purchase.purchase_id if of_purchase else None,
        purchase_credit_id=of_purchase.credit_id if of_purchase else None,
        refers_to=tuple(refers_to),
        order_ids=tuple(lines),
    )
    await invoices.add(tx, invoice)
    await invoice_orders.add_all(tx, [_part(invoice, order_id, theirs) for order_id, theirs in lines.items()])
    name = "credit_note.issued" if paper.is_credit_note else "invoice.issued"
    await tell(tx, name, seller.id, invoice.id, number=invoice.number)
    await start_timer(tx, "invoice_files", seller.id, invoice.id, tx.now)
    for timer, at in deadlines_of(paper):
        await start_timer(tx, timer, seller.id, invoice.id, at)
    return invoice


async def _note(
    tx: Tx, after: Order, before: Sequence[Invoiced], lines: Lines, reason: str, *, credit_id: UUID | None = None
) -> Order:
    if not sum(line.gross_cents for line in lines):
        return after
    seller = await cooperatives.get(tx, after.cooperative_id)
    draft = note_draft(after, before, lines, reason)
    noted = [one.invoice.id for one in before if one.sign > 0]
    note = await issue(tx, seller, draft, {after.id: lines}, after, credit_id=credit_id, refers_to=noted)
    return _asking(after, -note.gross_cents)


async def partner_buyer(tx: Tx, order: Order) -> InvoiceBuyer | None:
    """The cooperative that is charged, as the buyer; None for a customer's order.

    Raises BuyerAddressNeeded, RuleRefused for a charge within one legal entity.
    """
    if order.buyer_id is None:
        return None
    if await within_entity(tx, order):
        raise RuleRefused(rule="no_invoice_within_entity", value=order.contact.name)
    return partner_of(await cooperatives.get(tx, order.buyer_id), order.contact.buyer)


async def within_entity(tx: Tx, order: Order) -> bool:
    """Whether it charges a cooperative of the seller's own legal entity, which gets no invoice."""
    if order.buyer_id is None:
        return False
    sides = await cooperatives.all(tx, id=(order.cooperative_id, order.buyer_id))
    return one_entity(*sides)


async def note_supply(tx: Tx, invoice: Invoice, *orders: Order) -> None:
    """Notes the invoice of a supply on its orders, which are paid by the day that it names."""
    asked = [replace(one, pay_by=invoice.due_on if invoice.due_on != one.due_on else one.pay_by) for one in orders]
    await set_invoice(tx, asked, invoice.id)
    for before, after in zip(orders, asked, strict=True):
        if before.due_on != after.due_on:
            await watch_unpaid(tx, after)


def _asking(order: Order, cents: int) -> Order:
    """The order, whose deposits ask so much more; once its supply is invoiced, they are part of that."""
    return order if order.invoice_id is not None else replace(order, deposit_cents=order.deposit_cents + cents)


def _part(invoice: Invoice, order_id: UUID, lines: Lines) -> InvoiceOrder:
    return InvoiceOrder(
        id=uuid7(),
        invoice_id=invoice.id,
        order_id=order_id,
        cooperative_id=invoice.cooperative_id,
        groups=groups_of_lines(lines),
        net_cents=sum(line.net_cents for line in lines),
        vat_cents=sum(line.vat_cents for line in lines),
    )


def _prefix_of(draft: Draft) -> str:
    """The prefix of the invoice that a credit note refers to, if its seller has none any more."""
    return draft.refers_to[-1].number.partition("-")[0][:-4]
