"""Unexpected money: too much, twice, before acceptance, after cancellation; owed back and given back."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.scenarios.jobs import COLLECTIVE, agreed, approved, join, look, move, plan, slot
from tests.scenarios.money import completed, credit, money_tasks, pay, repay, seen, standing, step, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


async def call_off(world: World, seller: Seller, app: Caller, order: Json, state: str) -> None:
    if state == "cancelled":
        await step(app, order, "cancel")
    elif state == "refused":
        await step(seller.member, order, "refuse")
    else:
        await world.work(timedelta(hours=49))
    assert (await app("GET", f"/v1/orders/{order['id']}"))["state"] == state


async def test_too_much_is_recorded_and_owed_back_and_the_member_earns(world: World) -> None:
    """250.00 for 242.00: the sale is booked in full, 8.00 goes back."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await pay(seller, order, "250.00")
    assert await seen(seller, order) == ("paid", "250.00", "0.00", "0.00", "8.00")
    balances = await standing(world, seller)
    assert (balances["bank"], balances["customer_credit"], balances["pot"]) == ("-250.00", "8.00", "170.00")
    assert await money_tasks(world, seller) == ["pay_customer_back"]
    await books_are_right(world)

    await repay(seller, order, "3.00")
    assert await seen(seller, order) == ("paid", "247.00", "0.00", "0.00", "5.00")
    assert await money_tasks(world, seller) == ["pay_customer_back"]
    refused = await repay(seller, order, "5.01", status=422)
    assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", 500)
    await repay(seller, order, "5.00")
    assert await seen(seller, order) == ("paid", "242.00", "0.00", "0.00", "0.00")
    assert await money_tasks(world, seller) == []
    assert (await standing(world, seller))["pot"] == "170.00"
    given = await seller.treasurer("GET", f"/v1/orders/{order['id']}/repayments")
    assert [one["amount"]["amount"] for one in given] == ["3.00", "5.00"]
    assert await seller.treasurer("GET", f"/v1/orders/{order['id']}/credits") == []
    assert (await repay(seller, order, status=409))["code"] == "nothing_owed"
    await books_are_right(world)


async def test_a_credit_lowers_the_price_and_the_money_goes_back_by_a_repayment(world: World) -> None:
    """250.00 paid, 121.00 credited: with the 8.00 too much 129.00 is owed back; then the rest."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "200.00")
    await pay(seller, order, "8.00")
    refused = await credit(seller, order, "242.01", status=422)
    assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", 24200)
    await credit(seller, order, "121.00")
    assert await seen(seller, order) == ("partly_refunded", "250.00", "121.00", "0.00", "129.00")
    assert await money_tasks(world, seller) == ["pay_customer_back"]
    await books_are_right(world)
    assert (await repay(seller, order, "129.01", status=422))["facts"]["left_cents"] == 12900
    await repay(seller, order)
    assert await seen(seller, order) == ("partly_refunded", "121.00", "121.00", "0.00", "0.00")
    assert await money_tasks(world, seller) == []
    (given,) = await seller.treasurer("GET", f"/v1/orders/{order['id']}/credits")
    assert [given[name]["amount"] for name in ("gross", "net", "vat")] == ["121.00", "100.00", "21.00"]
    await books_are_right(world)
    await pay(seller, order, "5.00")
    await credit(seller, order)
    assert await seen(seller, order) == ("refunded", "126.00", "242.00", "0.00", "126.00")
    await repay(seller, order)
    assert await seen(seller, order) == ("refunded", "0.00", "242.00", "0.00", "0.00")
    assert await standing(world, seller) == {}
    assert (await credit(seller, order, status=409))["code"] == "nothing_open"
    assert (await repay(seller, order, status=409))["code"] == "nothing_owed"
    await books_are_right(world)


async def test_all_of_an_overpaid_sale_goes_back_at_once(world: World) -> None:
    """Its costs of 30.00 were owed before, and stay: the fund bears them."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "200.00", costs="30.00")
    await pay(seller, order, "242.00")
    await credit(seller, order)
    await repay(seller, order)
    assert await seen(seller, order) == ("refunded", "0.00", "242.00", "0.00", "0.00")
    costs = {"payable_member": "30.00", "cooperative_fund": "-30.00"}
    assert await standing(world, seller) == costs
    await books_are_right(world)
    await pay(seller, order, "1.00")
    assert await seen(seller, order) == ("refunded", "1.00", "242.00", "0.00", "1.00")
    await repay(seller, order)
    assert await standing(world, seller) == costs
    await books_are_right(world)


@pytest.mark.parametrize("first", ["100.00", "242.00"])
async def test_what_was_given_back_before_the_sale_is_due_again_and_the_member_earns(world: World, first: str) -> None:
    """Whenever it was given back: the price is due as before, and its payment books the sale."""
    for when in range(4):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller))
        steps = [(seller.member, "accept"), (seller.member, "deliver"), (app, "complete")]
        for who, verb in steps[:when]:
            await step(who, order, verb)
        await pay(seller, order, first)
        if (when, first) == (3, "242.00"):
            # The sale is booked, so its price is the member's; only a credit gives it back.
            assert (await repay(seller, order, status=409))["code"] == "nothing_owed"
            continue
        await repay(seller, order, first)
        assert (await seen(seller, order))[1:] == ("0.00", "0.00", "242.00", "0.00")
        await books_are_right(world)
        for who, verb in steps[when:]:
            await step(who, order, verb)
        assert await money_tasks(world, seller) == ["record_payment"]
        assert (await world.thermometer(seller))["pending"]["amount"] == "200.00"
        await pay(seller, order, "242.00")
        assert await seen(seller, order) == ("paid", "242.00", "0.00", "0.00", "0.00")
        assert await money_tasks(world, seller) == []
        assert (await world.thermometer(seller))["balance"]["amount"] == "170.00"
        await books_are_right(world)


async def test_an_order_of_which_no_earning_was_expected_is_earned_when_it_is_paid(
    world: World, database_url: str
) -> None:
    """It was delivered while an older version counted it as refunded."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    assert await connection.execute("delete from earning where order_id = $1", order["id"]) == "DELETE 1"
    await connection.close()
    await pay(seller, order, "242.00")
    assert (await world.thermometer(seller))["balance"]["amount"] == "170.00"
    await books_are_right(world)


@pytest.mark.parametrize("state", ["refused", "expired", "cancelled"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_money_of_an_order_that_is_off_goes_back(world: World, state: str, when: str) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, kind="goods", stock=1))
    if when == "before":
        await pay(seller, order, "100.00")
        await call_off(world, seller, app, order, state)
    else:
        await call_off(world, seller, app, order, state)
        await pay(seller, order, "100.00")
    assert await seen(seller, order) == ("partly_paid", "100.00", "0.00", "0.00", "100.00")
    assert await standing(world, seller) == {"bank": "-100.00", "customer_credit": "100.00"}
    assert await money_tasks(world, seller) == ["pay_customer_back"]
    await books_are_right(world)
    offering = order["lines"][0]["offeringId"]
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 1
    assert (await credit(seller, order, status=409))["code"] == "nothing_open"
    await repay(seller, order, "40.00")
    assert (await repay(seller, order, "60.01", status=422))["facts"]["left_cents"] == 6000
    await repay(seller, order)
    assert await seen(seller, order) == ("unpaid", "0.00", "0.00", "0.00", "0.00")
    assert await standing(world, seller) == {}
    assert await money_tasks(world, seller) == []
    await books_are_right(world)


@pytest.mark.parametrize("face", ["rest", "graphql"])
async def test_money_is_recorded_in_every_state(world: World, face: str) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller)
    document = """mutation ($key: String!, $id: UUID!) {
        recordPayment(idempotencyKey: $key, orderId: $id, input: {amount: {amount: "1.00"}}) { amount { amount } } }"""

    async def one(order: Json) -> None:
        if face == "rest":
            await pay(seller, order, "1.00")
        else:
            said = await seller.treasurer.graphql(document, key=f"{order['id']}-{len(paid)}", id=order["id"])
            assert said["data"] == {"recordPayment": {"amount": {"amount": "1.00"}}}, said
        paid.append(order["id"])

    paid: list[Any] = []
    order = await world.order(app, offering)
    await one(order)
    for who, verb in (
        (seller.member, "accept"),
        (seller.member, "start"),
        (seller.member, "deliver"),
        (app, "complete"),
    ):
        await step(who, order, verb)
        await one(order)
    assert (await seen(seller, order))[:2] == ("partly_paid", "5.00")
    for state in ("refused", "cancelled", "expired"):
        order = await world.order(app, offering)
        await call_off(world, seller, app, order, state)
        await one(order)
        ask = "query ($id: UUID!) { order(id: $id) { due { amount } owedBack { amount } } }"
        told = (await app.graphql(ask, id=order["id"]))["data"]["order"]
        assert told == {"due": {"amount": "0.00"}, "owedBack": {"amount": "1.00"}}
    await books_are_right(world)


async def test_paid_twice_and_one_payment_undone_leaves_the_sale_as_it_is(world: World) -> None:
    """The credit of the second payment pays the price once the first is undone; the pot does not change."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    first, second = await pay(seller, order, "242.00"), await pay(seller, order, "242.00")
    await world.undo(seller, first)
    assert await seen(seller, order) == ("paid", "242.00", "0.00", "0.00", "0.00")
    balances = await standing(world, seller)
    assert "customer_credit" not in balances
    assert (balances["bank"], balances["pot"]) == ("-242.00", "170.00")
    assert await money_tasks(world, seller) == []
    await books_are_right(world)
    await world.undo(seller, second)
    assert await seen(seller, order) == ("unpaid", "0.00", "0.00", "242.00", "0.00")
    assert await standing(world, seller) == {"receivable_customer": "-242.00", "vat": "42.00", "to_share": "200.00"}
    assert await money_tasks(world, seller) == ["record_payment"]
    await books_are_right(world)
    await pay(seller, order, "250.00")
    assert (await standing(world, seller))["pot"] == "170.00"
    await books_are_right(world)


async def test_a_payment_that_was_partly_credit_is_undone_as_it_was_booked(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await pay(seller, order, "100.00")
    payment = await pay(seller, order, "150.00")
    await world.undo(seller, payment)
    assert await seen(seller, order) == ("partly_paid", "100.00", "0.00", "142.00", "0.00")
    charged = {"vat": "42.00", "to_share": "200.00"}
    assert await standing(world, seller) == {"bank": "-100.00", "receivable_customer": "-142.00"} | charged
    await books_are_right(world)
    payment = await pay(seller, order, "150.00")
    await repay(seller, order, "1.00")
    await undo(seller, payment)
    assert await seen(seller, order) == ("partly_paid", "99.00", "0.00", "143.00", "0.00")
    assert await standing(world, seller) == {"bank": "-99.00", "receivable_customer": "-143.00"} | charged
    await books_are_right(world)


async def test_what_went_back_to_the_customer_cannot_be_undone(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    payment = await pay(seller, order, "100.00")
    await repay(seller, order, "0.01")
    refused = await undo(seller, payment, status=409)
    assert refused["code"] == "paid_back_already"
    assert "new payment or repayment" in refused["detail"]
    assert await seen(seller, order) == ("partly_paid", "99.99", "0.00", "142.01", "0.00")
    await books_are_right(world)


async def test_a_payment_of_a_credited_sale_is_undone_and_the_rest_is_due(world: World) -> None:
    """1.00 of 242.00 went back: 0.83 of the work, 0.17 of VAT. Without 142.00 of the money the sale is taken back."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await pay(seller, order, "100.00")
    rest = await pay(seller, order, "142.00")
    await credit(seller, order, "1.00")
    await repay(seller, order)
    assert await seen(seller, order) == ("partly_refunded", "241.00", "1.00", "0.00", "0.00")
    await undo(seller, rest)
    assert await seen(seller, order) == ("partly_paid", "99.00", "1.00", "142.00", "0.00")
    assert await standing(world, seller) == {
        "bank": "-99.00",
        "receivable_customer": "-142.00",
        "vat": "41.83",
        "to_share": "199.17",
    }
    await books_are_right(world)
    await pay(seller, order, "142.00")
    # 10 % and 5 % of 199.17 are 19.917 and 9.9585.
    assert await standing(world, seller) == {
        "bank": "-241.00",
        "vat": "41.83",
        "cooperative_fund": "19.92",
        "training_pot": "9.96",
        "pot": "169.29",
    }
    await books_are_right(world)


async def test_nothing_is_neither_paid_nor_credited_nor_given_back(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    refusals = [await pay(seller, order, "0.00", status=400)]
    await pay(seller, order, "1.00")
    refusals += [await act(seller, order, "0.00", status=400) for act in (credit, repay)]
    faults = [(fault["field"], fault["code"]) for refused in refusals for fault in refused["errors"]]
    assert faults == [("amount", "amount_out_of_range")] * 3
    await books_are_right(world)


async def test_a_payment_of_an_order_that_is_off_is_undone(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    before = await pay(seller, order, "100.00")
    await step(app, order, "cancel")
    after = await pay(seller, order, "30.00")
    await world.undo(seller, before)
    assert await seen(seller, order) == ("partly_paid", "30.00", "0.00", "0.00", "30.00")
    await books_are_right(world)
    await repay(seller, order, "0.01")
    assert (await undo(seller, after, status=409))["code"] == "paid_back_already"
    await books_are_right(world)


async def test_a_deposit_of_a_job_that_is_off_goes_back(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000), deposit={"amount": "50.00"})
    await join(lead.member, job, lead.member_id)
    job = await agreed(job, lead)
    order = {"id": job["orderId"]}
    await pay(lead, order, "50.00")
    await move(lead.coordinator, job, "start")
    await move(lead.coordinator, job, "cancel", reason="regen")
    await pay(lead, order, "71.00")
    assert await seen(lead, order) == ("paid", "121.00", "0.00", "0.00", "121.00")
    assert await money_tasks(world, lead) == ["pay_customer_back"]
    await books_are_right(world)
    await repay(lead, order)
    assert await seen(lead, order) == ("unpaid", "0.00", "0.00", "0.00", "0.00")
    assert await standing(world, lead) == {}
    assert await money_tasks(world, lead) == []
    await books_are_right(world)


async def test_a_job_that_is_paid_too_much_is_settled_and_lowered_later(world: World) -> None:
    """130.00 for 121.00: 9.00 owed back, 30.00 once the price is 21.00 lower."""
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    job = await approved(job, lead, other)
    order = {"id": job["orderId"]}
    await pay(lead, order, "130.00")
    assert (await look(lead.coordinator, job))["state"] == "settled"
    assert await seen(lead, order) == ("paid", "130.00", "0.00", "0.00", "9.00")
    await books_are_right(world)
    await credit(lead, order, "21.00")
    assert await seen(lead, order) == ("partly_refunded", "130.00", "21.00", "0.00", "30.00")
    await repay(lead, order)
    assert await seen(lead, order) == ("partly_refunded", "100.00", "21.00", "0.00", "0.00")
    await books_are_right(world)
    await credit(lead, order)
    await repay(lead, order)
    assert await seen(lead, order) == ("refunded", "0.00", "121.00", "0.00", "0.00")
    assert (await credit(lead, order, status=409))["code"] == "nothing_open"
    await books_are_right(world)
    await pay(lead, order, "2.00")
    assert await seen(lead, order) == ("refunded", "2.00", "121.00", "0.00", "2.00")
    assert (await look(lead.coordinator, job))["state"] == "settled"
    await books_are_right(world)


async def test_one_task_however_fast_a_debt_comes_goes_and_comes_back(world: World) -> None:
    """Paid and partly given back before the worker runs: one task to record the payment, not two."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.deliver(seller, order)
    await world.work()
    await world.pay(seller, order)
    await repay(seller, order, "5.00")
    await world.work()
    tasks = (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]
    assert [task["what"] for task in tasks if task["subjectId"] == order["id"]] == ["record_payment"]


async def test_a_price_is_lowered_and_a_payment_undone_for_a_reason(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    place = f"/v1/orders/{order['id']}"
    paid = await seller.treasurer("POST", f"{place}/payments", {"amount": {"amount": "5.00"}})
    journal = await world.journal(seller, paid["id"])
    for reason in ("", "  "):
        for path in (f"{place}/credits", f"{place}/write-offs", f"/v1/journals/{journal['id']}/reversals"):
            refused = await seller.treasurer("POST", path, {"reason": reason}, status=422)
            assert refused["code"] == "reason_needed"
