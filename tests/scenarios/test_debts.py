"""The debt of a member who left: it stays until they come back and pay it first, or two people let the fund bear it."""

from tests.scenarios.test_second_person import umbrella_of
from tests.scenarios.test_spending import ask, may_buy, step
from tests.world import Caller, Json, Seller, World

SHARED: list[Json] = [
    may_buy(),
    {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "50"},
    {"kind": "pot"},
]
LEAVE: Json = {"verb": "exit", "destination": "other"}


def euro(amount: str) -> Json:
    return {"amount": amount}


async def indebted(world: World) -> Seller:
    """A member whose 100.00 are spent, and refunded to the customer: they owe 100.00. The fund has 200.00."""
    seller = await world.cooperative(SHARED)
    for _ in range(2):
        sold = await world.sale(seller, world.person(), "200.00")
    asked = await ask(seller, "200.00")
    await step(seller.treasurer, asked, "approve")
    await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
    await seller.refund(sold["id"], {"reason": "stuk"})
    assert await debt(world, seller) == "-100.00"
    return seller


async def debt(world: World, seller: Seller) -> str:
    return (await world.balances(seller))["receivable_member"]


async def leave(seller: Seller, body: Json = LEAVE, status: int = 200) -> Json:
    place = f"/v1/members/{seller.member_id}/transitions"
    moved: Json = await seller.coordinator("POST", place, body, status=status)
    return moved


async def propose(who: Caller, seller: Seller, amount: str | None = None, status: int = 201) -> Json:
    body: Json = {"reason": "onvindbaar"} | ({"amount": euro(amount)} if amount else {})
    proposed: Json = await who("POST", f"/v1/members/{seller.member_id}/debt-write-offs", body, status=status)
    return proposed


async def decide(who: Caller, write_off: Json, verb: str = "confirm", status: int = 200) -> Json:
    place = f"/v1/debt-write-offs/{write_off['id']}/transitions"
    decided: Json = await who("POST", place, {"verb": verb}, status=status)
    return decided


async def tasks(world: World, who: Caller) -> list[str]:
    await world.work()
    return [task["what"] for task in (await who("GET", "/v1/tasks?limit=100"))["items"] if "debt" in task["what"]]


async def test_two_people_let_the_fund_bear_it(world: World) -> None:
    seller = await indebted(world)
    assert (await propose(seller.treasurer, seller, status=409))["facts"]["reason"] == "still_a_member"
    await leave(seller)
    assert await debt(world, seller) == "-100.00"
    assert (await propose(seller.treasurer, seller, "100.01", 422))["code"] == "more_than_left"
    first = await propose(seller.treasurer, seller, "40.00")
    rest = await propose(seller.treasurer, seller)
    assert (rest["amount"]["amount"], rest["state"]) == ("60.00", "proposed")
    assert (await propose(seller.treasurer, seller, status=409))["code"] == "nothing_open"
    assert await tasks(world, seller.coordinator) == ["confirm_debt_write_off"] * 2
    assert (await decide(seller.treasurer, first, status=403))["code"] == "second_person_needed"
    assert (await decide(seller.coordinator, first))["state"] == "confirmed"
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["cooperative_fund"]) == ("-60.00", "60.00")
    assert (await decide(seller.treasurer, rest, "withdraw"))["state"] == "withdrawn"
    journal = await world.journal(seller, first["id"])
    results = {line["category"]: line["amount"]["amount"] for line in journal["results"]}
    assert results == {"cost/bad_debt": "-40.00", "allotted/fund": "40.00"}
    assert await tasks(world, seller.coordinator) == []
    await world.guard()


async def test_the_fund_bears_no_more_than_it_has(world: World) -> None:
    seller = await indebted(world)
    await leave(seller)
    await world.lower_floor(seller, "50.01")
    write_off = await propose(seller.treasurer, seller, "50.00")
    refused = await decide(seller.coordinator, write_off, status=409)
    assert (refused["code"], refused["facts"]["floor_cents"]) == ("below_floor", 5001)
    await world.lower_floor(seller, "50.00")
    await decide(seller.coordinator, write_off)


async def test_whoever_comes_back_pays_it_first(world: World) -> None:
    """Their next 100.00 pay the debt of 100.00; what was proposed to be written off is not any more."""
    seller = await indebted(world)
    await leave(seller)
    write_off = await propose(seller.treasurer, seller)
    back = await leave(seller, {"verb": "come_back"})
    assert (back["state"], back["exitedOn"], back["destination"]) == ("member", None, None)
    assert (await decide(seller.coordinator, write_off, status=409))["facts"]["reason"] == "still_a_member"
    await world.sale(seller, world.person(), "120.00")
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["pot"]) == ("-40.00", "0.00")
    await world.sale(seller, world.person(), "100.00")
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["pot"]) == ("0.00", "10.00")
    await world.guard()


async def test_it_is_undone_by_two_and_what_was_earned_since_pays_it(world: World) -> None:
    seller = await indebted(world)
    await leave(seller)
    write_off = await propose(seller.treasurer, seller)
    await decide(seller.coordinator, write_off)
    await leave(seller, {"verb": "come_back"})
    await world.sale(seller, world.person(), "60.00")
    journal = await world.journal(seller, write_off["id"])
    place = f"/v1/journals/{journal['id']}/reversals"
    asked = await seller.treasurer("POST", place, {"reason": "hij is terug"})
    assert asked["state"] == "proposed"
    assert (await seller.coordinator("POST", place, {"reason": "klopt"}))["state"] == "booked"
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["pot"]) == ("-70.00", "0.00")
    assert (await seller.treasurer("GET", f"/v1/debt-write-offs/{write_off['id']}"))["state"] == "reversed"
    await world.guard()


async def test_second_persons_from_outside_confirm_it(world: World) -> None:
    seller, other = await indebted(world), await world.cooperative()
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    await leave(seller)
    for who in (approver, umbrella.treasurer):
        write_off = await propose(seller.treasurer, seller, "10.00")
        listed = await who("GET", f"/v1/cooperatives/{seller.id}/debt-write-offs?state=proposed")
        assert [row["id"] for row in listed["items"]] == [write_off["id"]]
        assert (await decide(who, write_off))["state"] == "confirmed"
    for stranger in (other.treasurer, seller.controller, seller.member):
        await stranger("GET", f"/v1/debt-write-offs/{write_off['id']}", status=404)
    assert await debt(world, seller) == "-80.00"
