"""Webhooks of an app: the app, or the people who registered it, set them up; the worker sends them."""

import base64
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from app.db.engine import Tx, uuid7
from app.db.platform.apps import apps
from app.db.platform.webhooks import (
    claim,
    deliveries,
    finish,
    forget,
    hurry,
    insert_webhook,
    note_health,
    renew_secret,
    send_again,
    webhooks,
)
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import NotFound, RuleRefused, WrongState
from app.domain.page import Page, PageRequest
from app.domain.platform.apps import App
from app.domain.platform.destinations import PUBLIC, Address, Destinations, addresses_in
from app.domain.platform.feed import EventType, readable_with
from app.domain.platform.webhooks import (
    MOST_WEBHOOKS,
    REFUSED,
    Answer,
    Delivery,
    Letter,
    OffReason,
    Replay,
    Webhook,
    WebhookWithSecret,
    check_host,
    check_webhook,
    host_of,
    unreadable,
)
from app.domain.platform.webhooks import after as outcome_of
from app.ids import AppId, WebhookId
from app.usecases.declared.audit import gives_power
from app.usecases.declared.outside import Asker, prepared_by
from app.usecases.declared.version import expect
from app.vocabulary import Doc, FeedPlace, Flag, Form, Url, Version

MOST_AGAIN = 10_000
HookUrl = Annotated[Url, Doc("The URL to which the events are posted.")]
Kinds = Annotated[list[EventType], Field(max_length=50), Doc("The types of event to send; none: all it may read.")]
After = Annotated[FeedPlace, Doc("The cursor in the feed after which to start; `0` is the beginning of the feed.")]


class WebhookChange(Form):
    """The fields of a webhook that change."""

    url: HookUrl = ""
    kinds: Kinds = Field(default_factory=list)
    enabled: Annotated[Flag, Doc("False disables it; true enables it again.")] = True


async def _for_new(run: Asker, *, app_id: UUID, url: str, **_: Any) -> dict[str, Any]:
    return await _reach(run, url, list_webhooks, app_id=app_id)


async def _for_changed(run: Asker, *, webhook_id: UUID, changes: WebhookChange, **_: Any) -> dict[str, Any]:
    return await _reach(run, changes.url, get_webhook, webhook_id=webhook_id)


async def _reach(run: Asker, url: str, read: Callable[..., Awaitable[object]], **of: UUID) -> dict[str, Any]:
    """The allowed destinations of webhooks, and the addresses of the URL's host; none if the name is unknown.

    `read` is the use case that lists the webhooks of an app, or shows one: the name is resolved only for callers who
    may run it, so that nobody else can use this server to resolve names. Raises Unauthenticated, Forbidden, NotFound.
    """
    host, found = host_of(url), tuple[Address, ...]()
    if host and not addresses_in(host):
        await run(read, **of)
        found = await run.outside.look_up(host)
    return {"addresses": found, "destinations": run.outside.destinations}


@gives_power
@prepared_by(_for_new)
async def add_webhook(
    tx: Tx,
    actor: Actor,
    *,
    app_id: AppId,
    url: HookUrl,
    kinds: Kinds | None = None,
    addresses: tuple[Address, ...] = (),
    destinations: Destinations = PUBLIC,
) -> WebhookWithSecret:
    """Add a webhook that sends events to an app. The secret that signs them is shown only here.

    An app has at most ten webhooks. The URL must be https and lead to an address on the internet. Raises RuleRefused.
    """
    app = await _app(tx, actor, app_id)
    wanted = check_webhook(url, kinds or (), app.scopes, destinations)
    check_host(url, addresses, destinations)
    if len(await webhooks.all(tx, app_id=app_id)) >= MOST_WEBHOOKS:
        raise RuleRefused(rule="most_webhooks", value=str(MOST_WEBHOOKS))
    webhook, secret = Webhook(id=uuid7(), app_id=app_id, url=url, kinds=wanted, created_at=tx.now), _secret()
    await insert_webhook(tx, webhook, secret)
    return WebhookWithSecret(webhook, secret)


async def list_webhooks(tx: Tx, actor: Actor, *, app_id: AppId) -> list[Webhook]:
    """The webhooks of an app with their status, oldest first."""
    await _app(tx, actor, app_id)
    return await webhooks.all(tx, app_id=app_id)


async def get_webhook(tx: Tx, actor: Actor, *, webhook_id: WebhookId) -> Webhook:
    """One webhook with its status. Raises NotFound."""
    return (await _webhook(tx, actor, webhook_id))[0]


@gives_power
async def delete_webhook(tx: Tx, actor: Actor, *, webhook_id: WebhookId) -> Webhook:
    """Delete a webhook and the history of its deliveries. Raises NotFound."""
    webhook, _ = await _webhook(tx, actor, webhook_id)
    await forget(tx, webhook_id)
    return webhook


@prepared_by(_for_changed)
async def change_webhook(
    tx: Tx,
    actor: Actor,
    *,
    webhook_id: WebhookId,
    changes: WebhookChange,
    expected_version: Version,
    addresses: tuple[Address, ...] = (),
    destinations: Destinations = PUBLIC,
) -> Webhook:
    """Change the URL or the types of event, or disable or enable it. Waiting deliveries are then sent at once.

    Raises RuleRefused, Stale.
    """
    webhook, app = await _webhook(tx, actor, webhook_id)
    expect(webhook.version, expected_version)
    named = changes.named()
    enabled = named.pop("enabled", None)
    changed = replace(webhook, **named)
    changed = replace(changed, kinds=check_webhook(changed.url, changed.kinds, app.scopes, destinations))
    if "url" in named:
        check_host(changed.url, addresses, destinations)
    if enabled is not None:
        off, reason = (None, "") if enabled else (webhook.disabled_at or tx.now, OffReason.SWITCHED_OFF)
        changed = replace(changed, disabled_at=off, reason=reason, failures=0, retry_at=None)
    if changed == webhook:
        return webhook
    if enabled is not None:
        await hurry(tx, webhook_id)
    return await webhooks.save(tx, changed)


@gives_power
async def rotate_webhook_secret(tx: Tx, actor: Actor, *, webhook_id: WebhookId) -> WebhookWithSecret:
    """Give a webhook a new secret; for a day the old one signs too, so that nothing is lost during the change."""
    webhook, _ = await _webhook(tx, actor, webhook_id)
    secret = _secret()
    await renew_secret(tx, webhook, secret)
    return WebhookWithSecret(replace(webhook, version=webhook.version + 1), secret)


async def replay_webhook(tx: Tx, actor: Actor, *, webhook_id: WebhookId, after: After) -> Replay:
    """Send the events after a cursor in the feed again, at most 10,000.

    Raises WrongState if it is disabled.
    """
    webhook, app = await _webhook(tx, actor, webhook_id)
    if webhook.disabled_at is not None:
        raise WrongState(verb="replay", state="disabled", possible=["enable"])
    allowed = readable_with(frozenset(app.scopes))
    names = [name for name in allowed if not webhook.kinds or name in webhook.kinds]
    await note_health(tx, replace(webhook, failures=0, retry_at=None))
    return Replay(await send_again(tx, webhook, int(after), names, MOST_AGAIN))


async def list_deliveries(tx: Tx, actor: Actor, *, webhook_id: WebhookId, page: PageRequest) -> Page[Delivery]:
    """The deliveries of a webhook and the answers to them, newest first."""
    await _webhook(tx, actor, webhook_id)
    return await deliveries.page(tx, page, webhook_id=webhook_id)


async def claim_deliveries(
    tx: Tx, actor: Actor, *, limit: int, share: int, busy: tuple[UUID, ...] = ()
) -> list[Letter]:
    """Deliveries that are due, leased for a minute: other workers skip them.

    At most `share` of one app, and none of the apps that are `busy`. Events that an app may not read any more are
    dropped.
    """
    actor.require(Right.RUN_TIMER)
    letters = await claim(tx, limit, share, busy)
    for letter in letters:
        if unreadable(letter):
            await _finish(tx, letter, REFUSED)
    return [letter for letter in letters if not unreadable(letter)]


async def finish_delivery(tx: Tx, actor: Actor, *, letter: Letter, answer: Answer) -> None:
    """Record the answer of the receiver."""
    actor.require(Right.RUN_TIMER)
    await _finish(tx, letter, answer)


async def _finish(tx: Tx, letter: Letter, answer: Answer) -> None:
    webhook = await webhooks.find(tx, lock=True, id=letter.webhook.id)
    # The webhook was deleted while this delivery was under way.
    if webhook is None:
        return
    done, health = outcome_of(letter.delivery, webhook, answer, tx.now)
    await finish(tx, done)
    await note_health(tx, health)


async def _app(tx: Tx, actor: Actor, app_id: UUID) -> App:
    """The app, for itself and for those who may change it at all of its cooperatives. Raises NotFound, Forbidden."""
    own = actor.as_customer(None, app_id)
    app = await apps.find(tx, id=app_id)
    places = (app.cooperative_ids if app else ()) or (None,)
    if app is None or not all(actor.may(Right.MANAGE_WEBHOOK, place, own=own) for place in places):
        actor.require(Right.MANAGE_WEBHOOK, app_id, own=own)
        raise NotFound
    return app


async def _webhook(tx: Tx, actor: Actor, webhook_id: UUID) -> tuple[Webhook, App]:
    webhook = await webhooks.find(tx, lock=True, id=webhook_id)
    if webhook is None:
        actor.require(Right.MANAGE_WEBHOOK, webhook_id)
        raise NotFound
    return webhook, await _app(tx, actor, webhook.app_id)


def _secret() -> str:
    return f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
