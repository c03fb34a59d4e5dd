"""Mails about invoices: what one is about, what it says, and when a customer is reminded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from app.domain.days import AMSTERDAM, midnight
from app.domain.documents import Document
from app.domain.selling.invoices import InvoicePaper

REMIND_AFTER = (timedelta(days=7), timedelta(days=14))
"""When a customer is reminded, counted from the last day to pay."""
REMIND_AT = time(9)
"""Nobody is reminded at night."""


class InvoiceMailKind(StrEnum):
    """What a mail about an invoice is for."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    REMINDER = "reminder"


@dataclass(frozen=True, kw_only=True)
class InvoiceMail:
    """A mail to the customer of an invoice. It names neither a person nor an address: the files do."""

    kind: InvoiceMailKind
    paper: InvoicePaper
    due_cents: int
    """What is due of it when the mail is sent."""
    sender: str
    """The name of the seller."""
    reply_to: str | None
    """The mail address of the seller."""
    files: tuple[Document, ...]
    netted: bool = False
    """Whether netting settles it, between cooperatives."""
    token: str | None = None
    """The token of the status link, if the order was placed for a guest."""


def deadlines_of(paper: InvoicePaper) -> list[tuple[str, datetime]]:
    """The timers of an invoice: it is overdue on the day after its last day to pay; its customer is reminded later.

    None for a credit note, for an invoice that netting settles, and for one that asked nothing when it was issued.
    """
    if paper.due_on is None or not paper.payable_cents:
        return []
    overdue = midnight(paper.due_on + timedelta(days=1))
    reminders = [("invoice_reminder", _morning(paper.due_on + after)) for after in REMIND_AFTER]
    return [("invoice_overdue", overdue), *reminders]


def _morning(day: date) -> datetime:
    return datetime.combine(day, REMIND_AT, AMSTERDAM)
