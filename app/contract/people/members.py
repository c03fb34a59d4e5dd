"""Members, their goal and their thermometer."""

from datetime import date, datetime

from app.adapters.messages import explain
from app.contract.operation import Key, Noun
from app.contract.shape import Money, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.earning import thermometer
from app.domain.earning.thermometer import PotKind
from app.domain.ledger import JournalKind
from app.domain.people import members as domain
from app.domain.people.members import MEMBERSHIP, Destination, MemberState, MemberStep
from app.ids import AppId, CooperativeId, JournalId, MemberEventId, MemberId, PersonId
from app.usecases.people import members as usecases


@shape(domain.Member)
class Member:
    """Somebody who makes what the cooperative sells, or a candidate."""

    id: MemberId
    cooperative_id: CooperativeId
    name: str
    """The name."""
    trade_name: str
    """The name in the shop."""
    person_id: PersonId | None
    """The person who may log in as them."""
    state: MemberState
    """The state of the membership."""
    goal_text: str | None
    """The goal that they save for."""
    goal: Money | None
    """The cost of the goal."""
    trial_until: date | None
    """The first day after the trial."""
    exited_on: date | None
    """The day on which they left."""
    destination: Destination | None
    """Their destination."""
    version: int
    available_transitions: list[Step] = steps("MemberTransition", MEMBERSHIP)


@shape(domain.MemberEvent)
class MemberEvent:
    """A step in the history of a membership."""

    id: MemberEventId
    verb: MemberStep
    """The step that was taken."""
    state: MemberState
    """The state after it."""
    at: datetime
    """The moment of the step."""
    person_id: PersonId | None
    """The person who did it."""
    app_id: AppId | None
    """The app through which it was done."""
    note: str
    """The note with it; empty for callers who may not read it."""


@shape(thermometer.Movement)
class Movement:
    """One line in the savings pot."""

    journal_id: JournalId
    """The journal that contains it."""
    line: int
    """Its number within the account."""
    journal_kind: JournalKind
    """The kind of booking."""
    effective_on: date
    """The day on which it counts."""
    booked_at: datetime
    """When it was booked."""
    amount: Money = cents("cents")
    """The amount that came in or, if negative, went out."""
    balance_after: Money
    """The balance of the pot after it."""
    order_reference: str | None
    """The order that it came from."""
    title: str | None
    """The goods or work that was sold or bought."""
    reason: str = computed(lambda movement, viewer: explain(movement.rule, movement.facts, viewer.language))
    """The reason, in the caller's language."""


@shape(thermometer.Thermometer)
class Thermometer:
    """How full a member's savings pot is, and why."""

    member_id: MemberId
    """The member."""
    cooperative_id: CooperativeId
    """Their cooperative."""
    name: str
    """The name."""
    kind: PotKind
    """Whether they save on their own; in a collective there are no pots."""
    balance: Money
    """The balance of the pot."""
    reserved: Money
    """The part of it that is reserved for purchases."""
    pending: Money
    """The earnings that are not booked yet, before the split."""
    held: Money
    """The earnings that are held until the coordinator decides."""
    year: int
    """The year of the total."""
    year_total: Money
    """The amount that counts for the year so far."""
    threshold: Money | None
    """The total above which a part goes to the municipality, if the agreement has one."""
    room_left: Money | None
    """The amount that can still be kept this year before a part goes to the municipality."""
    goal_text: str | None
    """The goal that they save for."""
    goal: Money | None
    """The cost of the goal."""
    movements: list[Movement]
    """The last lines, newest first."""


ONE = "/members/{member_id}"
members = Noun("members")
members.get("/cooperatives/{cooperative_id}/members", usecases.list_members, Member)
members.post("/cooperatives/{cooperative_id}/members", usecases.register_member, Member, key=Key.KEPT, opens="/members")
members.post("/cooperatives/{cooperative_id}/referrals", usecases.refer_member, Member, key=Key.KEPT, opens="/members")
members.get(ONE, usecases.get_member, Member)
members.patch(ONE, usecases.change_member, Member)
members.move(f"{ONE}/transitions", usecases.move_member, Member, key=Key.KEPT)
members.get(f"{ONE}/events", usecases.list_member_events, MemberEvent, below=Member)
members.put(f"{ONE}/goal", usecases.set_goal, Member)
members.get(f"{ONE}/thermometer", usecases.get_thermometer, Thermometer)
