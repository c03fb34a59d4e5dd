"""The money of a job of several cooperatives: shared, charged, credited, netted; to the cent in each one's books."""

from tests.scenarios.buying import owed
from tests.scenarios.jobs import (
    COLLECTIVE,
    accepted,
    agreed,
    approved,
    delivered,
    join,
    line,
    look,
    move,
    net,
    part_move,
    party,
    plan,
    pots,
    sign,
    slot,
    slots_of,
    three,
    under,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import SAENS_TOIS, World


async def test_buurtmoeders(world: World) -> None:
    """42075 with VAT: 37500 − 12000 = 25500; the umbrella gets 10 %, and 22950 goes 50/30/20."""
    umbrella = await world.cooperative(COLLECTIVE)
    lead = await under(world, umbrella)
    people = [await world.member(lead) for _ in range(3)]
    lines = [line("11.00", "reduced", 25, "Lunch"), line("25.00", "standard", 4, "Muziek")]
    costs = [{"title": "Boodschappen", "supplier": "De Markt", "amount": {"amount": "120.00"}}]
    roles = [slot("Koken", 5000), slot("Serveren", 3000), slot("Afwassen", 2000)]
    job = await plan(world, lead, *roles, lines=lines, costs=costs)
    assert job["net"]["amount"] == "375.00"
    assert [s["share"]["amount"] for s in await slots_of(lead.coordinator, job)] == ["127.50", "76.50", "51.00"]
    for number, (caller, member_id) in enumerate(people):
        part = await join(caller, job, member_id, number)
        seen = await caller("GET", f"/v1/assignment-parts/{part['id']}/preview")
        assert seen["legs"][-1]["amount"]["amount"] == ["114.75", "68.85", "45.90"][number]
    job = await approved(job, lead)
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    assert (order["gross"]["amount"], order["state"], job["state"]) == ("420.75", "completed", "approved")
    assert await pots(world, lead, *(member_id for _, member_id in people)) == ["114.75", "68.85", "45.90"]
    await world.pay(lead, order)
    assert (await look(lead.coordinator, job))["state"] == "settled"
    found = await world.balances(lead)
    assert (found["payable_cooperative"], found["payable_supplier"], found["bank"]) == ("25.50", "120.00", "-420.75")
    await books_are_right(world)
    await net(umbrella, lead)
    assert (await world.balances(lead))["payable_cooperative"] == "0.00"
    assert (await world.balances(umbrella))["cooperative_fund"] == "25.50"
    await books_are_right(world)


async def test_future_of_fame(world: World) -> None:
    """90750 = deposit 27225 + final 63525; three members keep 22500 each after 10 %."""
    lead = await world.cooperative(SAENS_TOIS)
    people = [(lead.member, lead.member_id), *[await world.member(lead) for _ in range(2)]]
    team = slot("Dansen", 1, kind="rest", seats=3)
    job = await plan(world, lead, team, lines=[line("750.00")], deposit={"amount": "272.25"})
    for caller, member_id in people:
        await join(caller, job, member_id)
    job = await agreed(job, lead)
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    assert order["gross"]["amount"] == "907.50"
    refused = await move(lead.coordinator, job, "start", status=409)
    assert refused["facts"]["reason"] == "deposit_missing"
    place = f"/v1/orders/{order['id']}/payments"
    await lead.treasurer("POST", place, {"amount": {"amount": "272.25"}})
    await move(lead.coordinator, job, "start")
    await move(lead.coordinator, job, "deliver")
    job = await move(lead.treasurer, job, "approve", reason="per brief")
    assert await pots(world, lead, *(m for _, m in people)) == ["225.00", "225.00", "225.00"]
    assert job["state"] == "approved"
    await lead.treasurer("POST", place, {"amount": {"amount": "635.25"}})
    assert (await look(lead.coordinator, job))["state"] == "settled"
    refund = await lead.refund(order["id"], {"reason": "klacht"})
    assert refund["payment"] == "refunded"
    assert await pots(world, lead, *(m for _, m in people)) == ["0.00", "0.00", "0.00"]
    assert (await world.balances(lead))["bank"] == "0.00"
    await books_are_right(world)


async def test_three_cooperatives_a_partial_refund_and_the_close_of_the_month(world: World) -> None:
    with world.clock.at("2026-10-05"):
        uitloop, ons, scope = await three(world)
        job = await party(world, uitloop, ons, scope)
        order = await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}")
        assert await pots(world, uitloop, uitloop.member_id) == ["3055.00"]
        assert (await world.balances(uitloop))["payable_municipality"] == "55.00"
        assert (await world.balances(ons))["cooperative_fund"] == "100.00"
        assert (await world.balances(scope))["held"] == "70.00"
        assert (await owed(ons), await owed(scope)) == ({uitloop.id: "-121.00"}, {uitloop.id: "-84.70"})
        await books_are_right(world)
        await world.pay(uitloop, order)
        for amount in ("100.01", "0.01", "33.33"):
            await uitloop.refund(order["id"], {"reason": "te laat", "amount": {"amount": amount}})
            await books_are_right(world)
        for partner in (ons, scope):
            await net(uitloop, partner)
            assert await owed(partner) == {uitloop.id: "0.00"}
        await books_are_right(world)
    with world.clock.at("2026-11-02"):
        for seller in (uitloop, ons, scope):
            await world.close_month(seller, "2026-10")
        await uitloop.refund(order["id"], {"reason": "alles terug"})
        # The tent of 30.00 stays owed, and the lead's fund bears it: 345.88 of the earlier sale, less 30.00.
        found = await world.balances(uitloop)
        assert (found["payable_supplier"], found["cooperative_fund"]) == ("30.00", "315.88")
        assert (await world.balances(ons))["cooperative_fund"] == "0.00"
        assert (await world.balances(scope))["held"] == "0.00"
        assert await pots(world, uitloop, uitloop.member_id) == ["2940.00"]
        await books_are_right(world)
        for partner in (ons, scope):
            await net(partner, uitloop)
            held = await world.balances(partner)
            assert (await owed(partner), float(held["bank"]) + float(held["in_transit"])) == ({uitloop.id: "0.00"}, 0)
        await books_are_right(world)


async def test_what_cancelling_does_to_the_money_is_stated(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000), deposit={"amount": "50.00"})
    await join(lead.member, job, lead.member_id)
    job = await agreed(job, lead)
    place = f"/v1/orders/{job['orderId']}"
    await lead.treasurer("POST", f"{place}/payments", {"amount": {"amount": "50.00"}})
    await move(lead.coordinator, job, "cancel", status=422)
    job = await move(lead.coordinator, job, "cancel", reason="regen")
    order = await lead.treasurer("GET", place)
    assert (job["state"], order["state"], order["owedBack"]["amount"]) == ("cancelled", "cancelled", "50.00")
    await lead.treasurer("POST", f"{place}/repayments", {})
    order = await lead.treasurer("GET", place)
    assert (order["payment"], order["owedBack"]["amount"]) == ("unpaid", "0.00")
    assert (await world.balances(lead))["bank"] == "0.00"
    await books_are_right(world)


async def test_a_price_agreed_lower_afterwards_lowers_what_the_customer_owes(world: World) -> None:
    """121.00 owed; 21.00 off before any payment: 100.00 to pay, and nothing goes through the bank."""
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    job = await approved(job, lead, other)
    place = f"/v1/orders/{job['orderId']}"
    order = await lead.refund(job["orderId"], {"reason": "korting", "amount": {"amount": "21.00"}})
    assert (order["payment"], order["paid"]["amount"]) == ("unpaid", "0.00")
    assert order["due"]["amount"] == "100.00"
    await lead.treasurer("POST", f"{place}/payments", {"amount": {"amount": "100.00"}})
    assert (await look(lead.coordinator, job))["state"] == "settled"
    await books_are_right(world)


async def test_nobody_comes_to_owe_more_than_a_partner_allows(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    place = f"/v1/cooperatives/{other.id}/credit-limits/{lead.id}"
    await other.treasurer("PUT", place, {"limit": {"amount": "99.99"}})
    await lead.treasurer("PUT", place, {"limit": None}, status=404)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(other.member, job, other.member_id)
    for seller in (lead, other):
        await sign(seller, job)
    refused = await move(lead.coordinator, job, "agree", status=409)
    assert (refused["code"], refused["facts"]["more_cents"]) == ("limit_exceeded", 10000)
    await other.treasurer("PUT", place, {"limit": {"amount": "150.00"}})
    await move(lead.coordinator, job, "agree")
    more = await plan(world, lead, slot("Koken", 10000))
    await join(other.member, more, other.member_id)
    for seller in (lead, other):
        await sign(seller, more)
    assert (await move(lead.coordinator, more, "agree", status=409))["facts"]["open_cents"] == 10000
    assert (await other.treasurer("GET", place.rsplit("/", 1)[0]))[0]["limit"]["amount"] == "150.00"


async def test_the_picture_shows_a_cooperative_its_own_branch_only(world: World) -> None:
    uitloop, ons, scope = await three(world)
    job = await party(world, uitloop, ons, scope)
    picture = await uitloop.treasurer("GET", f"/v1/assignments/{job['id']}/flows.svg")
    assert picture.startswith("<svg")
    assert "savings pots €115.00" in picture
    assert f"{ons.slug} €100.00" in picture
    assert "held" not in picture
    flows = await scope.coordinator("GET", f"/v1/assignments/{job['id']}/flows")
    assert [(f["target"], f["amount"]["amount"]) for f in flows if f["source"] == scope.slug] == [("held", "70.00")]
    await uitloop.member("GET", f"/v1/assignments/{job['id']}/flows", status=403)
    mine = (await scope.member("GET", f"/v1/assignments/{job['id']}/parts"))["items"][0]
    preview = f"/v1/assignment-parts/{mine['id']}/preview"
    assert (await scope.member("GET", preview))["net"]["amount"] == "70.00"
    await uitloop.treasurer("GET", preview, status=404)
    await uitloop.coordinator("GET", preview, status=404)


async def test_what_a_job_cost_before_is_decided_before_it_is_shared(world: World) -> None:
    lead, buyer = await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(lead))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await world.cost(lead, order, "10.00")
    refused = await plan(world, lead, orderId=order["id"], status=422)
    assert refused["facts"]["rule"] == "costs_are_the_assignments"


async def test_a_trace_of_a_charge_begins_with_who_was_charged(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(SAENS_TOIS)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(other.member, job, other.member_id)
    job = await approved(job, lead, other)
    (charge,) = (await other.treasurer("GET", "/v1/orders"))["items"]
    trace = await other.treasurer("GET", f"/v1/orders/{charge['id']}/trace")
    shown = [(flow["target"], flow["amount"]["amount"]) for flow in trace]
    assert shown == [("cooperative_fund", "10.00"), ("pot", "90.00"), ("vat", "21.00")]
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    trace = await lead.treasurer("GET", f"/v1/orders/{order['id']}/trace")
    shown = [(flow["target"], flow["amount"]["amount"]) for flow in trace]
    assert shown == [("payable_cooperative", "121.00"), ("vat", "21.00"), ("vat", "-21.00")]


async def test_a_colleague_instead_moves_no_odd_cent_between_cooperatives(world: World) -> None:
    """10000 over three seats: if a colleague takes over, each cooperative still gets what it signed for."""
    lead, left, right = [await world.cooperative(COLLECTIVE) for _ in range(3)]
    job = await plan(world, lead, slot("Koken", 1, kind="rest", seats=3))
    parts = {seller.id: await join(seller.member, job, seller.member_id) for seller in (left, right, lead)}
    signed = {seller.id: (await sign(seller, job))["share"]["amount"] for seller in (lead, left, right)}
    assert sorted(signed.values()) == ["33.33", "33.33", "33.34"]
    await move(lead.coordinator, job, "agree")
    for seller in (left, lead):
        colleague, colleague_id = await world.member(seller)
        await part_move(seller.member, parts[seller.id], "hand_on", toMemberId=colleague_id)
        await part_move(colleague, parts[seller.id], "take_over")
    for verb in ("start", "deliver"):
        await move(lead.coordinator, job, verb)
    await move(lead.treasurer, job, "approve", reason="gebeld")
    booked = {seller.id: (await world.balances(seller))["cooperative_fund"] for seller in (lead, left, right)}
    assert booked == signed


async def test_what_was_paid_too_early_and_given_back_is_due_anew(world: World) -> None:
    lead, buyer = await world.cooperative(COLLECTIVE), world.person()
    order = await accepted(world, lead, buyer)
    place = f"/v1/orders/{order['id']}"
    await world.pay(lead, order)
    await lead.treasurer("POST", f"{place}/repayments", {"amount": order["gross"]})
    job = await plan(world, lead, slot("Tuin", 10000), orderId=order["id"])
    await join(lead.member, job, lead.member_id)
    await delivered(job, lead)
    assert (await move(buyer, job, "approve"))["state"] == "approved"
    await world.pay(lead, order)
    found = await world.balances(lead)
    assert ((await look(lead.coordinator, job))["state"], found["receivable_customer"]) == ("settled", "0.00")
    await books_are_right(world)
