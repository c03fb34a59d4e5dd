"""REST: apps, and the token endpoint where they log in."""

import base64
import binascii
from datetime import date
from typing import Annotated
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Header, Request, Response
from pydantic import Field

from app.adapters.tokens import ASSERTION, LIFETIME, assertion_of, read_assertion, unsigned
from app.api.deps import (
    MustHaveSeenDep,
    PageDep,
    RunDep,
    Wiring,
    WiringDep,
    kept_promises,
    leaving,
    link_next,
    noun,
    operation_id,
    tag,
)
from app.api.errors import FaceError
from app.api.models import Flag, In, Name, Out, PageOut, Url, Version, When, given
from app.domain.access import Scope
from app.domain.actors import VISITOR
from app.domain.apps import Granted, RateClass
from app.domain.errors import ClientRefused
from app.usecases.apps import (
    change_app,
    check_assertion,
    check_client,
    disable_app,
    get_app,
    list_apps,
    list_client_keys,
    register_app,
    rotate_secret,
)

router = noun("apps", "/apps")
login = APIRouter(tags=["apps"], dependencies=[Depends(kept_promises)], generate_unique_id_function=operation_id)
DISABLE_UNTIL = date(2027, 6, 1)


Jwk = Annotated[
    dict[
        Annotated[str, Field(max_length=20)],
        Annotated[str, Field(max_length=1000)]
        | Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=10)],
    ],
    Field(max_length=12),
]


class AppIn(In):
    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)]
    cooperative_ids: Annotated[list[UUID], Field(max_length=100)] = []
    redirect_uris: Annotated[list[Url], Field(max_length=10)] = []
    rate_class: RateClass = RateClass.STANDARD
    keys: Annotated[list[Jwk], Field(max_length=5)] = []


class AppChange(In):
    """`keys` are public JWKs (EC P-256, or RSA of 2048 bits and more) with `kid` and `alg`, at most five; with them
    the app signs for itself, and its secret is not taken until there are none."""

    name: Name = ""
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)] = []
    redirect_uris: Annotated[list[Url], Field(max_length=10)] = []
    keys: Annotated[list[Jwk], Field(max_length=5)] = []
    rate_class: RateClass = RateClass.STANDARD
    enabled: Flag = True


class AppOut(Out):
    """`lastUsedAt`: when it logged in last."""

    id: UUID
    name: str
    scopes: list[Scope]
    cooperative_ids: list[UUID]
    redirect_uris: list[str]
    rate_class: RateClass
    keys: list[dict[str, str]]
    last_used_at: When | None
    disabled_at: When | None
    version: Version


class AppWithSecretOut(Out):
    app: AppOut
    client_secret: str


class TokenOut(Out):
    """RFC 6749, section 5.1: names as the standard has them."""

    model_config = {"alias_generator": None}
    access_token: str
    token_type: str = "Bearer"  # noqa: S105  the type, no secret
    expires_in: int = LIFETIME
    scope: str


@router.get("")
async def list_all(run: RunDep, page: PageDep, request: Request, response: Response) -> PageOut[AppOut]:
    """Every app; for the network."""
    found = await run(list_apps, page=page)
    link_next(request, response, found)
    return PageOut.of(found, AppOut.model_validate)


@router.post("", status_code=201)
async def register(body: AppIn, run: RunDep, response: Response) -> AppWithSecretOut:
    """Register an app. Its secret is shown here only."""
    made = await run(
        register_app,
        name=body.name,
        scopes=tuple(body.scopes),
        cooperative_ids=tuple(body.cooperative_ids),
        redirect_uris=tuple(body.redirect_uris),
        rate_class=body.rate_class,
        keys=tuple(body.keys),
    )
    response.headers["Location"] = f"/v1/apps/{made.app.id}"
    tag(response, made.app.version)
    response.headers["Cache-Control"] = "no-store"
    return AppWithSecretOut.model_validate(made)


@router.get("/{app_id}")
async def get(app_id: UUID, run: RunDep, response: Response) -> AppOut:
    """One app."""
    found = await run(get_app, app_id=app_id)
    tag(response, found.version)
    return AppOut.model_validate(found)


@router.post("/{app_id}/secrets", status_code=201)
async def rotate(app_id: UUID, run: RunDep, response: Response) -> AppWithSecretOut:
    """A new secret; the old one stops at once."""
    response.headers["Cache-Control"] = "no-store"
    return AppWithSecretOut.model_validate(await run(rotate_secret, app_id=app_id))


@router.patch("/{app_id}")
async def change(app_id: UUID, body: AppChange, run: RunDep, seen: MustHaveSeenDep, response: Response) -> AppOut:
    """Change what the body names; `enabled` false shuts it out at once."""
    named = {name: tuple(value) if isinstance(value, list) else value for name, value in given(body).items()}
    changed = await run(change_app, app_id=app_id, changes=named, expected_version=seen)
    tag(response, changed.version)
    return AppOut.model_validate(changed)


@router.delete("/{app_id}", deprecated=True, dependencies=[Depends(leaving(DISABLE_UNTIL, "/v1/apps/{app_id}"))])
async def disable(app_id: UUID, run: RunDep, response: Response) -> AppOut:
    """Shut an app out, at once. Use `PATCH` with `enabled` false: nothing is deleted, and it can be let in again."""
    disabled = await run(disable_app, app_id=app_id)
    tag(response, disabled.version)
    return AppOut.model_validate(disabled)


@login.post("/oauth/token")
async def token(
    wired: WiringDep,
    response: Response,
    grant_type: Annotated[str, Form(pattern="^client_credentials$")],
    client_id: Annotated[str, Form(max_length=100)] = "",
    client_secret: Annotated[str, Form(max_length=200)] = "",
    scope: Annotated[str, Form(max_length=1000)] = "",
    client_assertion_type: Annotated[str, Form(max_length=100)] = "",
    client_assertion: Annotated[str, Form(max_length=4000)] = "",
    authorization: Annotated[str | None, Header()] = None,
) -> TokenOut:
    """An app logs in and gets a token: with client_id and client_secret (form fields or HTTP Basic), or with an
    assertion that it signed with one of its keys (private_key_jwt, RFC 7523)."""
    stated, signs = client_id, bool(client_assertion_type or client_assertion)
    basic = bool(authorization and authorization.lower().startswith("basic "))
    if basic + bool(client_secret) + signs > 1:
        raise FaceError(400, "bad_request", how="one_login")
    if basic:
        client_id, client_secret = _basic(str(authorization)[6:])
    if signs:
        client_id, granted = await _signed(wired, client_assertion_type, client_assertion)
    else:
        granted = await wired.make_run(VISITOR)(check_client, client_id=client_id, client_secret=client_secret)
    if stated not in ("", client_id):
        raise ClientRefused
    asked = frozenset(scope.split()) or granted.scopes
    if not asked <= granted.scopes:
        raise FaceError(400, "invalid_scope", scope=" ".join(sorted(asked - granted.scopes)))
    whose = {"issuer": wired.app_issuer, "audience": wired.audience, "subject": client_id, "client_id": client_id}
    signed = wired.keys.token(**whose, scopes=asked, rate=granted.rate_class)
    response.headers["Cache-Control"] = "no-store"
    return TokenOut(access_token=signed, scope=" ".join(sorted(asked)))


async def _signed(wired: Wiring, kind: str, assertion: str) -> tuple[str, Granted]:
    """The app that signed an assertion, and what it may do. Raises ClientRefused."""
    if kind != ASSERTION:
        raise unsigned("client_assertion_type")
    run = wired.make_run(VISITOR)
    client_id = assertion_of(assertion)
    keys = await run(list_client_keys, client_id=client_id)
    read = read_assertion(assertion, keys, client_id, {wired.app_issuer, f"{wired.app_issuer}/oauth/token"})
    granted: Granted = await run(check_assertion, client_id=client_id, assertion_id=read.id, ends_at=read.ends_at)
    return client_id, granted


def _basic(credentials: str) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ClientRefused from None
    return unquote(client_id), unquote(secret)
