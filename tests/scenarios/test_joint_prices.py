"""What a joint purchase really costs: VAT and discounts as billed, and prices that are not those of the order."""

from typing import Any

import pytest

from tests.scenarios.buying import (
    SPOOLS,
    again,
    charged,
    finish,
    look,
    mine,
    move,
    owed,
    plan,
    pot,
    rich,
    settle,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


def buttons(number: int = 0, price: str = "0.12", vat: str = "standard") -> Json:
    """An article of one unit a pack."""
    tiers = [{"price": {"amount": price}}]
    return {"title": f"Knoop {number}", "unit": "stuk", "packUnits": 1, "vatClass": vat, "tiers": tiers}


async def price(who: Caller, purchase: Json, amount: str, status: int | None = None, **more: Any) -> Json:
    """The price of a pack of the first article, as billed."""
    article = (await look(who, purchase))["articles"][0]
    seen = {"If-Match": f'"{article["version"]}"'}
    body = {"packPrice": {"amount": amount}, "reason": "prijsstijging"} | more
    done: Json = await who("PATCH", f"/v1/purchase-articles/{article['id']}", body, status=status, headers=seen)
    return done


async def received(seller: Seller, purchase: Json, *units: int) -> Json:
    """Closed, ordered and received."""
    closed = await move(seller.coordinator, purchase, "close")
    await move(seller.coordinator, closed, "order")
    for article, came in zip(closed["articles"], units, strict=True):
        await seller.coordinator("POST", f"/v1/purchase-articles/{article['id']}/receipts", {"units": came})
    return await move(seller.coordinator, closed, "receive")


async def test_vat_is_that_of_the_sum_of_each_rate(world: World) -> None:
    """Ten articles of 0.12 at 21 %: 1.45 and not 1.50; the supplier's bill is settled as it is."""
    seller = await rich(world)
    purchase = await plan(world, seller, *(buttons(number) for number in range(10)), buttons(10, "1.05", "reduced"))
    for number in range(11):
        await mine(seller, purchase, 1, article=number)
    purchase = await move(seller.coordinator, purchase, "close")
    order = await seller.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/supplier-order")
    assert order["total"]["amount"] == "2.59"
    assert sorted(line["gross"]["amount"] for line in order["lines"]) == ["0.14"] * 5 + ["0.15"] * 5 + ["1.14"]
    await finish(seller, purchase, "2.59", *[1] * 11)
    assert sorted(await charged(seller, purchase)) == ["0.14"] * 5 + ["0.15"] * 5 + ["1.14"]
    assert await pot(world, seller) == ("197.41", "0.00")
    await books_are_right(world)


async def test_the_rate_is_that_of_the_day_on_which_it_came(world: World) -> None:
    """A night that was wished for in 2025 and came in 2026 has 21 %, also if its bill is paid later."""
    with world.clock.at("2025-12-29"):
        seller = await rich(world)
        purchase = await plan(world, seller, buttons(price="100.00", vat="lodging"), closesAt="2025-12-30T12:00:00Z")
        await mine(seller, purchase, 1)
        assert await pot(world, seller) == ("91.00", "109.00")
        purchase = await move(seller.coordinator, purchase, "close")
        await move(seller.coordinator, purchase, "order")
    with world.clock.at("2026-01-02"):
        for role in ("coordinator", "treasurer"):
            setattr(seller, role, await again(world, getattr(seller, role)))
        article = f"/v1/purchase-articles/{purchase['articles'][0]['id']}"
        came = await seller.coordinator("POST", f"{article}/receipts", {"units": 1})
        assert came["receivedOn"] == "2026-01-02"
        await move(seller.coordinator, purchase, "receive")
        assert (await settle(seller, purchase, "109.00", status=409))["facts"]["computed_cents"] == 12100
        await settle(seller, purchase, "121.00")
    assert await charged(seller, purchase) == ["121.00"]
    await books_are_right(world)


async def test_a_correction_keeps_the_day_on_which_it_came(world: World) -> None:
    with world.clock.at("2025-12-29"):
        seller = await rich(world)
        purchase = await plan(world, seller, buttons(price="50.00", vat="lodging"), closesAt="2025-12-30T12:00:00Z")
        await mine(seller, purchase, 2)
        purchase = await received(seller, purchase, 1)
    with world.clock.at("2026-01-02"):
        seller.coordinator, seller.treasurer = [
            await again(world, who) for who in (seller.coordinator, seller.treasurer)
        ]
        article = f"/v1/purchase-articles/{purchase['articles'][0]['id']}"
        assert (await seller.coordinator("POST", f"{article}/receipts", {"unitsInAll": 2}))[
            "receivedOn"
        ] == "2025-12-29"
        await settle(seller, purchase, "109.00")
    await books_are_right(world)


async def test_the_margin_scheme_has_no_place_here(world: World) -> None:
    seller = await rich(world)
    refused = await plan(world, seller, buttons(vat="margin"), status=422)
    assert (refused["code"], refused["facts"]["rule"]) == ("rule_refused", "no_margin_in_purchase")
    purchase = await plan(world, seller)
    place = f"/v1/joint-purchases/{purchase['id']}/articles"
    assert (await seller.coordinator("POST", place, buttons(vat="margin"), status=422))["code"] == "rule_refused"


async def test_a_discount_above_the_goods_is_refused(world: World) -> None:
    """Goods of 18.15: at planning a pack of each, then what is wished, then what came."""
    seller = await rich(world)
    article = buttons(price="15.00")
    refused = await plan(world, seller, article, discount={"amount": "18.16"}, status=422)
    assert refused["facts"] == {"rule": "discount_within_goods", "value": "1815", "goods_cents": 1815}
    purchase = await plan(world, seller, article, discount={"amount": "18.15"})
    place = f"/v1/joint-purchases/{purchase['id']}"

    async def change(discount: str, status: int = 200) -> Json:
        seen = {"If-Match": f'"{(await look(seller.coordinator, purchase))["version"]}"'}
        made: Json = await seller.coordinator(
            "PATCH", place, {"discount": {"amount": discount}}, headers=seen, status=status
        )
        return made

    assert (await change("18.16", status=422))["code"] == "rule_refused"
    await mine(seller, purchase, 3)
    await change("54.45")
    await mine(seller, purchase, 2)
    purchase = await move(seller.coordinator, purchase, "close")
    blocked = next(step for step in purchase["availableTransitions"] if step["verb"] == "order")
    assert (blocked["allowed"], (await move(seller.coordinator, purchase, "order", status=422))["code"]) == (
        False,
        "rule_refused",
    )
    await change("36.30")
    await move(seller.coordinator, purchase, "order")
    article_id = purchase["articles"][0]["id"]
    await seller.coordinator("POST", f"/v1/purchase-articles/{article_id}/receipts", {"units": 1})
    await move(seller.coordinator, purchase, "receive")
    assert (await settle(seller, purchase, "0.00", status=422))["facts"]["goods_cents"] == 1815
    await change("8.15")
    await settle(seller, purchase, "10.00")
    assert (await look(seller.member, purchase))["total"]["amount"] == "10.00"
    await books_are_right(world)


async def test_a_price_that_rose_is_the_funds_and_one_that_fell_is_everybodys(world: World) -> None:
    """Ordered at 10.00; billed 12.00: two cooperatives pay 10.00 each, the lead's fund 4.00. Billed 9.00: 9.00 each."""
    lead, partner = await rich(world), await rich(world)
    purchase = await plan(world, lead, partners=(partner,))
    await mine(lead, purchase, 10)
    await mine(partner, purchase, 10)
    early = await price(lead.coordinator, purchase, "12.00", status=409)
    assert early["code"] == "wrong_state"
    purchase = await received(lead, purchase, 20)
    assert (await price(lead.coordinator, purchase, "12.00", status=422, reason=""))["code"] == "reason_needed"
    await partner.coordinator(
        "PATCH",
        f"/v1/purchase-articles/{purchase['articles'][0]['id']}",
        {"packPrice": {"amount": "1.00"}, "reason": "x"},
        headers={"If-Match": "*"},
        status=404,
    )
    priced = await price(lead.coordinator, purchase, "12.00")
    assert (priced["packPrice"]["amount"], priced["priceReason"]) == ("12.00", "prijsstijging")
    assert (await settle(lead, purchase, "20.00", status=409))["facts"]["computed_cents"] == 2400
    await settle(lead, purchase, "24.00")
    assert await charged(lead, purchase) == ["10.00", "10.00"]
    assert await owed(lead) == {partner.id: "-10.00"}
    seen = await look(lead.member, purchase)
    assert (seen["total"]["amount"], seen["risen"]["amount"]) == ("24.00", "4.00")
    assert (await world.balances(lead))["cooperative_fund"] == "-4.00"
    assert (await price(lead.coordinator, purchase, "9.00", status=409))["code"] == "wrong_state"

    other = await plan(world, lead, partners=(partner,))
    await mine(lead, other, 10)
    await mine(partner, other, 10)
    other = await received(lead, other, 20)
    await price(lead.coordinator, other, "9.00")
    await settle(lead, other, "18.00")
    assert await charged(lead, other) == ["9.00", "9.00"]
    assert (await pot(world, lead), await pot(world, partner)) == (("181.00", "0.00"), ("181.00", "0.00"))
    await books_are_right(world)


async def test_whoever_enters_a_price_does_not_settle(world: World) -> None:
    """The settlement by somebody else is the second signature. Who corrects a price takes it over."""
    seller = await rich(world)
    purchase = await plan(world, seller, SPOOLS, SPOOLS | {"title": "Stof"})
    await mine(seller, purchase, 10)
    purchase = await received(seller, purchase, 10, 0)
    await price(seller.treasurer, purchase, "9.00")
    assert (await settle(seller, purchase, "9.00", status=403))["code"] == "second_person_needed"
    steps = (await look(seller.treasurer, purchase))["availableTransitions"]
    assert [(step["verb"], step["allowed"]) for step in steps if step["verb"] == "settle"] == [("settle", False)]
    await price(seller.coordinator, purchase, "8.00")
    await settle(seller, purchase, "8.00")
    assert await charged(seller, purchase) == ["8.00"]
    await books_are_right(world)


async def test_the_price_of_the_order_takes_a_billed_price_back(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 10)
    purchase = await received(seller, purchase, 10)
    await price(seller.treasurer, purchase, "9.00")
    assert (await price(seller.treasurer, purchase, "10.00"))["packPrice"]["amount"] == "10.00"
    query = """mutation($i: UUID!, $v: Int!) { pricePurchaseArticle(id: $i, expectedVersion: $v,
                 input: {packPrice: {amount: "9.50"}, reason: "bon"}) { packPrice { amount } priceReason } }"""
    article = (await look(seller.coordinator, purchase))["articles"][0]
    done = await seller.coordinator.graphql(query, i=article["id"], v=article["version"])
    assert done["data"]["pricePurchaseArticle"] == {"packPrice": {"amount": "9.50"}, "priceReason": "bon"}
    await settle(seller, purchase, "9.50")
    await books_are_right(world)


@pytest.mark.parametrize(("delivery", "paid", "fund"), [("0.00", "10.00", "2.00"), ("3.00", "13.00", "2.00")])
async def test_delivery_is_paid_as_before_if_a_price_rises(world: World, delivery: str, paid: str, fund: str) -> None:
    """A wish pays what it would have paid by the prices of the order."""
    seller = await rich(world)
    purchase = await plan(world, seller, delivery={"amount": delivery})
    await mine(seller, purchase, 10)
    purchase = await received(seller, purchase, 10)
    await price(seller.coordinator, purchase, "12.00")
    await settle(seller, purchase, f"{12 + float(delivery):.2f}")
    assert await charged(seller, purchase) == [paid]
    assert (await world.balances(seller))["cooperative_fund"] == f"-{fund}"
    await books_are_right(world)
