"""Barter between members, in minutes."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.contract.transitions import Step, steps
from app.domain.earning import barters as domain
from app.domain.earning.barters import BARTER, BarterState
from app.ids import BarterId, CooperativeId, JournalId, MemberId
from app.usecases.earning.barters import answer_barter, get_minutes, list_barters, propose_barter


@shape(domain.Trade)
class Barter:
    """Work that one member did for another; minutes, no euro."""

    id: BarterId
    cooperative_id: CooperativeId
    """The cooperative of both."""
    giver_id: MemberId
    """The member who worked."""
    receiver_id: MemberId
    """The member for whom the work was done."""
    minutes: int
    """The minutes that it took."""
    title: str
    """What was done for the other."""
    proposed_at: datetime
    """When it was proposed."""
    state: BarterState
    journal_id: JournalId | None
    """The journal that moved the minutes, to reverse it."""
    version: int
    available_transitions: list[Step] = steps("BarterTransition", BARTER)


@shape(domain.MemberMinutes)
class MemberMinutes:
    """The barter minutes of a member."""

    member_id: MemberId
    """The member."""
    minutes: int
    """The number of minutes; if negative, the member owes them."""


OF_COOPERATIVE = "/cooperatives/{cooperative_id}/barters"
barters = Noun("funds")
barters.get(OF_COOPERATIVE, list_barters, Barter)
barters.post(OF_COOPERATIVE, propose_barter, Barter)
barters.move("/barters/{barter_id}/transitions", answer_barter, Barter)
barters.get("/members/{member_id}/minutes", get_minutes, MemberMinutes)
