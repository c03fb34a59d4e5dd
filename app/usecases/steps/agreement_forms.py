"""Agreements as people write them: rules and worked examples, checked key by key, as the domain's rules and back."""

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
from app.vocabulary import WHOLE, Between, Doc, Flag, Form, Text, Title

KIND = Doc("Which rule it is.")
Percent = Annotated[
    str,
    Field(pattern=r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$", examples=["10", "12.5"]),
    Doc("How much of it, in percent."),
]
Amount = Annotated[str, Field(pattern=rf"^{AMOUNT}$", examples=["3000.00"]), Between(0)]
"""Zero or more."""
Euro = Annotated[str, Field(pattern=rf"^-?{AMOUNT}$", examples=["3000.00"]), Between(-MAX_CENTS)]
Key = Annotated[str, Text(1, 60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Law = Annotated[str, Text(1, 60), Doc("The rule of law that limits it too, by its letter.")]


class ShareOfSurplusInput(Form):
    """A percentage of what remains after costs, to a fund."""

    kind: Annotated[Literal["share_of_surplus"], KIND]
    to: Annotated[Literal["cooperative_fund", "training_pot", "parent"], Doc("Where it goes.")]
    percent: Percent


class ReserveOfTurnoverInput(Form):
    """A percentage of the net amount itself, to a fund."""

    kind: Annotated[Literal["reserve_of_turnover"], KIND]
    to: Annotated[Literal["cooperative_fund", "training_pot"], Doc("Where it goes.")]
    percent: Percent


class RemitAboveInput(Form):
    """A percentage above a threshold to the municipality: per member and year or month, or of the fund's year."""

    kind: Annotated[Literal["remit_above"], KIND]
    basis: Annotated[Literal["member_year", "member_month", "cooperative_year"], Doc("What is added up.")] = (
        "member_year"
    )
    threshold: Annotated[Amount, Doc("The total above which a part goes to the municipality.")]
    percent: Percent


class MonthlyAllowanceInput(Form):
    """An expense allowance per member and month."""

    kind: Annotated[Literal["monthly_allowance"], KIND]
    cap: Annotated[Amount, Doc("How much at most a month.")]
    law: Law | None = None


class HourlyAllowanceInput(Form):
    """An amount per hour put in, from the cooperative fund."""

    kind: Annotated[Literal["hourly_allowance"], KIND]
    per_hour: Annotated[Amount, Doc("How much an hour.")]
    monthly_cap: Annotated[Amount, Doc("How much at most a month.")] | None = None


class PremiumInput(Form):
    """A premium for effort, from the cooperative fund."""

    kind: Annotated[Literal["premium"], KIND]
    count: Annotated[int, Field(strict=True, ge=1, le=100), WHOLE, Doc("How often a year at most.")]
    yearly_cap: Annotated[Amount, Doc("How much at most a year.")]
    law: Law | None = None


class TrialInput(Form):
    """New members are on trial. What they earn meanwhile is held."""

    kind: Annotated[Literal["trial"], KIND]
    months: Annotated[int, Field(strict=True, ge=1, le=24), WHOLE, Doc("For how many calendar months.")]


class SpendingInput(Form):
    """What a pot may pay for, and how that is decided."""

    kind: Annotated[Literal["spending"], KIND]
    purpose: Annotated[Key, Doc("What it may pay for.")]
    policy: Annotated[Literal["allowed", "needs_municipal_consent", "forbidden"], Doc("How that is decided.")]


class PermissionInput(Form):
    """Members earn with a dated permission of the municipality. What they earn without it is held."""

    kind: Annotated[Literal["permission"], KIND]
    warn_days: Annotated[
        int, Field(strict=True, ge=0, le=365), WHOLE, Doc("How many days before its end there is a warning.")
    ] = 30


class ExitInput(Form):
    """What becomes of the pot of a member who leaves."""

    kind: Annotated[Literal["exit"], KIND]
    pot_to: Annotated[Literal["member", "cooperative_fund", "municipality"], Doc("Where the pot goes.")]
    target_months: (
        Annotated[
            int,
            Field(strict=True, ge=1, le=120),
            WHOLE,
            Doc("After how many months people are expected to leave: a reminder, no more."),
        ]
        | None
    ) = None


class VoteInput(Form):
    """What a collective buys from its fund needs the yes of so many of its members."""

    kind: Annotated[Literal["vote"], KIND]
    percent: Percent


class BarterInput(Form):
    """Members trade time with each other, in minutes."""

    kind: Annotated[Literal["barter"], KIND]
    debt_limit_minutes: Annotated[
        int, Field(strict=True, ge=0, le=100_000), WHOLE, Doc("How many minutes somebody owes at most.")
    ]


class CostCategoryInput(Form):
    """What may be claimed as costs."""

    kind: Annotated[Literal["cost_category"], KIND]
    name: Annotated[Key, Doc("What the costs are for.")]
    yearly_cap: Annotated[Amount, Doc("How much at most per member and year.")] | None = None
    approve_first: Annotated[Flag, Doc("Whether a claim has to be approved before delivery.")] = False


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

    name: Annotated[Title, Doc("What is worked out.")]
    net: Annotated[Euro, Doc("What was earned, without VAT.")]
    costs: Annotated[Euro, Doc("What it cost.")] = "0"
    year_so_far: Annotated[Euro, Doc("What the member kept this year before it.")] = "0"
    fund_so_far: Annotated[Euro, Doc("What came to the cooperative fund this year before it.")] = "0"
    expected: Annotated[dict[Target, Euro], Doc("What has to come out, by where it goes.")]


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
    """The domain's rule: `percent` are basis points there, an amount of euro is `…_cents`."""
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
