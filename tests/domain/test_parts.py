"""Parts of a job: who gets a seat, who waits, who gives it up, and the hours that were worked."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.errors import AlreadyExists, DayOutOfRange, DomainError, Forbidden, RuleRefused, WrongState
from app.domain.selling.parts import (
    PART,
    Hours,
    Part,
    PartState,
    Slot,
    after_part,
    check_hours,
    check_slot,
    joined,
    promoted,
    seat_or_queue,
)
from app.domain.selling.shares import ShareKind
from app.domain.transitions import Case, available
from app.domain.vat import VatClass

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
LEAD, PARTNER, MEMBER, COLLEAGUE = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)


def slot(seats: int = 2, **more: Any) -> Slot:
    fields: dict[str, Any] = {
        "id": UUID(int=10),
        "assignment_id": UUID(int=11),
        "lead_id": LEAD,
        "role": "Koken",
        "seats": seats,
        "minutes": 60,
        "share_kind": ShareKind.REST,
        "share_size": 1,
    }
    return Slot(**fields | more)


def part(state: str = "taken", number: int = 1, **more: Any) -> Part:
    fields: dict[str, Any] = {
        "id": UUID(int=100 + number),
        "assignment_id": UUID(int=11),
        "slot_id": UUID(int=10),
        "lead_id": LEAD,
        "cooperative_id": PARTNER,
        "member_id": MEMBER,
        "number": number,
        "state": PartState(state),
        "joined_at": NOW,
        "job_state": "published",
    }
    return Part(**fields | more)


def somebody(role: Role, place: UUID, member_id: UUID | None = None) -> Actor:
    holdings = (Holding(role, place, None, member_id),)
    return Actor(person_id=UUID(int=50), issuer="i", subject="s", scopes=frozenset(Scope), holdings=holdings)


WORKER, HELPER = somebody(Role.MEMBER, PARTNER, MEMBER), somebody(Role.MEMBER, PARTNER, COLLEAGUE)
OWN_OFFICE, LEADS_OFFICE = somebody(Role.COORDINATOR, PARTNER), somebody(Role.COORDINATOR, LEAD)


@pytest.mark.parametrize(
    ("states", "state"),
    [([], "taken"), (["taken"], "taken"), (["taken", "taken"], "waiting"), (["taken", "waiting"], "waiting")],
    ids=["the first", "one seat left", "full", "somebody waits already"],
)
def test_who_comes_gets_a_seat_or_waits(states: list[str], state: str) -> None:
    parts = [part(one, number) for number, one in enumerate(states)]
    elsewhere = [part("taken", 9, slot_id=UUID(int=99))] * 2
    assert seat_or_queue(slot(2), parts + elsewhere) == state


@pytest.mark.parametrize("state", PartState)
def test_nobody_is_on_a_slot_twice(state: PartState) -> None:
    before, more = [part(state)], part("waiting", 2)
    if state in ("invited", "waiting", "taken"):
        with pytest.raises(AlreadyExists):
            joined(slot(), before, more)
    else:
        assert joined(slot(), before, more) == [*before, more]


def test_free_seats_go_to_who_came_first() -> None:
    parts = [part("taken", 1), part("waiting", 4), part("waiting", 3), part("withdrawn", 2)]
    states = {one.number: one.state.value for one in promoted([slot(2)], parts)}
    assert states == {1: "taken", 2: "withdrawn", 3: "taken", 4: "waiting"}
    assert promoted([slot(0)], parts) == parts


@pytest.mark.parametrize(
    ("who", "more", "verbs"),
    [
        pytest.param(WORKER, {"state": PartState.INVITED}, {"accept", "decline"}, id="invited"),
        pytest.param(OWN_OFFICE, {"state": PartState.INVITED}, {"accept", "decline"}, id="their coordinator"),
        pytest.param(LEADS_OFFICE, {"state": PartState.INVITED}, {"release"}, id="the lead's coordinator"),
        pytest.param(WORKER, {}, {"withdraw", "hand_on"}, id="who has a seat"),
        pytest.param(WORKER, {"worked": True}, set(), id="who has worked"),
        pytest.param(WORKER, {"job_state": "delivered"}, set(), id="once it is delivered"),
        pytest.param(HELPER, {"offered_to": COLLEAGUE}, {"take_over", "leave"}, id="who was asked instead"),
        pytest.param(HELPER, {"offered_to": COLLEAGUE, "worked": True}, {"leave"}, id="asked after hours were worked"),
        pytest.param(WORKER, {"state": PartState.WAITING}, {"withdraw"}, id="who waits"),
    ],
)
def test_who_can_do_what_next(who: Actor, more: dict[str, Any], verbs: set[str]) -> None:
    steps = available(PART, Case(part(**more), who, NOW))
    assert {step.verb for step in steps if step.allowed} == verbs


@pytest.mark.parametrize(
    ("who", "verb", "more", "refusal"),
    [
        pytest.param(HELPER, "withdraw", {}, Forbidden, id="somebody else's seat"),
        pytest.param(WORKER, "withdraw", {"worked": True}, RuleRefused, id="what was worked stays"),
        pytest.param(WORKER, "withdraw", {"job_state": "approved"}, WrongState, id="too late"),
        pytest.param(OWN_OFFICE, "take_over", {}, WrongState, id="not offered"),
        pytest.param(WORKER, "hand_on", {}, RuleRefused, id="to nobody"),
    ],
)
def test_what_is_refused(who: Actor, verb: str, more: dict[str, Any], refusal: type[DomainError]) -> None:
    with pytest.raises(DomainError) as refused:
        after_part(Case(part(**more), who, NOW), verb)
    assert type(refused.value) is refusal


def test_a_seat_is_handed_on_to_a_colleague() -> None:
    offered = after_part(Case(part(), WORKER, NOW), "hand_on", to_member_id=COLLEAGUE)
    assert offered.state is PartState.TAKEN
    taken_over = after_part(Case(replace(offered, offered_to=COLLEAGUE), HELPER, NOW), "take_over")
    assert (taken_over.state, taken_over.active) == (PartState.HANDED_ON, False)


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        pytest.param({}, None, id="as many seats as are taken"),
        pytest.param({"seats": 1}, "seats_are_taken", id="fewer"),
        pytest.param({"vat_class": VatClass.MARGIN}, "no_margin_here", id="margin scheme"),
        pytest.param({"share_size": 0}, "a_share_has_a_size", id="an empty share"),
        pytest.param({"share_size": 0, "share_kind": ShareKind.HOURS}, None, id="hours have no size"),
        pytest.param({"starts_at": NOW, "ends_at": NOW - timedelta(hours=1)}, "ends_after_it_starts", id="backwards"),
        pytest.param({"starts_at": NOW, "ends_at": NOW}, None, id="no time at all"),
    ],
)
def test_what_a_slot_may_be(more: dict[str, Any], rule: str | None) -> None:
    made, parts = replace(slot(2), **more), [part("taken", 1), part("taken", 2), part("waiting", 3)]
    parts.append(part("taken", 4, slot_id=UUID(int=99)))
    if rule is None:
        assert check_slot(made, parts) is made
        return
    with pytest.raises(RuleRefused) as refused:
        check_slot(made, parts)
    assert refused.value.facts["rule"] == rule


def hours(minutes: int, *, refused: bool = False) -> Hours:
    return Hours(
        id=UUID(int=200),
        part_id=UUID(int=101),
        assignment_id=UUID(int=11),
        lead_id=LEAD,
        cooperative_id=PARTNER,
        member_id=MEMBER,
        day=NOW.date(),
        minutes=minutes,
        note="",
        reported_by=UUID(int=50),
        reported_at=NOW,
        refused_at=NOW if refused else None,
    )


@pytest.mark.parametrize(
    ("state", "before", "minutes", "day", "refusal"),
    [
        pytest.param("taken", [], 60, date(2026, 3, 5), None, id="an hour"),
        pytest.param("taken", [hours(60)], -60, date(2026, 3, 5), None, id="taken back"),
        pytest.param("taken", [hours(60)], -61, date(2026, 3, 5), RuleRefused, id="more than there was"),
        pytest.param("taken", [hours(60, refused=True)], -1, date(2026, 3, 5), RuleRefused, id="of what was refused"),
        pytest.param("taken", [], 0, date(2026, 3, 5), RuleRefused, id="nothing"),
        pytest.param("waiting", [], 60, date(2026, 3, 5), WrongState, id="without a seat"),
        pytest.param("taken", [], 60, date(2026, 3, 6), DayOutOfRange, id="tomorrow"),
        pytest.param("taken", [], 60, date(2026, 2, 28), DayOutOfRange, id="before the job"),
    ],
)
def test_which_hours_can_be_reported(
    state: str, before: list[Hours], minutes: int, day: date, refusal: type[DomainError] | None
) -> None:
    span = (date(2026, 3, 1), date(2026, 3, 5))
    if refusal is None:
        check_hours(part(state), before, minutes, day, *span)
        return
    with pytest.raises(refusal):
        check_hours(part(state), before, minutes, day, *span)
