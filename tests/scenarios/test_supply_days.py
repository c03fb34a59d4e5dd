"""Work that is entered later counts on its day: its agreement, its year, its due day; and how far back that may be."""

from datetime import date, timedelta

from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, SCOPE, VRIJE_UITLOOP, Caller, Json, Seller, World


async def accepted(world: World, seller: Seller, app: Caller, net: str = "200.00", **more: object) -> Json:
    order = await world.order(app, await world.offering(seller, net, **more))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    return order


async def deliver(who: Caller, order: Json, day: str | None = None, status: int = 200) -> Json:
    body = {"verb": "deliver"} | ({"deliveredOn": day} if day else {})
    found: Json = await who("POST", f"/v1/orders/{order['id']}/transitions", body, status=status)
    return found


async def finish(world: World, seller: Seller, app: Caller, order: Json) -> Json:
    """Confirmed and paid: its earning."""
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/earnings")
    earning: Json = next(one for one in found["items"] if one["orderId"] == order["id"])
    return earning


def municipality(earning: Json) -> list[str]:
    return [leg["amount"]["amount"] for leg in earning["legs"] if leg["kind"] == "payable_municipality"]


async def test_work_of_the_old_year_that_is_entered_in_the_new_one_counts_in_the_old_one(world: World) -> None:
    """Its threshold and its version are those of the old year; half above 3000 of what is kept there."""
    old, new = world.clock().year, world.clock().year + 1
    with world.clock.at(f"{old}-12-20"):
        seller, app = await world.cooperative(VRIJE_UITLOOP), await world.app()
        await world.agreement(seller, SCOPE, NOTHING, f"{new}-01-01")
        await world.sale(seller, app, "3400.00")
        late, present = [await accepted(world, seller, app) for _ in range(2)]
    with world.clock.at(f"{new}-01-02"):
        delivered = await deliver(seller.member, late, f"{old}-12-31")
        assert (delivered["workDate"], delivered["dueOn"]) == (f"{old}-12-31", f"{new}-01-14")
        assert date.fromisoformat(delivered["deliveredAt"][:10]) == date(old, 12, 31)
        await deliver(seller.member, present)
        booked = await finish(world, seller, app, late)
        assert (booked["workDate"], booked["agreementId"]) == (f"{old}-12-31", seller.agreement_id)
        # 3,400.00 kept 2,890.00; 200.00 keeps 170.00 more, 60.00 of it above the threshold.
        assert municipality(booked) == ["30.00"]
        fresh = await finish(world, seller, app, present)
        assert (fresh["workDate"], municipality(fresh)) == (f"{new}-01-02", [])
        assert fresh["agreementId"] != seller.agreement_id
    await books_are_right(world)


async def test_the_office_enters_a_day_further_back_than_makers_do(world: World) -> None:
    year = world.clock().year
    with world.clock.at(f"{year}-02-01"):
        seller, app = await world.cooperative(), await world.app()
    partner = await world.app(["orders:read", "orders:write"], [seller.id])
    with world.clock.at(f"{year}-06-10"):
        order = await accepted(world, seller, app)
    with world.clock.at(f"{year}-06-20"):
        for who in (seller.member, partner):
            refused = await deliver(who, order, f"{year}-06-12", 422)
            assert refused["code"] == "day_out_of_range"
            expected = {"field": "deliveredOn", "first": f"{year}-06-13", "last": f"{year}-06-20"}
            assert refused["facts"] == expected
        refused = await deliver(seller.coordinator, order, f"{year}-05-09", 422)
        assert refused["facts"] == expected | {"first": f"{year}-05-10"}
        assert (await deliver(seller.coordinator, order, f"{year}-05-10"))["workDate"] == f"{year}-05-10"


async def test_a_day_lies_after_the_membership_and_the_first_day_of_the_books(world: World) -> None:
    year = world.clock().year
    with world.clock.at(f"{year}-06-01"):
        seller, app = await world.cooperative(), await world.app()
        order = await accepted(world, seller, app)
    with world.clock.at(f"{year}-06-03"):
        refused = await deliver(seller.coordinator, order, f"{year}-05-31", 422)
        assert refused["facts"]["first"] == f"{year}-06-01"
    # A membership of before the year in which the books began.
    with world.clock.at(f"{year - 1}-12-01"):
        seller = await world.cooperative()
    with world.clock.at(f"{year}-01-05"):
        order = await accepted(world, seller, app)
        refused = await deliver(seller.coordinator, order, f"{year - 1}-12-31", 422)
        assert refused["facts"]["first"] == f"{year}-01-01"


async def test_a_day_that_was_not_yet_is_refused(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await accepted(world, seller, app)
    tomorrow = (world.clock.today + timedelta(days=2)).isoformat()
    refused = await deliver(seller.coordinator, order, tomorrow, 400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("deliveredOn", "day_out_of_range")]


async def test_another_step_has_no_day(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    body = {"verb": "accept", "deliveredOn": world.clock.today.isoformat()}
    refused = await seller.member("POST", f"/v1/orders/{order['id']}/transitions", body, status=422)
    assert refused["facts"]["rule"] == "day_of_delivery_only"


async def test_the_customer_has_fourteen_days_from_the_day_on_which_it_was_entered(world: World) -> None:
    with world.clock.at((world.clock.today - timedelta(days=9)).isoformat()):
        seller, app = await world.cooperative(), await world.app()
    order = await accepted(world, seller, app)
    day = (world.clock.today - timedelta(days=6)).isoformat()
    await deliver(seller.member, order, day)
    await world.work(timedelta(days=13, hours=23))
    seen = await app("GET", f"/v1/orders/{order['id']}")
    assert (seen["state"], seen["workDate"]) == ("delivered", day)
    await world.work(timedelta(days=14, minutes=1))
    assert (await app("GET", f"/v1/orders/{order['id']}"))["state"] == "completed"


async def test_both_faces_enter_a_day(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await accepted(world, seller, app)
    document = """mutation It($id: UUID!, $day: Date!) {
      moveOrder(id: $id, idempotencyKey: "k", input: {verb: DELIVER, deliveredOn: $day}) { workDate } }"""
    today = world.clock.today.isoformat()
    answer = await seller.member.graphql(document, id=order["id"], day="2020-01-01")
    assert answer["errors"][0]["extensions"]["code"] == "day_out_of_range"
    answer = await seller.member.graphql(document.replace('"k"', '"l"'), id=order["id"], day=today)
    assert answer["data"]["moveOrder"]["workDate"] == today
