"""The approval of an assignment takes a limited number of statements: some for a cooperative, hardly any for a part."""

import pytest

from tests.scenarios.jobs import COLLECTIVE, delivered, join, move, plan, slot
from tests.usecases.test_joint_statements import counted
from tests.world import World


async def statements(world: World, monkeypatch: pytest.MonkeyPatch, cooperatives: int, parts: int) -> int:
    """The number of statements with this many cooperatives and parts each."""
    sellers = [await world.cooperative(COLLECTIVE) for _ in range(cooperatives)]
    job = await plan(world, sellers[0], slot("Koken", 1, kind="rest", seats=cooperatives * parts))
    for seller in sellers:
        for _ in range(parts):
            _, member_id = await world.member(seller)
            await join(seller.coordinator, job, member_id)
    await delivered(job, *sellers)
    with counted(monkeypatch) as sent:
        await move(sellers[0].treasurer, job, "approve", reason="gebeld")
    return len(sent)


async def test_statements_grow_with_the_cooperatives_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    few, parts, places = [await statements(world, monkeypatch, *size) for size in ((2, 2), (2, 12), (4, 2))]
    assert parts - few <= 2
    assert (places - few) / 2 <= 20
