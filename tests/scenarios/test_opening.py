"""A cooperative that runs already starts here in mid-year: pots by month, totals of the year, funds, reconciled."""

from typing import Any

from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_spending import may_buy, step
from tests.world import VRIJE_UITLOOP, Json, Seller, World


def euro(amount: str) -> Json:
    return {"amount": amount}


def brought(seller: Seller, **more: Any) -> Json:
    member = seller.member_id
    return {
        "asOf": "2026-07-01",
        "accounts": [
            {"kind": "bank", "amount": euro("5000.00")},
            {"kind": "receivable_customer", "amount": euro("121.00")},
            {"kind": "cooperative_fund", "amount": euro("2000.00")},
            {"kind": "training_pot", "amount": euro("100.00")},
            {"kind": "vat", "amount": euro("21.00")},
            {"kind": "payable_municipality", "amount": euro("1000.00")},
        ],
        "pots": [
            {"memberId": member, "month": "2026-02", "amount": euro("500.00")},
            {"memberId": member, "month": "2026-05", "amount": euro("1500.00")},
        ],
        "totals": [
            {"memberId": member, "month": "2026-02", "amount": euro("1000.00")},
            {"memberId": member, "month": "2026-05", "amount": euro("1940.00")},
        ],
    } | more


async def test_a_running_cooperative_starts_in_mid_year(world: World) -> None:
    """2940 kept so far: the next 144.50 cross the threshold of 3000, as if it had always been here."""
    with world.clock.at("2026-07-02"):
        seller = await world.cooperative([may_buy(), *VRIJE_UITLOOP])
        place = f"/v1/cooperatives/{seller.id}/opening-balances"
        wrong = brought(seller)
        wrong["accounts"][0]["amount"] = euro("4999.00")
        refused = await seller.treasurer("POST", place, wrong | {"dryRun": True}, status=422)
        assert (refused["code"], refused["facts"]["difference_cents"]) == ("opening_differs", -100)
        tried = await seller.treasurer("POST", place, brought(seller, dryRun=True))
        assert (tried["journalId"], tried["pots"]["amount"], tried["members"]) == (None, "2000.00", 1)
        assert await world.balances(seller) == {}
        late = brought(seller, asOf="2026-04-01")
        assert (await seller.treasurer("POST", place, late, status=422))["code"] == "rule_refused"
        await seller.coordinator("POST", place, brought(seller), status=403)
        done = await seller.treasurer("POST", place, brought(seller))
        assert done["journalId"] is not None
        assert (await seller.treasurer("POST", place, brought(seller), status=409))["code"] == "already_settled"
        app = await world.app()
        await world.sale(seller, app, "200.00", costs="30.00")
    balances = await world.balances(seller)
    assert (balances["pot"], balances["payable_municipality"]) == ("2102.25", "1042.25")
    with world.clock.at("2026-07-03"):
        body = {"purpose": "gereedschap", "title": "Fiets", "supplier": "De Schuur", "amount": euro("600.00")}
        asked = await seller.member("POST", f"/v1/members/{seller.member_id}/spending-requests", body)
        await step(seller.treasurer, asked, "approve")
        paid = await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
    lots = [(lot["month"], lot["amount"]["amount"]) for lot in paid["lots"]]
    assert lots == [("2026-02-01", "500.00"), ("2026-05-01", "100.00")]
    await books_are_right(world)


async def test_a_cooperative_may_begin_with_an_overdraft(world: World) -> None:
    """Negative amounts are accepted, and the books still balance."""
    seller = await world.cooperative()
    accounts = [("bank", "-50.00"), ("vat", "-21.00"), ("receivable_customer", "10.00"), ("cooperative_fund", "-19.00")]
    body = brought(seller, pots=[], totals=[]) | {
        "accounts": [{"kind": kind, "amount": euro(amount)} for kind, amount in accounts]
    }
    done = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/opening-balances", body)
    assert done["owned"]["amount"] == done["owed"]["amount"] == "-40.00"
    balances = await world.balances(seller)
    assert (balances["bank"], balances["cooperative_fund"], balances["vat"]) == ("50.00", "-19.00", "-21.00")
    await books_are_right(world)


async def test_books_that_began_are_not_opened_again(world: World) -> None:
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "10.00")
    place = f"/v1/cooperatives/{seller.id}/opening-balances"
    assert (await seller.treasurer("POST", place, brought(seller), status=409))["code"] == "already_settled"
    fresh = await world.cooperative()
    stranger = brought(fresh, pots=[], totals=[{"memberId": seller.member_id, "month": "2026-02", "amount": euro("1")}])
    stranger["accounts"] = one = [{"kind": kind, "amount": euro("1")} for kind in ("bank", "cooperative_fund")]
    await fresh.treasurer("POST", f"/v1/cooperatives/{fresh.id}/opening-balances", stranger, status=404)
    before = brought(fresh, pots=[], totals=[{"memberId": fresh.member_id, "month": "2025-02", "amount": euro("1")}])
    nothing = before | {"accounts": []}
    before["accounts"] = one
    place = f"/v1/cooperatives/{fresh.id}/opening-balances"
    assert (await fresh.treasurer("POST", place, before, status=409))["code"] == "agreement_missing"
    for dry_run in (True, False):
        refused = await fresh.treasurer("POST", place, nothing | {"dryRun": dry_run}, status=422)
        assert refused["facts"]["rule"] == "opening_has_balances"
