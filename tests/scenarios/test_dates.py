"""The work date decides: late payments and credits, versions that change in mid-year, closed months."""

import asyncio

from app.db.engine import Database
from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, VRIJE_UITLOOP, Json, Seller, World


async def close(seller: Seller, month: str, status: int = 201) -> Json:
    """As the books are, without another statement."""
    path = f"/v1/cooperatives/{seller.id}/periods"
    closed: Json = await seller.treasurer("POST", path, {"month": month}, status=status)
    return closed


async def last_journal(seller: Seller, kind: str) -> Json:
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?limit=20")
    journal: Json = next(journal for journal in found["items"] if journal["kind"] == kind)
    return journal


async def test_a_late_payment_and_a_late_credit_go_into_the_open_month(world: World) -> None:
    """Delivered in March, paid in May after March was closed: the work date stays, the period is the open one."""
    with world.clock.at("2026-03-05"):
        seller, app = await world.cooperative(), await world.app()
        early = await world.sale(seller, app, "100.00")
        late = await world.order(app, await world.offering(seller, "200.00"))
        await world.deliver(seller, late)
        await app("POST", f"/v1/orders/{late['id']}/transitions", {"verb": "complete"})
        charge = await last_journal(seller, "charge")
        assert (charge["effectiveOn"], charge["period"]) == ("2026-03-05", "2026-03-01")
        assert (await close(seller, "2026-03", 422))["facts"]["rule"] == "month_is_over"
    with world.clock.at("2026-04-10"):
        assert (await close(seller, "2026-03", 409))["code"] == "statement_missing"
        closed = await world.close_month(seller, "2026-03")
        assert (closed["month"], closed["bankBalance"]["amount"]) == ("2026-03", "121.00")
        assert (await close(seller, "2026-03", 409))["code"] == "already_settled"
    with world.clock.at("2026-05-20"):
        await world.pay(seller, late)
        sale = await last_journal(seller, "sale")
        assert (sale["effectiveOn"], sale["period"]) == ("2026-03-05", "2026-04-01")
        assert (await last_journal(seller, "payment"))["period"] == "2026-05-01"
        assert (await close(seller, "2026-05", 422))["facts"]["rule"] == "month_is_over"
        await seller.refund(early["id"], {"reason": "klacht"})
        credit = await last_journal(seller, "credit")
        assert (credit["effectiveOn"], credit["period"]) == ("2026-03-05", "2026-04-01")
        given_back = await last_journal(seller, "repayment")
        assert (given_back["effectiveOn"], given_back["period"]) == ("2026-05-20", "2026-05-01")
    with world.clock.at("2026-06-02"):
        first = await close(seller, "2026-05", 409)
        assert (first["code"], first["facts"]["month"]) == ("earlier_month_open", "2026-04")
        await world.close_month(seller, "2026-04")
        await world.close_month(seller, "2026-05")
        months = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/periods")
        assert [month["month"] for month in months] == ["2026-05", "2026-04", "2026-03"]
        await seller.member("GET", f"/v1/cooperatives/{seller.id}/periods", status=403)
    await books_are_right(world)


async def test_a_version_that_starts_in_mid_year_counts_the_whole_year(world: World) -> None:
    """Until July half above 3000, then all above 2000; each work date by its own version, late refunds too."""
    with world.clock.at("2026-02-03"):
        seller, app = await world.cooperative(), await world.app()
        # The member keeps 2550.00.
        await world.sale(seller, app, "3000.00")
        first = await world.sale(seller, app, "1000.00")  # keeps 850.00: 400.00 above, half of it goes
    stricter = [*VRIJE_UITLOOP[:2], {**VRIJE_UITLOOP[2], "threshold": "2000.00", "percent": "100"}, VRIJE_UITLOOP[3]]
    with world.clock.at("2026-06-20"):
        await world.agreement(seller, stricter, NOTHING, "2026-07-01")
        assert (await world.balances(seller))["payable_municipality"] == "200.00"
    with world.clock.at("2026-07-02"):
        # 85.00, all of it above.
        await world.sale(seller, app, "100.00")
        assert (await world.balances(seller))["payable_municipality"] == "285.00"
        await seller.refund(first["id"], {"reason": "klacht"})
        balances = await world.balances(seller)
        assert (balances["payable_municipality"], balances["pot"]) == ("85.00", "2550.00")
    await books_are_right(world)


async def test_the_year_starts_anew(world: World) -> None:
    with world.clock.at("2026-12-30"):
        seller, app = await world.cooperative(), await world.app()
        await world.sale(seller, app, "3700.00")
        assert (await world.balances(seller))["payable_municipality"] == "72.50"
    with world.clock.at("2027-01-02"):
        await world.sale(seller, app, "1000.00")
        assert (await world.balances(seller))["payable_municipality"] == "72.50"
        assert (await world.thermometer(seller))["yearTotal"]["amount"] == "850.00"
    await books_are_right(world)


async def test_closing_while_money_comes_in_leaves_the_closed_month_as_it_was(world: World, database: Database) -> None:
    with world.clock.at("2026-03-05"):
        seller, app = await world.cooperative(), await world.app()
        orders = [await world.order(app, await world.offering(seller, "10.00")) for _ in range(8)]
        for order in orders:
            await world.deliver(seller, order)
            await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    with world.clock.at("2026-04-02"):
        await asyncio.gather(*(world.pay(seller, order) for order in orders[:4]), close(seller, "2026-03"))
        await asyncio.gather(*(world.pay(seller, order) for order in orders[4:]))
    await books_are_right(world)
