"""Agreements as people write them: forms for rules and worked examples, converted to the domain's rules and back."""

from dataclasses import fields
from typing import Annotated, Any, Literal

from pydantic import Field
from pydantic.alias_generators import to_camel

from app.domain.earning.agreements import Example
from app.domain.money import AMOUNT, MAX_CENTS, basis_points_of, cents_of, decimal_text, percent_text
from app.domain.rules import (
    Barter,
    Collective,
    CostCategory,
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
from app.vocabulary import WHOLE, Between, Doc, Flag, Form, Percent, Text, Title

KIND = Doc("The kind of rule.")
Amount = Annotated[str, Field(pattern=rf"^{AMOUNT}$", examples=["3000.00"]), Between(0)]
"""Zero or more."""
Euro = Annotated[str, Field(pattern=rf"^-?{AMOUNT}$", examples=["3000.00"]), Between(-MAX_CENTS)]
Key = Annotated[str, Text(1, 60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Law = Annotated[str, Text(1, 60), Doc("The legal limit that also applies, by its key.")]


class ShareOfSurplusInput(Form):
    """A percentage of what remains after costs, to a fund."""

    kind: Annotated[Literal["share_of_surplus"], KIND]
    to: Annotated[Literal["cooperative_fund", "training_pot", "parent"], Doc("The fund that it goes to.")]
    percent: Percent


class ReserveOfTurnoverInput(Form):
    """A percentage of the net amount itself, to a fund."""

    kind: Annotated[Literal["reserve_of_turnover"], KIND]
    to: Annotated[Literal["cooperative_fund", "training_pot"], Doc("The fund that it goes to.")]
    percent: Percent


class RemitAboveInput(Form):
    """A percentage above a threshold to the municipality: per member and year or month, or for the fund per year."""

    kind: Annotated[Literal["remit_above"], KIND]
    basis: Annotated[Literal["member_year", "member_month", "cooperative_year"], Doc("The total that counts.")] = (
        "member_year"
    )
    threshold: Annotated[Amount, Doc("The total above which a part goes to the municipality.")]
    percent: Percent


class MonthlyAllowanceInput(Form):
    """An expense allowance per member and month."""

    kind: Annotated[Literal["monthly_allowance"], KIND]
    cap: Annotated[Amount, Doc("The most that is granted a month.")]
    law: Law | None = None


class HourlyAllowanceInput(Form):
    """An amount per hour of effort, from the cooperative fund."""

    kind: Annotated[Literal["hourly_allowance"], KIND]
    per_hour: Annotated[Amount, Doc("The amount per hour.")]
    monthly_cap: Annotated[Amount, Doc("The most that is granted a month.")] | None = None


class PremiumInput(Form):
    """A premium for effort, from the cooperative fund."""

    kind: Annotated[Literal["premium"], KIND]
    count: Annotated[int, Field(strict=True, ge=1, le=100), WHOLE, Doc("The most premiums a year.")]
    yearly_cap: Annotated[Amount, Doc("The most that is granted a year.")]
    law: Law | None = None


class TrialInput(Form):
    """New members are on trial. Their earnings are held until it ends."""

    kind: Annotated[Literal["trial"], KIND]
    months: Annotated[int, Field(strict=True, ge=1, le=24), WHOLE, Doc("The number of calendar months.")]


class SpendingInput(Form):
    """A purpose that a pot may pay for, and how a request is decided."""

    kind: Annotated[Literal["spending"], KIND]
    purpose: Annotated[Key, Doc("The purpose.")]
    policy: Annotated[Literal["allowed", "needs_municipal_consent", "forbidden"], Doc("How a request is decided.")]


class PermissionInput(Form):
    """Members need a dated permission of the municipality to earn. Earnings without one are held."""

    kind: Annotated[Literal["permission"], KIND]
    warn_days: Annotated[
        int, Field(strict=True, ge=0, le=365), WHOLE, Doc("The number of days of warning before it ends.")
    ] = 30


class ExitInput(Form):
    """What happens to the pot of a member who leaves."""

    kind: Annotated[Literal["exit"], KIND]
    pot_to: Annotated[Literal["member", "cooperative_fund", "municipality"], Doc("The party that gets the pot.")]
    target_months: (
        Annotated[
            int,
            Field(strict=True, ge=1, le=120),
            WHOLE,
            Doc("The number of months after which people are expected to leave: only a reminder."),
        ]
        | None
    ) = None


class VoteInput(Form):
    """A collective's purchase from its fund needs a yes of this share of its members."""

    kind: Annotated[Literal["vote"], KIND]
    percent: Percent


class BarterInput(Form):
    """Members trade time with each other, in minutes."""

    kind: Annotated[Literal["barter"], KIND]
    debt_limit_minutes: Annotated[
        int, Field(strict=True, ge=0, le=100_000), WHOLE, Doc("The most minutes that a member may owe.")
    ]


class CostCategoryInput(Form):
    """A category of costs that may be claimed."""

    kind: Annotated[Literal["cost_category"], KIND]
    name: Annotated[Key, Doc("The name of the category.")]
    yearly_cap: Annotated[Amount, Doc("The most per member and year.")] | None = None
    approve_first: Annotated[Flag, Doc("Whether a claim must be approved before delivery.")] = False


class PotInput(Form):
    """The rest goes to the member's savings pot."""

    kind: Annotated[Literal["pot"], KIND]


class CollectiveInput(Form):
    """The rest goes to the cooperative fund. There are no pots."""

    kind: Annotated[Literal["collective"], KIND]


RuleInput = Annotated[
    TrialInput
    | SpendingInput
    | PermissionInput
    | ExitInput
    | BarterInput
    | VoteInput
    | CostCategoryInput
    | ReserveOfTurnoverInput
    | ShareOfSurplusInput
    | RemitAboveInput
    | MonthlyAllowanceInput
    | HourlyAllowanceInput
    | PremiumInput
    | PotInput
    | CollectiveInput,
    Field(discriminator="kind"),
]
Target = Literal["cooperative_fund", "training_pot", "parent", "municipality", "allowance", "pot"]


class ExampleInput(Form):
    """A worked example: amounts in euro."""

    name: Annotated[Title, Doc("What the example shows.")]
    net: Annotated[Euro, Doc("The amount earned, without VAT.")]
    costs: Annotated[Euro, Doc("The costs.")] = "0"
    year_so_far: Annotated[Euro, Doc("The amount that the member kept this year before it.")] = "0"
    fund_so_far: Annotated[Euro, Doc("The amount that the cooperative fund got this year before it.")] = "0"
    expected: Annotated[dict[Target, Euro], Doc("The amounts that must come out, by destination.")]


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


def to_rule(rule: RuleInput) -> Rule:
    """The domain's rule, with percentages in basis points and amounts in cents (`…_cents`)."""
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


def to_example(example: ExampleInput) -> Example:
    """The domain's example."""
    return Example(
        name=example.name,
        net_cents=cents_of(example.net),
        expected={str(target): cents_of(amount) for target, amount in example.expected.items()},
        cost_cents=cents_of(example.costs),
        year_so_far_cents=cents_of(example.year_so_far),
        fund_so_far_cents=cents_of(example.fund_so_far),
    )


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as files and answers show it; unset fields are left out."""
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
    """An example as files and answers show it."""
    return {
        "name": example.name,
        "net": decimal_text(example.net_cents),
        "costs": decimal_text(example.cost_cents),
        "yearSoFar": decimal_text(example.year_so_far_cents),
        "fundSoFar": decimal_text(example.fund_so_far_cents),
        "expected": {target: decimal_text(cents) for target, cents in example.expected.items()},
    }
