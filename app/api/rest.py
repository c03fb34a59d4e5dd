"""The REST face as a whole: every noun's router, and the operations that watch over the process."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request

from app.api import (
    agreements,
    allowances,
    apps,
    assignment_parts,
    assignments,
    ballots,
    books,
    catalogue,
    contract,
    cooperatives,
    costs,
    customers,
    earnings,
    errors,
    flows,
    funds,
    joint_purchases,
    members,
    municipalities,
    nettings,
    offerings,
    opening,
    orders,
    payments,
    people,
    permissions,
    remittances,
    seals,
    spending,
    tasks,
    wishes,
)
from app.api.deps import RunDep, WiringDep, known_query
from app.usecases.events import get_lag

NOUNS = (
    *(catalogue, orders, payments, offerings, cooperatives, municipalities, members, people, customers, apps),
    *(
        agreements,
        costs,
        earnings,
        allowances,
        spending,
        permissions,
        remittances,
        funds,
        ballots,
        joint_purchases,
        wishes,
        assignments,
        assignment_parts,
        nettings,
    ),
    *(tasks, books, flows, opening, seals),
)
operations = APIRouter(tags=["operations"])


@operations.get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process lives."""
    return {"status": "ok"}


@operations.get("/readyz", include_in_schema=False)
async def readyz(run: RunDep) -> dict[str, Any]:
    """The database answers, and how long the oldest undelivered event waits (seconds)."""
    return {"status": "ok", "outboxLagSeconds": round(await run(get_lag), 1)}


@operations.get("/.well-known/jwks.json", include_in_schema=False)
async def jwks(wired: WiringDep) -> dict[str, Any]:
    """The public keys of our own tokens."""
    return {"keys": list(wired.keys.public.values())}


def install(app: FastAPI) -> None:
    """Hang the REST face on the app."""
    v1 = APIRouter(prefix="/v1", dependencies=[Depends(known_query)])
    for noun in NOUNS:
        v1.include_router(noun.router)
    app.include_router(v1)
    app.include_router(apps.login)
    app.include_router(operations)
    errors.install(app)
    app.openapi = contract.install(app.openapi)  # type: ignore[method-assign]

    @app.get("/v1/openapi.json", include_in_schema=False)
    async def document(request: Request) -> dict[str, Any]:
        found: dict[str, Any] = request.app.openapi()
        return found
