"""How low people may bring the fund: 0.00, unless two people set another floor until a day."""

import pytest

from tests.scenarios.test_second_person import umbrella_of
from tests.world import Caller, Json, Seller, World

PREMIUM: list[Json] = [
    {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"},
    {"kind": "premium", "count": 9, "yearlyCap": "1000.00"},
    {"kind": "pot"},
]
"""Of a sale of 200.00 the fund gets 20.00."""


def euro(amount: str) -> Json:
    return {"amount": amount}


def left(floor_cents: int, balance_cents: int) -> Json:
    """The facts of a refusal: the floor, and what is in the fund."""
    return {"how": "of_fund", "floor_cents": floor_cents, "balance_cents": balance_cents}


async def propose(who: Caller, seller: Seller, floor: str, until: str = "2026-06-30", status: int = 201) -> Json:
    body = {"floor": euro(floor), "until": until, "reason": "een slecht jaar"}
    proposed: Json = await who("POST", f"/v1/cooperatives/{seller.id}/fund-floors", body, status=status)
    return proposed


async def decide(who: Caller, floor: Json, verb: str = "confirm", status: int = 200) -> Json:
    decided: Json = await who("POST", f"/v1/fund-floors/{floor['id']}/transitions", {"verb": verb}, status=status)
    return decided


async def premium(seller: Seller, amount: str, status: int = 201) -> Json:
    body = {"kind": "premium", "amount": euro(amount)}
    given: Json = await seller.treasurer("POST", f"/v1/members/{seller.member_id}/allowances", body, status=status)
    return given


async def with_fund(world: World) -> Seller:
    """A cooperative with 20.00 in its fund."""
    seller = await world.cooperative(PREMIUM)
    await world.sale(seller, world.person(), "200.00")
    return seller


async def tasks(world: World, who: Caller) -> list[str]:
    await world.work()
    found = (await who("GET", "/v1/tasks?limit=100"))["items"][::-1]
    return [task["what"] for task in found if "fund" in task["what"]]


async def test_people_leave_the_floor_in_the_fund(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller = await with_fund(world)
        await premium(seller, "15.00")
        refused = await premium(seller, "5.01", 409)
        assert (refused["code"], refused["facts"]) == ("below_floor", left(0, 500))
        assert "€ 5,00" in refused["detail"] or "€5.00" in refused["detail"]
        await premium(seller, "5.00")
        floor = await propose(seller.treasurer, seller, "-10.00")
        await premium(seller, "0.01", 409)
        assert (await decide(seller.treasurer, floor, status=403))["code"] == "second_person_needed"
        assert (await decide(seller.coordinator, floor))["state"] == "confirmed"
        await premium(seller, "10.00")
        assert (await premium(seller, "0.01", 409))["facts"] == left(-1000, -1000)
    with world.clock.at("2026-07-01"):
        assert (await premium(seller, "0.01", 409))["facts"] == left(0, -1000)


async def test_a_floor_above_zero_keeps_money_in_it(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller = await with_fund(world)
        await decide(seller.coordinator, await propose(seller.treasurer, seller, "12.00"))
        await premium(seller, "8.01", 409)
        await premium(seller, "8.00")
        listed = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/fund-floors")
        assert [(row["floor"]["amount"], row["state"], row["until"]) for row in listed["items"]] == [
            ("12.00", "confirmed", "2026-06-30")
        ]


async def test_what_a_collective_buys_leaves_it_too(world: World) -> None:
    rules: list[Json] = [{"kind": "vote", "percent": "50"}, {"kind": "collective"}]
    with world.clock.at("2026-03-10"):
        seller = await world.cooperative(rules)
        await world.sale(seller, world.person(), "200.00")
        bus = {"title": "bus", "supplier": "Garage", "amount": euro("200.01")}
        ballot = await seller.member("POST", f"/v1/cooperatives/{seller.id}/ballots", bus)
        await seller.member("POST", f"/v1/ballots/{ballot['id']}/votes", {"yes": True})
        refused = await seller.treasurer("POST", f"/v1/ballots/{ballot['id']}/payments", {}, status=409)
        assert (refused["code"], refused["facts"]) == ("below_floor", left(0, 20000))
        await decide(seller.coordinator, await propose(seller.treasurer, seller, "-0.01"))
        await seller.treasurer("POST", f"/v1/ballots/{ballot['id']}/payments", {})


async def test_what_follows_a_rule_is_booked_with_a_task(world: World) -> None:
    """The fund gave 20.00 away, and then the sale of which it came is refunded."""
    with world.clock.at("2026-03-10"):
        seller = await world.cooperative(PREMIUM)
        sold = await world.sale(seller, world.person(), "200.00")
        await premium(seller, "20.00")
        await seller.refund(sold["id"], {"reason": "stuk"})
        assert await tasks(world, seller.treasurer) == ["fund_below_floor"]
        floor = await propose(seller.treasurer, seller, "-20.00")
        assert await tasks(world, seller.coordinator) == ["confirm_fund_floor"]
        await decide(seller.coordinator, floor)
        assert await tasks(world, seller.treasurer) == []


async def test_it_is_withdrawn_and_replaced(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller = await with_fund(world)
        first, second = [await propose(seller.treasurer, seller, floor) for floor in ("-1.00", "-2.00")]
        assert (await decide(seller.coordinator, first, status=409))["code"] == "wrong_state"
        await decide(seller.coordinator, second)
        await decide(seller.coordinator, await propose(seller.treasurer, seller, "-3.00"))
        assert (await seller.treasurer("GET", f"/v1/fund-floors/{second['id']}"))["state"] == "replaced"
        late = await propose(seller.treasurer, seller, "-4.00", "2026-03-10")
    with world.clock.at("2026-03-11"):
        assert (await decide(seller.coordinator, late, status=409))["facts"]["reason"] == "time_is_over"
        assert (await decide(seller.treasurer, late, "withdraw"))["state"] == "withdrawn"
        await propose(seller.treasurer, seller, "-4.00", "2026-03-10", status=400)
        await propose(seller.treasurer, seller, "-4.00", "2028-03-12", status=400)


async def test_nobody_ends_a_confirmed_one_alone(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller = await with_fund(world)
        floor = await propose(seller.treasurer, seller, "12.00")
        await decide(seller.coordinator, floor)
        assert (await decide(seller.treasurer, floor, "withdraw", 409))["code"] == "wrong_state"
        assert (await premium(seller, "8.01", 409))["facts"] == left(1200, 2000)
        none = await propose(seller.treasurer, seller, "0.00")
        assert (await decide(seller.treasurer, none, status=403))["code"] == "second_person_needed"
        await premium(seller, "8.01", 409)
        await decide(seller.coordinator, none)
        await premium(seller, "20.00")


async def test_second_persons_from_outside_confirm_it(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    until = f"{world.clock():%Y-%m-%d}"
    for who in (approver, umbrella.treasurer):
        floor = await propose(seller.treasurer, seller, "-1.00", until)
        await propose(who, seller, "-1.00", until, status=403)
        assert (await who("GET", f"/v1/fund-floors/{floor['id']}"))["state"] == "proposed"
        assert (await decide(who, floor))["state"] == "confirmed"
    for stranger in (other.treasurer, seller.controller):
        await stranger("GET", f"/v1/fund-floors/{floor['id']}", status=404)
        await propose(stranger, seller, "-1.00", until, status=404)
    await seller.member("GET", f"/v1/fund-floors/{floor['id']}", status=404)


@pytest.mark.parametrize("given", [{"floor": "x"}, {"reason": ""}, {"until": None}])
async def test_what_is_typed_wrong_is_refused(world: World, given: Json) -> None:
    seller = await world.cooperative()
    body = {"floor": euro("1.00"), "until": f"{world.clock():%Y-%m-%d}", "reason": "x"} | given
    await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/fund-floors", body, status=400)
