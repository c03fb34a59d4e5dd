"""The small-business scheme counts the whole cooperative: no VAT until the sale that crosses the limit of the year."""

import asyncio
import itertools

from tests.scenarios.money import undo
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, MARKET, SCOPE, Json, Seller, World

ANY = {"If-Match": "*"}
COMPANY = GUEST | {"buyer": {"buyerType": "business", "postalAddress": MARKET}}
numbers = itertools.count(80_000_001)


async def choose(world: World, seller: Seller, day: str | None, *, kvk: str | None = None) -> None:
    """Begins or ends the scheme, for a legal entity of its own unless its number is given."""
    place = f"/v1/cooperatives/{seller.id}"
    if day is not None:
        await world.network("PATCH", place, {"kvkNumber": kvk or str(next(numbers))}, headers=ANY)
    await seller.coordinator("PATCH", place, {"smallBusinessFrom": day}, headers=ANY)


async def spells(world: World, seller: Seller) -> list[tuple[str, str | None]]:
    found = (await world.visitor("GET", f"/v1/cooperatives/{seller.id}"))["smallBusinessSpells"]
    return [(one["since"], one["until"]) for one in found]


def costs(order: Json) -> tuple[str, str, str]:
    return order["gross"]["amount"], order["net"]["amount"], order["vat"]["amount"]


async def accept(seller: Seller, order: Json) -> None:
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})


async def deliver(seller: Seller, order: Json) -> Json:
    moved: Json = await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    return moved


async def delivered(seller: Seller, order: Json) -> Json:
    await accept(seller, order)
    return await deliver(seller, order)


async def test_the_supply_that_crosses_the_limit_carries_vat_and_ends_the_scheme(world: World) -> None:
    """Year so far 19,850.00: 200.00 more is 165.29 + 34.71 for a consumer; a company pays VAT on top."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        await world.sale(seller, app, "19850.00")
        two_hundred = await world.offering(seller, "200.00")
        across, waiting = [await world.order(app, two_hundred) for _ in range(2)]
        for_company = await world.order(app, two_hundred, contact=COMPANY)
        for order in (waiting, for_company):
            await accept(seller, order)
        assert {costs(one) for one in (across, waiting, for_company)} == {("200.00", "200.00", "0.00")}
        paid = await seller.treasurer("POST", f"/v1/orders/{across['id']}/payments", {"amount": across["gross"]})
        assert paid["amount"]["amount"] == "200.00"
        within = await world.order(app, await world.offering(seller, "150.00"))
        assert costs(await delivered(seller, within)) == ("150.00", "150.00", "0.00")
        await seller.treasurer("POST", f"/v1/orders/{within['id']}/credits", {"reason": "klacht"})
        place = f"/v1/catalogue/offerings/{two_hundred}"
        assert (await world.visitor("GET", place))["price"]["amount"] == "200.00"
        after = await delivered(seller, across)
        assert (*costs(after), after["payment"], after["terms"]) == ("200.00", "165.29", "34.71", "paid", 2)
        assert [line["replaces"] for line in after["lines"]] == [[line["id"] for line in across["lines"]]]
        assert (after["lines"][0]["vatClass"], after["due"]["amount"]) == ("standard", "0.00")
        assert await spells(world, seller) == [("2026-01-01", "2026-03-10")]
        shown = await world.visitor("GET", place)
        assert (shown["price"]["amount"], shown["vatPercent"]) == ("242.00", "21")
        assert costs(await world.order(app, two_hundred)) == ("242.00", "200.00", "42.00")
        await app("POST", f"/v1/orders/{across['id']}/transitions", {"verb": "complete"})
        await world.work()
        tasks = (await seller.treasurer("GET", "/v1/tasks"))["items"]
        (told,) = [task["text"] for task in tasks if task["what"] == "charge_vat_again"]
        assert told.startswith("In 2026 more than €20,000.00 was sold.")
    with world.clock.at("2027-01-04"):
        assert costs(await deliver(seller, waiting)) == ("200.00", "165.29", "34.71")
        after = await deliver(seller, for_company)
        assert costs(after) == ("242.00", "200.00", "42.00")
    balances = await world.balances(seller)
    assert balances["vat"] == "111.42"
    assert (await world.thermometer(seller))["balance"]["amount"] == "19014.53"
    await books_are_right(world)


async def test_a_company_that_paid_before_supply_owes_the_vat_of_it(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        order = await world.order(app, await world.offering(seller, "20000.01"), contact=COMPANY)
        await world.pay(seller, order)
        after = await delivered(seller, order)
        assert (*costs(after), after["due"]["amount"]) == ("24200.01", "20000.01", "4200.00", "4200.00")
        assert (await world.balances(seller))["receivable_customer"] == "-4200.00"
    await books_are_right(world)


async def test_a_scheme_that_begins_before_supply_takes_vat_out(world: World) -> None:
    """A consumer pays what was shown all the same; a company gets its VAT back."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        offering = await world.offering(seller, "100.00")
        consumer, company = await world.order(app, offering), await world.order(app, offering, contact=COMPANY)
        assert (costs(consumer), costs(company)) == (("121.00", "100.00", "21.00"),) * 2
        for order in (consumer, company):
            await accept(seller, order)
        await world.pay(seller, company)
        await choose(world, seller, "2026-03-12")
        later = await world.order(app, offering, neededAt="2026-03-20T12:00:00+01:00", contact=COMPANY)
        assert costs(later) == ("100.00", "100.00", "0.00")
    with world.clock.at("2026-03-12"):
        assert costs(await deliver(seller, consumer)) == ("121.00", "121.00", "0.00")
        after = await deliver(seller, company)
        assert (*costs(after), after["owedBack"]["amount"]) == ("100.00", "100.00", "0.00", "21.00")
        assert (await world.balances(seller))["customer_credit"] == "21.00"
    await books_are_right(world)


async def test_the_scheme_begins_again_on_1_january_of_the_second_year_after(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        kvk = str(next(numbers))
        await choose(world, seller, "2026-01-01", kvk=kvk)
        await world.sale(seller, app, "20000.01")
        sister = await world.cooperative(SCOPE)
        place = f"/v1/cooperatives/{sister.id}"
        await world.network("PATCH", place, {"kvkNumber": kvk}, headers=ANY)
        body = {"smallBusinessFrom": "2027-12-31"}
        refused = await sister.treasurer("PATCH", place, body, headers=ANY, status=422)
        assert (refused["code"], refused["facts"]["first"]) == ("scheme_too_early", "2028-01-01")
        await sister.treasurer("PATCH", place, {"name": "x"}, headers=ANY, status=403)
        await choose(world, seller, "2028-01-01", kvk=kvk)
        assert await spells(world, seller) == [("2026-01-01", "2026-03-10"), ("2028-01-01", None)]
    with world.clock.at("2028-01-03"):
        app = await world.app()
        order = await world.order(app, await world.offering(seller, "150.00"))
        assert costs(await delivered(seller, order)) == ("150.00", "150.00", "0.00")
        await seller.treasurer("PATCH", f"/v1/cooperatives/{seller.id}", {"smallBusinessFrom": None}, headers=ANY)
        assert (await spells(world, seller))[-1] == ("2028-01-01", "2028-01-03")
    await books_are_right(world)


async def test_two_cooperatives_of_one_number_have_one_limit(world: World) -> None:
    """19,900.00 so far: of two supplies of 60.00 and 80.00 at once exactly one has no VAT, and both spells end."""
    with world.clock.at("2026-03-10"):
        app, kvk = await world.app(), str(next(numbers))
        sellers = [await world.cooperative(SCOPE) for _ in range(2)]
        for seller in sellers:
            await choose(world, seller, "2026-01-01", kvk=kvk)
        await world.sale(sellers[0], app, "10000.00")
        await world.sale(sellers[1], app, "9900.00")
        orders = []
        for seller, price in zip(sellers, ("60.00", "80.00"), strict=True):
            order = await world.order(app, await world.offering(seller, price))
            await accept(seller, order)
            orders.append(order)
        await asyncio.gather(*(deliver(seller, order) for seller, order in zip(sellers, orders, strict=True)))
        within, across = sorted([(await app("GET", f"/v1/orders/{order['id']}"))["vat"]["amount"] for order in orders])
        assert within == "0.00"
        assert across in ("10.41", "13.88")
        assert [await spells(world, seller) for seller in sellers] == [[("2026-01-01", "2026-03-10")]] * 2
        for seller in sellers:
            fresh = await world.offering(seller, "100.00")
            assert (await world.visitor("GET", f"/v1/catalogue/offerings/{fresh}"))["price"]["amount"] == "121.00"
    await books_are_right(world)


async def test_what_is_exempt_anyway_does_not_count(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        await world.sale(seller, app, "19850.00")
        care = await world.order(app, await world.offering(seller, "500.00", vatClass="exempt"))
        assert costs(await delivered(seller, care)) == ("500.00", "500.00", "0.00")
        last = await world.order(app, await world.offering(seller, "150.00"))
        assert costs(await delivered(seller, last)) == ("150.00", "150.00", "0.00")
        assert await spells(world, seller) == [("2026-01-01", None)]
    await books_are_right(world)


async def test_second_hand_goods_are_under_the_margin_scheme_again(world: World) -> None:
    """Bought for 7.10, sold for 31.85: VAT inside the margin is 4.30."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        bought = {"amount": "7.10"}
        chair = await world.offering(seller, "31.85", kind="goods", stock=2, vatClass="margin", purchasePrice=bought)
        order = await world.order(app, chair)
        assert costs(order) == ("31.85", "31.85", "0.00")
        await world.sale(seller, app, "20000.01")
        await world.deliver(seller, order)
        place = f"/v1/orders/{order['id']}"
        assert costs(await seller.treasurer("GET", place)) == ("31.85", "27.55", "4.30")
        hidden = await app("GET", place)
        assert (hidden["vat"], hidden["lines"][0]["vatClass"]) == (None, "margin")
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


async def test_supplies_at_once_do_not_pass_the_limit_together(world: World) -> None:
    """Five orders of 7,000.00 show no VAT; of their supplies at once, two have none."""
    seller, app = await world.cooperative(SCOPE), await world.app()
    await choose(world, seller, "2026-01-01")
    offering = await world.offering(seller, "7000.00")
    orders = [await world.order(app, offering) for _ in range(5)]
    assert {order["vat"]["amount"] for order in orders} == {"0.00"}
    for order in orders:
        await accept(seller, order)
    await asyncio.gather(*(deliver(seller, order) for order in orders))
    vat = sorted([(await app("GET", f"/v1/orders/{one['id']}"))["vat"]["amount"] for one in orders])
    assert vat == ["0.00", "0.00", "1214.88", "1214.88", "1214.88"]
    await books_are_right(world)


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
    assert (order["gross"]["amount"], order["vat"], order["net"]) == ("24.00", None, None)
    seen = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    assert (seen["vat"]["amount"], seen["net"]["amount"]) == ("3.12", "20.88")
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    balances = await world.balances(seller)
    assert (balances["vat"], balances["pot"]) == ("3.12", "20.88")
    await seller.refund(order["id"], {"reason": "x", "amount": {"amount": "12.00"}})
    # The customer keeps it for 12.00: the margin is 6.00 now, and VAT inside it 1.04.
    assert (await world.balances(seller))["vat"] == "1.04"
    await books_are_right(world)
    place = f"/v1/cooperatives/{seller.id}/offerings"
    body: Json = {"memberId": seller.member_id, "kind": "goods", "title": "Stoel", "category": "wonen", "town": "Breda"}
    body |= {"priceUnit": "piece", "price": {"amount": "24.00"}, "vatClass": "margin"}
    refused = await seller.member("POST", place, body, status=422)
    assert refused["facts"]["rule"] == "margin_has_a_purchase_price"
    await seller.member("POST", place, body | {"vatClass": "standard", "purchasePrice": bought}, status=422)
    loss = await world.offering(seller, "4.00", **more)
    sold = await world.order(app, loss)
    assert (await seller.treasurer("GET", f"/v1/orders/{sold['id']}"))["vat"]["amount"] == "0.00"


async def test_a_supply_that_is_entered_later_ends_the_scheme_on_its_day(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        await world.sale(seller, app, "19850.00")
        across = await world.order(app, await world.offering(seller, "200.00"))
        await accept(seller, across)
    with world.clock.at("2026-03-14"):
        later = await world.order(app, await world.offering(seller, "100.00"))
        assert costs(await delivered(seller, later)) == ("100.00", "100.00", "0.00")
        body = {"verb": "deliver", "deliveredOn": "2026-03-11"}
        after = await seller.member("POST", f"/v1/orders/{across['id']}/transitions", body)
        assert costs(after) == ("200.00", "165.29", "34.71")
        assert await spells(world, seller) == [("2026-01-01", "2026-03-11")]
        again = await app("GET", f"/v1/orders/{later['id']}")
        assert costs(again) == ("100.00", "100.00", "0.00"), "what is booked stays"
    await books_are_right(world)


async def test_a_typing_error_in_the_first_day_costs_nothing(world: World) -> None:
    """A day that covers what was sold with VAT is refused; a spell under which nothing was sold never ran."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        place = f"/v1/cooperatives/{seller.id}"
        await world.network("PATCH", place, {"kvkNumber": str(next(numbers))}, headers=ANY)
        await delivered(seller, await world.order(app, await world.offering(seller, "100.00")))

        async def begin(day: str | None, status: int = 200) -> Json:
            body = {"smallBusinessFrom": day}
            answer: Json = await seller.treasurer("PATCH", place, body, headers=ANY, status=status)
            return answer

        assert (await begin("2026-01-01", 422))["facts"]["rule"] == "supplied_with_vat"
        await begin("2027-01-01")
        await begin(None)
        assert await spells(world, seller) == []
        await begin("2026-03-11")
    with world.clock.at("2026-03-12"):
        await begin(None)
        assert await spells(world, seller) == [], "nothing was sold under it"
        await begin("2026-03-12")
        order = await delivered(seller, await world.order(app, await world.offering(seller, "100.00")))
        assert costs(order) == ("100.00", "100.00", "0.00")
        assert (await begin("2026-03-13", 422))["facts"]["rule"] == "supplied_without_vat"
        await begin(None)
        assert await spells(world, seller) == [("2026-03-12", "2026-03-13")], "what was sold on its day counts"
        assert (await begin("2026-03-14", 422))["code"] == "scheme_too_early"


async def test_it_begins_and_ends_on_one_day_and_counts(world: World) -> None:
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-03-10")
        first = await delivered(seller, await world.order(app, await world.offering(seller, "19500.00")))
        across = await delivered(seller, await world.order(app, await world.offering(seller, "750.00")))
        assert (costs(first)[2], costs(across)[2]) == ("0.00", "130.17")
        assert await spells(world, seller) == [("2026-03-10", "2026-03-11")]
        await seller.treasurer("POST", f"/v1/orders/{first['id']}/credits", {"reason": "klacht"})
        for day in ("2026-03-10", "2027-01-01"):
            place, body = f"/v1/cooperatives/{seller.id}", {"smallBusinessFrom": day}
            refused = await seller.treasurer("PATCH", place, body, headers=ANY, status=422)
            assert refused["code"] == "scheme_too_early"


async def test_a_credit_that_is_undone_counts_again(world: World) -> None:
    """14,400.00 twice: the second one was within the limit, since the first one was credited."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SCOPE), await world.app()
        await choose(world, seller, "2026-01-01")
        offering = await world.offering(seller, "14400.00")
        first = await delivered(seller, await world.order(app, offering))
        given = await seller.treasurer("POST", f"/v1/orders/{first['id']}/credits", {"reason": "klacht"})
        await delivered(seller, await world.order(app, offering))
        assert await spells(world, seller) == [("2026-01-01", None)]
        await undo(seller, given)
        assert await spells(world, seller) == [("2026-01-01", "2026-03-10")]
    await books_are_right(world)
