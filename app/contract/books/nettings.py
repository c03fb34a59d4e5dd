"""What cooperatives owe each other, netted and paid once; and how much may stand open."""

from datetime import date, datetime

from app.adapters.messages import explain
from app.contract.operation import Noun
from app.contract.shape import Money, cents, seen, shape
from app.contract.transitions import Step, steps
from app.domain.books import nettings as domain
from app.domain.books.nettings import NETTING, NettingState
from app.ids import CooperativeId, NettingId, PersonId
from app.usecases.books import nettings as usecases


@shape(domain.Netting)
class Netting:
    """What two cooperatives owe each other, set off. The difference is paid once."""

    id: NettingId
    first_id: CooperativeId
    """One of the two cooperatives: the one whose id comes first."""
    second_id: CooperativeId
    """The other one."""
    first_owes: Money
    """What the first owes the second."""
    second_owes: Money
    """What the second owes the first."""
    net: Money
    """What the first pays the second; below zero the other way round."""
    as_of: datetime
    """Until when it counts."""
    state: NettingState
    first_confirmed_by: PersonId | None
    """Who confirmed it for the first."""
    second_confirmed_by: PersonId | None
    """Who confirmed it for the second."""
    paid_on: date | None
    """The day of the payment, once a side named it."""
    reason: str
    """Why it was declined."""
    version: int
    available_transitions: list[Step] = steps("NettingTransition", NETTING)


@shape(domain.StatementLine)
class NettingLine:
    """One entry of a side's books about the other."""

    day: date
    """The day on which it counts."""
    reason: str = seen(lambda line, viewer: explain(line.rule, line.facts, viewer.language))
    """Why it was booked, in the caller's language."""
    amount: Money = cents("cents")
    """What the other owes more; below zero what is owed to the other."""


@shape(usecases.Statement)
class NettingStatement:
    """What a side's own books say about the other, since the netting before."""

    netting_id: NettingId = seen(lambda statement, _: statement.netting.id)
    """The netting that it explains."""
    cooperative_id: CooperativeId
    """Whose books they are."""
    lines: list[NettingLine]
    """The entries, oldest first."""
    total: Money
    """What the other owes on balance."""


@shape(domain.CreditLimit)
class CreditLimit:
    """How much another cooperative may owe at most."""

    creditor_id: CooperativeId
    """The cooperative that set it."""
    debtor_id: CooperativeId
    """The cooperative that owes."""
    limit: Money | None = cents("cents")
    """The highest amount; null: as much as it comes to."""
    version: int


ONE = "/nettings/{netting_id}"
THERE = "/cooperatives/{cooperative_id}"
nettings = Noun("nettings")
nettings.get(f"{THERE}/nettings", usecases.list_nettings, Netting)
nettings.post(f"{THERE}/nettings", usecases.propose_netting, Netting, opens="/nettings")
nettings.get(ONE, usecases.get_netting, Netting)
nettings.post(f"{ONE}/confirmations", usecases.confirm_netting, Netting)
nettings.post(f"{ONE}/refusals", usecases.decline_netting, Netting)
nettings.get(f"{ONE}/statement", usecases.get_netting_statement, NettingStatement)
nettings.get(f"{THERE}/credit-limits", usecases.list_credit_limits, CreditLimit)
nettings.put(f"{THERE}/credit-limits/{{debtor_id}}", usecases.set_credit_limit, CreditLimit)
