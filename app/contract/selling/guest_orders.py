"""The public part of an order, for the holder of its status link."""

from datetime import date, datetime

from app.adapters.messages import say
from app.contract.shape import Money, Viewer, computed, shape
from app.domain.selling import guest_orders as domain
from app.domain.selling.customers import Billing
from app.domain.selling.invoices import InvoiceKind
from app.domain.selling.orders import OrderState, PaymentState
from app.domain.selling.references import in_fours

STATUS = "/order-status/{token}"
QR = f"{STATUS}/qr.svg"
FILE = f"{STATUS}/invoices/{{number}}/invoice.pdf"
ELECTRONIC = f"{STATUS}/invoices/{{number}}/invoice.xml"


def status_path(token: str) -> str:
    """The path of a status link."""
    return f"/v1{STATUS.format(token=token)}"


def _text(pay: domain.HowToPay, viewer: Viewer) -> str:
    facts = {"amount": pay.amount_cents, "iban": in_fours(pay.iban), "name": pay.name, "reference": pay.reference}
    if pay.due_on is None:
        text = say("status", "transfer", viewer.language, **facts)
    else:
        text = say("status", "transfer_until", viewer.language, **facts, due_on=pay.due_on.isoformat())
    if pay.invoice_number is None:
        return text
    return f"{text} {say('status', 'pays_all', viewer.language, number=pay.invoice_number)}"


@shape(domain.HowToPay)
class HowToPay:
    """A bank transfer that pays what is asked now."""

    iban: str
    """The bank account of the seller (IBAN), in capitals without blanks."""
    name: str
    """The name of the account holder."""
    reference: str
    """The reference for the payment (ISO 11649): of the order, or of its collective invoice."""
    amount: Money
    """The amount that is asked now."""
    due_on: date | None
    """The last day to pay it; null before delivery, unless a deposit invoice asks it."""
    invoice_number: str | None
    """The collective invoice that it pays, with all orders on it; null if it pays this order alone."""
    text: str = computed(_text)
    """The same in words, in Dutch or English."""
    qr: str = computed(lambda pay, viewer: f"{viewer.base}/v1{QR.format(token=pay.token)}")
    """The full address of a QR code for it (EPC069-12), as SVG: the app of a bank fills in the transfer."""


def invoice_link(invoice: domain.GuestInvoice, base: str) -> str:
    """The full address of the file of an invoice."""
    return f"{base}/v1{FILE.format(token=invoice.token, number=invoice.number)}"


def electronic_link(invoice: domain.GuestInvoice, base: str) -> str | None:
    """The full address of the electronic invoice; None if there is none."""
    return f"{base}/v1{ELECTRONIC.format(token=invoice.token, number=invoice.number)}" if invoice.electronic else None


def _due_on(invoice: domain.GuestInvoice, viewer: Viewer) -> date | None:
    return invoice.due_on if invoice.due_cents else None


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
    due: Money
    """What is due of it now."""
    due_on: date | None = computed(_due_on)
    """The last day to pay it; null if nothing is due of it."""
    pdf: str = computed(lambda invoice, viewer: invoice_link(invoice, viewer.base))
    """The full address of the file."""
    xml: str | None = computed(lambda invoice, viewer: electronic_link(invoice, viewer.base))
    """The full address of the electronic invoice (UBL 2.1); null for private people, and until it is made."""


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
    billing: Billing
    due_now: Money
    """The amount that is asked now: a part of `due`, unless a collective invoice asks it for several orders."""
    how_to_pay: HowToPay | None
    """How to pay what is asked now; null if nothing is, or the seller has no bank account here."""
    invoice_on_request: bool
    """Whether the customer gets an invoice only if they ask the seller for it, with their address."""
    invoices: list[GuestInvoice]
    """Its invoices and credit notes, oldest first."""
    placed_at: datetime
    """When it was placed."""
    accept_by: datetime
    """The moment until which the seller can accept it; then it expires."""
    needed_at: datetime | None
    """The moment at which it is needed."""
