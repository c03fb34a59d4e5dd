"""Debts of members who left, written off against the fund."""

from datetime import date, datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain.books import debt_write_offs as domain
from app.domain.books.debt_write_offs import DEBT_WRITE_OFF, DebtWriteOffState
from app.ids import CooperativeId, DebtWriteOffId, MemberId
from app.usecases.books import debt_write_offs as usecases


@shape(domain.DebtWriteOff)
class DebtWriteOff:
    """A debt of a member who left, which the cooperative's fund bears once a second person has confirmed it."""

    id: DebtWriteOffId
    cooperative_id: CooperativeId
    """The cooperative."""
    member_id: MemberId
    """The member who owes it."""
    amount: Money = cents("cents")
    """The part of the debt."""
    reason: str
    """The reason."""
    state: DebtWriteOffState
    proposed_at: datetime
    """When the treasurer proposed it."""
    confirmed_on: date | None
    """The day on which a second person confirmed it."""
    version: int
    available_transitions: list[Step] = steps("DebtWriteOffTransition", DEBT_WRITE_OFF)


OF_ONE = "/cooperatives/{cooperative_id}/debt-write-offs"
ONE = "/debt-write-offs/{debt_write_off_id}"
debt_write_offs = Noun("debt_write_offs")
debt_write_offs.get(OF_ONE, usecases.list_debt_write_offs, DebtWriteOff)
debt_write_offs.post(
    "/members/{member_id}/debt-write-offs",
    usecases.propose_debt_write_off,
    DebtWriteOff,
    opens="/debt-write-offs",
)
debt_write_offs.get(ONE, usecases.get_debt_write_off, DebtWriteOff)
debt_write_offs.move(f"{ONE}/transitions", usecases.move_debt_write_off, DebtWriteOff, key=Key.KEPT)
