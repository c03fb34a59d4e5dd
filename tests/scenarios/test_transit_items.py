"""What waits too long for a line of the bank is a task of the treasurer."""

from tests.scenarios.bank import came, matched
from tests.scenarios.statements import stated
from tests.scenarios.test_bank_statements import with_account
from tests.scenarios.test_first_statement import pay
from tests.world import Seller, World


async def alarms(world: World, seller: Seller) -> int:
    """How many tasks the treasurer has about it, after a round of the worker."""
    await world.wait_for_bank()
    found = (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]
    return [task["what"] for task in found].count("in_transit_old")


async def test_after_ten_days_there_is_one_task_until_nothing_old_waits(world: World) -> None:
    seller, other = await with_account(world), await with_account(world)
    for one in (seller, other):
        await stated(one, "2026-03-01", "2026-03-01", "0.00")
    first = await pay(world, seller, "50.00", "2026-03-05")
    await pay(world, seller, "60.00", "2026-03-06")
    for day, tasks in (("2026-03-15", 0), ("2026-03-16", 1), ("2026-03-17", 1)):
        with world.clock.at(day):
            assert await alarms(world, seller) == tasks, day
    with world.clock.at("2026-03-17"):
        await world.undo(seller, first)
        assert await alarms(world, seller) == 1
        (line,) = await came(world, seller, ("72.60", "kassa"), day="2026-03-06")
        await matched(world, seller, line)
        assert await alarms(world, seller) == 0
    with world.clock.at("2026-03-18"):
        assert await alarms(world, other) == 0
    await world.guard()


async def test_what_waits_again_waits_since_that_day(world: World) -> None:
    seller = await with_account(world)
    await stated(seller, "2026-03-01", "2026-03-01", "0.00")
    paid = await pay(world, seller, "50.00", "2026-03-05")
    with world.clock.at("2026-03-07"):
        (line,) = await came(world, seller, ("60.50", "kassa"), day="2026-03-06")
        await matched(world, seller, line)
    with world.clock.at("2026-04-20"):
        assert await alarms(world, seller) == 0
        await world.undo(seller, paid)
        assert await alarms(world, seller) == 0
    with world.clock.at("2026-05-02"):
        assert await alarms(world, seller) == 1
