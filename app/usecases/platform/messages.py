"""Messages to people: the worker writes and sends them."""

from app.db.engine import Tx
from app.db.platform import messages
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.platform.messages import Contents, Message, MessageState, Outcome, after
from app.domain.platform.privacy import TRACES
from app.domain.selling.invoice_mails import InvoiceMailKind
from app.usecases.shared.send_invoice import note_mailed, note_refused, with_invoice

ABOUT_INVOICES = frozenset(InvoiceMailKind)


async def claim_messages(tx: Tx, actor: Actor, *, limit: int) -> list[Message]:
    """Messages that are due, leased for two minutes: other workers skip them."""
    actor.require(Right.RUN_TIMER)
    return await messages.claim_messages(tx, limit)


async def begin_message(tx: Tx, actor: Actor, *, message: Message) -> Contents | None:
    """Renew the lease of a message and read its contents; None if another worker has it by now."""
    actor.require(Right.RUN_TIMER)
    contents = await messages.begin(tx, message)
    if contents is None or message.kind not in ABOUT_INVOICES:
        return contents
    return await with_invoice(tx, contents, InvoiceMailKind(message.kind))


async def finish_message(tx: Tx, actor: Actor, *, message: Message, outcome: Outcome) -> None:
    """Record the outcome of an attempt to send; of an invoice also that it was sent, once for each message."""
    actor.require(Right.RUN_TIMER)
    tried = after(message, outcome, tx.now)
    if not await messages.finish(tx, tried) or tried.kind not in ABOUT_INVOICES:
        return
    if tried.state is MessageState.SENT:
        await note_mailed(tx, await messages.event_of(tx, tried))
    elif tried.state is MessageState.REFUSED and tried.kind != InvoiceMailKind.REMINDER:
        await note_refused(tx, await messages.event_of(tx, tried))


async def forget_messages(tx: Tx, actor: Actor) -> None:
    """Delete messages that were sent or refused long enough ago."""
    actor.require(Right.RUN_TIMER)
    await messages.forget_before(tx, tx.now - TRACES)
