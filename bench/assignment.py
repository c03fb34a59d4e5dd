"""Assignments: what it takes to approve a job of two hundred parts over twenty-five cooperatives."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.demo.format import CooperativeFile
from app.demo.loader import Loader, all_of
from app.domain.people.cooperatives import Cooperative
from app.domain.selling.assignments import AssignmentVerb, Audience
from app.domain.selling.shares import ShareKind
from app.usecases.people.cooperatives import list_cooperatives
from app.usecases.people.members import list_members
from app.usecases.selling.assignment_terms import sign_assignment
from app.usecases.selling.assignments import PriceLineInput, get_assignment, move_assignment, plan_assignment
from app.usecases.selling.parts import add_slot, join_slot
from app.usecases.shared.contacts import ContactInput
from app.vocabulary import MoneyIn
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
        treasurer = loader.run_as("job-0-treasurer")
        await treasurer(move_assignment, assignment_id=job_id, verb=AssignmentVerb.APPROVE, reason="bench")
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
        contact=ContactInput(name="Bench", email="bench@example.org"),
        lines=[PriceLineInput(title="Bench", unit_price=MoneyIn.of(10_000_001))],
    )
    seat = await lead(
        add_slot,
        assignment_id=job.id,
        role="work",
        seats=PARTS,
        minutes=60,
        share_kind=ShareKind.REST,
        share_size=1,
    )
    await lead(move_assignment, assignment_id=job.id, verb=AssignmentVerb.PUBLISH)
    for place in places:
        run = loader.run_as(f"{place.slug}-coordinator")
        found = await all_of(lambda page, run=run, place=place: run(list_members, cooperative_id=place.id, page=page))
        for member in found:
            await run(join_slot, slot_id=seat.id, member_id=member.id)
    terms = (await lead(get_assignment, assignment_id=job.id)).terms
    for place in places:
        signer = loader.run_as(f"{place.slug}-treasurer")
        await signer(sign_assignment, assignment_id=job.id, cooperative_id=place.id, terms=terms)
    for verb in (AssignmentVerb.AGREE, AssignmentVerb.START, AssignmentVerb.DELIVER):
        await lead(move_assignment, assignment_id=job.id, verb=verb)
    return job.id


def report(approved: str) -> str:
    """The section of the results."""
    what = f"Approving a job of {PARTS} parts over {COOPERATIVES} cooperatives, each with a threshold: {approved}."
    return f"\n## Assignments\n\n{what}\n"
