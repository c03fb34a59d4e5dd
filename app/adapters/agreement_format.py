"""Agreements as strict data: what faces and files write, checked key by key, as the domain's rules and back."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app import vocabulary
from app.domain.agreements import (
    Barter,
    Collective,
    CostCategory,
    Example,
    Exit,
    HourlyAllowance,
    MonthlyAllowance,
    PermissionNeeded,
    Pot,
    Premium,
    RemitAbove,
    ReserveOfTurnover,
    Rule,
    ShareOfSurplus,
    Spending,
    Trial,
    Vote,
)
from app.domain.money import AMOUNT, basis_points_of, cents_of, decimal_text, percent_text

Percent = Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,2})?$", examples=["10", "12.5"])]
Amount = Annotated[str, Field(pattern=rf"^{AMOUNT}$", examples=["3000.00"])]
"""Zero or more."""
Euro = Annotated[str, Field(pattern=rf"^-?{AMOUNT}$", examples=["3000.00"])]
WHOLE = vocabulary.WHOLE


class Strict(BaseModel):
    """Unknown keys are refused; names are lowerCamelCase."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ShareOfSurplusFormat(Strict):
    """A percentage of what remains after costs, to a fund."""

    kind: Literal["share_of_surplus"]
    to: Literal["cooperative_fund", "training_pot", "parent"]
    percent: Percent


class ReserveOfTurnoverFormat(Strict):
    """A percentage of the net amount itself, to a fund."""

    kind: Literal["reserve_of_turnover"]
    to: Literal["cooperative_fund", "training_pot"]
    percent: Percent


class RemitAboveFormat(Strict):
    """A percentage above a threshold to the municipality: per member and year or month, or of the fund's year."""

    kind: Literal["remit_above"]
    basis: Literal["member_year", "member_month", "cooperative_year"] = "member_year"
    threshold: Amount
    percent: Percent


class MonthlyAllowanceFormat(Strict):
    """An expense allowance up to a cap a member and month; `law` names the legal limit beside it."""

    kind: Literal["monthly_allowance"]
    cap: Amount
    law: str | None = None


class HourlyAllowanceFormat(Strict):
    """An amount per hour put in, from the cooperative fund."""

    kind: Literal["hourly_allowance"]
    per_hour: Amount
    monthly_cap: Amount | None = None


class PremiumFormat(Strict):
    """A premium for effort, from the cooperative fund: so often a year, together at most a sum."""

    kind: Literal["premium"]
    count: Annotated[int, Field(strict=True, ge=1, le=100), WHOLE]
    yearly_cap: Amount
    law: str | None = None


class TrialFormat(Strict):
    """New members are on trial for so many calendar months; what they earn meanwhile is held."""

    kind: Literal["trial"]
    months: Annotated[int, Field(strict=True, ge=1, le=24), WHOLE]


class SpendingFormat(Strict):
    """What a pot may pay for, and how that is decided."""

    kind: Literal["spending"]
    purpose: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    policy: Literal["allowed", "needs_municipal_consent", "forbidden"]


class PermissionFormat(Strict):
    """Members earn with a dated permission of the municipality; without it what they earn is held."""

    kind: Literal["permission"]
    warn_days: Annotated[int, Field(strict=True, ge=0, le=365), WHOLE] = 30


class ExitFormat(Strict):
    """What becomes of the pot of who leaves, and after how many months people are expected to (a reminder, no more)."""

    kind: Literal["exit"]
    pot_to: Literal["member", "cooperative_fund", "municipality"]
    target_months: Annotated[int, Field(strict=True, ge=1, le=120), WHOLE] | None = None


class VoteFormat(Strict):
    """What a collective buys from its fund needs the yes of so many of its members."""

    kind: Literal["vote"]
    percent: Percent


class BarterFormat(Strict):
    """Members trade time with each other, in minutes; nobody owes more than the limit."""

    kind: Literal["barter"]
    debt_limit_minutes: Annotated[int, Field(strict=True, ge=0, le=100_000), WHOLE]


class CostCategoryFormat(Strict):
    """What may be claimed as costs, up to a cap a member and year; perhaps only with approval before delivery."""

    kind: Literal["cost_category"]
    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    yearly_cap: Amount | None = None
    approve_first: bool = False


class PotFormat(Strict):
    """The rest goes to the member's savings pot."""

    kind: Literal["pot"]


class CollectiveFormat(Strict):
    """The rest goes to the cooperative fund; there are no pots."""

    kind: Literal["collective"]


RuleFormat = Annotated[
    TrialFormat
    | SpendingFormat
    | PermissionFormat
    | ExitFormat
    | BarterFormat
    | VoteFormat
    | CostCategoryFormat
    | ReserveOfTurnoverFormat
    | ShareOfSurplusFormat
    | RemitAboveFormat
    | MonthlyAllowanceFormat
    | HourlyAllowanceFormat
    | PremiumFormat
    | PotFormat
    | CollectiveFormat,
    Field(discriminator="kind"),
]


class ExampleFormat(Strict):
    """A worked example: amounts in euro, expected amounts by target."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    net: Euro
    costs: Euro = "0"
    year_so_far: Euro = "0"
    fund_so_far: Euro = "0"
    expected: dict[Literal["cooperative_fund", "training_pot", "parent", "municipality", "allowance", "pot"], Euro]


KINDS: dict[str, type[Rule]] = {
    "trial": Trial,
    "spending": Spending,
    "permission": PermissionNeeded,
    "exit": Exit,
    "barter": Barter,
    "vote": Vote,
    "cost_category": CostCategory,
    "reserve_of_turnover": ReserveOfTurnover,
    "share_of_surplus": ShareOfSurplus,
    "remit_above": RemitAbove,
    "monthly_allowance": MonthlyAllowance,
    "hourly_allowance": HourlyAllowance,
    "premium": Premium,
    "pot": Pot,
    "collective": Collective,
}


def to_rule(rule: RuleFormat) -> Rule:
    """The domain's rule: `percent` are basis points there, an amount of euro is `…_cents`. Raises AmountOutOfRange."""
    kind = KINDS[rule.kind]
    values: dict[str, Any] = {}
    for field in fields(kind):
        written = getattr(rule, _name(field.name))
        if written is None or field.name == "kind":
            continue
        if field.name == "basis_points":
            written = basis_points_of(written)
        elif field.name.endswith("_cents"):
            written = cents_of(written)
        values[field.name] = written
    return kind(**values)


def to_example(example: ExampleFormat) -> Example:
    """The domain's example. Raises AmountOutOfRange."""
    expected = {str(target): cents_of(amount) for target, amount in example.expected.items()}
    numbers = (cents_of(example.costs), cents_of(example.year_so_far), cents_of(example.fund_so_far))
    return Example(example.name, cents_of(example.net), expected, *numbers)


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as it is written in files and answers; what is not set is left out."""
    data: dict[str, Any] = {}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name == "basis_points":
            value = percent_text(value)
        elif field.name.endswith("_cents") and value is not None:
            value = decimal_text(value)
        if value is not None:
            data[to_camel(_name(field.name))] = value
    return {"kind": data.pop("kind")} | data


def _name(field: str) -> str:
    return "percent" if field == "basis_points" else field.removesuffix("_cents")


def example_data(example: Example) -> dict[str, Any]:
    """An example as it is written in files and answers."""
    return {
        "name": example.name,
        "net": decimal_text(example.net_cents),
        "costs": decimal_text(example.cost_cents),
        "yearSoFar": decimal_text(example.year_so_far_cents),
        "fundSoFar": decimal_text(example.fund_so_far_cents),
        "expected": {target: decimal_text(cents) for target, cents in example.expected.items()},
    }
