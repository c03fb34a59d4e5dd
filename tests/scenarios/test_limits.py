"""A legal limit in an agreement is enforced, in the split too; without a verified value nothing is paid out."""

from tests.scenarios.test_agreements import allow
from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, Json, Seller, World


def pots(cap: str = "300.00", law: str | None = "k") -> list[Json]:
    return [{"kind": "monthly_allowance", "cap": cap, "law": law}, {"kind": "pot"}]


async def _paid_out(world: World, seller: Seller) -> tuple[str, str]:
    balances = await world.balances(seller)
    return balances.get("payable_member", "0.00"), balances.get("pot", "0.00")


async def test_a_month_pays_out_what_the_law_allows_and_refunds_unwind_it(world: World) -> None:
    """k is 210.00 a month in 2025: the agreement's 300.00 is not paid out, whatever the order of events."""
    with world.clock.at("2025-03-10"):
        seller, app = await world.cooperative(pots()), await world.app()
        first = await world.sale(seller, app, "180.00")
        assert await _paid_out(world, seller) == ("180.00", "0.00")
        second = await world.sale(seller, app, "320.00")
        assert await _paid_out(world, seller) == ("210.00", "290.00")
        leg = await _allowance_leg(seller, second)
        assert leg["amount"]["amount"] == "30.00"
        assert "€210.00" in leg["reason"]
        await seller.refund(first["id"], {"reason": "klacht"})
        assert await _paid_out(world, seller) == ("210.00", "110.00")
    await books_are_right(world)


async def _allowance_leg(seller: Seller, order: Json) -> Json:
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/earnings")
    mine = next(earning for earning in found["items"] if earning["orderId"] == order["id"])
    leg: Json = next(leg for leg in mine["legs"] if leg["kind"] == "payable_member")
    return leg


async def test_a_year_pays_out_what_the_law_allows(world: World) -> None:
    """k is 2,100.00 a year: ten months of 210.00, and nothing in the eleventh."""
    with world.clock.at("2025-01-05"):
        seller, app = await world.cooperative(pots()), await world.app()
    orders = []
    for month in range(1, 12):
        with world.clock.at(f"2025-{month:02d}-10"):
            orders.append(await world.sale(seller, app, "250.00"))
            paid_out = f"{min(month, 10) * 210}.00"
            assert await _paid_out(world, seller) == (paid_out, f"{250 * month - min(month, 10) * 210}.00")
    with world.clock.at("2025-12-01"):
        await seller.refund(orders[0]["id"], {"reason": "klacht"})
        # The eleventh month has room now.
        assert await _paid_out(world, seller) == ("2100.00", "400.00")
    await books_are_right(world)


async def test_no_verified_value_refuses_signing_and_granting(world: World) -> None:
    """k is verified for 2024 and 2025 only, j from July 2026 on."""
    with world.clock.at("2026-06-30"):
        seller = await world.cooperative()
        body = {"title": "x", "activeFrom": "2026-06-30", "rules": pots(), "examples": NOTHING}
        made = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
        told = await seller.treasurer("POST", f"/v1/agreements/{made['id']}/tests", status=422)
        assert (told["code"], told["facts"]) == ("limit_unknown", {"law": "k", "day": "2026-06-30"})
    rules: list[Json] = [{"kind": "premium", "count": 2, "yearlyCap": "9000.00", "law": "j"}, {"kind": "collective"}]
    with world.clock.at("2026-07-02"):
        await world.agreement(seller, rules, NOTHING, "2026-07-01")
        over = await allow(world, seller, "premium", amount={"amount": "8500.00"}, status=422)
        assert (over["code"], over["facts"]["limit_cents"]) == ("allowance_exceeded", 339800)
    await books_are_right(world)


async def test_a_sale_without_a_verified_value_pays_out_nothing_and_says_so_once_a_year(world: World) -> None:
    with world.clock.at("2025-12-20"):
        seller, app = await world.cooperative(pots()), await world.app()
        await world.sale(seller, app, "250.00")
        assert await _paid_out(world, seller) == ("210.00", "40.00")
    with world.clock.at("2026-01-10"):
        for _ in range(2):
            await world.sale(seller, app, "250.00")
        assert await _paid_out(world, seller) == ("210.00", "540.00")
        await world.work()
        tasks = (await seller.treasurer("GET", "/v1/tasks"))["items"]
        assert [task["what"] for task in tasks].count("agree_on_limit") == 1
        assert "legal limit k" in next(task["text"] for task in tasks if task["what"] == "agree_on_limit")
    with world.clock.at("2026-02-10"):
        await world.sale(seller, app, "250.00")
        await world.work()
        tasks = (await seller.treasurer("GET", "/v1/tasks"))["items"]
        assert [task["what"] for task in tasks].count("agree_on_limit") == 1
    await books_are_right(world)
