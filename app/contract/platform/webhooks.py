"""Webhooks: addresses of an app that are told of events."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import seen, shape
from app.domain.platform import webhooks as domain
from app.domain.platform.feed import EventType
from app.domain.platform.webhooks import OffReason, SendingState
from app.ids import AnyId, AppId, EventId, WebhookDeliveryId, WebhookId
from app.usecases.platform import webhooks as usecases


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
webhooks.get(OF_APP, usecases.list_webhooks, Webhook)
webhooks.post(OF_APP, usecases.add_webhook, WebhookWithSecret, key=Key.REFUSED, holds="webhook", opens="/webhooks")
webhooks.get(ONE, usecases.get_webhook, Webhook)
webhooks.patch(ONE, usecases.change_webhook, Webhook)
webhooks.delete(ONE, usecases.delete_webhook, Webhook)
webhooks.post(f"{ONE}/secrets", usecases.rotate_webhook_secret, WebhookWithSecret, key=Key.REFUSED, holds="webhook")
webhooks.post(f"{ONE}/replays", usecases.replay_webhook, WebhookReplay, key=Key.KEPT)
webhooks.get(f"{ONE}/deliveries", usecases.list_deliveries, WebhookDelivery, field="webhook_deliveries")
