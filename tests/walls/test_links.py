"""Links, lists below an object and `node` show what the direct read shows, and no more."""

from collections.abc import Iterator
from uuid import UUID, uuid4

from app.domain.errors import DomainError
from app.graphql.links import Links
from app.graphql.schema import links
from app.running.level import Verb, name_of_id, read_level
from app.running.run import Run
from app.usecases.declared.audit import DENIALS
from tests.walls.cast import COLUMNS, Cast
from tests.walls.rehearsal import Stand
from tests.world import World

NODE = "query It($id: UUID!) { node(id: $id) { __typename id } }"


def linked(graph: Links, everybody: Cast, column: str) -> Iterator[tuple[Verb, UUID]]:
    """Every read that a link or a list makes, with an id of the sample."""
    for read in graph.reads:
        yield read.use_case, UUID(everybody.ids(column, read.use_case.__name__)[name_of_id(read.use_case)])


async def direct(run: Run, verb: Verb, row_id: UUID) -> object:
    try:
        return await run(verb, **{name_of_id(verb): row_id})
    except DomainError as refusal:
        return refusal.code, refusal.facts


async def test_a_level_shows_what_the_direct_read_shows(stand: Stand, everybody: Cast) -> None:
    """All reads of a level at once, compared with each alone."""
    async with stand.rehearsal.request():
        for column in COLUMNS:
            run = Run(stand.rehearsal, everybody.identity(column), now=stand.clock)
            asked = list(linked(links, everybody, column))
            found = await read_level(run, asked)
            shown = [(one.code, one.facts) if isinstance(one, DomainError) else one for one in found]
            assert shown == [await direct(run, verb, row_id) for verb, row_id in asked], column


async def test_a_node_is_there_for_whom_the_direct_read_lets_in(stand: Stand, everybody: Cast) -> None:
    """For anybody else an id looks like an unknown one."""
    gone = await stand.query(NODE, {"id": str(uuid4())}, everybody.identity("treasurer"))
    for column in COLUMNS:
        async with stand.rehearsal.request():
            run = Run(stand.rehearsal, everybody.identity(column), now=stand.clock)
            seen = {
                row_id: not isinstance(one, DomainError) or one.status not in DENIALS
                for (verb, row_id), one in await _each(run, column, everybody)
            }
        for row_id, there in seen.items():
            answer = await stand.query(NODE, {"id": str(row_id)}, everybody.identity(column))
            assert (answer["data"]["node"] is not None) == there, (column, row_id)
            if not there:
                assert _told(answer) == _told(gone), column


async def _each(run: Run, column: str, everybody: Cast) -> list[tuple[tuple[Verb, UUID], object]]:
    asked = [one for one in linked(links, everybody, column) if one[0] in links.nodes]
    return list(zip(asked, await read_level(run, asked), strict=True))


def _told(answer: dict[str, list[dict[str, object]]]) -> list[tuple[object, object]]:
    return [(error["message"], error["extensions"]) for error in answer["errors"]]


async def test_a_node_asks_for_the_scope_of_its_own_read_and_no_other(world: World) -> None:
    app = await world.app(["orders:read", "orders:write"])
    order = await world.order(app, await world.offering(await world.cooperative()))
    found = await app.graphql(NODE, id=order["id"])
    assert found["data"]["node"] == {"__typename": "Order", "id": order["id"]}
