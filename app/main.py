"""Builds the app: settings → database → both faces. The only composition root of the server."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from app.adapters.addresses import base_of, prefix_of
from app.adapters.issuers import RemoteKeys, kept_fresh
from app.adapters.message_catalogues import languages, message_catalogue
from app.adapters.telemetry import statement_span
from app.adapters.tokens import Issuer, KeyRing
from app.adapters.webhooks import look_up
from app.api import docs, rest
from app.api.catalogue import Direct
from app.api.deps import operation_id
from app.db.engine import Database
from app.db.logins import CATALOGUE_ROLE, Logins
from app.domain.market.holds import HoldTerms
from app.domain.platform.destinations import Destinations
from app.domain.platform.rates import Rate
from app.graphql import face
from app.keys import app_issuer, key_ring, people_issuer, sealing
from app.running.catalogue import Catalogue
from app.running.run import Run, utc_now
from app.settings import Settings, TrustedIssuer
from app.transport import security_txt
from app.transport.conditions import Conditions
from app.transport.middleware import EveryRequest
from app.transport.prefix import Prefix
from app.transport.security_txt import SecurityTxt
from app.transport.sockets import Sockets
from app.transport.wiring import Wiring
from app.usecases.declared.outside import Outside
from app.usecases.platform.rates import Rates

VERSION = "0.3.0"


def issuers(settings: Settings, keys: KeyRing, seconds: Callable[[], float] = time.monotonic) -> list[Issuer]:
    """Trusted issuers: ourselves for apps; for people the settings' providers and, outside production, ourselves."""
    own = Issuer(name=app_issuer(settings), keys=keys.public, audience=settings.audience, people=False)
    people = Issuer(name=people_issuer(settings), keys=keys.public, audience=settings.audience)
    others = [_provider(settings, trusted, seconds) for trusted in settings.issuers]
    return [own, *others] if settings.production else [own, people, *others]


def _provider(settings: Settings, trusted: TrustedIssuer, seconds: Callable[[], float]) -> Issuer:
    """A provider of the settings."""
    return Issuer(
        name=trusted.name,
        keys=RemoteKeys(trusted.name, trusted.jwks_url, https=settings.production, clock=seconds),
        audience=trusted.audience or settings.audience,
        algorithms=trusted.algorithms,
        types=trusted.types,
        client_claims=(trusted.client_claim,) if trusted.client_claim else Issuer.client_claims,
        scopes=frozenset(trusted.scopes),
    )


def rates(settings: Settings) -> dict[str, Rate]:
    """Units a minute, by rate class."""
    limits = {"visitor": settings.rate_visitor, "standard": settings.rate_standard, "partner": settings.rate_partner}
    return {name: Rate(name, limit) for name, limit in limits.items()}


def hold_terms(settings: Settings) -> HoldTerms:
    """How much one buyer may hold."""
    return HoldTerms(per_person=settings.holds_per_person, per_app=settings.holds_per_app, share=settings.hold_share)


def security_text(settings: Settings) -> SecurityTxt:
    """Whom to tell of a vulnerability of this installation."""
    return SecurityTxt(
        contact=settings.security_contact,
        policy=settings.security_policy,
        base=settings.public_url,
        languages=languages(),
    )


def build(
    settings: Settings,
    logins: Logins,
    *,
    now: Callable[[], datetime] = utc_now,
    seconds: Callable[[], float] = time.monotonic,
) -> FastAPI:
    """The whole application on one database, with the clock `now`; keys of providers age by `seconds`."""
    told = statement_span if settings.otlp_endpoint else None
    database = Database(logins, size=settings.pool_size, sealing=sealing(settings), on_statement=told)
    catalogue = Database(logins, role=CATALOGUE_ROLE, size=settings.catalogue_pool_size, on_statement=told)
    keys = key_ring(settings)
    counted = Rates(database, rates(settings), now)
    destinations = Destinations(not settings.production, tuple(settings.webhook_networks))
    outside = Outside(destinations, look_up, hold_terms(settings))

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await database.open()
        await catalogue.open()
        async with kept_fresh(one.keys for one in app.state.wiring.issuers if isinstance(one.keys, RemoteKeys)):
            yield
        await app.state.wiring.uploads.settled()
        await catalogue.close()
        await database.close()

    app = _described(lifespan)
    app.state.wiring = Wiring(
        make_run=partial(Run, database, now=now, outside=outside),
        catalogue=Catalogue(catalogue),
        issuers=issuers(settings, keys, seconds),
        keys=keys,
        app_issuer=app_issuer(settings),
        audience=settings.audience,
        base=base_of(settings.public_url),
        rates=counted,
        sockets=Sockets(counted),
    )
    _put_together(app, settings)
    security_txt.install(app, security_text(settings), now)
    return app


def _put_together(app: FastAPI, settings: Settings) -> None:
    """Adds both faces, the pages, and the middleware of every request."""
    for language in languages():
        message_catalogue(language)  # read now, so that no request waits for it
    # First, because it is one path before many.
    face.install(app, ide=not settings.production, seconds=settings.graphql_seconds)
    rest.install(app)
    docs.install(app)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "api" / "static"), name="static")
    app.add_middleware(Direct)
    app.add_middleware(Conditions)
    app.add_middleware(EveryRequest, version=VERSION)
    if prefix := prefix_of(settings.public_url):
        # The last one is outermost: it sees every link.
        app.add_middleware(Prefix, prefix=prefix)


def _described(lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> FastAPI:
    """The bare app with the contract's introduction."""
    return FastAPI(
        title="Samen",
        version=VERSION,
        summary="The shared marketplace of the Dutch social cooperatives",
        description="Offerings, orders and what members earn with them. Glossary and guide: docs/ of the project.",
        contact={"name": "Samen", "url": "https://example.org/samen", "email": "samen@example.org"},
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        # A redirect would go to whatever host the request names.
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # FastAPI's own traces contain whole paths, with the token of a guest in them; ours (EveryRequest) name routes.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=lifespan,
        generate_unique_id_function=operation_id,
    )
