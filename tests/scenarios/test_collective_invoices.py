"""Collective invoices, the guard that issues what was left, and the alarm, by the worker's hourly round."""

from tests.scenarios.money import pay, step
from tests.scenarios.papers import COMPANY, invoices_of, selling, sums
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, Caller, Json, Seller, World

MONTHLY: Json = COMPANY | {"buyer": COMPANY["buyer"] | {"billing": "monthly"}}


async def done(world: World, seller: Seller, app: Caller, offering: str, contact: Json, quantity: int = 1) -> Json:
    order = await world.order(app, offering, quantity, contact=contact)
    await world.deliver(seller, order)
    await world.work()
    return order


async def test_a_month_of_a_customer_is_one_invoice_on_the_third(world: World) -> None:
    """Three orders of March, each with its own VAT: nothing on 2 April, one invoice on the third; then it is paid."""
    with world.clock.at("2027-03-05"):
        seller, _, app = await selling(world)
        offering = await world.offering(seller, "10.00")
        orders = [await done(world, seller, app, offering, MONTHLY, quantity) for quantity in (1, 2, 3)]
        other = await done(world, seller, app, offering, MONTHLY | {"name": "Kees Bos"})
        seen = await app("GET", f"/v1/orders/{orders[0]['id']}")
        assert seen["dueOn"] is None
    with world.clock.at("2027-04-02"):
        await world.invoice()
        assert await invoices_of(app, orders[0]) == []
    with world.clock.at("2027-04-03"):
        await world.invoice()
        (invoice,) = await invoices_of(app, orders[0])
        assert (invoice["kind"], sums(invoice)) == ("collective", ("60.00", "12.60", "72.60"))
        assert sorted(invoice["orderIds"]) == sorted(one["id"] for one in orders)
        assert (invoice["paper"]["suppliedFrom"], invoice["dueOn"]) == ("2027-03-05", "2027-04-17")
        assert (await app("GET", f"/v1/orders/{orders[0]['id']}"))["dueOn"] == "2027-04-17"
        assert [one["id"] for one in await invoices_of(app, other)] != [invoice["id"]]
        await world.invoice()
        assert len(await invoices_of(app, orders[0])) == 1
        await pay(seller, orders[0], "12.10")
        (partly,) = await invoices_of(app, orders[0])
        assert (partly["payment"], partly["due"]["amount"]) == ("partly_paid", "60.50")
        await books_are_right(world)


async def test_what_could_not_be_issued_follows_when_the_details_are_complete(world: World) -> None:
    """Without an account nothing is issued, and selling goes on; once it is confirmed the guard issues it."""
    seller, app = await world.cooperative(), await world.app()
    order = await done(world, seller, app, await world.offering(seller, "200.00"), COMPANY)
    assert await invoices_of(app, order) == []
    refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {}, status=409)
    assert refused["code"] == "invoice_details_missing"
    await seller.can_invoice()
    # Its prefix is of today, and so was the delivery.
    await world.invoice()
    assert [one["kind"] for one in await invoices_of(app, order)] == ["standard"]


async def test_on_the_fifteenth_an_alarm_names_what_has_no_invoice(world: World) -> None:
    with world.clock.at("2027-03-05"):
        seller, app = await world.cooperative(), await world.app()
        order = await done(world, seller, app, await world.offering(seller, "200.00"), COMPANY)
    for day, count in (("2027-04-14", 0), ("2027-04-15", 1), ("2027-04-16", 1)):
        with world.clock.at(day):
            await world.invoice()
            await world.work()
            tasks = (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]
            alarms = [task for task in tasks if task["what"] == "issue_invoices"]
            assert len(alarms) == count, day
    assert alarms[0]["text"] == "1 order of March 2027 has no invoice yet. Issue it today."
    with world.clock.at("2027-04-17"):
        await seller.can_invoice()
        await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {})
        await world.invoice()
        await world.work()
        tasks = (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]
        assert [task for task in tasks if task["what"] == "issue_invoices"] == []


async def test_a_consumer_above_the_limit_asks_with_an_address(world: World) -> None:
    """121.00 without an address: none by itself, as there is no duty; the customer asks for it with an address."""
    seller, _, app = await selling(world)
    order = await done(world, seller, app, await world.offering(seller, "100.00"), GUEST)
    await world.invoice()
    assert await invoices_of(app, order) == []
    place = f"/v1/orders/{order['id']}/invoices"
    assert (await app("POST", place, {}, status=422))["code"] == "buyer_address_needed"
    address = {"street": "Markt 2", "postcode": "4811 AB", "town": "Breda"}
    invoice = await app("POST", place, {"postalAddress": address, "language": "en"})
    paper = invoice["paper"]
    assert (invoice["kind"], paper["buyer"]["postalAddress"]["street"], paper["language"]) == (
        "standard",
        "Markt 2",
        "en",
    )
    assert await app("POST", place, {}) == invoice


async def test_a_company_that_pays_before_supply_gets_a_deposit_invoice_by_itself(world: World) -> None:
    """121.00 of 242.00 came before supply: a deposit of 121.00 with nothing to pay; the final one asks the rest."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    await step(seller.member, order, "accept")
    await pay(seller, order, "121.00")
    await world.work()
    (deposit,) = await invoices_of(app, order)
    assert (deposit["kind"], sums(deposit), deposit["payment"]) == ("deposit", ("100.00", "21.00", "121.00"), "paid")
    assert deposit["paper"]["payable"]["amount"] == "0.00"
    await step(seller.member, order, "deliver")
    await world.work()
    assert [sums(one)[2] for one in await invoices_of(app, order)] == ["121.00", "121.00"]
    await books_are_right(world)


async def test_a_gift_has_no_invoice(world: World) -> None:
    seller, _, app = await selling(world)
    gift = await world.offering(seller, "0.00", kind="giveaway")
    order = await done(world, seller, app, gift, GUEST)
    sold = await done(world, seller, app, await world.offering(seller, "10.00"), GUEST)
    assert await invoices_of(app, order) == []
    assert (await invoices_of(app, sold))[0]["number"].endswith("-00001")
    refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {}, status=409)
    assert refused["code"] == "nothing_open"


async def test_money_for_a_collective_invoice_pays_its_orders(world: World) -> None:
    """It is found by the reference that it prints; 30.00 of 72.60 pays the oldest order first, the rest the others."""
    with world.clock.at("2027-03-05"):
        seller, _, app = await selling(world)
        offering = await world.offering(seller, "10.00")
        orders = [await done(world, seller, app, offering, MONTHLY, quantity) for quantity in (1, 2, 3)]
    with world.clock.at("2027-04-03"):
        await world.invoice()
        (invoice,) = await invoices_of(app, orders[0])
        found = await seller.treasurer("GET", f"/v1/invoices?reference={invoice['rfReference']}")
        assert [one["id"] for one in found["items"]] == [invoice["id"]]
        place = f"/v1/invoices/{invoice['id']}/payments"
        first = await seller.treasurer("POST", place, {"amount": {"amount": "30.00"}})
        assert [one["amount"]["amount"] for one in first] == ["12.10", "17.90"]
        (partly,) = await invoices_of(app, orders[0])
        assert (partly["payment"], partly["due"]["amount"]) == ("partly_paid", "42.60")
        await seller.treasurer("POST", place, {"amount": {"amount": "50.00"}})
        (paid,) = await invoices_of(app, orders[0])
        assert (paid["payment"], paid["due"]["amount"]) == ("paid", "0.00")
        last = await seller.treasurer("GET", f"/v1/orders/{orders[2]['id']}")
        assert last["owedBack"]["amount"] == "7.40"
        await books_are_right(world)
