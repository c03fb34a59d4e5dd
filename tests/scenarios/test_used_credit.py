"""What is owed back on one order pays another order of the same customer."""

import asyncio

from tests.scenarios.money import completed, credit, money_tasks, pay, repay, seen, standing, step, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


async def use(seller: Seller, source: Json, target: Json, text: str | None = None, status: int = 201) -> Json:
    body = {"forOrderId": target["id"]} | ({"amount": {"amount": text}} if text else {})
    used: Json = await seller.treasurer("POST", f"/v1/orders/{source['id']}/credit-uses", body, status=status)
    return used


async def two(world: World, app: Caller | None = None) -> tuple[Seller, Json, Json]:
    """An order of 242.00 that is paid with 250.00, and one that is delivered and not paid."""
    seller, app = await world.cooperative(), app or await world.app()
    offering = await world.offering(seller)
    source, target = await world.order(app, offering), await world.order(app, offering)
    for order in (source, target):
        await completed(seller, app, order)
    await pay(seller, source, "250.00")
    return seller, source, target


async def test_it_pays_the_other_order_and_no_money_moves(world: World) -> None:
    seller, source, target = await two(world)
    before = await standing(world, seller)
    used = await use(seller, source, target)
    assert (used["amount"]["amount"], used["method"], used["fromOrderId"]) == ("8.00", "other_order", source["id"])
    assert await seen(seller, source) == ("paid", "242.00", "0.00", "0.00", "0.00")
    assert await seen(seller, target) == ("partly_paid", "8.00", "0.00", "234.00", "0.00")
    after = await standing(world, seller)
    assert (after["bank"], after.get("customer_credit")) == (before["bank"], None)
    given = await seller.treasurer("GET", f"/v1/orders/{source['id']}/repayments")
    assert [(one["method"], one["paymentId"]) for one in given] == [("other_order", used["id"])]
    assert "pay_customer_back" not in await money_tasks(world, seller)
    await books_are_right(world)

    await pay(seller, target, "234.00")
    assert await seen(seller, target) == ("paid", "242.00", "0.00", "0.00", "0.00")
    assert (await standing(world, seller))["pot"] == "340.00", "both are shared"
    await books_are_right(world)


async def test_it_is_reversed_on_both_orders(world: World) -> None:
    app = await world.app()
    seller, source, target = await two(world, app)
    before = await standing(world, seller)
    used = await use(seller, source, target)
    await pay(seller, target, "234.00")
    await undo(seller, used)
    assert await seen(seller, source) == ("paid", "250.00", "0.00", "0.00", "8.00")
    assert await seen(seller, target) == ("partly_paid", "234.00", "0.00", "8.00", "0.00")
    assert await money_tasks(world, seller) == ["pay_customer_back", "record_payment"]
    await books_are_right(world)
    for who, reason in ((seller.treasurer, "verkeerde regel"), (app, "")):
        moved = [*await who("GET", f"/v1/orders/{source['id']}/repayments")]
        moved += await who("GET", f"/v1/orders/{target['id']}/payments")
        assert [one["reason"] for one in moved if one["reversedOn"]] == [reason, reason], "the staff's own words"
        trail = await who("GET", f"/v1/orders/{target['id']}/events")
        assert [step["note"] for step in trail if step["verb"] == "reverse_payment"] == [reason]
    assert (await undo(seller, used, status=409))["code"] == "already_settled"
    paid = await seller.treasurer("GET", f"/v1/orders/{target['id']}/payments")
    await undo(seller, paid[-1])
    assert await standing(world, seller) == before
    await books_are_right(world)


async def test_what_came_back_pays_an_order_that_costs_more_again(world: World) -> None:
    """A credit of 8.00 was used, and then reversed: what was used, and comes back, pays the price again."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller)
    source, target = await world.order(app, offering), await world.order(app, offering)
    for order in (source, target):
        await completed(seller, app, order)
    await pay(seller, source, "242.00")
    given = await credit(seller, source, "8.00")
    used = await use(seller, source, target, "8.00")
    await undo(seller, given)
    assert await seen(seller, source) == ("partly_paid", "234.00", "0.00", "8.00", "0.00")
    await books_are_right(world)
    await undo(seller, used)
    assert await seen(seller, source) == ("paid", "242.00", "0.00", "0.00", "0.00")
    assert await seen(seller, target) == ("unpaid", "0.00", "0.00", "242.00", "0.00")
    await books_are_right(world)


async def test_before_supply_it_is_paid_in_advance_and_comes_back_if_it_is_called_off(world: World) -> None:
    seller, source, _ = await two(world)
    app = await world.app()
    later = await world.order(app, await world.offering(seller))
    await use(seller, source, later, "3.00")
    balances = await standing(world, seller)
    assert (balances["customer_credit"], balances["advance"]) == ("5.00", "2.48"), "3.00 with 0.52 of VAT"
    await step(app, later, "cancel")
    assert await seen(seller, later) == ("partly_paid", "3.00", "0.00", "0.00", "3.00")
    await books_are_right(world)


async def test_too_much_twice_at_once_and_what_was_used_cannot_go_back(world: World) -> None:
    seller, source, target = await two(world)
    refused = await use(seller, source, target, "8.01", status=422)
    assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", 800)
    assert (await use(seller, target, source, status=409))["code"] == "nothing_owed"
    assert (await use(seller, source, source, status=409))["code"] == "nothing_open"
    body = {"forOrderId": target["id"]}
    place = f"/v1/orders/{source['id']}/credit-uses"
    answers = await asyncio.gather(*(seller.treasurer("POST", place, body) for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(answer, dict) for answer in answers) == 1
    assert (await use(seller, source, target, status=409))["code"] == "nothing_owed"
    assert (await repay(seller, source, status=409))["code"] == "nothing_owed"
    first = (await seller.treasurer("GET", f"/v1/orders/{source['id']}/payments"))[0]
    assert (await undo(seller, first, status=409))["code"] == "paid_back_already"
    await books_are_right(world)


async def test_another_customer_another_cooperative_and_strangers(world: World) -> None:
    seller, source, target = await two(world)
    app = await world.app()
    contact = {"name": "Ann", "email": "ann@example.org"}
    theirs = await world.order(app, await world.offering(seller), contact=contact)
    refused = await use(seller, source, theirs, status=422)
    assert refused["facts"]["rule"] == "other_customer"
    other = await world.cooperative()
    elsewhere = await world.order(app, await world.offering(other))
    assert (await use(seller, source, elsewhere, status=404))["code"] == "not_found"
    assert (await use(other, source, target, status=404))["code"] == "not_found"
    place, body = f"/v1/orders/{source['id']}/credit-uses", {"forOrderId": target["id"]}
    assert (await app("POST", place, body, status=404))["code"] == "not_found", "an app that did not place it"
    for who in (seller.coordinator, seller.member):
        assert (await who("POST", place, body, status=403))["code"] == "forbidden"


async def test_graphql_has_it(world: World) -> None:
    seller, source, target = await two(world)
    query = """mutation($from: UUID!, $for: UUID!) {
        useCredit(orderId: $from, input: {forOrderId: $for}, idempotencyKey: "u") { method amount { amount } } }"""
    found = await seller.treasurer.graphql(query, **{"from": source["id"], "for": target["id"]})
    assert found["data"]["useCredit"] == {"method": "OTHER_ORDER", "amount": {"amount": "8.00"}}
