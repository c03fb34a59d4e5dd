"""Webhooks and their deliveries: tables and queries. Secrets are sealed under the installation's key."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.platform.webhooks import BOTH_SECRETS, Delivery, Letter, Webhook

LEASE = timedelta(seconds=60)


class WebhookRow(SQLModel, table=True):
    __tablename__ = "webhook"
    __table_args__ = (*c.longest("webhook", url=1000, reason=200),)
    id: UUID = c.key()
    app_id: UUID = c.link("app")
    url: str = c.text()
    kinds: list[str] = c.texts()
    created_at: datetime = c.when()
    failures: int
    retry_at: datetime | None = c.when(null=True)
    disabled_at: datetime | None = c.when(null=True)
    reason: str = c.text()
    version: int
    wrapped_key: bytes
    secret: bytes
    old_secret: bytes | None = Field(nullable=True)
    old_until: datetime | None = c.when(null=True)


class DeliveryRow(SQLModel, table=True):
    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        c.check("webhook_delivery_state", "state in ('waiting', 'delivered', 'failed')"),
        *c.longest("webhook_delivery", note=200),
        Index(
            "webhook_delivery_waiting",
            "webhook_id",
            "subject_id",
            "position",
            postgresql_where=sql_text("state = 'waiting'"),
        ),
        Index(
            "webhook_delivery_order",
            "webhook_id",
            "bulk",
            "position",
            postgresql_where=sql_text("state = 'waiting'"),
        ),
        Index("webhook_delivery_due", "next_try_at", postgresql_where=sql_text("state = 'waiting'")),
    )
    id: UUID = c.key()
    webhook_id: UUID = c.link("webhook", index=False)
    app_id: UUID = c.link("app", index=False)
    event_id: UUID = c.link("outbox")
    name: str = c.text()
    subject_id: UUID = c.link(None, index=False)
    position: int = Field(sa_type=BigInteger)
    state: str = c.text()
    attempts: int
    next_try_at: datetime = c.when()
    status: int | None = Field(nullable=True)
    note: str = c.text()
    done_at: datetime | None = c.when(null=True)
    bulk: bool = Field(sa_column_kwargs={"server_default": "false"})
    """Of an event of a bulk: deliveries of other events go first."""


webhooks = Store(WebhookRow, Webhook, fixed=("app_id", "created_at"))
deliveries = Store(DeliveryRow, Delivery)


async def insert_webhook(tx: Tx, webhook: Webhook, secret: str) -> None:
    """Insert a webhook with its sealed secret."""
    wrapped = tx.sealing.new_key()
    sql = """insert into webhook (id, app_id, url, kinds, created_at, failures, reason, version, wrapped_key, secret)
             values ($1, $2, $3, $4, $5, 0, '', 1, $6, $7)"""
    sealed = tx.sealing.seal(wrapped, secret, webhook.id.bytes)
    place = (webhook.id, webhook.app_id, webhook.url, list(webhook.kinds), webhook.created_at)
    await tx.value(sql, *place, wrapped, sealed)


async def renew_secret(tx: Tx, webhook: Webhook, secret: str) -> None:
    """A new secret; the one before signs too for a day."""
    wrapped = await tx.value("select wrapped_key from webhook where id = $1 for update", webhook.id)
    sealed = tx.sealing.seal(wrapped, secret, webhook.id.bytes)
    sql = """update webhook set old_secret = secret, old_until = $3, secret = $2, version = version + 1
              where id = $1"""
    await tx.value(sql, webhook.id, sealed, tx.now + BOTH_SECRETS)


async def claim(tx: Tx, limit: int, share: int, busy: Sequence[UUID]) -> list[Letter]:
    """Deliveries that are due, leased: of each webhook the oldest of each subject, so that they arrive in order.

    At most `share` of one app, and none of the apps that are `busy`: who answers slowly holds up nobody else.
    """
    sql = f"""
        with ready as (
            select d.id, d.bulk, d.position, row_number() over (partition by a.id order by d.bulk, d.position) as place
              from webhook w join app a on a.id = w.app_id and a.disabled_at is null cross join lateral (
                select d.id, d.bulk, d.position from webhook_delivery d
                 where d.webhook_id = w.id and d.state = 'waiting' and d.next_try_at <= $1
                   and not exists (select 1 from webhook_delivery e where e.webhook_id = d.webhook_id
                        and e.subject_id = d.subject_id and e.state = 'waiting' and e.position < d.position)
                 order by d.bulk, d.position limit $4 for update of d skip locked) d
             where w.disabled_at is null and (w.retry_at is null or w.retry_at <= $1) and not a.id = any($5)),
        due as (select id from ready where place <= $4 order by place, bulk, position limit $2),
        leased as (
            update webhook_delivery d set attempts = d.attempts + 1, next_try_at = $1 + $3::interval
              from due where d.id = due.id returning d.*)
        select to_jsonb(d) as delivery, {", ".join(f"w.{name}" for name in webhooks.columns)},
               a.scopes, e.cooperative_id, e.created_at as happened_at, e.sequence, w.wrapped_key, w.secret,
               case when w.old_until > $1 then w.old_secret end as old_secret
          from leased d join webhook w on w.id = d.webhook_id join app a on a.id = w.app_id
          join outbox e on e.id = d.event_id order by d.position"""
    found = []
    for row in await tx.rows(sql, tx.now, limit, LEASE, share, list(busy)):
        webhook = webhooks.load({name: row[name] for name in webhooks.columns})
        sealed = [secret for secret in (row["secret"], row["old_secret"]) if secret is not None]
        opened = tuple(tx.sealing.open(row["wrapped_key"], secret, webhook.id.bytes) for secret in sealed)
        found.append(
            Letter(
                delivery=deliveries.load(row["delivery"]),
                webhook=webhook,
                scopes=tuple(row["scopes"]),
                cooperative_id=row["cooperative_id"],
                created_at=row["happened_at"],
                sequence=row["sequence"],
                secrets=opened,
            )
        )
    return found


async def finish(tx: Tx, delivery: Delivery) -> None:
    """Writes the result of a delivery."""
    sql = """update webhook_delivery set state = $2, next_try_at = $3, status = $4, note = $5, done_at = $6
              where id = $1 and state = 'waiting'"""
    said = (delivery.state, delivery.next_try_at, delivery.status, delivery.note, delivery.done_at)
    await tx.value(sql, delivery.id, *said)


async def note_health(tx: Tx, webhook: Webhook) -> None:
    """Writes the health of a webhook."""
    sql = "update webhook set failures = $2, retry_at = $3, disabled_at = $4, reason = $5 where id = $1"
    await tx.value(sql, webhook.id, webhook.failures, webhook.retry_at, webhook.disabled_at, webhook.reason)


async def hurry(tx: Tx, webhook_id: UUID) -> None:
    """Makes all waiting deliveries due now, whatever was tried before."""
    await tx.value(
        "update webhook_delivery set next_try_at = $2 where webhook_id = $1 and state = 'waiting'", webhook_id, tx.now
    )


async def forget(tx: Tx, webhook_id: UUID) -> None:
    """Delete a webhook and its deliveries."""
    await tx.value("delete from webhook_delivery where webhook_id = $1", webhook_id)
    await tx.value("delete from webhook where id = $1", webhook_id)


async def send_again(tx: Tx, webhook: Webhook, after: int, names: Sequence[str], limit: int) -> int:
    """Queues the events after a cursor for delivery, again or for the first time. Returns their number."""
    sql = "select replay_webhook($1, $2, $3, $4, $5)"
    return int(await tx.value(sql, webhook.id, after, list(names), limit, tx.now))
