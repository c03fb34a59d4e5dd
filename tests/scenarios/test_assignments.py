"""One job, several cooperatives: staffed, signed, worked, approved; every cooperative's books balance alone."""

from datetime import timedelta
from typing import Any

from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_purchases import owed
from tests.scenarios.test_membership import on_trial
from tests.world import NOTHING, SAENS_TOIS, VRIJE_UITLOOP, Caller, Json, Seller, World

CUSTOMER: Json = {"name": "Buurthuis De Kern", "email": "kern@example.org"}
COLLECTIVE: list[Json] = [{"kind": "collective"}]


def line(net: str, vat: str = "standard", quantity: int = 1, title: str = "Feest") -> Json:
    return {"title": title, "quantity": quantity, "unitPrice": {"amount": net}, "vatClass": vat}


def slot(role: str, size: int, *, kind: str = "percent", seats: int = 1, minutes: int = 240, **more: Any) -> Json:
    return {"role": role, "seats": seats, "minutes": minutes, "shareKind": kind, "shareSize": size} | more


async def plan(world: World, lead: Seller, *slots: Json, status: int | None = None, **more: Any) -> Json:
    """A job with these slots, published for every cooperative."""
    start = world.clock() + timedelta(days=3)
    body: Json = {"title": "Buurtfeest", "place": "De Kern", "startsAt": start.isoformat(), "audience": "all"}
    body |= {"endsAt": (start + timedelta(hours=8)).isoformat(), "contact": CUSTOMER, "lines": [line("100.00")]}
    body |= more
    if "orderId" in body:
        body = {name: value for name, value in body.items() if name not in ("contact", "lines")}
    made: Json = await lead.coordinator("POST", f"/v1/cooperatives/{lead.id}/assignments", body, status=status)
    if status:
        return made
    for wanted in slots:
        await lead.coordinator("POST", f"/v1/assignments/{made['id']}/slots", wanted)
    return await move(lead.coordinator, made, "publish")


async def look(who: Caller, job: Json) -> Json:
    found: Json = await who("GET", f"/v1/assignments/{job['id']}")
    return found


async def move(who: Caller, job: Json, verb: str, status: int | None = None, **more: Any) -> Json:
    moved: Json = await who("POST", f"/v1/assignments/{job['id']}/transitions", {"verb": verb} | more, status=status)
    return moved


async def slots_of(who: Caller, job: Json) -> list[Json]:
    found: list[Json] = await who("GET", f"/v1/assignments/{job['id']}/slots")
    return found


async def join(who: Caller, job: Json, member_id: str, number: int = 0, status: int | None = None) -> Json:
    place = (await slots_of(who, job))[number]["id"]
    made: Json = await who("POST", f"/v1/assignment-slots/{place}/parts", {"memberId": member_id}, status=status)
    return made


async def part_move(who: Caller, part: Json, verb: str, status: int | None = None, **more: Any) -> Json:
    place = f"/v1/assignment-parts/{part['id']}/transitions"
    moved: Json = await who("POST", place, {"verb": verb} | more, status=status)
    return moved


async def sign(seller: Seller, job: Json, terms: int | None = None, status: int | None = None) -> Json:
    if terms is None:
        terms = (await look(seller.treasurer, job))["terms"]
    body = {"cooperativeId": seller.id, "terms": terms}
    done: Json = await seller.treasurer("POST", f"/v1/assignments/{job['id']}/signatures", body, status=status)
    return done


async def agreed(job: Json, lead: Seller, *partners: Seller) -> Json:
    """Signed by everybody, and agreed."""
    for seller in (lead, *partners):
        await sign(seller, job)
    return await move(lead.coordinator, job, "agree")


async def delivered(job: Json, lead: Seller, *partners: Seller) -> Json:
    await agreed(job, lead, *partners)
    await move(lead.coordinator, job, "start")
    return await move(lead.coordinator, job, "deliver")


async def approved(job: Json, lead: Seller, *partners: Seller) -> Json:
    """Delivered, and approved as the customer said by telephone."""
    await delivered(job, lead, *partners)
    return await move(lead.treasurer, job, "approve", reason="gebeld: prima")


async def pots(world: World, seller: Seller, *member_ids: str) -> list[str]:
    found = []
    for member_id in member_ids:
        answer = await seller.treasurer("GET", f"/v1/members/{member_id}/thermometer")
        found.append(answer["balance"]["amount"])
    return found


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


async def under(world: World, umbrella: Seller) -> Seller:
    """A sub-cooperative that gives 10 % to its umbrella."""
    child = await world.cooperative(COLLECTIVE)
    place = f"/v1/cooperatives/{child.id}"
    version = (await world.network("GET", place))["version"]
    await world.network("PATCH", place, {"umbrellaId": umbrella.id}, headers={"If-Match": f'"{version}"'})
    rules: list[Json] = [{"kind": "share_of_surplus", "to": "parent", "percent": "10"}, {"kind": "pot"}]
    await world.agreement(child, rules, NOTHING, world.clock().date().isoformat())
    return child


async def net(one: Seller, other: Seller) -> Json:
    """What the two owe each other, netted."""
    body = {"withCooperativeId": other.id}
    made = await one.treasurer("POST", f"/v1/cooperatives/{one.id}/nettings", body)
    place = f"/v1/nettings/{made['id']}/confirmations"
    await one.treasurer("POST", place, {"cooperativeId": one.id})
    done: Json = await other.treasurer("POST", place, {"cooperativeId": other.id})
    assert done["state"] == "confirmed"
    return done


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
    refund = await lead.treasurer("POST", f"/v1/orders/{order['id']}/refunds", {"reason": "klacht"})
    assert refund["payment"] == "refunded"
    assert await pots(world, lead, *(m for _, m in people)) == ["0.00", "0.00", "0.00"]
    assert (await world.balances(lead))["bank"] == "0.00"
    await books_are_right(world)


async def three(world: World) -> tuple[Seller, Seller, Seller]:
    """De Vrije Uitloop near its threshold, ONS as a collective, and Scope with its member on trial."""
    uitloop = await world.cooperative(VRIJE_UITLOOP)
    await world.sale(uitloop, await world.app(), "3458.82")  # 294000 kept, as in the example
    ons = await world.cooperative(COLLECTIVE)
    scope, _, _ = await on_trial(world)
    return uitloop, ons, scope


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
        place = f"/v1/orders/{order['id']}/refunds"
        for amount in ("100.01", "0.01", "33.33"):
            await uitloop.treasurer("POST", place, {"reason": "te laat", "amount": {"amount": amount}})
            await books_are_right(world)
        for partner in (ons, scope):
            await net(uitloop, partner)
            assert await owed(partner) == {uitloop.id: "0.00"}
        await books_are_right(world)
    with world.clock.at("2026-11-02"):
        for seller in (uitloop, ons, scope):
            bank = (await world.balances(seller))["bank"]
            closing = {"month": "2026-10", "bankBalance": {"amount": bank.removeprefix("-")}}
            await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/periods", closing)
        await uitloop.treasurer("POST", place, {"reason": "alles terug"})
        assert (await world.balances(ons))["cooperative_fund"] == "0.00"
        assert (await world.balances(scope))["held"] == "0.00"
        assert await pots(world, uitloop, uitloop.member_id) == ["2940.00"]
        await books_are_right(world)
        for partner in (ons, scope):
            await net(partner, uitloop)
            assert (await owed(partner), (await world.balances(partner))["bank"]) == ({uitloop.id: "0.00"}, "0.00")
        await books_are_right(world)


async def party(world: World, lead: Seller, *partners: Seller) -> Json:
    """40000 − 3000: the lead's member 20000, the first partner's 10000, the rest, 7000, for the second's."""
    costs = [{"title": "Tent", "supplier": "Verhuur BV", "amount": {"amount": "30.00"}}]
    roles = [slot("Tuin", 20000, kind="fixed"), slot("Koken", 10000, kind="fixed"), slot("Poetsen", 1, kind="rest")]
    job = await plan(world, lead, *roles, lines=[line("400.00")], costs=costs)
    for number, seller in enumerate((lead, *partners)):
        await join(seller.coordinator, job, seller.member_id, number)
    return await approved(job, lead, *partners)


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
    await agreed(job, lead, other)
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


async def report(who: Caller, part: Json, minutes: int, status: int | None = None) -> Json:
    place = f"/v1/assignment-parts/{part['id']}/hours"
    entry: Json = await who("POST", place, {"minutes": minutes}, status=status)
    return entry


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
    await lead.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim, status=409)
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


async def test_what_cancelling_does_to_the_money_is_stated(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000), deposit={"amount": "50.00"})
    await join(lead.member, job, lead.member_id)
    job = await agreed(job, lead)
    place = f"/v1/orders/{job['orderId']}"
    await lead.treasurer("POST", f"{place}/payments", {"amount": {"amount": "50.00"}})
    blocked = await move(lead.coordinator, job, "cancel", status=409, reason="regen")
    assert blocked["facts"]["reason"] == "paid_needs_refund"
    await lead.treasurer("POST", f"{place}/refunds", {"reason": "regen"})
    await move(lead.coordinator, job, "cancel", status=422)
    job = await move(lead.coordinator, job, "cancel", reason="regen")
    order = await lead.treasurer("GET", place)
    assert (job["state"], order["state"], order["payment"]) == ("cancelled", "cancelled", "unpaid")
    assert (await world.balances(lead))["bank"] == "0.00"
    await books_are_right(world)


async def test_a_price_agreed_lower_afterwards_lowers_what_the_customer_owes(world: World) -> None:
    """121.00 owed; 21.00 off before anything is paid: 100.00 to pay, nothing goes through the bank."""
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    job = await approved(job, lead, other)
    place = f"/v1/orders/{job['orderId']}"
    off = {"reason": "korting", "amount": {"amount": "21.00"}}
    order = await lead.treasurer("POST", f"{place}/refunds", off)
    assert (order["payment"], order["paid"]["amount"]) == ("unpaid", "0.00")
    await lead.treasurer("POST", f"{place}/payments", {"amount": {"amount": "100.01"}}, status=422)
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


async def test_what_a_job_cost_before_is_decided_before_it_is_shared(world: World) -> None:
    lead, buyer = await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(lead))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await world.cost(lead, order, "10.00")
    refused = await plan(world, lead, orderId=order["id"], status=422)
    assert refused["facts"]["rule"] == "costs_are_the_assignments"


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
    """10000 over three seats: whoever replaces a colleague, each cooperative gets what it signed for."""
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


async def accepted(world: World, lead: Seller, buyer: Caller) -> Json:
    """An order of a customer who can log in."""
    order = await world.order(buyer, await world.offering(lead, "200.00"))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    return order


async def test_what_was_paid_too_early_and_given_back_is_due_anew(world: World) -> None:
    lead, buyer = await world.cooperative(COLLECTIVE), world.person()
    order = await accepted(world, lead, buyer)
    place = f"/v1/orders/{order['id']}"
    await world.pay(lead, order)
    await lead.treasurer("POST", f"{place}/refunds", {"reason": "te vroeg betaald"})
    job = await plan(world, lead, slot("Tuin", 10000), orderId=order["id"])
    await join(lead.member, job, lead.member_id)
    await delivered(job, lead)
    assert (await move(buyer, job, "approve"))["state"] == "approved"
    await world.pay(lead, order)
    found = await world.balances(lead)
    assert ((await look(lead.coordinator, job))["state"], found["receivable_customer"]) == ("settled", "0.00")
    await books_are_right(world)


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
