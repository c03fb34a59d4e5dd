"""The small-business scheme counts the whole cooperative: no VAT until the sale that crosses the limit of the year."""

import asyncio

from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, SCOPE, Json, Seller, World


async def choose(world: World, seller: Seller, day: str | None) -> None:
    place = f"/v1/cooperatives/{seller.id}"
    version = (await world.visitor("GET", place))["version"]
    await seller.coordinator("PATCH", place, {"smallBusinessFrom": day}, headers={"If-Match": f'"{version}"'})


async def test_the_sale_that_crosses_the_limit_carries_vat(world: World) -> None:
    """Year so far 1985000: + 15000 has no VAT, + 20000 has, inside the price that was shown. VAT is never earned."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        await world.sale(seller, app, "19850.00")
        within = await world.order(app, await world.offering(seller, "150.00"))
        assert (within["vat"]["amount"], within["gross"]["amount"]) == ("0.00", "150.00")
        await app("POST", f"/v1/orders/{within['id']}/transitions", {"verb": "cancel"})
        across = await world.sale(seller, app, "200.00")
        assert (across["vat"]["amount"], across["gross"]["amount"]) == ("34.71", "200.00")
        await world.member(seller)
        offering = await world.offering(seller, "1.00")
        after = await world.order(app, offering)
        assert (after["vat"]["amount"], after["gross"]["amount"]) == ("0.17", "1.00")
        company = GUEST | {"buyer": {"buyerType": "business"}}
        after = await world.order(app, offering, contact=company)
        assert (after["vat"]["amount"], after["gross"]["amount"]) == ("0.21", "1.21")
    assert (await world.balances(seller))["vat"] == "34.71"
    assert (await world.thermometer(seller))["balance"]["amount"] == "19014.53"
    with world.clock.at("2027-01-04"):
        app = await world.app()
        assert (await world.order(app, await world.offering(seller, "150.00")))["vat"]["amount"] == "0.00"
    await books_are_right(world)


async def test_the_catalogue_shows_what_the_customer_pays(world: World) -> None:
    seller = await world.cooperative(SCOPE)
    offering = await world.offering(seller, "150.00")
    place = f"/v1/catalogue/offerings/{offering}"
    assert (await world.visitor("GET", place))["priceInclVat"]["amount"] == "181.50"
    await choose(world, seller, "2026-01-01")
    assert (await world.visitor("GET", place))["priceInclVat"]["amount"] == "150.00"
    await choose(world, seller, None)
    assert (await world.visitor("GET", place))["priceInclVat"]["amount"] == "181.50"


async def test_orders_at_once_do_not_pass_the_limit_together(world: World) -> None:
    seller, app = await world.cooperative(SCOPE), await world.app()
    await choose(world, seller, "2026-01-01")
    offering = await world.offering(seller, "7000.00")
    sent = {"Authorization": f"Bearer {app.token}"}
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    answers = await asyncio.gather(
        *(world.client.post("/v1/orders", json=body, headers=sent | {"Idempotency-Key": f"kor-{n}"}) for n in range(5))
    )
    vat = sorted(answer.json()["order"]["vat"]["amount"] for answer in answers)
    assert vat == ["0.00", "0.00", "1214.88", "1214.88", "1214.88"]


async def test_the_margin_scheme_keeps_vat_inside_the_price(world: World) -> None:
    """Bought 600, sold 2400: margin 1800, VAT inside 312, which the customer does not see; 2088 is earned."""
    seller, app = await world.cooperative([{"kind": "pot"}]), await world.app()
    bought = {"amount": "6.00"}
    more = {"kind": "goods", "stock": 3, "vatClass": "margin", "purchasePrice": bought}
    offering = await world.offering(seller, "24.00", **more)
    shown = await world.visitor("GET", f"/v1/catalogue/offerings/{offering}")
    assert (shown["price"]["amount"], shown["priceInclVat"]["amount"], shown["vatPercent"]) == ("24.00", "24.00", "0")
    assert "6.00" not in str(shown)
    order = await world.order(app, offering)
    assert (order["gross"]["amount"], order["vat"]["amount"], order["net"]["amount"]) == ("24.00", "3.12", "20.88")
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    balances = await world.balances(seller)
    assert (balances["vat"], balances["pot"]) == ("3.12", "20.88")
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/refunds", {"reason": "x", "amount": {"amount": "12.00"}})
    assert (await world.balances(seller))["vat"] == "1.56"
    await books_are_right(world)
    place = f"/v1/cooperatives/{seller.id}/offerings"
    body: Json = {"memberId": seller.member_id, "kind": "goods", "title": "Stoel", "category": "wonen", "town": "Breda"}
    body |= {"priceUnit": "piece", "price": {"amount": "24.00"}, "vatClass": "margin"}
    refused = await seller.member("POST", place, body, status=422)
    assert refused["facts"]["rule"] == "margin_has_a_purchase_price"
    await seller.member("POST", place, body | {"vatClass": "standard", "purchasePrice": bought}, status=422)
    loss = await world.offering(seller, "4.00", **more)
    assert (await world.order(app, loss))["vat"]["amount"] == "0.00"
