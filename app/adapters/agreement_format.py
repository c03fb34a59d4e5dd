"""Agreements as strict data: what faces and files write, checked key by key, as the domain's rules and back."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from app.domain.agreements import Collective, Example, Pot, RemitAbove, Rule, ShareOfSurplus
from app.domain.money import basis_points_of, cents_of, decimal_text, percent_text

Percent = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,2})?$", examples=["10", "12.5"])]
Euro = Annotated[str, Field(pattern=r"^-?\d{1,10}(\.\d{1,2})?$", examples=["3000.00"])]


class Strict(BaseModel):
    """Unknown keys are refused; names are lowerCamelCase."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)


class ShareOfSurplusFormat(Strict):
    """A percentage of what remains after costs, to a fund."""

    kind: Literal["share_of_surplus"]
    to: Literal["cooperative_fund", "training_pot", "parent"]
    percent: Percent


class RemitAboveFormat(Strict):
    """A percentage above a threshold per member and calendar year, to the municipality."""

    kind: Literal["remit_above"]
    basis: Literal["member_year"] = "member_year"
    threshold: Euro
    percent: Percent


class PotFormat(Strict):
    """The rest goes to the member's savings pot."""

    kind: Literal["pot"]


class CollectiveFormat(Strict):
    """The rest goes to the cooperative fund; there are no pots."""

    kind: Literal["collective"]


RuleFormat = Annotated[
    ShareOfSurplusFormat | RemitAboveFormat | PotFormat | CollectiveFormat, Field(discriminator="kind")
]


class ExampleFormat(Strict):
    """A worked example: amounts in euro, expected amounts by target."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    net: Euro
    costs: Euro = "0"
    year_so_far: Euro = "0"
    expected: dict[Literal["cooperative_fund", "training_pot", "parent", "municipality", "pot"], Euro]


def to_rule(rule: RuleFormat) -> Rule:
    """The domain's rule. Raises AmountOutOfRange."""
    match rule:
        case ShareOfSurplusFormat():
            return ShareOfSurplus(rule.to, basis_points_of(rule.percent))
        case RemitAboveFormat():
            return RemitAbove(cents_of(rule.threshold), basis_points_of(rule.percent), rule.basis)
        case PotFormat():
            return Pot()
        case CollectiveFormat():
            return Collective()


def to_example(example: ExampleFormat) -> Example:
    """The domain's example. Raises AmountOutOfRange."""
    expected = {str(target): cents_of(amount) for target, amount in example.expected.items()}
    numbers = (cents_of(example.costs), cents_of(example.year_so_far))
    return Example(example.name, cents_of(example.net), expected, *numbers)


def rule_data(rule: Rule) -> dict[str, Any]:
    """A rule as it is written in files and answers."""
    data: dict[str, Any] = {"kind": rule.kind}
    if isinstance(rule, ShareOfSurplus):
        data |= {"to": rule.to, "percent": percent_text(rule.basis_points)}
    elif isinstance(rule, RemitAbove):
        data |= {"basis": rule.basis, "threshold": decimal_text(rule.threshold_cents)}
        data |= {"percent": percent_text(rule.basis_points)}
    return data


def example_data(example: Example) -> dict[str, Any]:
    """An example as it is written in files and answers."""
    return {
        "name": example.name,
        "net": decimal_text(example.net_cents),
        "costs": decimal_text(example.cost_cents),
        "yearSoFar": decimal_text(example.year_so_far_cents),
        "expected": {target: decimal_text(cents) for target, cents in example.expected.items()},
    }
