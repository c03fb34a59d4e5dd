"""Documents made from the schema, executed one after another, do not delay other callers."""

import asyncio
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.live import served
from tests.outside.conftest import CHECKS, ran
from tests.walls.sample import Sample
from tests.world import Caller, World

CLIENTS = 4
BROWSE = {"query": "{ catalogue(first: 5) { edges { node { title } } } }"}


def listening(app: ASGIApp, heard: Counter[str]) -> ASGIApp:
    """The application; records the answers for logged-in callers: `data`, or the code of the first error.

    A fault that a form found is `malformed`: the document was valid, its input was not.
    """

    async def listen(scope: Scope, receive: Receive, send: Send) -> None:
        known, body = b"authorization" in dict(scope.get("headers", ())), bytearray()

        async def tell(message: Message) -> None:
            body.extend(message.get("body", b""))
            if known and message["type"] == "http.response.body" and not message.get("more_body"):
                errors = json.loads(body).get("errors")
                told = errors[0]["extensions"] if errors else {"code": "data"}
                heard["malformed" if "errors" in told else told["code"]] += 1
            await send(message)

        await app(scope, receive, tell)

    return listen


async def browse(address: str, times: list[float], until: Callable[[], bool]) -> None:
    """An honest client: sends the usual queries again and again, and records the seconds of each answer."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as client:
        while not until():
            began = time.perf_counter()
            answer = (await client.post("/graphql", json=BROWSE)).json()
            times.append(time.perf_counter() - began)
            assert "errors" not in answer
            await asyncio.sleep(0.05)


async def test_documents_from_the_schema_starve_nobody(
    world: World, app: FastAPI, sample: Sample, schemathesis: Path
) -> None:
    """Several honest clients at once, timed first alone and then beside the documents."""
    heard: Counter[str] = Counter()
    alone: list[float] = []
    beside: list[float] = []
    async with served(listening(app, heard)) as address:
        await asyncio.gather(*(browse(address, alone, lambda: len(alone) > 100) for _ in range(CLIENTS)))
        asking = asyncio.create_task(documents(schemathesis, address, sample))
        await asyncio.gather(*(browse(address, beside, asking.done) for _ in range(CLIENTS)))
        await asking
    assert heard["internal"] == heard["bad_request"] == 0, heard
    assert heard["data"] > sum(heard.values()) / 5 > 25, heard
    usual = statistics.median(alone)
    assert statistics.median(beside) < 8 * usual
    # One in a hundred may meet a pause of the machine.
    assert statistics.quantiles(beside, n=100)[-1] < 100 * usual


async def documents(schemathesis: Path, address: str, sample: Sample) -> None:
    """One for every field of the schema, by the coordinator of most objects."""
    coordinator: Caller = sample.seller.coordinator
    ids = {name: str(value) for name, value in sample.values.items() if name.endswith("_id")}
    command = [str(schemathesis), "--config-file", str(CHECKS / "schemathesis-graphql.toml"), "run"]
    how = ["--header", f"Authorization: Bearer {coordinator.token}", "--mode", "positive", "--seed", "1"]
    how += ["--max-examples", "1", "--workers", "2", "--no-color", "--warnings", "off"]
    # This check takes every refusal for a fault; ours have the code `internal`.
    how += ["--exclude-checks", "not_a_server_error"]
    hooks = {"SCHEMATHESIS_HOOKS": "schemathesis_graphql", "PYTHONPATH": str(CHECKS), "IDS": json.dumps(ids)}
    await ran([*command, f"http://{address}/graphql", *how], CHECKS, **hooks)
