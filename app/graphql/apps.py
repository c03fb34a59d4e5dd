"""GraphQL: apps. They log in by REST (`POST /oauth/token`)."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from app.domain import apps as domain
from app.domain.access import Scope
from app.domain.apps import RateClass
from app.domain.errors import RuleRefused
from app.graphql.context import Info
from app.graphql.types import Connection, Node, changed, page_of, show
from app.usecases.apps import change_app, disable_app, get_app, list_apps, register_app, rotate_secret

strawberry.enum(Scope)
strawberry.enum(RateClass)


@strawberry.type
class App(Node):
    name: str
    scopes: list[Scope]
    cooperative_ids: list[UUID]
    redirect_uris: list[str]
    rate_class: RateClass
    keys: JSON = strawberry.field(description="Public JWKs.")
    last_used_at: datetime | None
    disabled_at: datetime | None
    version: int

    @classmethod
    def of(cls, app: domain.App) -> "App":
        lists = {name: list(getattr(app, name)) for name in ("scopes", "cooperative_ids", "redirect_uris")}
        return show(cls, app, **lists, keys=list(app.keys))


@strawberry.type(description="The only time that the secret is shown.")
class AppWithSecret:
    app: App
    client_secret: str


def _keys(stated: list[Any]) -> tuple[dict[str, Any], ...]:
    """JWKs, as JSON has them. Raises RuleRefused for what is no object."""
    if not all(isinstance(key, dict) for key in stated):
        raise RuleRefused(rule="key_not_usable", value="")
    return tuple(stated)


@strawberry.type
class AppQuery:
    @strawberry.field(description="Every app; for the network.")
    async def apps(self, info: Info, first: int = 20, after: str | None = None) -> Connection[App]:
        page = page_of(first, after)
        return Connection.of(await info.context.run(list_apps, page=page), App.of, page)

    @strawberry.field(description="One app.")
    async def app(self, info: Info, id: UUID) -> App:
        return App.of(await info.context.run(get_app, app_id=id))


@strawberry.type
class AppMutation:
    @strawberry.mutation(description="Register an app. Its secret is shown here only.")
    async def register_app(
        self,
        info: Info,
        name: str,
        scopes: list[Scope],
        cooperative_ids: list[UUID] | None = None,
        redirect_uris: list[str] | None = None,
        rate_class: RateClass = RateClass.STANDARD,
        keys: list[JSON] | None = None,
    ) -> AppWithSecret:
        made = await info.context.run(
            register_app,
            name=name,
            scopes=tuple(scopes),
            cooperative_ids=tuple(cooperative_ids or ()),
            redirect_uris=tuple(redirect_uris or ()),
            rate_class=rate_class,
            keys=_keys(list(keys or ())),
        )
        return AppWithSecret(app=App.of(made.app), client_secret=made.client_secret)

    @strawberry.mutation(description="A new secret; the old one stops at once.")
    async def rotate_secret(self, info: Info, app_id: UUID) -> AppWithSecret:
        made = await info.context.run(rotate_secret, app_id=app_id)
        return AppWithSecret(app=App.of(made.app), client_secret=made.client_secret)

    @strawberry.mutation(description="Change what is named; `enabled` false shuts it out at once.")
    async def change_app(
        self,
        info: Info,
        id: UUID,
        expected_version: int,
        name: str | None = strawberry.UNSET,
        scopes: list[Scope] | None = strawberry.UNSET,
        redirect_uris: list[str] | None = strawberry.UNSET,
        keys: list[JSON] | None = strawberry.UNSET,
        rate_class: RateClass | None = strawberry.UNSET,
        enabled: bool | None = strawberry.UNSET,
    ) -> App:
        stated: dict[str, Any] = {"name": name, "scopes": scopes, "redirect_uris": redirect_uris, "keys": keys}
        named = changed((), **stated, rate_class=rate_class, enabled=enabled)
        named |= {"keys": _keys(named["keys"])} if "keys" in named else {}
        named = {name: tuple(value) if isinstance(value, list) else value for name, value in named.items()}
        return App.of(await info.context.run(change_app, app_id=id, changes=named, expected_version=expected_version))

    @strawberry.mutation(
        description="Shut an app out, at once.",
        deprecation_reason="Use changeApp, enabled: false. Until 2027-06-01.",
    )
    async def disable_app(self, info: Info, id: UUID) -> App:
        return App.of(await info.context.run(disable_app, app_id=id))
