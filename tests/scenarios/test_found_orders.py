"""Orders are found: by what was paid, by reference, by customer, by the app's own number, and by when they changed."""

from datetime import date, timedelta
from urllib.parse import urlencode

import pytest

from app.domain.access import Scope
from app.keys import people_issuer
from tests.world import MARKET, Caller, Json, Seller, World

ANY: Json = {"If-Match": "*"}


async def found(who: Caller, **filters: str) -> list[str]:
    """The references of the orders that a list has, newest first."""
    return [row["reference"] for row in (await who("GET", f"/v1/orders?{urlencode(filters)}"))["items"]]


async def completed(world: World, seller: Seller, buyer: Caller) -> Json:
    """An order of 242.00 that was delivered and confirmed, and not paid."""
    order = await world.order(buyer, await world.offering(seller))
    await world.deliver(seller, order)
    done: Json = await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    return done


async def pay(seller: Seller, order: Json, amount: str, **more: str) -> Json:
    body = {"amount": {"amount": amount}} | more
    payment: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", body)
    return payment


async def test_a_treasurer_sees_who_has_not_paid(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    with world.clock.at("2026-03-02"):
        late, part, early, free = [await completed(world, seller, app) for _ in range(4)]
        placed = await world.order(app, await world.offering(seller))
        gone = await world.order(app, await world.offering(seller))
        await app("POST", f"/v1/orders/{gone['id']}/transitions", {"verb": "cancel"})
        assert (placed["dueOn"], late["dueOn"]) == (None, "2026-03-16")
        await pay(seller, part, "100.00")
        await pay(seller, early, "250.00")
        await seller.treasurer("POST", f"/v1/orders/{free['id']}/payments", {"amount": free["gross"], "method": "cash"})
    names = {order["reference"]: name for name, order in locals().items() if isinstance(order, dict)}

    async def listed(payment: str) -> set[str]:
        return {names[one] for one in await found(seller.treasurer, payment=payment)}

    with world.clock.at("2026-03-16"):
        assert await listed("overdue") == set()
    with world.clock.at("2026-03-17"):
        assert await listed("overdue") == {"late", "part"}
        assert await listed("unpaid") == {"late", "placed"}
        assert await listed("partly_paid") == {"part"}
        assert await listed("paid") == {"early", "free"}
        assert await listed("owed_back") == {"early"}
        await seller.refund(free["id"], {"reason": "x", "amount": {"amount": "1.00"}})
        assert await listed("partly_refunded") == {"free"}
        await seller.refund(free["id"], {"reason": "x"})
        assert await listed("refunded") == {"free"}
        await pay(seller, late, "242.00")
        assert await listed("overdue") == {"part"}


async def test_an_order_keeps_the_payment_days_of_the_day_on_which_it_was_placed(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    details = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.treasurer("PATCH", details, {"paymentDays": 30}, headers=ANY)
    order = await world.order(app, await world.offering(seller))
    await seller.treasurer("PATCH", details, {"paymentDays": 0}, headers=ANY)
    await world.deliver(seller, order)
    seen = await app("GET", f"/v1/orders/{order['id']}")
    assert date.fromisoformat(seen["dueOn"]) == date.fromisoformat(seen["workDate"]) + timedelta(days=30)
    later = await world.order(app, await world.offering(seller))
    await world.deliver(seller, later)
    seen = await app("GET", f"/v1/orders/{later['id']}")
    assert seen["dueOn"] == seen["workDate"]


async def test_the_due_day_follows_the_dutch_day_of_delivery(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    with world.clock.at("2026-03-02"):
        order = await world.order(app, await world.offering(seller))
    world.clock.fixed = world.clock().replace(year=2026, month=3, day=2, hour=23, minute=30)
    try:
        await world.deliver(seller, order)
    finally:
        world.clock.fixed = None
    assert (await app("GET", f"/v1/orders/{order['id']}"))["dueOn"] == "2026-03-17"


async def test_a_reference_finds_its_order_in_any_of_its_forms(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.order(app, await world.offering(seller))
    reference, rf = order["reference"], order["rfReference"]
    assert rf.startswith("RF")
    assert rf.endswith(reference)
    for typed in (reference, reference.lower(), rf, f"{rf[:4]} {rf[4:8]} {rf[8:]}"):
        assert await found(seller.treasurer, reference=typed) == [reference]
    assert await found((await world.cooperative()).treasurer, reference=reference) == []
    wrong = f"RF{(int(rf[2:4]) + 1) % 100:02}{reference}"
    refused = await seller.treasurer("GET", f"/v1/orders?reference={wrong}", status=400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [("reference", "reference_malformed")]
    guest = await world.visitor("GET", order["statusUrl"])
    assert guest["rfReference"] == rf


async def test_a_customer_is_found_by_a_part_of_a_name(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    place = await world.offering(seller)
    renee: Json = {"name": "Renée Ørsted", "email": "r@example.org"}
    renee["buyer"] = {"buyerType": "business", "organisation": "Gemeente 100%_Breda", "postalAddress": MARKET}
    order = await world.order(app, place, contact=renee)
    await world.order(app, place)
    for part in ("renée ø", "ØRSTED", "gemeente 100%_", "breda"):
        assert await found(seller.coordinator, buyer=part) == [order["reference"]]
    for part in ("%", "Ørsted Gemeente", "r_n"):
        assert await found(seller.coordinator, buyer=part) == ([order["reference"]] if part == "%" else [])
    assert await found(app, buyer="orsted") == []
    assert await found(app, buyerType="business") == [order["reference"]]
    assert len(await found(app, buyerType="consumer")) == 1
    assert await found(app, buyerType="public") == []


async def test_an_app_gives_an_order_its_own_number_once(world: World) -> None:
    seller, app, other = await world.cooperative(), await world.app(), await world.app()
    offering = await world.offering(seller)
    order = await world.order(app, offering, externalReference="WEB/2026-111222333")
    assert order["externalReference"] == "WEB/2026-111222333"
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": {"name": "Jo", "email": "jo@example.org"}}
    body["externalReference"] = "WEB/2026-111222333"
    refused = await app("POST", "/v1/orders", body, key="second", status=409)
    assert (refused["code"], refused["facts"]["what"]) == ("already_exists", "order")
    assert "externalReference" in refused["detail"]
    # The refusal is kept with its key.
    assert (await app("POST", "/v1/orders", body, key="second", status=409))["code"] == "already_exists"
    # A number of another app is another number.
    theirs = await other("POST", "/v1/orders", body)
    for who, its in ((app, order), (other, theirs["order"])):
        assert await found(who, externalReference="WEB/2026-111222333") == [its["reference"]]
    assert len(await found(seller.coordinator, externalReference="WEB/2026-111222333")) == 2
    await world.order(app, offering)
    await world.order(app, offering)


async def test_only_an_app_gives_such_a_number(world: World) -> None:
    seller = await world.cooperative()
    body: Json = {"lines": [{"offeringId": await world.offering(seller), "quantity": 1}], "externalReference": "1"}
    body["contact"] = {"name": "Jo", "email": "jo@example.org"}
    refused = await world.person()("POST", "/v1/orders", body, status=422)
    assert refused["facts"]["rule"] == "external_reference_of_app"
    app = await world.app()
    assert (await app("POST", "/v1/orders", body | {"externalReference": "x" * 101}, status=400))["errors"]


async def test_an_erasure_takes_the_number_of_the_app_too(world: World) -> None:
    """It may tell who ordered."""
    seller, app = await world.cooperative(), await world.app()
    login = {"issuer": people_issuer(world.settings), "audience": "samen", "subject": "renée", "client_id": app.login}
    renee = Caller(world.client, world.keys.token(**login, scopes=frozenset(Scope)), "renée")
    order = await world.order(renee, await world.offering(seller), externalReference="Renée 12")
    await renee("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel"})
    assert await found(seller.coordinator, externalReference="Renée 12") == [order["reference"]]
    await renee("DELETE", "/v1/me", status=204)
    assert (await seller.coordinator("GET", f"/v1/orders/{order['id']}"))["externalReference"] is None


async def test_what_changed_since_a_moment(world: World) -> None:
    """Steps, payments and repayments change an order; reading it does not."""
    seller, app = await world.cooperative(), await world.app()
    orders = [await completed(world, seller, app) for _ in range(3)]
    still, paid, undone = (order["reference"] for order in orders)
    payment = await pay(seller, orders[2], "1.00")

    async def now() -> str:
        async with world.books.transaction() as tx:
            return str((await tx.value("select clock_timestamp()")).isoformat())

    since = await now()
    assert await found(app, updatedSince=since) == []
    await app("GET", f"/v1/orders/{orders[0]['id']}")
    await pay(seller, orders[1], "1.00")
    assert await found(app, updatedSince=since) == [paid]
    await world.undo(seller, payment)
    assert await found(app, updatedSince=since) == [undone, paid]
    since = await now()
    fresh = await world.order(app, await world.offering(seller))
    assert await found(seller.coordinator, updatedSince=since) == [fresh["reference"]]
    await app("POST", f"/v1/orders/{fresh['id']}/transitions", {"verb": "cancel"})
    await seller.treasurer("POST", f"/v1/orders/{orders[1]['id']}/repayments", {"amount": {"amount": "1.00"}})
    assert await found(app, updatedSince=since) == [fresh["reference"], paid]
    assert still in await found(app)


async def test_filters_join_and_have_pages(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    place = await world.offering(seller)
    orders = [await world.order(app, place) for _ in range(5)]
    await app("POST", f"/v1/orders/{orders[0]['id']}/transitions", {"verb": "cancel"})
    listed, after = list[str](), dict[str, str]()
    for _ in range(3):
        filters = {"payment": "unpaid", "state": "placed", "cooperativeId": seller.id, "buyer": "jo", "limit": "2"}
        page = await app("GET", f"/v1/orders?{urlencode(filters | after)}")
        listed += [row["id"] for row in page["items"]]
        after = {"after": page["nextCursor"]}
        if not page["nextCursor"]:
            break
    assert listed == [order["id"] for order in orders[:0:-1]]
    assert await found(app, cooperativeId=(await world.cooperative()).id, payment="unpaid") == []


async def test_both_faces_find_them(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller), externalReference="A-1")
    document = """query It($rf: String, $own: String, $since: DateTime) {
      orders(payment: UNPAID, reference: $rf, externalReference: $own, buyer: "DE WIT", updatedSince: $since) {
        edges { node { reference rfReference externalReference dueOn } } } }"""
    since = (world.clock() - timedelta(hours=1)).isoformat()
    answer = await seller.treasurer.graphql(document, rf=order["rfReference"], own="A-1", since=since)
    (edge,) = answer["data"]["orders"]["edges"]
    names = ("reference", "rfReference", "externalReference", "dueOn")
    assert edge["node"] == {name: order[name] for name in names}


@pytest.mark.parametrize("who", ["member", "customer", "stranger"])
async def test_nobody_finds_more_than_they_may_see(world: World, who: str) -> None:
    seller, customer = await world.cooperative(), world.person()
    order = await world.order(customer, await world.offering(seller))
    other, _ = await world.member(seller)
    caller = {"member": other, "customer": world.person(), "stranger": (await world.cooperative()).treasurer}[who]
    for filters in ({"reference": order["reference"]}, {"payment": "unpaid"}, {"buyer": "jo"}):
        assert order["reference"] not in await found(caller, **filters)
        assert order["reference"] in await found(customer, **filters)
        assert order["reference"] in await found(seller.member, **filters)
