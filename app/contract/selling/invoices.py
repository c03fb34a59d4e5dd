"""Invoices and credit notes, and when they were sent. Their files are in `app/api/invoices.py`."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.people.addresses import PostalAddress
from app.contract.selling.orders import Order
from app.contract.shape import Money, Viewer, computed, shape
from app.domain.days import day_of
from app.domain.money import percent_text
from app.domain.selling import invoices as domain
from app.domain.selling.invoices import (
    InvoiceKind,
    InvoiceLanguage,
    InvoicePayment,
    InvoiceState,
    LineRole,
    SendingChannel,
)
from app.domain.vat import PriceBasis, VatClass
from app.ids import CooperativeId, CreditId, InvoiceId, JointPurchaseId, OrderId, PersonId, SendingId
from app.usecases.selling import invoices as usecases


@shape(domain.InvoiceSeller)
class InvoiceSeller:
    """The seller as it was when the invoice was issued."""

    name: str
    """The name in the trade register."""
    trade_name: str
    """The name that customers know."""
    postal_address: PostalAddress
    """The address."""
    iban: str
    """The account to pay to."""
    iban_name: str
    """The name of that account."""
    kvk_number: str | None
    """Its number in the trade register (KvK)."""
    oin: str | None
    """Its number as a public body."""
    vat_id: str | None
    """Its VAT identification number."""
    email: str | None
    """The e-mail address for customers."""
    phone: str | None
    """The telephone number for customers."""


@shape(domain.InvoiceBuyer)
class InvoiceBuyer:
    """The buyer as it was when the order was placed."""

    name: str
    """The organisation, or the person."""
    attention: str | None
    """The person at the organisation."""
    postal_address: PostalAddress | None
    """The address for the invoice."""
    kvk_number: str | None
    """The number in the trade register (KvK)."""
    oin: str | None
    """The number as a public body."""
    vat_id: str | None
    """The VAT identification number."""
    buyer_reference: str | None
    """What the customer wants to see on the invoice."""
    purchase_order: str | None
    """The customer's own order number."""


@shape(domain.InvoiceLine)
class InvoiceLine:
    """A line of an invoice. Under the margin scheme its VAT is hidden: net is gross, VAT is 0.00."""

    role: LineRole
    """What the line is for."""
    title: str
    """What was sold; empty for deposits."""
    quantity: int
    """The number of units; below zero if the line is."""
    minutes: int | None
    """The minutes of an hourly price; null for any other."""
    unit: str
    """The unit of the price."""
    unit_price: Money
    """The price of a unit."""
    basis: PriceBasis
    """Whether VAT is inside the price of a unit, or is added to it."""
    net: Money
    """The amount without VAT."""
    vat: Money
    """The VAT."""
    gross: Money
    """The amount with VAT."""
    vat_class: VatClass
    vat_percent: str = computed(lambda line, _: percent_text(line.basis_points))
    """The rate, such as 21."""
    order_reference: str
    """The order of the line."""
    supplied_on: date | None
    """The day on which it was supplied."""
    deposit_number: str | None
    """The number of the deposit invoice that the line takes off."""


@shape(domain.InvoiceGroup)
class InvoiceGroup:
    """The lines of one class and rate of VAT."""

    vat_class: VatClass
    vat_percent: str = computed(lambda group, _: percent_text(group.basis_points))
    """The rate, such as 21."""
    small_business: bool
    """Whether it has no VAT by the small-business scheme."""
    net: Money
    """The amount without VAT."""
    vat: Money
    """The VAT."""
    gross: Money
    """The amount with VAT."""


@shape(domain.RefersTo)
class InvoiceReference:
    """An earlier invoice that this one refers to."""

    number: str
    """Its number."""
    issued_on: date
    """Its day."""


@shape(domain.InvoicePaper)
class InvoicePaper:
    """All that an invoice shows. It is never changed."""

    kind: InvoiceKind
    number: str
    """The number; empty for a preview."""
    language: InvoiceLanguage
    issued_on: date
    """The day of issue."""
    supplied_from: date | None
    """The first day of supply."""
    supplied_until: date | None
    """The last day of supply."""
    due_on: date | None
    """The last day to pay."""
    seller: InvoiceSeller
    """Who sells."""
    buyer: InvoiceBuyer | None
    """Who buys; null on a simplified invoice."""
    order_references: list[str]
    """The references of its orders."""
    rf_reference: str | None
    """The reference that the payment names (ISO 11649)."""
    lines: list[InvoiceLine]
    """The lines."""
    groups: list[InvoiceGroup]
    """The sums by class and rate of VAT."""
    net: Money
    """The sum without VAT."""
    vat: Money
    """The VAT."""
    gross: Money
    """The sum with VAT, less deposits; of a credit note what it takes off."""
    received: Money
    """What was received for it before it was issued."""
    payable: Money
    """What was to be paid when it was issued."""
    refers_to: list[InvoiceReference]
    """The earlier invoices that it refers to."""
    reason: str
    """Why a credit note lowers the price."""


def _payment(invoice: domain.Invoice, viewer: Viewer) -> InvoicePayment | None:
    return invoice.payment_on(day_of(viewer.now))


@shape(domain.Invoice)
class Invoice:
    """An issued invoice or credit note."""

    id: InvoiceId
    cooperative_id: CooperativeId
    """The seller."""
    kind: InvoiceKind
    state: InvoiceState
    number: str
    """The number, in the series of its seller and its year."""
    issued_on: date
    """The day of issue."""
    due_on: date | None
    """The last day to pay."""
    gross: Money
    """The sum with VAT, less deposits; of a credit note what it takes off."""
    due: Money
    """What is due of it now."""
    payment: InvoicePayment | None = computed(_payment)
    """How much of it is paid; null for a credit note."""
    rf_reference: str | None
    """The reference that the payment names (ISO 11649)."""
    order_ids: list[OrderId]
    """Its orders."""
    buyer_id: CooperativeId | None
    """The cooperative that buys, between cooperatives."""
    credit_id: CreditId | None
    """The credit that a credit note is for."""
    purchase_id: JointPurchaseId | None
    """The joint purchase that it charges."""
    refers_to: list[InvoiceId]
    """The earlier invoices that it refers to."""
    sent_at: datetime | None
    """When it was sent first."""
    digest: str
    """The SHA-256 of what it shows."""
    paper: InvoicePaper
    """All that it shows."""
    version: int


@shape(domain.Sending)
class InvoiceSending:
    """That an invoice was sent."""

    id: SendingId
    invoice_id: InvoiceId
    channel: SendingChannel
    at: datetime | None
    """When it was sent; null while a mail that was asked for is not yet with the mail server."""
    person_id: PersonId | None
    """Who sent it; null if it went by itself."""


ORDER = "/orders/{order_id}"
ONE = "/invoices/{invoice_id}"
invoices = Noun("invoices")
invoices.get("/invoices", usecases.list_invoices, Invoice)
invoices.get(f"{ORDER}/invoices", usecases.list_order_invoices, Invoice, below=Order)
invoices.post(f"{ORDER}/invoices", usecases.ask_invoice, Invoice, opens="/invoices")
invoices.get(f"{ORDER}/invoice-preview", usecases.preview_invoice, InvoicePaper)
invoices.get(ONE, usecases.get_invoice, Invoice)
invoices.get(f"{ONE}/sendings", usecases.list_sendings, InvoiceSending, below=Invoice)
invoices.post(f"{ONE}/sendings", usecases.send_invoice, InvoiceSending)
