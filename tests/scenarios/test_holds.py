"""Holds of one buyer are bounded, in both faces and at once: nobody takes an offering from the others for nothing."""

import asyncio
import uuid

import httpx

from app.db.logins import logins_at
from app.domain.access import Scope
from app.main import build
from app.settings import Settings
from tests.world import GUEST, Caller, Clock, Json, World

HOLD = """mutation($id: UUID!, $key: String!, $quantity: Int!) {
    holdStock(offeringId: $id, idempotencyKey: $key, input: {quantity: $quantity}) { id } }"""


async def sent(who: Caller, offering: str, quantity: int) -> httpx.Response:
    headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": uuid.uuid4().hex}
    return await who.client.post(f"/v1/offerings/{offering}/holds", json={"quantity": quantity}, headers=headers)


async def test_one_person_holds_at_most_half_and_the_next_still_buys(world: World) -> None:
    seller, greedy, other = await world.cooperative(), world.person(), world.person()
    jam = await world.offering(seller, kind="goods", stock=9)
    place = f"/v1/offerings/{jam}/holds"
    refused = await greedy("POST", place, {"quantity": 9}, status=409)
    assert (refused["code"], refused["facts"]) == ("hold_too_large", {"title": "Tuinonderhoud", "left": 4})
    assert refused["detail"] == "You can hold 4 more of 'Tuinonderhoud'. Hold fewer, or order at once."
    kept = await greedy("POST", place, {"quantity": 4})
    refused = await greedy("POST", place, {"quantity": 1}, status=409)
    assert refused["facts"] == {"title": "Tuinonderhoud", "left": 0, "how": "nothing_more"}
    variables: Json = {"id": jam, "key": uuid.uuid4().hex, "quantity": 1}
    told = await greedy.graphql(HOLD, **variables)
    assert told["errors"][0]["extensions"]["code"] == "hold_too_large"
    await other("POST", place, {"quantity": 2})
    line = {"offeringId": jam, "quantity": 4, "holdId": kept["id"]}
    order = (await greedy("POST", "/v1/orders", {"lines": [line], "contact": GUEST}))["order"]
    assert order["lines"][0]["quantity"] == 4
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{jam}"))["left"] == 3


async def test_one_person_has_three_holds_on_an_offering_and_more_on_another(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    jam, lamp = [await world.offering(seller, kind="goods", stock=100) for _ in range(2)]
    first, *_ = [await buyer("POST", f"/v1/offerings/{jam}/holds", {"quantity": 1}) for _ in range(3)]
    refused = await buyer("POST", f"/v1/offerings/{jam}/holds", {"quantity": 1}, status=409)
    assert (refused["code"], refused["facts"]["most"]) == ("too_many_holds", 3)
    await buyer("POST", f"/v1/offerings/{lamp}/holds", {"quantity": 1})
    await buyer("DELETE", f"/v1/holds/{first['id']}", status=204)
    await buyer("POST", f"/v1/offerings/{jam}/holds", {"quantity": 1})


async def test_holds_that_are_over_count_neither_for_the_buyer_nor_for_others(world: World) -> None:
    """Although the worker has not come by yet."""
    with world.clock.at("2026-03-01"):
        seller, buyer, other = await world.cooperative(), world.person(), world.person()
        jam = await world.offering(seller, kind="goods", stock=8)
        await buyer("POST", f"/v1/offerings/{jam}/holds", {"quantity": 4})
        await other("POST", f"/v1/offerings/{jam}/holds", {"quantity": 2})
    with world.clock.at("2026-03-02"):
        await buyer("POST", f"/v1/offerings/{jam}/holds", {"quantity": 4})


async def test_two_holds_of_one_person_at_once_are_bounded_together(world: World) -> None:
    """Also of somebody whom nobody knew before."""
    seller = await world.cooperative()
    for _ in range(5):
        jam, buyer = await world.offering(seller, kind="goods", stock=4), world.person()
        answers = await asyncio.gather(sent(buyer, jam, 2), sent(buyer, jam, 2))
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"hold_too_large"}
        assert (await world.visitor("GET", f"/v1/catalogue/offerings/{jam}"))["left"] == 2


async def test_at_once_one_person_has_no_fourth_hold(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    jam = await world.offering(seller, kind="goods", stock=100)
    answers = await asyncio.gather(*(sent(buyer, jam, 1) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5


async def test_the_installation_sets_the_limits(
    world: World, settings: Settings, database_url: str, clock: Clock
) -> None:
    seller, buyer = await world.cooperative(), world.person(scopes=frozenset(Scope))
    jam = await world.offering(seller, kind="goods", stock=10)
    wide = build(
        settings.model_copy(update={"holds_per_person": 1, "hold_share": 1}), logins_at(database_url), now=clock
    )
    async with wide.router.lifespan_context(wide):
        transport = httpx.ASGITransport(app=wide, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            there = Caller(client, buyer.token, buyer.login)
            assert (await sent(there, jam, 9)).status_code == 201
            assert (await sent(there, jam, 1)).json()["code"] == "too_many_holds"
