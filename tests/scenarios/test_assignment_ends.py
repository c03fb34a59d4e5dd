"""The end of a job for those who worked, waited or were invited: no hours are lost, and no task stays open."""

from tests.scenarios.jobs import COLLECTIVE, agreed, join, look, move, part_move, plan, slot
from tests.world import Caller, Json, Seller, World


async def hours(who: Caller, part: Json, minutes: int) -> Json:
    made: Json = await who("POST", f"/v1/assignment-parts/{part['id']}/hours", {"minutes": minutes})
    return made


async def approve(lead: Seller, entry: Json) -> None:
    await lead.coordinator("POST", f"/v1/assignment-hours/{entry['id']}/approvals", {})


async def open_tasks(who: Caller) -> set[str]:
    return {task["what"] for task in (await who("GET", "/v1/tasks?limit=100"))["items"]}


async def test_the_lead_alone_does_not_cancel_a_job_on_which_approved_hours_stand(world: World) -> None:
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    part = await join(partner.member, job, partner.member_id)
    await agreed(job, lead, partner)
    await move(lead.coordinator, job, "start")
    await approve(lead, await hours(partner.member, part, 120))
    for verb in (None, "deliver"):
        if verb:
            await move(lead.coordinator, job, verb)
        refused = await move(lead.coordinator, job, "cancel", status=409, reason="toch niet")
        assert (refused["code"], refused["facts"]["minutes"]) == ("hours_stand", 120)
        blocked = {t["verb"]: t for t in (await look(lead.coordinator, job))["availableTransitions"]}["cancel"]
        assert (blocked["allowed"], blocked["reason"]) == (False, "hours_stand")
    await move(lead.treasurer, job, "dispute", reason="gebeld: niet goed")
    await move(lead.coordinator, job, "resume")
    await approve(lead, await hours(partner.member, part, -120))
    assert (await move(lead.coordinator, job, "cancel", reason="er is niets gedaan"))["state"] == "cancelled"
    await world.work()
    assert "know_of_cancelled_assignment" in await open_tasks(partner.coordinator)
    assert "know_of_cancelled_assignment" not in await open_tasks(lead.coordinator)


async def test_a_part_with_hours_stays_where_it_is(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    part = await join(lead.member, job, lead.member_id)
    colleague, colleague_id = await world.member(lead)
    await agreed(job, lead)
    await move(lead.coordinator, job, "start")
    await part_move(lead.member, part, "hand_on", toMemberId=colleague_id)
    await world.work()
    assert "answer_hand_over" in await open_tasks(colleague)
    entry = await hours(lead.member, part, 60)
    await world.work()
    assert "answer_hand_over" not in await open_tasks(colleague)
    assert (await lead.coordinator("GET", f"/v1/assignment-parts/{part['id']}"))["offeredTo"] is None
    refused = await part_move(lead.member, part, "hand_on", status=422, toMemberId=colleague_id)
    assert refused["facts"]["rule"] == "worked_hours_stay"
    await approve(lead, entry)
    await part_move(lead.member, part, "hand_on", status=422, toMemberId=colleague_id)


async def test_offers_invitations_and_reports_end_with_the_job(world: World) -> None:
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    part = await join(lead.member, job, lead.member_id)
    colleague, colleague_id = await world.member(lead)
    asked = {"cooperativeId": partner.id, "memberId": partner.member_id}
    slot_id = (await lead.coordinator("GET", f"/v1/assignments/{job['id']}/slots"))[0]["id"]
    invited = await lead.coordinator("POST", f"/v1/assignment-slots/{slot_id}/invitations", asked)
    await part_move(lead.member, part, "hand_on", toMemberId=colleague_id)
    await agreed(job, lead)
    await move(lead.coordinator, job, "start")
    await world.work()
    assert "answer_hand_over" in await open_tasks(colleague)
    assert "answer_invitation" in await open_tasks(partner.member)
    await move(lead.coordinator, job, "deliver")
    await world.work()
    assert "answer_hand_over" not in await open_tasks(colleague)
    assert "answer_invitation" not in await open_tasks(partner.member)
    assert (await lead.coordinator("GET", f"/v1/assignment-parts/{part['id']}"))["offeredTo"] is None
    assert (await lead.coordinator("GET", f"/v1/assignment-parts/{invited['id']}"))["state"] == "withdrawn"
    await move(lead.treasurer, job, "request_changes", reason="gebeld: nog een keer")
    await hours(lead.member, part, 30)
    await world.work()
    assert "approve_hours" in await open_tasks(lead.coordinator)
    await move(lead.coordinator, job, "cancel", reason="regen")
    await world.work()
    assert not {"approve_hours", "do_part"} & (await open_tasks(lead.coordinator) | await open_tasks(lead.member))


async def test_an_approved_job_is_not_cancelled_whatever_the_hours(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    part = await join(lead.member, job, lead.member_id)
    await agreed(job, lead)
    await move(lead.coordinator, job, "start")
    await approve(lead, await hours(lead.member, part, 60))
    await move(lead.coordinator, job, "deliver")
    await move(lead.treasurer, job, "approve", reason="gebeld: prima")
    assert (await move(lead.coordinator, job, "cancel", status=409, reason="toch niet"))["code"] == "wrong_state"
