"""Unexpected money: too much, twice, before acceptance, after cancellation; owed back and given back."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from tests.scenarios.jobs import COLLECTIVE, agreed, approved, join, look, move, plan, slot
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


def amount(text: str) -> Json:
    return {"amount": {"amount": text}}


async def pay(seller: Seller, order: Json, text: str, status: int = 201) -> Json:
    paid: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", amount(text), status=status)
    return paid


async def give_back(seller: Seller, order: Json, text: str | None = None, status: int = 201) -> Json:
    body = {"reason": "terug"} | (amount(text) if text else {})
    answer: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/refunds", body, status=status)
    return answer


async def step(who: Caller, order: Json, *verbs: str) -> None:
    for verb in verbs:
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})


async def completed(seller: Seller, app: Caller, order: Json) -> None:
    await step(seller.member, order, "accept", "deliver")
    await step(app, order, "complete")


async def seen(seller: Seller, order: Json) -> tuple[str, str, str, str, str]:
    """Payment state, paid, refunded, due, owed back; they add up to the price."""
    found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    cents = {
        name: round(float(found[name]["amount"]) * 100) for name in ("paid", "refunded", "due", "owedBack", "gross")
    }
    price = 0 if found["state"] in ("refused", "expired", "cancelled") else cents["gross"]
    assert cents["paid"] + cents["refunded"] + cents["due"] - cents["owedBack"] == price, found
    assert not cents["due"] or not cents["owedBack"], found
    amounts = (found[name]["amount"] for name in ("paid", "refunded", "due", "owedBack"))
    return (found["payment"], *amounts)


async def standing(world: World, seller: Seller) -> dict[str, str]:
    """The balances other than zero."""
    return {kind: cents for kind, cents in (await world.balances(seller)).items() if cents != "0.00"}


async def money_tasks(world: World, seller: Seller) -> list[str]:
    await world.work()
    found = [task["what"] for task in (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]]
    return sorted(what for what in found if what in ("pay_customer_back", "record_payment"))


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

    await give_back(seller, order, "3.00")
    assert await seen(seller, order) == ("paid", "247.00", "0.00", "0.00", "5.00")
    assert await money_tasks(world, seller) == ["pay_customer_back"]
    await give_back(seller, order, "5.00")
    assert await seen(seller, order) == ("paid", "242.00", "0.00", "0.00", "0.00")
    assert await money_tasks(world, seller) == []
    assert (await standing(world, seller))["pot"] == "170.00"
    given = await seller.treasurer("GET", f"/v1/orders/{order['id']}/refunds")
    told = [tuple(row[name]["amount"] for name in ("amount", "credited", "vat")) for row in given]
    assert told == [("3.00", "0.00", "0.00"), ("5.00", "0.00", "0.00")]
    await books_are_right(world)


async def test_a_refund_gives_back_what_is_owed_before_it_touches_the_sale(world: World) -> None:
    """250.00 paid; 129.00 back: 8.00 owed and 121.00 of the sale; then the rest."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "200.00")
    await pay(seller, order, "8.00")
    await give_back(seller, order, "250.01", status=422)
    await give_back(seller, order, "129.00")
    assert await seen(seller, order) == ("partly_refunded", "121.00", "121.00", "0.00", "0.00")
    given = await seller.treasurer("GET", f"/v1/orders/{order['id']}/refunds")
    assert [(row["amount"]["amount"], row["credited"]["amount"], row["vat"]["amount"]) for row in given] == [
        ("129.00", "121.00", "21.00")
    ]
    await books_are_right(world)
    await pay(seller, order, "5.00")
    await give_back(seller, order)
    assert await seen(seller, order) == ("refunded", "0.00", "242.00", "0.00", "0.00")
    assert await standing(world, seller) == {}
    assert (await give_back(seller, order, status=409))["code"] == "nothing_to_refund"
    await books_are_right(world)


async def test_all_of_an_overpaid_sale_goes_back_at_once(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.sale(seller, app, "200.00", costs="30.00")
    await pay(seller, order, "242.00")
    await give_back(seller, order)
    assert await seen(seller, order) == ("refunded", "0.00", "242.00", "0.00", "0.00")
    assert await standing(world, seller) == {}
    await books_are_right(world)
    await pay(seller, order, "1.00")
    assert await seen(seller, order) == ("refunded", "1.00", "242.00", "0.00", "1.00")
    await give_back(seller, order)
    assert await standing(world, seller) == {}
    await books_are_right(world)


@pytest.mark.parametrize("first", ["100.00", "242.00"])
async def test_what_was_given_back_before_the_sale_is_due_again_and_the_member_earns(world: World, first: str) -> None:
    """Whenever it was given back: the price is due as before, and its payment books the sale."""
    # A full refund after completion is a refund of a sale.
    for when in range(3 if first == "242.00" else 4):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller))
        steps = [(seller.member, "accept"), (seller.member, "deliver"), (app, "complete")]
        for who, verb in steps[:when]:
            await step(who, order, verb)
        await pay(seller, order, first)
        await give_back(seller, order)
        assert (await seen(seller, order))[1:] == ("0.00", "0.00", "242.00", "0.00")
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
    await give_back(seller, order, "40.00")
    await give_back(seller, order, "60.01", status=422)
    await give_back(seller, order)
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
    assert await standing(world, seller) == {}
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
    assert await standing(world, seller) == {"bank": "-100.00", "receivable_customer": "100.00"}
    await books_are_right(world)
    payment = await pay(seller, order, "150.00")
    await give_back(seller, order, "1.00")
    await world.undo(seller, payment)
    assert await seen(seller, order) == ("partly_paid", "99.00", "0.00", "143.00", "0.00")
    assert await standing(world, seller) == {"bank": "-99.00", "receivable_customer": "99.00"}
    await books_are_right(world)


async def test_what_went_back_to_the_customer_cannot_be_undone(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    payment = await pay(seller, order, "100.00")
    await give_back(seller, order)
    refused = await world.undo(seller, payment, status=409)
    assert refused["code"] == "paid_back_already"
    assert "new payment or refund" in refused["detail"]
    await completed(seller, app, order)
    await pay(seller, order, "100.00")
    rest = await pay(seller, order, "142.00")
    await give_back(seller, order, "1.00")
    assert (await world.undo(seller, rest, status=409))["code"] == "paid_back_already"
    assert await seen(seller, order) == ("partly_refunded", "241.00", "1.00", "0.00", "0.00")
    await books_are_right(world)


async def test_nothing_is_neither_paid_nor_given_back(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    unpaid = await pay(seller, order, "0.00", status=400)
    await pay(seller, order, "1.00")
    kept = await give_back(seller, order, "0.00", status=400)
    faults = [(fault["field"], fault["code"]) for refused in (unpaid, kept) for fault in refused["errors"]]
    assert faults == [("amount", "amount_out_of_range")] * 2
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
    await give_back(seller, order, "0.01")
    assert (await world.undo(seller, after, status=409))["code"] == "paid_back_already"
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
    await give_back(lead, order)
    assert await seen(lead, order) == ("unpaid", "0.00", "0.00", "0.00", "0.00")
    assert await standing(world, lead) == {}
    assert await money_tasks(world, lead) == []
    await books_are_right(world)


async def test_a_job_that_is_paid_too_much_is_settled_and_lowered_later(world: World) -> None:
    """130.00 for 121.00: 9.00 owed back; a refund of 30.00 is those and 21.00 of the price."""
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
    await give_back(lead, order, "30.00")
    assert await seen(lead, order) == ("partly_refunded", "100.00", "21.00", "0.00", "0.00")
    await books_are_right(world)
    await give_back(lead, order)
    assert await seen(lead, order) == ("refunded", "0.00", "121.00", "0.00", "0.00")
    assert (await give_back(lead, order, status=409))["code"] == "nothing_to_refund"
    await books_are_right(world)
    await pay(lead, order, "2.00")
    assert await seen(lead, order) == ("refunded", "2.00", "121.00", "0.00", "2.00")
    assert (await look(lead.coordinator, job))["state"] == "settled"
    await books_are_right(world)


async def test_one_task_however_fast_a_debt_comes_goes_and_comes_back(world: World) -> None:
    """Paid and partly refunded before the worker runs: one task to record the payment, not two."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.deliver(seller, order)
    await world.work()
    place = f"/v1/orders/{order['id']}"
    await world.pay(seller, order)
    await seller.treasurer("POST", f"{place}/refunds", {"reason": "korting", "amount": {"amount": "5.00"}})
    await world.work()
    tasks = (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]
    assert [task["what"] for task in tasks if task["subjectId"] == order["id"]] == ["record_payment"]


async def test_money_goes_back_for_a_reason(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    place = f"/v1/orders/{order['id']}"
    paid = await seller.treasurer("POST", f"{place}/payments", {"amount": {"amount": "5.00"}})
    journal = await world.journal(seller, paid["id"])
    for reason in ("", "  "):
        for path in (f"{place}/refunds", f"/v1/journals/{journal['id']}/reversals"):
            refused = await seller.treasurer("POST", path, {"reason": reason}, status=422)
            assert refused["code"] == "reason_needed"
