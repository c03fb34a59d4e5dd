"""Assignments: what it takes to approve a job of two hundred parts over twenty-five cooperatives."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.demo.format import CooperativeFile
from app.demo.loader import Loader, all_of
from app.domain.assignments import Audience, PriceLine
from app.domain.cooperatives import Cooperative
from app.domain.customers import Contact
from app.domain.parts import draft_slot
from app.domain.vat import VatClass
from app.usecases.assignment_terms import sign_assignment
from app.usecases.assignments import get_assignment, move_assignment, plan_assignment
from app.usecases.cooperatives import list_cooperatives
from app.usecases.members import list_members
from app.usecases.parts import add_slot, join_slot
from bench.joint import counted

COOPERATIVES, PARTS = 25, 200
RULES = [
    {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"},
    {"kind": "remit_above", "threshold": "300.00", "percent": "50"},
    {"kind": "pot"},
]


def _file(number: int) -> CooperativeFile:
    """A cooperative with its officers, eight members and an agreement with a threshold."""
    slug = f"job-{number}"
    people = [
        {"login": f"{slug}-{role}", "name": f"{slug} {role}", "offices": [role]}
        for role in ("coordinator", "treasurer")
    ]
    members = [{"login": f"{slug}-{n}", "name": f"{slug} {n}", "tradeName": f"{slug} {n}"} for n in range(8)]
    agreement = {"title": "Bench", "activeFrom": "2026-01-01", "rules": RULES}
    agreement |= {"examples": [{"name": "nothing", "net": "0", "expected": {}}]}
    stated = {"slug": slug, "name": slug, "legalForm": "cooperative_ua", "municipality": "GM0758", "town": "Breda"}
    return CooperativeFile.model_validate(stated | {"people": people, "members": members, "agreements": [agreement]})


async def approving(loader: Loader) -> str:
    """Statements and seconds to approve: two hundred earnings, twenty-five journals."""
    await loader.load(Path(__file__).parent.parent / "app" / "demo" / "network")
    for number in range(COOPERATIVES):
        await loader.cooperative(_file(number))
    known = await all_of(lambda page: loader.network(list_cooperatives, page=page))
    places = sorted((row for row in known if row.slug.startswith("job-")), key=lambda row: int(row.slug[4:]))
    job_id = await _staffed(loader, places)
    began = time.perf_counter()
    with counted() as sent:
        reason = {"verb": "approve", "reason": "bench"}
        await loader.run_as("job-0-treasurer")(move_assignment, assignment_id=job_id, **reason)
    seconds = time.perf_counter() - began
    return f"{len(sent)} statements ({len(sent) / PARTS:.1f} a part), {seconds * 1000:.0f} ms"


async def _staffed(loader: Loader, places: list[Cooperative]) -> object:
    """A job that is done and waits for the customer."""
    lead = loader.run_as("job-0-coordinator")
    now = datetime.now(UTC)
    job = await lead(
        plan_assignment,
        cooperative_id=places[0].id,
        title="Bench",
        starts_at=now,
        ends_at=now + timedelta(hours=8),
        audience=Audience.ALL,
        contact=Contact("Bench", "bench@example.org"),
        lines=(PriceLine("Bench", 1, 10_000_001, VatClass.STANDARD),),
    )
    slot = draft_slot(role="work", seats=PARTS, minutes=60, share_kind="rest", share_size=1)
    seat = await lead(add_slot, assignment_id=job.id, slot=slot)
    await lead(move_assignment, assignment_id=job.id, verb="publish")
    for place in places:
        run = loader.run_as(f"{place.slug}-coordinator")
        found = await all_of(lambda page, run=run, place=place: run(list_members, cooperative_id=place.id, page=page))
        for member in found:
            await run(join_slot, slot_id=seat.id, member_id=member.id)
    terms = (await lead(get_assignment, assignment_id=job.id)).terms
    for place in places:
        signer = loader.run_as(f"{place.slug}-treasurer")
        await signer(sign_assignment, assignment_id=job.id, cooperative_id=place.id, terms=terms)
    for verb in ("agree", "start", "deliver"):
        await lead(move_assignment, assignment_id=job.id, verb=verb)
    return job.id


def report(approved: str) -> str:
    """The section of the results."""
    what = f"Approving a job of {PARTS} parts over {COOPERATIVES} cooperatives, each with a threshold: {approved}."
    return f"\n## Assignments\n\n{what}\n"
