"""The thermometer of a member's savings pot."""

from datetime import date, datetime

from app.adapters.messages import explain
from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.domain.earning import thermometer as domain
from app.domain.earning.thermometer import PotKind
from app.domain.ledger import JournalKind
from app.ids import CooperativeId, JournalId, MemberId
from app.usecases.earning.thermometer import get_thermometer


@shape(domain.Movement)
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


@shape(domain.Thermometer)
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


thermometer = Noun("members")
thermometer.get("/members/{member_id}/thermometer", get_thermometer, Thermometer)
