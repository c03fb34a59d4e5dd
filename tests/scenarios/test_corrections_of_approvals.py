"""The approval of a job is undone in the books of every cooperative: it waits to be approved again."""

from datetime import timedelta

from tests.scenarios.jobs import (
    COLLECTIVE,
    approved,
    delivered,
    join,
    line,
    look,
    move,
    net,
    part_move,
    plan,
    pots,
    sign,
    slot,
    three,
)
from tests.scenarios.test_corrections import euro, undo
from tests.scenarios.test_corrections_of_jobs import approval, booked, credit, undo_by_all
from tests.scenarios.test_corrections_together import todo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_small_business import ANY
from tests.world import SAENS_TOIS, Json, Seller, World


async def delivered_job(world: World, *sides: Seller) -> Json:
    """400.00 with a tent of 30.00, delivered; the parts are 200.00, 100.00 and the rest."""
    costs = [{"title": "Tent", "supplier": "Verhuur BV", "amount": euro("30.00")}]
    roles = [slot("Tuin", 20000, kind="fixed"), slot("Koken", 10000, kind="fixed"), slot("Poetsen", 1, kind="rest")]
    job = await plan(world, sides[0], *roles, lines=[line("400.00")], costs=costs)
    for number, seller in enumerate(sides):
        await join(seller.coordinator, job, seller.member_id, number)
    return await delivered(job, *sides)


async def test_the_approval_of_a_job_is_undone_by_every_cooperative(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await delivered_job(world, *sides)
    order = await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}")
    await uitloop.treasurer("POST", f"/v1/orders/{order['id']}/payments", {"amount": euro("84.00")})
    before = await booked(world, *sides)
    await move(uitloop.treasurer, job, "approve", reason="gebeld")
    approved_so = await booked(world, *sides)
    journals = [await approval(side) for side in sides]
    assert [row["kind"] for row in journals] == ["cost", "charge", "charge"]
    stranger = await world.cooperative()
    for side, journal in zip(sides, journals, strict=True):
        await undo(stranger, journal, 404)
        await undo(side, journal, 403, by=side.coordinator)
    asked = await undo(uitloop, journals[0], reason="verkeerde job")
    assert (asked["state"], set(asked["waitsFor"])) == ("proposed", {ons.id, scope.id})
    assert await booked(world, *sides) == approved_so
    assert (await undo(scope, journals[2]))["id"] == asked["id"]
    assert (await undo(ons, journals[1]))["state"] == "booked"
    assert await booked(world, *sides) == before
    assert (await look(uitloop.coordinator, job))["state"] == "disputed"
    order = await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}")
    assert (order["state"], order["paid"]["amount"], order["due"]["amount"]) == ("delivered", "84.00", "400.00")
    assert "settle_dispute" in await todo(world, uitloop.coordinator)
    for side, journal in zip(sides, journals, strict=True):
        assert (await undo(side, journal, 409))["code"] == "already_settled"
    await books_are_right(world)
    await move(uitloop.treasurer, job, "approve", reason="toch goed")
    assert await booked(world, *sides) == approved_so
    await books_are_right(world)
    # Once more, from the side of a partner, and after the customer paid all.
    await world.pay(uitloop, await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}"))
    assert (await look(uitloop.coordinator, job))["state"] == "settled"
    for side in reversed(sides):
        done = await undo(side, await approval(side))
    assert done["state"] == "booked"
    assert (await look(uitloop.coordinator, job))["state"] == "disputed"
    await books_are_right(world)
    assert (await move(uitloop.treasurer, job, "approve", reason="goed"))["state"] == "settled"
    await books_are_right(world)


async def test_costs_that_were_typed_wrong_are_corrected_before_the_job_is_approved_again(world: World) -> None:
    """A tent of 30.00 that was 50.00: the rest of the shares is 20.00 less."""
    uitloop, ons, scope = sides = await three(world)
    job = await delivered_job(world, *sides)
    await move(uitloop.treasurer, job, "approve", reason="gebeld")
    for side in sides:
        await undo(side, await approval(side))
    await move(uitloop.coordinator, job, "resume")
    costs = [{"title": "Tent", "supplier": "Verhuur BV", "amount": euro("50.00")}]
    place = f"/v1/assignments/{job['id']}"
    await uitloop.coordinator("PATCH", place, {"title": "x"}, status=409, headers=ANY)
    await uitloop.coordinator("PATCH", place, {"costs": costs}, headers=ANY)
    refused = await move(uitloop.coordinator, job, "deliver", status=409)
    assert refused["facts"]["reason"] == "signatures_missing"
    for side in sides:
        await sign(side, job)
    await move(uitloop.coordinator, job, "deliver")
    await uitloop.coordinator("PATCH", place, {"costs": costs}, status=409, headers=ANY)
    await move(uitloop.treasurer, job, "approve", reason="gebeld")
    assert (await world.balances(uitloop))["payable_supplier"] == "50.00"
    assert (await world.balances(scope))["held"] == "50.00"
    assert (await world.balances(ons))["cooperative_fund"] == "100.00"
    await books_are_right(world)


async def test_somebody_who_has_no_part_any_more_earns_nothing(world: World) -> None:
    lead, other = await world.cooperative(SAENS_TOIS), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    part = await join(lead.member, job, lead.member_id)
    await join(other.member, job, other.member_id)
    job = await approved(job, lead, other)
    for side in (lead, other):
        await undo(side, await approval(side))
    await move(lead.coordinator, job, "resume")
    colleague, colleague_id = await world.member(lead)
    await part_move(lead.member, part, "hand_on", toMemberId=colleague_id)
    await part_move(colleague, part, "take_over")
    await move(lead.coordinator, job, "deliver")
    await move(lead.treasurer, job, "approve", reason="gebeld")
    assert await pots(world, lead, lead.member_id, colleague_id) == ["0.00", "45.00"]
    await books_are_right(world)
    await credit(lead, job, "121.00")
    await books_are_right(world)


async def test_an_approval_on_which_something_stands_stays(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await delivered_job(world, *sides)
    before = await booked(world, *sides)
    await move(uitloop.treasurer, job, "approve", reason="gebeld")
    costs = await approval(uitloop)
    await credit(uitloop, job, "48.40")
    refused = await undo(uitloop, costs, 409)
    assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "credit")
    await undo_by_all(uitloop, ons, scope)
    netting = await net(uitloop, ons)
    for side in sides:
        refused = await undo(side, await approval(side), 409)
        assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "netting")
    for side in (uitloop, ons):
        await world.undo(side, netting)
    held = (await scope.coordinator("GET", f"/v1/cooperatives/{scope.id}/earnings"))["items"][0]
    body = {"verb": "release", "reason": "proef voorbij"}
    await scope.coordinator("POST", f"/v1/earnings/{held['id']}/transitions", body)
    refused = await undo(uitloop, costs, 409)
    assert refused["facts"]["kind"] == "release"
    await undo(scope, {"id": refused["facts"]["journal_id"]}, by=scope.coordinator)
    for side in sides:
        await undo(side, await approval(side))
    assert await booked(world, *sides) == before
    await books_are_right(world)
    await world.work(timedelta(days=40))
    assert (await look(uitloop.coordinator, job))["state"] == "disputed"


async def test_a_job_of_one_cooperative_is_disputed_once_its_costs_are_undone(world: World) -> None:
    lead = await world.cooperative(SAENS_TOIS)
    costs = [{"title": "Tent", "supplier": "Verhuur BV", "amount": euro("24.20"), "vat": euro("4.20")}]
    job = await plan(world, lead, slot("Dansen", 10000), costs=costs)
    await join(lead.member, job, lead.member_id)
    job = await delivered(job, lead)
    before = await booked(world, lead)
    await move(lead.treasurer, job, "approve", reason="gebeld")
    refused = await undo(lead, await approval(lead), 403, by=lead.coordinator)
    assert refused["code"] == "forbidden"
    assert (await undo(lead, await approval(lead)))["state"] == "booked"
    assert await booked(world, lead) == before
    await books_are_right(world)


async def test_a_charge_of_a_customer_follows_from_the_delivery(world: World) -> None:
    lead = await world.cooperative()
    order = await world.sale(lead, await world.app(), "100.00")
    charge = await world.journal(lead, order["id"], "charge")
    assert not charge["canBeReversed"]
    refused = await undo(lead, charge, 409)
    assert (refused["code"], refused["facts"]["how"]) == ("not_reversible", "charge")
