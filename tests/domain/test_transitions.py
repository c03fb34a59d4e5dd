"""Processes: the list of steps and the step itself use the same guards on the same case."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Right, Role
from app.domain.actors import Actor, Holding
from app.domain.buying.spending import SPENDING, Request
from app.domain.earning.costs import CLAIM, ApprovedInYear, ClaimState, CostClaim, Payee
from app.domain.errors import DomainError, ReasonNeeded, RuleRefused, SecondPersonNeeded, WrongState
from app.domain.people.members import MEMBERSHIP, Member, MemberState, MemberStep
from app.domain.rules import CostCategory, RulesFrom, Spending, Trial, rules_on
from app.domain.selling.orders import ORDER, OrderStep
from app.domain.transitions import (
    REASON,
    AvailableTransition,
    Case,
    Need,
    Process,
    Terms,
    Transition,
    available,
    every,
    move,
    reason_of,
)

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HELPER = Actor(person_id=UUID(int=1))


@dataclass(frozen=True)
class Letter:
    state: str = "written"
    author_id: object = None
    torn: bool = False
    collected_at: datetime | None = None


def _whole(case: Case[Letter]) -> str | None:
    return "torn" if case.thing.torn else None


def _not_the_author(case: Case[Letter]) -> SecondPersonNeeded | None:
    return SecondPersonNeeded() if case.thing.author_id == case.actor.person_id else None


ROWS: tuple[Transition[Letter], ...] = (
    Transition("read", ("written",), "read", Right.BUY, Terms(_not_the_author)),
    Transition(
        verb="send",
        sources=("written", "read"),
        target="sent",
        right=Right.BUY,
        terms=Terms(
            every(_whole, _not_the_author),
            needs=(REASON, Need("stamp", "a_letter_has_a_stamp")),
            until=lambda letter: letter.collected_at,
        ),
    ),
    Transition("lose", ("sent",), "lost", Right.RUN_TIMER),
)
LetterVerb = StrEnum("LetterVerb", ["read", "send"])
LetterState = StrEnum("LetterState", ["written", "read", "sent", "lost"])


def _all_rights(_: Any, __: Actor) -> Callable[[Right], bool]:
    return lambda _: True


LETTER: Process[Letter] = Process(verbs=LetterVerb, states=LetterState, rights=_all_rights, rows=ROWS)


def listed(process: Process[Any], thing: Any, actor: Actor = HELPER) -> list[AvailableTransition]:
    """The listed steps for an actor with every right."""
    return available(replace(process, rights=_all_rights), Case(thing, actor, NOW))


@given(
    st.builds(
        Letter,
        state=st.sampled_from(("written", "read", "sent", "lost")),
        author_id=st.sampled_from((HELPER.person_id, None)),
        torn=st.booleans(),
        collected_at=st.sampled_from((None, NOW - timedelta(hours=1), NOW, NOW + timedelta(hours=1))),
    ),
    st.sampled_from(("", " ", "because")),
    st.sampled_from((None, "0.98")),
)
def test_what_is_listed_is_what_happens(letter: Letter, reason: str, stamp: str | None) -> None:
    steps = {step.verb: step for step in listed(LETTER, letter)}
    assert set(steps) == {row.verb for row in LETTER if letter.state in row.sources and not row.timer}
    for row in LETTER:
        step, case = steps.get(row.verb), Case(letter, HELPER, NOW)
        missing = row.verb == "send" and (not reason.strip() or stamp is None)
        if row.timer:
            continue
        if step is not None and step.allowed and not missing:
            assert move(LETTER, case, row.verb, reason=reason, stamp=stamp) == step.to
            continue
        with pytest.raises(DomainError) as refused:
            move(LETTER, case, row.verb, reason=reason, stamp=stamp)
        if step is None:
            assert (refused.value.code, reason_of(refused.value)) == ("wrong_state", "wrong_state")
        elif not step.allowed:
            assert reason_of(refused.value) == step.reason
        else:
            assert isinstance(refused.value, ReasonNeeded | RuleRefused)


def test_a_step_tells_what_it_needs_and_until_when() -> None:
    letter = Letter(collected_at=NOW + timedelta(hours=1))
    read, send = listed(LETTER, letter)
    assert (read.needs, read.until, send.needs, send.until) == ((), None, ("reason", "stamp"), letter.collected_at)
    with pytest.raises(ReasonNeeded):
        move(LETTER, Case(letter, HELPER, NOW), "send", stamp="0.98")
    with pytest.raises(RuleRefused) as refused:
        move(LETTER, Case(letter, HELPER, NOW), "send", reason="because")
    assert refused.value.facts["rule"] == "a_letter_has_a_stamp"


def test_a_refusal_names_the_steps_that_nothing_blocks() -> None:
    with pytest.raises(WrongState) as refused:
        move(LETTER, Case(Letter(torn=True), HELPER, NOW), "send", reason="because", stamp="0.98")
    facts = refused.value.facts
    assert (facts["verb"], facts["reason"], facts["possible"]) == ("send", "torn", ["read"])


@pytest.mark.parametrize(
    "row",
    [
        Transition("post", ("written",), "sent", Right.BUY),
        Transition("send", ("folded",), "sent", Right.BUY),
        Transition("send", ("written",), "folded", Right.BUY),
        Transition("send", ("written",), "sent", Right.RUN_TIMER),
    ],
    ids=["a verb", "a source", "a target", "a verb of callers for the clock"],
)
def test_a_row_has_words_of_its_process_only(row: Transition[Letter]) -> None:
    with pytest.raises(ValueError, match="LetterState"):
        replace(LETTER, rows=(row,))


@pytest.mark.parametrize(("process", "trail"), [(ORDER, OrderStep), (MEMBERSHIP, MemberStep)])
def test_a_trail_knows_every_step(process: Process[Any], trail: type[StrEnum]) -> None:
    assert {row.verb for row in process} <= set(trail)


def test_who_has_no_right_is_told_so_first() -> None:
    nobody = replace(LETTER, rights=lambda *_: lambda _: False)
    (read, _) = available(nobody, Case(Letter(author_id=HELPER.person_id), HELPER, NOW))
    assert (read.allowed, read.reason) == (False, "forbidden")


def test_the_version_of_the_day_decides() -> None:
    versions = (RulesFrom(date(2026, 3, 1), (Trial(2),)), RulesFrom(date(2026, 1, 1), (Trial(3),)))
    assert [rules_on(versions, date(2026, month, 1), Trial) for month in (2, 3)] == [(Trial(3),), (Trial(2),)]
    assert rules_on(versions, date(2025, 12, 31), Trial) is None
    assert rules_on(versions, date(2026, 3, 1), Spending) == ()


def test_nobody_ends_their_own_candidacy_and_a_trial_needs_a_rule() -> None:
    person_id, member_id = uuid4(), uuid4()
    member = Member(
        id=member_id,
        cooperative_id=uuid4(),
        name="Sam",
        trade_name="Sam",
        person_id=person_id,
        state=MemberState.CANDIDATE,
    )
    own = Actor(person_id=person_id, holdings=(Holding(Role.MEMBER, member.cooperative_id, member_id=member_id),))
    reasons = {s.verb: s.reason for s in listed(MEMBERSHIP, member)}
    assert reasons == {"start_trial": "rule_missing", "admit": None, "reject": None, "withdraw": None}
    tried = replace(member, trials=(RulesFrom(date(2026, 1, 1), (Trial(3),)),))
    reasons = {s.verb: s.reason for s in listed(MEMBERSHIP, tried, own)}
    assert reasons == dict.fromkeys(("start_trial", "admit", "reject"), "second_person_needed") | {"withdraw": None}


@pytest.mark.parametrize(
    ("free", "policy", "reason"),
    [
        (8_900, "allowed", None),
        (8_899, "allowed", "below_floor"),
        (8_900, "forbidden", "spending_forbidden"),
        (8_900, "", "purpose_unknown"),
        (8_900, None, "agreement_missing"),
    ],
)
def test_a_request_is_submitted_if_the_pot_and_the_agreement_allow_it(
    free: int, policy: str | None, reason: str | None
) -> None:
    rules = (Spending("tools", policy),) if policy else ()  # type: ignore[arg-type]
    versions = () if policy is None else (RulesFrom(date(2026, 1, 1), rules),)
    asked = Request(
        id=uuid4(),
        cooperative_id=uuid4(),
        municipality_id=uuid4(),
        member_id=uuid4(),
        agreement_id=uuid4(),
        purpose="tools",
        policy="allowed",
        title="Pump",
        supplier="Shop",
        cents=8_900,
        requested_by=uuid4(),
        requested_at=NOW,
        free_cents=free,
        policies=versions,
    )
    (submit, _) = listed(SPENDING, asked)
    assert (submit.verb, submit.reason) == ("submit", reason)


def test_a_cap_counts_the_year_of_the_work() -> None:
    cap = RulesFrom(date(2025, 1, 1), (CostCategory("tools", 10_000),))
    claim = CostClaim(
        id=uuid4(),
        order_id=uuid4(),
        order_line_id=uuid4(),
        cooperative_id=uuid4(),
        member_id=uuid4(),
        category="tools",
        cents=4_001,
        payee=Payee.MEMBER,
        receipt="receipt 12",
        claimed_by=uuid4(),
        claimed_at=NOW,
        categories=(cap,),
    )
    claim = replace(claim, approved=(ApprovedInYear(2025, 9_000), ApprovedInYear(2026, 6_000)))

    def reason(of: CostClaim) -> str | None:
        return listed(CLAIM, of)[0].reason

    assert reason(claim) == "cap_reached"
    assert reason(replace(claim, cents=4_000)) is None
    assert reason(replace(claim, cents=1_000, delivered_at=NOW - timedelta(days=100))) is None
    assert reason(replace(claim, cents=1_001, delivered_at=NOW - timedelta(days=100))) == "cap_reached"
    assert reason(replace(claim, category="trips")) == "category_unknown"
    waiting = replace(claim, cents=1, state=ClaimState.TO_CONFIRM)
    assert reason(waiting) is None
    assert reason(replace(waiting, line_people=(HELPER.person,))) == "second_person_needed"
