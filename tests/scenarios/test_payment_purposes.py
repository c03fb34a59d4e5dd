"""Payments of a batch say what they are for: references and numbers of bills, orders, or the cooperative's name."""

from typing import Any

from lxml import etree

from tests.scenarios.bills import enter, line, supplier
from tests.scenarios.bills import step as step_with_bill
from tests.scenarios.money import pay
from tests.scenarios.test_payment_batches import NS, account, file_of, items_of, make, step
from tests.scenarios.test_payouts import claim, owed, pay_out
from tests.world import VRIJE_UITLOOP, Json, Seller, World

RF = "RF18539007547034"


async def bill(seller: Seller, creditor: Json, number: str, net: str, **more: Any) -> Json:
    """An approved bill of 21 %, dated today."""
    lines = line(net, f"{float(net) * 0.21:.2f}")
    entered = await enter(seller, "", lines, number=number, creditor=creditor, **more)
    return await step_with_bill(seller.coordinator, entered, "approve")


async def texts(seller: Seller, *items: tuple[Json, str]) -> list[str]:
    """The texts of the items of a new batch, in the order of its items."""
    given = [{"creditor": creditor, "amount": {"amount": amount}} for creditor, amount in items]
    place = f"/v1/cooperatives/{seller.id}/payment-batches"
    batch = await seller.treasurer("POST", place, {"items": given} if items else {})
    found = sorted(await items_of(seller, batch), key=lambda item: str(item["id"]))
    await step(seller.treasurer, batch, "withdraw")
    return [item["text"] for item in found]


async def with_supplier(world: World) -> tuple[Seller, Json]:
    """A cooperative that may pay a supplier by a batch."""
    seller = await world.cooperative(VRIJE_UITLOOP)
    await seller.pays_to()
    await world.lower_floor(seller)
    shop = {"kind": "supplier", "id": await supplier(seller)}
    await account(seller, shop, name="De Schuur BV")
    return seller, shop


async def test_a_payment_of_one_bill_has_its_reference_and_one_of_several_has_their_numbers(world: World) -> None:
    seller, shop = await with_supplier(world)
    today = f"{world.clock():%Y-%m-%d}"
    mistyped: Json = {"creditor": shop, "billedOn": today, "paymentReference": RF[:-1] + "5"}
    refused = await enter(seller, "", line("10.00", "2.10"), number="W0", status=400, **mistyped)
    assert refused["errors"][0]["code"] == "payment_reference_malformed"
    await bill(seller, shop, "W1", "10.00", billedOn=today, paymentReference=RF)
    await bill(seller, shop, "W2", "20.00", billedOn=today)
    assert await texts(seller, (shop, "12.10")) == [RF]
    assert await texts(seller) == ["W1, W2"]
    assert await texts(seller, (shop, "12.10"), (shop, "24.20")) == [RF, "W2"]
    assert await texts(seller, (shop, "12.00"), (shop, "1.00")) == [RF, "W1, W2"]
    # A credit note lowers its own bill; what was paid, paid the oldest.
    note = line("-4.00", "-0.84")
    first = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/bills"))["items"][1]
    entered = await enter(seller, "", note, number="C1", creditor=shop, billedOn=today, creditsId=first["id"])
    await step_with_bill(seller.coordinator, entered, "approve")
    assert await texts(seller, (shop, "7.26")) == [RF]
    assert await texts(seller, (shop, "7.27")) == ["W1, W2"]
    await pay_out(seller, shop, "7.26")
    assert await texts(seller) == ["W2"]
    await world.guard()


async def test_what_an_open_batch_pays_is_not_named_again(world: World) -> None:
    """And the bank gets the reference as one that it checks, the same in each download."""
    seller, shop = await with_supplier(world)
    today = f"{world.clock():%Y-%m-%d}"
    await bill(seller, shop, "W1", "10.00", billedOn=today, paymentReference=RF)
    place = f"/v1/cooperatives/{seller.id}/payment-batches"
    first = await seller.treasurer("POST", place, {})
    await bill(seller, shop, "W2", "20.00", billedOn=today, paymentReference="klant 12")
    second = await seller.treasurer("POST", place, {})
    for batch in (first, second):
        await step(seller.coordinator, batch, "approve")
        await step(seller.treasurer, batch, "send")
    found = [await file_of(seller.treasurer, batch) for batch in (first, second)]
    assert found == [await file_of(seller.treasurer, batch) for batch in (first, second)]
    trees = [etree.fromstring(file) for file in found]
    assert [tree.findtext(f".//{NS}Strd//{NS}Ref") for tree in trees] == [RF, None]
    assert [tree.findtext(f".//{NS}Ustrd") for tree in trees] == [None, "klant 12"]


async def test_others_read_who_pays_them(world: World) -> None:
    seller = await world.cooperative(VRIJE_UITLOOP)
    await seller.pays_to()
    order = await world.order(world.person(), await world.offering(seller, "200.00"))
    await claim(seller, order, "10.00")
    await pay(seller, order, "250.00")
    name = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}"))["name"]
    member, customer = (await owed(seller, "member"))["creditor"], {"kind": "customer", "id": order["id"]}
    await account(seller, member)
    await account(seller, customer)
    reference = (await seller.treasurer("GET", f"/v1/orders/{order['id']}"))["reference"]
    amount = (await owed(seller, "customer"))["balance"]["amount"]
    assert await texts(seller, (member, "10.00"), (customer, amount)) == [name, reference]
    # The maker's own text stands.
    batch = await make(seller, (member, "10.00"))
    assert [item["text"] for item in await items_of(seller, batch)] == ["Bon 12"]
