"""After an upgrade a request that is repeated under its key gets the answer of before, and nothing is done again."""

import asyncio
import os

import asyncpg
import httpx
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import opened
from app.db.logins import READER_ROLE, WORKER_ROLE, logins_at
from app.domain.access import Scope
from app.keys import key_ring, people_issuer
from app.main import build
from app.migrations import migrate_to_head
from app.running.run import SystemRun
from app.settings import Settings
from app.usecases.ledger import check_books
from app.worker import Worker
from tests.older import restored

ACCEPTED = """
    select split_part(caller, '|', 3) as login, key, outcome #>> '{result,id}' as order_id,
           (outcome #>> '{result,version}')::int as version
      from idempotency
     where verb = 'move_order' and outcome #>> '{result,state}' = 'accepted' and caller like 'tests|%'
     order by created_at limit 1"""
"""A request to accept an order: who sent it under which key, and the version of the order in its answer."""


@pytest.mark.parametrize("revision", ["0030", "0045"])
async def test_a_key_of_before_replays_and_the_books_are_clean(
    postgres: EmbeddedPostgres, database_url: str, settings: Settings, revision: str
) -> None:
    assert database_url, "it has made the roles"
    name = f"samen_keys_{revision}_{os.getpid()}"
    url = await asyncio.to_thread(restored, postgres, name, revision)
    superuser = await asyncpg.connect(url.replace("samen@", "postgres@"))
    kept = await superuser.fetchrow(ACCEPTED)
    # Keys are kept for seven days.
    await superuser.execute("update idempotency set created_at = now()")
    await asyncio.to_thread(migrate_to_head, url)
    events = "select count(*) from order_event where order_id = $1"
    before = await superuser.fetchval(events, kept["order_id"])
    app = build(settings, logins_at(url))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answer = await client.post(
                f"/v1/orders/{kept['order_id']}/transitions",
                json={"verb": "accept"},
                headers={"Authorization": f"Bearer {token(settings, kept['login'])}", "Idempotency-Key": kept["key"]},
            )
    assert answer.status_code == 200, answer.text
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert (answer.json()["state"], answer.json()["version"]) == ("accepted", kept["version"])
    assert await superuser.fetchval(events, kept["order_id"]) == before
    await superuser.close()
    async with opened(logins_at(url), role=WORKER_ROLE) as worker:
        # What was booked a day ago is to be sealed, and the dumps grow old.
        await Worker(worker).guard()
    async with opened(logins_at(url), role=READER_ROLE) as reader:
        found = await SystemRun(reader)(check_books)
    assert found
    assert not any(found.values()), found
    postgres.command("dropdb", "--force", name)


def token(settings: Settings, login: str) -> str:
    return key_ring(settings).token(
        issuer=people_issuer(settings), audience="samen", subject=login, client_id="tests", scopes=list(Scope)
    )
