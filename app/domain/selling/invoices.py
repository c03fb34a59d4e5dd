"""Invoices: the paper that one shows, and the facts by which it is found.

An invoice is never changed. A price that falls later gives a credit note, which refers to it (Wet OB 1968 art. 35a).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.domain.people.addresses import PostalAddress
from app.domain.selling.customers import BuyerType
from app.domain.vat import PriceBasis, VatClass


class InvoiceKind(StrEnum):
    """The kind of an invoice."""

    STANDARD = "standard"
    SIMPLIFIED = "simplified"
    """For a consumer, up to 100.00 with VAT: it names no buyer (Wet OB 1968 art. 34d)."""
    DEPOSIT = "deposit"
    """For a part of the price, before supply."""
    FINAL = "final"
    """For what was supplied, less the deposits."""
    COLLECTIVE = "collective"
    """For several orders of one customer in a month."""
    PARTNER = "partner"
    """For another cooperative: its part of an assignment or of a joint purchase."""
    CREDIT_NOTE = "credit_note"


class InvoiceLanguage(StrEnum):
    """The language of an invoice."""

    NL = "nl"
    EN = "en"


class LineRole(StrEnum):
    """The purpose of a line of an invoice."""

    SUPPLY = "supply"
    """What was sold."""
    CREDITED = "credited"
    """What was taken off the price before the invoice; below zero. On a credit note: what it takes off."""
    DEPOSIT = "deposit"
    """A part of the price of an order, asked before supply."""
    DEPOSIT_OFF = "deposit_off"
    """A deposit that was invoiced before; below zero."""


@dataclass(frozen=True, kw_only=True)
class InvoiceSeller:
    """The seller as it was when the invoice was issued."""

    name: str
    """The name in the trade register."""
    trade_name: str
    """The name that customers know."""
    postal_address: PostalAddress
    iban: str
    """Compact, in capitals."""
    iban_name: str
    kvk_number: str | None = None
    oin: str | None = None
    vat_id: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceBuyer:
    """The buyer as it was when the order was placed."""

    name: str
    """The organisation, or the person."""
    attention: str | None = None
    """The person at the organisation."""
    postal_address: PostalAddress | None = None
    private: bool = False
    """Whether it is a private person, who gets no electronic invoice."""
    kvk_number: str | None = None
    oin: str | None = None
    vat_id: str | None = None
    email: str | None = None
    buyer_reference: str | None = None
    purchase_order: str | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceLine:
    """A line of an invoice. Net, VAT and gross are those of the ledger and are not computed anew; gross is their sum.

    A line under the margin scheme hides its VAT: its net is its gross, and its VAT and rate are zero.
    """

    role: LineRole
    title: str
    """What was sold; for a deposit, what it is for."""
    quantity: int
    """The number of units; below zero if the line is. Of an hourly price the hours, of which a begun one counts."""
    minutes: int | None = None
    """The minutes of an hourly price, below zero if the line is; null for any other."""
    unit: str
    """The unit of the price, as an offering has it (`PriceUnit`); of a joint purchase as its article has it."""
    unit_price_cents: int
    """The price of a unit in `basis`, never below zero: a line below zero has a quantity below zero."""
    basis: PriceBasis
    net_cents: int
    vat_cents: int
    gross_cents: int
    vat_class: VatClass
    basis_points: int
    """The rate of VAT."""
    small_business: bool = False
    """Whether it has no VAT by the small-business scheme; its class is `exempt` then."""
    goods: bool = False
    """Whether it sells goods, not a service."""
    order_reference: str = ""
    """The order of the line, as people name it."""
    supplied_on: date | None = None
    deposit_number: str | None = None
    """The number of the deposit invoice that this line takes off."""

    @property
    def key(self) -> "GroupKey":
        """The group that it belongs to."""
        abroad = self.vat_class is VatClass.INTRA_EU
        return GroupKey(self.vat_class, self.basis_points, self.small_business, abroad and self.goods)


@dataclass(frozen=True, kw_only=True)
class InvoiceGroup:
    """The lines of one class and rate, in cents. Under the margin scheme the VAT is hidden: net is gross, VAT zero."""

    vat_class: VatClass
    basis_points: int
    small_business: bool = False
    goods: bool = False
    """Of supplies to other member states: whether they are goods."""
    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def key(self) -> "GroupKey":
        """What its lines have in common."""
        return GroupKey(self.vat_class, self.basis_points, self.small_business, self.goods)


class GroupKey(NamedTuple):
    """The properties that the lines of a group share. Goods and services to other member states are two groups."""

    vat_class: VatClass
    basis_points: int
    small_business: bool
    goods: bool


@dataclass(frozen=True, kw_only=True)
class RefersTo:
    """An earlier invoice that a credit note refers to; or the note, of an invoice for a credit that was reversed."""

    number: str
    issued_on: date


@dataclass(frozen=True, kw_only=True)
class InvoicePaper:
    """All that an invoice shows: its snapshot. Both files are made from it alone, and its digest is over it.

    Net, VAT and gross are the sums of the groups, after deposits. Of a credit note all amounts are what it takes off,
    above zero. `payable_cents` is what was to be paid at issue: gross less what came before, or 0 of a credit note.
    """

    kind: InvoiceKind
    number: str
    """Empty for a preview."""
    language: InvoiceLanguage
    issued_on: date
    supplied_from: date | None = None
    supplied_until: date | None = None
    due_on: date | None = None
    seller: InvoiceSeller
    buyer: InvoiceBuyer | None = None
    """None on a simplified invoice."""
    order_references: tuple[str, ...]
    """The references of its orders; for a joint purchase its title."""
    rf_reference: str | None = None
    """The reference that the payment names (ISO 11649); none on a credit note."""
    lines: tuple[InvoiceLine, ...]
    groups: tuple[InvoiceGroup, ...]
    net_cents: int
    vat_cents: int
    gross_cents: int
    received_cents: int = 0
    """What was received for it before it was issued."""
    payable_cents: int
    refers_to: tuple[RefersTo, ...] = ()
    reason: str = ""
    """Why a credit note lowers the price, as the customer may read it."""
    shared_costs: bool = False
    """Whether it passes on a supplier's bill with the VAT in it; its lines have the class `exempt` then, and no VAT."""

    @property
    def is_credit_note(self) -> bool:
        return self.kind is InvoiceKind.CREDIT_NOTE

    @property
    def small_business(self) -> bool:
        """Whether its seller charges no VAT, by the small-business scheme (Wet OB 1968 art. 25a)."""
        return any(group.small_business for group in self.groups)


def groups_of_lines(lines: Iterable[InvoiceLine]) -> tuple[InvoiceGroup, ...]:
    """The sums of lines by class, rate and scheme, in the order of the lines."""
    sums: dict[GroupKey, tuple[int, int]] = {}
    for line in lines:
        net, vat = sums.get(line.key, (0, 0))
        sums[line.key] = net + line.net_cents, vat + line.vat_cents
    return tuple(InvoiceGroup(**key._asdict(), net_cents=net, vat_cents=vat) for key, (net, vat) in sums.items())


class InvoiceState(StrEnum):
    """The state of an invoice."""

    ISSUED = "issued"
    SENT = "sent"


class InvoicePayment(StrEnum):
    """How much of an invoice is paid, of what it asks."""

    UNPAID = "unpaid"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    """The money came."""
    CREDITED = "credited"
    """It asks nothing any more: all of it was credited, or its order was called off."""
    WRITTEN_OFF = "written_off"
    """Nothing is due of it any more, but not all of it came: the rest was written off."""
    OVERDUE = "overdue"
    """Something is due, and its last day to pay is over."""
    NETTED = "netted"
    """Between cooperatives: it is settled by netting."""


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """An issued invoice: its paper, and what it is found by. Only when it was sent is added later.

    Of a credit note the amounts are what it takes off. `due_cents` is what is due of it now.
    """

    id: UUID
    cooperative_id: UUID
    kind: InvoiceKind
    year: int
    sequence: int
    number: str
    issued_on: date
    issued_at: datetime
    gross_cents: int
    payable_cents: int
    paper: InvoicePaper
    digest: str
    """The SHA-256 of the paper, in hexadecimal digits."""
    buyer_id: UUID | None = None
    """The cooperative that buys, between cooperatives."""
    customer_person_id: UUID | None = None
    app_id: UUID | None = None
    buyer_name: str = ""
    buyer_type: BuyerType | None = None
    kvk_number: str | None = None
    oin: str | None = None
    purchase_order: str | None = None
    rf_reference: str | None = None
    due_on: date | None = None
    credit_id: UUID | None = None
    """The credit that a credit note is for."""
    purchase_id: UUID | None = None
    """The joint purchase that it charges."""
    purchase_credit_id: UUID | None = None
    """The supplier's credit that a credit note of a joint purchase is for."""
    refers_to: tuple[UUID, ...] = ()
    sent_at: datetime | None = None
    order_ids: tuple[UUID, ...] = ()
    asked_cents: int = 0
    """What it still asks: its sum less what was credited since."""
    due_cents: int = 0
    written_off: bool = False
    """Whether a part of its orders was written off."""
    version: int = 1

    @property
    def is_credit_note(self) -> bool:
        return self.kind is InvoiceKind.CREDIT_NOTE

    @property
    def state(self) -> InvoiceState:
        return InvoiceState.SENT if self.sent_at is not None else InvoiceState.ISSUED

    def payment_on(self, today: date) -> InvoicePayment | None:
        """How much of it is paid; None for a credit note."""
        if self.is_credit_note:
            return None
        if self.buyer_id is not None:
            return InvoicePayment.NETTED
        if not self.due_cents:
            if self.written_off:
                return InvoicePayment.WRITTEN_OFF
            credited = self.gross_cents and not self.asked_cents
            return InvoicePayment.CREDITED if credited else InvoicePayment.PAID
        if self.due_on is not None and self.due_on < today:
            return InvoicePayment.OVERDUE
        return InvoicePayment.PARTLY_PAID if self.due_cents < self.asked_cents else InvoicePayment.UNPAID


@dataclass(frozen=True, kw_only=True)
class InvoiceOrder:
    """The part of an invoice that is about one order, in cents; of a credit note what it takes off."""

    id: UUID
    invoice_id: UUID
    order_id: UUID
    cooperative_id: UUID
    groups: tuple[InvoiceGroup, ...]
    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents


class SendingChannel(StrEnum):
    """How an invoice went to its customer."""

    MAIL = "mail"
    BY_HAND = "by_hand"
    """Printed, or from a program of one's own."""


@dataclass(frozen=True, kw_only=True)
class Sending:
    """That an invoice was sent, when and how. `person_id` is None if it went by itself.

    A mail that somebody asked for has no moment until the mail server took it; then it is a row.
    """

    id: UUID
    invoice_id: UUID
    cooperative_id: UUID
    channel: SendingChannel
    at: datetime | None
    person_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceParties:
    """Whose invoices are listed: those of any of these."""

    cooperative_ids: tuple[UUID, ...] = ()
    """As staff or as the app of a partner, of the seller."""
    buyer_ids: tuple[UUID, ...] = ()
    """As staff of the cooperative that buys."""
    person_id: UUID | None = None
    app_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceFilter:
    """Which invoices are listed; None filters nothing. `buyer` is a part of the name on it."""

    cooperative_id: UUID | None = None
    kind: InvoiceKind | None = None
    state: InvoiceState | None = None
    number: str | None = None
    payment: InvoicePayment | None = None
    reference: str | None = None
    external_reference: str | None = None
    buyer: str | None = None
    buyer_type: BuyerType | None = None
    updated_since: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class InvoiceOfOrder:
    """An invoice that an order is on."""

    id: UUID
    order_id: UUID
    invoice: Invoice


def number_of(prefix: str, year: int, sequence: int) -> str:
    """The number of an invoice, such as `BRD2026-00012`."""
    return f"{prefix}{year}-{sequence:05}"
