"""Costs above the net price of a line need a third person."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.scenarios.jobs import line, slot
from tests.scenarios.jobs import plan as plan_job
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_small_business import choose
from tests.world import Caller, Json, Seller, World


async def _claim(
    seller: Seller, order: Json, amount: str, who: Caller | None = None, status: int | None = None, **more: Any
) -> Json:
    body = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": amount}}
    body |= {"payee": "member", "receipt": "bon 12"} | more
    made: Json = await (who or seller.member)("POST", f"/v1/orders/{order['id']}/cost-claims", body, status=status)
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
    assert await _booked(seller, claim) == set()
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
    assert await _booked(seller, claim) == {"payable_member", "to_share"}
    await world.work()
    for officer in (seller.coordinator, seller.treasurer):
        assert "confirm_claim" not in {task["what"] for task in (await officer("GET", "/v1/tasks"))["items"]}
    await books_are_right(world)


async def _booked(seller: Seller, claim: Json) -> set[str]:
    """The accounts that a claim moved."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={claim['id']}")
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


async def test_a_claim_names_its_vat_and_what_of_it_is_deductible(world: World) -> None:
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller, "200.00"))
    plain = await _claim(seller, order, "12.10")
    assert (plain["vat"]["amount"], plain["deductible"]) == ("0.00", "100")
    meal = await _claim(seller, order, "12.10", vat={"amount": "2.10"}, deductible="0")
    read = await seller.treasurer("GET", f"/v1/cost-claims/{meal['id']}")
    assert (read["amount"]["amount"], read["vat"]["amount"], read["deductible"]) == ("12.10", "2.10", "0")
    refused = await _claim(seller, order, "12.10", vat={"amount": "2.11"}, status=422)
    assert (refused["code"], refused["facts"]) == ("vat_too_high", {"highest_cents": 210})
    for percent in ("100.01", "12.345", "-1", "tien"):
        faults = (await _claim(seller, order, "12.10", deductible=percent, status=400))["errors"]
        assert [fault["field"] for fault in faults] == ["deductible"]
    query = """mutation($o: UUID!, $l: UUID!) { claimCost(idempotencyKey: "v", orderId: $o, input: {
                 orderLineId: $l, category: "materiaal", amount: {amount: "1.00"}, payee: MEMBER, receipt: "x",
                 vat: {amount: "0.17"}, deductible: "33.33" }) { vat { amount } deductible } }"""
    made = (await seller.member.graphql(query, o=order["id"], l=order["lines"][0]["id"]))["data"]["claimCost"]
    assert made == {"vat": {"amount": "0.17"}, "deductible": "33.33"}


@pytest.mark.parametrize(
    ("amount", "vat", "deductible", "scheme", "state"),
    [
        pytest.param("242.00", "42.00", "100", False, "approved", id="all VAT is deducted"),
        pytest.param("242.01", "42.00", "100", False, "to_confirm", id="a cent more"),
        pytest.param("242.00", "42.00", "0", False, "to_confirm", id="a meal"),
        pytest.param("217.80", "35.60", "50", False, "approved", id="mixed use"),
        pytest.param("217.81", "35.60", "50", False, "to_confirm", id="mixed use and a cent"),
        pytest.param("242.00", "42.00", "100", True, "to_confirm", id="the small-business scheme"),
    ],
)
async def test_vat_that_is_deducted_does_not_count_against_the_net_of_a_line(
    world: World, amount: str, vat: str, deductible: str, scheme: bool, state: str
) -> None:
    seller = await world.cooperative()
    if scheme:
        await choose(world, seller, f"{world.clock():%Y}-01-01")
    order = await world.order(await world.app(), await world.offering(seller, "200.00"))
    claim = await _claim(seller, order, amount, vat={"amount": vat}, deductible=deductible)
    assert (await _move(seller.treasurer, claim, "approve"))["state"] == state


async def test_the_costs_of_a_job_name_their_vat(world: World) -> None:
    lead = await world.cooperative()
    tent: Json = {"title": "Tent", "supplier": "Verhuur", "amount": {"amount": "12.10"}, "vat": {"amount": "2.10"}}
    lunch: Json = {"title": "Lunch", "supplier": "Café", "amount": {"amount": "10.90"}, "deductible": "0"}
    lunch |= {"vat": {"amount": "0.90"}}
    job = await plan_job(world, lead, slot("Koken", 10000), lines=[line("100.00")], costs=[tent, lunch])
    terms = await lead.treasurer("GET", f"/v1/assignments/{job['id']}/terms")
    assert [(cost["title"], cost["vat"]["amount"], cost["deductible"]) for cost in terms["jobCosts"]] == [
        ("Tent", "2.10", "100"),
        ("Lunch", "0.90", "0"),
    ]
    assert terms["costs"]["amount"] == "23.00"
    wrong = [tent | {"vat": {"amount": "2.11"}}]
    refused = await plan_job(world, lead, lines=[line("100.00")], costs=wrong, status=422)
    assert refused["code"] == "vat_too_high"
