"""What was recorded about the money of an order by mistake: credits, repayments, bad debts and costs are undone."""

import pytest

from tests.scenarios.money import completed, credit, pay, repay, seen, standing, step, undo, write_off
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_late_costs import approve, claimed
from tests.world import SAENS_TOIS, World

SOLD = {"bank": "-242.00", "vat": "42.00", "cooperative_fund": "20.00", "pot": "180.00"}
CHARGED = {"receivable_customer": "-242.00", "vat": "42.00", "to_share": "200.00"}


@pytest.mark.parametrize("part", ["121.00", None])
async def test_a_credit_of_a_sale_is_undone(world: World, part: str | None) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    given = await credit(seller, order, part)
    await undo(seller, given)
    assert await standing(world, seller) == SOLD
    assert await seen(seller, order) == ("paid", "242.00", "0.00", "0.00", "0.00")
    await books_are_right(world)
    assert (await undo(seller, given, status=409))["code"]


@pytest.mark.parametrize("part", ["121.00", None])
async def test_a_credit_of_what_nobody_paid_is_undone(world: World, part: str | None) -> None:
    """Its costs were the fund's meanwhile, if all of it was credited."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await world.cost(seller, order, "30.00")
    await undo(seller, await credit(seller, order, part))
    assert await standing(world, seller) == CHARGED | {"payable_member": "30.00", "to_share": "170.00"}
    await books_are_right(world)
    await pay(seller, order, "242.00")
    found = await standing(world, seller)
    assert (found["cooperative_fund"], found["pot"]) == ("17.00", "153.00")
    await books_are_right(world)


async def test_a_credit_is_undone_after_its_money_went_back(world: World) -> None:
    """121.00 is due again, so the sale is taken back until it is paid."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    given = await credit(seller, order, "121.00")
    back = await repay(seller, order)
    await undo(seller, given)
    assert await seen(seller, order) == ("partly_paid", "121.00", "0.00", "121.00", "0.00")
    assert await standing(world, seller) == CHARGED | {"bank": "-121.00", "receivable_customer": "-121.00"}
    await books_are_right(world)
    await undo(seller, back)
    assert await standing(world, seller) == SOLD
    await books_are_right(world)


async def test_a_credit_that_came_before_the_sale_is_undone_after_it(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    given = await credit(seller, order, "121.00")
    await completed(seller, app, order)
    await pay(seller, order, "121.00")
    assert (await standing(world, seller))["pot"] == "90.00"
    await undo(seller, given)
    assert await standing(world, seller) == CHARGED | {"bank": "-121.00", "receivable_customer": "-121.00"}
    await books_are_right(world)
    await pay(seller, order, "121.00")
    assert await standing(world, seller) == SOLD
    await books_are_right(world)


async def test_a_repayment_that_never_left_pays_again(world: World) -> None:
    """Before the sale it pays the price, and books the sale; after it, it is owed back."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await step(seller.member, order, "accept", "deliver")
    await pay(seller, order, "250.00")
    back = await repay(seller, order, "250.00")
    await step(app, order, "complete")
    assert await standing(world, seller) == CHARGED
    await undo(seller, back)
    assert await seen(seller, order) == ("paid", "250.00", "0.00", "0.00", "8.00")
    assert await standing(world, seller) == SOLD | {"bank": "-250.00", "customer_credit": "8.00"}
    await books_are_right(world)
    back = await repay(seller, order)
    await undo(seller, back)
    assert await standing(world, seller) == SOLD | {"bank": "-250.00", "customer_credit": "8.00"}
    assert (await undo(seller, back, status=409))["code"]
    await books_are_right(world)


@pytest.mark.parametrize("borne_by", ["makers", "cooperative_fund"])
async def test_a_bad_debt_that_was_none_is_due_again(world: World, borne_by: str) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await pay(seller, order, "100.00")
    done = await write_off(seller, order, None, borne_by)
    assert (await standing(world, seller))["pot"] == ("74.38" if borne_by == "makers" else "180.00")
    await undo(seller, done)
    assert await seen(seller, order) == ("partly_paid", "100.00", "0.00", "142.00", "0.00")
    assert await standing(world, seller) == CHARGED | {"bank": "-100.00", "receivable_customer": "-142.00"}
    await books_are_right(world)
    await pay(seller, order, "142.00")
    assert await standing(world, seller) == SOLD
    await books_are_right(world)


async def test_a_bad_debt_that_was_paid_since_is_not_undone(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    done = await write_off(seller, order)
    await pay(seller, order, "242.00")
    await undo(seller, done, status=409)
    assert await standing(world, seller) == SOLD
    await books_are_right(world)


@pytest.mark.parametrize("off", ["no", "cancelled", "credited"])
async def test_a_cost_that_was_approved_by_mistake_is_undone(world: World, off: str) -> None:
    """Also if the fund bears it by now, because nothing of the price is left."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await step(seller.member, order, "accept")
    claim = await claimed(seller, order, "36.30", vat={"amount": "6.30"})
    await approve(seller, claim)
    if off == "cancelled":
        await step(app, order, "cancel")
    if off == "credited":
        await credit(seller, order)
    await undo(seller, claim)
    assert await standing(world, seller) == {}
    await books_are_right(world)


async def test_a_cost_of_a_sale_that_was_approved_by_mistake_is_undone(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00")
    claim = await claimed(seller, order, "20.00")
    await approve(seller, claim)
    await undo(seller, claim)
    # The claim is undecided again, so the sale waits for it.
    assert (await standing(world, seller))["to_share"] == "200.00"
    await seller.treasurer("POST", f"/v1/cost-claims/{claim['id']}/transitions", {"verb": "reject"})
    assert await standing(world, seller) == SOLD
    await books_are_right(world)
