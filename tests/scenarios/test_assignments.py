"""One job, several cooperatives: staffed, signed, worked, approved; every cooperative's books balance separately."""

from datetime import timedelta

from tests.scenarios.jobs import (
    COLLECTIVE,
    accepted,
    agreed,
    delivered,
    join,
    look,
    move,
    part_move,
    plan,
    report,
    sign,
    slot,
    slots_of,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import World


async def test_who_comes_late_waits_and_a_seat_that_comes_free_goes_on_in_order(world: World) -> None:
    lead, other = await world.cooperative(), await world.cooperative()
    job = await plan(world, lead, slot("Koken", 10000), audience="partners", partnerIds=[other.id])
    first = await join(lead.member, job, lead.member_id)
    second = await join(other.member, job, other.member_id)
    third_caller, third_id = await world.member(other)
    third = await join(third_caller, job, third_id)
    assert [p["state"] for p in (first, second, third)] == ["taken", "waiting", "waiting"]
    await join(lead.member, job, lead.member_id, status=409)
    stranger = await world.cooperative()
    await stranger.member("GET", f"/v1/assignments/{job['id']}", status=404)
    await sign(lead, job)
    assert (await look(lead.coordinator, job))["signedIds"] == [lead.id]
    await part_move(lead.member, first, "withdraw")
    now = await look(lead.coordinator, job)
    assert (now["signedIds"], now["partyIds"], now["openSeats"]) == ([], [other.id], 0)
    assert (await other.member("GET", f"/v1/assignment-parts/{second['id']}"))["state"] == "taken"
    await world.work()
    tasks = [task["what"] for task in (await other.member("GET", "/v1/tasks"))["items"]]
    assert tasks == ["know_of_seat"]
    await third_caller("GET", f"/v1/assignment-parts/{second['id']}", status=404)
    assert [task["what"] for task in (await other.treasurer("GET", "/v1/tasks"))["items"]] == ["sign_assignment"]


async def test_a_part_is_handed_to_a_colleague_without_a_reason_and_nobody_signs_again(world: World) -> None:
    lead, other = await world.cooperative(), await world.cooperative()
    job = await plan(world, lead, slot("Koken", 6000), slot("Poetsen", 4000))
    await join(lead.member, job, lead.member_id)
    part = await join(other.member, job, other.member_id, 1)
    await sign(lead, job)
    await world.work()
    tasks = [(await seller.treasurer("GET", "/v1/tasks"))["items"] for seller in (lead, other)]
    assert [[task["what"] for task in found] for found in tasks] == [[], ["sign_assignment"]]
    await sign(other, job)
    await move(lead.coordinator, job, "agree")
    colleague, colleague_id = await world.member(other)
    await part_move(other.member, part, "hand_on", status=422)
    await part_move(other.member, part, "hand_on", status=404, toMemberId=lead.member_id)
    await part_move(colleague, part, "take_over", status=404)
    await part_move(other.member, part, "hand_on", toMemberId=colleague_id)
    await part_move(other.member, part, "take_over", status=403)
    assert (await part_move(colleague, part, "take_over"))["state"] == "handed_on"
    now = await look(lead.coordinator, job)
    assert (now["state"], sorted(now["signedIds"])) == ("agreed", sorted((lead.id, other.id)))
    mine = (await colleague("GET", f"/v1/assignments/{job['id']}/parts"))["items"]
    assert [(p["memberId"], p["state"]) for p in mine] == [(colleague_id, "taken")]
    everyone = (await lead.coordinator("GET", f"/v1/assignments/{job['id']}/parts"))["items"]
    away = next(p for p in everyone if p["memberId"] == lead.member_id)
    await part_move(lead.member, away, "withdraw")
    assert (await look(lead.coordinator, job))["state"] == "staffing"


async def test_hours_are_reported_corrected_and_approved_and_make_the_shares(world: World) -> None:
    """300 and 100 of 400 minutes share 10000: 7500 and 2500."""
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Bouwen", 0, kind="hours", seats=2))
    parts = [await join(seller.member, job, seller.member_id) for seller in (lead, other)]
    await agreed(job, lead, other)
    await report(lead.member, parts[0], 60, status=409)
    await move(lead.coordinator, job, "start")
    wrong = await move(lead.coordinator, job, "deliver", status=409)
    assert wrong["code"] == "shares_differ"
    reports = [await report(lead.member, parts[0], 330), await report(lead.member, parts[0], -30)]
    reports.append(await report(other.coordinator, parts[1], 100))
    await report(other.member, parts[1], -101, status=422)
    await report(lead.member, parts[1], 10, status=404)
    blocked = await move(lead.coordinator, job, "deliver", status=409)
    assert blocked["facts"]["reason"] == "hours_open"
    for entry in reversed(reports):
        await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
    await lead.coordinator("POST", f"/v1/assignment-hours/{reports[0]['id']}/approvals", status=409)
    await other.coordinator("POST", f"/v1/assignment-hours/{reports[0]['id']}/approvals", status=404)
    refused = await part_move(other.member, parts[1], "withdraw", status=422)
    assert refused["facts"]["rule"] == "worked_hours_stay"
    await move(lead.coordinator, job, "deliver")
    await move(lead.treasurer, job, "approve", reason="gebeld")
    assert (await world.balances(lead))["cooperative_fund"] == "75.00"
    assert (await world.balances(other))["cooperative_fund"] == "25.00"
    await books_are_right(world)


async def test_the_customer_of_an_order_asks_for_changes_disputes_and_approves(world: World) -> None:
    lead, other, buyer = await world.cooperative(), await world.cooperative(COLLECTIVE), world.person()
    order = await world.order(buyer, await world.offering(lead, "200.00"))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    job = await plan(world, lead, slot("Tuin", 5000, seats=2), orderId=order["id"])
    refused = await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"}, status=409)
    assert refused["facts"]["reason"] == "moves_with_its_assignment"
    await join(lead.member, job, lead.member_id)
    await join(other.member, job, other.member_id)
    await buyer("GET", f"/v1/assignments/{job['id']}/parts", status=404)
    await buyer("GET", f"/v1/assignments/{job['id']}/terms", status=404)
    assert (await look(buyer, job))["contact"] is None
    await delivered(job, lead, other)
    await move(buyer, job, "request_changes", status=422)
    await move(buyer, job, "request_changes", reason="de heg")
    await move(lead.coordinator, job, "deliver")
    await move(buyer, job, "dispute", reason="de heg nog steeds")
    await world.work()
    assert "settle_dispute" in [t["what"] for t in (await lead.coordinator("GET", "/v1/tasks"))["items"]]
    await move(lead.coordinator, job, "resume")
    await move(lead.coordinator, job, "deliver")
    await move(other.treasurer, job, "approve", status=404, reason="x")
    job = await move(buyer, job, "approve")
    assert (job["state"], (await world.balances(other))["cooperative_fund"]) == ("approved", "100.00")
    claim = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": "1.00"}}
    claim |= {"payee": "member", "receipt": "bon"}
    refused = await lead.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim, status=422)
    assert refused["facts"]["rule"] == "costs_are_the_assignments"
    await books_are_right(world)


async def test_silence_of_two_weeks_approves_and_a_late_word_changes_nothing(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(lead.member, job, lead.member_id)
    await delivered(job, lead)
    await world.work(timedelta(days=13))
    assert (await look(lead.coordinator, job))["state"] == "delivered"
    await world.work(timedelta(days=15))
    assert (await look(lead.coordinator, job))["state"] == "approved"
    await move(lead.treasurer, job, "approve", status=409, reason="gebeld")
    await books_are_right(world)


async def test_a_signature_names_the_terms_that_it_is_for(world: World) -> None:
    lead, other = await world.cooperative(), await world.cooperative()
    job = await plan(world, lead, slot("Koken", 10000))
    refused = await sign(lead, job, status=409)
    assert refused["facts"]["reason"] == "seats_open"
    await join(other.member, job, other.member_id)
    terms = (await look(other.treasurer, job))["terms"]
    place = (await slots_of(lead.coordinator, job))[0]
    change = {"shareKind": "rest", "shareSize": 1}
    await lead.coordinator("PATCH", f"/v1/assignment-slots/{place['id']}", change, headers={"If-Match": '"1"'})
    stale = await sign(other, job, terms, status=409)
    assert (stale["code"], stale["facts"]["present"]) == ("terms_changed", terms + 1)
    await sign(other, job)
    seen = await other.treasurer("GET", f"/v1/assignments/{job['id']}/terms")
    assert [(s["cooperativeId"], s["share"]["amount"], s["signed"]) for s in seen["shares"]] == [
        (lead.id, "0.00", False),
        (other.id, "100.00", True),
    ]
    await other.member(
        "POST", f"/v1/assignments/{job['id']}/signatures", {"cooperativeId": other.id, "terms": 1}, status=403
    )
    await lead.treasurer(
        "POST", f"/v1/assignments/{job['id']}/signatures", {"cooperativeId": other.id, "terms": 1}, status=404
    )


async def test_an_invitation_is_answered_by_who_was_asked(world: World) -> None:
    lead, other = await world.cooperative(), await world.cooperative()
    job = await plan(world, lead, slot("Koken", 10000), audience="own")
    place = f"/v1/assignment-slots/{(await slots_of(lead.coordinator, job))[0]['id']}"
    await other.member("GET", f"/v1/assignments/{job['id']}", status=404)
    await other.member("POST", f"{place}/parts", {"memberId": other.member_id}, status=404)
    body = {"cooperativeId": other.id, "memberId": other.member_id}
    await other.coordinator("POST", f"{place}/invitations", body, status=404)
    asked = await lead.coordinator("POST", f"{place}/invitations", body)
    await lead.coordinator("POST", f"{place}/invitations", body | {"cooperativeId": lead.id}, status=404)
    await part_move(lead.member, asked, "accept", status=404)
    assert (await part_move(other.member, asked, "accept"))["state"] == "taken"
    assert (await look(other.coordinator, job))["partyIds"] == [other.id]


async def test_an_order_of_goods_that_becomes_a_job_gives_its_stock_back_when_that_is_cancelled(world: World) -> None:
    lead, other, buyer = await world.cooperative(), await world.cooperative(), world.person()
    offering = await world.offering(lead, "100.00", kind="goods", stock=2)
    order = await world.order(buyer, offering)
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    job = await plan(world, lead, slot("Bezorgen", 10000), orderId=order["id"])
    again = {"title": "x", "startsAt": job["startsAt"], "endsAt": job["endsAt"], "orderId": order["id"]}
    await lead.coordinator("POST", f"/v1/cooperatives/{lead.id}/assignments", again, status=409)
    await other.coordinator("POST", f"/v1/cooperatives/{other.id}/assignments", again, status=404)
    job = await move(lead.coordinator, job, "cancel", reason="de bus is stuk")
    assert (await look(buyer, job))["reason"] == "de bus is stuk"
    assert (await buyer("GET", f"/v1/orders/{order['id']}"))["state"] == "cancelled"
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 2


async def test_what_the_customer_says_is_the_leads_to_know(world: World) -> None:
    lead, other, buyer = await world.cooperative(), await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(lead))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    job = await plan(world, lead, slot("Tuin", 10000), orderId=order["id"])
    await join(other.member, job, other.member_id)
    await delivered(job, lead, other)
    await move(buyer, job, "dispute", reason="mijn dochter is ziek")
    await world.work()
    seen = str(await look(other.treasurer, job)) + str(await other.coordinator("GET", "/v1/tasks"))
    assert "dochter" not in seen
    assert "dochter" in str(await lead.coordinator("GET", "/v1/tasks"))
    assert (await look(lead.coordinator, job))["reason"] == "mijn dochter is ziek"


async def test_a_customer_who_can_log_in_speaks_for_themselves_and_sees_no_draft(world: World) -> None:
    lead, buyer = await world.cooperative(COLLECTIVE), world.person()
    order = await accepted(world, lead, buyer)
    at = (world.clock() + timedelta(days=3)).isoformat()
    body = {"title": "Intern", "about": "lastige klant", "startsAt": at, "endsAt": at, "orderId": order["id"]}
    job = await lead.coordinator("POST", f"/v1/cooperatives/{lead.id}/assignments", body)
    await buyer("GET", f"/v1/assignments/{job['id']}", status=404)
    await lead.coordinator("POST", f"/v1/assignments/{job['id']}/slots", slot("Tuin", 10000))
    await move(lead.coordinator, job, "publish")
    await join(lead.member, job, lead.member_id)
    await delivered(job, lead)
    await move(buyer, job, "dispute", reason="de heg is weg")
    await move(lead.treasurer, job, "approve", status=403, reason="gebeld: prima")


async def test_the_customers_address_is_for_who_does_the_job_now(world: World) -> None:
    lead = await world.cooperative()
    job = await plan(world, lead, slot("Koken", 10000), contact={"name": "Mw. Geheim", "email": "g@example.org"})
    part = await join(lead.member, job, lead.member_id)
    job = await agreed(job, lead)
    await part_move(lead.member, part, "withdraw")
    colleague, colleague_id = await world.member(lead)
    await join(colleague, job, colleague_id)
    assert "Geheim" in str(await colleague("GET", f"/v1/orders/{job['orderId']}"))
    await lead.member("GET", f"/v1/orders/{job['orderId']}", status=404)
