"""Races where races happen: stock, request keys, thresholds."""

import asyncio
import uuid
from collections import Counter
from dataclasses import replace

import asyncpg
import httpx
import pytest

from app.running.run import SystemRun
from app.usecases.ledger import check_books
from tests.live import until
from tests.scenarios.money import completed, credit, decide, propose, step, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, SCOPE, Caller, World


async def _post(caller: Caller, path: str, body: object, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key}
    return await caller.client.post(path, json=body, headers=headers)


async def test_twelve_buyers_for_five_left(world: World) -> None:
    seller = await world.cooperative()
    offering = await world.offering(seller, kind="goods", stock=5)
    apps = [await world.app() for _ in range(12)]
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    answers = await asyncio.gather(*(_post(app, "/v1/orders", body, uuid.uuid4().hex) for app in apps))
    assert Counter(answer.status_code for answer in answers) == {201: 5, 409: 7}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {problem["code"] for problem in refused} == {"sold_out"}
    assert all("Tuinonderhoud" in problem["detail"] for problem in refused)
    found = await world.visitor("GET", f"/v1/catalogue/offerings/{offering}")
    assert found["left"] == 0


async def test_fifty_parallel_posts_with_one_key_make_one_order(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering, key = await world.offering(seller, kind="goods", stock=100), uuid.uuid4().hex
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    answers = await asyncio.gather(*(_post(app, "/v1/orders", body, key) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert len((await app("GET", "/v1/orders"))["items"]) == 1
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 99


async def test_a_refusal_is_repeated_under_its_key_even_when_stock_came_back(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering, key = await world.offering(seller, kind="goods", stock=1), uuid.uuid4().hex
    body = {"lines": [{"offeringId": offering, "quantity": 2}], "contact": GUEST}
    first = await _post(app, "/v1/orders", body, key)
    await seller.coordinator("PUT", f"/v1/offerings/{offering}/stock", {"stock": 10})
    again = await _post(app, "/v1/orders", body, key)
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.json()["facts"] == first.json()["facts"] == {"title": "Tuinonderhoud", "left": 1}
    assert (await _post(app, "/v1/orders", body, uuid.uuid4().hex)).status_code == 201


async def test_one_key_for_two_requests_is_refused(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering, key = await world.offering(seller), uuid.uuid4().hex
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    assert (await _post(app, "/v1/orders", body, key)).status_code == 201
    other = await _post(app, "/v1/orders", body | {"note": "anders"}, key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = await _post(await world.app(), "/v1/orders", body, key)
    assert elsewhere.status_code == 201, "a key belongs to its caller"


async def test_payments_that_cross_the_threshold_at_once_book_each_cent_once(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "1000.00")
    orders = [await world.order(app, offering) for _ in range(6)]
    for order in orders:
        await world.deliver(seller, order)
        await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await asyncio.gather(*(world.pay(seller, order) for order in orders))
    thermometer = await world.thermometer(seller)
    assert thermometer["yearTotal"]["amount"] == "5100.00"
    assert thermometer["balance"]["amount"] == "4050.00"
    assert (await world.balances(seller))["payable_municipality"] == "1050.00"
    await asyncio.gather(*(seller.refund(order["id"], {"reason": "alles terug"}) for order in orders))
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    assert set((await world.balances(seller)).values()) == {"0.00"}
    broken = await SystemRun(world.books)(check_books)
    assert broken is not None
    assert not any(broken.values()), broken


async def test_payments_completions_and_refunds_at_once_never_deadlock(world: World) -> None:
    """Everybody locks in one order: the member's year, the member's accounts, the cooperative's, the bank last."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "100.00")
    orders = [await world.order(app, offering) for _ in range(24)]
    to_pay, to_complete, to_refund = orders[:8], orders[8:16], orders[16:]
    for order in orders:
        await world.deliver(seller, order)
        if order not in to_complete:
            await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        if order not in to_pay:
            await world.pay(seller, order)
    before = await world.deadlocks()
    await asyncio.gather(
        *(world.pay(seller, order) for order in to_pay),
        *(app("POST", f"/v1/orders/{o['id']}/transitions", {"verb": "complete"}) for o in to_complete),
        *(seller.refund(o["id"], {"reason": "terug"}) for o in to_refund),
    )
    assert await world.deadlocks() == before
    assert (await world.thermometer(seller))["balance"]["amount"] == "1360.00"
    broken = await SystemRun(world.books)(check_books)
    assert broken is not None
    assert not any(broken.values()), broken


async def test_acts_that_book_in_several_calls_never_deadlock(world: World) -> None:
    """Late costs, credits, write-offs, payments and undone payments of two makers at once; costs of 5.00 each."""
    seller, app = await world.cooperative(), await world.app()
    colleague, colleague_id = await world.member(seller)
    makers = (seller, replace(seller, member=colleague, member_id=colleague_id))
    offerings = [await world.offering(maker, "100.00") for maker in makers]
    orders = []
    for number in range(40):
        order = await world.order(app, offerings[number % 2])
        await completed(makers[number % 2], app, order)
        orders.append(order)
    late, credited, undone, lost, due = (orders[n : n + 8] for n in range(0, 40, 8))
    for order in (*late, *credited):
        await world.pay(seller, order)
    slips = [await world.pay(seller, order) for order in undone]
    proposed = [await propose(seller, order) for order in lost]
    # Every account that these acts book on is there from now on.
    await world.cost(seller, late[0], "5.00")
    await seller.refund(credited[0]["id"], {"reason": "terug"})
    await undo(seller, slips[0])
    await decide(seller.coordinator, proposed[0])
    before = await world.deadlocks()
    await asyncio.gather(
        *(world.cost(makers[n % 2], order, "5.00") for n, order in enumerate(late) if n),
        *(seller.refund(order["id"], {"reason": "terug"}) for order in credited[1:]),
        *(undo(seller, slip) for slip in slips[1:]),
        *(decide(seller.coordinator, one) for one in proposed[1:]),
        *(world.pay(seller, order) for order in due),
    )
    assert await world.deadlocks() == before
    balances = await world.balances(seller)
    # 8 × 95.00 of the late costs and 8 × 100.00 that were paid; 10 % of each.
    assert (balances["payable_member"], balances["cooperative_fund"]) == ("40.00", "156.00")
    await books_are_right(world)


async def test_a_payment_is_recorded_once_by_two_impatient_treasurers(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.deliver(seller, order)
    path, body = f"/v1/orders/{order['id']}/payments", {"amount": order["gross"]}
    answers = await asyncio.gather(*(_post(seller.treasurer, path, body, uuid.uuid4().hex) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}
    found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    assert (found["paid"]["amount"], found["owedBack"]["amount"]) == ("605.00", "484.00")
    assert (await world.balances(seller))["customer_credit"] == "484.00"
    await books_are_right(world)


async def test_a_payment_at_once_with_calling_off_is_owed_back(world: World) -> None:
    """In either order: the payment is owed back, once, and given back once."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "100.00")
    orders = [await world.order(app, offering) for _ in range(12)]
    for order in orders[:6]:
        await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", {"amount": {"amount": "1.00"}})
    before = await world.deadlocks()
    await asyncio.gather(
        *(world.pay(seller, order) for order in orders),
        *(app("POST", f"/v1/orders/{o['id']}/transitions", {"verb": "cancel"}) for o in orders[::2]),
        *(seller.member("POST", f"/v1/orders/{o['id']}/transitions", {"verb": "refuse"}) for o in orders[1::2]),
    )
    for number, order in enumerate(orders):
        found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
        assert found["owedBack"]["amount"] == found["paid"]["amount"] == ("122.00" if number < 6 else "121.00")
    await books_are_right(world)
    places = [f"/v1/orders/{order['id']}/repayments" for order in orders]
    answers = await asyncio.gather(
        *(_post(seller.treasurer, place, {}, uuid.uuid4().hex) for place in places for _ in range(2))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 12, 409: 12}
    assert {answer.json().get("code") for answer in answers} == {None, "nothing_owed"}
    assert (await world.balances(seller))["bank"] == "0.00"
    assert await world.deadlocks() == before
    await books_are_right(world)


async def test_payments_credits_repayments_and_reversals_at_once_add_up(world: World) -> None:
    """Two payments, the reversal of an earlier one, a credit and a repayment, for each of eight completed orders."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "100.00")
    orders = [await world.order(app, offering) for _ in range(8)]
    earlier = []
    for order in orders:
        await world.deliver(seller, order)
        await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        body = {"amount": {"amount": "60.00"}}
        paid = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", body)
        earlier.append(await world.journal(seller, paid["id"]))
    before = await world.deadlocks()
    back = {"amount": {"amount": "30.00"}}
    undone, given, lowered, _ = await asyncio.gather(
        asyncio.gather(
            *(_post(seller.treasurer, f"/v1/journals/{p['id']}/reversals", {"reason": "x"}, p["id"]) for p in earlier)
        ),
        asyncio.gather(*(_post(seller.treasurer, f"/v1/orders/{o['id']}/repayments", back, o["id"]) for o in orders)),
        asyncio.gather(
            *(
                _post(seller.treasurer, f"/v1/orders/{o['id']}/credits", back | {"reason": "te laat"}, o["id"])
                for o in orders
            )
        ),
        asyncio.gather(*(world.pay(seller, order) for order in orders for _ in range(2))),
    )
    assert await world.deadlocks() == before
    refused = {answer.json()["code"] for answer in (*undone, *given) if answer.status_code != 201}
    assert refused <= {"paid_back_already", "nothing_owed", "more_than_left"}
    assert {answer.status_code for answer in lowered} == {201}
    for number, order in enumerate(orders):
        found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
        earlier_left = 0 if undone[number].status_code == 201 else 60
        went_back = 30 if given[number].status_code == 201 else 0
        assert found["paid"]["amount"] == f"{242 + earlier_left - went_back}.00"
        assert found["refunded"]["amount"] == "30.00"
    thermometer = await world.thermometer(seller)
    # 91.00 is left of each price: 75.21 without VAT, and 85 % of that, before or after it was shared.
    assert (thermometer["pending"]["amount"], thermometer["balance"]["amount"]) == ("0.00", "511.44")
    await books_are_right(world)


@pytest.mark.parametrize("first", ["credit", "deliver"])
async def test_an_act_that_waited_for_another_sees_all_of_it(
    world: World, superuser: asyncpg.Connection, first: str
) -> None:
    """Half of the price is credited while the order is delivered: 50.00 is to be shared, whichever came first."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, "100.00"))
    await world.pay(seller, order)
    await step(seller.member, order, "accept")
    acts = {"credit": credit(seller, order, "60.50"), "deliver": step(seller.member, order, "deliver")}
    asked = []
    async with superuser.transaction():
        await superuser.execute('select 1 from "order" where id = $1::text::uuid for update', order["id"])
        for act in sorted(acts, key=lambda act: act != first):
            asked.append(asyncio.create_task(acts[act]))
            await _waiting(superuser, len(asked))
    await asyncio.gather(*asked)
    assert (await world.balances(seller))["to_share"] == "50.00"
    await step(app, order, "complete")
    assert (await world.thermometer(seller))["balance"]["amount"] == "42.50"
    await books_are_right(world)


async def _waiting(superuser: asyncpg.Connection, number: int) -> None:
    """Returns once that many requests wait for a lock."""
    sql = """select count(*) = $1 from pg_stat_activity
              where wait_event_type = 'Lock' and datname = current_database()"""
    await until(lambda: superuser.fetchval(sql, number))


async def test_the_first_sales_of_a_month_at_once_each_count_for_the_fund(world: World) -> None:
    """Six makers, so that they share no member's year: they meet in the fund's month, which does not exist yet."""
    seller, app = await world.cooperative(SCOPE), await world.app()
    orders = []
    for _ in range(6):
        maker, maker_id = await world.member(seller)
        one = replace(seller, member=maker, member_id=maker_id)
        order = await world.order(app, await world.offering(one, "100.00"))
        await world.deliver(one, order)
        await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        orders.append(order)
    await asyncio.gather(*(world.pay(seller, order) for order in orders))
    assert (await world.balances(seller))["cooperative_fund"] == "30.00"
    assert not any((await SystemRun(world.books)(check_books) or {}).values())


async def test_a_first_order_that_is_sent_many_times_is_told_the_same(world: World) -> None:
    """The first order makes somebody a customer: each answer shows that this customer may cancel."""
    seller, buyer = await world.cooperative(), world.person()
    offering = await world.offering(seller)
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    key = uuid.uuid4().hex
    asked = [buyer("POST", "/v1/orders", body, key=key) for _ in range(20)]
    answers = [placed["order"] for placed in await asyncio.gather(*asked)]
    assert len({answer["id"] for answer in answers}) == 1
    allowed = [{t["verb"]: t["allowed"] for t in answer["availableTransitions"]} for answer in answers]
    assert all(one["cancel"] for one in allowed)
