"""GraphQL: agreements, their worked examples, and what somebody would keep."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from pydantic import TypeAdapter, ValidationError
from strawberry.scalars import JSON

from app.adapters.agreement_format import ExampleFormat, RuleFormat, example_data, rule_data, to_example, to_rule
from app.adapters.agreement_templates import template_data, templates
from app.contract import agreements as contract
from app.contract.shape import show as shown
from app.domain import agreements as domain
from app.domain import replay as domain_replay
from app.domain.agreements import AGREEMENT, AgreementState
from app.domain.errors import RuleRefused
from app.domain.ledger import AccountKind
from app.domain.money import decimal_text
from app.domain.transitions import available
from app.graphql.context import Context, Info
from app.graphql.engine import type_of
from app.graphql.types import AvailableTransitionType, Connection, MoneyInput, Node, changed, page_of, show
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

strawberry.enum(AgreementState)
strawberry.enum(AccountKind)
_RULES: TypeAdapter[list[RuleFormat]] = TypeAdapter(list[RuleFormat])
_EXAMPLES: TypeAdapter[list[ExampleFormat]] = TypeAdapter(list[ExampleFormat])


@strawberry.enum
class Side(Enum):
    COOPERATIVE = "cooperative"
    MUNICIPALITY = "municipality"


@strawberry.type
class Agreement(Node):
    cooperative_id: UUID
    municipality_id: UUID
    parent_id: UUID | None
    number: int
    title: str
    active_from: date
    superseded_from: date | None
    state: AgreementState
    rules: JSON
    examples: JSON
    tested_at: datetime | None
    cooperative_signed_at: datetime | None
    municipality_signed_at: datetime | None
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, agreement: domain.Agreement, context: Context) -> "Agreement":
        actor, place = context.actor, agreement.municipality_id
        found = available(
            AGREEMENT,
            agreement,
            lambda right: actor.may(right, agreement.cooperative_id, municipality_id=place),
        )
        return show(
            cls,
            agreement,
            rules=[rule_data(rule) for rule in agreement.rules],
            examples=[example_data(example) for example in agreement.examples],
            available_transitions=AvailableTransitionType.all_of(found),
        )


@strawberry.type
class ExampleResult:
    name: str
    passed: bool
    expected: JSON
    actual: JSON


@strawberry.type(description="An agreement to begin with, as it is drafted.")
class AgreementTemplate:
    name: str
    title: str
    about: str
    rules: JSON
    examples: JSON


@strawberry.type(description="Amounts by target: as they were, as they would have been, and what is different.")
class Compared:
    member: str | None
    actual: JSON
    draft: JSON
    difference: JSON

    @classmethod
    def of(cls, compared: domain_replay.Compared) -> "Compared":
        def amounts(cents: dict[str, int]) -> JSON:
            return JSON({target: decimal_text(amount) for target, amount in cents.items()})

        return cls(
            member=compared.member,
            actual=amounts(compared.actual),
            draft=amounts(compared.draft),
            difference=amounts(compared.difference),
        )


@strawberry.type(description="What a past year would have become under a version; members by pseudonym.")
class Replay:
    year: int
    earnings: int
    total: Compared
    members: list[Compared]


SplitPreview: Any = type_of(contract.SplitPreview)


@strawberry.type
class AgreementQuery:
    @strawberry.field(description="The versions of a cooperative's agreement, newest first.")
    async def agreements(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Agreement]:
        page = page_of(first, after)
        found = await info.context.run(list_agreements, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: Agreement.of(row, info.context), page)

    @strawberry.field(description="One version.")
    async def agreement(self, info: Info, id: UUID) -> Agreement:
        return Agreement.of(await info.context.run(get_agreement, agreement_id=id), info.context)

    @strawberry.field(description="What comes out of the worked examples, next to what they promise.")
    async def example_results(self, info: Info, agreement_id: UUID) -> list[ExampleResult]:
        found = await info.context.run(get_example_results, agreement_id=agreement_id)
        return [show(ExampleResult, r, expected=_amounts(r.expected), actual=_amounts(r.actual)) for r in found]

    @strawberry.field(description="Agreements to begin with: draft one, then change what differs.")
    async def agreement_templates(self) -> list[AgreementTemplate]:
        found = {name: template_data(template) for name, template in templates().items()}
        return [
            AgreementTemplate(
                name=name, title=t["title"], about=t["about"], rules=JSON(t["rules"]), examples=JSON(t["examples"])
            )
            for name, t in found.items()
        ]

    @strawberry.field(description="What a past year would have become under this version, by pseudonym.")
    async def agreement_replay(self, info: Info, id: UUID, year: int) -> Replay:
        found = await info.context.run(replay_agreement, agreement_id=id, year=year)
        members = [Compared.of(row) for row in found.members]
        return Replay(year=found.year, earnings=found.earnings, total=Compared.of(found.total), members=members)

    @strawberry.field(description="What do I keep? The split of an amount, with the member's real year so far.")
    async def split_preview(
        self,
        info: Info,
        cooperative_id: UUID,
        net: MoneyInput,
        costs: MoneyInput | None = None,
        member_id: UUID | None = None,
        day: date | None = None,
    ) -> SplitPreview:
        found = await info.context.run(
            preview_split,
            cooperative_id=cooperative_id,
            net_cents=net.cents,
            cost_cents=costs.cents if costs else 0,
            member_id=member_id,
            day=day,
        )
        return shown(contract.SplitPreview, found, info.context.viewer)


@strawberry.type
class AgreementMutation:
    @strawberry.mutation(
        description="Write the next version as a draft. Rules and examples as in the agreement format."
    )
    async def draft_agreement(
        self, info: Info, cooperative_id: UUID, title: str, active_from: date, rules: JSON, examples: JSON
    ) -> Agreement:
        found = await info.context.run(
            draft_agreement,
            cooperative_id=cooperative_id,
            title=title,
            active_from=active_from,
            rules=_rules(rules),
            examples=_examples(examples),
        )
        return Agreement.of(found, info.context)

    @strawberry.mutation(description="Change a draft; it has to be tested again.")
    async def change_agreement(
        self,
        info: Info,
        id: UUID,
        expected_version: int,
        title: str | None = strawberry.UNSET,
        active_from: date | None = strawberry.UNSET,
        rules: JSON | None = strawberry.UNSET,
        examples: JSON | None = strawberry.UNSET,
    ) -> Agreement:
        changes = changed(title=title, active_from=active_from, rules=rules, examples=examples)
        changes |= {"rules": _rules(rules)} if "rules" in changes else {}
        changes |= {"examples": _examples(examples)} if "examples" in changes else {}
        found = await info.context.run(
            change_agreement, agreement_id=id, expected_version=expected_version, changes=changes
        )
        return Agreement.of(found, info.context)

    @strawberry.mutation(
        description="Run the worked examples; only an agreement whose examples come out can be signed."
    )
    async def try_agreement(self, info: Info, id: UUID, expected_version: int | None = None) -> Agreement:
        found = await info.context.run(try_agreement, agreement_id=id, expected_version=expected_version)
        return Agreement.of(found, info.context)

    @strawberry.mutation(description="Sign for the cooperative (treasurer) or the municipality (controller).")
    async def sign_agreement(
        self,
        info: Info,
        id: UUID,
        side: Side,
        expected_version: int | None = None,
    ) -> Agreement:
        found = await info.context.run(
            sign_agreement, agreement_id=id, side=side.value, expected_version=expected_version
        )
        return Agreement.of(found, info.context)


def _amounts(cents: dict[str, int]) -> Any:
    return {target: decimal_text(amount) for target, amount in cents.items()}


def _rules(data: Any) -> tuple[domain.Rule, ...]:
    try:
        return tuple(to_rule(rule) for rule in _RULES.validate_python(data))
    except ValidationError as error:
        raise _refused(error) from None


def _examples(data: Any) -> tuple[domain.Example, ...]:
    try:
        return tuple(to_example(example) for example in _EXAMPLES.validate_python(data))
    except ValidationError as error:
        raise _refused(error) from None


def _refused(error: ValidationError) -> RuleRefused:
    first = error.errors()[0]
    return RuleRefused(rule="agreement_format", value=f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
