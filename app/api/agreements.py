"""REST: agreements, their worked examples, and what somebody would keep."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.adapters.agreement_format import (
    WHOLE,
    ExampleFormat,
    RuleFormat,
    example_data,
    rule_data,
    to_example,
    to_rule,
)
from app.adapters.agreement_templates import template_data, templates
from app.adapters.messages import explain_leg
from app.api.deps import KeptRunDep, LanguageDep, MustHaveSeenDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Money, Out, PageOut, TransitionOut, Version, When, given, money
from app.domain.actors import Actor
from app.domain.agreements import AGREEMENT, Agreement, AgreementState, ExampleResult
from app.domain.ledger import Leg
from app.domain.money import decimal_text
from app.domain.transitions import available
from app.usecases.agreements import (
    change_agreement,
    draft_agreement,
    get_agreement,
    get_example_results,
    list_agreements,
    preview_split,
    replay_agreement,
    sign_agreement,
    try_agreement,
)
from app.usecases.steps.preview import Preview
from app.vocabulary import MoneyIn

router = noun("agreements")
Title = Annotated[str, Field(min_length=1, max_length=200)]
Rules = Annotated[list[RuleFormat], Field(min_length=1, max_length=20)]
Examples = Annotated[list[ExampleFormat], Field(min_length=1, max_length=50)]


class AgreementIn(In):
    title: Title
    active_from: Day
    rules: Rules
    examples: Examples


class AgreementChange(In):
    title: Title = ""
    active_from: Day = Day.min
    rules: Rules = []
    examples: Examples = []


class SignatureIn(In):
    side: Literal["cooperative", "municipality"]


class AgreementOut(Out):
    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    parent_id: UUID | None
    number: int
    title: str
    active_from: Day
    superseded_from: Day | None
    state: AgreementState
    rules: list[dict[str, Any]]
    examples: list[dict[str, Any]]
    tested_at: When | None
    cooperative_signed_at: When | None
    municipality_signed_at: When | None
    version: Version
    available_transitions: list[TransitionOut]

    @classmethod
    def of(cls, agreement: Agreement, actor: Actor, language: str) -> "AgreementOut":
        place = agreement.municipality_id
        found = available(
            AGREEMENT, agreement, lambda right: actor.may(right, agreement.cooperative_id, municipality_id=place)
        )
        fields = {name: getattr(agreement, name) for name in cls.model_fields if hasattr(agreement, name)}
        fields |= {"rules": [rule_data(rule) for rule in agreement.rules]}
        fields |= {"examples": [example_data(example) for example in agreement.examples]}
        return cls(**fields, available_transitions=TransitionOut.all_of(found, language))


class ExampleResultOut(Out):
    name: str
    passed: bool
    expected: dict[str, str]
    actual: dict[str, str]

    @classmethod
    def of(cls, result: ExampleResult) -> "ExampleResultOut":
        expected = {target: decimal_text(cents) for target, cents in result.expected.items()}
        actual = {target: decimal_text(cents) for target, cents in result.actual.items()}
        return cls(name=result.name, passed=result.passed, expected=expected, actual=actual)


class LegOut(Out):
    """A part of the split: where it goes and why."""

    kind: str
    amount: Money = money("cents")
    rule: str
    reason: str = ""

    @classmethod
    def of(cls, leg: Leg, language: str) -> "LegOut":
        return cls.model_validate(leg).model_copy(update={"reason": explain_leg(leg, language)})


class TemplateOut(Out):
    name: str
    title: str
    about: str
    rules: list[dict[str, Any]]
    examples: list[dict[str, Any]]


class ReplayIn(In):
    year: Annotated[int, Field(strict=True, ge=2000, le=2100), WHOLE]


class ComparedOut(Out):
    """Amounts by target: as they were, as they would have been, and what is different."""

    member: str | None
    actual: dict[str, Money]
    draft: dict[str, Money]
    difference: dict[str, Money]


class ReplayOut(Out):
    year: int
    earnings: int
    total: ComparedOut
    members: list[ComparedOut]


class PreviewIn(In):
    net: MoneyIn
    costs: MoneyIn | None = None
    member_id: UUID | None = None
    day: Day | None = None


class PreviewOut(Out):
    agreement_id: UUID
    agreement_number: int
    day: Day
    net: Money = money("net_cents")
    costs: Money = money("cost_cents")
    legs: list[LegOut]
    year_before: Money
    year_after: Money

    @classmethod
    def of(cls, preview: Preview, language: str) -> "PreviewOut":
        return cls.model_validate(
            {
                "agreement_id": preview.agreement_id,
                "agreement_number": preview.agreement_number,
                "day": preview.day,
                "net_cents": preview.net_cents,
                "cost_cents": preview.cost_cents,
                "legs": [LegOut.of(leg, language) for leg in preview.split.legs],
                "year_before": preview.split.year_before.kept_cents,
                "year_after": preview.split.year_after.kept_cents,
            }
        )


@router.get("/cooperatives/{cooperative_id}/agreements")
async def list_all(
    cooperative_id: UUID, run: RunDep, language: LanguageDep, page: PageDep, request: Request, response: Response
) -> PageOut[AgreementOut]:
    """The versions of a cooperative's agreement, newest first."""
    found = await run(list_agreements, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, lambda agreement: AgreementOut.of(agreement, run.actor, language))


@router.post("/cooperatives/{cooperative_id}/agreements", status_code=201)
async def draft(
    cooperative_id: UUID, body: AgreementIn, run: KeptRunDep, language: LanguageDep, response: Response
) -> AgreementOut:
    """Write the next version as a draft, with its worked examples."""
    agreement = await run(
        draft_agreement,
        cooperative_id=cooperative_id,
        title=body.title,
        active_from=body.active_from,
        rules=tuple(to_rule(rule) for rule in body.rules),
        examples=tuple(to_example(example) for example in body.examples),
    )
    response.headers["Location"] = f"/v1/agreements/{agreement.id}"
    tag(response, agreement.version)
    return AgreementOut.of(agreement, run.actor, language)


@router.get("/agreements/{agreement_id}")
async def get(agreement_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> AgreementOut:
    """One version."""
    agreement = await run(get_agreement, agreement_id=agreement_id)
    tag(response, agreement.version)
    return AgreementOut.of(agreement, run.actor, language)


@router.patch("/agreements/{agreement_id}")
async def change(
    agreement_id: UUID,
    body: AgreementChange,
    run: RunDep,
    language: LanguageDep,
    seen: MustHaveSeenDep,
    response: Response,
) -> AgreementOut:
    """Change a draft; it has to be tested again."""
    changes = given(body)
    if "rules" in changes:
        changes["rules"] = tuple(to_rule(rule) for rule in body.rules)
    if "examples" in changes:
        changes["examples"] = tuple(to_example(example) for example in body.examples)
    agreement = await run(change_agreement, agreement_id=agreement_id, expected_version=seen, changes=changes)
    tag(response, agreement.version)
    return AgreementOut.of(agreement, run.actor, language)


@router.get("/agreements/{agreement_id}/example-results")
async def example_results(agreement_id: UUID, run: RunDep) -> list[ExampleResultOut]:
    """What comes out of the worked examples, next to what they promise."""
    return [ExampleResultOut.of(result) for result in await run(get_example_results, agreement_id=agreement_id)]


@router.post("/agreements/{agreement_id}/tests")
async def test(
    agreement_id: UUID, run: KeptRunDep, language: LanguageDep, seen: SeenDep, response: Response
) -> AgreementOut:
    """Run the worked examples; only an agreement whose examples come out can be signed."""
    agreement = await run(try_agreement, agreement_id=agreement_id, expected_version=seen)
    tag(response, agreement.version)
    return AgreementOut.of(agreement, run.actor, language)


@router.post("/agreements/{agreement_id}/signatures")
async def sign(
    agreement_id: UUID, body: SignatureIn, run: KeptRunDep, language: LanguageDep, seen: SeenDep, response: Response
) -> AgreementOut:
    """Sign for the cooperative (treasurer) or the municipality (controller)."""
    agreement = await run(sign_agreement, agreement_id=agreement_id, side=body.side, expected_version=seen)
    tag(response, agreement.version)
    return AgreementOut.of(agreement, run.actor, language)


@router.get("/agreement-templates")
async def list_templates() -> list[TemplateOut]:
    """Agreements to begin with: post the title, rules and examples of one as a draft, then change what differs."""
    return [TemplateOut(name=name, **template_data(template)) for name, template in templates().items()]


@router.post("/agreements/{agreement_id}/replays")
async def replay(agreement_id: UUID, body: ReplayIn, run: RunDep) -> ReplayOut:
    """What a past year would have become under this version: the difference per member (by pseudonym) and in total."""
    return ReplayOut.model_validate(await run(replay_agreement, agreement_id=agreement_id, year=body.year))


@router.post("/cooperatives/{cooperative_id}/split-previews")
async def preview(cooperative_id: UUID, body: PreviewIn, run: RunDep, language: LanguageDep) -> PreviewOut:
    """What do I keep? Nothing is booked."""
    found = await run(
        preview_split,
        cooperative_id=cooperative_id,
        net_cents=body.net.cents,
        cost_cents=body.costs.cents if body.costs else 0,
        member_id=body.member_id,
        day=body.day,
    )
    return PreviewOut.of(found, language)
