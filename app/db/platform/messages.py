"""Messages: table and queries."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.platform.events import Event, Task
from app.domain.platform.messages import Channel, Contents, Message, MessageState
from app.domain.selling.invoice_mails import InvoiceMailKind

LEASE = timedelta(minutes=2)
"""Longer than a try takes: nobody else sends what is under way."""


class MessageRow(SQLModel, table=True):
    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint(
            "event_id",
            "kind",
            "recipient_id",
            "order_id",
            "buyer_id",
            "channel",
            name="message_once",
            postgresql_nulls_not_distinct=True,
        ),
        c.check("message_recipient", "num_nonnulls(recipient_id, order_id, buyer_id) = 1"),
        c.check("message_channel", "channel in ('mail')"),
        c.check("message_language", "language in ('nl', 'en')"),
        c.check("message_state", "state in ('waiting', 'sent', 'refused')"),
        c.check("message_done", "(state = 'waiting') = (done_at is null)"),
        *c.longest("message", kind=60, note=200),
        Index("message_waiting", "next_try_at", postgresql_where=sql_text("state = 'waiting'")),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    event_id: UUID = c.link("outbox", index=False)
    kind: str = c.text()
    recipient_id: UUID | None = c.link("person", null=True)
    order_id: UUID | None = c.link("order", null=True)
    buyer_id: UUID | None = c.link("cooperative", null=True)
    channel: str = c.text()
    language: str = c.text()
    state: str = c.text()
    tries: int
    next_try_at: datetime = c.when()
    note: str = c.text()
    done_at: datetime | None = c.when(null=True)


messages = Store(MessageRow, Message)


async def add_messages(tx: Tx, event_id: UUID, task: Task, language: str) -> None:
    """A message for each person who has to do a task and has a mail address; whoever has one of the event keeps it."""
    sql = """
        insert into message (id, cooperative_id, event_id, kind, recipient_id, channel, language, state, tries,
                             next_try_at, note)
        select uuidv7(), $1, $4, $5, p.id, $6, $7, $8, 0, $9, '' from person p where p.email is not null and (
            exists(select 1 from office o where o.person_id = p.id and o.cooperative_id = $1 and o.role = $2
                   and o.ended_at is null and $2 <> 'member')
            or exists(select 1 from member m where m.person_id = p.id and m.id = $3
                       and m.state not in ('exited', 'withdrawn', 'rejected')))
        on conflict do nothing"""
    place = (task.cooperative_id, task.role, task.member_id)
    await tx.value(sql, *place, event_id, task.what, Channel.MAIL, language, MessageState.WAITING, tx.now)


async def add_invoice_message(tx: Tx, event_id: UUID, kind: InvoiceMailKind, invoice_id: UUID) -> bool:
    """A message to the customer of an invoice; False if they have no mail address.

    Between cooperatives it goes to the cooperative that buys, otherwise to the contact of the order; of several orders
    they are the same customer's.
    """
    sql = """
        insert into message (id, cooperative_id, event_id, kind, order_id, buyer_id, channel, language, state, tries,
                             next_try_at, note)
        select uuidv7(), i.cooperative_id, $1, $2, o.id, b.id, $4, i.paper ->> 'language', $5, 0, $6, ''
          from invoice i
          left join cooperative b on b.id = i.buyer_id and b.email is not null
          left join lateral (
              select o.id from invoice_order p join "order" o on o.id = p.order_id
               where p.invoice_id = i.id and i.buyer_id is null and o.contact ->> 'email' is not null
               order by o.id limit 1) o on true
         where i.id = $3 and (b.id is not null or o.id is not null)
        on conflict do nothing
        returning true"""
    waiting = (Channel.MAIL, MessageState.WAITING, tx.now)
    return bool(await tx.value(sql, event_id, kind, invoice_id, *waiting))


async def claim_messages(tx: Tx, limit: int) -> list[Message]:
    """Messages that are due, leased, oldest first."""
    sql = f"""
        with due as (select id from message where state = 'waiting' and next_try_at <= $1
                      order by next_try_at limit $3 for update skip locked)
        update message t set next_try_at = $1::timestamptz + $2::interval from due where t.id = due.id
        returning {messages.own}"""
    return sorted((messages.load(row) for row in await tx.rows(sql, tx.now, LEASE, limit)), key=lambda m: m.id)


async def begin(tx: Tx, message: Message) -> Contents | None:
    """Renew the lease of a message and read what it says; None where somebody else has it by now."""
    sql = """update message m set next_try_at = $3::timestamptz + $4::interval from outbox e
              where m.id = $1 and m.state = 'waiting' and m.next_try_at = $2 and e.id = m.event_id
             returning e.facts, e.subject_id,
                       coalesce((select p.email from person p where p.id = m.recipient_id),
                                (select o.contact ->> 'email' from "order" o where o.id = m.order_id),
                                (select b.email from cooperative b where b.id = m.buyer_id)) as email"""
    row = await tx.row(sql, message.id, message.next_try_at, tx.now, LEASE)
    return Contents(address=row["email"], facts=row["facts"], subject_id=row["subject_id"]) if row else None


async def event_of(tx: Tx, message: Message) -> Event:
    """The event that a message is about."""
    sql = "select id, name, cooperative_id, subject_id, facts from outbox where id = $1"
    return Event(**dict(await tx.only(sql, message.event_id)))


async def finish(tx: Tx, message: Message) -> bool:
    """Write what became of a message. False where somebody else did that."""
    sql = """update message set state = $2, tries = $3, next_try_at = $4, note = $5, done_at = $6
              where id = $1 and state = 'waiting' returning true"""
    said = (message.state, message.tries, message.next_try_at, message.note, message.done_at)
    return bool(await tx.value(sql, message.id, *said))


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Drop messages that were sent or refused before a moment."""
    await tx.value("delete from message where state <> 'waiting' and done_at < $1", moment)
