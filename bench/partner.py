"""A partner's file of offerings: rows a second and the server's memory, as it is new, sent again, and all changed."""

import json
import time
import uuid
from collections.abc import AsyncIterator

import httpx
import psutil

from bench.torture import Shop
from tests.live import Live

ROWS = 100_000
WAYS = (("new", "Jam", "created"), ("again", "Jam", "unchanged"), ("all changed", "Kaas", "changed"))
"""What the file is to the server, what is in it, and what becomes of every row."""


async def importing(live: Live, shop: Shop) -> list[str]:
    """A row of the report for each way."""
    coordinator = live.person(shop.treasurer.replace("treasurer", "coordinator"))
    headers = {"Authorization": f"Bearer {coordinator}"}
    assert live.process is not None
    server, found = psutil.Process(live.process.pid), []
    async with httpx.AsyncClient(base_url=live.url, timeout=600, headers=headers) as client:
        members = (await client.get(f"/v1/cooperatives/{shop.id}/members")).raise_for_status().json()["items"]

        async def lines(title: str) -> AsyncIterator[bytes]:
            row = {"memberId": members[0]["id"], "kind": "goods", "category": "eten", "priceUnit": "piece", "stock": 12}
            row |= {"vatClass": "reduced", "price": {"amount": "3.50"}, "town": "Breda"}
            for start in range(0, ROWS, 200):
                part = (row | {"externalId": f"S-{n}", "title": f"{title} {n}"} for n in range(start, start + 200))
                yield "".join(json.dumps(each) + "\n" for each in part).encode()

        path = f"/v1/cooperatives/{shop.id}/offering-imports?source=bench-{uuid.uuid4().hex[:8]}"
        kind = {"Content-Type": "application/x-ndjson"}
        for what, title, outcome in WAYS:
            before, began = server.memory_info().rss, time.perf_counter()
            answer = (await client.post(path, content=lines(title), headers=kind)).raise_for_status().json()
            seconds = time.perf_counter() - began
            assert answer[outcome] == ROWS, answer
            memory = f"{before // 2**20} to {server.memory_info().rss // 2**20} MB"
            found.append(f"| {what} | {ROWS / seconds:,.0f} | {memory} |")
    return found


def report(found: list[str]) -> str:
    what = f"{ROWS:,} rows of JSON lines through the API, with its client beside it. To reach first: 2,000 rows/s."
    table = "| rows are | rows/s | memory of the server, before and after |\n|---|---|---|\n"
    return f"\n## A partner's file\n\n{what}\n\n{table}" + "\n".join(found) + "\n"
