"""Second persons: of the staff, from outside, or of the umbrella; of two at once one decides."""

import asyncio

from app.domain.access import Scope
from tests.scenarios.money import decide, journals, legs, propose, seen
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_write_offs import partly_paid, reason_of
from tests.world import Caller, Json, Seller, World

ANY = {"If-Match": "*"}


async def umbrella_of(world: World, seller: Seller) -> Seller:
    """A cooperative that becomes the umbrella of another one."""
    umbrella = await world.cooperative()
    await world.network("PATCH", f"/v1/cooperatives/{seller.id}", {"umbrellaId": umbrella.id}, headers=ANY)
    return umbrella


async def statuses(world: World, body: Json, *asked: tuple[Caller, str]) -> list[int]:
    """The statuses of requests by several people at once, each at a path."""

    async def ask(caller: Caller, place: str, key: str) -> int:
        sent = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key}
        return (await world.client.post(place, json=body, headers=sent)).status_code

    return list(await asyncio.gather(*(ask(*one, f"k{number}") for number, one in enumerate(asked))))


async def tasks(world: World, who: Caller) -> list[str]:
    await world.work()
    return [task["what"] for task in (await who("GET", "/v1/tasks?limit=100"))["items"]]


async def test_an_officer_of_the_umbrella_confirms_a_write_off(world: World) -> None:
    """They see what they decide about, and nothing else of the order or its customer."""
    seller, order = await partly_paid(world)
    umbrella, proposed = await umbrella_of(world, seller), await propose(seller, order)
    place = f"/v1/write-offs/{proposed['id']}"
    found = await umbrella.coordinator("GET", place)
    assert (found["orderReference"], found["amount"]["amount"], found["reason"]) == (
        order["reference"],
        "142.00",
        "failliet",
    )
    assert [(step["verb"], step["reason"]) for step in found["availableTransitions"]] == [
        ("confirm", None),
        ("withdraw", "forbidden"),
    ]
    assert (await umbrella.coordinator("GET", f"/v1/orders/{order['id']}/write-offs")) == [found]
    listed = f"/v1/cooperatives/{seller.id}/write-offs?state=proposed"
    assert (await umbrella.coordinator("GET", listed))["items"] == [found]
    for hidden in (f"orders/{order['id']}", f"orders/{order['id']}/payments", f"cooperatives/{seller.id}/journals"):
        await umbrella.treasurer("GET", f"/v1/{hidden}", status=404)
    assert (await decide(umbrella.treasurer, proposed, "withdraw", 403))["code"] == "forbidden"
    assert (await decide(umbrella.treasurer, proposed))["state"] == "confirmed"
    assert (await umbrella.coordinator("GET", listed))["items"] == []
    (booked,) = await journals(seller, proposed)
    assert legs(booked)["receivable_customer"] == "142.00"
    await books_are_right(world)


async def test_nobody_else_of_the_umbrella_does(world: World) -> None:
    seller, order = await partly_paid(world)
    umbrella, proposed = await umbrella_of(world, seller), await propose(seller, order)
    above, other = await umbrella_of(world, umbrella), await world.cooperative()
    place = f"/v1/write-offs/{proposed['id']}"
    outside = (umbrella.member, umbrella.controller, await world.approver(umbrella.id), above.treasurer)
    for who in (*outside, other.treasurer):
        await who("GET", place, status=404)
        await decide(who, proposed, status=404)
    narrow = world.person(umbrella.treasurer.login, frozenset({Scope.ORDERS_READ}))
    assert (await decide(narrow, proposed, status=403))["code"] == "scope_missing"
    body = {"umbrellaId": other.id}
    await world.network("PATCH", f"/v1/cooperatives/{seller.id}", body, headers=ANY)
    await decide(umbrella.treasurer, proposed, status=404)
    assert (await decide(other.treasurer, proposed))["state"] == "confirmed"


async def test_an_officer_of_the_umbrella_who_bought_or_made_it_does_not(world: World) -> None:
    buyer, person_id = await world.known()
    seller, order = await partly_paid(world, buyer)
    umbrella, proposed = await umbrella_of(world, seller), await propose(seller, order)
    maker_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    for person in (person_id, maker_id):
        office = {"personId": person, "role": "treasurer", "cooperativeId": umbrella.id}
        await world.network("POST", "/v1/offices", office)
    for who in (buyer, seller.member):
        assert await reason_of(who, proposed) == "second_person_needed"
        assert (await decide(who, proposed, status=403))["code"] == "second_person_needed"
    await books_are_right(world)


async def test_coordinator_and_treasurers_are_told_that_a_write_off_waits(world: World) -> None:
    seller, order = await partly_paid(world)
    second = await world.officer("treasurer", cooperativeId=seller.id)
    proposed = await propose(seller, order)
    for who in (seller.coordinator, second):
        assert "confirm_write_off" in await tasks(world, who)
    await decide(second, proposed)
    for who in (seller.coordinator, second, seller.treasurer):
        assert "confirm_write_off" not in await tasks(world, who)


async def test_of_two_who_confirm_at_once_one_does(world: World) -> None:
    seller, order = await partly_paid(world)
    umbrella, proposed = await umbrella_of(world, seller), await propose(seller, order)
    place = f"/v1/write-offs/{proposed['id']}/transitions"
    asked = [(who, place) for who in (seller.coordinator, umbrella.coordinator, umbrella.treasurer)]
    assert sorted(await statuses(world, {"verb": "confirm"}, *asked)) == [200, 409, 409]
    assert len(await journals(seller, proposed)) == 1
    assert await seen(seller, order) == ("written_off", "100.00", "0.00", "0.00", "0.00")
    await books_are_right(world)
