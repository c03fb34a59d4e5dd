"""GraphQL: addresses of an app that are told of events."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.adapters.webhooks import look_up
from app.domain import webhooks as domain
from app.domain.feed import place_of
from app.domain.webhooks import SendingState
from app.graphql.context import Info
from app.graphql.types import Connection, Node, changed, page_of, show
from app.usecases.webhooks import (
    add_webhook,
    change_webhook,
    delete_webhook,
    find_addresses,
    get_webhook,
    list_deliveries,
    list_webhooks,
    replay_webhook,
    rotate_webhook_secret,
)

strawberry.enum(SendingState)


@strawberry.type(description="`failures` in a row; nothing is sent before `retryAt`.")
class Webhook:
    id: UUID
    app_id: UUID
    url: str
    kinds: list[str]
    created_at: datetime
    failures: int
    retry_at: datetime | None
    disabled_at: datetime | None
    reason: str
    version: int

    @classmethod
    def of(cls, webhook: domain.Webhook) -> "Webhook":
        return show(cls, webhook, kinds=list(webhook.kinds))


@strawberry.type(description="The only time that the secret is shown.")
class WebhookWithSecret:
    webhook: Webhook
    secret: str


@strawberry.type(
    description="`status` is what the address answered last; `note` what went wrong before it could. `type` is the "
    "event's; `nextTryAt` holds while it waits."
)
class WebhookDelivery(Node):
    event_id: UUID
    type: str
    subject_id: UUID
    state: SendingState
    attempts: int
    next_try_at: datetime
    status: int | None
    note: str
    done_at: datetime | None


@strawberry.type
class WebhookQuery:
    @strawberry.field(description="The webhooks of an app and how they do.")
    async def webhooks(self, info: Info, app_id: UUID) -> list[Webhook]:
        return [Webhook.of(row) for row in await info.context.run(list_webhooks, app_id=app_id)]

    @strawberry.field(description="One webhook and how it does.")
    async def webhook(self, info: Info, id: UUID) -> Webhook:
        return Webhook.of(await info.context.run(get_webhook, webhook_id=id))

    @strawberry.field(description="What was sent and what the address answered, newest first.")
    async def webhook_deliveries(
        self, info: Info, webhook_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[WebhookDelivery]:
        page = page_of(first, after)
        found = await info.context.run(list_deliveries, webhook_id=webhook_id, page=page)
        return Connection.of(found, lambda row: show(WebhookDelivery, row, type=row.name), page)


@strawberry.type
class WebhookMutation:
    @strawberry.mutation(description="Have an app told of events. The secret that signs them is shown here only.")
    async def add_webhook(
        self, info: Info, app_id: UUID, url: str, kinds: list[str] | None = None
    ) -> WebhookWithSecret:
        run = info.context.run
        made = await run(
            add_webhook,
            app_id=app_id,
            url=url,
            kinds=tuple(kinds or ()),
            addresses=await find_addresses(run, look_up, url, list_webhooks, app_id=app_id),
            destinations=info.context.destinations,
        )
        return WebhookWithSecret(webhook=Webhook.of(made.webhook), secret=made.secret)

    @strawberry.mutation(description="Another address, other kinds; switch it off, or on again.")
    async def change_webhook(
        self,
        info: Info,
        id: UUID,
        expected_version: int,
        url: str | None = strawberry.UNSET,
        kinds: list[str] | None = strawberry.UNSET,
        enabled: bool | None = strawberry.UNSET,
    ) -> Webhook:
        named = changed(url=url, kinds=kinds, enabled=enabled)
        named = {name: tuple(value) if isinstance(value, list) else value for name, value in named.items()}
        run = info.context.run
        made = await run(
            change_webhook,
            webhook_id=id,
            changes=named,
            expected_version=expected_version,
            addresses=await find_addresses(run, look_up, named.get("url") or "", get_webhook, webhook_id=id),
            destinations=info.context.destinations,
        )
        return Webhook.of(made)

    @strawberry.mutation(description="Have nothing sent any more; what was sent is forgotten too.")
    async def delete_webhook(self, info: Info, id: UUID) -> bool:
        await info.context.run(delete_webhook, webhook_id=id)
        return True

    @strawberry.mutation(description="A new secret; for a day the one before signs too.")
    async def rotate_webhook_secret(self, info: Info, id: UUID) -> WebhookWithSecret:
        made = await info.context.run(rotate_webhook_secret, webhook_id=id)
        return WebhookWithSecret(webhook=Webhook.of(made.webhook), secret=made.secret)

    @strawberry.mutation(description="Send again what happened after a place in the feed; returns how many events.")
    async def replay_webhook(self, info: Info, id: UUID, after: str) -> int:
        return await info.context.run(replay_webhook, webhook_id=id, after_position=place_of(after))
