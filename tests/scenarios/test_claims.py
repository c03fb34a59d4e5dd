"""Costs above the net price of a line need a third person."""

import asyncio

import httpx
import pytest

from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


async def _claim(seller: Seller, order: Json, amount: str, who: Caller | None = None) -> Json:
    body = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": amount}}
    body |= {"payee": "member", "receipt": "bon 12"}
    made: Json = await (who or seller.member)("POST", f"/v1/orders/{order['id']}/cost-claims", body)
    return made


async def _move(who: Caller, claim: Json, verb: str, status: int = 200, **more: str) -> Json:
    place = f"/v1/cost-claims/{claim['id']}/transitions"
    moved: Json = await who("POST", place, {"verb": verb} | more, status=status)
    return moved


async def test_claims_above_the_net_of_a_line_wait_for_a_third_person(world: World) -> None:
    """99,999.00 on an order of 200.00, claimed by the coordinator and approved by the treasurer, books nothing."""
    seller = await world.cooperative()
    app = await world.app()
    order = await world.order(app, await world.offering(seller, "200.00"))
    claim = await _claim(seller, order, "99999.00", seller.coordinator)
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    waiting = await _move(seller.treasurer, claim, "approve")
    assert (waiting["state"], waiting["confirmedBy"]) == ("to_confirm", None)
    assert "payable_member" not in await _booked(seller, order)
    await world.work()
    for officer in (seller.coordinator, seller.treasurer):
        tasks = (await officer("GET", "/v1/tasks"))["items"]
        assert "confirm_claim" in {task["what"] for task in tasks}
        refused = await _move(officer, claim, "confirm", status=403, reason="goed")
        assert refused["code"] == "second_person_needed"
    third = await world.officer("treasurer", cooperativeId=seller.id)
    assert (await _move(third, claim, "confirm", status=422))["code"] == "reason_needed"
    await seller.member("POST", f"/v1/cost-claims/{claim['id']}/transitions", {"verb": "confirm"}, status=403)
    confirmed = await _move(third, claim, "confirm", reason="Duur materiaal")
    assert (confirmed["state"], confirmed["reason"]) == ("approved", "Duur materiaal")
    assert confirmed["confirmedBy"] is not None
    assert "payable_member" in await _booked(seller, order)
    await world.work()
    for officer in (seller.coordinator, seller.treasurer):
        assert "confirm_claim" not in {task["what"] for task in (await officer("GET", "/v1/tasks"))["items"]}
    await books_are_right(world)


async def _booked(seller: Seller, order: Json) -> set[str]:
    """The accounts of an order's sale."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={order['id']}")
    return {entry["accountKind"] for journal in found["items"] for entry in journal["entries"]}


async def test_it_is_the_sum_of_a_line_that_counts_and_two_people_do_not_take_turns(world: World) -> None:
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller, "200.00"))
    first = await _claim(seller, order, "200.00", seller.coordinator)
    assert (await _move(seller.treasurer, first, "approve"))["state"] == "approved"
    second = await _claim(seller, order, "0.01", seller.treasurer)
    assert (await _move(seller.coordinator, second, "approve"))["state"] == "to_confirm"
    third = await world.officer("coordinator", cooperativeId=seller.id)
    extra = await _claim(seller, order, "1.00", third)
    assert (await _move(await world.officer("treasurer", cooperativeId=seller.id), extra, "approve"))["state"] == (
        "to_confirm"
    )
    # This person approved the first one.
    refused = await _move(seller.treasurer, extra, "confirm", status=403, reason="ja")
    assert "third person" in refused["detail"]
    assert (await _move(seller.treasurer, extra, "reject", reason="nee"))["state"] == "rejected"
    query = """mutation($i: UUID!) { decideClaim(idempotencyKey: "c", id: $i, input: {verb: CONFIRM, reason: "klopt"})
               { state confirmedBy } }"""
    done = await third.graphql(query, i=second["id"])
    assert done["data"]["decideClaim"]["state"] == "APPROVED"


@pytest.mark.parametrize("amount", ["120.00"])
async def test_two_claims_that_are_approved_at_once_do_not_pass_the_net_together(world: World, amount: str) -> None:
    for _ in range(4):
        seller = await world.cooperative()
        order = await world.order(await world.app(), await world.offering(seller, "200.00"))
        claims = [await _claim(seller, order, amount) for _ in range(2)]

        async def approve(claim: Json, by: Caller) -> httpx.Response:
            headers = {"Authorization": f"Bearer {by.token}", "Idempotency-Key": claim["id"]}
            place = f"/v1/cost-claims/{claim['id']}/transitions"
            return await by.client.post(place, json={"verb": "approve"}, headers=headers)

        answers = await asyncio.gather(*map(approve, claims, (seller.treasurer, seller.coordinator)))
        assert sorted(answer.json()["state"] for answer in answers) == ["approved", "to_confirm"]
