"""Deadlines hold without a worker: a caller after a deadline finds the timer's step taken."""

from datetime import timedelta

from tests.scenarios.buying import mine, plan, rich, wish
from tests.scenarios.jobs import COLLECTIVE, delivered, join, look, slot
from tests.scenarios.jobs import move as move_job
from tests.scenarios.jobs import plan as plan_job
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, Caller, Json, World


async def move(who: Caller, order: Json, verb: str, status: int | None = None) -> Json:
    moved: Json = await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb}, status=status)
    return moved


async def seen(who: Caller, order: Json) -> Json:
    found: Json = await who("GET", f"/v1/orders/{order['id']}")
    return found


async def trail(who: Caller, order: Json) -> list[tuple[str, str]]:
    events = await who("GET", f"/v1/orders/{order['id']}/events")
    return [(event["verb"], event["at"][:10]) for event in events]


async def test_nobody_accepts_after_the_deadline_and_the_order_expired_by_then(world: World) -> None:
    with world.clock.at("2026-03-01"):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller, kind="goods", stock=3))
    with world.clock.at("2026-03-11"):
        refused = await move(seller.member, order, "accept", status=409)
        assert (refused["code"], refused["facts"]["state"]) == ("wrong_state", "expired")
        assert (await seen(app, order))["state"] == "expired"
        assert ("expire", "2026-03-03") in await trail(seller.coordinator, order)
        await world.work()
        assert (await trail(seller.coordinator, order))[-1] == ("expire", "2026-03-03")
        tasks = (await seller.coordinator("GET", "/v1/tasks?limit=100"))["items"]
        assert {t["what"] for t in tasks if t["subjectId"] == order["id"]} == {"call_customer"}


async def test_two_weeks_of_silence_complete_an_order_before_whatever_comes_then(world: World) -> None:
    with world.clock.at("2026-03-01"):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller))
        await world.deliver(seller, order)
    with world.clock.at("2026-04-01"):
        line = (await seen(seller.member, order))["lines"][0]["id"]
        await world.pay(seller, order)
        done = await seen(app, order)
        assert (done["state"], done["completedAt"][:10], done["payment"]) == ("completed", "2026-03-15", "paid")
        assert (await world.balances(seller))["pot"] == "170.00"
        claim = {"orderLineId": line, "category": "materiaal", "amount": {"amount": "1.00"}, "payee": "member"}
        place = f"/v1/orders/{order['id']}/cost-claims"
        late = await seller.member("POST", place, claim | {"receipt": "b"})
        await seller.treasurer("POST", f"/v1/cost-claims/{late['id']}/transitions", {"verb": "approve"})
        assert (await world.balances(seller))["pot"] == "169.15"
        await books_are_right(world)


async def test_the_customers_word_on_a_job_comes_too_late_after_two_weeks(world: World) -> None:
    with world.clock.at("2026-03-01"):
        lead = await world.cooperative(COLLECTIVE)
        job = await plan_job(world, lead, slot("Koken", 10000))
        await join(lead.member, job, lead.member_id)
        await delivered(job, lead)
    with world.clock.at("2026-03-20"):
        await move_job(lead.treasurer, job, "dispute", status=409, reason="gebeld: niet goed")
        assert (await look(lead.coordinator, job))["state"] == "approved"
        await books_are_right(world)


async def test_after_its_time_a_purchase_takes_only_what_fills_packs(world: World) -> None:
    seller = await rich(world)
    soon = world.clock() + timedelta(days=1)
    purchase = await plan(world, seller, topsUpAt=soon.isoformat())
    await mine(seller, purchase, 8)
    world.clock.fixed = soon + timedelta(hours=1)
    try:
        assert (await mine(seller, purchase, 7, status=409))["code"] == "not_filling"
        _, colleague_id = await world.member(seller)
        await wish(seller.coordinator, purchase, 2, memberId=colleague_id)
        place = f"/v1/joint-purchases/{purchase['id']}"
        assert (await seller.member("GET", place))["purchase"]["state"] == "topping_up"
    finally:
        world.clock.fixed = None


async def test_what_was_held_too_long_is_for_sale_again(world: World) -> None:
    with world.clock.at("2026-03-01"):
        seller, app, other = await world.cooperative(), await world.app(), await world.app()
        offering = await world.offering(seller, kind="goods", stock=4)
        hold = await app("POST", f"/v1/offerings/{offering}/holds", {"quantity": 2, "minutes": 15})
        order = await world.order(app, offering)
        await world.order(app, offering)
    with world.clock.at("2026-03-11"):
        body = {"lines": [{"offeringId": offering, "quantity": 2, "holdId": hold["id"]}], "contact": GUEST}
        assert (await app("POST", "/v1/orders", body, status=409))["code"] == "hold_gone"
        await other("POST", f"/v1/offerings/{offering}/holds", {"quantity": 2})
        sold = await world.order(other, offering, quantity=2)
        assert sold["state"] == "placed"
        assert (await seen(app, order))["state"] == "expired"
        left = await seller.coordinator("GET", f"/v1/offerings/{offering}")
        assert left["left"] == 0
        await world.work()
        assert (await seller.coordinator("GET", f"/v1/offerings/{offering}"))["left"] == 0


async def test_however_many_orders_hold_the_last_units_too_long(world: World) -> None:
    with world.clock.at("2026-03-01"):
        seller, app = await world.cooperative(), await world.app()
        offering = await world.offering(seller, kind="goods", stock=25)
        for _ in range(25):
            await world.order(app, offering)
    with world.clock.at("2026-03-11"):
        assert (await world.order(app, offering, quantity=25))["state"] == "placed"
