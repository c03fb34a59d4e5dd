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
    """An allowance or a premium of a member."""

    id: AllowanceId
    cooperative_id: CooperativeId
    """The cooperative that pays it from its fund."""
    member_id: MemberId
    """The member who gets it."""
    kind: AllowanceKind
    """The kind of allowance."""
    day: date
    """The day worked; for a month or a premium, a day in its period."""
    amount: Money = cents("cents")
    """The amount."""
    minutes: int | None
    """The minutes of work, if it is paid by the hour."""
    agreement_id: AgreementId
    """The version of the agreement that allows it."""
    granted_at: datetime
    """When it was granted."""
    reason: str
    """The reason of the grant or, if it was reversed, of the reversal."""
    state: AllowanceState
    """Whether it is granted or reversed."""
    version: int
    available_transitions: list[Step] = steps("AllowanceTransition", ALLOWANCE)


@shape(limits.LegalLimit)
class LegalLimit:
    """A legal limit with its source, as an indication; software cannot decide about a person's rights."""

    law: str
    """The rule of law, by the key that agreements use."""
    what: str
    """The amount that it limits."""
    from_date: date
    """The first day on which it applies."""
    until: date | None
    """The first day on which it does not apply any more; null: no end is known."""
    per: LimitPeriod
    """The period that the amount is for."""
    most: Money = cents("max_cents")
    """The highest amount."""
    max_count: int | None
    """The most times a year."""
    basis_points: int | None
    """The share of the income that stays free, in hundredths of a percent."""
    months: int | None
    """The number of months for which it applies."""
    least_age: int | None
    """The lowest age at which it applies."""
    source: str
    """The source of the limit."""


ONE = "/allowances/{allowance_id}"
allowances = Noun("allowances")
allowances.get("/cooperatives/{cooperative_id}/allowances", usecases.list_allowances, Allowance)
allowances.post("/members/{member_id}/allowances", usecases.grant_allowance, Allowance, opens="/allowances")
allowances.get(ONE, usecases.get_allowance, Allowance)
allowances.get("/legal-limits", usecases.list_legal_limits, LegalLimit)
