"""Jobs of several cooperatives: what each step waits for, whose word counts, and what voids a signature."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.errors import (
    DomainError,
    HoursStand,
    OwnOffering,
    ReasonNeeded,
    RuleRefused,
    SecondPersonNeeded,
    SharesDiffer,
    WrongState,
)
from app.domain.money import MAX_CENTS
from app.domain.selling.assignments import (
    APPROVED_AFTER,
    ASSIGNMENT,
    Assignment,
    AssignmentState,
    Audience,
    JobCost,
    PriceLine,
    changeable,
    check_assignment,
    net_of,
    new_terms,
    not_own_job,
    open_to,
    seat_cents,
    shares_of,
    staffed,
    transition,
)
from app.domain.selling.parts import Part, PartState, Slot
from app.domain.selling.shares import ShareKind
from app.domain.transitions import Case, available, reason_of
from app.domain.vat import VatClass

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LEAD, PARTNER, OTHER, CUSTOMER, PLANNER, WORKER = (UUID(int=number) for number in range(1, 7))


def slot(number: int = 1, seats: int = 1, kind: ShareKind = ShareKind.REST, size: int = 1) -> Slot:
    return Slot(
        id=UUID(int=10 + number),
        assignment_id=UUID(int=9),
        lead_id=LEAD,
        role="Koken",
        seats=seats,
        minutes=60,
        share_kind=kind,
        share_size=size,
    )


def part(number: int = 1, of: UUID = PARTNER, state: str = "taken", minutes: int = 0, slot_number: int = 1) -> Part:
    return Part(
        id=UUID(int=100 + number),
        assignment_id=UUID(int=9),
        slot_id=UUID(int=10 + slot_number),
        lead_id=LEAD,
        cooperative_id=of,
        member_id=UUID(int=200 + number),
        number=number,
        state=PartState(state),
        joined_at=NOW,
        minutes=minutes,
    )


def job(state: str = "draft", **more: Any) -> Assignment:
    """A job for 1000.00 that is staffed, signed and planned by somebody else than those who act."""
    fields: dict[str, Any] = {
        "id": UUID(int=9),
        "cooperative_id": LEAD,
        "title": "Buurtfeest",
        "about": "",
        "place": "Breda",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=4),
        "created_by": PLANNER,
        "created_at": NOW,
        "net_cents": 100_000,
        "lines": (PriceLine("Feest", 1, 100_000, VatClass.STANDARD),),
        "signed_ids": (LEAD, PARTNER),
        "party_ids": (PARTNER,),
        "roles": (slot(),),
        "approved_minutes": 0,
        "state": AssignmentState(state),
    }
    return Assignment(**fields | more)


def somebody(role: Role, place: UUID = LEAD, person: int = 50, member_id: UUID | None = None) -> Actor:
    holdings = (Holding(role, place, None, member_id),)
    return Actor(person_id=UUID(int=person), issuer="i", subject="s", scopes=frozenset(Scope), holdings=holdings)


COORDINATOR, TREASURER = somebody(Role.COORDINATOR), somebody(Role.TREASURER)
BUYER = Actor(person_id=CUSTOMER, issuer="i", subject="c", scopes=frozenset(Scope))


@pytest.mark.parametrize(
    ("verb", "state", "more", "reason"),
    [
        pytest.param("publish", "draft", {}, None, id="publish"),
        pytest.param("publish", "draft", {"net_cents": 0}, "price_missing", id="publish without a price"),
        pytest.param("agree", "staffing", {}, None, id="agree"),
        pytest.param("agree", "staffing", {"open_seats": 1}, "seats_open", id="agree with an open seat"),
        pytest.param("agree", "staffing", {"signed_ids": (PARTNER,)}, "signatures_missing", id="the lead signs too"),
        pytest.param("agree", "staffing", {"deposit_cents": 121_000}, None, id="a deposit of all, with VAT"),
        pytest.param("agree", "staffing", {"deposit_cents": 121_001}, "deposit_within_price", id="a cent more"),
        pytest.param("start", "agreed", {"deposit_cents": 5, "paid_cents": 5}, None, id="start"),
        pytest.param("start", "agreed", {"deposit_cents": 5, "paid_cents": 4}, "deposit_missing", id="not paid"),
        pytest.param("deliver", "in_progress", {}, None, id="deliver"),
        pytest.param("deliver", "in_progress", {"open_hours": 1}, "hours_open", id="hours nobody approved"),
        pytest.param(
            "deliver", "in_progress", {"roles": (slot(kind=ShareKind.HOURS),)}, "shares_differ", id="no hours at all"
        ),
        pytest.param("resume", "disputed", {}, None, id="resume"),
    ],
)
def test_what_each_step_of_the_lead_waits_for(verb: str, state: str, more: dict[str, Any], reason: str | None) -> None:
    case = Case(job(state, **more), COORDINATOR, NOW)
    step = {one.verb: one for one in available(ASSIGNMENT, case)}[verb]
    assert step.reason == reason
    if reason is None:
        assert transition(case, verb).state == step.to
        return
    with pytest.raises(DomainError) as refused:
        transition(case, verb)
    assert reason_of(refused.value) == reason


def test_the_shares_have_to_make_the_whole() -> None:
    fixed = job(roles=(slot(kind=ShareKind.FIXED, size=99_999),))
    with pytest.raises(SharesDiffer):
        transition(Case(fixed, COORDINATOR, NOW), "publish")


def test_what_was_worked_is_not_cancelled_by_the_lead_alone() -> None:
    assert transition(Case(job("agreed"), COORDINATOR, NOW), "cancel", reason="regen").reason == "regen"
    with pytest.raises(ReasonNeeded):
        transition(Case(job("agreed"), COORDINATOR, NOW), "cancel")
    with pytest.raises(HoursStand) as refused:
        transition(Case(job("in_progress", approved_minutes=60), COORDINATOR, NOW), "cancel", reason="regen")
    assert refused.value.facts["minutes"] == 60


@pytest.mark.parametrize(
    ("who", "more", "reason", "refusal"),
    [
        pytest.param(BUYER, {"customer_person_id": CUSTOMER}, "", None, id="the customer"),
        pytest.param(TREASURER, {}, "gebeld", None, id="a treasurer passes on what the customer said"),
        pytest.param(TREASURER, {}, "", ReasonNeeded, id="without saying how they know"),
        pytest.param(TREASURER, {"created_by": UUID(int=50)}, "gebeld", SecondPersonNeeded, id="who planned it"),
        pytest.param(
            somebody(Role.TREASURER, member_id=WORKER),
            {"member_ids": (WORKER,)},
            "gebeld",
            SecondPersonNeeded,
            id="who does a part",
        ),
    ],
)
def test_whose_word_approves(who: Actor, more: dict[str, Any], reason: str, refusal: type[DomainError] | None) -> None:
    case = Case(job("delivered", delivered_at=NOW, **more), who, NOW)
    if refusal is None:
        assert transition(case, "approve", reason=reason).state is AssignmentState.APPROVED
        return
    with pytest.raises(DomainError) as refused:
        transition(case, "approve", reason=reason)
    assert type(refused.value) is refusal


@pytest.mark.parametrize(
    ("who", "customer", "verbs"),
    [
        pytest.param(TREASURER, None, {"approve", "dispute", "request_changes"}, id="no login: the treasurer"),
        pytest.param(TREASURER, CUSTOMER, set(), id="a customer with a login speaks for themselves"),
        pytest.param(BUYER, CUSTOMER, {"approve", "dispute", "request_changes"}, id="the customer"),
        pytest.param(COORDINATOR, None, {"cancel"}, id="the coordinator"),
    ],
)
def test_who_speaks_for_the_customer(who: Actor, customer: UUID | None, verbs: set[str]) -> None:
    case = Case(job("delivered", delivered_at=NOW, customer_person_id=customer), who, NOW)
    assert {step.verb for step in available(ASSIGNMENT, case) if step.allowed} == verbs


def test_silence_approves() -> None:
    done = job("delivered", delivered_at=NOW, customer_person_id=CUSTOMER)
    assert transition(Case(done, BUYER, NOW + APPROVED_AFTER - timedelta(seconds=1)), "approve")
    with pytest.raises(WrongState) as refused:
        transition(Case(done, BUYER, NOW + APPROVED_AFTER), "approve")
    assert refused.value.facts["reason"] == "time_is_over"
    assert transition(Case(done, BUYER, NOW + APPROVED_AFTER), "approve_silently").state is AssignmentState.APPROVED


@pytest.mark.parametrize(
    ("more", "place", "is_open"),
    [
        pytest.param({}, LEAD, True, id="the lead"),
        pytest.param({"state": "settled"}, PARTNER, True, id="who takes part, also later"),
        pytest.param({"state": "published"}, OTHER, False, id="own members only"),
        pytest.param({"state": "published", "audience": Audience.ALL}, OTHER, True, id="everybody"),
        pytest.param({"state": "delivered", "audience": Audience.ALL}, OTHER, False, id="everybody, too late"),
        pytest.param(
            {"state": "published", "audience": Audience.PARTNERS, "partner_ids": (OTHER,)}, OTHER, True, id="a partner"
        ),
        pytest.param({"state": "published", "audience": Audience.PARTNERS}, OTHER, False, id="another's partner"),
        pytest.param({"state": "published", "partner_ids": (OTHER,)}, OTHER, False, id="a partner of no audience"),
    ],
)
def test_to_whom_a_job_is_open(more: dict[str, Any], place: UUID, is_open: bool) -> None:
    assert open_to(job(**more), place) is is_open


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({}, None),
        ({"ends_at": NOW - timedelta(seconds=1)}, "ends_after_it_starts"),
        ({"net_cents": MAX_CENTS + 1}, "price_too_high"),
        ({"costs": (JobCost(title="Tent", supplier="Verhuur", cents=100_000),)}, None),
        ({"costs": (JobCost(title="Tent", supplier="Verhuur", cents=100_001),)}, "costs_within_price"),
    ],
    ids=["as it is", "backwards", "too expensive", "all goes to costs", "costs above the price"],
)
def test_what_a_job_may_be(more: dict[str, Any], rule: str | None) -> None:
    made = job(**more)
    if rule is None:
        assert check_assignment(made) is made
        return
    with pytest.raises(RuleRefused) as refused:
        check_assignment(made)
    assert refused.value.facts["rule"] == rule


@pytest.mark.parametrize(
    ("before", "after", "void"),
    [
        pytest.param([part(1)], [part(1)], False, id="nothing changed"),
        pytest.param([part(1)], [part(2)], False, id="a colleague instead"),
        pytest.param([part(1)], [part(1), part(2, state="waiting")], False, id="somebody waits"),
        pytest.param([part(1)], [part(2, of=OTHER)], True, id="another cooperative instead"),
        pytest.param([part(1)], [part(1, state="withdrawn")], True, id="a seat is open"),
    ],
)
def test_other_parties_void_every_signature(before: list[Part], after: list[Part], void: bool) -> None:
    changed = staffed(job("agreed"), [slot()], before, after)
    assert (changed.signed_ids, changed.terms) == (((), 2) if void else ((LEAD, PARTNER), 1))
    assert changed.state == ("staffing" if void else "agreed")
    taken = [one for one in after if one.state is PartState.TAKEN]
    assert changed.open_seats == 1 - len(taken)
    assert set(changed.party_ids) == {one.cooperative_id for one in taken}


def test_the_first_seat_that_is_taken_begins_the_staffing() -> None:
    changed = staffed(job("published", party_ids=()), [slot(seats=2)], [], [part(1)])
    assert (changed.state, changed.open_seats, changed.member_ids) == ("staffing", 1, (UUID(int=201),))
    assert staffed(job("published"), [slot()], [], []).state == "published"


def test_other_terms_are_signed_anew_and_agreed_anew() -> None:
    assert (new_terms(job("agreed")).state, new_terms(job("agreed")).unsigned_ids) == ("staffing", (LEAD, PARTNER))
    assert new_terms(job("in_progress")).state == "in_progress"


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(1, 10**7))
def test_the_parts_share_all_that_is_left_of_the_price(seats: list[int], net: int) -> None:
    """Whoever took the seats; an odd cent goes to one of them, as it was planned."""
    slots = [slot(number, count) for number, count in enumerate(seats)]
    pairs = [(number, seat) for number, count in enumerate(seats) for seat in range(count)]
    parts = [part(10 * number + seat, slot_number=number) for number, seat in pairs]
    made = job(net_cents=net, roles=tuple(slots))
    shares = shares_of(made, slots, parts)
    assert sum(shares.values()) == net
    assert max(shares.values()) - min(shares.values()) <= 1
    assert set(seat_cents(made, slots)) == {one.id for one in slots}


def test_hours_count_as_planned_before_and_as_approved_after() -> None:
    slots = [slot(1, 2, ShareKind.HOURS)]
    parts = [part(1, minutes=30), part(2, minutes=90)]
    assert list(shares_of(job(), slots, parts).values()) == [50_000, 50_000]
    assert list(shares_of(job(delivered_at=NOW), slots, parts).values()) == [25_000, 75_000]


def test_nobody_does_the_job_that_they_ordered() -> None:
    ordered = job(customer_person_id=CUSTOMER)
    not_own_job(ordered, PLANNER)
    not_own_job(replace(ordered, customer_person_id=None), None)
    with pytest.raises(OwnOffering):
        not_own_job(ordered, CUSTOMER)


def test_the_price_and_what_is_shared() -> None:
    assert net_of([PriceLine("a", 3, 100, VatClass.ZERO), PriceLine("b", 1, 1, VatClass.STANDARD)]) == 301
    tent = JobCost(title="Tent", supplier="Verhuur", cents=36_300, vat_cents=6_300)
    assert job(costs=(tent,)).shared_cents == 63_700
    assert job(costs=(tent.deducting(small_business=False),)).shared_cents == 70_000
    assert job(costs=(tent.deducting(small_business=True),)).shared_cents == 63_700


@pytest.mark.parametrize(
    ("state", "names", "may"),
    [
        ("draft", {"title", "lines"}, True),
        ("staffing", {"costs"}, True),
        ("agreed", {"about", "deposit"}, True),
        ("agreed", {"costs"}, False),
        ("in_progress", {"costs"}, True),
        ("in_progress", {"costs", "lines"}, False),
        ("delivered", {"costs"}, False),
        ("approved", set(), False),
    ],
)
def test_what_changes_once_the_price_is_agreed(state: str, names: set[str], may: bool) -> None:
    assert changeable(AssignmentState(state), names) is may
