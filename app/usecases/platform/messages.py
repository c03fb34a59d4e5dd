"""Messages to people: the worker writes and sends them."""

from app.db.engine import Tx
from app.db.platform import messages
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.platform.messages import Contents, Message, Outcome, after
from app.domain.platform.privacy import TRACES


async def claim_messages(tx: Tx, actor: Actor, *, limit: int) -> list[Message]:
    """Messages that are due, leased for two minutes: other workers skip them."""
    actor.require(Right.RUN_TIMER)
    return await messages.claim_messages(tx, limit)


async def begin_message(tx: Tx, actor: Actor, *, message: Message) -> Contents | None:
    """Renew the lease of a message and read its contents; None if another worker has it by now."""
    actor.require(Right.RUN_TIMER)
    return await messages.begin(tx, message)


async def finish_message(tx: Tx, actor: Actor, *, message: Message, outcome: Outcome) -> None:
    """Record the outcome of an attempt to send."""
    actor.require(Right.RUN_TIMER)
    await messages.finish(tx, after(message, outcome, tx.now))


async def forget_messages(tx: Tx, actor: Actor) -> None:
    """Delete messages that were sent or refused long enough ago."""
    actor.require(Right.RUN_TIMER)
    await messages.forget_before(tx, tx.now - TRACES)
