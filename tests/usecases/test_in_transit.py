"""From the first bank statement on, what people record waits in transit; only lines of statements move the bank."""

from datetime import date
from uuid import UUID

from app.db.books.bank_statements import begin_statements
from tests.world import Seller, World


async def with_statements(world: World, seller: Seller) -> None:
    async with world.books.transaction() as tx:
        await begin_statements(tx, UUID(seller.id), date(2026, 1, 1))


async def test_a_payment_waits_until_a_line_brings_it(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    before = await world.sale(seller, buyer, "100.00")
    assert (await world.balances(seller))["bank"] == f"-{before['gross']['amount']}"
    await with_statements(world, seller)
    order = await world.order(buyer, await world.offering(seller, "50.00"))
    payment = await world.pay(seller, order)
    held = await world.balances(seller)
    assert (held["bank"], held["in_transit"]) == (f"-{before['gross']['amount']}", f"-{order['gross']['amount']}")
    await world.undo(seller, payment)
    assert (await world.balances(seller))["in_transit"] == "0.00"


async def test_what_undoes_an_older_payment_waits_too(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(seller, "50.00"))
    payment = await world.pay(seller, order)
    await with_statements(world, seller)
    await world.undo(seller, payment)
    held = await world.balances(seller)
    assert (held["bank"], held["in_transit"]) == (f"-{order['gross']['amount']}", order["gross"]["amount"])
    await world.guard()
