"""From referral to exit; earnings on trial are held, and decided once; through the public API only."""

import asyncio
from datetime import timedelta

from tests.scenarios.test_first_sale import books_are_right
from tests.world import SCOPE, Caller, Json, Seller, World

RULES: list[Json] = [{"kind": "trial", "months": 3}, *SCOPE]


async def candidate(world: World, seller: Seller) -> tuple[Caller, str]:
    caller, person_id = await world.known()
    body = {"name": "Ali", "tradeName": "Ali Fietst", "personId": person_id, "candidate": True}
    made = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
    assert made["state"] == "candidate"
    return caller, made["id"]


async def move(who: Caller, member_id: str, verb: str, status: int = 200, **more: str) -> Json:
    moved: Json = await who("POST", f"/v1/members/{member_id}/transitions", {"verb": verb} | more, status=status)
    return moved


async def on_trial(world: World, rules: list[Json] = RULES) -> tuple[Seller, Caller, str]:
    """A cooperative whose own member, in `seller.member`, is on trial."""
    seller = await world.cooperative(rules)
    caller, member_id = await candidate(world, seller)
    await move(seller.coordinator, member_id, "start_trial")
    seller.member, seller.member_id = caller, member_id
    return seller, caller, member_id


async def held(seller: Seller) -> Json:
    found: Json = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/earnings?state=held")
    return found["items"][0]  # type: ignore[no-any-return]


async def decide(seller: Seller, earning: Json, verb: str, status: int = 200, **more: str) -> Json:
    path = f"/v1/earnings/{earning['id']}/transitions"
    decided: Json = await seller.coordinator("POST", path, {"verb": verb} | more, status=status)
    return decided


async def test_a_trial_counts_calendar_months(world: World) -> None:
    for start, end in (("2026-01-15", "2026-04-15"), ("2026-11-30", "2027-02-28")):
        with world.clock.at(start):
            _, member, _ = await on_trial(world)
            assert (await member("GET", "/v1/me"))["roles"] == ["customer", "member"]
            me = (await member("GET", "/v1/me"))["holdings"][0]["memberId"]
            assert (await member("GET", f"/v1/members/{me}"))["trialUntil"] == end


async def test_the_way_of_a_member(world: World) -> None:
    seller = await world.cooperative(RULES)
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    elsewhere = await world.officer("case_manager", municipalityId=await world.municipality())
    body = {"name": "Ali", "tradeName": "Ali Fietst", "note": "Werkt graag buiten."}
    place = f"/v1/cooperatives/{seller.id}/referrals"
    await elsewhere("POST", place, body, status=404)
    await seller.coordinator("POST", place, body, status=403)
    referred = await manager("POST", place, body)
    await world.work()
    assert [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]] == ["take_in_referral"]
    member_id = referred["id"]
    await manager("GET", f"/v1/members/{member_id}", status=404)
    for verb in ("take_in", "start_trial"):
        await move(seller.coordinator, member_id, verb)
    await world.work(timedelta(days=60))
    assert (await seller.coordinator("GET", "/v1/tasks"))["items"] == []
    await world.work(timedelta(days=100))
    assert [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]] == ["end_trial"]
    await move(seller.coordinator, member_id, "admit")
    await world.work()
    assert (await seller.coordinator("GET", "/v1/tasks"))["items"] == []
    assert (await move(seller.coordinator, member_id, "exit", status=422))["code"] == "rule_refused"
    gone = await move(seller.coordinator, member_id, "exit", destination="employment")
    assert (gone["state"], gone["destination"]) == ("exited", "employment")
    assert (await move(seller.coordinator, member_id, "admit", status=409))["code"] == "wrong_state"
    events = await seller.coordinator("GET", f"/v1/members/{member_id}/events")
    assert [event["verb"] for event in events] == ["refer", "take_in", "start_trial", "admit", "exit"]
    assert events[0]["note"] == "Werkt graag buiten."


async def test_a_member_pauses_without_a_reason_and_a_candidate_does_not_sell(world: World) -> None:
    seller = await world.cooperative(RULES)
    assert (await move(seller.member, seller.member_id, "pause"))["state"] == "paused"
    assert (await move(seller.member, seller.member_id, "resume"))["state"] == "member"
    await move(seller.member, seller.member_id, "exit", status=403, destination="other")
    seller.member, seller.member_id = await candidate(world, seller)
    body: Json = {"memberId": seller.member_id, "kind": "service", "title": "Klus", "category": "tuin"}
    body |= {"priceUnit": "piece", "price": {"amount": "1.00"}, "vatClass": "standard", "town": "Delft"}
    made = await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", body)
    place = f"/v1/offerings/{made['id']}/transitions"
    await seller.member("POST", place, {"verb": "submit"})
    assert (await seller.coordinator("POST", place, {"verb": "publish"}, status=409))["code"] == "wrong_state"
    none = await world.cooperative(SCOPE)
    _, member_id = await candidate(world, none)
    assert (await move(none.coordinator, member_id, "start_trial", status=409))["code"] == "rule_missing"
    await move(none.coordinator, member_id, "admit")


async def test_what_is_earned_on_trial_is_held_and_released_once(world: World) -> None:
    """15000 − 5 % = 14250, after the coordinator's decision; ten requests at once count once."""
    seller, member, member_id = await on_trial(world)
    app = await world.app()
    order = await world.sale(seller, app, "150.00")
    thermometer = await world.thermometer(seller)
    assert (thermometer["held"]["amount"], thermometer["balance"]["amount"]) == ("150.00", "0.00")
    await world.work()
    assert "decide_held" in [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]]
    earning = await held(seller)
    assert earning["heldBecause"] == "trial"
    await member("POST", f"/v1/earnings/{earning['id']}/transitions", {"verb": "release"}, status=403)
    await move(seller.coordinator, member_id, "admit")

    path = f"/v1/earnings/{earning['id']}/transitions"
    sent = {"Authorization": f"Bearer {seller.coordinator.token}"}
    answers = await asyncio.gather(
        *(
            world.client.post(path, json={"verb": verb}, headers=sent | {"Idempotency-Key": f"{verb}{n}"})
            for n in range(5)
            for verb in ("release", "forfeit")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    won = next(answer.json() for answer in answers if answer.status_code == 200)
    balances = await world.balances(seller)
    if won["state"] == "posted":
        assert (balances["held"], balances["pot"], balances["cooperative_fund"]) == ("0.00", "142.50", "7.50")
    else:
        assert (balances["held"], balances["cooperative_fund"]) == ("0.00", "150.00")
    await books_are_right(world)

    await seller.refund(order["id"], {"reason": "klacht"})
    assert set((await world.balances(seller)).values()) == {"0.00"}
    await books_are_right(world)


async def test_what_is_held_is_forfeited_or_goes_to_who_did_the_job(world: World) -> None:
    seller, _, member_id = await on_trial(world)
    app = await world.app()
    colleague, colleague_id = await world.member(seller, "Noor")
    await world.sale(seller, app, "100.00")
    earning = await held(seller)
    assert (await decide(seller, earning, "transfer", status=422))["code"] == "rule_refused"
    other = await world.cooperative()
    await decide(seller, earning, "transfer", status=404, toMemberId=other.member_id)
    moved = await decide(seller, earning, "transfer", toMemberId=colleague_id, reason="Noor deed de klus")
    assert (moved["state"], moved["toMemberId"]) == ("posted", colleague_id)
    pot = await colleague("GET", f"/v1/members/{colleague_id}/thermometer")
    assert (pot["balance"]["amount"], pot["yearTotal"]["amount"]) == ("95.00", "95.00")
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"

    refunded = await world.sale(seller, app, "60.00", costs="10.00")
    gone = await decide(seller, await held(seller), "forfeit", reason="gestopt")
    assert gone["state"] == "forfeited"
    assert (await world.balances(seller))["cooperative_fund"] == "55.00"
    await move(seller.coordinator, member_id, "withdraw")
    await books_are_right(world)
    await seller.refund(refunded["id"], {"reason": "klacht"})
    # 5.00 of the first sale, less the costs of 10.00, which stay.
    assert (await world.balances(seller))["cooperative_fund"] == "-5.00"
    await books_are_right(world)


async def test_held_money_goes_back_with_a_refund_before_anybody_decided(world: World) -> None:
    seller, _, _ = await on_trial(world)
    order = await world.sale(seller, await world.app(), "80.00")
    earning = await held(seller)
    await seller.refund(order["id"], {"reason": "klacht"})
    assert (await decide(seller, earning, "release", status=409))["code"] == "wrong_state"
    assert set((await world.balances(seller)).values()) == {"0.00"}
    await world.work()
    assert "decide_held" not in [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]]
    await books_are_right(world)
