"""A file of thousands of bank lines takes hardly more statements and memory than a short one."""

import os
import tracemalloc

import pytest

from tests.bank_files import camt, entry
from tests.scenarios.quirks import balance_of, books, paid
from tests.scenarios.statements import lines_of
from tests.scenarios.test_first_sale import books_are_right
from tests.usecases.test_joint_statements import counted
from tests.world import World

COSTS = ("ACMT", "MDOP", "CHRG")
LINES = 5_000 if "SAMEN_LONG_RUNS" in os.environ else 1_000
MOST_A_PAYMENT = 5
MOST_A_HUNDRED_LINES = 2
MOST_BYTES_A_LINE = 10_000


def various(count: int) -> list[str]:
    """Costs of the bank, which it says itself, and as many lines that nobody knows."""
    costs = [entry(f"-{1 + n % 7}.{n % 100:02}", reference=f"K{n}", code=COSTS) for n in range(count // 2)]
    unknown = [paid(f"{10 + n % 90}.00", f"gift {n}", reference=f"G{n}") for n in range(count // 2)]
    return [one for pair in zip(costs, unknown, strict=True) for one in pair]


async def test_so_many_lines_take_few_statements_and_little_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.clock.at("2026-04-20"):
        short, long = await books(world), await books(world)
        with counted(monkeypatch) as few:
            await short.send(camt(short.next(*various(20))))
        file = camt(long.next(*various(LINES)))
        tracemalloc.start()
        with counted(monkeypatch) as many:
            brought = await long.send(file)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert brought["linesAdded"] == LINES
        assert len(many) - len(few) <= MOST_A_HUNDRED_LINES * LINES / 100
        assert most <= MOST_BYTES_A_LINE * LINES
        assert (await long.send(file))["linesAdded"] == 0
        for state, costs in (("placed", True), ("open", False)):
            signs = {one["amount"]["amount"].startswith("-") for one in await lines_of(long.seller, f"state={state}")}
            assert signs == {costs}
    await books_are_right(world)


async def test_a_line_that_pays_an_order_takes_a_few_statements_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def statements(count: int) -> int:
        made, buyer = await books(world), world.person()
        offering = await world.offering(made.seller, "50.00")
        orders = [await world.order(buyer, offering) for _ in range(count)]
        with counted(monkeypatch) as sent:
            await made.bring(*(paid("60.50", order["reference"]) for order in orders))
        assert await balance_of(made, "suspense") == "0.00"
        return len(sent)

    with world.clock.at("2026-04-20"):
        few, many = await statements(3), await statements(23)
    assert many - few <= 20 * MOST_A_PAYMENT
