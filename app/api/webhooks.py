"""REST: addresses of an app that are told of events."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.adapters.webhooks import look_up
from app.api.deps import KeptRunDep, MustHaveSeenDep, PageDep, RunDep, WiringDep, link_next, noun, tag
from app.api.feed import Place
from app.api.models import Flag, In, Out, PageOut, Url, Version, When, given
from app.domain.feed import place_of
from app.domain.webhooks import SendingState
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

router = noun("webhooks")
Kinds = Annotated[list[Annotated[str, Field(min_length=1, max_length=60)]], Field(max_length=50)]


class WebhookIn(In):
    """`kinds` are types of event, such as `order.accepted`; none for all that the app may read."""

    url: Url
    kinds: Kinds = []


class WebhookChange(In):
    url: Url = ""
    kinds: Kinds = []
    enabled: Flag = True


class AgainIn(In):
    """From which place in the feed on; `0` from the beginning."""

    after: Place


class WebhookOut(Out):
    """`failures` in a row; nothing is sent before `retryAt`. `reason`: `gone` where the address answered 410."""

    id: UUID
    app_id: UUID
    url: str
    kinds: list[str]
    created_at: When
    failures: int
    retry_at: When | None
    disabled_at: When | None
    reason: str
    version: Version


class WebhookWithSecretOut(Out):
    webhook: WebhookOut
    secret: str


class AgainOut(Out):
    count: int


class WebhookDeliveryOut(Out):
    """`status` is what the address answered last; `note` what went wrong before it could.

    `type` is the event's; `nextTryAt` holds while it waits.
    """

    id: UUID
    event_id: UUID
    type: str = Field(validation_alias="name")
    subject_id: UUID
    state: SendingState
    attempts: int
    next_try_at: When
    status: int | None
    note: str
    done_at: When | None


@router.get("/apps/{app_id}/webhooks")
async def webhooks(app_id: UUID, run: RunDep) -> list[WebhookOut]:
    """The webhooks of an app and how they do."""
    return [WebhookOut.model_validate(row) for row in await run(list_webhooks, app_id=app_id)]


@router.post("/apps/{app_id}/webhooks", status_code=201)
async def add(app_id: UUID, body: WebhookIn, run: RunDep, wired: WiringDep, response: Response) -> WebhookWithSecretOut:
    """Have an app told of events. The secret that signs them is shown here only."""
    made = await run(
        add_webhook,
        app_id=app_id,
        url=body.url,
        kinds=tuple(body.kinds),
        addresses=await find_addresses(run, look_up, body.url, list_webhooks, app_id=app_id),
        destinations=wired.destinations,
    )
    tag(response, made.webhook.version)
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretOut.model_validate(made)


@router.get("/webhooks/{webhook_id}")
async def webhook(webhook_id: UUID, run: RunDep, response: Response) -> WebhookOut:
    """One webhook and how it does."""
    found = await run(get_webhook, webhook_id=webhook_id)
    tag(response, found.version)
    return WebhookOut.model_validate(found)


@router.delete("/webhooks/{webhook_id}", status_code=204)
async def remove(webhook_id: UUID, run: RunDep) -> None:
    """Have nothing sent any more; what was sent is forgotten too."""
    await run(delete_webhook, webhook_id=webhook_id)


@router.patch("/webhooks/{webhook_id}")
async def change(
    webhook_id: UUID, body: WebhookChange, run: RunDep, wired: WiringDep, seen: MustHaveSeenDep, response: Response
) -> WebhookOut:
    """Another address, other kinds; switch it off, or on again: what waits is sent at once."""
    named = {name: tuple(value) if isinstance(value, list) else value for name, value in given(body).items()}
    changed = await run(
        change_webhook,
        webhook_id=webhook_id,
        changes=named,
        expected_version=seen,
        addresses=await find_addresses(run, look_up, body.url, get_webhook, webhook_id=webhook_id),
        destinations=wired.destinations,
    )
    tag(response, changed.version)
    return WebhookOut.model_validate(changed)


@router.post("/webhooks/{webhook_id}/secrets", status_code=201)
async def rotate(webhook_id: UUID, run: RunDep, response: Response) -> WebhookWithSecretOut:
    """A new secret; for a day the one before signs too."""
    response.headers["Cache-Control"] = "no-store"
    return WebhookWithSecretOut.model_validate(await run(rotate_webhook_secret, webhook_id=webhook_id))


@router.post("/webhooks/{webhook_id}/replays", status_code=201)
async def replay(webhook_id: UUID, body: AgainIn, run: KeptRunDep) -> AgainOut:
    """Send again what happened after a place in the feed, at most 10,000 events."""
    return AgainOut(count=await run(replay_webhook, webhook_id=webhook_id, after_position=place_of(body.after)))


@router.get("/webhooks/{webhook_id}/deliveries")
async def deliveries(
    webhook_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[WebhookDeliveryOut]:
    """What was sent and what the address answered, newest first."""
    found = await run(list_deliveries, webhook_id=webhook_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, WebhookDeliveryOut.model_validate)
