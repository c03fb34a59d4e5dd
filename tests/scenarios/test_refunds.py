"""Credits in parts and in full, in any order, around a threshold; what was paid goes back each time."""

import asyncio
import random
from decimal import Decimal

import pytest

from tests.scenarios.money import credit, pay, repay, standing, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import decide, held, on_trial
from tests.world import VRIJE_UITLOOP, Json, Seller, World


async def refund(seller: Seller, order: Json, amount: str | None = None, status: int = 201) -> Json:
    body: Json = {"reason": "klacht"} | ({"amount": {"amount": amount}} if amount else {})
    answer: Json = await seller.refund(order["id"], body, status)
    return answer


async def test_a_part_goes_back_in_proportion_and_the_rest_later(world: World) -> None:
    """242.00 paid, costs 30.00; half goes back: 100.00 of the surplus of 170.00, of no costs. Then the rest: the fund
    is left with the costs.
    """
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "200.00", costs="30.00")
    after = await refund(seller, order, "121.00")
    assert (after["payment"], after["paid"]["amount"], after["refunded"]["amount"]) == (
        "partly_refunded",
        "121.00",
        "121.00",
    )
    # 17.00, 8.50 and 144.50 give up 10.00, 5.00 and 85.00.
    assert await standing(world, seller) == {
        "bank": "-121.00",
        "vat": "21.00",
        "payable_member": "30.00",
        "cooperative_fund": "7.00",
        "training_pot": "3.50",
        "pot": "59.50",
    }
    thermometer = await world.thermometer(seller)
    assert (thermometer["yearTotal"]["amount"], thermometer["movements"][0]["amount"]["amount"]) == ("59.50", "-85.00")
    await books_are_right(world)
    assert (await refund(seller, order, "121.01", 422))["facts"]["left_cents"] == 12100
    parts = await app("GET", f"/v1/orders/{order['id']}/credits")
    assert [tuple(part[name]["amount"] for name in ("gross", "net", "vat")) for part in parts] == [
        ("121.00", "100.00", "21.00")
    ]
    given = await app("GET", f"/v1/orders/{order['id']}/repayments")
    assert [part["amount"]["amount"] for part in given] == ["121.00"]

    assert (await refund(seller, order))["payment"] == "refunded"
    assert await standing(world, seller) == {"payable_member": "30.00", "cooperative_fund": "-30.00"}
    assert (await refund(seller, order, status=409))["code"] == "nothing_open"
    await books_are_right(world)


async def test_a_part_before_completion_is_due_again(world: World) -> None:
    """Money that went back before there was a sale is due again; a credit is not."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    payment = await world.pay(seller, order)
    await repay(seller, order, "10.00")
    assert (await app("GET", f"/v1/orders/{order['id']}"))["due"]["amount"] == "10.00"
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    await pay(seller, order, "10.00")
    assert (await world.thermometer(seller))["balance"]["amount"] == "85.00"
    assert (await refund(seller, order, "12.10"))["due"]["amount"] == "0.00"
    assert (await world.thermometer(seller))["balance"]["amount"] == "76.50"
    # 108.90 are left of the customer's money, and 121.00 were recorded with this payment.
    assert (await undo(seller, payment, status=409))["code"] == "paid_back_already"
    await books_are_right(world)


@pytest.mark.parametrize("state", ["placed", "accepted", "delivered", "completed"])
async def test_a_price_that_is_lowered_before_it_is_paid_is_earned_as_if_it_had_always_been_so(
    world: World, state: str
) -> None:
    """60.50 of 121.00 is taken off, then 60.50 is due: its 50.00 are shared."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    steps = [(seller.member, "accept"), (seller.member, "deliver"), (app, "complete")]
    done = ["placed", "accepted", "delivered", "completed"].index(state)
    for who, verb in steps[:done]:
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})
    await credit(seller, order, "60.50")
    await books_are_right(world)
    for who, verb in steps[done:]:
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})
    assert (await world.thermometer(seller))["pending"]["amount"] == "50.00"
    await pay(seller, order, "60.50")
    assert await standing(world, seller) == {
        "bank": "-60.50",
        "vat": "10.50",
        "cooperative_fund": "5.00",
        "training_pot": "2.50",
        "pot": "42.50",
    }
    await books_are_right(world)


@pytest.mark.parametrize("state", ["accepted", "delivered", "completed"])
async def test_nothing_is_left_of_a_price_that_nobody_paid_but_its_costs(world: World, state: str) -> None:
    """The claim of 30.00 was approved, so it is owed: the fund bears it, whenever all of the price is taken off."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    steps = [(seller.member, "accept"), (seller.member, "deliver"), (app, "complete")]
    done = ["placed", "accepted", "delivered", "completed"].index(state)
    for who, verb in steps[:done]:
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})
    await world.cost(seller, order, "30.00")
    await credit(seller, order)
    for who, verb in steps[done:]:
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})
    assert await standing(world, seller) == {"payable_member": "30.00", "cooperative_fund": "-30.00"}
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
    """100.00 with costs of 130.00: the fund bears 30.00, then half of the price too, then all of the costs."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "100.00", costs="130.00")
    assert (await world.balances(seller))["cooperative_fund"] == "-30.00"
    await refund(seller, order, "60.50")
    assert (await world.balances(seller))["cooperative_fund"] == "-80.00"
    await books_are_right(world)
    await refund(seller, order)
    assert await standing(world, seller) == {"payable_member": "130.00", "cooperative_fund": "-130.00"}
    await books_are_right(world)


@pytest.mark.parametrize("first", ["refund", "release", "forfeit"])
async def test_parts_of_what_was_held(world: World, first: str) -> None:
    """100.00 with costs of 20.00: 80.00 is held. Half of the price goes back: 30.00 is left."""
    seller, _, _ = await on_trial(world)
    order = await world.sale(seller, await world.app(), "100.00", costs="20.00")
    earning = await held(seller)
    if first == "refund":
        await refund(seller, order, "60.50")
        assert (await held(seller))["held"]["amount"] == "30.00"
        await decide(seller, earning, "release")
    else:
        await decide(seller, earning, first)
        await refund(seller, order, "60.50")
    balances = await world.balances(seller)
    assert balances["held"] == "0.00"
    # Scope keeps 5 %: 1.50 of 30.00.
    whose = "cooperative_fund" if first == "forfeit" else "pot"
    assert balances[whose] == ("30.00" if first == "forfeit" else "28.50")
    await books_are_right(world)
    await refund(seller, order)
    assert await standing(world, seller) == {"payable_member": "20.00", "cooperative_fund": "-20.00"}
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
