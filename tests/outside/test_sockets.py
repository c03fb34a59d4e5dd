"""npm graphql-ws follows an order for longer than a token lives, as the API guide shows."""

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from tests.faces.test_subscriptions import ending
from tests.live import served, until
from tests.outside.conftest import ended, ran
from tests.outside.test_docs import program
from tests.world import Caller, Json, World


@pytest.fixture
def follower(bench: Path) -> Path:
    """The program of the guide, where the npm packages are."""
    file = bench / "follow.mjs"
    file.write_text(program("api.md", "js"), encoding="utf-8")
    return file


async def placed(world: World, buyer: Caller) -> tuple[Json, Caller]:
    """An order, and its maker."""
    seller = await world.cooperative()
    return await world.order(buyer, await world.offering(seller)), seller.member


async def test_a_client_goes_on_with_a_new_token(world: World, address: str, follower: Path) -> None:
    buyer = world.person()
    order, maker = await placed(world, buyer)
    given: list[str] = []

    async def token(_: Request) -> PlainTextResponse:
        """The first two end soon."""
        given.append(ending(world, buyer, 4)[0] if len(given) < 2 else buyer.token or "")
        return PlainTextResponse(given[-1])

    async with served(Starlette(routes=[Route("/", token)])) as tokens:
        environment = {"SAMEN_URL": f"http://{address}", "TOKEN_URL": f"http://{tokens}/", "ORDER": order["id"]}
        following = asyncio.create_task(ran(["node", follower.name], follower.parent, **environment))
        await until(lambda: len(given) == 3 or following.done())
        await maker("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "refuse"})
        states = (await following).split()
    assert (states[:2], states[-1], len(given)) == (["PLACED", "PLACED"], "REFUSED", 3)


async def test_a_client_whose_app_is_shut_out_is_told_and_stops(world: World, address: str, follower: Path) -> None:
    app = await world.app()
    order, _ = await placed(world, app)

    async def token(_: Request) -> PlainTextResponse:
        return PlainTextResponse(app.token or "")

    async with served(Starlette(routes=[Route("/", token)])) as tokens:
        environment = {"SAMEN_URL": f"http://{address}", "TOKEN_URL": f"http://{tokens}/", "ORDER": order["id"]}
        await world.network("DELETE", f"/v1/apps/{app.login}")
        status, printed = await ended(["node", follower.name], follower.parent, environment)
    assert status != 0
    assert "token_refused: app_disabled" in printed
