"""Webhooks of an app: set up by itself or by who registered it; delivered by the worker."""

import base64
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from app.db.apps import apps
from app.db.engine import Tx, uuid7
from app.db.webhooks import (
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
from app.domain.apps import App
from app.domain.destinations import PUBLIC, Address, Destinations, addresses_in
from app.domain.errors import NotFound, RuleRefused, WrongState
from app.domain.feed import readable_with
from app.domain.page import Page, PageRequest
from app.domain.webhooks import (
    MOST_WEBHOOKS,
    REFUSED,
    Answer,
    Delivery,
    Letter,
    Webhook,
    WebhookWithSecret,
    after,
    check_host,
    check_webhook,
    host_of,
    unreadable,
)
from app.usecases.run import Run
from app.usecases.steps.version import expect

CHANGEABLE = frozenset({"url", "kinds", "enabled"})
MOST_AGAIN = 10_000
LookUp = Callable[[str], Awaitable[tuple[Address, ...]]]
"""Asks the name service for a host: its addresses, none if it does not know them."""


async def find_addresses(
    run: Run, look_up: LookUp, url: str, read: Callable[..., Awaitable[object]], **of: UUID
) -> tuple[Address, ...]:
    """The addresses to which the name in a webhook's URL leads now; none if it is not known, or no name.

    Runs before the verb that sets the URL, so that no transaction waits for the name service. `read` is the verb that
    shows the webhooks `of` an app or of an id: a name is looked up only for a caller who may run it, and nobody else
    learns what names mean here. Raises Unauthenticated, Forbidden, NotFound.
    """
    host = host_of(url)
    if not host or addresses_in(host):
        return ()
    await run(read, **of)
    return await look_up(host)


async def add_webhook(
    tx: Tx,
    actor: Actor,
    *,
    app_id: UUID,
    url: str,
    kinds: tuple[str, ...] = (),
    addresses: tuple[Address, ...] = (),
    destinations: Destinations = PUBLIC,
) -> WebhookWithSecret:
    """Have an app told of events at `url`; returns the secret that signs them, once.

    `addresses` are those of its host (`find_addresses`). Raises RuleRefused for a URL that is not https, or leads to
    an address that is none of `destinations`; for a kind that is unknown or beyond the app's scopes; for an eleventh
    webhook.
    """
    app = await _app(tx, actor, app_id)
    wanted = check_webhook(url, kinds, app.scopes, destinations)
    check_host(url, addresses, destinations)
    if len(await webhooks.all(tx, app_id=app_id)) >= MOST_WEBHOOKS:
        raise RuleRefused(rule="most_webhooks", value=str(MOST_WEBHOOKS))
    webhook, secret = Webhook(uuid7(), app_id, url, wanted, tx.now), _secret()
    await insert_webhook(tx, webhook, secret)
    return WebhookWithSecret(webhook, secret)


async def list_webhooks(tx: Tx, actor: Actor, *, app_id: UUID) -> list[Webhook]:
    """The webhooks of an app and how they do, oldest first."""
    await _app(tx, actor, app_id)
    return await webhooks.all(tx, app_id=app_id)


async def get_webhook(tx: Tx, actor: Actor, *, webhook_id: UUID) -> Webhook:
    """One webhook and how it does. Raises NotFound."""
    return (await _webhook(tx, actor, webhook_id))[0]


async def delete_webhook(tx: Tx, actor: Actor, *, webhook_id: UUID) -> None:
    """Have nothing sent any more; what was sent is forgotten too. Raises NotFound."""
    await _webhook(tx, actor, webhook_id)
    await forget(tx, webhook_id)


async def change_webhook(
    tx: Tx,
    actor: Actor,
    *,
    webhook_id: UUID,
    changes: dict[str, Any],
    expected_version: int,
    addresses: tuple[Address, ...] = (),
    destinations: Destinations = PUBLIC,
) -> Webhook:
    """Change the URL or the kinds, switch it off (`enabled` false) or on again; what waits is sent at once.

    `addresses` are those of a new URL's host (`find_addresses`). Raises RuleRefused, Stale.
    """
    webhook, app = await _webhook(tx, actor, webhook_id)
    expect(webhook.version, expected_version)
    named = dict(changes)
    if set(named) - CHANGEABLE or None in named.values():
        raise RuleRefused(rule="not_changeable", value=sorted(named)[0])
    enabled = named.pop("enabled", None)
    changed = replace(webhook, **named)
    changed = replace(changed, kinds=check_webhook(changed.url, tuple(changed.kinds), app.scopes, destinations))
    if "url" in changes:
        check_host(changed.url, addresses, destinations)
    if enabled is not None:
        off = None if enabled else webhook.disabled_at or tx.now
        changed = replace(changed, disabled_at=off, reason="" if enabled else "switched_off", failures=0, retry_at=None)
        await hurry(tx, webhook_id)
    return await webhooks.save(tx, changed)


async def rotate_webhook_secret(tx: Tx, actor: Actor, *, webhook_id: UUID) -> WebhookWithSecret:
    """A new secret; for a day the one before signs too, so that nothing is lost while it is changed over."""
    webhook, _ = await _webhook(tx, actor, webhook_id)
    secret = _secret()
    await renew_secret(tx, webhook, secret)
    return WebhookWithSecret(replace(webhook, version=webhook.version + 1), secret)


async def replay_webhook(tx: Tx, actor: Actor, *, webhook_id: UUID, after_position: int) -> int:
    """Send again what happened after a place in the feed, at most 10,000 events. Returns how many.

    Raises WrongState for one that is switched off.
    """
    webhook, app = await _webhook(tx, actor, webhook_id)
    if webhook.disabled_at is not None:
        raise WrongState(verb="replay", state="disabled", possible=["enable"])
    allowed = readable_with(frozenset(app.scopes))
    names = [name for name in allowed if not webhook.kinds or name in webhook.kinds]
    await note_health(tx, replace(webhook, failures=0, retry_at=None))
    return await send_again(tx, webhook, after_position, names, MOST_AGAIN)


async def list_deliveries(tx: Tx, actor: Actor, *, webhook_id: UUID, page: PageRequest) -> Page[Delivery]:
    """What was sent to a webhook and what it answered, newest first."""
    await _webhook(tx, actor, webhook_id)
    return await deliveries.page(tx, page, webhook_id=webhook_id)


async def claim_deliveries(
    tx: Tx, actor: Actor, *, limit: int, share: int, busy: tuple[UUID, ...] = ()
) -> list[Letter]:
    """What is due to be sent, leased for a minute: another worker leaves it alone.

    At most `share` of one app, nothing of the apps that are `busy`. What an app may not read any more is given up.
    """
    actor.require(Right.RUN_TIMER)
    letters = await claim(tx, limit, share, busy)
    for letter in letters:
        if unreadable(letter):
            await _finish(tx, letter, REFUSED)
    return [letter for letter in letters if not unreadable(letter)]


async def finish_delivery(tx: Tx, actor: Actor, *, letter: Letter, answer: Answer) -> None:
    """Write down what the address answered."""
    actor.require(Right.RUN_TIMER)
    await _finish(tx, letter, answer)


async def _finish(tx: Tx, letter: Letter, answer: Answer) -> None:
    webhook = await webhooks.find(tx, lock=True, id=letter.webhook.id)
    if webhook is None:  # deleted while it was on its way
        return
    done, health = after(letter.delivery, webhook, answer, tx.now)
    await finish(tx, done)
    await note_health(tx, health)


async def _app(tx: Tx, actor: Actor, app_id: UUID) -> App:
    """The app, for itself and for who may change it at all of its cooperatives. Raises NotFound, Forbidden."""
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
