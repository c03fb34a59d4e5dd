"""What took two people of the staff takes two to undo: write-offs, and costs that a third person confirmed."""

import pytest

from tests.scenarios.money import completed, decide, journals, pay, seen, standing, step, write_off
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_second_person import statuses, tasks, umbrella_of
from tests.scenarios.test_write_offs import partly_paid
from tests.world import SAENS_TOIS, Caller, Json, Seller, World

WHY = {"reason": "ze betalen toch"}


async def lost(world: World, buyer: Caller | None = None) -> tuple[Seller, Json, str]:
    """142.00 of 242.00 was written off; the path of the reversals of that."""
    seller, order = await partly_paid(world, buyer)
    (booked,) = await journals(seller, await write_off(seller, order))
    return seller, order, f"/v1/journals/{booked['id']}/reversals"


@pytest.mark.parametrize("role", ["coordinator", "treasurer", "approver", "umbrella"])
async def test_a_second_person_books_the_reversal_of_a_write_off(world: World, role: str) -> None:
    """Until then nothing is booked. They read why, and nothing of the order."""
    seller, order, place = await lost(world)
    umbrella = await umbrella_of(world, seller)
    second = {
        "coordinator": seller.coordinator,
        "treasurer": await world.officer("treasurer", cooperativeId=seller.id),
        "approver": await world.approver(seller.id),
        "umbrella": umbrella.coordinator,
    }[role]
    if role != "treasurer":
        assert (await second("POST", place, WHY, status=403 if role == "coordinator" else 404))["code"]
    before = await standing(world, seller)
    asked = await seller.treasurer("POST", place, WHY)
    assert (asked["state"], asked["waitsFor"], asked["reversedBy"]) == ("proposed", [seller.id], None)
    assert await standing(world, seller) == before
    assert (await seen(seller, order))[0] == "written_off"
    await books_are_right(world)
    assert (await seller.treasurer("POST", place, WHY, status=403))["code"] == "second_person_needed"
    assert "confirm_reversal" in await tasks(world, seller.coordinator)
    found = await second("GET", f"/v1/journal-reversals/{asked['id']}")
    assert (found["reason"], found["sourceType"]) == (WHY["reason"], "write_off")
    about = await second("GET", f"/v1/write-offs/{found['sourceId']}")
    assert about["orderReference"] == order["reference"]
    if role in ("approver", "umbrella"):
        await second("GET", f"/v1/orders/{order['id']}", status=404)
        await second("GET", f"/v1/cooperatives/{seller.id}/journals", status=403 if role == "approver" else 404)
    listed = (await second("GET", f"/v1/cooperatives/{seller.id}/journal-reversals"))["items"]
    assert [one["id"] for one in listed] == [asked["id"]]
    done = await second("POST", place, {"reason": "klopt"})
    assert (done["id"], done["state"], done["waitsFor"], done["reason"]) == (asked["id"], "booked", [], WHY["reason"])
    assert await seen(seller, order) == ("partly_paid", "100.00", "0.00", "142.00", "0.00")
    assert (await standing(world, seller))["receivable_customer"] == "-142.00"
    assert "confirm_reversal" not in await tasks(world, seller.coordinator)
    for who in (second, seller.treasurer, seller.coordinator):
        assert (await who("POST", place, WHY, status=409))["code"] == "already_settled"
    await books_are_right(world)


async def test_strangers_see_no_reversal_and_book_none(world: World) -> None:
    seller, _, place = await lost(world)
    umbrella, other = await umbrella_of(world, seller), await world.cooperative()
    above = await umbrella_of(world, umbrella)
    asked = await seller.treasurer("POST", place, WHY)
    one = f"/v1/journal-reversals/{asked['id']}"
    for who in (other.treasurer, above.coordinator, umbrella.member, await world.approver(other.id), world.network):
        await who("POST", place, WHY, status=404)
        await who("GET", one, status=404)
        await who("GET", f"/v1/cooperatives/{seller.id}/journal-reversals", status=404)
        await who("POST", f"{one}/refusals", WHY, status=404)
    await seller.member("POST", place, WHY, status=404)
    await seller.member("POST", f"{one}/refusals", WHY, status=404)


async def test_buyer_and_makers_neither_propose_agree_nor_refuse(world: World) -> None:
    buyer, person_id = await world.known()
    seller, order, place = await lost(world, buyer)
    maker_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    for person in (person_id, maker_id):
        office = {"personId": person, "role": "treasurer", "cooperativeId": seller.id}
        await world.network("POST", "/v1/offices", office)
    involved = (buyer, seller.member)
    for who in involved:
        assert (await who("POST", place, WHY, status=403))["code"] == "second_person_needed"
    asked = await seller.treasurer("POST", place, WHY)
    for who in involved:
        assert (await who("POST", place, WHY, status=403))["code"] == "second_person_needed"
        refused = await who("POST", f"/v1/journal-reversals/{asked['id']}/refusals", WHY, status=403)
        assert refused["code"] == "second_person_needed"
    assert (await seen(seller, order))[0] == "written_off"
    assert (await seller.coordinator("POST", place, WHY))["state"] == "booked"
    await books_are_right(world)


async def test_a_reversal_is_refused_or_taken_back(world: World) -> None:
    seller, order, place = await lost(world)
    approver, umbrella = await world.approver(seller.id), await umbrella_of(world, seller)
    for who in (seller.coordinator, seller.treasurer, approver, umbrella.treasurer):
        asked = await seller.treasurer("POST", place, WHY)
        refusals = f"/v1/journal-reversals/{asked['id']}/refusals"
        declined = await who("POST", refusals, {"reason": "ze zijn failliet"})
        assert (declined["state"], declined["answer"]) == ("declined", "ze zijn failliet")
        assert (await who("POST", refusals, {"reason": "x"}, status=409))["code"] == "already_settled"
        # Whoever may be a second person only does not propose it anew.
        await seller.coordinator("POST", place, WHY, status=403)
        await approver("POST", place, WHY, status=404)
    assert "confirm_reversal" not in await tasks(world, seller.coordinator)
    assert (await seen(seller, order))[0] == "written_off"
    await books_are_right(world)


async def test_of_two_second_persons_at_once_one_books_it(world: World) -> None:
    seller, order, place = await lost(world)
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    await seller.treasurer("POST", place, WHY)
    asked = [(who, place) for who in (seller.coordinator, umbrella.treasurer, approver)]
    assert sorted(await statuses(world, WHY, *asked)) == [201, 409, 409]
    assert await seen(seller, order) == ("partly_paid", "100.00", "0.00", "142.00", "0.00")
    await books_are_right(world)


async def test_of_two_first_persons_at_once_both_are_heard_or_one(world: World) -> None:
    """One proposes; the other one is told so (409), or comes after it and is the second person."""
    seller, order, place = await lost(world)
    other = await world.officer("treasurer", cooperativeId=seller.id)
    found = await statuses(world, WHY, (seller.treasurer, place), (other, place))
    assert sorted(found) in ([201, 201], [201, 409])
    booked = (await seen(seller, order))[0] == "partly_paid"
    assert booked == (found == [201, 201])
    await books_are_right(world)


async def test_agreed_and_refused_at_once_is_one_of_them(world: World) -> None:
    seller, order, place = await lost(world)
    approver = await world.approver(seller.id)
    asked = await seller.treasurer("POST", place, WHY)
    one = f"/v1/journal-reversals/{asked['id']}"
    yes, no = await statuses(world, WHY, (approver, place), (seller.coordinator, f"{one}/refusals"))
    state = (await seller.treasurer("GET", one))["state"]
    assert (yes, no, state) in ((201, 409, "booked"), (403, 201, "declined"), (404, 201, "declined"))
    assert (await seen(seller, order))[0] == ("partly_paid" if state == "booked" else "written_off")
    await books_are_right(world)


async def test_money_that_came_meanwhile_leaves_nothing_to_reverse(world: World) -> None:
    seller, order, place = await lost(world)
    asked = await seller.treasurer("POST", place, WHY)
    await pay(seller, order, "142.00")
    assert (await seller.coordinator("POST", place, WHY, status=409))["code"] == "already_settled"
    await seller.treasurer("POST", f"/v1/journal-reversals/{asked['id']}/refusals", {"reason": "is betaald"})
    assert (await seller.treasurer("POST", place, WHY, status=409))["code"] == "already_settled"
    assert await seen(seller, order) == ("paid", "242.00", "0.00", "0.00", "0.00")
    await books_are_right(world)


async def test_it_can_be_written_off_again(world: World) -> None:
    seller, order, place = await lost(world)
    for who in (seller.treasurer, seller.coordinator):
        await who("POST", place, WHY)
    found = await seller.coordinator("GET", f"/v1/orders/{order['id']}/write-offs")
    assert [one["state"] for one in found] == ["reversed"]
    assert (await decide(seller.coordinator, found[0], status=409))["code"] == "wrong_state"
    await write_off(seller, order)
    assert (await seen(seller, order))[0] == "written_off"
    await books_are_right(world)


async def test_a_cost_that_a_third_person_confirmed_takes_two(world: World) -> None:
    """Above the net of its line: 300.00 of 200.00. One that one person approved is undone by one."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await step(seller.member, order, "accept")
    small, large = [await world.cost(seller, order, amount) for amount in ("30.00", "300.00")]
    first, second = [await world.journal(seller, claim["id"]) for claim in (small, large)]
    place = f"/v1/journals/{second['id']}/reversals"
    asked = await seller.coordinator("POST", place, WHY)
    assert asked["state"] == "proposed"
    assert (await world.balances(seller))["payable_member"] == "330.00"
    assert (await seller.coordinator("POST", place, WHY, status=403))["code"] == "second_person_needed"
    for who in (seller.coordinator, seller.treasurer):
        assert (await who("GET", f"/v1/journal-reversals/{asked['id']}"))["reason"] == WHY["reason"]
    umbrella, approver = await umbrella_of(world, seller), await world.approver(seller.id)
    for stranger in (umbrella.treasurer, approver):
        await stranger("POST", place, WHY, status=404)
        await stranger("GET", f"/v1/journal-reversals/{asked['id']}", status=404)
    assert (await seller.treasurer("POST", place, WHY))["state"] == "booked"
    assert (await world.balances(seller))["payable_member"] == "30.00"
    done = await seller.coordinator("POST", f"/v1/journals/{first['id']}/reversals", WHY)
    assert done["state"] == "booked"
    listed = f"/v1/cooperatives/{seller.id}/journal-reversals"
    for who, ids in ((seller.treasurer, {asked["id"], done["id"]}), (seller.coordinator, {asked["id"]})):
        assert {one["id"] for one in (await who("GET", listed))["items"]} == ids
    for stranger in (umbrella.treasurer, approver):
        assert (await stranger("GET", listed))["items"] == []
    assert await standing(world, seller) == {}
    await books_are_right(world)


async def test_a_claim_is_undone_and_decided_anew_by_two(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    claim = await world.cost(seller, order, "300.00")
    await world.undo(seller, claim)
    assert (await standing(world, seller))["to_share"] == "200.00"
    again = {"verb": "approve"}
    decided = await seller.treasurer("POST", f"/v1/cost-claims/{claim['id']}/transitions", again)
    assert decided["state"] == "to_confirm"
    await books_are_right(world)
