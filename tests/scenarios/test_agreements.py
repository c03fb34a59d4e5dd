"""Every cooperative by its own rules, end to end through the public API; amounts in euro."""

from typing import Any

import pytest

from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, Json, Seller, World

TO_FUND = "cooperative_fund"


async def allow(world: World, seller: Seller, kind: str, member_id: str | None = None, **body: Any) -> Json:
    place = f"/v1/members/{member_id or seller.member_id}/allowances"
    status = body.pop("status", None)
    made: Json = await seller.treasurer("POST", place, {"kind": kind} | body, status=status)
    return made


@pytest.mark.parametrize(("percent", "owed", "kept"), [("100", "350.00", "0.00"), ("50", "175.00", "175.00")])
async def test_ons_shares_a_month_with_the_municipality(world: World, percent: str, owed: str, kept: str) -> None:
    """4000 − costs 2650 − reserve 400 − six allowances of 100: version 2014 gives all of it, 2017 a part."""
    rules: list[Json] = [
        {"kind": "reserve_of_turnover", "to": "training_pot", "percent": "10"},
        {"kind": "remit_above", "basis": "cooperative_year", "threshold": "0", "percent": percent},
        {"kind": "monthly_allowance", "cap": "100.00"},
        {"kind": "collective"},
    ]
    seller, app = await world.cooperative(rules), await world.app()
    order = await world.sale(seller, app, "4000.00", costs="2650.00")
    others = [seller.member_id] + [(await world.member(seller, f"Lid {n}"))[1] for n in range(5)]
    granted = [await allow(world, seller, "monthly_allowance", member) for member in others]
    assert {allowance["amount"]["amount"] for allowance in granted} == {"100.00"}
    refused = await allow(world, seller, "monthly_allowance", amount={"amount": "0.01"}, status=422)
    assert (refused["code"], refused["facts"]["limit_cents"]) == ("allowance_exceeded", 10000)
    balances = await world.balances(seller)
    assert balances["training_pot"] == "400.00"
    assert (balances["payable_municipality"], balances[TO_FUND]) == (owed, kept)
    assert (await world.thermometer(seller))["kind"] == "collective"

    await seller.refund(order["id"], {"reason": "niet geleverd"})
    balances = await world.balances(seller)
    # A loss has no remittance: the costs stay, and so do the allowances.
    assert (balances["payable_municipality"], balances[TO_FUND]) == ("0.00", "-3250.00")
    for allowance in granted:
        await world.undo(seller, allowance)
    left = {kind: cents for kind, cents in (await world.balances(seller)).items() if cents != "0.00"}
    assert left == {"payable_member": "2650.00", TO_FUND: "-2650.00"}
    await books_are_right(world)


async def test_premiums_and_hours_stay_within_agreement_and_law(world: World) -> None:
    """40 hours of 2.50 make 100; a third premium in a year is refused, and so is more than the law allows."""
    rules: list[Json] = [
        {"kind": "hourly_allowance", "perHour": "2.50", "monthlyCap": "150.00"},
        {"kind": "premium", "count": 3, "yearlyCap": "9000.00", "law": "j"},
        {"kind": "collective"},
    ]
    seller = await world.cooperative()
    # The first day with a verified premium.
    await world.agreement(seller, rules, NOTHING, "2026-07-01")
    await world.lower_floor(seller)
    hours = await allow(world, seller, "hourly_allowance", minutes=40 * 60)
    assert hours["amount"]["amount"] == "100.00"
    refused = await allow(world, seller, "hourly_allowance", minutes=21 * 60, status=422)
    assert refused["facts"]["limit_cents"] == 15000
    await allow(world, seller, "premium", amount={"amount": "3398.00"})
    over = await allow(world, seller, "premium", amount={"amount": "0.01"}, status=422)
    assert (over["facts"]["limit_cents"], "art. 31(2)(j)" in over["facts"]["source"]) == (339800, True)

    second = await world.member(seller)
    for _ in range(2):
        await allow(world, seller, "premium", second[1], amount={"amount": "1000.00"})
    third = await allow(world, seller, "premium", second[1], amount={"amount": "1.00"}, status=422)
    assert third["facts"]["most"] == 2
    assert (await allow(world, seller, "monthly_allowance", status=409))["code"] == "rule_missing"
    assert (await allow(world, seller, "premium", minutes=60, status=422))["code"] == "rule_refused"
    seen = await second[0]("GET", f"/v1/cooperatives/{seller.id}/allowances")
    assert [row["memberId"] for row in seen["items"]] == [second[1]] * 2
    await books_are_right(world)


async def test_heechterp_pays_hours_and_keeps_the_rest_for_the_neighbourhood(world: World) -> None:
    """1500 plus VAT, 60 hours of 4.50: 1230 to the fund."""
    rules: list[Json] = [{"kind": "hourly_allowance", "perHour": "4.50"}, {"kind": "collective"}]
    seller = await world.cooperative(rules)
    await world.sale(seller, await world.app(), "1500.00")
    await allow(world, seller, "hourly_allowance", minutes=3600)
    balances = await world.balances(seller)
    assert (balances["vat"], balances["payable_member"], balances[TO_FUND]) == ("315.00", "270.00", "1230.00")


async def test_lucas_leaves_the_profit_to_the_community(world: World) -> None:
    """1800 − 940 − hours 180 − volunteers 180 = 500."""
    rules: list[Json] = [
        {"kind": "monthly_allowance", "cap": "180.00"},
        {"kind": "hourly_allowance", "perHour": "4.50"},
        {"kind": "collective"},
    ]
    seller = await world.cooperative(rules)
    await world.sale(seller, await world.app(), "1800.00", costs="940.00")
    await allow(world, seller, "hourly_allowance", minutes=40 * 60)
    await allow(world, seller, "monthly_allowance", (await world.member(seller))[1])
    assert (await world.balances(seller))[TO_FUND] == "500.00"


async def test_breda_takes_what_a_cooperative_earns_above_a_ceiling(world: World) -> None:
    """12500 of profit, 10000 may stay: 2500 to the municipality; and back when the money is refunded."""
    rules: list[Json] = [{"kind": "remit_above", "basis": "cooperative_year", "threshold": "10000", "percent": "100"}]
    seller, app = await world.cooperative([*rules, {"kind": "collective"}]), await world.app()
    first = await world.sale(seller, app, "9000.00")
    await world.sale(seller, app, "3500.00")
    assert (await world.balances(seller))["payable_municipality"] == "2500.00"
    journals = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?limit=1")
    assert journals["items"][0]["kind"] in {"payment", "sale"}
    await seller.refund(first["id"], {"reason": "klacht"})
    balances = await world.balances(seller)
    assert (balances["payable_municipality"], balances[TO_FUND]) == ("0.00", "3500.00")
    await books_are_right(world)


async def test_a_threshold_a_month_and_an_allowance_out_of_the_month(world: World) -> None:
    """Above 100 a month, half goes to the municipality; up to 60 a month of the kept amount is paid out."""
    rules: list[Json] = [
        {"kind": "remit_above", "basis": "member_month", "threshold": "100.00", "percent": "50"},
        {"kind": "monthly_allowance", "cap": "60.00"},
        {"kind": "pot"},
    ]
    examples = [
        {"name": "x", "net": "200", "expected": {"municipality": "50", "allowance": "60", "pot": "90"}},
        {"name": "y", "net": "10", "yearSoFar": "200", "expected": {"municipality": "5", "pot": "5"}},
    ]
    with world.clock.at("2026-03-05"):
        seller, app = await world.cooperative(rules, examples), await world.app()
        first = await world.sale(seller, app, "80.00")
        await world.sale(seller, app, "70.00")
        balances = await world.balances(seller)
        assert (balances["payable_municipality"], balances["payable_member"]) == ("25.00", "60.00")
        assert (await world.thermometer(seller))["balance"]["amount"] == "65.00"
    with world.clock.at("2026-04-02"):
        await world.sale(seller, app, "50.00")
        balances = await world.balances(seller)
        assert (balances["payable_municipality"], balances["payable_member"]) == ("25.00", "110.00")
        await seller.refund(first["id"], {"reason": "klacht"})
        balances = await world.balances(seller)
        assert (balances["payable_municipality"], balances["payable_member"]) == ("0.00", "110.00")
        assert balances["pot"] == "10.00"
    await books_are_right(world)


async def test_costs_by_category_with_a_cap_and_with_approval_first(world: World) -> None:
    rules: list[Json] = [
        {"kind": "cost_category", "name": "materiaal", "yearlyCap": "50.00"},
        {"kind": "cost_category", "name": "gereedschap", "approveFirst": True},
        {"kind": "pot"},
    ]
    seller, app = await world.cooperative(rules), await world.app()
    order = await world.order(app, await world.offering(seller, "200.00"))

    def claim(category: str, amount: str) -> Json:
        body = {"orderLineId": order["lines"][0]["id"], "category": category, "amount": {"amount": amount}}
        return body | {"payee": "member", "receipt": "bon"}

    place = f"/v1/orders/{order['id']}/cost-claims"
    unknown = await seller.member("POST", place, claim("koffie", "1.00"), status=422)
    assert (unknown["code"], unknown["facts"]["known"]) == ("category_unknown", ["materiaal", "gereedschap"])
    early = await seller.member("POST", place, claim("gereedschap", "20.00"))
    late = await seller.member("POST", place, claim("gereedschap", "5.00"))
    await seller.treasurer("POST", f"/v1/cost-claims/{early['id']}/transitions", {"verb": "approve"})
    await world.deliver(seller, order)
    approve = f"/v1/cost-claims/{late['id']}/transitions"
    assert (await seller.treasurer("POST", approve, {"verb": "approve"}, status=409))["code"] == "approved_too_late"
    await seller.treasurer("POST", approve, {"verb": "reject", "reason": "te laat"})
    refused = await seller.member("POST", place, claim("gereedschap", "5.00"), status=409)
    assert refused["code"] == "approved_too_late"
    for amount, verb, status in (("30.00", "approve", 200), ("20.01", "approve", 409), ("20.00", "approve", 200)):
        made = await seller.member("POST", place, claim("materiaal", amount))
        path = f"/v1/cost-claims/{made['id']}/transitions"
        decided = await seller.treasurer("POST", path, {"verb": verb}, status=status)
        if status == 409:
            assert (decided["code"], decided["facts"]["left_cents"]) == ("cap_reached", 2000)
            await seller.treasurer("POST", path, {"verb": "reject", "reason": "boven de grens"})
    await world.pay(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    assert (await world.thermometer(seller))["balance"]["amount"] == "130.00"
    await books_are_right(world)


async def test_a_credit_does_not_free_the_yearly_cap(world: World) -> None:
    """The costs stay owed, also if all of the price is taken off."""
    rules: list[Json] = [{"kind": "cost_category", "name": "materiaal", "yearlyCap": "50.00"}, {"kind": "pot"}]
    seller, app = await world.cooperative(rules), await world.app()
    first = await world.sale(seller, app, "200.00", costs="50.00")
    order = await world.order(app, await world.offering(seller, "200.00"))
    body = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": "0.01"}}
    made = await seller.member(
        "POST", f"/v1/orders/{order['id']}/cost-claims", body | {"payee": "member", "receipt": "b"}
    )
    path = f"/v1/cost-claims/{made['id']}/transitions"
    for amount in ({"amount": {"amount": "0.01"}}, {}):
        await seller.refund(first["id"], {"reason": "klacht"} | amount)
        assert (await seller.treasurer("POST", path, {"verb": "approve"}, status=409))["code"] == "cap_reached"
    await books_are_right(world)


async def test_buurtmoeders_pay_their_umbrella(world: World) -> None:
    """375 − 120 = 255; 10 % to the parent, 22.95 × … to the pot."""
    parent, seller = await world.cooperative(), await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}"
    version = (await world.visitor("GET", place))["version"]
    await world.network("PATCH", place, {"umbrellaId": parent.id}, headers={"If-Match": f'"{version}"'})
    rules: list[Json] = [{"kind": "share_of_surplus", "to": "parent", "percent": "10"}, {"kind": "pot"}]
    with world.clock.at("2026-12-01"):
        await world.agreement(seller, rules, NOTHING, "2026-12-01")
        await world.sale(seller, await world.app(), "375.00", costs="120.00")
    balances = await world.balances(seller)
    assert (balances["payable_cooperative"], balances["pot"]) == ("25.50", "229.50")
    accounts = (await seller.treasurer("GET", f"{place}/accounts?limit=100"))["items"]
    assert next(a for a in accounts if a["kind"] == "payable_cooperative")["party"] == parent.id
    await books_are_right(world)


async def test_the_legal_limits_are_public_with_their_source(world: World) -> None:
    limits = await world.visitor("GET", "/v1/legal-limits")
    premium = next(limit for limit in limits if limit["law"] == "j")
    assert (premium["most"]["amount"], premium["maxCount"], premium["fromDate"]) == ("3398.00", 2, "2026-07-01")
    assert all(limit["source"] for limit in limits)
