"""Netting between cooperatives, paid once; and credit limits."""

from datetime import date, datetime

from app.adapters.messages import explain
from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.contract.transitions import Step, steps
from app.domain.books import nettings as domain
from app.domain.books.nettings import NETTING, NettingState
from app.ids import CooperativeId, NettingId, PersonId
from app.usecases.books import nettings as usecases


@shape(domain.Netting)
class Netting:
    """The debts of two cooperatives to each other, set off. The difference is paid once."""

    id: NettingId
    first_id: CooperativeId
    """One of the two cooperatives: the one whose id comes first."""
    second_id: CooperativeId
    """The other one."""
    first_owes: Money
    """The debt of the first to the second."""
    second_owes: Money
    """The debt of the second to the first."""
    net: Money
    """The amount that the first pays the second; if negative, the second pays."""
    as_of: datetime
    """The moment up to which entries count."""
    state: NettingState
    first_confirmed_by: PersonId | None
    """The person who confirmed it for the first."""
    second_confirmed_by: PersonId | None
    """The person who confirmed it for the second."""
    paid_on: date | None
    """The day of the payment, once a side gave it."""
    reason: str
    """The reason of the refusal."""
    version: int
    available_transitions: list[Step] = steps("NettingTransition", NETTING)


@shape(domain.StatementLine)
class NettingLine:
    """One entry of a side's books about the other."""

    day: date
    """The day on which it counts."""
    reason: str = computed(lambda line, viewer: explain(line.rule, line.facts, viewer.language))
    """The reason of the booking, in the caller's language."""
    amount: Money = cents("cents")
    """The amount that the other owes; if negative, that is owed to the other."""


@shape(usecases.Statement)
class NettingStatement:
    """A side's own entries about the other side, since the previous netting."""

    netting_id: NettingId = computed(lambda statement, _: statement.netting.id)
    """The netting that it explains."""
    cooperative_id: CooperativeId
    """The cooperative whose books they are."""
    lines: list[NettingLine]
    """The entries, oldest first."""
    total: Money
    """The balance that the other owes."""


@shape(domain.CreditLimit)
class CreditLimit:
    """The most that another cooperative may owe."""

    creditor_id: CooperativeId
    """The cooperative that set it."""
    debtor_id: CooperativeId
    """The cooperative that owes."""
    limit: Money | None = cents("cents")
    """The highest amount; null: no limit."""
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
