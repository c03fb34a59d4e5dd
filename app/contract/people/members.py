"""Members, their goal and their thermometer."""

from datetime import date, datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, shape
from app.contract.transitions import Step, steps
from app.domain.people import members as domain
from app.domain.people.members import MEMBERSHIP, Destination, MemberState, MemberStep
from app.ids import AppId, CooperativeId, MemberEventId, MemberId, PersonId
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
