"""Which bookings are undone, on which day, and what a reversal sets off between a pot and a debt."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Right
from app.domain.books.corrections import (
    BY_YEAR,
    RIGHTS,
    SECONDS,
    agree,
    booked,
    can_be_reversed,
    check_reversible,
    declined,
    into_balance,
    propose,
    reversal_day,
    right_to_reverse,
)
from app.domain.buying.joint_purchases import PaidBy, Wish
from app.domain.buying.purchase_costs import reserved_before
from app.domain.errors import (
    AlreadySettled,
    BelowFloor,
    DayOutOfRange,
    NotReversible,
    ReasonNeeded,
    RuleRefused,
    SecondPersonNeeded,
)
from app.domain.ledger import AccountKind, Entry, Journal, JournalKind, Leg, negated
from app.usecases.books.corrections import ACTS, SIDES, UNDO

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
MEMBER = uuid4()
CENTS = st.integers(0, 10_000)


def journal(kind: JournalKind = JournalKind.DONATION, on: date = date(2026, 3, 5)) -> Journal:
    return Journal(
        id=uuid4(),
        cooperative_id=uuid4(),
        kind=kind,
        source_type="x",
        source_id=uuid4(),
        part=1,
        booked_at=NOW,
        effective_on=on,
        period=on.replace(day=1),
        entries=(),
    )


def leg(kind: AccountKind, cents: int, **facts: str) -> Leg:
    return Leg(kind=kind, cents=cents, rule="x", facts=facts, member_id=MEMBER)


def test_every_kind_with_a_right_has_a_way_and_every_reversal_a_kind() -> None:
    assert {kind for _, kind in UNDO} == set(RIGHTS)
    assert {*SIDES, *ACTS} <= set(UNDO)
    assert {*SECONDS, *(kind for _, kind in SIDES), *BY_YEAR} <= set(RIGHTS)
    assert set(SECONDS) <= {kind for _, kind in SIDES}
    for kind in RIGHTS:
        assert JournalKind(f"{kind}_reversal") not in RIGHTS


@pytest.mark.parametrize("kind", JournalKind)
def test_what_nobody_typed_is_not_reversed(kind: JournalKind) -> None:
    found = journal(kind)
    typed = kind in RIGHTS and kind is not JournalKind.CHARGE
    assert can_be_reversed(found) == typed
    if not typed:
        with pytest.raises(NotReversible) as refused:
            check_reversible(found)
        assert refused.value.facts == {"kind": kind, "how": kind}
    else:
        check_reversible(found)
        with pytest.raises(AlreadySettled):
            check_reversible(replace(found, reversed_by=uuid4()))


def test_only_the_charge_of_a_partner_is_reversed_with_the_approval_of_its_job() -> None:
    owed = Entry(
        line=1,
        account_id=uuid4(),
        account_kind=AccountKind.RECEIVABLE_COOPERATIVE,
        cents=-100,
        balance_after_cents=-100,
        rule="charged",
        facts={},
    )
    of_partner = replace(journal(JournalKind.CHARGE), entries=(owed,))
    assert can_be_reversed(of_partner)
    check_reversible(of_partner)
    of_customer = replace(of_partner, entries=(replace(owed, account_kind=AccountKind.RECEIVABLE_CUSTOMER),))
    assert not can_be_reversed(of_customer)


@pytest.mark.parametrize(
    ("source_type", "kind", "right"),
    [
        ("cost_claim", JournalKind.COST, Right.DECIDE_CLAIM),
        ("assignment", JournalKind.COST, Right.CONFIRM_ASSIGNMENT),
        ("order", JournalKind.CHARGE, Right.CONFIRM_ASSIGNMENT),
        ("order", JournalKind.SALE, Right.READ_LEDGER),
    ],
)
def test_whoever_may_book_it_may_undo_it(source_type: str, kind: JournalKind, right: Right) -> None:
    assert right_to_reverse(source_type, kind) is right


@pytest.mark.parametrize(
    ("kind", "on", "today", "last"),
    [
        (JournalKind.DONATION, date(2026, 3, 5), date(2027, 1, 2), date(2027, 1, 2)),
        (JournalKind.RELEASE, date(2026, 3, 5), date(2027, 1, 2), date(2026, 12, 31)),
        (JournalKind.RELEASE, date(2026, 3, 5), date(2026, 4, 2), date(2026, 4, 2)),
    ],
)
def test_the_day_is_within_bounds(kind: JournalKind, on: date, today: date, last: date) -> None:
    found = journal(kind, on)
    assert reversal_day(found, None, today) == last
    assert reversal_day(found, on, today) == on
    for day in (on.replace(day=4), last.replace(year=last.year + 1)):
        with pytest.raises(DayOutOfRange):
            reversal_day(found, day, today)


@pytest.mark.parametrize("kind", [JournalKind.DONATION, JournalKind.ALLOWANCE])
def test_a_day_that_an_old_slip_put_into_the_future_can_be_undone(kind: JournalKind) -> None:
    today = date(2026, 3, 20)
    assert reversal_day(journal(kind, date(2203, 3, 5)), None, today) in (today, date(2203, 3, 5))


def test_two_sides_agree_before_anything_is_booked() -> None:
    one, other, person = uuid4(), uuid4(), uuid4()
    asked = propose(
        journal(), reversal_id=uuid4(), by=person, now=NOW, day=date(2026, 3, 6), reason="x", side_ids=(one, other)
    )
    assert set(asked.waits_for) == {one, other}
    first = agree(asked, one, person, None)
    assert first.waits_for == (other,)
    with pytest.raises(AlreadySettled):
        agree(first, one, uuid4(), None)
    with pytest.raises(SecondPersonNeeded):
        agree(first, other, person, None)
    with pytest.raises(RuleRefused):
        agree(first, other, uuid4(), date(2026, 3, 7))
    second = agree(first, other, uuid4(), date(2026, 3, 6))
    assert second.waits_for == ()
    assert declined(first, "nee").answer == "nee"
    with pytest.raises(ReasonNeeded):
        declined(first, " ")
    with pytest.raises(AlreadySettled):
        declined(booked(second, uuid4()), "nee")


def test_two_people_of_one_cooperative_agree() -> None:
    place, first, second = uuid4(), uuid4(), uuid4()
    asked = propose(
        journal(JournalKind.WRITE_OFF),
        reversal_id=uuid4(),
        by=first,
        now=NOW,
        day=date(2026, 3, 6),
        reason="x",
        side_ids=(place, place),
    )
    assert asked.seconds is SECONDS[JournalKind.WRITE_OFF]
    one = agree(asked, place, first, None)
    assert one.waits_for == (place,)
    with pytest.raises(SecondPersonNeeded):
        agree(one, place, first, None)
    both = agree(one, place, second, None)
    assert both.waits_for == ()
    with pytest.raises(AlreadySettled):
        agree(both, place, uuid4(), None)
    assert replace(asked, side_ids=()).seconds is None
    assert replace(asked, side_ids=(place, uuid4())).seconds is None


def test_a_reason_is_needed() -> None:
    with pytest.raises(ReasonNeeded):
        propose(journal(), reversal_id=uuid4(), by=uuid4(), now=NOW, day=date(2026, 3, 6), reason=" ", side_ids=())


@given(pot=CENTS, owed=CENTS, savings=CENTS, repaid=CENTS)
def test_after_a_reversal_nobody_saves_and_owes_and_only_a_repaid_debt_comes_back(
    pot: int, owed: int, savings: int, repaid: int
) -> None:
    """The booking brought `savings` into the pot and repaid a debt of `repaid`."""
    pot = 0 if owed else pot
    legs = negated((leg(AccountKind.POT, savings), leg(AccountKind.RECEIVABLE_MEMBER, repaid)))
    try:
        found = into_balance({MEMBER: (pot, owed)}, legs)
    except BelowFloor:
        assert pot < savings
        return
    assert found[:2] == legs
    assert sum(one.cents for one in found[2:]) == 0
    after = pot + sum(one.cents for one in found if one.kind is AccountKind.POT)
    debt = owed - sum(one.cents for one in found if one.kind is AccountKind.RECEIVABLE_MEMBER)
    assert min(after, debt) == 0
    assert 0 <= debt <= owed + repaid
    assert after - debt == pot - owed - savings - repaid


def wish(member_id: UUID | None, charged: int, place: UUID) -> Wish:
    return Wish(
        id=uuid4(),
        purchase_id=uuid4(),
        lead_id=place,
        article_id=uuid4(),
        cooperative_id=place,
        member_id=member_id,
        paid_by=PaidBy.POT if member_id else PaidBy.ACCOUNT,
        wished_by=uuid4(),
        charged_cents=charged,
    )


def test_what_wishes_reserved_is_read_from_their_legs() -> None:
    place = uuid4()
    named, first, last = wish(MEMBER, 500, place), wish(None, 300, place), wish(None, 200, place)
    legs = [
        leg(AccountKind.RESERVED, -700, wish=str(named.id)),
        replace(leg(AccountKind.RESERVED, -400), member_id=None),
        replace(leg(AccountKind.RESERVED, -150), member_id=None),
        leg(AccountKind.POT, 200),
    ]
    found = reserved_before([named, first, last], {place: legs})
    assert found == {named.id: 700, first.id: 300, last.id: 250}
