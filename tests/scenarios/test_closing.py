"""A month closes without a number: statements reach over it, lines have a place or a reason, cash is counted."""

import asyncio

from tests.scenarios.statements import camt, line, lines_of, of_bank, send, stated
from tests.scenarios.test_bank_statements import with_account
from tests.scenarios.test_first_sale import books_are_right
from tests.world import IBAN, OTHER_IBAN, Json, Seller, World


async def close(seller: Seller, month: str, status: int = 201) -> Json:
    closed: Json = await seller.treasurer(
        "POST", f"/v1/cooperatives/{seller.id}/periods", {"month": month}, status=status
    )
    return closed


async def count(seller: Seller, day: str, amount: str, status: int = 201) -> Json:
    body = {"countedOn": day, "amount": {"amount": amount}}
    counted: Json = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/cash-counts", body, status=status)
    return counted


async def cash(world: World, seller: Seller, day: str) -> Json:
    """An order of 60.50 that is paid in cash."""
    with world.clock.at(day):
        order = await world.order(world.person(), await world.offering(seller, "50.00"))
        paid = {"amount": order["gross"], "method": "cash"}
        payment: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", paid)
        return payment


async def test_books_whose_bank_never_moved_close_without_a_statement(world: World) -> None:
    seller = await world.cooperative()
    closed = await close(seller, "2026-03")
    assert closed["bankBalance"] == {"amount": "0.00", "currency": "EUR"}


async def test_each_line_needs_a_place_or_a_reason(world: World) -> None:
    seller = await with_account(world)
    with world.clock.at("2026-02-20"):
        await world.sale(seller, await world.app(), "100.00")
    missing = await close(seller, "2026-02", 409)
    assert (missing["code"], "no bank statement yet" in missing["detail"]) == ("statement_missing", True)
    await stated(seller, "2026-02-01", "2026-02-27", "0.00", line("2026-02-21", "7.00"))
    missing = await close(seller, "2026-02", 409)
    assert (missing["code"], missing["facts"]["ibans"]) == ("statement_missing", ["NL91ABNA0417164300"])
    # 28 February 2026 is a Saturday: the statement of Monday joins on.
    monday = of_bank(
        "2026-03-02", "2026-03-02", "7.00", {"day": "2026-03-02", "amount": "5.00", "text": "", "reference": ""}
    )
    await send(seller.treasurer, seller, camt(monday))
    refused = await close(seller, "2026-02", 409)
    assert (refused["code"], refused["facts"]["count"]) == ("lines_open", 1)
    _, open_line = await lines_of(seller, "state=open")
    await seller.treasurer("POST", f"/v1/bank-lines/{open_line['id']}/parkings", {"reason": "volgt"})
    assert (await close(seller, "2026-02"))["bankBalance"]["amount"] == "7.00"
    assert (await close(seller, "2026-03", 409))["code"] == "statement_missing"
    await books_are_right(world)


async def test_each_account_needs_its_statement_until_it_is_closed(world: World) -> None:
    seller = await with_account(world)
    with world.clock.at("2026-03-10"):
        await seller.pays_to(OTHER_IBAN)
        old = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/bank-accounts"))["items"][-1]
        await stated(seller, "2026-03-01", "2026-03-09", "0.00")
    assert (await close(seller, "2026-03", 409))["facts"]["ibans"] == [OTHER_IBAN, IBAN]
    await seller.treasurer("POST", f"/v1/bank-accounts/{old['id']}/transitions", {"verb": "close"})
    await stated(seller, "2026-03-10", "2026-03-31", "0.00", iban=OTHER_IBAN)
    await close(seller, "2026-03")


async def test_cash_is_counted_and_what_is_missing_is_the_funds(world: World) -> None:
    seller = await world.cooperative()
    await cash(world, seller, "2026-03-10")
    assert (await close(seller, "2026-03", 409))["code"] == "cash_not_counted"
    await count(seller, "2026-03-30", "60.50")
    assert (await close(seller, "2026-03", 409))["code"] == "cash_not_counted"
    counted = await count(seller, "2026-03-31", "58.00")
    assert (counted["expected"]["amount"], counted["difference"]["amount"]) == ("60.50", "-2.50")
    journal = await world.journal(seller, counted["id"])
    assert (journal["effectiveOn"], journal["kind"]) == ("2026-03-31", "count")
    assert {one["category"]: one["amount"]["amount"] for one in journal["results"]} == {
        "allotted/fund": "2.50",
        "difference/cash": "-2.50",
    }
    held = await world.balances(seller)
    assert (held["cash"], held["cooperative_fund"]) == ("-58.00", "-2.50")
    listed = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/cash-counts"))["items"]
    assert [one["countedOn"] for one in listed] == ["2026-03-31", "2026-03-30"]
    assert (await count(seller, "2026-03-30", "58.00", 422))["code"] == "day_out_of_range"
    await close(seller, "2026-03")
    assert (await count(seller, "2026-03-31", "58.00", 422))["facts"]["first"] == "2026-04-01"
    await books_are_right(world)


async def test_a_count_that_the_books_left_behind_is_made_anew(world: World) -> None:
    seller = await world.cooperative()
    await cash(world, seller, "2026-03-10")
    wrong = await count(seller, "2026-04-01", "50.00")
    await world.undo(seller, wrong, day="2026-04-01")
    assert (await world.balances(seller))["cash"] == "-60.50"
    assert (await close(seller, "2026-03", 409))["code"] == "cash_not_counted"
    await count(seller, "2026-04-01", "60.50")
    await close(seller, "2026-03")
    assert (await count(seller, "2026-04-30", "-1.00", 400))["code"] == "bad_request"
    await books_are_right(world)


async def test_of_two_who_close_a_month_at_once_one_does(world: World) -> None:
    seller = await world.cooperative()
    second = await world.officer("treasurer", cooperativeId=seller.id)
    place, sent = f"/v1/cooperatives/{seller.id}/periods", {"Idempotency-Key": "k"}
    answers = await asyncio.gather(
        *(
            world.client.post(place, json={"month": "2026-03"}, headers=sent | {"Authorization": f"Bearer {who.token}"})
            for who in (seller.treasurer, second)
        )
    )
    assert sorted(one.status_code for one in answers) == [201, 409]
