"""The public part of an order, for the holder of its status link."""

from datetime import date, datetime

from app.adapters.messages import say
from app.contract.shape import Money, Viewer, computed, shape
from app.domain.selling import guest_orders as domain
from app.domain.selling.invoices import InvoiceKind
from app.domain.selling.orders import OrderState, PaymentState
from app.domain.selling.references import in_fours

STATUS = "/order-status/{token}"
QR = f"{STATUS}/qr.svg"
FILE = f"{STATUS}/invoices/{{number}}.pdf"


def status_path(token: str) -> str:
    """The path of a status link."""
    return f"/v1{STATUS.format(token=token)}"


def _text(pay: domain.HowToPay, viewer: Viewer) -> str:
    facts = {"amount": pay.amount_cents, "iban": in_fours(pay.iban), "name": pay.name, "reference": pay.reference}
    if pay.due_on is None:
        return say("status", "transfer", viewer.language, **facts)
    return say("status", "transfer_until", viewer.language, **facts, due_on=pay.due_on.isoformat())


@shape(domain.HowToPay)
class HowToPay:
    """A bank transfer that pays what is due."""

    iban: str
    """The bank account of the seller (IBAN), in capitals without blanks."""
    name: str
    """The name of the account holder."""
    reference: str
    """The reference of the order for a payment (ISO 11649)."""
    amount: Money
    """The amount that is due now."""
    text: str = computed(_text)
    """The same in words, in Dutch or English."""
    qr: str = computed(lambda pay, viewer: f"{viewer.base}/v1{QR.format(token=pay.token)}")
    """The full address of a QR code for it (EPC069-12), as SVG: the app of a bank fills in the transfer."""


def invoice_link(invoice: domain.GuestInvoice, base: str) -> str:
    """The full address of the file of an invoice."""
    return f"{base}/v1{FILE.format(token=invoice.token, number=invoice.number)}"


@shape(domain.GuestInvoice)
class GuestInvoice:
    """An invoice or a credit note of the order."""

    number: str
    """Its number."""
    kind: InvoiceKind
    issued_on: date
    """The day of issue."""
    gross: Money
    """The sum with VAT; of a credit note what it takes off."""
    pdf: str = computed(lambda invoice, viewer: invoice_link(invoice, viewer.base))
    """The full address of the file."""


@shape(domain.GuestOrder)
class GuestOrder:
    """The public part of an order, for its status link: no name of a person and no address."""

    reference: str
    """The short reference of the order."""
    rf_reference: str
    """Its reference for a payment (ISO 11649): the same with check digits, which banks check."""
    cooperative: str
    """The name of the seller."""
    state: OrderState
    title: str
    """A line that was ordered."""
    gross: Money
    """Its price with VAT."""
    payment: PaymentState
    """How much of it is paid."""
    paid: Money
    """The payments, less the refunds."""
    refunded: Money
    """The amount that was credited: taken off the price."""
    due: Money
    """The amount still to be paid."""
    due_on: date | None
    """The last day to pay what is due; null before delivery."""
    owed_back: Money
    """The amount paid beyond the price, which the seller owes the customer."""
    how_to_pay: HowToPay | None
    """How to pay what is due; null if nothing is due, or the seller has no bank account here."""
    invoices: list[GuestInvoice]
    """Its invoices and credit notes, oldest first."""
    placed_at: datetime
    """When it was placed."""
    accept_by: datetime
    """The moment until which the seller can accept it; then it expires."""
    needed_at: datetime | None
    """The moment at which it is needed."""
