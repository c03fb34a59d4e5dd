"""Checks that an actor passed once are passed again only with their present roles."""

from dataclasses import replace
from uuid import uuid4

import pytest

from app.domain.access import Right, Role
from app.domain.actors import Actor, Holding, Passed
from app.domain.errors import Forbidden, NotFound, ScopeMissing

PLACE, MEMBER, PERSON = uuid4(), uuid4(), uuid4()
SCOPES = frozenset({"orders:read", "orders:write", "payments:write", "members:write"})


def somebody(*holdings: Holding) -> Actor:
    return Actor(
        person_id=PERSON, app_id=None, issuer="issuer", subject="subject", scopes=SCOPES, holdings=holdings, passed={}
    )


def test_an_office_that_ended_is_asked_again() -> None:
    treasurer = somebody(Holding(Role.TREASURER, PLACE))
    treasurer.require(Right.RECORD_PAYMENT, PLACE)
    passed = treasurer.passed or {}
    assert list(passed) == [Passed(Right.RECORD_PAYMENT, PLACE, None, ())]
    treasurer.require_again(passed)
    with pytest.raises(NotFound):
        somebody(Holding(Role.TREASURER, uuid4())).require_again(passed)
    with pytest.raises(Forbidden):
        somebody(Holding(Role.COORDINATOR, PLACE)).require_again(passed)
    with pytest.raises(ScopeMissing):
        replace(treasurer, scopes=frozenset({"orders:read"})).require_again(passed)


def test_a_row_is_ones_own_through_the_same_member_only() -> None:
    """Another membership, or the same one after it ended, does not give the row; a right that they keep does."""
    maker = somebody(Holding(Role.MEMBER, PLACE, None, MEMBER))
    maker.require(Right.WORK_ORDER, PLACE, own=maker.as_member(MEMBER))
    worked = dict(maker.passed or {})
    maker.require_again(worked)
    left = somebody(Holding(Role.FORMER_MEMBER, PLACE, None, MEMBER))
    for other in (somebody(Holding(Role.MEMBER, PLACE, None, uuid4())), left):
        with pytest.raises(Forbidden):
            other.require_again(worked)
    maker.require(Right.CANCEL_SPENDING, PLACE, own=maker.as_member(MEMBER))
    left.require_again([Passed(Right.CANCEL_SPENDING, PLACE, None, maker.as_member(MEMBER))])


def test_customers_and_apps_stay_who_they_are() -> None:
    customer = somebody()
    customer.require(Right.CONFIRM_ORDER, PLACE, own=customer.as_customer(PERSON, None))
    customer.require_again(customer.passed or {})
    with pytest.raises(NotFound):
        replace(customer, person_id=uuid4()).require_again(list(customer.passed or {}))
    app = Actor(person_id=None, app_id=uuid4(), issuer=None, subject=None, scopes=SCOPES, holdings=(), passed={})
    app.require(Right.CONFIRM_ORDER, PLACE, own=app.as_customer(None, app.app_id))
    app.require_again(app.passed or {})


def test_only_current_members_have_what_is_not_kept() -> None:
    now, before = Holding(Role.MEMBER, PLACE, None, MEMBER), Holding(Role.FORMER_MEMBER, uuid4(), None, uuid4())
    both = somebody(now, before)
    assert both.members_with(Right.READ_ORDER) == (MEMBER,)
    assert set(both.members_with(Right.READ_THERMOMETER)) == both.member_ids()
    assert both.present_at() == (PLACE,)
