"""Who may confirm a write-off, and whether its order still lets them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from app.domain.access import Role, Scope
from app.domain.actors import Actor, Holding
from app.domain.errors import MoreThanLeft, NothingOpen, RuleRefused, SecondPersonNeeded
from app.domain.selling.write_offs import WRITE_OFF, BorneBy, WriteOff, WriteOffState, WriteOffVerb, decide
from app.domain.transitions import Case, available

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
LOST = WriteOff(
    id=uuid4(),
    order_id=uuid4(),
    cooperative_id=uuid4(),
    cents=14_200,
    borne_by=BorneBy.MAKERS,
    reason="failliet",
    proposed_by=uuid4(),
    proposed_at=NOW,
    order_due_cents=14_200,
)


def officer(role: Role) -> Actor:
    return Actor(
        person_id=uuid4(),
        subject="x",
        scopes=frozenset(Scope),
        holdings=(Holding(role, LOST.cooperative_id),),
    )


def reasons(lost: WriteOff, actor: Actor) -> dict[str, str | None]:
    return {step.verb: step.reason for step in available(WRITE_OFF, Case(lost, actor, NOW))}


@pytest.mark.parametrize(
    ("changed", "refusal", "reason"),
    [
        ({"order_due_cents": 14_199}, MoreThanLeft, "more_than_left"),
        ({"order_due_cents": 0}, NothingOpen, "nothing_open"),
        ({"order_bearer": BorneBy.COOPERATIVE_FUND}, RuleRefused, "one_bearer"),
    ],
)
def test_it_is_not_confirmed_if_its_order_changed(
    changed: dict[str, Any], refusal: type[Exception], reason: str
) -> None:
    lost = replace(LOST, **changed)
    by = officer(Role.COORDINATOR)
    assert reasons(lost, by)["confirm"] == reason
    with pytest.raises(refusal):
        decide(Case(lost, by, NOW), WriteOffVerb.CONFIRM)
    assert reasons(lost, officer(Role.TREASURER))["withdraw"] is None


def test_another_person_confirms_it() -> None:
    by = officer(Role.TREASURER)
    assert reasons(LOST, by) == {"confirm": None, "withdraw": None}
    done = decide(Case(LOST, by, NOW), WriteOffVerb.CONFIRM)
    assert (done.state, done.confirmed_by, done.confirmed_on) == (WriteOffState.CONFIRMED, by.person_id, NOW.date())
    involved: list[dict[str, Any]] = [{"proposed_by": by.person_id}, {"customer_person_id": by.person_id}]
    for own in involved:
        with pytest.raises(SecondPersonNeeded):
            decide(Case(replace(LOST, **own), by, NOW), WriteOffVerb.CONFIRM)
