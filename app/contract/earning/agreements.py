"""Agreements, their worked examples, and previews of a split."""

from datetime import date, datetime
from typing import Any

from app.contract.amounts import NamedAmount, amounts
from app.contract.ledger import SplitPreview
from app.contract.operation import Key, Noun
from app.contract.shape import computed, shape
from app.contract.transitions import Step, steps
from app.domain.earning import agreements as domain
from app.domain.earning import replay
from app.domain.earning.agreements import AGREEMENT, AgreementState
from app.domain.money import decimal_text
from app.ids import AgreementId, CooperativeId, MunicipalityId
from app.usecases.earning import agreements as usecases
from app.usecases.shared import agreement_templates
from app.usecases.shared.agreement_forms import example_data, rule_data


@shape(domain.Agreement)
class Agreement:
    """One version of the agreement by which a cooperative and its municipality share earnings."""

    id: AgreementId
    cooperative_id: CooperativeId
    municipality_id: MunicipalityId
    """The municipality."""
    parent_id: CooperativeId | None
    """The umbrella that gets a share, if there is one."""
    number: int
    """Counts the versions of a cooperative, from 1."""
    title: str
    """The name."""
    active_from: date
    """The first day on which it applies."""
    superseded_from: date | None
    """The day on which the next signed version takes over."""
    state: AgreementState
    rules: list[dict[str, Any]] = computed(lambda agreement, _: [rule_data(rule) for rule in agreement.rules])
    """The rules that split what is earned, in order, as drafted."""
    examples: list[dict[str, Any]] = computed(lambda agreement, _: [example_data(one) for one in agreement.examples])
    """Worked examples, which must give the promised result."""
    tested_at: datetime | None
    """When its examples passed."""
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
    """The result of a worked example, next to the promised one."""

    name: str
    """The name of the example."""
    passed: bool
    """Whether the result is the promised one."""
    expected: dict[str, str] = computed(lambda result, _: _texts(result.expected))
    """The promised amounts, by destination."""
    actual: dict[str, str] = computed(lambda result, _: _texts(result.actual))
    """The computed amounts, by destination."""


@shape(agreement_templates.AgreementTemplate)
class AgreementTemplate:
    """A template to draft an agreement from."""

    name: str
    """The name of the template."""
    title: str
    """The name."""
    about: str
    """The situation that it is for."""
    rules: list[dict[str, Any]]
    """The rules that split what is earned, in order."""
    examples: list[dict[str, Any]]
    """Worked examples, which must give the promised result."""


@shape(replay.Compared)
class Compared:
    """The amounts of a year, by destination."""

    member: str | None
    """A pseudonym; null for all members together."""
    actual: list[NamedAmount] = amounts("actual")
    """The real amounts."""
    draft: list[NamedAmount] = amounts("draft")
    """The amounts under the version."""
    difference: list[NamedAmount] = amounts("difference")
    """The difference between both."""


@shape(replay.Replay)
class Replay:
    """A past year, computed again under a version."""

    year: int
    """The year."""
    computed_at: datetime
    """When it was computed; for a municipality, the first time."""
    earnings: int | None
    """The number of earnings that were split again; null with `total`."""
    total: Compared | None
    """All members together; null if it would tell a municipality of a member."""
    members: list[Compared]
    """Each member, by pseudonym; empty for a municipality."""
    gainers: int | None
    """The members who get more; null if a municipality could tell who."""
    losers: int | None
    """The members who get less."""
    unchanged: int | None
    """The members who get the same."""


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
