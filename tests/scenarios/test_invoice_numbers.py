"""Numbers of invoices without a gap or a double: many at once, and refusals after a number was taken."""

import asyncio
import uuid

import pytest

from app.db.engine import Tx
from app.db.selling.invoice_series import next_number
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import NothingOpen
from app.running.run import SystemRun
from tests.scenarios.money import amount
from tests.scenarios.papers import COMPANY, invoices_of, papers_are_right, selling, ubl_of
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Json, World


async def numbers_of(world: World, cooperative_id: str) -> list[int]:
    sql = "select sequence from invoice where cooperative_id = $1 order by id"
    async with world.books.transaction() as tx:
        return [row["sequence"] for row in await tx.rows(sql, cooperative_id)]


async def taken_and_refused(tx: Tx, actor: Actor, *, cooperative_id: uuid.UUID) -> None:
    """A use case that takes a number, and is refused afterwards."""
    actor.require(Right.RUN_TIMER)
    await next_number(tx, cooperative_id)
    raise NothingOpen


async def test_x_x_and_y_at_once_take_two_numbers(world: World) -> None:
    """The second X answers the first one's invoice; each file holds its own number."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    first, second = [await world.order(app, offering, contact=COMPANY) for _ in range(2)]
    for order in (first, second):
        await world.deliver(seller, order)
    places = [f"/v1/orders/{order['id']}/invoices" for order in (first, first, second)]
    made = await asyncio.gather(*(seller.treasurer("POST", place, {}) for place in places), world.work())
    assert made[0]["id"] == made[1]["id"] != made[2]["id"]
    await world.work()
    found = [one for order in (first, second) for one in await invoices_of(app, order)]
    assert sorted(await numbers_of(world, seller.id)) == [1, 2]
    for one in found:
        assert await ubl_of(world, app, one, "/*/cbc:ID") == [one["number"]]
    await papers_are_right(world, seller)


async def test_a_refusal_after_a_number_was_taken_gives_it_back(world: World) -> None:
    """Twenty deposits at once, and as many acts that are refused with a number in their hands."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    orders = [await world.order(app, offering, contact=COMPANY) for _ in range(20)]
    for order in orders:
        await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    place = uuid.UUID(seller.id)

    async def refuse() -> None:
        with pytest.raises(NothingOpen):
            await SystemRun(world.worker_database, place, now=world.clock)(taken_and_refused, cooperative_id=place)

    async def ask(order: Json, text: str, status: int | None = None) -> None:
        await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", amount(text), status=status)

    acts = [act for order in orders for act in (ask(order, "10.00"), refuse(), ask(order, "999.00", 422))]
    await asyncio.gather(*acts)
    assert await numbers_of(world, seller.id) == list(range(1, 21))
    await books_are_right(world)
