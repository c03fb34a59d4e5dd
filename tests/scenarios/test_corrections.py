"""Any booking is undone by one verb: exactly, once, by whoever may make it; and its source is as it was before."""

import asyncio
from typing import Any

import pytest

from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


def euro(amount: str) -> Json:
    return {"amount": amount}


async def fund_of(seller: Seller) -> str:
    body = {"title": "Dak", "purposes": ["dak"]}
    return str((await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/funds", body))["id"])


async def give(seller: Seller, fund_id: str, amount: str, **more: str) -> Json:
    body = {"amount": euro(amount), "giver": "Jo"} | more
    given: Json = await seller.treasurer("POST", f"/v1/funds/{fund_id}/donations", body)
    return given


async def spend(seller: Seller, fund_id: str, amount: str, **more: str) -> Json:
    body = {"amount": euro(amount), "purpose": "dak", "supplier": "S", "title": "T"} | more
    spent: Json = await seller.treasurer("POST", f"/v1/funds/{fund_id}/expenses", body)
    return spent


async def undo(seller: Seller, journal: Json, status: int | None = None, by: Caller | None = None, **more: Any) -> Any:
    """Reverses a journal."""
    body = {"reason": "vergissing"} | more
    return await (by or seller.treasurer)("POST", f"/v1/journals/{journal['id']}/reversals", body, status=status)


async def at_once(world: World, who: Caller, journal: Json, times: int = 4) -> list[Any]:
    """The answers to several reversals of one journal at once, the one that is booked first."""
    answers = await asyncio.gather(
        *(
            world.client.post(
                f"/v1/journals/{journal['id']}/reversals",
                json={"reason": "dubbel"},
                headers={"Authorization": f"Bearer {who.token}", "Idempotency-Key": f"{journal['id']}-{n}"},
            )
            for n in range(times)
        )
    )
    return sorted((answer.status_code, answer.json().get("code")) for answer in answers)


async def test_a_gift_and_an_expense_are_undone_and_booked_again(world: World) -> None:
    seller = await world.cooperative()
    fund = await fund_of(seller)
    given, spent = await give(seller, fund, "50.00"), await spend(seller, fund, "20.00")
    assert (given["canBeReversed"], given["reversedBy"]) == (True, None)
    refused = await undo(seller, given, 409)
    assert refused["code"] == "below_floor"
    reversal = await undo(seller, spent, reason="verkeerde fonds")
    assert (reversal["journalId"], reversal["state"], reversal["kind"]) == (spent["id"], "booked", "fund_expense")
    assert (await seller.treasurer("GET", f"/v1/funds/{fund}"))["balance"]["amount"] == "50.00"
    await undo(seller, given)
    assert set((await world.balances(seller)).values()) == {"0.00"}
    assert (await undo(seller, given, 409))["code"] == "already_settled"
    back = await world.journal(seller, spent["sourceId"], "fund_expense_reversal")
    assert (back["id"], back["reverses"]) == (reversal["reversedBy"], spent["id"])
    assert (await undo(seller, back, 409))["facts"] == {"kind": "fund_expense_reversal", "how": "reversal"}
    before = await world.journal(seller, spent["sourceId"], "fund_expense")
    assert (before["reversedBy"], before["canBeReversed"]) == (back["id"], False)
    await give(seller, fund, "50.00")
    await spend(seller, fund, "50.00")
    found = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journal-reversals"))["items"]
    assert [(row["kind"], row["reason"]) for row in found] == [
        ("donation", "vergissing"),
        ("fund_expense", "verkeerde fonds"),
    ]
    assert await seller.treasurer("GET", f"/v1/journal-reversals/{reversal['id']}") == reversal
    await books_are_right(world)


async def test_who_may_not_book_it_does_not_undo_it(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    given = await give(seller, await fund_of(seller), "5.00")
    await undo(seller, given, 404, by=other.treasurer)
    await undo(seller, given, 404, by=world.person())
    await undo(seller, given, 401, by=world.visitor)
    assert (await undo(seller, given, 403, by=seller.coordinator))["code"] == "forbidden"
    # A member's books do not hold it.
    await undo(seller, given, 404, by=seller.member)
    assert (await undo(seller, given, 422, reason=" "))["code"] == "reason_needed"
    await undo(seller, {"id": seller.id}, 404)
    reversal = await undo(seller, given)
    for who in (other.treasurer, seller.member, world.person()):
        await who("GET", f"/v1/journal-reversals/{reversal['id']}", status=404)
    await seller.coordinator("GET", f"/v1/journal-reversals/{reversal['id']}", status=403)


async def test_of_several_reversals_at_once_one_is_booked(world: World) -> None:
    seller = await world.cooperative()
    given = await give(seller, await fund_of(seller), "5.00")
    assert await at_once(world, seller.treasurer, given) == [(201, None), *[(409, "already_settled")] * 3]
    assert set((await world.balances(seller)).values()) == {"0.00"}
    await books_are_right(world)


async def test_the_day_is_that_of_the_booking_or_later_and_a_closed_month_stays(world: World) -> None:
    with world.clock.at("2026-01-05"):
        seller = await world.cooperative()
        fund = await fund_of(seller)
        early, late = [await give(seller, fund, "5.00", paidOn="2026-01-05") for _ in range(2)]
    with world.clock.at("2026-02-10"):
        for day in ("2026-01-04", "2026-02-11"):
            refused = await undo(seller, late, 422 if day < "2026-02" else 400, day=day)
            assert refused["code"] == ("day_out_of_range" if day < "2026-02" else "bad_request")
        assert (await undo(seller, late, 422, day="2026-01-04"))["facts"] == {
            "field": "day",
            "first": "2026-01-05",
            "last": "2026-02-10",
        }
        await world.close_month(seller, "2026-01")
        reversal = await undo(seller, early, day="2026-01-20")
        journal = await world.journal(seller, early["sourceId"], "donation_reversal")
        assert (reversal["day"], journal["effectiveOn"], journal["period"]) == (
            "2026-01-20",
            "2026-01-20",
            "2026-02-01",
        )
        assert (await undo(seller, late))["day"] == "2026-02-10"
    await books_are_right(world)


async def test_what_follows_from_another_act_says_what_to_undo(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "100.00")
    journals = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals"))["items"]
    (sale,) = [row for row in journals if row["kind"] == "sale"]
    assert sale["canBeReversed"] is False
    refused = await undo(seller, sale, 409)
    assert (refused["code"], refused["facts"]) == ("not_reversible", {"kind": "sale", "how": "sale"})
    assert "payment of the order" in refused["detail"]
    await seller.refund(order["id"], {"reason": "x"})
    journals = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals"))["items"]
    for row in journals:
        if row["kind"] in ("charge", "sale", "sale_reversal"):
            assert (await undo(seller, row, 409))["code"] == "not_reversible"


async def test_opening_balances_stay(world: World) -> None:
    seller = await world.cooperative()
    today = world.clock.today.isoformat()
    body: Json = {"asOf": today, "accounts": [{"kind": "bank", "amount": euro("10.00")}]}
    body["accounts"].append({"kind": "cooperative_fund", "amount": euro("10.00")})
    made = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/opening-balances", body)
    refused = await undo(seller, {"id": made["journalId"]}, 409)
    assert refused["facts"]["how"] == "opening"
    assert refused["detail"].startswith("The opening balances cannot be reversed.")


REMITTED: list[Json] = [
    {"kind": "remit_above", "threshold": "100.00", "percent": "50", "basis": "cooperative_year"},
    {"kind": "premium", "count": 3, "yearlyCap": "90.00"},
    {"kind": "collective"},
]
"""The fund gets all of it; above 100.00 a year half of the fund goes to the municipality."""


async def test_an_allowance_is_undone_in_its_own_year(world: World) -> None:
    """300.00 in the fund, 100.00 to the municipality; a premium of 40.00 costs the fund 20.00. Undone next year."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(REMITTED), await world.app()
        await world.sale(seller, app, "300.00")
        before = await world.balances(seller)
        assert (before["cooperative_fund"], before["payable_municipality"]) == ("200.00", "100.00")
        body = {"kind": "premium", "amount": euro("40.00")}
        granted = await seller.treasurer("POST", f"/v1/members/{seller.member_id}/allowances", body)
        assert (await world.balances(seller))["payable_municipality"] == "80.00"
    with world.clock.at("2027-01-10"):
        journal = await world.journal(seller, granted["id"])
        refused = await undo(seller, journal, 422, day="2027-01-10")
        assert refused["facts"] == {"field": "day", "first": "2026-03-10", "last": "2026-12-31"}
        assert (await undo(seller, journal, 403, by=seller.member))["code"] == "forbidden"
        assert (await undo(seller, journal))["day"] == "2026-12-31"
        after = await world.balances(seller)
        assert after == before | {"payable_member": "0.00"}
        seen = await seller.member("GET", f"/v1/allowances/{granted['id']}")
        assert (seen["state"], seen["reason"]) == ("reversed", "vergissing")
    await books_are_right(world)


async def test_nobody_undoes_their_own_allowance(world: World) -> None:
    seller = await world.cooperative([{"kind": "premium", "count": 3, "yearlyCap": "90.00"}, {"kind": "pot"}])
    await world.lower_floor(seller)
    body = {"kind": "premium", "amount": euro("40.00")}
    granted = await seller.treasurer("POST", f"/v1/members/{seller.member_id}/allowances", body)
    person = (await seller.member("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person, "role": "treasurer", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", office)
    journal = await world.journal(seller, granted["id"])
    assert (await undo(seller, journal, 403, by=seller.member))["code"] == "second_person_needed"
    assert await at_once(world, seller.treasurer, journal) == [(201, None), *[(409, "already_settled")] * 3]
    await books_are_right(world)


async def test_both_faces_undo_a_payment(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    paid = await world.pay(seller, order)
    journal = await world.journal(seller, paid["id"])
    query = """mutation It($id: UUID!, $input: ReverseJournalInput!) {
        reverseJournal(journalId: $id, input: $input, idempotencyKey: "een") {
            state kind reversedBy journalId reason sourceId } }"""
    made = await seller.treasurer.graphql(query, id=journal["id"], input={"reason": "verkeerde order"})
    found = made["data"]["reverseJournal"]
    assert (found["state"], found["kind"], found["sourceId"]) == ("BOOKED", "PAYMENT", paid["id"])
    (seen,) = await seller.treasurer("GET", f"/v1/orders/{order['id']}/payments")
    assert (seen["reversedOn"], seen["reason"]) == (world.clock.today.isoformat(), "verkeerde order")
    assert (await app("GET", f"/v1/orders/{order['id']}"))["payment"] == "unpaid"
    again = await seller.treasurer.graphql(query.replace("een", "twee"), id=journal["id"], input={"reason": "x"})
    assert again["errors"][0]["extensions"]["code"] == "already_settled"
    await books_are_right(world)


@pytest.mark.parametrize("reason", [{}, {"reason": "x" * 501}])
async def test_a_reason_is_given_in_plain_words(world: World, reason: Json) -> None:
    seller = await world.cooperative()
    given = await give(seller, await fund_of(seller), "5.00")
    refused = await seller.treasurer("POST", f"/v1/journals/{given['id']}/reversals", reason, status=400)
    assert refused["code"] == "bad_request"
