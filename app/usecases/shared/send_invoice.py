"""Sends invoices to their customers: what a mail about one says, and what is noted once it went."""

from dataclasses import replace
from uuid import UUID

from app.db.documents import find_document
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import tell
from app.db.selling.invoices import invoices, is_disputed, sendings
from app.db.selling.orders import orders
from app.domain.documents import MediaType
from app.domain.platform.events import Event
from app.domain.platform.messages import Contents, Outcome
from app.domain.selling.guest_orders import token_hash
from app.domain.selling.invoice_mails import InvoiceMail, InvoiceMailKind
from app.domain.selling.invoices import Invoice, Sending, SendingChannel

NOT_MADE = Outcome("its files are not made yet")
NOT_WANTED = Outcome("no reminder is wanted any more", final=True)


def noun_of(invoice: Invoice) -> str:
    """What events call it."""
    return "credit_note" if invoice.is_credit_note else "invoice"


async def note_sending(
    tx: Tx,
    invoice_id: UUID,
    channel: SendingChannel,
    *,
    person_id: UUID | None = None,
    sending_id: UUID | None = None,
) -> Sending:
    """Records that an invoice went to its customer, and tells of it."""
    invoice = await invoices.get(tx, invoice_id, lock=True)
    sending = Sending(
        id=sending_id or uuid7(),
        invoice_id=invoice.id,
        cooperative_id=invoice.cooperative_id,
        channel=channel,
        at=tx.now,
        person_id=person_id,
    )
    await sendings.add(tx, sending)
    if invoice.sent_at is None:
        await invoices.save(tx, replace(invoice, sent_at=tx.now))
    await tell(tx, "invoice.sent", invoice.cooperative_id, invoice.id, number=invoice.number)
    return sending


async def address_of(tx: Tx, invoice: Invoice) -> str | None:
    """The present mail address of the customer of an invoice."""
    if invoice.buyer_id is not None:
        return (await cooperatives.get(tx, invoice.buyer_id)).email
    theirs = await orders.all(tx, id=invoice.order_ids)
    return next((order.contact.email for order in theirs if order.contact.email), None)


async def ask_mail(tx: Tx, invoice: Invoice, person_id: UUID | None) -> Sending:
    """Asks the worker to mail an invoice once more. The sending is noted when the mail server took it."""
    sending = Sending(
        id=uuid7(),
        invoice_id=invoice.id,
        cooperative_id=invoice.cooperative_id,
        channel=SendingChannel.MAIL,
        at=None,
        person_id=person_id,
    )
    facts = {"sendingId": str(sending.id), "personId": str(person_id) if person_id else None}
    name = f"{noun_of(invoice)}.to_mail"
    await tell(tx, name, invoice.cooperative_id, invoice.id, number=invoice.number, **facts)
    return sending


async def may_remind(tx: Tx, invoice: Invoice) -> bool:
    """Whether a customer is reminded of an invoice: something is due of it, and they dispute none of its jobs.

    What is paid, credited or written off is not due.
    """
    return invoice.due_cents > 0 and not await is_disputed(tx, invoice.id)


async def with_invoice(tx: Tx, contents: Contents, kind: InvoiceMailKind) -> Contents:
    """The contents of a message about an invoice: its files, what is due of it now, and the guest's status link."""
    invoice = await invoices.get(tx, contents.subject_id)
    seller = await cooperatives.get(tx, invoice.cooperative_id)
    found = [await find_document(tx, invoice.id, one) for one in (MediaType.PDF, MediaType.XML)]
    mail = InvoiceMail(
        kind=kind,
        paper=invoice.paper,
        due_cents=invoice.due_cents,
        sender=seller.name,
        reply_to=seller.email,
        files=tuple(one for one in found if one is not None),
        netted=invoice.buyer_id is not None,
        token=await _status_token(tx, invoice),
    )
    obstacle = NOT_MADE if found[0] is None else None
    if kind is InvoiceMailKind.REMINDER and not await may_remind(tx, invoice):
        obstacle = NOT_WANTED
    return replace(contents, invoice=mail, obstacle=obstacle)


async def note_mailed(tx: Tx, event: Event) -> None:
    """Notes that a mail about an invoice is with the mail server; `event` called for it."""
    asked, person = event.facts.get("sendingId"), event.facts.get("personId")
    await note_sending(
        tx,
        event.subject_id,
        SendingChannel.MAIL,
        person_id=UUID(person) if person else None,
        sending_id=UUID(asked) if asked else None,
    )


async def note_refused(tx: Tx, event: Event) -> None:
    """Tells the treasurer that an invoice did not go by mail; not if its customer was erased since."""
    invoice = await invoices.get(tx, event.subject_id)
    if await address_of(tx, invoice):
        name = f"{noun_of(invoice)}.mail_refused"
        await tell(tx, name, invoice.cooperative_id, invoice.id, number=invoice.number)


async def _status_token(tx: Tx, invoice: Invoice) -> str | None:
    """The token of the status link of an invoice for one order, if it was placed for a guest."""
    if len(invoice.order_ids) != 1 or invoice.buyer_id is not None:
        return None
    order = await orders.get(tx, invoice.order_ids[0])
    if order.guest_token_hash is None:
        return None
    token = tx.sealing.token(order.id.bytes)
    return token if token_hash(token) == order.guest_token_hash else None
