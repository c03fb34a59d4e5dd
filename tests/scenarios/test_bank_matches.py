"""A bank line is placed by hand, in parts, and opened again by a reversal; to the cent, and once."""

import asyncio

from app.domain.books.bank_matches import BankCategory
from app.domain.chart import COSTS, INCOME
from tests.scenarios.bank import came, left_of, place, reverse
from tests.world import Json, Seller, World

SAVINGS = "NL18RABO0123459876"


async def delivered(world: World, seller: Seller, net: str = "200.00") -> Json:
    """An order that is delivered and not paid."""
    order = await world.order(await world.app(), await world.offering(seller, net))
    await world.deliver(seller, order)
    return order


async def order_now(seller: Seller, order: Json) -> Json:
    found: Json = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    return found


async def test_a_line_pays_an_order_and_is_open_again_when_that_is_undone(world: World) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    (line,) = await came(world, seller, ("242.00", "zonder kenmerk"))
    before = await world.balances(seller)
    assert (before["suspense"], before["bank"]) == ("242.00", "-242.00")
    (match,) = await place(seller, line, {"orderId": order["id"]})
    assert (match["what"], match["targetId"], match["rule"]) == ("order", order["id"], "by_hand")
    assert (match["amount"]["amount"], match["undoneBy"]) == ("242.00", None)
    assert ((await order_now(seller, order))["payment"], await left_of(world, line)) == ("paid", "0.00")
    held = await world.balances(seller)
    assert (held["suspense"], held["bank"], held.get("in_transit", "0.00")) == ("0.00", "-242.00", "0.00")
    refused = await place(seller, line, {"orderId": order["id"]}, status=409)
    assert refused["code"] == "already_settled"

    await reverse(seller, match)
    assert ((await order_now(seller, order))["payment"], await left_of(world, line)) == ("unpaid", "242.00")
    (again,) = await place(seller, line, {"orderId": order["id"]})
    listed = await seller.treasurer("GET", f"/v1/bank-lines/{line}/matches")
    assert [bool(one["undoneBy"]) for one in listed] == [True, False]
    assert listed[1] == again
    await world.guard()


async def test_a_payout_of_terminals_is_sales_less_a_fee(world: World) -> None:
    """302.50 of two orders, less 3.60 that the collector kept."""
    seller = await world.cooperative()
    one, other = await delivered(world, seller), await delivered(world, seller, "50.00")
    (line,) = await came(world, seller, ("298.90", "Uitbetaling 2 betalingen -3,60 kosten"))
    parts = [{"orderId": one["id"], "amount": "242.00"}, {"orderId": other["id"], "amount": "60.50"}]
    refused = await place(seller, line, *parts, status=422)
    assert refused["code"] == "more_than_left"
    *_, fee = await place(seller, line, *parts, {"category": "cost/bank", "amount": "-3.60"})
    assert await left_of(world, line) == "0.00"
    assert (await world.balances(seller))["cooperative_fund"] == "-3.60"
    journal = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={fee['id']}"))["items"][0]
    results = {result["category"]: result["amount"]["amount"] for result in journal["results"]}
    assert results == {"cost/bank": "-3.60", "allotted/fund": "3.60"}
    # The fee alone is undone: the line has that much too little then.
    await reverse(seller, fee)
    assert await left_of(world, line) == "-3.60"
    await place(seller, line, {"category": "cost/other"})
    assert await left_of(world, line) == "0.00"
    await world.guard()


async def test_parts_stay_open_and_more_than_the_price_is_owed_back(world: World) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    (line,) = await came(world, seller, ("260.00", "te veel"))
    await place(seller, line, {"orderId": order["id"], "amount": "250.00"})
    assert (await order_now(seller, order))["owedBack"]["amount"] == "8.00"
    assert await left_of(world, line) == "10.00"
    await place(seller, line, {"category": "income/gifts"})
    back, more = await came(world, seller, ("-8.00", "terug"), ("-300.00", "terug"))
    (match,) = await place(seller, back, {"orderId": order["id"]})
    assert (await order_now(seller, order))["owedBack"]["amount"] == "0.00"
    refused = await place(seller, more, {"orderId": order["id"]}, status=422)
    assert refused["code"] == "more_than_left"
    await reverse(seller, match)
    assert (await order_now(seller, order))["owedBack"]["amount"] == "8.00"
    assert await left_of(world, back) == "-8.00"
    await world.guard()


async def test_a_line_brings_what_was_recorded_before_it(world: World) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    await came(world, seller, ("0.01", "begin"))
    payment = await world.pay(seller, order)
    recorded = await world.journal(seller, payment["id"], "payment")
    assert (await world.balances(seller))["in_transit"] == "-242.00"
    line, other = await came(world, seller, ("242.00", "x"), ("1.00", "y"))
    suggested = await seller.treasurer("GET", f"/v1/bank-lines/{line}/suggestions")
    assert [(one["rule"], one["parts"][0]["targetId"]) for one in suggested] == [("in_transit", recorded["id"])]
    (match,) = await place(seller, line, {"itemId": recorded["id"]})
    assert (await world.balances(seller))["in_transit"] == "0.00"
    assert (await place(seller, other, {"itemId": recorded["id"]}, status=404))["code"] == "not_found"
    # The payment is a mistake: what the line brought is nobody's now, and waits the other way round.
    await reverse(seller, match)
    assert await left_of(world, line) == "242.00"
    await world.undo(seller, payment)
    assert (await world.balances(seller))["in_transit"] == "0.00"
    await world.guard()


async def test_an_item_takes_no_more_than_it_has(world: World) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    await came(world, seller, ("0.01", "begin"))
    recorded = await world.journal(seller, (await world.pay(seller, order))["id"], "payment")
    much, out, part = await came(world, seller, ("243.00", "x"), ("-10.00", "x"), ("200.00", "x"))
    for line in (much, out):
        assert (await place(seller, line, {"itemId": recorded["id"]}, status=422))["code"] == "more_than_left"
    await place(seller, part, {"itemId": recorded["id"]})
    await place(seller, much, {"itemId": recorded["id"], "amount": "42.00"})
    assert (await world.balances(seller))["in_transit"] == "0.00"
    await world.guard()


async def test_cash_and_lines_that_belong_together(world: World) -> None:
    seller = await world.cooperative()
    cash, sent, got = await came(
        world, seller, ("50.00", "storting"), ("-20.00", "naar spaar"), ("20.00", "van lopend")
    )
    await place(seller, cash, {"cash": True})
    assert (await world.balances(seller))["cash"] == "50.00"
    (match,) = await place(seller, got, {"otherLineId": sent})
    assert [await left_of(world, one) for one in (sent, got)] == ["0.00", "0.00"]
    await reverse(seller, match)
    assert [await left_of(world, one) for one in (sent, got)] == ["-20.00", "20.00"]
    assert (await place(seller, got, {"otherLineId": cash}, status=422))["code"] == "more_than_left"
    assert (await place(seller, got, {"otherLineId": got}, status=404))["code"] == "not_found"
    await world.guard()


async def test_a_line_that_another_one_is_placed_on_waits_no_more(world: World) -> None:
    seller = await world.cooperative()
    parked, got = await came(world, seller, ("-20.00", "naar spaar"), ("15.00", "van lopend"))
    where = f"/v1/bank-lines/{parked}"
    await seller.treasurer("POST", f"{where}/parkings", {"reason": "wie is dit?"})
    assert (await seller.treasurer("GET", where))["state"] == "parked"
    await place(seller, got, {"otherLineId": parked})
    now = await seller.treasurer("GET", where)
    assert (now["state"], now["parkedReason"], await left_of(world, parked)) == ("open", None, "-5.00")


async def test_a_part_has_one_place_of_its_own_cooperative(world: World) -> None:
    seller, elsewhere = await world.cooperative(), await world.cooperative()
    (line,) = await came(world, seller, ("10.00", "x"))
    own, foreign = await delivered(world, seller), await delivered(world, elsewhere)
    places: list[Json] = [{}, {"cash": True, "orderId": own["id"]}]
    for part in places:
        assert (await place(seller, line, part, status=422))["facts"]["rule"] == "one_place"
    assert (await place(seller, line, {"orderId": foreign["id"]}, status=404))["code"] == "not_found"
    two: list[Json] = [{"cash": True}, {"category": "income/gifts"}]
    assert (await place(seller, line, *two, status=422))["facts"]["rule"] == "amount_needed"
    assert (await place(seller, line, {"cash": True, "amount": "0.00"}, status=422))["facts"]["rule"] == "amount_needed"
    assert (await place(seller, line, {"cash": True, "amount": "-1.00"}, status=422))["code"] == "more_than_left"
    assert await left_of(world, line) == "10.00"


async def test_a_treasurer_who_bought_does_not_say_that_they_paid(world: World) -> None:
    seller = await world.cooperative()
    order = await world.order(seller.treasurer, await world.offering(seller))
    (line,) = await came(world, seller, ("242.00", "x"))
    assert (await place(seller, line, {"orderId": order["id"]}, status=403))["code"] == "second_person_needed"


async def test_of_two_at_once_one_places_a_line(world: World) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    (line,) = await came(world, seller, ("242.00", "x"))
    places: list[Json] = [{"orderId": order["id"]}, {"cash": True}, {"category": "income/gifts"}]
    answers = await asyncio.gather(
        *(
            world.client.post(
                f"/v1/bank-lines/{line}/matches",
                json={"parts": [part]},
                headers={"Authorization": f"Bearer {seller.treasurer.token}", "Idempotency-Key": f"{line}-{number}"},
            )
            for number, part in enumerate(places)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    assert await left_of(world, line) == "0.00"
    await world.guard()


async def test_what_is_left_of_a_line_is_suggested(world: World) -> None:
    seller = await world.cooperative()
    order = await delivered(world, seller)
    named, unknown, much = await came(
        world, seller, ("242.00", f"voor {order['reference'].lower()}"), ("242.00", "x"), ("9000.00", "x")
    )

    async def suggested(line: str) -> list[tuple[str, str]]:
        found = await seller.treasurer("GET", f"/v1/bank-lines/{line}/suggestions")
        return [(one["rule"], one["parts"][0]["targetId"]) for one in found]

    assert await suggested(named) == [("reference", order["id"])]
    assert await suggested(unknown) == [("amount", order["id"])]
    assert await suggested(much) == []
    (suggestion,) = await seller.treasurer("GET", f"/v1/bank-lines/{named}/suggestions")
    (part,) = suggestion["parts"]
    await place(seller, named, {"orderId": part["targetId"], "amount": part["amount"]["amount"]})
    assert await suggested(unknown) == []


def test_a_line_is_any_cost_or_income_but_a_bad_debt() -> None:
    assert {category.value for category in BankCategory} == (COSTS | INCOME).keys() - {"cost/bad_debt"}


async def test_a_line_of_a_cent_moves_no_more_than_a_cent_the_other_way(world: World) -> None:
    seller = await world.cooperative()
    (cent,) = await came(world, seller, ("-0.01", "kosten"))
    cost, cash = {"category": "cost/other", "amount": "-1000.00"}, {"cash": True, "amount": "1000.00"}
    assert (await place(seller, cent, cost, cash, status=422))["code"] == "more_than_left"
    assert await left_of(world, cent) == "-0.01"
