"""Barters: minutes go from the receiver to the giver, within what somebody may owe."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.earning.barters import BARTER, Trade, answered, barter_legs, check_parties
from app.domain.errors import DebtLimitReached, Forbidden, RuleRefused
from app.domain.rules import Barter, RulesFrom
from app.domain.transitions import Case, available

PLACE, GIVER, RECEIVER = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
TRADE = Trade(
    id=UUID(int=9),
    cooperative_id=PLACE,
    giver_id=GIVER,
    receiver_id=RECEIVER,
    minutes=60,
    title="Haren knippen",
    proposed_at=NOW,
    limits=(RulesFrom(date(2026, 1, 1), (Barter(600),)),),
)


def member(member_id: UUID) -> Actor:
    holdings = (Holding(Role.MEMBER, PLACE, None, member_id),)
    return Actor(person_id=member_id, issuer="i", subject="s", scopes=frozenset(Scope), holdings=holdings)


@pytest.mark.parametrize(
    ("who", "verb", "state"),
    [
        (RECEIVER, "confirm", "confirmed"),
        (RECEIVER, "decline", "declined"),
        (GIVER, "cancel", "cancelled"),
        (GIVER, "confirm", None),
        (GIVER, "decline", None),
        (RECEIVER, "cancel", None),
    ],
    ids=lambda value: {GIVER: "giver", RECEIVER: "receiver"}.get(value, str(value)),
)
def test_who_answers_what(who: UUID, verb: str, state: str | None) -> None:
    case = Case(TRADE, member(who), NOW)
    steps = {step.verb: step.allowed for step in available(BARTER, case)}
    assert steps[verb] is (state is not None)
    if state:
        assert answered(case, verb).state == state
        return
    with pytest.raises(Forbidden):
        answered(case, verb)


@pytest.mark.parametrize(
    ("has", "limit", "owed"),
    [(60, 0, None), (0, 60, None), (59, 0, 1), (-541, 600, 601)],
    ids=["enough", "up to the limit", "a minute short", "beyond the limit"],
)
def test_minutes_change_hands(has: int, limit: int, owed: int | None) -> None:
    if owed is None:
        assert {leg.member_id: leg.cents for leg in barter_legs(TRADE, has, limit)} == {RECEIVER: -60, GIVER: 60}
        return
    with pytest.raises(DebtLimitReached) as refused:
        barter_legs(TRADE, has, limit)
    assert refused.value.facts == {"owed": owed, "limit": limit}


@pytest.mark.parametrize(
    ("has", "versions", "reason"),
    [(-540, TRADE.limits, None), (-541, TRADE.limits, "debt_limit_reached"), (0, (), "rule_missing")],
    ids=["up to the limit", "beyond the limit", "no rule for barter"],
)
def test_the_list_of_steps_knows_the_limit(has: int, versions: tuple[RulesFrom, ...], reason: str | None) -> None:
    case = Case(replace(TRADE, receiver_minutes=has, limits=versions), member(RECEIVER), NOW)
    (confirm,) = [step for step in available(BARTER, case) if step.verb == "confirm"]
    assert confirm.reason == reason


def test_nobody_trades_with_themselves() -> None:
    check_parties(GIVER, RECEIVER)
    with pytest.raises(RuleRefused):
        check_parties(GIVER, GIVER)
