"""The REST face as a whole: every noun's router, and the operations for monitoring."""

import time
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from app.adapters.addresses import prefix_at
from app.api import (
    accounts,
    apps,
    bank_statements,
    catalogue,
    contract,
    documents,
    errors,
    files,
    guest_orders,
    invoices,
    offering_imports,
    payment_files,
    privacy,
)
from app.api.deps import RunDep, WiringDep, operation_id
from app.api.engine import router_of
from app.contract.tables import TABLES
from app.domain.access import SELLABLE_SCOPES
from app.usecases.platform.events import get_lag

ASKED_MOST = frozenset({"orders", "payments", "events", "members"})
"""The busiest routers come first, because routes are tried one after another."""
operations = APIRouter(tags=["operations"], generate_unique_id_function=operation_id)


@operations.get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@operations.get("/readyz", include_in_schema=False)
async def readyz(run: RunDep, wired: WiringDep, response: Response) -> dict[str, Any]:
    """The database answers and is migrated; the age of the oldest waiting event, in seconds. Checked once a second.

    503 while the process drains (`SAMEN_DRAIN_SECONDS`).
    """
    kept = wired.readiness
    if kept.draining:
        response.status_code = 503
        return {"status": "draining"}
    async with kept.turn:
        if time.monotonic() - kept.looked_at > 1:
            kept.lag, kept.looked_at = await run(get_lag), time.monotonic()
    return {"status": "ok", "outboxLagSeconds": round(kept.lag, 1)}


@operations.get("/.well-known/oauth-authorization-server", include_in_schema=False)
async def metadata(wired: WiringDep) -> dict[str, Any]:
    """The metadata for OAuth libraries (RFC 8414)."""
    return {
        "issuer": wired.app_issuer,
        "token_endpoint": f"{wired.app_issuer}/oauth/token",
        "jwks_uri": f"{wired.app_issuer}/.well-known/jwks.json",
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "RS256"],
        "scopes_supported": sorted(SELLABLE_SCOPES),
    }


@operations.get("/.well-known/jwks.json", include_in_schema=False)
async def jwks(wired: WiringDep) -> dict[str, Any]:
    """The public keys of our own tokens."""
    return {"keys": list(wired.keys.public.values())}


def install(app: FastAPI) -> None:
    """Adds the routes themselves to the app, since nested routers are searched twice."""
    tables = sorted(TABLES, key=lambda table: table.name not in ASKED_MOST)
    routers = (
        # Before the operations of the same addresses.
        guest_orders.pages,
        *map(router_of, tables),
        *(
            one.router
            for one in (
                catalogue,
                files,
                accounts,
                bank_statements,
                documents,
                invoices,
                guest_orders,
                offering_imports,
                payment_files,
                privacy,
                apps,
            )
        ),
        apps.login,
        operations,
    )
    for router in routers:
        app.router.routes.extend(router.routes)
    errors.install(app)
    app.openapi = contract.install(app.openapi)  # type: ignore[method-assign]

    @app.get("/v1/openapi.json", include_in_schema=False)
    async def document(request: Request) -> dict[str, Any]:
        return contract.below(prefix_at(request), request.app.openapi())
