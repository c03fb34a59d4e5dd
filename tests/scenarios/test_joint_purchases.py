"""Buying together: wished, filled up, shared out, ordered, received and paid, in every cooperative's books."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import cli
from tests.scenarios.buying import (
    RULES,
    SPOOLS,
    again,
    charged,
    finish,
    look,
    mine,
    move,
    owed,
    plan,
    pot,
    rich,
    settle,
    wish,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, World


async def test_spools_for_three_with_a_discount(world: World) -> None:
    """6000 − 600 over 10, 20 and 30: 900, 1800, 2700."""
    seller = await rich(world)
    article = SPOOLS | {"packUnits": 60, "tiers": [{"price": {"amount": "60.00"}}]}
    purchase = await plan(world, seller, article, discount={"amount": "6.00"})
    await mine(seller, purchase, 10)
    people = []
    for units in (20, 30):
        caller, member_id = await world.member(seller)
        await wish(seller.coordinator, purchase, units, memberId=member_id)
        people.append((caller, member_id))
    assert await pot(world, seller) == ("190.00", "10.00")
    purchase = await move(seller.coordinator, purchase, "close")
    assert (purchase["articles"][0]["orderedUnits"], await pot(world, seller)) == (60, ("191.00", "9.00"))
    await finish(seller, purchase, "54.00", 60)
    assert await charged(seller, purchase) == ["9.00", "18.00", "27.00"]
    assert await pot(world, seller) == ("191.00", "0.00")
    balances = await world.balances(seller)
    assert (balances["cooperative_fund"], balances["reserved"]) == ("-45.00", "0.00")
    movements = (await world.thermometer(seller))["movements"]
    assert movements[0]["reason"] == "This is no longer set apart for: Garen samen."
    await books_are_right(world)


async def test_a_purchase_of_three_cooperatives_comes_short_and_one_line_is_credited(world: World) -> None:
    """Firm 12 + 9 + 6 = 27, tolerance 3: three packs; 24 come.

    Delivery 5.00 by units; every book balances separately.
    """
    lead, left, right = await rich(world), await rich(world), await rich(world)
    purchase = await plan(world, lead, partners=(left, right), delivery={"amount": "5.00"}, rule="first_come")
    first = await mine(lead, purchase, 12)
    await mine(left, purchase, 9, 3)
    await wish(right.treasurer, purchase, 6, cooperativeId=right.id)
    stranger = await rich(world)
    await wish(stranger.member, purchase, 1, memberId=stranger.member_id, status=404)
    await stranger.member("GET", f"/v1/joint-purchases/{purchase['id']}", status=404)
    seen = (await look(left.member, purchase))["articles"][0]
    assert (seen["wished"], seen["tolerated"], seen["packs"], seen["missing"]) == (27, 3, 3, 0)
    purchase = await move(lead.coordinator, purchase, "close")
    assert await pot(world, left) == ("188.00", "12.00")
    order = await lead.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/supplier-order")
    assert (order["lines"][0]["packs"], order["total"]["amount"]) == (3, "35.00")
    csv = await lead.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/supplier-order.csv")
    assert csv.splitlines()[1] == "Garen,klos,3,10,30,10.00,30.00,30.00"
    await left.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/supplier-order", status=404)

    await move(lead.coordinator, purchase, "order")
    early = await move(lead.coordinator, purchase, "receive", status=409)
    assert (early["code"], early["facts"]["articles"]) == ("receipt_missing", ["Garen"])
    receipts = f"/v1/purchase-articles/{purchase['articles'][0]['id']}/receipts"
    await lead.coordinator("POST", receipts, {"units": 20})
    allocation = await right.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/allocation")
    assert [line["units"] for line in allocation["articles"][0]["result"]["lines"]] == [12, 8, 0]
    await lead.coordinator("POST", receipts, {"units": 4})
    await move(lead.coordinator, purchase, "receive")
    wrong = await settle(lead, purchase, "30.00", status=409)
    assert (wrong["code"], wrong["facts"]["computed_cents"]) == ("total_differs", 2900)
    await settle(lead, purchase, "29.00")
    assert await charged(lead, purchase) == ["14.50", "10.88", "3.62"]
    assert (await world.balances(left))["payable_cooperative"] == "10.88"
    assert (await world.balances(right))["payable_cooperative"] == "3.62"
    assert await owed(lead) == {left.id: "-10.88", right.id: "-3.62"}
    await books_are_right(world)

    back = f"/v1/wishes/{first['id']}/credits"
    theirs = (await left.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/wishes"))["items"][0]
    for place, amount in ((back, "2.00"), (f"/v1/wishes/{theirs['id']}/credits", "1.00")):
        await lead.treasurer("POST", place, {"amount": {"amount": amount}, "reason": "vlek"})
    too_much = await lead.treasurer("POST", back, {"amount": {"amount": "12.51"}, "reason": "vlek"}, status=422)
    assert too_much["facts"]["rule"] == "credit_at_most_what_was_paid"
    assert await pot(world, lead) == ("187.50", "0.00")
    assert await pot(world, left) == ("190.12", "0.00")
    assert (await world.balances(left))["payable_cooperative"] == "9.88"
    assert await owed(lead) == {left.id: "-9.88", right.id: "-3.62"}
    await books_are_right(world)


async def test_a_withdrawn_wish_and_a_cancelled_purchase_give_back_to_the_cent(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 13, 7)
    assert await pot(world, seller) == ("180.00", "20.00")
    assert (await mine(seller, purchase, 300, status=409))["code"] == "below_floor"
    await mine(seller, purchase, 5)
    assert await pot(world, seller) == ("195.00", "5.00")
    await mine(seller, purchase, 0)
    assert await pot(world, seller) == ("200.00", "0.00")
    await mine(seller, purchase, 7)
    await wish(seller.treasurer, purchase, 3, cooperativeId=seller.id)
    await move(seller.coordinator, purchase, "cancel", status=422)
    await move(seller.coordinator, purchase, "cancel", reason="leverancier failliet")
    assert await pot(world, seller) == ("200.00", "0.00")
    assert (await world.balances(seller))["reserved"] == "0.00"
    await world.work()
    for who in (seller.member, seller.coordinator):
        tasks = [task["what"] for task in (await who("GET", "/v1/tasks"))["items"]]
        assert "know_of_cancelled_purchase" in tasks
    assert (await mine(seller, purchase, 1, status=409))["code"] == "wrong_state"
    await books_are_right(world)


async def test_the_pot_pays_what_the_agreement_allows(world: World) -> None:
    seller = await rich(world)
    unknown = await plan(world, seller, purpose="vakantie")
    assert (await mine(seller, unknown, 1, status=422))["code"] == "purpose_unknown"
    consent = await plan(world, seller, purpose="dak")
    assert (await mine(seller, consent, 1, status=422))["facts"]["rule"] == "pot_needs_consent"
    await wish(seller.coordinator, consent, 1, memberId=seller.member_id)
    await wish(seller.member, consent, 1, cooperativeId=seller.id, status=403)
    assert (await wish(seller.coordinator, consent, 1, status=422))["facts"]["rule"] == "a_wish_names_who"


async def test_topping_up_takes_only_what_fills_packs(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 8)
    purchase = await move(seller.coordinator, purchase, "top_up")
    assert purchase["articles"][0]["missing"] == 2
    _, colleague_id = await world.member(seller)
    refused = await wish(seller.coordinator, purchase, 3, status=409, memberId=colleague_id)
    assert (refused["code"], refused["facts"]["missing"]) == ("not_filling", 2)
    assert (await mine(seller, purchase, 7, status=409))["code"] == "not_filling"
    await wish(seller.coordinator, purchase, 1, memberId=colleague_id)
    await mine(seller, purchase, 8, 1)
    seen = (await look(seller.member, purchase))["articles"][0]
    assert (seen["missing"], seen["packs"]) == (0, 1)


async def test_below_the_minimum_the_lead_extends_drops_or_gives_up(world: World) -> None:
    seller = await rich(world)
    many = SPOOLS | {"title": "Stof", "minimum": {"money": {"amount": "30.00"}}}
    purchase = await plan(world, seller, SPOOLS, many)
    await mine(seller, purchase, 10)
    await mine(seller, purchase, 12, article=1)
    refused = await move(seller.coordinator, purchase, "close", status=409)
    assert (refused["code"], refused["facts"]["missing"]) == ("below_minimum", {"Stof": 18})
    assert "(Stof: 18)" in refused["detail"]
    with world.clock.at(f"{world.clock() + timedelta(days=8):%Y-%m-%d}"):
        assert (await mine(seller, purchase, 30, article=1, status=409))["code"] == "wrong_state"
        await world.work()
        seller.coordinator = await again(world, seller.coordinator)
        tasks = [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]]
        assert "decide_below_minimum" in tasks
        until = (world.clock() + timedelta(days=7)).isoformat()
        assert (await move(seller.coordinator, purchase, "extend", closesAt=until))["state"] == "open"
        await world.work()
        tasks = [task["what"] for task in (await seller.coordinator("GET", "/v1/tasks"))["items"]]
        assert "decide_below_minimum" not in tasks
        await seller.coordinator("POST", f"/v1/purchase-articles/{purchase['articles'][1]['id']}/drops", {})
    with world.clock.at(f"{world.clock() + timedelta(days=16):%Y-%m-%d}"):
        await world.work()
        seller.coordinator, seller.member = [await again(world, who) for who in (seller.coordinator, seller.member)]
        closed = await look(seller.coordinator, purchase)
        assert [article["orderedUnits"] for article in closed["articles"]] == [10, 0]
        assert closed["state"] == "closed"
        assert await pot(world, seller) == ("190.00", "10.00")
    await books_are_right(world)


async def test_who_gets_what_is_previewed_frozen_locked_and_recomputed(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 12)
    for _ in range(2):
        _, member_id = await world.member(seller)
        await wish(seller.coordinator, purchase, 12, memberId=member_id)
    place = f"/v1/joint-purchases/{purchase['id']}/allocation"
    shares = {}
    for rule in ("first_come", "proportional", "equal"):
        found = (await seller.member("GET", f"{place}?rule={rule}"))["articles"][0]
        shares[rule] = [line["units"] for line in found["result"]["lines"]]
    assert shares == {"first_come": [12, 12, 6], "proportional": [10, 10, 10], "equal": [10, 10, 10]}
    await move(seller.coordinator, purchase, "close")
    assert (await seller.member("GET", f"{place}?rule=equal", status=409))["code"] == "wrong_state"
    frozen = (await seller.member("GET", place))["articles"][0]
    assert frozen["result"]["lines"][2]["reason"].startswith(
        "You asked for 12, and 0 more to fill a pack. There are 30"
    )
    wishes = (await seller.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/wishes"))["items"]
    lock = f"/v1/wishes/{wishes[0]['id']}/locks"
    await seller.member("POST", lock, {"units": 9}, status=404)
    assert (await seller.coordinator("POST", lock, {"units": 13}, status=422))["code"] == "rule_refused"
    assert (await seller.coordinator("POST", lock, {"units": 9}))["units"] == 9
    again_shared = (await seller.member("GET", place))["articles"][0]
    assert [line["units"] for line in again_shared["result"]["lines"]] == [12, 9, 9]
    assert again_shared["result"]["digest"] != frozen["result"]["digest"]
    seen = await look(seller.member, purchase)
    assert seen["articles"][0]["digest"] == again_shared["result"]["digest"]


async def test_who_ordered_does_not_settle_and_five_settlements_are_one(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 10)
    await move(seller.coordinator, purchase, "close")
    await move(seller.treasurer, purchase, "order")
    article = purchase["articles"][0]["id"]
    await seller.coordinator("POST", f"/v1/purchase-articles/{article}/receipts", {"units": 10})
    await move(seller.coordinator, purchase, "receive")
    assert (await settle(seller, purchase, "10.00", status=403))["code"] == "second_person_needed"
    other = await world.officer("treasurer", cooperativeId=seller.id)
    place = f"/v1/joint-purchases/{purchase['id']}/settlements"
    sent = {"Authorization": f"Bearer {other.token}"}
    answers = await asyncio.gather(
        *(
            world.client.post(
                place, json={"total": {"amount": "10.00"}}, headers=sent | {"Idempotency-Key": f"s{purchase['id']}{n}"}
            )
            for n in range(5)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert await pot(world, seller) == ("190.00", "0.00")
    await books_are_right(world)


async def test_wishes_in_the_closing_second_and_two_buyers(world: World) -> None:
    """Fifty members change their wish while two people close: it closes once; each wish counts fully or not at all."""
    seller = await rich(world)
    purchase = await plan(world, seller)
    members = [await world.member(seller) for _ in range(50)]
    for _, member_id in members:
        await wish(seller.coordinator, purchase, 2, memberId=member_id)
    article = purchase["articles"][0]["id"]

    async def send(who: Caller, path: str, body: Json) -> int:
        headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": f"{who.login}{body}"[:100]}
        return (await world.client.post(path, json=body, headers=headers)).status_code

    place = f"/v1/joint-purchases/{purchase['id']}/transitions"
    acts = [
        send(seller.coordinator, "/v1/wishes", {"memberId": m, "articleId": article, "quantity": 5}) for _, m in members
    ]
    acts[10:10] = [send(who, place, {"verb": "close"}) for who in (seller.coordinator, seller.treasurer)]
    answers = await asyncio.gather(*acts)
    closes, wished = answers[10:12], answers[:10] + answers[12:]
    assert sorted(closes) == [200, 409]
    assert set(wished) <= {201, 409}
    found = (await look(seller.coordinator, purchase))["articles"][0]
    assert found["wished"] == 100 + 3 * wished.count(201)
    allocation = (await seller.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/allocation"))["articles"][0]
    units = sum(line["units"] for line in allocation["result"]["lines"])
    assert units == found["orderedUnits"] == found["wished"] // 10 * 10
    await books_are_right(world)


@pytest.mark.parametrize("by", ["quantity", "price", "head"])
async def test_delivery_is_shared_to_the_cent(world: World, by: str) -> None:
    seller = await rich(world)
    dear = SPOOLS | {"title": "Zijde", "packUnits": 1, "tiers": [{"price": {"amount": "5.00"}}]}
    cheap = SPOOLS | {"packUnits": 1, "tiers": [{"price": {"amount": "1.00"}}]}
    purchase = await plan(world, seller, dear, cheap, delivery={"amount": "10.00"}, deliveryBy=by)
    _, member_id = await world.member(seller)
    await mine(seller, purchase, 1)
    await wish(seller.coordinator, purchase, 1, article=1, memberId=member_id)
    await wish(seller.coordinator, purchase, 1, article=1, cooperativeId=seller.id)
    purchase = await move(seller.coordinator, purchase, "close")
    await finish(seller, purchase, "17.00", 1, 2)
    shares = {
        "quantity": ["8.34", "4.33", "4.33"],
        "price": ["12.14", "2.43", "2.43"],
        "head": ["8.34", "4.33", "4.33"],
    }
    assert await charged(seller, purchase) == shares[by]
    await books_are_right(world)


async def test_what_costs_more_than_was_reserved_is_taken_from_the_pot_or_owed(world: World) -> None:
    """Pot 10.00, all reserved for the spools; delivery 3.00 becomes a debt, which the next earning repays."""
    seller = await rich(world, "10.00")
    purchase = await plan(world, seller, delivery={"amount": "3.00"})
    await mine(seller, purchase, 10)
    purchase = await move(seller.coordinator, purchase, "close")
    await finish(seller, purchase, "13.00", 10)
    balances = await world.balances(seller)
    assert (balances["pot"], balances["receivable_member"]) == ("0.00", "-3.00")
    await world.sale(seller, await world.app(), "10.00")
    assert await pot(world, seller) == ("7.00", "0.00")
    await books_are_right(world)


async def test_anybody_works_the_allocation_out_again_from_what_is_published(world: World, tmp_path: Path) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 7, 4)
    await wish(seller.coordinator, purchase, 6, 3, cooperativeId=seller.id)
    await move(seller.coordinator, purchase, "close")
    published = await seller.member("GET", f"/v1/joint-purchases/{purchase['id']}/allocation")
    file = tmp_path / "allocation.json"
    file.write_text(json.dumps(published), encoding="utf-8")
    again = CliRunner().invoke(cli, ["allocate", str(file), "--language", "en"])
    assert again.exit_code == 0, again.output
    assert published["articles"][0]["result"]["digest"] in again.output
    assert "Garen: 2 × 10 = 20" in again.output
    published["articles"][0]["result"]["lines"][0]["units"] += 1
    file.write_text(json.dumps(published), encoding="utf-8")
    assert CliRunner().invoke(cli, ["allocate", str(file)]).exit_code == 1


async def test_what_nobody_asked_for_is_the_leads_and_a_wish_of_a_partner_never_grows(world: World) -> None:
    """Ten wished of a pack of ten; twelve come: ten are theirs, two are the lead's, paid from its fund."""
    lead, partner = await rich(world), await rich(world)
    purchase = await plan(world, lead, partners=(partner,))
    await mine(partner, purchase, 10)
    purchase = await move(lead.coordinator, purchase, "close")
    await finish(lead, purchase, "12.00", 12)
    assert (await world.balances(lead))["cooperative_fund"] == "-2.00"
    assert await owed(lead) == {partner.id: "-10.00"}
    assert await pot(world, partner) == ("190.00", "0.00")
    await books_are_right(world)


async def test_a_pot_is_not_settled_while_a_wish_reserves_on_it(world: World) -> None:
    leaving = {"kind": "exit", "potTo": "member"}
    seller = await world.cooperative([leaving, *RULES])
    await world.sale(seller, await world.app(), "50.00")
    purchase = await plan(world, seller)
    await mine(seller, purchase, 10)
    exiting = {"verb": "exit", "destination": "education"}
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", exiting)
    place = f"/v1/members/{seller.member_id}/pot-settlements"
    refused = await seller.treasurer("POST", place, {}, status=422)
    assert refused["facts"]["rule"] == "open_requests_first"
    purchase = await move(seller.coordinator, purchase, "close")
    await finish(seller, purchase, "10.00", 10)
    await seller.treasurer("POST", place, {})
    assert (await world.balances(seller))["payable_member"] == "40.00"
    await books_are_right(world)


async def test_what_is_stated_changes_while_it_may(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    place = f"/v1/joint-purchases/{purchase['id']}"

    async def change(body: Json, status: int = 200) -> Json:
        seen = {"If-Match": f'"{(await look(seller.coordinator, purchase))["version"]}"'}
        made: Json = await seller.coordinator("PATCH", place, body, headers=seen, status=status)
        return made

    for name in ("closesAt", "delivery"):
        assert [fault["field"] for fault in (await change({name: None}, status=400))["errors"]] == [name]
    assert (await change({"closesAt": "2020-01-01T00:00:00Z"}, status=422))["code"] == "rule_refused"
    assert (await change({"topsUpAt": None, "rule": "equal"}))["rule"] == "equal"
    await mine(seller, purchase, 10)
    await move(seller.coordinator, purchase, "close")
    assert (await change({"rule": "first_come"}, status=409))["code"] == "wrong_state"
    assert (await change({"discount": {"amount": "1.00"}}))["discount"]["amount"] == "1.00"


async def test_nothing_firm_is_given_up_with_a_reason(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 0, 9)
    refused = await move(seller.coordinator, purchase, "close", status=409)
    assert refused["code"] == "below_minimum"
    given_up = await move(seller.coordinator, purchase, "give_up", reason="te weinig animo")
    assert (given_up["state"], await pot(world, seller)) == ("cancelled_below_minimum", ("200.00", "0.00"))
    await books_are_right(world)
