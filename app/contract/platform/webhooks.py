"""Webhooks: URLs of an app to which events are sent."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import computed, shape
from app.domain.platform import webhooks as domain
from app.domain.platform.feed import EventType
from app.domain.platform.webhooks import OffReason, SendingState
from app.ids import AnyId, AppId, EventId, WebhookDeliveryId, WebhookId
from app.usecases.platform import webhooks as usecases


@shape(domain.Webhook)
class Webhook:
    """A URL of an app to which events are sent."""

    id: WebhookId
    app_id: AppId
    """The app."""
    url: str
    """The URL to which events are posted."""
    kinds: list[EventType]
    """The types of event to send; none for all that the app may read."""
    created_at: datetime
    """When it was added."""
    failures: int
    """The number of failures in a row."""
    retry_at: datetime | None
    """Nothing is sent before this moment."""
    disabled_at: datetime | None
    """When it was disabled; null if it is enabled."""
    reason: OffReason | None = computed(lambda webhook, _: OffReason(webhook.reason) if webhook.reason else None)
    """The reason why it was disabled."""
    version: int


@shape(domain.WebhookWithSecret)
class WebhookWithSecret:
    """A webhook with the secret that signs its events, which is shown only here."""

    webhook: Webhook
    """The webhook."""
    secret: str
    """The secret, in the form of Standard Webhooks."""


@shape(domain.Replay)
class WebhookReplay:
    """The events that are sent again."""

    count: int
    """The number of events."""


@shape(domain.Delivery)
class WebhookDelivery:
    """The delivery of one event to a webhook."""

    id: WebhookDeliveryId
    event_id: EventId
    """The event."""
    type: EventType = computed(lambda delivery, _: EventType(delivery.name))
    """The type of event."""
    subject_id: AnyId
    """The id of the subject, such as an order or an offering."""
    state: SendingState
    attempts: int
    """The number of attempts."""
    next_try_at: datetime
    """The next attempt, while it waits."""
    status: int | None
    """The status of the last answer."""
    note: str
    """The error, if there was no answer."""
    done_at: datetime | None
    """When it arrived, or was dropped."""


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
