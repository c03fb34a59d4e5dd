"""Refunds in parts and in full, in any order, around a threshold; through the public API only."""

import asyncio
import random
from decimal import Decimal

import pytest

from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import decide, held, on_trial
from tests.world import VRIJE_UITLOOP, Json, Seller, World


async def refund(seller: Seller, order: Json, amount: str | None = None, status: int = 201) -> Json:
    body: Json = {"reason": "klacht"} | ({"amount": {"amount": amount}} if amount else {})
    answer: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/refunds", body, status=status)
    return answer


async def test_a_part_goes_back_in_proportion_and_the_rest_later(world: World) -> None:
    """242 paid, 42 of it VAT; half goes back: half of every leg; then the rest: nothing is left."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "200.00", costs="30.00")
    after = await refund(seller, order, "121.00")
    assert (after["payment"], after["paid"]["amount"], after["refunded"]["amount"]) == (
        "partly_refunded",
        "121.00",
        "121.00",
    )
    assert await world.balances(seller) == {
        "bank": "-121.00",
        "receivable_customer": "0.00",
        "vat": "21.00",
        "payable_member": "15.00",
        "cooperative_fund": "8.50",
        "training_pot": "4.25",
        "pot": "72.25",
    }
    thermometer = await world.thermometer(seller)
    assert (thermometer["yearTotal"]["amount"], thermometer["movements"][0]["amount"]["amount"]) == ("72.25", "-72.25")
    await books_are_right(world)
    assert (await refund(seller, order, "121.01", 422))["facts"]["left_cents"] == 12100
    parts = await app("GET", f"/v1/orders/{order['id']}/refunds")
    assert [(part["amount"]["amount"], part["vat"]["amount"]) for part in parts] == [("121.00", "21.00")]
    assert parts[0]["credited"]["amount"] == "121.00"

    assert (await refund(seller, order))["payment"] == "refunded"
    assert set((await world.balances(seller)).values()) == {"0.00"}
    assert (await refund(seller, order, status=409))["code"] == "nothing_to_refund"
    await books_are_right(world)


async def test_a_part_before_completion_is_due_again(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    payment = await world.pay(seller, order)
    assert (await refund(seller, order, "10.00"))["due"]["amount"] == "10.00"
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", {"amount": {"amount": "10.00"}})
    assert (await world.thermometer(seller))["balance"]["amount"] == "85.00"
    await refund(seller, order, "10.00")
    undo = await world.undo(seller, payment, status=409)
    assert undo["code"] == "paid_back_already"
    await books_are_right(world)


async def test_parts_around_the_threshold_unwind_from_the_top(world: World) -> None:
    """2900 so far, 289 more: 94.50 to the municipality. A part of the first sale comes off the top."""
    seller, app = await world.cooperative(), await world.app()
    first = await world.sale(seller, app, "3411.77")
    await world.sale(seller, app, "340.00")
    assert (await world.balances(seller))["payable_municipality"] == "94.50"
    # 100.00 net, 85.00 kept.
    await refund(seller, first, "121.00")
    balances = await world.balances(seller)
    assert (balances["payable_municipality"], balances["pot"]) == ("52.00", "3052.00")
    await refund(seller, first)
    balances = await world.balances(seller)
    assert (balances["payable_municipality"], balances["pot"]) == ("0.00", "289.00")
    await books_are_right(world)


async def test_costs_above_the_net_amount_are_refunded_by_the_fund(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "100.00", costs="130.00")
    await refund(seller, order, "60.50")
    assert (await world.balances(seller))["cooperative_fund"] == "-80.00"
    await books_are_right(world)
    await refund(seller, order)
    assert set((await world.balances(seller)).values()) == {"0.00"}
    await books_are_right(world)


@pytest.mark.parametrize("first", ["refund", "release", "forfeit"])
async def test_parts_of_what_was_held(world: World, first: str) -> None:
    seller, _, _ = await on_trial(world)
    order = await world.sale(seller, await world.app(), "100.00", costs="20.00")
    earning = await held(seller)
    if first == "refund":
        await refund(seller, order, "60.50")
        assert (await held(seller))["held"]["amount"] == "40.00"
        await decide(seller, earning, "release")
    else:
        await decide(seller, earning, first)
        await refund(seller, order, "60.50")
    balances = await world.balances(seller)
    assert balances["held"] == "0.00"
    whose = "cooperative_fund" if first == "forfeit" else "pot"
    assert balances[whose] == ("40.00" if first == "forfeit" else "38.00")
    await books_are_right(world)
    await refund(seller, order)
    assert set((await world.balances(seller)).values()) == {"0.00"}
    await books_are_right(world)


async def test_any_order_of_parts_ends_where_the_remaining_sales_would(world: World) -> None:
    """Twelve sales around the threshold, refunded in random parts at once: the books hold at every step."""
    rules = [VRIJE_UITLOOP[0], {**VRIJE_UITLOOP[2], "threshold": "100.00"}, VRIJE_UITLOOP[3]]
    seller, app = await world.cooperative(rules), await world.app()
    chance = random.Random(7)
    orders = [await world.sale(seller, app, f"{chance.randint(1, 9000) / 100:.2f}") for _ in range(12)]

    async def give_back(order: Json) -> None:
        left = Decimal(order["gross"]["amount"])
        while left:
            part = min(left, Decimal(chance.randint(1, 6000)) / 100)
            await refund(seller, order, f"{part:.2f}")
            left -= part

    await asyncio.gather(*(give_back(order) for order in orders[:8]))
    await books_are_right(world)
    await asyncio.gather(*(give_back(order) for order in orders[8:]))
    assert set((await world.balances(seller)).values()) == {"0.00"}
    assert (await world.thermometer(seller))["yearTotal"]["amount"] == "0.00"
    await books_are_right(world)
