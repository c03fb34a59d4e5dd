"""R1 and R2: the public catalogue by REST and GraphQL, against a bare server that passes on JSON of one statement.

wrk (Debian) asks; server, floor and database share the machine with it, in turns. 50,000 offerings are published.
"""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import asyncpg
import httpx
import psutil

from tests.live import ROOT, Live, free_port

OFFERINGS, SECONDS, CONNECTIONS = 50_000, 4, 32
CATEGORIES = ("tuin", "eten", "kleding", "klussen", "vervoer")
WORDS = ("snoeien", "jam", "jurk", "kast", "fiets", "taart", "gordijn", "lamp", "heg", "soep")
FILL = """
    insert into offering (id, cooperative_id, member_id, kind, title, text, category, price_unit, price_cents,
                          price_basis, consumer_price_cents, vat_class, town, tags, hidden_by, lead_time_minutes,
                          state, edition, version)
    select uuidv7(), m.cooperative_id, m.id, 'service', w[1 + n % 10] || ' straat' || n % 400,
           'Wij komen ' || w[1 + n / 10 % 10] || ' en ' || w[1 + n / 100 % 10] || ' bij u thuis, met gereedschap.',
           c[1 + n / 7 % 5], 'piece', 500 + n % 9000, 'incl', 500 + n % 9000, 'standard', 'Breda', '{}', '{}', 0,
           'published', 1, 1
      from generate_series(1, $1) n cross join (select $2::text[] as w, $3::text[] as c) words
      join (select id, cooperative_id, row_number() over (order by id) - 1 as place, count(*) over () as many
              from member where state = 'member') m on m.place = n % m.many"""
DOCUMENT = """query ($text: String, $category: String) { catalogue(first: 20, text: $text, category: $category) {
    pageInfo { hasNextPage endCursor } edges { node { id title text category tags price { amount currency } vatClass
    town left maker cooperative { id slug name } } } } }"""
PROGRAM = """
made, at = {{}}, 0
function init(args)
{requests}
end
function request()
  at = at % #made + 1
  return made[at]
end
function done(summary, latency, requests)
  local wrong = summary.errors.status + summary.errors.read + summary.errors.timeout
  local said = "\\nSAID %d %d %d %d %d\\n"
  local half, most = latency:percentile(50), latency:percentile(99)
  io.write(string.format(said, summary.requests, summary.duration, half, most, wrong))
end
"""


@dataclass
class Load:
    """What wrk saw: requests a second, milliseconds at two percentiles, CPU milliseconds a request."""

    rate: float
    p50: float
    p99: float
    app_cpu: float
    database_cpu: float


def in_lua(path: str, body: str | None = None) -> str:
    """A request as wrk makes it: a GET, or a POST of JSON."""
    if body is None:
        return f'wrk.format("GET", {json.dumps(path)})'
    return f'wrk.format("POST", {json.dumps(path)}, {{["Content-Type"] = "application/json"}}, {json.dumps(body)})'


def script(folder: Path, name: str, requests: list[str]) -> Path:
    """A program for wrk that sends these one after another, again and again."""
    file = folder / f"{name.replace(' ', '-')}.lua"
    lines = [f"  made[{number}] = {request}" for number, request in enumerate(requests, 1)]
    file.write_text(PROGRAM.format(requests="\n".join(lines)), encoding="utf-8")
    return file


def cpu(pid: int) -> float:
    """CPU seconds of a process and its children so far."""
    process = psutil.Process(pid)
    return sum(sum(one.cpu_times()[:2]) for one in (process, *process.children(recursive=True)))


async def wrk(url: str, program: Path, app: int, database: int) -> Load:
    """Ask for some seconds. Raises RuntimeError for an answer that is no 2xx or 3xx."""
    before = cpu(app), cpu(database)
    command = ["wrk", "-t1", "--timeout", "20s", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(program), url]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    printed = (await process.communicate())[0].decode()
    after = cpu(app), cpu(database)
    said = re.search(r"SAID (\d+) (\d+) (\d+) (\d+) (\d+)", printed)
    if said is None:
        raise RuntimeError(printed)
    count, micros, p50, p99, wrong = map(int, said.groups())
    if wrong:
        raise RuntimeError(f"{wrong} answers of {url} were no good:\n{printed}")
    spent = [(b - a) * 1000 / count for a, b in zip(before, after, strict=True)]
    return Load(count / micros * 1e6, p50 / 1000, p99 / 1000, *spent)


@contextmanager
def floor_server(live: Live) -> Iterator[tuple[str, int]]:
    """The floor behind a port: its address and its process."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "bench.floors.catalogue:app", "--port", str(port)]
    environment = os.environ | {"SAMEN_FLOOR": live.postgres.url(user="postgres")}
    process = subprocess.Popen([*command, "--log-level", "error"], cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    for _ in range(100):
        try:
            httpx.get(f"{url}/page?tuin&straat1")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    try:
        yield url, process.pid
    finally:
        process.terminate()
        process.wait()


async def programs(folder: Path, owner: asyncpg.Connection) -> dict[str, Path]:
    """What wrk sends: a hundred pairs of a category and a word that some have, and two hundred offerings."""
    pairs = [(category, f"straat{street}") for category in CATEGORIES for street in range(0, 400, 20)]
    ids = [str(row["id"]) for row in await owner.fetch("select id from offering where state = 'published' limit 200")]
    documents = [json.dumps({"query": DOCUMENT, "variables": {"category": c, "text": w}}) for c, w in pairs]
    asked = {
        "floor page": [in_lua(f"/page?{category}&{word}") for category, word in pairs],
        "floor one": [in_lua(f"/one?{offering}") for offering in ids],
        "R1 REST": [in_lua(f"/v1/catalogue/offerings?category={c}&text={w}&limit=20") for c, w in pairs],
        "R1 GraphQL": [in_lua("/graphql", document) for document in documents],
        "R2": [in_lua(f"/v1/catalogue/offerings/{offering}") for offering in ids],
    }
    return {name: script(folder, name, requests) for name, requests in asked.items()}


FLOORS = {"R1 REST": "floor page", "R1 GraphQL": "floor page", "R2": "floor one"}


async def measure(live: Live, folder: Path, rounds: int) -> dict[str, list[Load]]:
    """Each workload and its floor, `rounds` times in turns."""
    if shutil.which("wrk") is None:
        raise RuntimeError("wrk is needed (apt-get install wrk)")
    owner = await asyncpg.connect(live.postgres.url(user="postgres"))
    await owner.execute(FILL, OFFERINGS, list(WORDS), list(CATEGORIES))
    await owner.execute("vacuum analyze offering")
    sent = await programs(folder, owner)
    postmaster = int((live.postgres.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    assert live.process is not None
    found: dict[str, list[Load]] = {name: [] for name in sent}
    with floor_server(live) as (floor, floor_pid):
        for number in range(-1, rounds):  # the first one warms up
            for name, program in sent.items():
                url, pid = (floor, floor_pid) if name.startswith("floor") else (live.url, live.process.pid)
                load = await wrk(url, program, pid, postmaster)
                if number >= 0:
                    found[name].append(load)
    await owner.close()
    return found


def report(found: dict[str, list[Load]]) -> str:
    """The reads in a table, medians of the rounds."""
    rows = []
    for name, loads in found.items():
        told = [median(getattr(load, field) for load in loads) for field in ("p50", "p99", "app_cpu", "database_cpu")]
        rows.append(f"| {name} | {' | '.join(f'{figure:.2f}' for figure in told)} |")
    what = f"{OFFERINGS:,} offerings, {CONNECTIONS} connections of wrk, one process of the server. Milliseconds."
    table = (
        "| | half are faster | 99% are faster | CPU of the app a request | of the database |\n|---|---|---|---|---|\n"
    )
    return f"\n## Reads\n\n{what}\n\n{table}" + "\n".join(rows) + "\n"
