"""A month closes with what the bank says: cash is not in the bank, and money has the day on which the bank moved it."""

from tests.scenarios.money import credit, pay, repay
from tests.scenarios.statements import line, lines_of, stated
from tests.scenarios.test_bank_statements import MARCH, with_account
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Json, Seller, World


async def sold(world: World, seller: Seller) -> Json:
    order = await world.order(world.person(), await world.offering(seller))
    await world.deliver(seller, order)
    return order


async def close(seller: Seller, status: int = 201) -> Json:
    """Closes March, or is refused."""
    place = f"/v1/cooperatives/{seller.id}/periods"
    month: Json = await seller.treasurer("POST", place, {"month": "2026-03"}, status=status)
    return month


async def closes_with(seller: Seller, bank: str) -> None:
    assert (await close(seller))["bankBalance"]["amount"] == bank


async def test_cash_is_not_in_the_bank(world: World) -> None:
    with world.clock.at("2026-03-05"):
        seller = await with_account(world)
        one, two = await sold(world, seller), await sold(world, seller)
        await pay(seller, one, "242.00")
        await pay(seller, two, "242.00", method="cash")
    with world.clock.at("2026-04-10"):
        await stated(seller, *MARCH, "0.00", line("2026-03-05", "242.00", f"voor {one['reference']}"))
        assert [one["state"] for one in await lines_of(seller)] == ["placed"]
        assert (await close(seller, 409))["code"] == "cash_not_counted"
        counted = {"countedOn": "2026-03-31", "amount": {"amount": "242.00"}}
        await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/cash-counts", counted)
        await closes_with(seller, "242.00")
    held = await world.balances(seller)
    assert (held["bank"], held["cash"], held["in_transit"]) == ("-242.00", "-242.00", "0.00")
    await books_are_right(world)


async def test_a_repayment_has_the_day_on_which_the_bank_paid_it(world: World) -> None:
    """Recorded in April by hand; the bank paid it in March."""
    with world.clock.at("2026-03-31"):
        seller = await with_account(world)
        order = await sold(world, seller)
        await pay(seller, order, "242.00")
    with world.clock.at("2026-04-01"):
        await credit(seller, order, None)
        given = await repay(seller, order, paidOn="2026-03-31")
        came = line("2026-03-31", "242.00", order["reference"])
        await stated(seller, *MARCH, "0.00", came, line("2026-03-31", "-242.00", order["reference"]))
        assert [one["state"] for one in await lines_of(seller)] == ["placed", "placed"]
        await closes_with(seller, "0.00")
    journal = await world.journal(seller, given["id"])
    assert (journal["effectiveOn"], journal["period"]) == ("2026-03-31", "2026-03-01")
    assert (await world.balances(seller))["in_transit"] == "0.00"
    await books_are_right(world)


async def test_a_repayment_that_comes_by_a_line_has_its_day(world: World) -> None:
    with world.clock.at("2026-03-31"):
        seller = await with_account(world)
        order = await sold(world, seller)
        await stated(seller, "2026-03-01", "2026-03-30", "0.00", line("2026-03-30", "242.00", order["reference"]))
        await credit(seller, order, None)
    with world.clock.at("2026-04-02"):
        await stated(seller, "2026-03-31", "2026-04-01", "242.00", line("2026-03-31", "-242.00", order["reference"]))
        (given,) = await seller.treasurer("GET", f"/v1/orders/{order['id']}/repayments")
        assert given["paidOn"] == "2026-03-31"
        await closes_with(seller, "0.00")
    await books_are_right(world)
