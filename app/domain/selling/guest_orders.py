"""An order as the holder of its status link sees it, and how to pay it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.selling.customers import Billing, BuyerType
from app.domain.selling.invoices import InvoiceKind, InvoicePaper
from app.domain.selling.invoicing import SIMPLIFIED_LIMIT
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, OrderState, PaymentState
from app.domain.selling.references import rf_of


def token_hash(token: str) -> str:
    """The stored form of the token in a status link."""
    return hashlib.sha256(token.encode()).hexdigest()


class DemandPurpose(StrEnum):
    """The purpose of an amount that is due now."""

    ORDER = "order"
    DEPOSIT = "deposit"
    COLLECTIVE = "collective"
    """All orders on a collective invoice."""


@dataclass(frozen=True, kw_only=True)
class Demand:
    """An amount that is due now. `reference` is the RF reference; `invoice_number` names a collective invoice."""

    purpose: DemandPurpose
    amount_cents: int
    reference: str
    due_on: date | None
    invoice_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class HowToPay:
    """A transfer that pays what is asked now. `reference` is the RF reference, `token` that of the status link."""

    iban: str
    name: str
    reference: str
    amount_cents: int
    due_on: date | None
    token: str
    invoice_number: str | None = None
    """The collective invoice that it pays; None if it pays this order alone."""


@dataclass(frozen=True, kw_only=True)
class GuestInvoice:
    """An invoice or a credit note of the order. `token` is that of the status link."""

    token: str
    number: str
    kind: InvoiceKind
    issued_on: date
    gross_cents: int
    due_cents: int = 0
    """What is due of it now, of all of its orders."""
    due_on: date | None = None
    rf_reference: str | None = None
    shared: bool = False
    """Whether other orders are on it: then its sums are not told."""
    electronic: bool = False
    """Whether the electronic invoice is made."""


@dataclass(frozen=True, kw_only=True)
class GuestFiles:
    """What an invoice shows, and the file of it that is read; None if it is not made."""

    paper: InvoicePaper
    content: bytes | None


@dataclass(frozen=True, kw_only=True)
class GuestOrder:
    """The public part of an order, for its status link: no person, no address, nothing of what is inside the price.

    `iban` and `account_name` are the confirmed bank account of the seller; None without one.
    """

    token: str
    reference: str
    cooperative: str
    state: OrderState
    title: str
    gross_cents: int
    paid_cents: int
    refunded_cents: int
    due_cents: int
    owed_back_cents: int
    payment: PaymentState
    due_on: date | None
    placed_at: datetime
    accept_by: datetime
    needed_at: datetime | None
    iban: str | None
    account_name: str | None
    delivered_at: datetime | None = None
    deposit_cents: int = 0
    """The sum that deposit invoices ask."""
    buyer_type: BuyerType = BuyerType.CONSUMER
    billing: Billing = Billing.PER_ORDER
    addressed: bool = False
    """Whether the postal address of the customer is known."""
    invoices: tuple[GuestInvoice, ...] = ()
    """Those of this order alone, oldest first."""
    invoice: GuestInvoice | None = None
    """The invoice of what was supplied, also if it is for several orders."""

    @property
    def rf_reference(self) -> str:
        """The reference that a payment names, with check digits."""
        return rf_of(self.reference)

    @property
    def on_shared_invoice(self) -> bool:
        """Whether an invoice of several orders asks what is due: whoever has this link does not see the others."""
        return self.invoice is not None and self.invoice.shared and self.due_cents > 0

    @property
    def waits_for_month(self) -> bool:
        """Whether a collective invoice will ask what is due."""
        return self.billing is Billing.MONTHLY and self.invoice is None and self.due_cents > 0

    @property
    def demand(self) -> Demand | None:
        """What is asked now: of a collective invoice, of a deposit, or of the order; None if nothing is.

        A deposit asks its part; the rest is asked after supply. Of a month only its collective invoice asks.
        """
        if not self.due_cents or self.on_shared_invoice:
            return None
        return self._of_collective() or self._of_deposit() or self._of_order()

    def _of_collective(self) -> Demand | None:
        invoice = self.invoice
        if invoice is None or invoice.kind is not InvoiceKind.COLLECTIVE or not invoice.due_cents:
            return None
        return Demand(
            purpose=DemandPurpose.COLLECTIVE,
            amount_cents=invoice.due_cents,
            reference=invoice.rf_reference or self.rf_reference,
            due_on=invoice.due_on,
            invoice_number=invoice.number,
        )

    def _of_deposit(self) -> Demand | None:
        cents = min(self.due_cents, self.deposit_cents - self.paid_cents)
        if cents <= 0 or (self.state in SUPPLIED and not self.waits_for_month):
            return None
        deposits = [one for one in self.invoices if one.kind is InvoiceKind.DEPOSIT]
        return Demand(
            purpose=DemandPurpose.DEPOSIT,
            amount_cents=cents,
            reference=self.rf_reference,
            due_on=deposits[-1].due_on if deposits else None,
        )

    def _of_order(self) -> Demand | None:
        if self.waits_for_month or (self.deposit_cents and self.state not in SUPPLIED):
            return None
        return Demand(
            purpose=DemandPurpose.ORDER, amount_cents=self.due_cents, reference=self.rf_reference, due_on=self.due_on
        )

    @property
    def due_now_cents(self) -> int:
        """The amount that is asked now."""
        return self.demand.amount_cents if self.demand else 0

    @property
    def how_to_pay(self) -> HowToPay | None:
        """None if nothing is asked now, or the seller has no bank account."""
        demand = self.demand
        if demand is None or self.iban is None or self.account_name is None:
            return None
        return HowToPay(
            iban=self.iban,
            name=self.account_name,
            reference=demand.reference,
            amount_cents=demand.amount_cents,
            due_on=demand.due_on,
            token=self.token,
            invoice_number=demand.invoice_number,
        )

    @property
    def invoice_on_request(self) -> bool:
        """Whether the customer gets an invoice only if they ask for it, with their address."""
        return (
            self.buyer_type is BuyerType.CONSUMER
            and self.billing is Billing.PER_ORDER
            and not self.addressed
            and not self.invoices
            and self.invoice is None
            and self.gross_cents - self.refunded_cents > SIMPLIFIED_LIMIT
            and self.state is not OrderState.PLACED
            and self.state not in CALLED_OFF
        )
