"""REST: the token endpoint where apps log in."""

import base64
import binascii
from datetime import date
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Form, Header, Request, Response

from app.adapters.tokens import ASSERTION, LIFETIME, assertion_of, read_assertion, unsigned
from app.api.deps import (
    LanguageDep,
    RunDep,
    WiringDep,
    kept_promises,
    leaving,
    noun_router,
    operation_id,
    tag,
    viewer_of,
)
from app.api.models import TokenOut
from app.contract.platform.apps import App
from app.contract.shape import show
from app.domain.actors import VISITOR
from app.domain.errors import ClientRefused
from app.domain.platform.apps import Granted
from app.ids import AppId
from app.transport.problems import FaceError
from app.transport.wiring import Wiring
from app.usecases.declared.audit import write_login
from app.usecases.platform.apps import check_assertion, check_client, disable_app, list_client_keys

router = noun_router("apps", prefix="/apps")
login = APIRouter(tags=["apps"], dependencies=[Depends(kept_promises)], generate_unique_id_function=operation_id)
DISABLE_UNTIL = date(2027, 6, 1)


@router.delete(
    "/{app_id}",
    deprecated=True,
    dependencies=[Depends(leaving(DISABLE_UNTIL, "/v1/apps/{app_id}"))],
    response_description=str(App.__doc__),
)
async def disable(app_id: AppId, run: RunDep, language: LanguageDep, request: Request, response: Response) -> App:
    """Block an app at once. Use `PATCH` with `enabled` false: nothing is deleted, and it can be let in again."""
    disabled = await run(disable_app, app_id=app_id)
    tag(response, disabled.version)
    return show(App, disabled, viewer_of(run, request, language))


@login.post("/oauth/token", response_description="A token, good for ten minutes.")
async def token(
    wired: WiringDep,
    response: Response,
    grant_type: Annotated[str, Form(pattern="^client_credentials$", description="Always `client_credentials`.")],
    client_id: Annotated[str, Form(max_length=100, description="The id of the app.")] = "",
    client_secret: Annotated[str, Form(max_length=200, description="Its secret.")] = "",
    scope: Annotated[str, Form(max_length=1000, description="The requested scopes, separated by blanks.")] = "",
    client_assertion_type: Annotated[str, Form(max_length=100, description=f"With an assertion: `{ASSERTION}`.")] = "",
    client_assertion: Annotated[str, Form(max_length=4000, description="The assertion that the app signed.")] = "",
    authorization: Annotated[str | None, Header(description="HTTP Basic: id and secret.")] = None,
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
    write_login(client_id, asked)
    response.headers["Cache-Control"] = "no-store"
    return TokenOut(access_token=signed, expires_in=LIFETIME, scope=" ".join(sorted(asked)))


async def _signed(wired: Wiring, kind: str, assertion: str) -> tuple[str, Granted]:
    """The app that signed an assertion, and its scopes. Raises ClientRefused."""
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
