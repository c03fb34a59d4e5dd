"""Workloads against their floors in the same run, in turns; writes bench/results.md and its pictures. `make bench`.

Figures are ratios of rates: these machines are shared and noisy, seconds say little. What each ratio should reach at
first stands beside it.
"""

import os
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import uvloop

from app.db.engine import Database
from app.db.logins import logins_at
from app.demo.loader import Loader
from app.domain.access import Scope
from app.domain.actors import Identity
from app.running.run import Run
from bench import assignment, joint, partner, reads, writes
from bench.plot import draw
from bench.reads import Load
from tests.live import Live

HERE = Path(__file__).parent
ROUNDS = 5
WHAT = {
    "R1 REST": (
        "a page of twenty by category and word; floor: bare ASGI that passes on JSON of one statement",
        0.5,
        0.85,
    ),
    "R1 GraphQL": ("the same by GraphQL", 0.12, 0.8),
    "R2": ("one offering; floor: the same bare server", 0.5, 0.85),
    "R3": ("thermometer with its last 20 movements; floor: one SQL statement that builds the JSON", 0.25, 0.5),
    "W1": ("order placed; floor: one PL/pgSQL call that writes the same rows", 0.3, 0.6),
    "W2": ("order paid, split and posted, over ten cooperatives; floor: one PL/pgSQL call likewise", 0.3, 0.6),
    "W3 against W2": ("the same on one cooperative; against the ten", 0.5, 0.8),
    "post()": (
        "one posting through asyncpg; floor: the same in a loop inside the server, committed each time",
        0.5,
        0.7,
    ),
}
"""What is measured, the ratio to reach first, the goal."""


async def measure(live: Live, folder: Path) -> tuple[dict[str, list[float]], dict[str, list[Load]], str]:
    """Every ratio, once a round; what was seen of the reads; the sections on purchases, assignments and files."""
    found, shops = await writes.measure(live, ROUNDS)
    loads = await reads.measure(live, folder, ROUNDS)
    for name, floor in reads.FLOORS.items():
        found[name] = [mine.rate / base.rate for mine, base in zip(loads[name], loads[floor], strict=True)]
    database = Database(logins_at(live.postgres.url()), size=writes.WIDTH)
    await database.open()

    def run_as(login: str) -> Run:
        return Run(database, Identity(f"{live.url}/people", login, None, frozenset(Scope)))

    coordinator = shops[0].treasurer.replace("treasurer", "coordinator")
    closed = await joint.closing(run_as, coordinator, uuid.UUID(shops[0].id))
    taken_in = await partner.importing(live, shops[2])
    approved = await assignment.approving(Loader(database, f"{live.url}/oauth"))
    await database.close()
    return found, loads, joint.report(closed) + assignment.report(approved) + partner.report(taken_in)


def results(found: dict[str, list[float]]) -> str:
    rows = []
    for name, (what, first, goal) in WHAT.items():
        ratios, reached = found[name], "yes" if median(found[name]) >= first else "**no**"
        spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
        rows.append(f"| {name} | {what} | {median(ratios):.2f} | {spread} | {first} | {reached} | {goal} |")
    head = f"Measured {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores, {ROUNDS} rounds in turns with the floor."
    table = "| | what | ratio (median) | range | to reach first | reached | goal |\n|---|---|---|---|---|---|---|\n"
    picture = "![What each workload reaches of its floor](results.svg)\n"
    alone, against = (median(found[name]) for name in ("W2 in the database", "W2 against that"))
    rules = f"""
## What the rules cost

The floor of W2 writes rows of the same shape and asks nobody anything. The same order, paid in one PL/pgSQL call as
well but under all rules (who acts, request key, row security, foreign keys, the lock of the year, journals with hashes
and checks), reaches {alone:.2f} of that floor. W2 reaches {against:.2f} of this call: the rest is the application.
"""
    page = f"# Benchmark\n\n{head} `make bench` writes this page.\n\n{picture}\n{table}"
    return page + "\n".join(rows) + "\n" + rules


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        Path(folder).chmod(0o755)
        live = Live.at(Path(folder) / "live")
        live.samen("demo")
        live.serve()
        try:
            found, loads, sections = uvloop.run(measure(live, Path(folder)))  # the loop that serves requests too
            text = results(found) + reads.report(loads) + sections
        finally:
            live.stop()
            Path(folder).mkdir(exist_ok=True)
    (HERE / "results.md").write_text(text, encoding="utf-8")
    rows = [(name, found[name], first, goal) for name, (_, first, goal) in WHAT.items()]
    draw(HERE / "results.svg", "What each workload reaches", rows)
    print(text)


if __name__ == "__main__":
    main()
