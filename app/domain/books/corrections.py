"""Corrections: which bookings can be undone, by whom, on which day; and how several sides agree to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.days import check_day
from app.domain.errors import (
    AlreadySettled,
    BelowFloor,
    NotReversible,
    ReasonNeeded,
    RuleRefused,
    SecondPersonNeeded,
)
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg

K = JournalKind
RIGHTS: dict[JournalKind, Right] = {
    K.COUNT: Right.COUNT_CASH,
    K.PAYMENT: Right.RECORD_PAYMENT,
    K.REPAYMENT: Right.REFUND,
    K.CREDIT: Right.REFUND,
    K.WRITE_OFF: Right.REFUND,
    K.DEBT_WRITE_OFF: Right.WRITE_FUND,
    K.COST: Right.DECIDE_CLAIM,
    K.CHARGE: Right.CONFIRM_ASSIGNMENT,
    K.ALLOWANCE: Right.GRANT_ALLOWANCE,
    K.DONATION: Right.WRITE_FUND,
    K.FUND_EXPENSE: Right.WRITE_FUND,
    K.SPEND: Right.PAY_SPENDING,
    K.SPEND_BACK: Right.PAY_SPENDING,
    K.RELEASE: Right.DECIDE_HELD,
    K.COLLECTIVE_PURCHASE: Right.PAY_PURCHASE,
    K.REMITTANCE: Right.SETTLE_REMITTANCE,
    K.POT_SETTLEMENT: Right.SETTLE_POT,
    K.NETTING: Right.CONFIRM_NETTING,
    K.INTERNAL_DELIVERY: Right.DELIVER_INTERNALLY,
    K.BARTER: Right.ANSWER_BARTER,
    K.JOINT_PURCHASE: Right.SETTLE_PURCHASE,
    K.JOINT_PURCHASE_CREDIT: Right.SETTLE_PURCHASE,
    K.BILL: Right.WRITE_BILL,
    K.PAYOUT: Right.PAY_OUT,
    K.MATCH: Right.PLACE_LINE,
    K.BOOKING: Right.PLACE_LINE,
}
"""The bookings that people can undo, each with the right of the act itself: who may book it may undo it."""
RIGHTS_OF_JOBS = {("assignment", K.COST): Right.CONFIRM_ASSIGNMENT}
"""Of what was booked by the approval of a job, whose right is another, by type of source and kind."""


@dataclass(frozen=True)
class Seconds:
    """The rights of a second person: to agree or to refuse, and to read what it is about."""

    decide: Right
    read: Right


SECONDS: dict[JournalKind, Seconds] = {
    K.WRITE_OFF: Seconds(Right.CONFIRM_WRITE_OFF, Right.READ_WRITE_OFF_REVERSAL),
    K.DEBT_WRITE_OFF: Seconds(Right.CONFIRM_WRITE_OFF, Right.READ_WRITE_OFF_REVERSAL),
    K.COST: Seconds(Right.DECIDE_CLAIM, Right.READ_COST_REVERSAL),
    K.BILL: Seconds(Right.APPROVE_BILL, Right.READ_BILL),
}
"""Bookings that one of the staff proposes and another one confirms: two people undo them, too.

Of costs only those that a third person confirmed.
"""
BY_YEAR = frozenset({K.ALLOWANCE, K.RELEASE, K.COLLECTIVE_PURCHASE, K.POT_SETTLEMENT, K.BILL})
"""Bookings that count in the calendar year of a member or the fund. Their reversal counts in the same year."""
DEBT = "debt_set_off"
"""The rule of what a reversal sets off between a member's pot and debt; the booking itself had no such leg."""


class ReversalState(StrEnum):
    """The state of a reversal: several sides agree to some of them first."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    DECLINED = "declined"


@dataclass(frozen=True)
class Agreed:
    """A side that agreed, and the person who said so."""

    side_id: UUID
    person_id: UUID


@dataclass(frozen=True, kw_only=True)
class Reversal:
    """Why `journal_id` was undone, and by which journal (`reversed_by`), dated `day`.

    `side_ids` are the cooperatives or members who all have to agree first; nobody else has to if it is empty. A
    cooperative is in it twice if two of its people have to. `answer` is why one of them did not.
    """

    id: UUID
    journal_id: UUID
    cooperative_id: UUID
    kind: JournalKind
    source_type: str
    source_id: UUID
    day: date
    reason: str
    asked_by: UUID
    asked_at: datetime
    about_ids: tuple[UUID, ...] = ()
    """The members and the order that it is about: when one of them is erased, its words go."""
    side_ids: tuple[UUID, ...] = ()
    act_id: UUID | None = None
    """What its journals book together, if they have not all its id as their source."""
    agreed: tuple[Agreed, ...] = ()
    state: ReversalState = ReversalState.PROPOSED
    reversed_by: UUID | None = None
    answer: str = ""
    umbrella_id: UUID | None = None
    """The umbrella of the cooperative now; loaded."""
    version: int = 1

    @property
    def waits_for(self) -> tuple[UUID, ...]:
        """The sides that did not agree yet; a cooperative of whose people one did is still one of them."""
        left = list(self.side_ids)
        for one in self.agreed:
            left.remove(one.side_id)
        return tuple(left)

    @property
    def seconds(self) -> Seconds | None:
        """The rights of its second person; None if it does not take two people of one cooperative."""
        return SECONDS.get(self.kind) if len(set(self.side_ids)) < len(self.side_ids) else None


def can_be_reversed(journal: Journal) -> bool:
    """Whether people can undo a journal, as far as it tells by itself. Later bookings may still depend on it."""
    return _typed(journal) and journal.reversed_by is None


def _typed(journal: Journal) -> bool:
    """Whether a journal books what people typed; of charges, those that the approval of a job makes between two."""
    between = any(entry.account_kind is AccountKind.RECEIVABLE_COOPERATIVE for entry in journal.entries)
    return journal.kind in RIGHTS and (between or journal.kind is not K.CHARGE)


def right_to_reverse(source_type: str, kind: JournalKind) -> Right:
    """The right to undo a booking; for one that nobody undoes, that of reading it."""
    return RIGHTS_OF_JOBS.get((source_type, kind)) or RIGHTS.get(kind, Right.READ_LEDGER)


def check_reversible(journal: Journal) -> None:
    """Raises NotReversible for a booking that only follows from another act, AlreadySettled if it was undone."""
    if not _typed(journal):
        how = "reversal" if journal.reverses is not None else journal.kind
        raise NotReversible(kind=journal.kind, how=how)
    if journal.reversed_by is not None:
        raise AlreadySettled(what=journal.kind)


def reversal_day(journal: Journal, day: date | None, today: date) -> date:
    """The day on which a reversal counts, by default today: that of its journal or later, at most today.

    Of a booking that counts in a calendar year, by default the last day that this year has had. Of one that gave a bank
    line a place, by default its own day, so that another place is as if it had been the first. Raises DayOutOfRange.
    """
    booked = journal.effective_on
    last = today
    if journal.kind in BY_YEAR:
        last = max(booked, min(today, date(booked.year, 12, 31)))
    of_bank_line = any(entry.account_kind is AccountKind.SUSPENSE for entry in journal.entries)
    return check_day("day", day or (booked if of_bank_line else last), min(booked, last), last)


def propose(
    journal: Journal,
    *,
    reversal_id: UUID,
    by: UUID,
    now: datetime,
    day: date,
    reason: str,
    side_ids: Collection[UUID],
) -> Reversal:
    """A reversal to which the sides agree next. Raises ReasonNeeded."""
    if not reason.strip():
        raise ReasonNeeded(verb="reverse")
    return Reversal(
        id=reversal_id,
        journal_id=journal.id,
        cooperative_id=journal.cooperative_id,
        kind=journal.kind,
        source_type=journal.source_type,
        source_id=journal.source_id,
        day=day,
        reason=reason,
        asked_by=by,
        asked_at=now,
        about_ids=_about(journal),
        side_ids=tuple(sorted(side_ids)),
    )


def _about(journal: Journal) -> tuple[UUID, ...]:
    members = {entry.member_id for entry in journal.entries if entry.member_id is not None}
    return tuple(sorted(members | {UUID(entry.facts["order"]) for entry in journal.entries if "order" in entry.facts}))


def agree(reversal: Reversal, side_id: UUID, by: UUID, day: date | None) -> Reversal:
    """The reversal to which one more side, or a second person, agreed.

    Raises AlreadySettled for a side that did, SecondPersonNeeded for a person who did, RuleRefused for another day than
    the first one's.
    """
    if side_id not in reversal.waits_for:
        raise AlreadySettled(what="reversal", how="reversal")
    if any(one.person_id == by for one in reversal.agreed):
        raise SecondPersonNeeded(verb="reverse")
    if day not in (None, reversal.day):
        raise RuleRefused(rule="both_name_one_day", value=str(reversal.day))
    return replace(reversal, agreed=(*reversal.agreed, Agreed(side_id, by)))


def booked(reversal: Reversal, reversed_by: UUID) -> Reversal:
    """The reversal, booked as that journal."""
    return replace(reversal, state=ReversalState.BOOKED, reversed_by=reversed_by)


def declined(reversal: Reversal, reason: str) -> Reversal:
    """The reversal that a side does not want, or takes back. Raises AlreadySettled, ReasonNeeded."""
    if reversal.state is not ReversalState.PROPOSED:
        raise AlreadySettled(what="reversal")
    if not reason.strip():
        raise ReasonNeeded(verb="decline")
    return replace(reversal, state=ReversalState.DECLINED, answer=reason)


def into_balance(pots: Mapping[UUID, tuple[int, int]], legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Legs that undo a booking, and what they set off between pot and debt, so that nobody saves and owes at once.

    `pots` are the balance and the debt of each member before. Only a debt that the booking repaid comes back. Raises
    BelowFloor if a pot has too little for the rest: what was spent is not undone.
    """
    moved: list[Leg] = []
    for member_id in sorted({leg.member_id for leg in legs if leg.member_id is not None}):
        pot, owed = pots.get(member_id, (0, 0))
        savings = [leg.cents for leg in legs if leg.member_id == member_id and leg.kind is AccountKind.POT]
        debts = [leg.cents for leg in legs if leg.member_id == member_id and leg.kind is AccountKind.RECEIVABLE_MEMBER]
        left = pot + sum(savings) - owed + sum(debts)
        if -left > owed - sum(cents for cents in debts if cents < 0):
            raise BelowFloor
        moved += _set_off(member_id, pot + sum(savings) - max(left, 0))
    return (*legs, *moved)


def _set_off(member_id: UUID, cents: int) -> tuple[Leg, ...]:
    """Moves cents from the pot of a member to their debt; if negative, back again."""
    legs = (
        Leg(kind=AccountKind.POT, cents=-cents, rule=DEBT, facts={}, member_id=member_id),
        Leg(kind=AccountKind.RECEIVABLE_MEMBER, cents=cents, rule=DEBT, facts={}, member_id=member_id),
    )
    return legs if cents else ()
