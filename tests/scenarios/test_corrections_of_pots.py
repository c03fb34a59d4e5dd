"""What pots, held earnings, a collective's fund and the municipality's account paid is undone, and paid again."""

from typing import Any

import pytest

from tests.scenarios.test_corrections import at_once, euro, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import decide, held, move, on_trial
from tests.scenarios.test_remittances import report
from tests.scenarios.test_spending import ask, may_buy, pot, step, tasks
from tests.world import SAENS_TOIS, SCOPE, VRIJE_UITLOOP, Json, Seller, World


async def asked_for(world: World, amount: str = "89.00") -> tuple[Seller, Json, str]:
    """An approved purchase from a pot of 142.50, and its address."""
    seller, app = await world.cooperative([may_buy(), *SCOPE]), await world.app()
    await world.sale(seller, app, "150.00")
    asked = await ask(seller, amount)
    await step(seller.treasurer, asked, "approve")
    return seller, asked, f"/v1/spending-requests/{asked['id']}"


async def todo(world: World, seller: Seller) -> list[str]:
    """The treasurer's open tasks."""
    return [task["what"] for task in await tasks(world, seller.treasurer)]


async def test_a_purchase_is_unpaid_again_after_its_receipt_was_undone(world: World) -> None:
    seller, asked, place = await asked_for(world)
    approved = await seller.treasurer("GET", place)
    paid = await seller.treasurer("POST", f"{place}/payments", {})
    settled = await seller.treasurer("POST", f"{place}/settlements", {"receipt": "bon 7", "amount": euro("80.00")})
    assert (settled["state"], await pot(world, seller)) == ("settled", ("62.50", "0.00"))
    back, spent = [await world.journal(seller, asked["id"], kind) for kind in ("spend_back", "spend")]
    refused = await undo(seller, spent, 409)
    assert (refused["code"], refused["facts"]) == (
        "reverse_that_first",
        {"kind": "spend_back", "journal_id": back["id"]},
    )
    for who, status in ((seller.coordinator, 403), (seller.member, 403), (world.person(), 404)):
        await undo(seller, back, status, by=who)
    await undo(seller, back)
    seen = await seller.treasurer("GET", place)
    same = ("state", "lots", "spent", "receipt", "paidOn")
    assert [seen[name] for name in same] == [paid[name] for name in same]
    assert await pot(world, seller) == ("53.50", "0.00")
    assert await todo(world, seller) == ["settle_spending"]
    assert await at_once(world, seller.treasurer, spent) == [(201, None), *[(409, "already_settled")] * 3]
    seen = await seller.treasurer("GET", place)
    assert [seen[name] for name in (*same, "reserved")] == [approved[name] for name in (*same, "reserved")]
    assert await pot(world, seller) == ("53.50", "89.00")
    assert await todo(world, seller) == ["pay_spending"]
    await books_are_right(world)
    await seller.treasurer("POST", f"{place}/payments", {})
    again = await seller.treasurer("POST", f"{place}/settlements", {"receipt": "bon 8", "amount": euro("85.00")})
    assert (again["state"], await pot(world, seller)) == ("settled", ("57.50", "0.00"))
    assert await todo(world, seller) == []
    await books_are_right(world)


async def test_a_receipt_that_changed_nothing_goes_with_its_payment(world: World) -> None:
    seller, asked, place = await asked_for(world)
    await seller.treasurer("POST", f"{place}/payments", {})
    await seller.treasurer("POST", f"{place}/settlements", {"receipt": "bon 7", "amount": euro("89.00")})
    await world.undo(seller, asked)
    seen = await seller.treasurer("GET", place)
    assert (seen["state"], seen["receipt"], seen["spent"], seen["lots"]) == ("approved", "", None, [])
    await step(seller.member, asked, "cancel")
    assert await pot(world, seller) == ("142.50", "0.00")
    assert await todo(world, seller) == []
    await books_are_right(world)


async def test_what_came_back_and_was_spent_does_not_go_again(world: World) -> None:
    seller, asked, place = await asked_for(world)
    await seller.treasurer("POST", f"{place}/payments", {})
    await seller.treasurer("POST", f"{place}/settlements", {"receipt": "bon 7", "amount": euro("80.00")})
    await ask(seller, "60.00")
    assert (await world.undo(seller, asked, kind="spend_back", status=409))["code"] == "below_floor"
    assert await pot(world, seller) == ("2.50", "60.00")
    await books_are_right(world)


async def test_a_debt_that_a_receipt_repaid_comes_back(world: World) -> None:
    """The pot is spent, its sale refunded: a debt of 142.50. The receipt repays 42.50, later work 95.00, and 5.00."""
    seller, app = await world.cooperative([may_buy(), *SCOPE]), await world.app()
    order = await world.sale(seller, app, "150.00")
    asked = await ask(seller, "142.50")
    await step(seller.treasurer, asked, "approve")
    place = f"/v1/spending-requests/{asked['id']}"
    await seller.treasurer("POST", f"{place}/payments", {})
    await seller.refund(order["id"], {"reason": "x"})
    await seller.treasurer("POST", f"{place}/settlements", {"receipt": "bon 7", "amount": euro("100.00")})
    assert (await world.balances(seller))["receivable_member"] == "-100.00"
    await world.sale(seller, app, "110.00")
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["pot"]) == ("0.00", "4.50")
    await world.undo(seller, asked, kind="spend_back")
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["pot"]) == ("-38.00", "0.00")
    assert (await seller.treasurer("GET", place))["state"] == "paid"
    await books_are_right(world)
    await world.sale(seller, app, "100.00")
    await seller.treasurer("POST", f"{place}/settlements", {"receipt": "bon 7", "amount": euro("142.50")})
    balances = await world.balances(seller)
    assert (balances["receivable_member"], balances["pot"]) == ("0.00", "57.00")
    await books_are_right(world)


async def test_nobody_undoes_the_payment_of_their_own_purchase(world: World) -> None:
    seller, asked, place = await asked_for(world)
    await seller.treasurer("POST", f"{place}/payments", {})
    person = (await seller.member("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person, "role": "treasurer", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", office)
    assert (await world.undo(seller, asked, by=seller.member, status=403))["code"] == "second_person_needed"


async def released(world: World, verb: str) -> tuple[Seller, Json, Json]:
    """Held earnings of somebody on trial, decided: the seller, the earning before and after."""
    seller, _, _ = await on_trial(world, [{"kind": "trial", "months": 3}, *VRIJE_UITLOOP])
    await world.sale(seller, await world.app(), "4000.00", costs="100.00")
    before = await held(seller)
    return seller, before, await decide(seller, before, verb)


async def undone(seller: Seller, earning: Json, status: int | None = None, **more: Any) -> Json:
    """The coordinator finds the journal in the earning."""
    seen = await seller.coordinator("GET", f"/v1/earnings/{earning['id']}")
    journal = {"id": seen["decisionJournalId"] or earning["decisionJournalId"]}
    undone: Json = await undo(seller, journal, status, **({"by": seller.coordinator} | more))
    return undone


async def test_what_was_released_is_held_again(world: World) -> None:
    """3900.00 above a threshold of 3000.00: 157.50 to the municipality, undone with it and booked again."""
    seller, before, after = await released(world, "release")
    assert (after["state"], after["decisionJournalId"]) == ("posted", await release_of(seller, before))
    balances = await world.balances(seller)
    assert (balances["held"], balances["payable_municipality"], balances["pot"]) == ("0.00", "157.50", "3157.50")
    for who, status in ((seller.treasurer, 403), (seller.member, 403), (world.person(), 404)):
        await undone(seller, after, status, by=who)
    await undone(seller, after)
    seen = await seller.coordinator("GET", f"/v1/earnings/{before['id']}")
    steps = ("version", "availableTransitions")
    assert {k: v for k, v in seen.items() if k not in steps} == {k: v for k, v in before.items() if k not in steps}
    balances = await world.balances(seller)
    assert (balances["held"], balances["payable_municipality"], balances["pot"]) == ("3900.00", "0.00", "0.00")
    assert (await world.thermometer(seller))["yearTotal"]["amount"] == "0.00"
    assert "decide_held" in [task["what"] for task in await tasks(world, seller.coordinator)]
    assert (await undone(seller, after, 409))["code"] == "already_settled"
    await books_are_right(world)
    again = await decide(seller, before, "forfeit")
    assert again["state"] == "forfeited"
    await undone(seller, again)
    assert (await decide(seller, before, "release"))["legs"] == after["legs"]
    await books_are_right(world)


@pytest.mark.parametrize("verb", ["release", "forfeit"])
async def test_a_decision_is_not_undone_once_its_sale_was_taken_back(world: World, verb: str) -> None:
    seller, before, after = await released(world, verb)
    paid = (await seller.treasurer("GET", f"/v1/orders/{before['orderId']}/payments"))[0]
    (journal,) = [
        one
        for one in (await seller.treasurer("GET", journals_of(seller, paid["id"])))["items"]
        if one["kind"] == "payment"
    ]
    await undo(seller, journal, by=seller.treasurer)
    refused = await undone(seller, after, 409)
    assert (refused["code"], refused["facts"]["how"]) == ("not_reversible", "taken_back")
    await books_are_right(world)


def journals_of(seller: Seller, source_id: str) -> str:
    return f"/v1/cooperatives/{seller.id}/journals?sourceId={source_id}"


async def release_of(seller: Seller, earning: Json) -> str:
    found = await seller.treasurer("GET", journals_of(seller, earning["id"]))
    return str(found["items"][0]["id"])


async def test_what_was_transferred_is_held_again_unless_it_was_spent(world: World) -> None:
    seller, _, _ = await on_trial(world, [{"kind": "trial", "months": 3}, may_buy(), *SAENS_TOIS])
    colleague, colleague_id = await world.member(seller)
    await world.sale(seller, await world.app(), "100.00")
    earning = await held(seller)
    decided = await decide(seller, earning, "transfer", toMemberId=colleague_id)
    body: Json = {"purpose": "gereedschap", "title": "Pomp", "supplier": "S", "amount": euro("50.00")}
    asked = await colleague("POST", f"/v1/members/{colleague_id}/spending-requests", body)
    assert (await undone(seller, decided, 409))["code"] == "below_floor"
    await step(colleague, asked, "cancel")
    await undone(seller, decided)
    assert (await held(seller))["toMemberId"] is None
    place = f"/v1/members/{colleague_id}/thermometer"
    assert (await colleague("GET", place))["balance"]["amount"] == "0.00"
    await decide(seller, earning, "release")
    assert (await world.thermometer(seller))["balance"]["amount"] == "90.00"
    await books_are_right(world)


async def test_what_was_partly_refunded_since_is_not_held_again(world: World) -> None:
    seller, _, _ = await on_trial(world)
    order = await world.sale(seller, await world.app(), "100.00")
    decided = await decide(seller, await held(seller), "release")
    await seller.refund(order["id"], {"reason": "x", "amount": euro("12.10")})
    refused = await undone(seller, decided, 409)
    assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "credit")
    await books_are_right(world)


async def test_held_money_is_undone_in_the_year_of_its_work_and_in_its_month(world: World) -> None:
    """Earned in March, released in May, undone next year: dated in December, out of the pot's month of March."""
    with world.clock.at("2026-03-10"):
        seller, _, _ = await on_trial(world, [{"kind": "trial", "months": 3}, may_buy(), *SCOPE])
        await world.sale(seller, await world.app(), "100.00")
        earning = await held(seller)
    with world.clock.at("2026-05-10"):
        first = await decide(seller, earning, "release")
    with world.clock.at("2026-06-10"):
        await move(seller.coordinator, seller.member_id, "admit")
        await world.sale(seller, await world.app(), "10.00")
    with world.clock.at("2027-01-10"):
        assert (await undone(seller, first))["day"] == "2026-12-31"
        asked = await ask(seller, "9.50")
        await step(seller.treasurer, asked, "approve")
        paid = await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
        assert [lot["month"] for lot in paid["lots"]] == ["2026-06-01"]
    await books_are_right(world)


async def test_what_a_collective_bought_is_unpaid_again(world: World) -> None:
    """600.00 in the fund, above 100.00 half to the municipality; a fridge of 200.00 takes 100.00 of that off."""
    rules: list[Json] = [
        {"kind": "vote", "percent": "75"},
        {"kind": "remit_above", "threshold": "100.00", "percent": "50", "basis": "cooperative_year"},
        {"kind": "collective"},
    ]
    seller = await world.cooperative(rules)
    await world.sale(seller, await world.app(), "600.00")
    before = await world.balances(seller)
    body: Json = {"title": "Koelkast", "supplier": "Witgoed", "amount": euro("200.00")}
    ballot = await seller.member("POST", f"/v1/cooperatives/{seller.id}/ballots", body)
    place = f"/v1/ballots/{ballot['id']}"
    await seller.member("POST", f"{place}/votes", {"yes": True})
    await seller.treasurer("POST", f"{place}/payments", {})
    after = await world.balances(seller)
    assert (before["payable_municipality"], after["payable_municipality"]) == ("250.00", "150.00")
    await world.undo(seller, ballot, by=seller.coordinator, status=403)
    await world.undo(seller, ballot)
    assert await world.balances(seller) == before
    (seen,) = (await seller.member("GET", f"/v1/cooperatives/{seller.id}/ballots"))["items"]
    assert (seen["state"], seen["paidOn"], seen["yes"]) == ("accepted", None, 1)
    assert await todo(world, seller) == ["pay_purchase"]
    await seller.treasurer("POST", f"{place}/payments", {})
    assert await world.balances(seller) == after
    assert await todo(world, seller) == []
    await books_are_right(world)


async def test_a_remittance_is_invoiced_and_unpaid_again(world: World) -> None:
    rules: list[Json] = [{"kind": "remit_above", "threshold": "100.00", "percent": "50"}, {"kind": "pot"}]
    with world.clock.at("2026-03-10"):
        seller = await world.cooperative(rules)
        await world.sale(seller, await world.app(), "150.00")
    with world.clock.at("2026-04-02"):
        await world.close_month(seller, "2026-03")
        reported = await report(seller, "2026-03")
        place = f"/v1/remittances/{reported['id']}"
        await seller.controller("POST", f"{place}/invoices", {"reference": "F1"})
        before = await world.balances(seller)
        await seller.treasurer("POST", f"{place}/payments", {})
        await world.undo(seller, reported, by=seller.controller, status=404)
        await world.undo(seller, reported)
        assert await world.balances(seller) == before | {"in_transit": "0.00"}
        seen = await seller.treasurer("GET", place)
        assert (seen["state"], seen["settledOn"], seen["reference"]) == ("invoiced", None, "F1")
        owed = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/remittance-owed")
        assert owed["owed"]["amount"] == "0.00"
        assert "settle_remittance" in await todo(world, seller)
        assert (await seller.treasurer("POST", f"{place}/payments", {}))["state"] == "settled"
        assert (await world.balances(seller))["payable_municipality"] == "0.00"
    await books_are_right(world)


async def test_a_pot_of_somebody_who_left_is_settled_again(world: World) -> None:
    """To the fund, of which half goes to the municipality above 10.00."""
    fund: Json = {"kind": "remit_above", "threshold": "10.00", "percent": "50", "basis": "cooperative_year"}
    seller = await world.cooperative([{"kind": "exit", "potTo": "cooperative_fund"}, SCOPE[0], fund, SCOPE[1]])
    await world.sale(seller, await world.app(), "100.00")
    await move(seller.coordinator, seller.member_id, "exit", destination="employment")
    before = await world.balances(seller)
    place, member = f"/v1/members/{seller.member_id}/pot-settlements", {"id": seller.member_id}
    settled = await seller.treasurer("POST", place, {})
    after = await world.balances(seller)
    assert (before["pot"], after["pot"], after["payable_municipality"]) == ("95.00", "0.00", "45.00")
    await world.undo(seller, member, by=seller.coordinator, status=403)
    await undo(seller, settled)
    assert await world.balances(seller) == before | {"payable_municipality": "0.00"}
    assert "settle_pot" in await todo(world, seller)
    await books_are_right(world)
    again = await seller.treasurer("POST", place, {})
    assert again["part"] == 2
    assert await world.balances(seller) == after
    assert "settle_pot" not in await todo(world, seller)
    await books_are_right(world)
