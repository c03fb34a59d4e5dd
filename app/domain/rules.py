"""The kinds of rules in an agreement, as data: how earnings are shared, and what is allowed."""

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
    """A percentage above `threshold_cents` goes to the municipality.

    `basis` is what a member keeps in a calendar year, what a member keeps in a calendar month, or what the cooperative
    fund gets in a calendar year.
    """

    threshold_cents: int
    basis_points: int
    basis: Literal["member_year", "member_month", "cooperative_year"] = "member_year"
    kind: Literal["remit_above"] = "remit_above"


@dataclass(frozen=True)
class MonthlyAllowance:
    """Up to `cap_cents` a member and calendar month is paid out as an expense allowance.

    With pots it is taken from what the member keeps, automatically; in a collective it is granted. `law` names a legal
    limit that applies as well (domain.limits).
    """

    cap_cents: int
    law: str | None = None
    kind: Literal["monthly_allowance"] = "monthly_allowance"


@dataclass(frozen=True)
class HourlyAllowance:
    """An amount per hour of effort, granted from the cooperative fund; at most a sum a member and month."""

    per_hour_cents: int
    monthly_cap_cents: int | None = None
    kind: Literal["hourly_allowance"] = "hourly_allowance"


@dataclass(frozen=True)
class Premium:
    """A premium for effort from the cooperative fund: `count` times a calendar year, and at most a sum in total."""

    count: int
    yearly_cap_cents: int
    law: str | None = None
    kind: Literal["premium"] = "premium"


@dataclass(frozen=True)
class CostCategory:
    """A category of costs that may be claimed: at most `yearly_cap_cents` a member and calendar year.

    With `approve_first`, a claim must be approved before the job is delivered.
    """

    name: str
    yearly_cap_cents: int | None = None
    approve_first: bool = False
    kind: Literal["cost_category"] = "cost_category"


@dataclass(frozen=True)
class Trial:
    """New members are on trial for a number of calendar months; their earnings are held until it ends."""

    months: int
    kind: Literal["trial"] = "trial"


@dataclass(frozen=True)
class Spending:
    """A purpose that a pot may pay for, and how a request is decided. A person always approves."""

    purpose: str
    policy: Literal["allowed", "needs_municipal_consent", "forbidden"]
    kind: Literal["spending"] = "spending"


@dataclass(frozen=True)
class PermissionNeeded:
    """Members need a dated permission of the municipality to earn; earnings without one are held.

    `warn_days` before it ends, the coordinator is asked to arrange the next one.
    """

    warn_days: int
    kind: Literal["permission"] = "permission"


@dataclass(frozen=True)
class Exit:
    """What happens to the pot of a member who leaves, and after how many months people are expected to (only a
    reminder).
    """

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
    """A collective's purchase from its fund needs a yes of this share of its members. `basis_points`: 7500 is 75 %."""

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
    """Some rules of a signed version of an agreement, loaded as a fact with an object that they decide about."""

    active_from: date
    rules: tuple[Rule, ...]


def rules_on(versions: Sequence[RulesFrom], day: date, kind: type[R]) -> tuple[R, ...] | None:
    """The rules of a kind on a day, from versions sorted latest first; None if no version applies."""
    version = next((version for version in versions if version.active_from <= day), None)
    return None if version is None else tuple(rule for rule in version.rules if isinstance(rule, kind))
