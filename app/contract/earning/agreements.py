"""Agreements, their worked examples, and what somebody would keep."""

from datetime import date, datetime
from typing import Any

from app.contract.amounts import NamedAmount, amounts
from app.contract.ledger import SplitPreview
from app.contract.operation import Key, Noun
from app.contract.shape import seen, shape
from app.contract.transitions import Step, steps
from app.domain.earning import agreements as domain
from app.domain.earning import replay
from app.domain.earning.agreements import AGREEMENT, AgreementState
from app.domain.money import decimal_text
from app.ids import AgreementId, CooperativeId, MunicipalityId
from app.usecases.earning import agreements as usecases
from app.usecases.steps import agreement_templates
from app.usecases.steps.agreement_forms import example_data, rule_data


@shape(domain.Agreement)
class Agreement:
    """One version of how a cooperative and its municipality share what is earned."""

    id: AgreementId
    cooperative_id: CooperativeId
    municipality_id: MunicipalityId
    """The municipality."""
    parent_id: CooperativeId | None
    """The umbrella that gets a share, if there is one."""
    number: int
    """Counts the versions of a cooperative, from 1."""
    title: str
    """What it is called."""
    active_from: date
    """The first day on which it holds."""
    superseded_from: date | None
    """The day on which the next signed version takes over."""
    state: AgreementState
    rules: list[dict[str, Any]] = seen(lambda agreement, _: [rule_data(rule) for rule in agreement.rules])
    """What is done with what is earned, in order, as it was drafted."""
    examples: list[dict[str, Any]] = seen(lambda agreement, _: [example_data(one) for one in agreement.examples])
    """Worked examples, which have to come out."""
    tested_at: datetime | None
    """When its examples came out."""
    cooperative_signed_at: datetime | None
    """When the cooperative signed it."""
    municipality_signed_at: datetime | None
    """When the municipality signed it."""
    version: int
    available_transitions: list[Step] = steps("AgreementTransition", AGREEMENT)


def _texts(targets: dict[str, int]) -> dict[str, str]:
    return {target: decimal_text(amount) for target, amount in targets.items()}


@shape(domain.ExampleResult)
class ExampleResult:
    """What came out of a worked example, next to what it promised."""

    name: str
    """What was worked out."""
    passed: bool
    """Whether it came out."""
    expected: dict[str, str] = seen(lambda result, _: _texts(result.expected))
    """What has to come out, by where it goes."""
    actual: dict[str, str] = seen(lambda result, _: _texts(result.actual))
    """What came out, by where it goes."""


@shape(agreement_templates.AgreementTemplate)
class AgreementTemplate:
    """An agreement to begin with, as it is drafted."""

    name: str
    """What it is named by."""
    title: str
    """What it is called."""
    about: str
    """For whom it is."""
    rules: list[dict[str, Any]]
    """What is done with what is earned, in order."""
    examples: list[dict[str, Any]]
    """Worked examples, which have to come out."""


@shape(replay.Compared)
class Compared:
    """A year's amounts by where they went."""

    member: str | None
    """A pseudonym; null for all members together."""
    actual: list[NamedAmount] = amounts("actual")
    """As they were."""
    draft: list[NamedAmount] = amounts("draft")
    """As they would have been."""
    difference: list[NamedAmount] = amounts("difference")
    """What would have been more, or less."""


@shape(replay.Replay)
class Replay:
    """What a past year would have become under a version."""

    year: int
    """The year."""
    earnings: int
    """How many earnings were split again."""
    total: Compared
    """All members together."""
    members: list[Compared]
    """Each member, by pseudonym."""


ONE = "/agreements/{agreement_id}"
BELOW = "/cooperatives/{cooperative_id}"
agreements = Noun("agreements")
agreements.get(f"{BELOW}/agreements", usecases.list_agreements, Agreement)
agreements.post(f"{BELOW}/agreements", usecases.draft_agreement, Agreement, key=Key.KEPT, opens="/agreements")
agreements.get(ONE, usecases.get_agreement, Agreement)
agreements.patch(ONE, usecases.change_agreement, Agreement)
agreements.get(f"{ONE}/example-results", usecases.get_example_results, ExampleResult)
agreements.move(f"{ONE}/tests", usecases.try_agreement, Agreement, key=Key.KEPT)
agreements.move(f"{ONE}/signatures", usecases.sign_agreement, Agreement, key=Key.KEPT)
agreements.get("/agreement-templates", usecases.list_agreement_templates, AgreementTemplate)
agreements.ask(f"{ONE}/replays", usecases.replay_agreement, Replay, field="agreement_replay")
agreements.ask(f"{BELOW}/split-previews", usecases.preview_split, SplitPreview, field="split_preview")
