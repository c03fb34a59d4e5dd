"""The ledger's guard alone: it checks whose books a transaction has entered, except for the keeper of the books."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from tests.walls.sample import Sample
from tests.world import Json, World

Call = tuple[str, tuple[object, ...]]
LOGINS = {
    "a login of its own": "set session authorization samen_app",
    "the owner's login as the application": "set session authorization samen; set role samen_app",
    "the owner's login as the worker": "set session authorization samen; set role samen_worker",
}


@pytest.fixture
async def superuser(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """Takes any login during its transaction; everything is rolled back."""
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    await connection.execute("begin")
    yield connection
    await connection.execute("rollback")
    await connection.close()


@pytest.fixture
async def calls(world: World) -> dict[str, Call]:
    """Acts that only a cooperative's staff may do, as SQL and arguments; and the act that enters its books."""
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "100.00")
    treasurer = (await seller.treasurer("GET", "/v1/me"))["person"]["id"]
    legs: list[Json] = [{"kind": "bank", "cents": -100, "rule": "x", "facts": {}, "rgs": "B"}]
    legs.append({"kind": "vat", "cents": 100, "rule": "x", "facts": {}, "rgs": "B"})
    return {
        "post": (
            """select post_journals(jsonb_build_array(jsonb_build_object('id', $1::uuid, 'cooperative_id', $2::uuid,
                'kind', 'payment', 'source_type', 'x', 'source_id', $1::uuid, 'part', 1, 'currency', 'EUR',
                'effective_on', '2026-03-01', 'legs', $3::jsonb)))""",
            (uuid4(), seller.id, json.dumps(legs)),
        ),
        "look": ("select lock_pots($1::uuid, $2::uuid[])", (seller.id, [seller.member_id])),
        "close": ("select close_month($1::uuid, '2020-01-01', now(), $2::uuid, 0)", (seller.id, treasurer)),
        "enter": (
            """select set_config('samen.staff', array[$1::uuid]::text, true),
                      set_config('samen.offices', array[$1::uuid]::text, true)""",
            (seller.id,),
        ),
    }


async def refused(connection: asyncpg.Connection, call: Call) -> bool:
    """Whether the database refuses this for lack of a right; it is rolled back."""
    await connection.execute("savepoint attempt")
    try:
        await connection.fetchval(call[0], *call[1])
    except asyncpg.InsufficientPrivilegeError:
        return True
    finally:
        await connection.execute("rollback to attempt")
    return False


STAFF = {
    "nobody entered": "select 1",
    "an empty list": "select set_config('samen.staff', '{}', true)",
    "a list of nothing": "select set_config('samen.staff', '{NULL}', true)",
    "somebody else's books": "select set_config('samen.staff', array[uuidv7()]::text, true)",
}
"""Identities of a transaction that do not enter these books."""


@pytest.mark.parametrize("staff", STAFF)
@pytest.mark.parametrize("login", LOGINS)
async def test_no_login_of_the_application_reaches_books_that_it_has_not_entered(
    superuser: asyncpg.Connection, calls: dict[str, Call], login: str, staff: str
) -> None:
    await superuser.execute(LOGINS[login])
    await superuser.execute(STAFF[staff])
    for name in ("post", "look", "close"):
        assert await refused(superuser, calls[name]), name


@pytest.mark.parametrize("login", LOGINS)
async def test_books_that_were_entered_are_open(
    superuser: asyncpg.Connection, calls: dict[str, Call], login: str
) -> None:
    """The positive control."""
    await superuser.execute(LOGINS[login])
    sql, arguments = calls["enter"]
    await superuser.fetchval(sql, *arguments)
    for name in ("post", "look", "close"):
        assert not await refused(superuser, calls[name]), name


@pytest.mark.parametrize("role", ["none", "samen_books"])
async def test_the_keeper_of_the_books_posts_everywhere(
    superuser: asyncpg.Connection, calls: dict[str, Call], role: str
) -> None:
    await superuser.execute(f"set session authorization samen; set role {role}")
    for name in ("post", "look"):
        assert not await refused(superuser, calls[name]), name


@pytest.mark.parametrize(
    ("breach", "opened"),
    [
        ("alter table journal disable trigger only_open_books", "post"),
        ("create or replace function keeps_books() returns boolean language sql stable return true", "look"),
    ],
)
async def test_a_guard_that_is_gone_is_noticed(
    superuser: asyncpg.Connection, calls: dict[str, Call], breach: str, opened: str
) -> None:
    """An inserted breach: the same call passes once the guard is off."""
    await superuser.execute("set session authorization samen_app")
    assert await refused(superuser, calls[opened])
    await superuser.execute(f"reset session authorization; {breach}; set session authorization samen_app")
    assert not await refused(superuser, calls[opened])


async def test_nobody_has_events_sent_again_to_a_webhook_that_is_not_theirs(
    superuser: asyncpg.Connection, sample: Sample
) -> None:
    """Nor to an unknown one: a missing webhook gives no access."""
    await superuser.execute("set session authorization samen_app")
    for webhook_id in (uuid4(), sample.ids["webhook_id"]):
        assert await refused(superuser, ("select replay_webhook($1, 0, '{order.placed}', 10, now())", (webhook_id,)))
