"""The rules that an agreement can have, as data: who gets what of what is earned, and what is allowed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar


@dataclass(frozen=True)
class ShareOfSurplus:
    """A percentage of what remains after costs, to a fund. `basis_points`: 1000 is 10 %."""

    to: Literal["cooperative_fund", "training_pot", "parent"]
    basis_points: int
    kind: Literal["share_of_surplus"] = "share_of_surplus"


@dataclass(frozen=True)
class ReserveOfTurnover:
    """A percentage of the net amount itself, before costs, to a fund; rounded half up."""

    to: Literal["cooperative_fund", "training_pot"]
    basis_points: int
    kind: Literal["reserve_of_turnover"] = "reserve_of_turnover"


@dataclass(frozen=True)
class RemitAbove:
    """A percentage of what is kept above `threshold_cents` goes to the municipality.

    By `basis`: of what a member keeps in a calendar year or a calendar month, or of what comes to the cooperative
    fund in a calendar year.
    """

    threshold_cents: int
    basis_points: int
    basis: Literal["member_year", "member_month", "cooperative_year"] = "member_year"
    kind: Literal["remit_above"] = "remit_above"


@dataclass(frozen=True)
class MonthlyAllowance:
    """Up to `cap_cents` a member and calendar month is paid out as an expense allowance.

    With pots it comes off what the member keeps, by itself; from a collective it is granted. `law` names the legal
    limit that holds beside it (domain.limits).
    """

    cap_cents: int
    law: str | None = None
    kind: Literal["monthly_allowance"] = "monthly_allowance"


@dataclass(frozen=True)
class HourlyAllowance:
    """An amount per hour put in, granted from the cooperative fund; at most a sum a member and month."""

    per_hour_cents: int
    monthly_cap_cents: int | None = None
    kind: Literal["hourly_allowance"] = "hourly_allowance"


@dataclass(frozen=True)
class Premium:
    """A premium for effort from the cooperative fund: `count` times a calendar year, together at most a sum."""

    count: int
    yearly_cap_cents: int
    law: str | None = None
    kind: Literal["premium"] = "premium"


@dataclass(frozen=True)
class CostCategory:
    """What may be claimed as costs: at most `yearly_cap_cents` a member and calendar year.

    With `approve_first` a claim has to be approved before the job is delivered.
    """

    name: str
    yearly_cap_cents: int | None = None
    approve_first: bool = False
    kind: Literal["cost_category"] = "cost_category"


@dataclass(frozen=True)
class Trial:
    """New members are on trial for so many calendar months; what they earn meanwhile is held."""

    months: int
    kind: Literal["trial"] = "trial"


@dataclass(frozen=True)
class Spending:
    """What a pot may pay for, and how that is decided. Who approves is a person, always."""

    purpose: str
    policy: Literal["allowed", "needs_municipal_consent", "forbidden"]
    kind: Literal["spending"] = "spending"


@dataclass(frozen=True)
class PermissionNeeded:
    """Members earn with a dated permission of the municipality; without it what they earn is held.

    `warn_days` before it ends the coordinator is asked to see to the next one.
    """

    warn_days: int
    kind: Literal["permission"] = "permission"


@dataclass(frozen=True)
class Exit:
    """What becomes of the pot of who leaves, and after how many months people are expected to (a reminder, no more)."""

    pot_to: Literal["member", "cooperative_fund", "municipality"]
    target_months: int | None = None
    kind: Literal["exit"] = "exit"


@dataclass(frozen=True)
class Barter:
    """Members trade time with each other, in minutes; nobody owes more than `debt_limit_minutes`."""

    debt_limit_minutes: int
    kind: Literal["barter"] = "barter"


@dataclass(frozen=True)
class Vote:
    """What a collective buys from its fund needs the yes of so many of its members. `basis_points`: 7500 is 75 %."""

    basis_points: int
    kind: Literal["vote"] = "vote"


@dataclass(frozen=True)
class Pot:
    """The rest goes to the member's own savings pot, the thermometer."""

    kind: Literal["pot"] = "pot"


@dataclass(frozen=True)
class Collective:
    """There are no personal pots: the rest goes to the cooperative fund."""

    kind: Literal["collective"] = "collective"


Rule = (
    Trial
    | Spending
    | PermissionNeeded
    | Exit
    | Barter
    | Vote
    | CostCategory
    | ReserveOfTurnover
    | ShareOfSurplus
    | RemitAbove
    | MonthlyAllowance
    | HourlyAllowance
    | Premium
    | Pot
    | Collective
)
R = TypeVar("R")


@dataclass(frozen=True)
class RulesFrom:
    """Some rules of a signed version of an agreement, as a fact about something that they decide on."""

    active_from: date
    rules: tuple[Rule, ...]


def rules_on(versions: Sequence[RulesFrom], day: date, kind: type[R]) -> tuple[R, ...] | None:
    """The rules of a kind on a day, of versions with the latest first; None if no version holds."""
    version = next((version for version in versions if version.active_from <= day), None)
    return None if version is None else tuple(rule for rule in version.rules if isinstance(rule, kind))
