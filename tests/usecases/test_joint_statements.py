"""Closing and settling a joint purchase take as many statements for a hundred wishes as for ten."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asyncpg.connection import Connection

from tests.scenarios.buying import SPOOLS, finish, move, plan, rich, wish
from tests.world import Json, World


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that are sent in the block."""
    sent: list[str] = []
    execute = Connection._execute

    async def counting(self: Connection, query: str, *arguments: Any, **named: Any) -> Any:
        sent.append(query)
        return await execute(self, query, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "_execute", counting)
        yield sent


async def statements(world: World, monkeypatch: pytest.MonkeyPatch, wishes: int) -> tuple[int, int]:
    seller = await rich(world)
    pieces: list[Json] = [SPOOLS | {"title": f"Kleur {number}"} for number in range(3)]
    purchase = await plan(world, seller, *pieces)
    for number in range(wishes):
        _, member_id = await world.member(seller)
        await wish(seller.coordinator, purchase, 10, article=number % 3, memberId=member_id)
    with counted(monkeypatch) as closing:
        purchase = await move(seller.coordinator, purchase, "close")
    units = [article["orderedUnits"] for article in purchase["articles"]]
    with counted(monkeypatch) as settling:
        await finish(seller, purchase, f"{sum(units)}.00", *units)
    return len(closing), len(settling)


async def test_statements_do_not_grow_with_the_wishes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    few = await statements(world, monkeypatch, 6)
    many = await statements(world, monkeypatch, 45)
    assert few == many
    assert few[0] <= 25
