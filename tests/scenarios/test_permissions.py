"""Dated permissions of a municipality, sealed text, and the pot of a member who leaves."""

import asyncpg

from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import decide, held, move
from tests.scenarios.test_spending import ask, may_buy, step
from tests.world import Caller, Json, Seller, World

NEEDED: Json = {"kind": "permission", "warnDays": 30}
NOTE = "Mag tien uur per week; zaak 7781."


async def permit(manager: Caller, seller: Seller, start: str, until: str, **more: str) -> Json:
    body = {"memberId": seller.member_id, "startsOn": start, "until": until} | more
    given: Json = await manager("POST", f"/v1/cooperatives/{seller.id}/permissions", body)
    return given


async def what(world: World, who: Caller) -> list[str]:
    await world.work()
    return [task["what"] for task in (await who("GET", "/v1/tasks"))["items"]]


async def test_a_sale_after_the_permission_lapsed_is_held(world: World) -> None:
    """Six months and six more; in between the earnings are held, with a task; a later permission ends the hold."""
    with world.clock.at("2026-01-02"):
        seller = await world.cooperative([NEEDED, {"kind": "pot"}])
        manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
        app = await world.app()
        first = await permit(manager, seller, "2026-01-01", "2026-06-30")
        await world.sale(seller, app, "200.00", costs="30.00")
    assert (await world.thermometer(seller))["balance"]["amount"] == "170.00"
    with world.clock.at("2026-06-01"):
        assert await what(world, seller.coordinator) == ["renew_permission"]
    with world.clock.at("2026-07-02"):
        app = await world.app()
        order = await world.sale(seller, app, "200.00", costs="30.00")
        assert order["payment"] == "unpaid"
        earning = await held(seller)
        assert (earning["heldBecause"], earning["held"]["amount"]) == ("permission", "170.00")
        assert "permission did not cover that day" in earning["legs"][0]["reason"]
        await permit(manager, seller, "2026-07-03", "2026-12-31")
        assert await what(world, seller.coordinator) == ["decide_held"]
        await decide(seller, earning, "release")
    with world.clock.at("2026-07-10"):
        app = await world.app()
        await world.sale(seller, app, "10.00")
    assert (await world.thermometer(seller))["balance"]["amount"] == "350.00"
    place = f"/v1/permissions/{first['id']}/withdrawals"
    await seller.coordinator("POST", place, {}, status=403)
    with world.clock.at("2026-07-11"):
        assert (await manager("POST", place, {}))["withdrawnFrom"] == "2026-07-11"
        assert (await manager("POST", place, {}, status=409))["code"] == "wrong_state"
    await books_are_right(world)


async def test_what_a_permission_says_is_sealed_and_readings_are_shown(world: World, database_url: str) -> None:
    seller = await world.cooperative()
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    given = await permit(manager, seller, "2026-01-01", "2026-12-31", kind="obligation", note=NOTE)
    assert NOTE not in str(given)
    place = f"/v1/permissions/{given['id']}"
    for who in (manager, seller.coordinator, seller.member):
        assert (await who("GET", f"{place}/note"))["note"] == NOTE
    await seller.treasurer("GET", f"{place}/note", status=403)
    reads = await seller.member("GET", f"/v1/members/{seller.member_id}/permission-reads")
    readers = [(await who("GET", "/v1/me"))["person"]["id"] for who in (manager, seller.coordinator)]
    assert [read["personId"] for read in reads] == readers
    owner = await asyncpg.connect(database_url)
    assert NOTE.encode() not in await owner.fetchval("select sealed from permission where id = $1", given["id"])
    stored = await owner.fetchval("select string_agg(outcome::text, '') from idempotency")
    assert NOTE not in stored
    await owner.execute(
        "update permission set sealed = overlay(sealed placing '\\x00' from 20) where id = $1", given["id"]
    )
    await owner.close()
    # Tampered text is not shown.
    await seller.member("GET", f"{place}/note", status=500)
    listing = f"/v1/cooperatives/{seller.id}/permissions"
    for who in (manager, seller.coordinator, seller.member):
        assert [row["id"] for row in (await who("GET", listing))["items"]] == [given["id"]]
    wrong = {"memberId": seller.member_id, "startsOn": "2026-02-01", "until": "2026-01-01"}
    assert (await manager("POST", listing, wrong, status=422))["code"] == "rule_refused"
    elsewhere = await world.cooperative()
    await manager("POST", listing, wrong | {"memberId": elsewhere.member_id, "until": "2026-03-01"}, status=404)


async def test_the_pot_of_who_leaves_goes_where_the_agreement_says(world: World) -> None:
    """A target is a reminder; leaving settles the pot once, with a destination and no open request."""
    leaving = {"kind": "exit", "potTo": "member", "targetMonths": 24}
    seller = await world.cooperative([may_buy(), leaving, {"kind": "pot"}])
    app = await world.app()
    body = {"name": "Sam", "tradeName": "Sam", "candidate": True}
    with world.clock.at("2024-01-31"):
        other = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
        await seller.coordinator("POST", f"/v1/members/{other['id']}/transitions", {"verb": "admit"})
    seller_task = await what(world, seller.coordinator)
    # The agreement began in 2026, so there was no target in 2024.
    assert seller_task == []
    with world.clock.at("2026-01-31"):
        await seller.coordinator("POST", f"/v1/members/{other['id']}/transitions", {"verb": "pause"})
    await world.sale(seller, app, "100.00")
    place = f"/v1/members/{seller.member_id}/pot-settlements"
    assert (await seller.treasurer("POST", place, {}, status=409))["code"] == "wrong_state"
    asked = await ask(seller, "40.00")
    await move(seller.coordinator, seller.member_id, "exit", destination="own_business")
    assert "settle_pot" in await what(world, seller.treasurer)
    assert (await seller.treasurer("POST", place, {}, status=422))["facts"]["rule"] == "open_requests_first"
    await step(seller.member, asked, "cancel")
    await seller.coordinator("POST", place, {}, status=403)
    settled = await seller.treasurer("POST", place, {})
    assert settled["entries"][1]["reason"] == "On leaving the savings pot goes to the member."
    balances = await world.balances(seller)
    assert (balances["pot"], balances["payable_member"]) == ("0.00", "100.00")
    assert (await seller.treasurer("POST", place, {}, status=422))["facts"]["rule"] == "pot_has_money"
    assert "settle_pot" not in await what(world, seller.treasurer)
    await books_are_right(world)


async def test_after_the_target_the_coordinator_is_reminded_and_nothing_else(world: World) -> None:
    seller = await world.cooperative(
        [{"kind": "exit", "potTo": "cooperative_fund", "targetMonths": 3}, {"kind": "pot"}]
    )
    body = {"name": "Sam", "tradeName": "Sam", "candidate": True}
    with world.clock.at("2026-01-31"):
        made = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
        await seller.coordinator("POST", f"/v1/members/{made['id']}/transitions", {"verb": "admit"})
    with world.clock.at("2026-04-29"):
        assert await what(world, seller.coordinator) == []
    with world.clock.at("2026-04-30"):
        assert await what(world, seller.coordinator) == ["talk_about_exit"]
    assert (await seller.coordinator("GET", f"/v1/members/{made['id']}"))["state"] == "member"
    await world.sale(seller, await world.app(), "100.00")
    await move(seller.coordinator, seller.member_id, "exit", destination="employment")
    await seller.treasurer("POST", f"/v1/members/{seller.member_id}/pot-settlements", {})
    assert (await world.balances(seller))["cooperative_fund"] == "100.00"
    await books_are_right(world)


async def test_a_sale_booked_again_after_a_transfer_is_the_makers_own(world: World) -> None:
    """Held earnings went to a colleague; the payment is undone, a permission comes: paid again, it is the maker's."""
    with world.clock.at("2026-01-02"):
        seller = await world.cooperative([NEEDED, {"kind": "pot"}])
        manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
        colleague, colleague_id = await world.member(seller)
        app = await world.app()
        order = await world.order(app, await world.offering(seller, "200.00"))
        await world.deliver(seller, order)
        await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        payment = await world.pay(seller, order)
        await decide(seller, await held(seller), "transfer", toMemberId=colleague_id)
        place = f"/v1/members/{colleague_id}/thermometer"
        assert (await colleague("GET", place))["balance"]["amount"] == "200.00"
        await world.undo(seller, payment)
        await permit(manager, seller, "2026-01-01", "2026-06-30")
        await world.pay(seller, order)
        assert (await world.thermometer(seller))["balance"]["amount"] == "200.00"
        assert (await colleague("GET", place))["balance"]["amount"] == "0.00"
    await books_are_right(world)
