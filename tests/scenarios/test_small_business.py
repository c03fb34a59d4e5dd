"""The small-business scheme counts the whole cooperative: no VAT until the sale that crosses the limit of the year."""

import asyncio

from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, SCOPE, Seller, World


async def choose(world: World, seller: Seller, day: str | None) -> None:
    place = f"/v1/cooperatives/{seller.id}"
    version = (await world.visitor("GET", place))["version"]
    await seller.coordinator("PATCH", place, {"smallBusinessFrom": day}, headers={"If-Match": f'"{version}"'})


async def test_the_sale_that_crosses_the_limit_carries_vat(world: World) -> None:
    """Year so far 1985000: + 15000 does not, + 20000 does. What is earned is the same: VAT is never earned."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        await world.sale(seller, app, "19850.00")
        within = await world.order(app, await world.offering(seller, "150.00"))
        assert (within["vat"]["amount"], within["gross"]["amount"]) == ("0.00", "150.00")
        await app("POST", f"/v1/orders/{within['id']}/transitions", {"verb": "cancel"})
        across = await world.sale(seller, app, "200.00")
        assert (across["vat"]["amount"], across["gross"]["amount"]) == ("42.00", "242.00")
        await world.member(seller)
        after = await world.order(app, await world.offering(seller, "1.00"))
        assert after["vat"]["amount"] == "0.21"
    assert (await world.balances(seller))["vat"] == "42.00"
    assert (await world.thermometer(seller))["balance"]["amount"] == "19047.50"
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
    vat = sorted(answer.json()["vat"]["amount"] for answer in answers)
    assert vat == ["0.00", "0.00", "1470.00", "1470.00", "1470.00"]
