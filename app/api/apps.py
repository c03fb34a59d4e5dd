"""REST: apps, and the token endpoint where they log in."""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote
from uuid import UUID

from fastapi import APIRouter, Form, Header, Request, Response
from pydantic import Field

from app.adapters.tokens import LIFETIME
from app.api.deps import PageDep, RunDep, WiringDep, link_next, tag
from app.api.models import In, Name, Out, PageOut, Url, Version, When
from app.domain.access import VISITOR, Scope
from app.domain.apps import RateClass
from app.domain.errors import ClientRefused, ScopeMissing
from app.usecases.apps import check_client, disable_app, get_app, list_apps, register_app, rotate_secret

router = APIRouter(prefix="/apps", tags=["apps"])
login = APIRouter(tags=["apps"])


class AppIn(In):
    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=20)]
    cooperative_ids: Annotated[list[UUID], Field(max_length=100)] = []
    redirect_uris: Annotated[list[Url], Field(max_length=10)] = []
    rate_class: RateClass = RateClass.STANDARD


class AppOut(Out):
    id: UUID
    name: str
    scopes: list[Scope]
    cooperative_ids: list[UUID]
    redirect_uris: list[str]
    rate_class: RateClass
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
    )
    response.headers["Location"] = f"/v1/apps/{made.app.id}"
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


@router.delete("/{app_id}")
async def disable(app_id: UUID, run: RunDep) -> AppOut:
    """Shut an app out, at once."""
    return AppOut.model_validate(await run(disable_app, app_id=app_id))


@login.post("/oauth/token")
async def token(
    wired: WiringDep,
    response: Response,
    grant_type: Annotated[str, Form(pattern="^client_credentials$")],
    client_id: Annotated[str, Form(max_length=100)] = "",
    client_secret: Annotated[str, Form(max_length=200)] = "",
    scope: Annotated[str, Form(max_length=1000)] = "",
    authorization: Annotated[str | None, Header()] = None,
) -> TokenOut:
    """An app logs in with its client_id and client_secret (form fields or HTTP Basic) and gets a token."""
    if authorization and authorization.lower().startswith("basic "):
        client_id, client_secret = _basic(authorization[6:])
    allowed = await wired.make_run(VISITOR)(check_client, client_id=client_id, client_secret=client_secret)
    asked = frozenset(scope.split()) or allowed
    if not asked <= allowed:
        raise ScopeMissing(scope=" ".join(sorted(asked - allowed)))
    signed = wired.keys.token(
        issuer=wired.app_issuer, audience=wired.audience, subject=client_id, client_id=client_id, scopes=asked
    )
    response.headers["Cache-Control"] = "no-store"
    return TokenOut(access_token=signed, scope=" ".join(sorted(asked)))


def _basic(credentials: str) -> tuple[str, str]:
    try:
        client_id, _, secret = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise ClientRefused from None
    return unquote(client_id), unquote(secret)
