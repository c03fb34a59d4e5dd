"""Webhooks: addresses of an app that are told of events."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import seen, shape
from app.domain import webhooks as domain
from app.domain.feed import EventType
from app.domain.webhooks import OffReason, SendingState
from app.ids import AnyId, AppId, EventId, WebhookDeliveryId, WebhookId
from app.usecases.webhooks import (
    add_webhook,
    change_webhook,
    delete_webhook,
    get_webhook,
    list_deliveries,
    list_webhooks,
    replay_webhook,
    rotate_webhook_secret,
)


@shape(domain.Webhook)
class Webhook:
    """An address of an app that is told of events."""

    id: WebhookId
    app_id: AppId
    """The app."""
    url: str
    """Where the events are posted."""
    kinds: list[EventType]
    """The events that it wants; none for all that the app may read."""
    created_at: datetime
    """When it was added."""
    failures: int
    """How often it failed in a row."""
    retry_at: datetime | None
    """Nothing is sent before."""
    disabled_at: datetime | None
    """Since when nothing is sent any more; null if it is on."""
    reason: OffReason | None = seen(lambda webhook, _: OffReason(webhook.reason) if webhook.reason else None)
    """Why nothing is sent any more."""
    version: int


@shape(domain.WebhookWithSecret)
class WebhookWithSecret:
    """A webhook with the secret that signs its events, which is shown only here."""

    webhook: Webhook
    """The webhook."""
    secret: str
    """The secret, as Standard Webhooks write it."""


@shape(domain.Replay)
class WebhookReplay:
    """Events that are sent again."""

    count: int
    """How many they are."""


@shape(domain.Delivery)
class WebhookDelivery:
    """One event on its way to a webhook."""

    id: WebhookDeliveryId
    event_id: EventId
    """The event."""
    type: EventType = seen(lambda delivery, _: EventType(delivery.name))
    """What happened."""
    subject_id: AnyId
    """The order or the offering to which it happened."""
    state: SendingState
    attempts: int
    """How often it was sent."""
    next_try_at: datetime
    """When it is sent next, while it waits."""
    status: int | None
    """What the address answered last."""
    note: str
    """What went wrong before it could answer."""
    done_at: datetime | None
    """When it arrived, or was given up."""


ONE = "/webhooks/{webhook_id}"
OF_APP = "/apps/{app_id}/webhooks"
webhooks = Noun("webhooks")
webhooks.get(OF_APP, list_webhooks, Webhook)
webhooks.post(OF_APP, add_webhook, WebhookWithSecret, key=Key.REFUSED, holds="webhook", opens="/webhooks")
webhooks.get(ONE, get_webhook, Webhook)
webhooks.patch(ONE, change_webhook, Webhook)
webhooks.delete(ONE, delete_webhook, Webhook)
webhooks.post(f"{ONE}/secrets", rotate_webhook_secret, WebhookWithSecret, key=Key.REFUSED, holds="webhook")
webhooks.post(f"{ONE}/replays", replay_webhook, WebhookReplay, key=Key.KEPT)
webhooks.get(f"{ONE}/deliveries", list_deliveries, WebhookDelivery, field="webhook_deliveries")
