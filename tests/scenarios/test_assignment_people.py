"""Who may stay on a job, and what each of them sees: released, refused, on trial, left, signed, over the limit."""

from tests.scenarios.buying import owed
from tests.scenarios.jobs import (
    COLLECTIVE,
    accepted,
    agreed,
    approved,
    delivered,
    join,
    look,
    move,
    part_move,
    plan,
    report,
    sign,
    slot,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import move as move_member
from tests.scenarios.test_membership import on_trial
from tests.scenarios.test_small_business import choose
from tests.world import SAENS_TOIS, Caller, Seller, World


async def treasurer_with_a_shop(world: World, seller: Seller) -> tuple[Caller, str]:
    """A treasurer who is a member too."""
    caller, person_id = await world.known()
    office = {"personId": person_id, "role": "treasurer", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", office)
    body = {"name": "Toos", "tradeName": "Toos", "personId": person_id}
    made = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
    return caller, made["id"]


async def limit(creditor: Seller, debtor: Seller, amount: str) -> None:
    path = f"/v1/cooperatives/{creditor.id}/credit-limits/{debtor.id}"
    await creditor.treasurer("PUT", path, {"limit": {"amount": amount}})


async def small_business(world: World, seller: Seller) -> None:
    await choose(world, seller, f"{world.clock().year}-01-01")


async def test_the_lead_releases_a_stranger_who_does_not_come(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    await join(lead.member, job, lead.member_id)
    part = await join(other.member, job, other.member_id)
    await sign(lead, job)
    await part_move(other.treasurer, part, "release", status=404)
    seen = await lead.coordinator("GET", f"/v1/assignment-parts/{part['id']}")
    assert [t["verb"] for t in seen["availableTransitions"] if t["allowed"]] == ["release"]
    assert (await part_move(lead.coordinator, part, "release"))["state"] == "withdrawn"
    await world.work()
    tasks = [task["what"] for task in (await other.member("GET", "/v1/tasks"))["items"]]
    assert "know_of_release" in tasks
    now = await look(lead.coordinator, job)
    assert (now["openSeats"], now["signedIds"]) == (1, [])


async def test_hours_that_are_not_right_are_refused_with_a_reason(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    await join(lead.member, job, lead.member_id)
    part = await join(other.member, job, other.member_id)
    await agreed(job, lead, other)
    await move(lead.coordinator, job, "start")
    entry = await report(other.member, part, 44640)
    path = f"/v1/assignment-hours/{entry['id']}/refusals"
    await other.coordinator("POST", path, {"reason": "nee"}, status=404)
    await lead.coordinator("POST", path, {}, status=400)
    refused = await lead.coordinator("POST", path, {"reason": "het was één dag"})
    assert (refused["reason"], refused["approvedAt"]) == ("het was één dag", None)
    await lead.coordinator("POST", path, {"reason": "nog eens"}, status=409)
    await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals", status=409)
    await world.work()
    tasks = {task["what"]: task["text"] for task in (await other.member("GET", "/v1/tasks"))["items"]}
    assert "het was één dag" in tasks["report_hours_anew"]
    asked = [task["what"] for task in (await lead.coordinator("GET", "/v1/tasks"))["items"]]
    assert "approve_hours" not in asked
    # Refused hours cannot be taken back.
    await report(other.member, part, -1, status=422)
    # Refused hours keep nobody on the job.
    await part_move(lead.coordinator, part, "release")
    await join(lead.coordinator, job, (await world.member(lead))[1])
    await sign(lead, job)
    assert (await move(lead.coordinator, job, "deliver"))["state"] == "delivered"


async def test_the_limit_holds_for_who_comes_later_and_for_hours(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await limit(other, lead, "60.00")
    job = await plan(world, lead, slot("Koken", 10000))
    part = await join(lead.member, job, lead.member_id)
    await agreed(job, lead)
    await move(lead.coordinator, job, "start")
    await part_move(lead.member, part, "withdraw")
    await join(other.member, job, other.member_id)
    body = {"cooperativeId": other.id, "terms": (await look(lead.treasurer, job))["terms"]}
    refused = await other.treasurer("POST", f"/v1/assignments/{job['id']}/signatures", body, status=409)
    assert refused["code"] == "limit_exceeded"
    hourly = await plan(world, lead, slot("Koken", 0, kind="hours", seats=2))
    parts = [await join(seller.member, hourly, seller.member_id) for seller in (lead, other)]
    await agreed(hourly, lead, other)
    await move(lead.coordinator, hourly, "start")
    for place, worker, minutes in ((parts[0], lead.member, 1), (parts[1], other.member, 999)):
        entry = await report(worker, place, minutes)
        await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
    await move(lead.coordinator, hourly, "deliver", status=409)
    await limit(other, lead, "100.00")
    await move(lead.coordinator, hourly, "deliver")
    await move(lead.treasurer, hourly, "approve", reason="gebeld")
    assert (await owed(other))[lead.id] != "0.00"
    await books_are_right(world)


async def test_a_lead_without_vat_takes_no_vat_that_never_comes_back(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await small_business(world, lead)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(other.member, job, other.member_id)
    for seller in (lead, other):
        await sign(seller, job)
    refused = await move(lead.coordinator, job, "agree", status=422)
    assert refused["facts"]["rule"] == "vat_cannot_be_reclaimed"
    await small_business(world, other)
    await move(lead.coordinator, job, "agree")
    await move(lead.coordinator, job, "start")
    await move(lead.coordinator, job, "deliver")
    place = f"/v1/cooperatives/{other.id}"
    version = (await world.network("GET", place))["version"]
    await world.network("PATCH", place, {"smallBusinessFrom": None}, headers={"If-Match": f'"{version}"'})
    await move(lead.treasurer, job, "approve", reason="gebeld")
    found = await world.balances(lead)
    # A partner that left the scheme since.
    assert (found.get("vat"), found["cooperative_fund"]) == (None, "-21.00")
    await lead.refund((await look(lead.treasurer, job))["orderId"], {"reason": "alles terug"})
    assert set((await world.balances(lead)).values()) == {"0.00"}
    await books_are_right(world)


async def test_what_was_done_on_trial_is_held_whatever_came_after(world: World) -> None:
    lead, member, member_id = await on_trial(world)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(member, job, member_id)
    await delivered(job, lead)
    await move_member(lead.coordinator, member_id, "reject")
    await move(lead.treasurer, job, "approve", reason="gebeld")
    assert (await world.balances(lead))["held"] == "100.00"
    await books_are_right(world)


async def test_a_treasurer_with_a_part_signs_nothing_and_moves_no_money_of_it(world: World) -> None:
    lead, buyer = await world.cooperative(COLLECTIVE), world.person()
    treasurer, member_id = await treasurer_with_a_shop(world, lead)
    order = await accepted(world, lead, buyer)
    job = await plan(world, lead, slot("Tuin", 10000), orderId=order["id"])
    part = await join(lead.member, job, lead.member_id)
    body = {"cooperativeId": lead.id, "terms": (await look(treasurer, job))["terms"]}
    await treasurer("POST", f"/v1/assignments/{job['id']}/signatures", body)
    await part_move(lead.member, part, "hand_on", toMemberId=member_id)
    await part_move(treasurer, part, "take_over")
    assert (await look(lead.coordinator, job))["signedIds"] == []
    await delivered(job, lead)
    await move(buyer, job, "approve")
    paid = {"amount": {"amount": "242.00"}}
    await treasurer("POST", f"/v1/orders/{order['id']}/payments", paid, status=403)
    await lead.treasurer("POST", f"/v1/orders/{order['id']}/payments", paid)


async def test_members_and_partners_see_no_colleagues_part(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 0, kind="hours", seats=2))
    colleague, colleague_id = await world.member(other)
    parts = [await join(other.member, job, other.member_id), await join(colleague, job, colleague_id)]
    await agreed(job, lead, other)
    await move(lead.coordinator, job, "start")
    for part, worker, minutes in ((parts[0], other.member, 300), (parts[1], colleague, 100)):
        entry = await report(worker, part, minutes)
        await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals")
    await move(lead.coordinator, job, "deliver")
    await move(lead.treasurer, job, "approve", reason="gebeld")
    assert (await other.member("GET", "/v1/orders"))["items"] == []
    (charge,) = (await other.treasurer("GET", "/v1/orders"))["items"]
    await other.member("GET", f"/v1/orders/{charge['id']}", status=403)
    trace = await other.member("GET", f"/v1/orders/{charge['id']}/trace")
    assert colleague_id not in str(trace)
    name = (await lead.treasurer("GET", f"/v1/cooperatives/{other.id}"))["name"]
    flows = await lead.treasurer("GET", f"/v1/assignments/{job['id']}/flows")
    assert [flow["amount"]["amount"] for flow in flows if flow["target"] == name] == ["100.00"]


async def test_a_customer_is_told_what_they_can_do_next(world: World) -> None:
    lead, buyer = await world.cooperative(COLLECTIVE), world.person()
    order = await accepted(world, lead, buyer)
    job = await plan(world, lead, slot("Tuin", 10000), orderId=order["id"])
    await join(lead.member, job, lead.member_id)
    await delivered(job, lead)

    async def possible(caller: Caller) -> list[str]:
        return [t["verb"] for t in (await look(caller, job))["availableTransitions"] if t["allowed"]]

    assert await possible(buyer) == ["request_changes", "dispute", "approve"]
    assert await possible(lead.treasurer) == []


async def test_who_left_is_given_no_seat(world: World) -> None:
    lead = await world.cooperative(SAENS_TOIS)
    job = await plan(world, lead, slot("Koken", 10000))
    first = await join(lead.member, job, lead.member_id)
    leaver, leaver_id = await world.member(lead)
    waiting = await join(leaver, job, leaver_id)
    gone = {"verb": "exit", "destination": "other"}
    await lead.coordinator("POST", f"/v1/members/{leaver_id}/transitions", gone)
    await part_move(lead.member, first, "withdraw")
    assert (await lead.coordinator("GET", f"/v1/assignment-parts/{waiting['id']}"))["state"] == "withdrawn"
    assert (await look(lead.coordinator, job))["openSeats"] == 1


async def test_a_job_that_is_paid_is_settled_and_one_that_is_not_is_not(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(lead.member, job, lead.member_id)
    job = await approved(job, lead)
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    assert job["state"] == "approved"
    await world.pay(lead, order)
    assert (await look(lead.coordinator, job))["state"] == "settled"
    await books_are_right(world)
