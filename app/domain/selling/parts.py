"""Parts of an assignment: slots with seats, the members who take them or wait for one, and their hours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.actors import NOBODY, Actor
from app.domain.days import check_day
from app.domain.errors import AlreadyExists, Forbidden, RuleRefused, WrongState
from app.domain.selling.shares import Share, ShareKind
from app.domain.transitions import Case, Need, Process, Terms, Transition, every, move
from app.domain.vat import DECLARED_BY_BUYER, VatClass


class PartState(StrEnum):
    """The state of a part of a job."""

    INVITED = "invited"
    WAITING = "waiting"
    TAKEN = "taken"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    HANDED_ON = "handed_on"


class PartVerb(StrEnum):
    """Steps of a part."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    HAND_ON = "hand_on"
    TAKE_OVER = "take_over"
    LEAVE = "leave"
    RELEASE = "release"


@dataclass(frozen=True, kw_only=True)
class Slot:
    """`seats` people of a role for `minutes` each. Every seat has the same share, `share_size` of `share_kind`:
    basis points (percent), the minutes themselves (hours), cents (fixed) or a weight (rest)."""

    id: UUID
    assignment_id: UUID
    lead_id: UUID
    role: str
    seats: int
    minutes: int
    share_kind: ShareKind
    share_size: int
    skills: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str = ""
    vat_class: VatClass = VatClass.STANDARD
    """The VAT on a partner's charge to the lead."""
    version: int = 1
    share_cents: int | None = None
    """The planned earnings of one seat, if the slot is read for display; None while the shares differ."""

    def share_of(self, minutes: int) -> Share:
        """The share of one seat with this many minutes, worked or planned."""
        return Share(self.share_kind, minutes if self.share_kind is ShareKind.HOURS else self.share_size)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A member on a slot.

    `number` is the position in the queue; `minutes` are approved; `net_cents` is known once the assignment is approved.
    `offered_to` is a colleague who may take it over.
    """

    id: UUID
    assignment_id: UUID
    slot_id: UUID
    lead_id: UUID
    cooperative_id: UUID
    member_id: UUID
    number: int
    state: PartState
    joined_at: datetime
    offered_to: UUID | None = None
    minutes: int = 0
    net_cents: int = 0
    job_state: str = ""
    """The state of the assignment."""
    worked: bool = False
    """Whether it has reported hours that were not refused."""
    version: int = 1

    @property
    def active(self) -> bool:
        return self.state in ACTIVE


@dataclass(frozen=True, kw_only=True)
class Hours:
    """A report of work on a part on a day; a correction is a new report of the difference; it counts once approved."""

    id: UUID
    part_id: UUID
    assignment_id: UUID
    lead_id: UUID
    cooperative_id: UUID
    member_id: UUID
    day: date
    minutes: int
    note: str
    reported_by: UUID
    reported_at: datetime
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    refused_by: UUID | None = None
    refused_at: datetime | None = None
    reason: str = ""
    """The reason of the refusal; refused hours do not count."""
    version: int = 1

    @property
    def stands(self) -> bool:
        return self.refused_at is None


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A cooperative's signature for one version of the terms, with the earnings of its parts by them."""

    id: UUID
    assignment_id: UUID
    lead_id: UUID
    cooperative_id: UUID
    terms: int
    cents: int
    signed_by: UUID
    signed_at: datetime


ACTIVE = (PartState.INVITED, PartState.WAITING, PartState.TAKEN)
EVER_TAKEN = (PartState.TAKEN, PartState.WITHDRAWN, PartState.HANDED_ON)


CHANGES_HANDS = ("published", "staffing", "agreed", "in_progress")
"""The states of an assignment in which its parts can be taken, given up and handed on."""


def _changes_hands(case: Case[Part]) -> str | None:
    return None if case.thing.job_state in CHANGES_HANDS else "parts_are_fixed"


def _of(case: Case[Part], member_id: UUID | None) -> Forbidden | None:
    """The caller is this member, or their cooperative's coordinator."""
    actor, place = case.actor, case.thing.cooperative_id
    allowed = actor is NOBODY or case.may(Right.TAKE_PART, place, own=actor.as_member(member_id))
    return None if allowed else Forbidden(right=Right.TAKE_PART)


def _of_worker(case: Case[Part]) -> Forbidden | None:
    return _of(case, case.thing.member_id)


def _of_colleague(case: Case[Part]) -> Forbidden | None:
    return _of(case, case.thing.offered_to)


def _offered(case: Case[Part]) -> str | None:
    return None if case.thing.offered_to else "not_offered"


def _unworked(case: Case[Part]) -> RuleRefused | None:
    """Hours stay with the person who worked them."""
    return RuleRefused(rule="worked_hours_stay", value="") if case.thing.worked else None


_answerable = every(_of_worker, _changes_hands)
_given_up = every(_of_worker, _changes_hands, _unworked)
_takes_over = every(_of_colleague, _changes_hands, _offered, _unworked)
_releasable = every(_changes_hands, _unworked)
_COLLEAGUE = (Need("to_member_id", "hand_on_names_a_colleague"),)


def _rights(part: Part, actor: Actor) -> Callable[[Right], bool]:
    """The rights of the lead's staff, of their own cooperative's staff, and of the member."""
    own = actor.as_member(part.member_id, part.offered_to)

    def may(right: Right) -> bool:
        return actor.may(right, part.lead_id if right is Right.LEAD_ASSIGNMENT else part.cooperative_id, own=own)

    return may


PART: Process[Part] = Process(
    verbs=PartVerb,
    states=PartState,
    rights=_rights,
    rows=(
        Transition("accept", ("invited",), "taken", Right.TAKE_PART, Terms(_answerable)),
        Transition("decline", ("invited",), "declined", Right.TAKE_PART, Terms(_answerable)),
        Transition("withdraw", ("waiting", "taken"), "withdrawn", Right.TAKE_PART, Terms(_given_up)),
        Transition("hand_on", ("taken",), "taken", Right.TAKE_PART, Terms(_given_up, needs=_COLLEAGUE)),
        Transition("take_over", ("taken",), "handed_on", Right.TAKE_PART, Terms(_takes_over)),
        Transition(
            "leave", ("taken",), "taken", Right.TAKE_PART, Terms(every(_of_colleague, _changes_hands, _offered))
        ),
        Transition("release", ("invited", "waiting", "taken"), "withdrawn", Right.LEAD_ASSIGNMENT, Terms(_releasable)),
    ),
)


def after_part(case: Case[Part], verb: str, **inputs: object) -> Part:
    """The part after `verb`. Raises WrongState, RuleRefused if hours stand, Forbidden for somebody else's answer."""
    return replace(case.thing, state=PartState(move(PART, case, verb, **inputs)))


def seat_or_queue(slot: Slot, parts: Iterable[Part]) -> PartState:
    """Whether a newcomer gets a seat or waits: nobody passes those who wait already."""
    mine = [part for part in parts if part.slot_id == slot.id]
    taken = sum(part.state is PartState.TAKEN for part in mine)
    waiting = any(part.state is PartState.WAITING for part in mine)
    return PartState.TAKEN if taken < slot.seats and not waiting else PartState.WAITING


def joined(slot: Slot, parts: Sequence[Part], part: Part) -> list[Part]:
    """The parts with one more. Raises AlreadyExists for a member who has that slot, or waits for it, already."""
    if any(other.slot_id == slot.id and other.member_id == part.member_id and other.active for other in parts):
        raise AlreadyExists(what="part")
    return [*parts, part]


def promoted(slots: Sequence[Slot], parts: Sequence[Part]) -> list[Part]:
    """The parts after free seats went to the waiting list, in its order."""
    found = {part.id: part for part in parts}
    for slot in slots:
        mine = [part for part in found.values() if part.slot_id == slot.id]
        free = slot.seats - sum(part.state is PartState.TAKEN for part in mine)
        waiting = sorted((p for p in mine if p.state is PartState.WAITING), key=lambda part: part.number)
        for part in waiting[: max(free, 0)]:
            found[part.id] = replace(part, state=PartState.TAKEN)
    return list(found.values())


def check_slot(slot: Slot, parts: Iterable[Part]) -> Slot:
    """Returns the slot. Raises RuleRefused for fewer seats than are taken, an empty share, times in the wrong order."""
    taken = sum(part.slot_id == slot.id and part.state is PartState.TAKEN for part in parts)
    if slot.seats < taken:
        raise RuleRefused(rule="seats_are_taken", value=str(taken))
    if slot.vat_class is VatClass.MARGIN:
        raise RuleRefused(rule="no_margin_here", value=slot.vat_class)
    if slot.vat_class in DECLARED_BY_BUYER:
        raise RuleRefused(rule="the_job_reverses_vat", value=slot.vat_class)
    if slot.share_kind is not ShareKind.HOURS and slot.share_size < 1:
        raise RuleRefused(rule="a_share_has_a_size", value=slot.share_kind)
    if slot.starts_at and slot.ends_at and slot.ends_at < slot.starts_at:
        raise RuleRefused(rule="ends_after_it_starts", value=slot.ends_at.isoformat())
    return slot


def check_hours(part: Part, reported: Iterable[Hours], minutes: int, day: date, first: date, today: date) -> None:
    """Checks that `minutes` more can be reported. Raises WrongState, RuleRefused below zero, DayOutOfRange."""
    if part.state is not PartState.TAKEN:
        raise WrongState(verb="report_hours", state=part.state, possible=[])
    if minutes == 0 or sum(entry.minutes for entry in reported if entry.stands) + minutes < 0:
        raise RuleRefused(rule="hours_stay_above_zero", value=str(minutes))
    check_day("day", day, first, today)
