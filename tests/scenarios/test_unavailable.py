"""While the database is down, full or busy, callers get 503, and workers continue afterwards."""

import asyncio
import contextlib
import json
import logging
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from prometheus_client import REGISTRY

from app.adapters.logs import JsonLines
from app.db.engine import Database
from app.db.failures import Repeat, failure_of
from app.db.logins import WORKER_ROLE, logins_at
from app.main import build
from app.running.run import SystemRun
from app.settings import Settings
from app.usecases.platform.events import claim_due
from app.worker import Worker
from tests.live import until
from tests.world import GUEST, World

LATER = {"53100": "full", "53200": "full", "53300": "connections", "53400": "full", "25006": "read_only"} | {
    "57014": "cancelled",
    "58030": "storage",
}
AT_ONCE = {"40001": "busy", "40P01": "busy", "57P03": "starting"}
UNKNOWN = {"08006": "away", "57P01": "away", "57P02": "away"}
DRESS = ("Trace-Id", "API-Version", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control")
TRYING_AGAIN = "the database does not answer; trying again"


@contextlib.asynccontextmanager
async def failing(superuser: asyncpg.Connection, sqlstate: str, table: str, when: str) -> AsyncIterator[None]:
    """The database raises this error at each such write of a row."""
    await superuser.execute(f"""
        create function fails() returns trigger language plpgsql as
            $$ begin raise exception 'it fails' using errcode = '{sqlstate}'; end $$;
        create trigger fails before insert or update on "{table}"
            for each row when ({when}) execute function fails()""")
    try:
        yield
    finally:
        await superuser.execute("drop function fails() cascade")


def counted(name: str, kind: str) -> float:
    return REGISTRY.get_sample_value(f"samen_database_{name}_total", {"kind": kind}) or 0


def lines(caplog: pytest.LogCaptureFixture, message: str) -> list[dict[str, Any]]:
    return [json.loads(JsonLines().format(record)) for record in caplog.records if record.message == message]


async def test_every_such_error_is_503_and_the_key_works_afterwards(
    world: World, superuser: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    buyer, offering = await world.app(), await world.offering(await world.cooperative())
    for sqlstate, kind in (LATER | AT_ONCE | UNKNOWN).items():
        body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST, "note": f"fails {sqlstate}"}
        headers = {"Authorization": f"Bearer {buyer.token}", "Idempotency-Key": uuid.uuid4().hex}
        errors, retries = counted("errors", kind), counted("retries", kind)
        caplog.clear()
        async with failing(superuser, sqlstate, "order", f"new.note = 'fails {sqlstate}'"):
            answer = await world.client.post("/v1/orders", json=body, headers=headers)
        tries = 1 if sqlstate in LATER else 5
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), sqlstate
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Retry-After"] == ("15" if kind in ("full", "storage") else "2")
        assert all(name in answer.headers for name in DRESS)
        assert (counted("errors", kind) - errors, counted("retries", kind) - retries) == (tries, tries - 1), sqlstate
        [line] = lines(caplog, "database unavailable")
        assert (line["kind"], line["sqlstate"]) == (kind, sqlstate)
        assert line["trace_id"] == answer.headers["Trace-Id"]
        assert len(json.dumps(line)) < 400
        assert (await world.client.post("/v1/orders", json=body, headers=headers)).status_code == 201, sqlstate


async def test_graphql_says_so_too(world: World, superuser: asyncpg.Connection) -> None:
    buyer, offering = await world.app(), await world.offering(await world.cooperative())
    place = """mutation Place($offering: UUID!) {
        placeOrder(idempotencyKey: "%s", input: {note: "fails", contact: {name: "Jo", phone: "0612345678"},
          lines: [{offeringId: $offering, quantity: 1}]}) { order { id } } }"""
    async with failing(superuser, "53100", "order", "new.note = 'fails'"):
        body = {"query": place % uuid.uuid4().hex, "variables": {"offering": offering}}
        answer = await world.client.post("/graphql", json=body, headers={"Authorization": f"Bearer {buyer.token}"})
    [error] = answer.json()["errors"]
    assert error["extensions"] == {"code": "unavailable", "status": 503, "retryAfter": 15}
    assert answer.headers["Retry-After"] == "15"


@pytest.mark.parametrize("sqlstate", ["23505", "42P01", "XX000", "22003", "P0001"])
def test_refusals_and_bugs_are_no_such_errors(sqlstate: str) -> None:
    assert failure_of(asyncpg.PostgresError.new({"C": sqlstate, "M": "x"})) is None


def test_a_function_that_a_migration_made_anew_is_found_by_running_again() -> None:
    gone = asyncpg.PostgresError.new({"C": "XX000", "M": "cache lookup failed for function 6045834"})
    found = failure_of(gone)
    assert found is not None
    assert found.repeat is Repeat.AT_ONCE


def test_an_argument_that_does_not_fit_is_no_lost_connection() -> None:
    """The driver raises InterfaceError for both."""
    assert failure_of(asyncpg.exceptions._base.DataError("out of range")) is None
    lost = failure_of(asyncpg.InterfaceError("connection is closed"))
    assert lost is not None
    assert lost.repeat is Repeat.UNDER_A_KEY


async def test_a_statement_that_an_operator_cancels_is_503(world: World, superuser: asyncpg.Connection) -> None:
    """pg_cancel_backend of a request that waits for a lock."""
    seller, buyer = await world.cooperative(), await world.app()
    order = await world.order(buyer, await world.offering(seller))
    path = f"/v1/orders/{order['id']}/transitions"
    headers = {"Authorization": f"Bearer {seller.member.token}", "Idempotency-Key": uuid.uuid4().hex}
    async with superuser.transaction():
        await superuser.execute('select 1 from "order" where id = $1::text::uuid for update', order["id"])
        asked = asyncio.create_task(world.client.post(path, json={"verb": "accept"}, headers=headers))
        cancel = """select count(pg_cancel_backend(pid)) from pg_stat_activity
                     where wait_event_type = 'Lock' and datname = current_database()"""
        await until(lambda: superuser.fetchval(cancel))
        answer = await asked
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (await world.client.post(path, json={"verb": "accept"}, headers=headers)).status_code == 200


@contextlib.asynccontextmanager
async def rated(settings: Settings, database_url: str) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """An application with rate limits for visitors."""
    app = build(settings.model_copy(update={"rate_visitor": 1000}), logins_at(database_url))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield app, client


async def test_what_fails_in_the_limiter_is_answered_and_logged_as_everything(
    settings: Settings, database_url: str, superuser: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk limits nobody; a bug in the limiter is a 500 like any other."""
    where = "new.client like '%203.0.113.9%'"
    async with rated(settings, database_url) as (_, client):
        async with failing(superuser, "53100", "rate_window", where):
            assert (await client.get("/v1/cooperatives")).status_code == 200
        with caplog.at_level(logging.INFO, logger="samen.access"):
            async with failing(superuser, "XX000", "rate_window", where):
                answer = await client.get("/v1/cooperatives")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert all(name in answer.headers for name in DRESS)
        assert [line["status"] for line in lines(caplog, "request")][-1] == 500
        assert (await client.get("/v1/cooperatives")).status_code == 200


async def test_without_connections_every_way_in_says_so(
    settings: Settings, database_url: str, superuser: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """The connections of a new server are cut, and others have taken all that there are."""
    known = {row["pid"] for row in await superuser.fetch("select pid from pg_stat_activity")}
    name = await superuser.fetchval("select current_database()")
    async with rated(settings, database_url) as (_, client):
        offering = (await client.get("/v1/catalogue/offerings?limit=1")).json()["items"]
        asks = ["/v1/catalogue/offerings?limit=1", "/v1/catalogue/offerings?minPrice=1", "/v1/cooperatives", "/readyz"]
        asks += [f"/v1/catalogue/offerings/{offering[0]['id'] if offering else uuid.uuid4()}"]
        await superuser.execute(f'alter database "{name}" connection limit 1')
        try:
            await superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid() and not pid = any($1)",
                list(known),
            )
            # First it notices that its connections are gone.
            for _ in range(2):
                with caplog.at_level(logging.INFO, logger="samen.access"):
                    caplog.clear()
                    answers = [await client.get(path) for path in asks]
            told = [(a.status_code, a.json()["code"], a.headers["Retry-After"]) for a in answers]
            assert told == [(503, "unavailable", "2")] * len(asks)
            assert all(name in answer.headers for answer in answers for name in DRESS)
            assert [line["status"] for line in lines(caplog, "request")] == [503] * len(asks)
            assert "-" not in [line["route"] for line in lines(caplog, "request")]
            assert {line["sqlstate"] for line in lines(caplog, "database unavailable")} == {"53300"}
            for query in ("{ catalogue { edges { node { id } } } }", "{ cooperatives { edges { node { id } } } }"):
                for accept, status in (("application/json", 200), ("application/graphql-response+json", None)):
                    answer = await client.post("/graphql", json={"query": query}, headers={"Accept": accept})
                    codes = [error["extensions"]["code"] for error in answer.json()["errors"]]
                    assert (codes, answer.headers["Retry-After"]) == (["unavailable"], "2")
                    assert answer.status_code in ({status} if status else {200, 503})
            assert (await client.get("/healthz")).status_code == 200
        finally:
            await superuser.execute(f'alter database "{name}" connection limit -1')
        assert [(await client.get(path)).status_code for path in asks[:4]] == [200] * 4


async def test_a_worker_outlives_whatever_the_database_fails_at(
    world: World, superuser: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot claim, then one event fails: others continue, and that one succeeds later."""
    seller, app, stop = await world.cooperative(), await world.app(), asyncio.Event()
    offering = await world.offering(seller)
    await world.work()
    database = Database(world.worker_database.logins, role=WORKER_ROLE, size=2)
    await database.open()

    async def tasks(of: Any) -> list[str]:
        found = (await seller.member("GET", "/v1/tasks"))["items"]
        return [task["id"] for task in found if of["reference"] in task["text"]]

    async def there(of: Any) -> None:
        await until(lambda: tasks(of))

    first = await world.order(app, offering)
    async with failing(superuser, "53100", "outbox", "true"):
        working = asyncio.create_task(Worker(database).run(stop))
        # Several loops of the worker may fail; this test waits for the one that claims events.
        await until(lambda: [line for line in lines(caplog, TRYING_AGAIN) if line["what"] == "work"])
    await there(first)
    line = next(line for line in lines(caplog, TRYING_AGAIN) if line["what"] == "work")
    assert (line["kind"], line["sqlstate"]) == ("full", "53100")
    await superuser.execute("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                            " where application_name = 'samen_worker' and datname = current_database()")  # fmt: skip
    second = await world.order(app, offering)
    await there(second)
    third, already = await world.order(app, offering), len(caplog.records)
    async with failing(superuser, "57014", "task", f"new.facts ->> 'reference' = '{third['reference']}'"):
        await there(await world.order(app, offering))
        await until(lambda: [one for one in caplog.records[already:] if one.message == "failed"])
    failed = lines(caplog, "failed")[-1]
    assert (failed["what"], failed["kind"]) == ("order.placed", "cancelled")
    sql = "select subject_id::text, attempts from outbox where id = $1::text::uuid"
    assert tuple(await superuser.fetchrow(sql, failed["id"])) == (third["id"], 1)
    assert not await tasks(third)
    stop.set()
    await working
    await database.close()


async def test_a_claim_of_a_worker_that_was_killed_is_no_attempt(world: World, superuser: asyncpg.Connection) -> None:
    """However often a worker dies with it, an event comes back after a minute."""
    order = await world.order(await world.app(), await world.offering(await world.cooperative()))
    sql = """select attempts, next_try_at - $2 = interval '1 minute' from outbox
              where subject_id = $1::text::uuid and name = 'order.placed'"""
    for minutes in range(4):
        now = datetime.now(UTC) + timedelta(minutes=2 * minutes)
        run = SystemRun(world.worker_database, now=partial(max, now, now))
        _, events = await run(claim_due, limit=10_000) or ([], [])
        assert order["id"] in {str(event.subject_id) for event in events}
        assert tuple(await superuser.fetchrow(sql, order["id"], now)) == (0, True)


async def test_a_worker_that_is_stopped_gives_back_what_it_had_not_begun(
    world: World, superuser: asyncpg.Connection
) -> None:
    order = await world.order(await world.app(), await world.offering(await world.cooperative()))
    stop = asyncio.Event()
    stop.set()
    await Worker(world.worker_database).tick(stop)
    sql = """select delivered_at is null, next_try_at <= now() from outbox
              where subject_id = $1::text::uuid and name = 'order.placed'"""
    assert tuple(await superuser.fetchrow(sql, order["id"])) == (True, True)
