"""What two sides booked is undone by both: each reverses it, and nothing is booked before the last one did."""

import asyncio
from typing import Any

from tests.scenarios.buying import RULES, finish, look, mine, plan, pot, rich, settle
from tests.scenarios.buying import move as step
from tests.scenarios.jobs import net
from tests.scenarios.test_corrections import euro, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_funds import minutes
from tests.scenarios.test_nettings import owing
from tests.world import Caller, Json, Seller, World


async def todo(world: World, who: Caller) -> list[str]:
    await world.work()
    return [task["what"] for task in (await who("GET", "/v1/tasks"))["items"]]


async def charges(seller: Seller) -> set[str]:
    """The payment states of charges between cooperatives."""
    found = (await seller.treasurer("GET", f"/v1/orders?cooperativeId={seller.id}"))["items"]
    return {row["payment"] for row in found if row["buyerId"]}


async def delivered(world: World, amount: str = "120.00") -> tuple[Seller, Seller, Json]:
    """A confirmed delivery of a farm to its sister."""
    farm, sister = await world.cooperative(), await world.cooperative()
    body = {"toCooperativeId": sister.id, "amount": euro(amount), "title": "Groente"}
    made = await farm.treasurer("POST", f"/v1/cooperatives/{farm.id}/internal-deliveries", body)
    path = f"/v1/internal-deliveries/{made['id']}/transitions"
    await sister.treasurer("POST", path, {"verb": "confirm"})
    return farm, sister, made


async def test_a_delivery_is_undone_once_both_sides_reverse_it(world: World) -> None:
    farm, sister, made = await delivered(world)
    ours, theirs = [await world.journal(side, made["id"]) for side in (farm, sister)]
    asked = await undo(farm, ours, reason="dubbel")
    assert (asked["state"], asked["waitsFor"], asked["reversedBy"]) == ("proposed", [sister.id], None)
    assert (await world.balances(farm))["receivable_cooperative"] == "-120.00"
    assert (await undo(farm, ours, 409))["code"] == "already_settled"
    assert "confirm_reversal" in await todo(world, sister.treasurer)
    assert "confirm_reversal" not in await todo(world, farm.treasurer)
    place = f"/v1/journal-reversals/{asked['id']}"
    assert (await sister.treasurer("GET", place))["reason"] == "dubbel"
    await sister.coordinator("GET", place, status=403)
    stranger = await world.cooperative()
    await stranger.treasurer("GET", place, status=404)
    await undo(stranger, theirs, 404)
    await undo(sister, theirs, 403, by=sister.coordinator)
    await books_are_right(world)
    done = await undo(sister, theirs, reason="klopt")
    assert (done["id"], done["state"], done["waitsFor"]) == (asked["id"], "booked", [])
    for side in (farm, sister):
        assert set((await world.balances(side)).values()) == {"0.00"}
        assert "confirm_reversal" not in await todo(world, side.treasurer)
        listed = (await side.treasurer("GET", f"/v1/cooperatives/{side.id}/journal-reversals"))["items"]
        assert [row["id"] for row in listed] == [asked["id"]]
    sent = (await farm.treasurer("GET", f"/v1/cooperatives/{farm.id}/internal-deliveries"))["items"]
    assert [row["state"] for row in sent] == ["reversed"]
    for side, journal in ((farm, ours), (sister, theirs)):
        assert (await undo(side, journal, 409))["code"] == "already_settled"
    await books_are_right(world)


async def test_a_side_refuses_and_the_other_asks_again(world: World) -> None:
    farm, sister, made = await delivered(world)
    ours, theirs = [await world.journal(side, made["id"]) for side in (farm, sister)]
    asked = await undo(farm, ours)
    place = f"/v1/journal-reversals/{asked['id']}/refusals"
    assert (await sister.treasurer("POST", place, {"reason": " "}, status=422))["code"] == "reason_needed"
    await sister.coordinator("POST", place, {"reason": "x"}, status=403)
    await (await world.cooperative()).treasurer("POST", place, {"reason": "x"}, status=404)
    refused = await sister.treasurer("POST", place, {"reason": "het is geleverd"})
    assert (refused["state"], refused["answer"]) == ("declined", "het is geleverd")
    assert "confirm_reversal" not in await todo(world, sister.treasurer)
    assert (await sister.treasurer("POST", place, {"reason": "x"}, status=409))["code"] == "already_settled"
    again = await undo(farm, ours, day=world.clock.today.isoformat())
    assert again["id"] != asked["id"]
    assert (await undo(sister, theirs, 422, day="2026-01-01"))["facts"]["rule"] == "both_name_one_day"
    await undo(sister, theirs)
    assert set((await world.balances(sister)).values()) == {"0.00"}
    await books_are_right(world)


async def test_one_person_does_not_reverse_for_both_sides(world: World) -> None:
    farm, sister, made = await delivered(world)
    ours, theirs = [await world.journal(side, made["id"]) for side in (farm, sister)]
    person = (await farm.treasurer("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person, "role": "treasurer", "cooperativeId": sister.id}
    await world.network("POST", "/v1/offices", office)
    await undo(farm, ours)
    assert (await undo(sister, theirs, 403, by=farm.treasurer))["code"] == "second_person_needed"
    await undo(sister, theirs)
    await books_are_right(world)


async def test_both_sides_at_once_book_it_once(world: World) -> None:
    farm, sister, made = await delivered(world)
    ours, theirs = [await world.journal(side, made["id"]) for side in (farm, sister)]

    async def ask(side: Seller, journal: Json, key: str) -> int:
        sent = {"Authorization": f"Bearer {side.treasurer.token}", "Idempotency-Key": key}
        place = f"/v1/journals/{journal['id']}/reversals"
        return (await world.client.post(place, json={"reason": "x"}, headers=sent)).status_code

    first = await asyncio.gather(ask(farm, ours, "een"), ask(sister, theirs, "twee"))
    if 409 in first:
        # The second of two first ones is told that somebody asks already, and says yes to that.
        side, journal = ((farm, ours), (sister, theirs))[first.index(409)]
        assert await ask(side, journal, "drie") == 201
    again = await asyncio.gather(*(ask(farm, ours, f"f{n}") for n in range(2)), ask(sister, theirs, "s"))
    assert set(again) == {409}
    for side in (farm, sister):
        assert set((await world.balances(side)).values()) == {"0.00"}
    await books_are_right(world)


async def test_a_delivery_that_was_netted_stays_until_the_netting_is_undone(world: World) -> None:
    farm, sister, made = await delivered(world)
    netting = await net(farm, sister)
    ours = await world.journal(farm, made["id"])
    refused = await undo(farm, ours, 409)
    assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "netting")
    assert refused["facts"]["journal_id"] == (await world.journal(farm, netting["id"]))["id"]
    for side in (farm, sister):
        await world.undo(side, netting)
    assert (await world.balances(farm))["receivable_cooperative"] == "-120.00"
    for side in (farm, sister):
        await world.undo(side, made)
    assert [set((await world.balances(side)).values()) for side in (farm, sister)] == [{"0.00"}] * 2
    await books_are_right(world)


async def test_a_netting_is_undone_and_its_charges_are_unpaid_again(world: World) -> None:
    lead, other = await owing(world)
    before = [await world.balances(side) for side in (lead, other)]
    first = await net(lead, other)
    assert await charges(other) == {"paid"}
    after = [await world.balances(side) for side in (lead, other)]
    assert [found["bank"] for found in after] == ["121.00", "-121.00"]
    await world.undo(other, first)
    await world.undo(lead, first)
    assert [await world.balances(side) for side in (lead, other)] == [found | {"bank": "0.00"} for found in before]
    assert await charges(other) == {"unpaid"}
    seen = await lead.treasurer("GET", f"/v1/nettings/{first['id']}")
    assert seen["state"] == "reversed"
    await books_are_right(world)
    second = await net(lead, other)
    assert [await world.balances(side) for side in (lead, other)] == after
    assert await charges(other) == {"paid"}
    body = {"toCooperativeId": other.id, "amount": euro("10.00"), "title": "Brood"}
    made = await lead.treasurer("POST", f"/v1/cooperatives/{lead.id}/internal-deliveries", body)
    await other.treasurer("POST", f"/v1/internal-deliveries/{made['id']}/transitions", {"verb": "confirm"})
    third = await net(lead, other)
    refused = await world.undo(lead, second, status=409)
    assert refused["facts"] == {"kind": "netting", "journal_id": (await world.journal(lead, third["id"]))["id"]}
    for side in (lead, other):
        await world.undo(side, third)
    assert await charges(other) == {"paid"}
    for side in (lead, other):
        await world.undo(side, second)
    assert await charges(other) == {"unpaid"}
    await books_are_right(world)


async def test_a_barter_is_undone_by_both_members(world: World) -> None:
    seller = await world.cooperative([{"kind": "barter", "debtLimitMinutes": 90}, {"kind": "pot"}])
    noor, sam_and_id = seller.member, await world.member(seller)
    sam, sam_id = sam_and_id
    place = f"/v1/cooperatives/{seller.id}/barters"
    body: Json = {"giverId": seller.member_id, "receiverId": sam_id, "minutes": 60, "title": "Knippen"}
    trade = await noor("POST", place, body)
    confirmed = await sam("POST", f"/v1/barters/{trade['id']}/transitions", {"verb": "confirm"})
    (seen,) = (await sam("GET", place))["items"]
    journal = {"id": seen["journalId"]}
    assert confirmed["state"] == "confirmed"
    for who in (seller.treasurer, seller.coordinator):
        await undo(seller, journal, 403, by=who)
    third, _ = await world.member(seller)
    await undo(seller, journal, 404, by=third)
    asked = await undo(seller, journal, by=noor, reason="het was een cadeau")
    assert (asked["state"], asked["waitsFor"]) == ("proposed", [sam_id])
    assert "confirm_reversal" in await todo(world, sam)
    found = f"/v1/journal-reversals/{asked['id']}"
    assert (await sam("GET", found))["reason"] == "het was een cadeau"
    await third("GET", found, status=404)
    done = await undo(seller, journal, by=sam)
    assert done["state"] == "booked"
    assert (await minutes(noor, seller.member_id), await minutes(sam, sam_id)) == (0, 0)
    assert "confirm_reversal" not in await todo(world, sam)
    assert [row["state"] for row in (await noor("GET", place))["items"]] == ["reversed"]
    await books_are_right(world)


async def test_a_giver_who_spent_the_minutes_stays_within_the_limit(world: World) -> None:
    seller = await world.cooperative([{"kind": "barter", "debtLimitMinutes": 90}, {"kind": "pot"}])
    sam, sam_id = await world.member(seller)
    place = f"/v1/cooperatives/{seller.id}/barters"
    for giver, giver_id, taker, taker_id, n in (
        (seller.member, seller.member_id, sam, sam_id, 60),
        (sam, sam_id, seller.member, seller.member_id, 120),
    ):
        body = {"giverId": giver_id, "receiverId": taker_id, "minutes": n, "title": "Werk"}
        trade = await giver("POST", place, body)
        await taker("POST", f"/v1/barters/{trade['id']}/transitions", {"verb": "confirm"})
    first = (await sam("GET", place))["items"][1]
    refused = await undo(seller, {"id": first["journalId"]}, 409, by=sam)
    assert (refused["code"], refused["facts"]) == ("debt_limit_reached", {"owed": 120, "limit": 90})
    await books_are_right(world)


async def bought(world: World) -> tuple[Seller, Seller, Json]:
    """A settled purchase of a lead and a partner, whose members paid 40.00 and 60.00 from pots of 200.00."""
    lead, other = await rich(world), await world.cooperative(RULES)
    await world.sale(other, await world.app(), "200.00")
    purchase = await plan(world, lead, partners=(other,))
    await mine(lead, purchase, 40)
    await mine(other, purchase, 60)
    closed = await step(lead.coordinator, purchase, "close")
    await finish(lead, closed, "100.00", 100)
    return lead, other, await look(lead.coordinator, purchase)


async def test_a_settled_purchase_is_undone_in_the_books_of_everybody(world: World) -> None:
    lead, other, purchase = await bought(world)
    after = [await world.balances(side) for side in (lead, other)]
    assert (after[0]["receivable_cooperative"], after[1]["payable_cooperative"]) == ("-60.00", "60.00")
    asked = await world.undo(lead, purchase)
    assert (asked["state"], asked["waitsFor"]) == ("proposed", [other.id])
    await world.undo(other, purchase)
    assert [await pot(world, side) for side in (lead, other)] == [("160.00", "40.00"), ("140.00", "60.00")]
    seen = await look(lead.coordinator, purchase)
    assert (seen["state"], seen["settledOn"]) == ("received", None)
    assert "settle_joint_purchase" in await todo(world, lead.treasurer)
    wishes = (await lead.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/wishes"))["items"]
    assert {(row["charged"]["amount"], row["reserved"]["amount"]) for row in wishes} == {
        ("0.00", "40.00"),
        ("0.00", "60.00"),
    }
    assert (await world.balances(lead))["bank"] == "-242.00"
    await books_are_right(world)
    await settle(lead, seen, "100.00")
    assert [await world.balances(side) for side in (lead, other)] == after
    assert "settle_joint_purchase" not in await todo(world, lead.treasurer)
    await books_are_right(world)


async def test_a_purchase_of_one_cooperative_needs_no_other_side(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 40)
    await finish(seller, await step(seller.coordinator, purchase, "close"), "40.00", 40)
    assert (await world.undo(seller, purchase, by=seller.coordinator, status=403))["code"] == "forbidden"
    assert (await world.undo(seller, purchase))["state"] == "booked"
    assert await pot(world, seller) == ("160.00", "40.00")
    await books_are_right(world)


async def test_whoever_ordered_a_purchase_does_not_undo_its_settlement(world: World) -> None:
    lead, other, purchase = await bought(world)
    person = (await lead.coordinator("GET", "/v1/me"))["person"]["id"]
    await world.approver(lead.id)
    office = {"personId": person, "role": "treasurer", "cooperativeId": lead.id}
    await world.network("POST", "/v1/offices", office)
    refused: Any = await world.undo(lead, purchase, by=lead.coordinator, status=403)
    assert refused["code"] == "second_person_needed"
    await world.undo(other, purchase)
    assert (await world.undo(lead, purchase, by=lead.coordinator, status=403))["code"] == "second_person_needed"
    await world.undo(lead, purchase)
    await books_are_right(world)


async def test_a_purchase_that_was_credited_or_netted_stays(world: World) -> None:
    lead, other, purchase = await bought(world)
    netting = await net(lead, other)
    refused = await world.undo(lead, purchase, status=409)
    assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "netting")
    for side in (lead, other):
        await world.undo(side, netting)
    wishes = (await lead.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/wishes"))["items"]
    credit = {"amount": euro("1.00"), "reason": "kapot"}
    await lead.treasurer("POST", f"/v1/wishes/{wishes[0]['id']}/credits", credit)
    refused = await world.undo(lead, purchase, kind="joint_purchase", status=409)
    assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "joint_purchase_credit")
    await books_are_right(world)
