"""An order as the holder of its status link sees it, and how to pay it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from app.domain.selling.invoices import InvoiceKind, InvoicePaper
from app.domain.selling.orders import OrderState, PaymentState
from app.domain.selling.references import rf_of


def token_hash(token: str) -> str:
    """The stored form of the token in a status link."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class HowToPay:
    """A transfer that pays what is due. `reference` is the RF reference, `token` that of the status link."""

    iban: str
    name: str
    reference: str
    amount_cents: int
    due_on: date | None
    token: str


@dataclass(frozen=True, kw_only=True)
class GuestInvoice:
    """An invoice or a credit note of the order. `token` is that of the status link."""

    token: str
    number: str
    kind: InvoiceKind
    issued_on: date
    gross_cents: int


@dataclass(frozen=True, kw_only=True)
class GuestFiles:
    """What an invoice shows, and its PDF; None until it is made."""

    paper: InvoicePaper
    pdf: bytes | None


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
    invoices: tuple[GuestInvoice, ...] = ()
    """Oldest first."""

    @property
    def rf_reference(self) -> str:
        """The reference that a payment names, with check digits."""
        return rf_of(self.reference)

    @property
    def how_to_pay(self) -> HowToPay | None:
        """None if nothing is due, or the seller has no bank account."""
        if not self.due_cents or self.iban is None or self.account_name is None:
            return None
        return HowToPay(
            iban=self.iban,
            name=self.account_name,
            reference=self.rf_reference,
            amount_cents=self.due_cents,
            due_on=self.due_on,
            token=self.token,
        )
