"""GraphQL: what of apps leaves. They log in by REST (`POST /oauth/token`)."""

import strawberry

from app.contract import apps as contract
from app.contract.shape import show
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Id
from app.usecases.apps import disable_app

App = type_of(contract.App)


@strawberry.type
class AppMutation:
    @strawberry.mutation(
        description="Shut an app out, at once.",
        deprecation_reason="Use changeApp, enabled: false. Until 2027-06-01.",
    )
    async def disable_app(self, info: Info, id: Id) -> App | None:  # type: ignore[valid-type]
        return show(contract.App, await info.context.run(disable_app, app_id=id), info.context.viewer)
