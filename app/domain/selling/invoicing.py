"""Makes the paper of an invoice: its kind, who sells and buys, its lines, and what is to be paid of it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta

from app.domain.errors import (
    BuyerAddressNeeded,
    InvoiceDetailsMissing,
    MoreThanLeft,
    NothingOpen,
    RuleRefused,
    VatIdNeeded,
    WrongState,
)
from app.domain.money import basis_points_of, half_up
from app.domain.people.cooperatives import Cooperative
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.invoice_lines import Invoiced, deposits_off, negated, supply_lines
from app.domain.selling.invoices import (
    Invoice,
    InvoiceBuyer,
    InvoiceKind,
    InvoiceLanguage,
    InvoiceLine,
    InvoicePaper,
    InvoiceSeller,
    LineRole,
    RefersTo,
    groups_of_lines,
)
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, Order, OrderState
from app.domain.vat import DECLARED_BY_BUYER

DUTCH_SPEAKING = frozenset({"NL", "BE", "SR", "AW", "CW", "SX", "BQ"})
OPEN_FOR_DEPOSITS = frozenset({OrderState.ACCEPTED, OrderState.IN_PROGRESS})
SIMPLIFIED_LIMIT = 100_00
"""Up to this price with VAT an invoice may be simplified (Wet OB 1968 art. 34d; Uitvoeringsbeschikking art. 33a)."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An invoice before it has its number and its day."""

    kind: InvoiceKind
    seller: InvoiceSeller
    buyer: InvoiceBuyer | None
    order_references: tuple[str, ...]
    lines: tuple[InvoiceLine, ...]
    rf_reference: str | None = None
    supplied_from: date | None = None
    supplied_until: date | None = None
    payment_days: int = 0
    due_on: date | None = None
    """The last day to pay that was agreed; the invoice names a later one if it is issued too late for it."""
    received_cents: int = 0
    refers_to: tuple[RefersTo, ...] = ()
    reason: str = ""
    shared_costs: bool = False
    language: InvoiceLanguage = InvoiceLanguage.NL

    @property
    def gross_cents(self) -> int:
        return sum(line.gross_cents for line in self.lines)

    def issued(self, number: str, day: date) -> InvoicePaper:
        """The paper, with its number and its day."""
        groups = groups_of_lines(self.lines)
        gross, noted = self.gross_cents, self.kind is InvoiceKind.CREDIT_NOTE
        netted = self.kind is InvoiceKind.PARTNER
        asked = self.due_on if self.due_on is not None and self.due_on >= day else day + timedelta(self.payment_days)
        return InvoicePaper(
            kind=self.kind,
            number=number,
            language=self.language,
            issued_on=day,
            supplied_from=self.supplied_from,
            supplied_until=self.supplied_until,
            due_on=None if noted or netted else asked,
            seller=self.seller,
            buyer=self.buyer,
            order_references=self.order_references,
            rf_reference=None if noted or netted else self.rf_reference,
            lines=self.lines,
            groups=groups,
            net_cents=sum(group.net_cents for group in groups),
            vat_cents=sum(group.vat_cents for group in groups),
            gross_cents=gross,
            received_cents=self.received_cents,
            payable_cents=0 if noted else gross - self.received_cents,
            refers_to=self.refers_to,
            reason=self.reason,
            shared_costs=self.shared_costs,
        )


def seller_of(cooperative: Cooperative) -> InvoiceSeller:
    """The seller as an invoice names it. Raises InvoiceDetailsMissing."""
    address, iban, name = cooperative.postal_address, cooperative.iban, cooperative.iban_name
    if not cooperative.can_invoice or cooperative.legal_name is None or address is None or iban is None or name is None:
        raise InvoiceDetailsMissing
    return InvoiceSeller(
        name=cooperative.legal_name,
        trade_name=cooperative.name,
        postal_address=address,
        iban=iban,
        iban_name=name,
        kvk_number=cooperative.kvk_number,
        oin=cooperative.oin,
        vat_id=cooperative.vat_id,
        email=cooperative.email,
        phone=cooperative.phone,
    )


def buyer_of(contact: Contact) -> InvoiceBuyer:
    """The customer as an invoice names it."""
    buyer = contact.buyer
    return InvoiceBuyer(
        name=buyer.organisation or contact.name,
        attention=contact.name if buyer.organisation else None,
        postal_address=buyer.postal_address,
        private=buyer.buyer_type is BuyerType.CONSUMER,
        kvk_number=buyer.kvk_number,
        oin=buyer.oin,
        vat_id=buyer.vat_id,
        email=contact.email,
        buyer_reference=buyer.buyer_reference,
        purchase_order=buyer.purchase_order,
    )


def partner_of(cooperative: Cooperative, ordered: Buyer | None = None) -> InvoiceBuyer:
    """A cooperative that is charged by another one; `ordered` has its order, and its address if it names none itself.

    Raises BuyerAddressNeeded.
    """
    address = cooperative.postal_address or (ordered.postal_address if ordered else None)
    if address is None:
        raise BuyerAddressNeeded
    return InvoiceBuyer(
        name=cooperative.legal_name or cooperative.name,
        postal_address=address,
        kvk_number=cooperative.kvk_number,
        oin=cooperative.oin,
        vat_id=cooperative.vat_id,
        email=cooperative.email,
        purchase_order=ordered.purchase_order if ordered else None,
    )


def supply_draft(
    order: Order,
    before: Sequence[Invoiced],
    seller: InvoiceSeller,
    partner: InvoiceBuyer | None = None,
    *,
    named: bool = False,
) -> Draft:
    """The invoice of an order that was supplied: standard, simplified or final; a partner's between cooperatives.

    If deposits asked more than the price, it is a credit note of them. A consumer's is simplified up to the limit,
    unless it shall be `named`. Raises BuyerAddressNeeded for another one of a consumer without an address, VatIdNeeded
    for a partner's that the buyer declares the VAT of, and has no VAT id for (Wet OB 1968 art. 35a).
    """
    lines = [*supply_lines(order), *deposits_off(order, before)]
    gross = sum(line.gross_cents for line in lines)
    if gross < 0:
        return note_draft(order, before, negated(lines), "")
    buyer = partner or buyer_of(order.contact)
    kind = InvoiceKind.FINAL if before else InvoiceKind.STANDARD
    if partner is not None:
        kind = InvoiceKind.PARTNER
        if partner.vat_id is None and any(line.vat_class in DECLARED_BY_BUYER for line in lines):
            raise VatIdNeeded(how="partner")
    elif buyer.private and not before and gross <= SIMPLIFIED_LIMIT and not (named and buyer.postal_address):
        kind = InvoiceKind.SIMPLIFIED
    elif buyer.private and buyer.postal_address is None and not before:
        raise BuyerAddressNeeded
    return Draft(
        kind=kind,
        seller=seller,
        buyer=None if kind is InvoiceKind.SIMPLIFIED else buyer,
        order_references=(order.reference,),
        lines=tuple(lines),
        rf_reference=order.rf_reference,
        supplied_from=order.work_date,
        supplied_until=order.work_date,
        payment_days=order.payment_days or 0,
        due_on=order.due_on,
        received_cents=0 if partner else received(order, before, gross),
        language=before[-1].invoice.paper.language if before else language_for(buyer),
    )


def invoiced_already(draft: Draft, before: Sequence[Invoiced]) -> Invoice | None:
    """The invoice of an earlier supply that was taken back, if the order is supplied again and asks no more by it."""
    changed = any(group.net_cents or group.vat_cents for group in groups_of_lines(draft.lines))
    if changed or draft.kind is not InvoiceKind.FINAL:
        return None
    whole = {InvoiceKind.DEPOSIT, InvoiceKind.CREDIT_NOTE}
    return next((one.invoice for one in reversed(before) if one.invoice.kind not in whole), None)


def deposit_draft(
    order: Order, before: Sequence[Invoiced], seller: InvoiceSeller, lines: Sequence[InvoiceLine]
) -> Draft:
    """A deposit for these lines. It counts the money beyond earlier deposits as received."""
    buyer = buyer_of(order.contact)
    return Draft(
        kind=InvoiceKind.DEPOSIT,
        seller=seller,
        buyer=buyer,
        order_references=(order.reference,),
        lines=tuple(lines),
        rf_reference=order.rf_reference,
        payment_days=order.payment_days or 0,
        received_cents=received(order, before, sum(line.gross_cents for line in lines)),
        language=before[-1].invoice.paper.language if before else language_for(buyer),
    )


def note_draft(order: Order, before: Sequence[Invoiced], lines: Sequence[InvoiceLine], reason: str) -> Draft:
    """A credit note for these lines. It refers to all invoices of the order, and names seller and buyer as they do."""
    noted = [one.invoice for one in before if one.sign > 0]
    paper = noted[-1].paper
    return Draft(
        kind=InvoiceKind.CREDIT_NOTE,
        seller=paper.seller,
        buyer=paper.buyer,
        order_references=(order.reference,),
        lines=tuple(lines),
        supplied_from=order.work_date,
        supplied_until=order.work_date,
        refers_to=tuple(map(reference_to, noted)),
        reason=reason,
        language=paper.language,
    )


def again_draft(
    order: Order, before: Sequence[Invoiced], lines: Sequence[InvoiceLine], noted: Sequence[Invoice]
) -> Draft:
    """The invoice for a credit that was reversed: it refers to the note of the credit, if there is one."""
    last = next(one.invoice for one in reversed(before) if one.sign > 0)
    paper = last.paper
    kind = InvoiceKind.DEPOSIT if order.invoice_id is None else again_kind(paper)
    role = LineRole.DEPOSIT if kind is InvoiceKind.DEPOSIT else LineRole.SUPPLY
    gross = sum(line.gross_cents for line in lines)
    return Draft(
        kind=kind,
        seller=paper.seller,
        buyer=paper.buyer,
        order_references=(order.reference,),
        lines=tuple(replace(line, role=role) for line in lines),
        rf_reference=order.rf_reference,
        supplied_from=order.work_date,
        supplied_until=order.work_date,
        payment_days=order.payment_days or 0,
        received_cents=0 if kind is InvoiceKind.PARTNER else received(order, before, gross),
        refers_to=tuple(map(reference_to, noted or (last,))),
        language=paper.language,
    )


def paid_to(draft: Draft, seller: Cooperative) -> Draft:
    """The draft with the account that its seller has now, whatever an earlier invoice named."""
    if seller.iban is None or seller.iban_name is None:
        return draft
    return replace(draft, seller=replace(draft.seller, iban=seller.iban, iban_name=seller.iban_name))


def again_kind(paper: InvoicePaper) -> InvoiceKind:
    """The kind of an invoice for what an earlier one asked: a partner's stays one, any other is an ordinary one."""
    kept = {InvoiceKind.PARTNER, InvoiceKind.SIMPLIFIED}
    return paper.kind if paper.kind in kept else InvoiceKind.STANDARD


def received(order: Order, before: Sequence[Invoiced], gross_cents: int) -> int:
    """The cents that were paid of an order beyond its earlier invoices, at most `gross_cents`."""
    asked = sum(one.gross_cents for one in before)
    return min(max(0, order.paid_cents - order.owed_back_cents - asked), gross_cents)


def has_something(order: Order) -> bool:
    """Whether an order has anything to invoice: a price, or deposits to take off."""
    return order.gross_cents != order.refunded_cents or order.deposit_cents > 0


def asks_too_much(order: Order) -> bool:
    """Whether its deposits ask more than what is left of its price."""
    return order.deposit_cents > order.gross_cents - order.refunded_cents


def deposit_of(order: Order, percent: str | None, cents: int | None) -> int:
    """The cents that a deposit asks: a percentage of the price with VAT, half up, or an amount.

    Raises WrongState unless the order is accepted and not yet supplied, RuleRefused unless one of both is given,
    NothingOpen, MoreThanLeft.
    """
    if order.state not in OPEN_FOR_DEPOSITS:
        raise WrongState(verb="invoice", state=order.state, possible=[])
    if (percent is None) == (cents is None):
        raise RuleRefused(rule="percent_or_amount", value=order.reference)
    left = order.price_left_cents - order.deposit_cents
    wanted = half_up(order.price_left_cents, basis_points_of(percent)) if percent is not None else cents or 0
    if left <= 0 or not wanted:
        raise NothingOpen
    if wanted > left:
        raise MoreThanLeft(left_cents=left)
    return wanted


def asks_deposit(order: Order) -> bool:
    """Whether a company or a public body paid before supply, and has no invoice for it (Wet OB 1968 art. 34c)."""
    private = order.contact.buyer.buyer_type is BuyerType.CONSUMER or order.buyer_id is not None
    open_yet = order.state not in SUPPLIED and order.state not in CALLED_OFF
    return not private and open_yet and order.paid_cents - order.owed_back_cents > order.deposit_cents


def language_for(buyer: InvoiceBuyer) -> InvoiceLanguage:
    """Dutch where Dutch is read; English for an address elsewhere."""
    address = buyer.postal_address
    return InvoiceLanguage.NL if address is None or address.country in DUTCH_SPEAKING else InvoiceLanguage.EN


def in_language(draft: Draft, language: InvoiceLanguage | None) -> Draft:
    """The draft in a language that was asked for."""
    return draft if language is None else replace(draft, language=language)


def reference_to(invoice: Invoice) -> RefersTo:
    """How a later invoice refers to this one."""
    return RefersTo(number=invoice.number, issued_on=invoice.issued_on)


def digest_of(paper: InvoicePaper) -> str:
    """The SHA-256 of a paper, in hexadecimal digits: over its JSON with sorted names and without blanks."""
    text = json.dumps(asdict(paper), default=str, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
