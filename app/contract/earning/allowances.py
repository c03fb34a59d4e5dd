"""Allowances and premiums from the cooperative fund, and the legal limits beside them."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.contract.transitions import Step, steps
from app.domain import limits
from app.domain.earning import allowances as domain
from app.domain.earning.allowances import ALLOWANCE, AllowanceKind, AllowanceState
from app.domain.limits import LimitPeriod
from app.ids import AgreementId, AllowanceId, CooperativeId, MemberId
from app.usecases.earning import allowances as usecases


@shape(domain.Allowance)
class Allowance:
    """An allowance or a premium that a member got."""

    id: AllowanceId
    cooperative_id: CooperativeId
    """The cooperative that pays it from its fund."""
    member_id: MemberId
    """The member who gets it."""
    kind: AllowanceKind
    """What it is given for."""
    day: date
    """The day worked; for a month or a premium, a day in its period."""
    amount: Money = cents("cents")
    """How much it is."""
    minutes: int | None
    """How long the work took, if it is paid by the hour."""
    agreement_id: AgreementId
    """The version of the agreement that allows it."""
    granted_at: datetime
    """When it was granted."""
    reason: str
    """Why it was granted or, if it was taken back, why that was done."""
    state: AllowanceState
    """Whether it stands."""
    version: int
    available_transitions: list[Step] = steps("AllowanceTransition", ALLOWANCE)


@shape(limits.LegalLimit)
class LegalLimit:
    """An indication with its source; what the law says of a person is not for software to decide."""

    law: str
    """The rule of law, by its letter, as agreements name it."""
    what: str
    """What it limits."""
    from_date: date
    """The first day on which it holds."""
    until: date | None
    """The first day on which it holds no more; null: it holds until there is news."""
    per: LimitPeriod
    """The period in which the amount counts."""
    most: Money = cents("max_cents")
    """The highest amount."""
    max_count: int | None
    """How often it may be given a year."""
    basis_points: int | None
    """The share of the income that stays free, in hundredths of a percent."""
    months: int | None
    """For how many months it holds."""
    least_age: int | None
    """From which age it holds."""
    source: str
    """Where it is written."""


ONE = "/allowances/{allowance_id}"
allowances = Noun("allowances")
allowances.get("/cooperatives/{cooperative_id}/allowances", usecases.list_allowances, Allowance)
allowances.post("/members/{member_id}/allowances", usecases.grant_allowance, Allowance, opens="/allowances")
allowances.get(ONE, usecases.get_allowance, Allowance)
allowances.post(f"{ONE}/reversals", usecases.reverse_allowance, Allowance)
allowances.get("/legal-limits", usecases.list_legal_limits, LegalLimit)
