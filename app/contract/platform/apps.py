"""Apps: clients of third parties, with credentials of their own."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import shape
from app.domain.access import Scope
from app.domain.platform import apps as domain
from app.domain.platform.apps import RateClass
from app.ids import AppId, CooperativeId, PersonId
from app.usecases.platform.apps import change_app, get_app, list_apps, register_app, rotate_secret


@shape(domain.App)
class App:
    """A client of a third party, with credentials of its own."""

    id: AppId
    """Its id, which is the `client_id` with which it logs in."""
    name: str
    """The name."""
    scopes: list[Scope]
    """The scopes that it may ask for."""
    cooperative_ids: list[CooperativeId]
    """The cooperatives whose offerings and orders it handles; none for a shop that sells for all."""
    redirect_uris: list[str]
    """The addresses to which people return after a login."""
    rate_class: RateClass
    """The class of its rate limit."""
    keys: list[dict[str, str]]
    """Its public keys (JWK), which verify what it signs."""
    last_used_at: datetime | None
    """When it logged in last."""
    registered_at: datetime
    """When it was registered."""
    registered_by: PersonId | None
    """Who registered it; null if nobody noted it."""
    disabled_at: datetime | None
    """When it was blocked; null if it is not."""
    disabled_by: PersonId | None
    """Who blocked it."""
    version: int


@shape(domain.AppWithSecret)
class AppWithSecret:
    """An app with its secret, which is shown only here."""

    app: App
    """The app."""
    client_secret: str
    """The secret that it logs in with, beside its id."""


ONE = "/apps/{app_id}"
apps = Noun("apps")
apps.get("/apps", list_apps, App)
apps.post("/apps", register_app, AppWithSecret, key=Key.REFUSED, opens="/apps", holds="app")
apps.get(ONE, get_app, App)
apps.post(f"{ONE}/secrets", rotate_secret, AppWithSecret, key=Key.REFUSED, holds="app")
apps.patch(ONE, change_app, App)
