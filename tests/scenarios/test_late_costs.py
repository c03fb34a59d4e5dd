"""Costs are owed when they are approved: before the sale, after it, and when nothing is sold at all."""

import pytest

from tests.scenarios.money import boxes, completed, credit, journals, legs, pay, results, standing, step, undo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import held, on_trial
from tests.world import SAENS_TOIS, VRIJE_UITLOOP, Json, Seller, World


async def claimed(seller: Seller, order: Json, cents: str, **more: object) -> Json:
    body: Json = {"orderLineId": order["lines"][0]["id"], "category": "materials", "amount": {"amount": cents}}
    body |= {"payee": "supplier", "supplier": "Verfwinkel", "receipt": "bon 12"} | more
    claim: Json = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", body)
    return claim


async def approve(seller: Seller, claim: Json, **more: str) -> Json:
    place = f"/v1/cost-claims/{claim['id']}/transitions"
    decided: Json = await seller.treasurer("POST", place, {"verb": "approve"} | more)
    return decided


async def test_a_job_of_march_that_is_paid_in_april(world: World) -> None:
    """200.00 at 21 %, material 30.00 with 6.30 of VAT, fund 10 %, training 5 %: each act books its own part."""
    with world.clock.at("2026-03-25"):
        seller, app = await world.cooperative(VRIJE_UITLOOP), await world.app()
        order = await world.order(app, await world.offering(seller))
        await step(seller.member, order, "accept")
        claim = await claimed(seller, order, "36.30", vat={"amount": "6.30"})
        await approve(seller, claim)
    (cost,) = await journals(seller, claim)
    assert (cost["kind"], cost["effectiveOn"]) == ("cost", "2026-03-25")
    assert legs(cost) == {"payable_supplier": "36.30", "vat": "-6.30", "to_share": "-30.00"}
    assert results(cost) == {"cost/materials": "-30.00", "members/to_share": "30.00"}
    await books_are_right(world)
    with world.clock.at("2026-03-28"):
        await step(seller.member, order, "deliver")
        await step(app, order, "complete")
    (charge,) = await journals(seller, order)
    assert (charge["kind"], charge["effectiveOn"], charge["period"]) == ("charge", "2026-03-28", "2026-03-01")
    assert legs(charge) == {"receivable_customer": "-242.00", "vat": "42.00", "to_share": "200.00"}
    assert results(charge) == {"revenue/services/1a": "200.00", "members/to_share": "-200.00"}
    assert await boxes(seller) == {"1a": "42.00", "5b": "-6.30"}
    await books_are_right(world)
    with world.clock.at("2026-04-12"):
        paid = await pay(seller, order, "242.00")
    sale = (await journals(seller, order))[-1]
    assert (sale["kind"], sale["effectiveOn"], sale["period"]) == ("sale", "2026-03-28", "2026-03-01")
    assert legs(sale) == {
        "to_share": "-170.00",
        "cooperative_fund": "17.00",
        "training_pot": "8.50",
        "pot": "144.50",
    }
    assert results(sale) == {
        "members/to_share": "170.00",
        "allotted/fund": "-17.00",
        "allotted/training": "-8.50",
        "members": "-144.50",
    }
    (payment,) = await journals(seller, paid)
    assert (legs(payment), payment["results"]) == ({"bank": "-242.00", "receivable_customer": "242.00"}, [])
    assert payment["period"] == "2026-04-01"
    await books_are_right(world)


async def test_a_cost_after_the_sale_is_taken_from_the_earning(world: World) -> None:
    """20.00 at fund 10 %: fund 2.00, pot 18.00. The sale is shared anew."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    claim = await claimed(seller, order, "24.20", vat={"amount": "4.20"})
    assert (await standing(world, seller))["pot"] == "180.00"
    await approve(seller, claim)
    assert await standing(world, seller) == {
        "bank": "-242.00",
        "vat": "37.80",
        "payable_supplier": "24.20",
        "cooperative_fund": "18.00",
        "pot": "162.00",
    }
    assert [(one["kind"], one["part"]) for one in await journals(seller, order)] == [
        ("charge", 1),
        ("sale", 1),
        ("sale_reversal", 1),
        ("sale", 2),
    ]
    thermometer = await world.thermometer(seller)
    assert (thermometer["yearTotal"]["amount"], thermometer["balance"]["amount"]) == ("162.00", "162.00")
    await books_are_right(world)
    await credit(seller, order)
    found = await standing(world, seller)
    assert (found["cooperative_fund"], found["payable_supplier"]) == ("-20.00", "24.20")
    await books_are_right(world)


async def test_the_fund_bears_what_is_left_of_costs_if_one_is_undone_after_all_was_credited(world: World) -> None:
    """30.00 and 10.00 of a sale of which nothing is left; the 30.00 were none, and come back to the fund."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    wrong = await claimed(seller, order, "30.00")
    for claim in (wrong, await claimed(seller, order, "10.00")):
        await approve(seller, claim)
    await completed(seller, app, order)
    await pay(seller, order, "242.00")
    given = await credit(seller, order)
    assert (await standing(world, seller))["cooperative_fund"] == "-40.00"
    await undo(seller, wrong)
    found = {"bank": "-242.00", "customer_credit": "242.00", "payable_supplier": "10.00", "cooperative_fund": "-10.00"}
    assert await standing(world, seller) == found
    await books_are_right(world)
    await approve(seller, wrong)
    assert await standing(world, seller) == found | {"payable_supplier": "40.00", "cooperative_fund": "-40.00"}
    await undo(seller, wrong)
    await seller.treasurer("POST", f"/v1/cost-claims/{wrong['id']}/transitions", {"verb": "reject", "reason": "x"})
    await undo(seller, given)
    # 190.00 are shared, less 10 %.
    assert (await standing(world, seller))["cooperative_fund"] == "19.00"
    await books_are_right(world)


async def test_a_cost_after_the_sale_is_the_funds_if_the_approver_says_so(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    claim = await claimed(seller, order, "24.20", vat={"amount": "4.20"})
    decided = await approve(seller, claim, borneBy="cooperative_fund")
    assert decided["borneBy"] == "cooperative_fund"
    assert await standing(world, seller) == {
        "bank": "-242.00",
        "vat": "37.80",
        "payable_supplier": "24.20",
        "pot": "180.00",
    }
    (cost,) = await journals(seller, claim)
    assert legs(cost) == {"payable_supplier": "24.20", "vat": "-4.20", "cooperative_fund": "-20.00"}
    assert results(cost) == {"cost/materials": "-20.00", "allotted/fund": "20.00"}
    assert [one["kind"] for one in await journals(seller, order)] == ["charge", "sale"]
    await books_are_right(world)


async def test_a_cost_that_the_fund_bears_stays_off_an_order_that_is_not_paid_yet(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await approve(seller, await claimed(seller, order, "20.00"), borneBy="cooperative_fund")
    await pay(seller, order, "242.00")
    # The fund's 20.00 of the sale pay the costs.
    assert await standing(world, seller) == {
        "bank": "-242.00",
        "vat": "42.00",
        "payable_supplier": "20.00",
        "pot": "180.00",
    }
    await books_are_right(world)


@pytest.mark.parametrize("when", ["before", "after"])
async def test_costs_of_an_order_that_is_off_are_the_funds(world: World, when: str) -> None:
    """Approved before it was cancelled, or after."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await step(seller.member, order, "accept")
    claim = await claimed(seller, order, "36.30", vat={"amount": "6.30"})
    if when == "before":
        await approve(seller, claim)
    await step(app, order, "cancel")
    if when == "after":
        await approve(seller, claim)
    assert await standing(world, seller) == {
        "vat": "-6.30",
        "payable_supplier": "36.30",
        "cooperative_fund": "-30.00",
    }
    await books_are_right(world)


async def test_a_cost_after_all_was_credited_is_the_funds(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    await seller.refund(order["id"], {"reason": "klacht"})
    decided = await approve(seller, await claimed(seller, order, "20.00"))
    assert decided["borneBy"] == "cooperative_fund"
    assert await standing(world, seller) == {"payable_supplier": "20.00", "cooperative_fund": "-20.00"}
    await books_are_right(world)


async def test_a_cost_above_what_is_left_makes_a_loss_of_the_fund(world: World) -> None:
    """A gift of the maker's time: 100.00 is taken off, then 120.00 of costs come: the fund loses 20.00."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    await seller.refund(order["id"], {"reason": "korting", "amount": {"amount": "121.00"}})
    assert (await standing(world, seller))["pot"] == "90.00"
    await approve(seller, await claimed(seller, order, "120.00"))
    found = await standing(world, seller)
    assert ("pot" in found, found["cooperative_fund"]) == (False, "-20.00")
    await books_are_right(world)


async def test_a_cost_after_the_sale_lowers_what_is_held(world: World) -> None:
    seller, _, _ = await on_trial(world)
    order = await world.sale(seller, await world.app(), "100.00")
    assert (await held(seller))["held"]["amount"] == "100.00"
    await approve(seller, await claimed(seller, order, "20.00"))
    assert (await held(seller))["held"]["amount"] == "80.00"
    assert (await standing(world, seller))["held"] == "80.00"
    await books_are_right(world)


async def test_a_cost_after_the_sale_comes_off_the_top_of_the_year(world: World) -> None:
    """2940.00 kept so far and 170.00 more: 55.00 to the municipality. Costs of 20.00 take 17.00: 46.50 is left."""
    seller, app = await world.cooperative(VRIJE_UITLOOP), await world.app()
    await world.sale(seller, app, "3458.82")
    order = await world.sale(seller, app, "200.00")
    assert (await world.balances(seller))["payable_municipality"] == "55.00"
    await approve(seller, await claimed(seller, order, "20.00"))
    assert (await world.balances(seller))["payable_municipality"] == "46.50"
    await books_are_right(world)
