"""Apps: registered by the network or a cooperative; the secret is shown once."""

import hashlib
import secrets
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.platform.apps import apps, grants_of_client, keys_of_client, set_secret, use_assertion
from app.domain.access import Right, Scope
from app.domain.actors import Actor
from app.domain.errors import ClientRefused, Forbidden, NotFound
from app.domain.page import Page, PageRequest
from app.domain.people.power import PowerKind
from app.domain.platform.apps import (
    MOST_KEYS,
    App,
    AppWithSecret,
    Granted,
    RateClass,
    allowed_keys,
    allowed_redirects,
    allowed_scopes,
    powers_changed,
)
from app.ids import AppId, CooperativeId
from app.usecases.declared.audit import gives_power
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.declared.visitors import open_to_visitors
from app.usecases.shared.trails import note_power
from app.vocabulary import Doc, Flag, Form, Moment, Name, Url, Verbatim, Version

ClientId = Annotated[str, Verbatim(0, 1000)]
Secret = Annotated[str, Verbatim(0, 1000)]
AssertionId = Annotated[str, Verbatim(0, 1000)]
Scopes = Annotated[list[Scope], Field(min_length=1, max_length=20), Doc("The scopes that it may ask for.")]
Places = Annotated[
    list[CooperativeId],
    Field(max_length=100),
    Doc("The cooperatives whose offerings and orders it handles; none for a shop that sells for all."),
]
Redirects = Annotated[list[Url], Field(max_length=10), Doc("The addresses to which people return after a login.")]
_Member = Annotated[str, Field(max_length=20)]
Jwk = Annotated[
    dict[_Member, Annotated[str, Field(max_length=1000)] | Annotated[list[_Member], Field(max_length=10)]],
    Field(max_length=12),
]
Keys = Annotated[
    list[Jwk],
    Field(max_length=MOST_KEYS),
    Doc(
        "Its public keys (JWK: EC P-256, or RSA of 2048 bits and more) with `kid` and `alg`. "
        "An app with keys signs its requests for a token; its secret works again once it has no keys."
    ),
]
Rate = Annotated[RateClass, Doc("The class of its rate limit. Only the network gives another than `standard`.")]


class AppChange(Form):
    """The fields of an app that change."""

    name: Name = ""
    scopes: Scopes = Field(default_factory=list)
    redirect_uris: Redirects = Field(default_factory=list)
    keys: Keys = Field(default_factory=list)
    rate_class: Rate = RateClass.STANDARD
    enabled: Annotated[Flag, Doc("False blocks it at once; true lets it in again.")] = True


async def list_apps(tx: Tx, actor: Actor, *, page: PageRequest) -> Page[App]:
    """Every app, for the network."""
    actor.require(Right.READ_APP)
    return await apps.page(tx, page)


@reads_by_id(apps)
async def get_app(tx: Tx, actor: Actor, *, app_id: AppId) -> App:
    """One app, for the network, its cooperatives' coordinators and itself. Raises NotFound."""
    app = await _get(tx, actor, Right.READ_APP, app_id)
    return app


@gives_power
async def register_app(
    tx: Tx,
    actor: Actor,
    *,
    name: Name,
    scopes: Scopes,
    cooperative_ids: Places | None = None,
    redirect_uris: Redirects | None = None,
    rate_class: Rate = RateClass.STANDARD,
    keys: Keys | None = None,
) -> AppWithSecret:
    """Register an app: the network any, a coordinator one for their own cooperative. The secret is shown only here.

    Raises RuleRefused.
    """
    for cooperative_id in cooperative_ids or (None,):
        actor.require(Right.WRITE_APP, cooperative_id)
        if cooperative_id is not None:
            await cooperatives.get(tx, cooperative_id)
    if rate_class is not RateClass.STANDARD:
        actor.require(Right.SET_RATE)
    app = App(
        id=uuid7(),
        name=name,
        scopes=allowed_scopes(scopes),
        registered_at=tx.now,
        registered_by=actor.person_id,
        cooperative_ids=tuple(cooperative_ids or ()),
        redirect_uris=allowed_redirects(redirect_uris or ()),
        rate_class=rate_class,
        keys=allowed_keys(keys or ()),
    )
    await apps.add(tx, app)
    await _note(tx, actor, PowerKind.APP_REGISTERED, app)
    return AppWithSecret(app, await _new_secret(tx, app.id))


@gives_power
async def rotate_secret(tx: Tx, actor: Actor, *, app_id: AppId) -> AppWithSecret:
    """Give an app a new secret. The old one stops at once."""
    app = await _get(tx, actor, Right.WRITE_APP, app_id)
    await _note(tx, actor, PowerKind.SECRET_ROTATED, app)
    return AppWithSecret(app, await _new_secret(tx, app_id))


@gives_power
async def disable_app(tx: Tx, actor: Actor, *, app_id: AppId) -> App:
    """Block an app at once. Its tokens stop working too."""
    app = await _get(tx, actor, Right.WRITE_APP, app_id)
    return await _change(tx, actor, app, _switched(tx, actor, app, enabled=False))


@open_to_visitors
async def check_client(tx: Tx, actor: Actor, *, client_id: ClientId, client_secret: Secret) -> Granted:
    """The scopes of the app with these credentials. Raises ClientRefused. Open to visitors: it is the login."""
    actor.require(Right.READ_PUBLIC)
    granted = await grants_of_client(tx, client_id, _hash(client_secret))
    if granted is None:
        raise ClientRefused
    return granted


@gives_power
async def change_app(tx: Tx, actor: Actor, *, app_id: AppId, changes: AppChange, expected_version: Version) -> App:
    """Change an app, block it, or let it in again.

    For callers who may register apps at all of its cooperatives. Raises RuleRefused, Stale.
    """
    app = await _get(tx, actor, Right.WRITE_APP, app_id)
    expect(app.version, expected_version)
    named = changes.named()
    if named.get("rate_class", app.rate_class) != app.rate_class:
        actor.require(Right.SET_RATE)
    enabled = named.pop("enabled", app.disabled_at is None)
    checks = {"scopes": allowed_scopes, "redirect_uris": allowed_redirects, "keys": allowed_keys}
    named |= {name: check(named[name]) for name, check in checks.items() if name in named}  # type: ignore[operator]
    return await _change(tx, actor, app, _switched(tx, actor, replace(app, **named), enabled=bool(enabled)))


@open_to_visitors
async def list_client_keys(tx: Tx, actor: Actor, *, client_id: ClientId) -> list[dict[str, str]]:
    """The public keys of an app, to check its signature. Open to visitors: it is the login."""
    actor.require(Right.READ_PUBLIC)
    return await keys_of_client(tx, client_id)


@open_to_visitors
async def check_assertion(
    tx: Tx, actor: Actor, *, client_id: ClientId, assertion_id: AssertionId, ends_at: Moment
) -> Granted:
    """The scopes of an app whose signature was verified. Raises ClientRefused if the same assertion was used before."""
    actor.require(Right.READ_PUBLIC)
    granted = await use_assertion(tx, client_id, assertion_id, ends_at)
    if granted is None:
        raise ClientRefused(how="assertion", reason="jti: used before")
    return granted


async def _get(tx: Tx, actor: Actor, right: Right, app_id: UUID) -> App:
    """The app. Staff of any of its cooperatives may read it; a change needs the right at all of them."""
    app = await apps.find(tx, id=app_id)
    own = actor.as_customer(None, app_id)
    places = (app.cooperative_ids if app else ()) or (None,)
    enough = any if right is Right.READ_APP else all
    if not enough(actor.may(right, place, own=own) for place in places):
        known = next((place for place in places if actor.may(Right.READ_APP, place, own=own)), app_id)
        actor.require(right, known, own=own)
        raise Forbidden(right=right)
    if app is None:
        raise NotFound
    return app


def _switched(tx: Tx, actor: Actor, app: App, *, enabled: bool) -> App:
    """The app, let in or blocked. A repeat does not change since when and by whom it is blocked."""
    if enabled:
        return replace(app, disabled_at=None, disabled_by=None)
    return app if app.disabled_at else replace(app, disabled_at=tx.now, disabled_by=actor.person_id)


async def _change(tx: Tx, actor: Actor, app: App, changed: App) -> App:
    for kind in powers_changed(app, changed):
        await _note(tx, actor, kind, changed)
    return await apps.change(tx, app, changed)


async def _note(tx: Tx, actor: Actor, kind: PowerKind, app: App) -> None:
    await note_power(tx, actor, kind, app_id=app.id, scopes=tuple(app.scopes), keys=app.kids)


async def _new_secret(tx: Tx, app_id: UUID) -> str:
    secret = f"samen_{secrets.token_urlsafe(32)}"
    await set_secret(tx, app_id, _hash(secret))
    return secret


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
