"""GraphQL: one job done by several cooperatives: planned, signed, moved, watched."""

from collections.abc import AsyncGenerator
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry

from app.contract import flows
from app.contract.shape import show as shown
from app.domain import assignments as domain
from app.domain import parts as parts_domain
from app.domain.actors import Actor
from app.domain.assignments import ASSIGNMENT, AssignmentState, Audience, may_in
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.graphql.context import Info
from app.graphql.customers import Contact, ContactInput, contact_of
from app.graphql.engine import type_of
from app.graphql.types import AvailableTransitionType, Connection, Money, MoneyInput, Node, changed, page_of, show
from app.graphql.watch import watch
from app.usecases.assignment_flows import get_assignment_flows
from app.usecases.assignment_terms import get_terms, list_signatures, sign_assignment
from app.usecases.assignments import (
    change_assignment,
    get_assignment,
    list_assignments,
    move_assignment,
    plan_assignment,
)

strawberry.enum(AssignmentState)
strawberry.enum(Audience)
Flow: Any = type_of(flows.Flow)


@strawberry.enum
class AssignmentVerb(Enum):
    PUBLISH = "publish"
    AGREE = "agree"
    START = "start"
    DELIVER = "deliver"
    REQUEST_CHANGES = "request_changes"
    DISPUTE = "dispute"
    RESUME = "resume"
    APPROVE = "approve"
    CANCEL = "cancel"


@strawberry.type(description="What the customer pays for; `unitPrice` without VAT.")
class PriceLine:
    title: str
    quantity: int
    unit_price: Money
    vat_class: VatClass


@strawberry.type(description="`terms` counts changes of who gets what; `signedIds` signed the present ones.")
class Assignment(Node):
    cooperative_id: UUID
    title: str
    about: str
    place: str
    starts_at: datetime
    ends_at: datetime
    audience: Audience
    partner_ids: list[UUID]
    order_id: UUID | None
    contact: Contact | None = strawberry.field(description="The customer's, for the lead only.")
    lines: list[PriceLine]
    net: Money
    deposit: Money
    terms: int
    signed_ids: list[UUID]
    party_ids: list[UUID]
    open_seats: int
    state: AssignmentState
    delivered_at: datetime | None
    reason: str
    version: int
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, assignment: domain.Assignment, actor: Actor) -> "Assignment":
        return show(
            cls,
            assignment,
            partner_ids=list(assignment.partner_ids),
            signed_ids=list(assignment.signed_ids),
            party_ids=list(assignment.party_ids),
            contact=contact_of(assignment.contact) if assignment.contact else None,
            lines=[show(PriceLine, line) for line in assignment.lines],
            available_transitions=AvailableTransitionType.all_of(
                available(ASSIGNMENT, assignment, lambda right: may_in(assignment, actor, right))
            ),
        )


@strawberry.type(description="What a cooperative's parts bring together, without VAT, and whether it signed.")
class CooperativeShare:
    cooperative_id: UUID
    parts: int
    share: Money
    signed: bool


@strawberry.type(description="What is signed: the price, the costs, and each cooperative's share, all without VAT.")
class AssignmentTerms:
    number: int
    net: Money
    costs: Money
    shares: list[CooperativeShare]


@strawberry.type
class AssignmentSignature:
    id: UUID
    cooperative_id: UUID
    terms: int
    share: Money
    signed_by: UUID
    signed_at: datetime

    @classmethod
    def of(cls, signature: parts_domain.Signature) -> "AssignmentSignature":
        return show(cls, signature, share=Money.of(signature.cents))


@strawberry.input(description="What the customer pays for; `unitPrice` without VAT.")
class PriceLineInput:
    title: str
    unit_price: MoneyInput
    quantity: int = 1
    vat_class: VatClass = VatClass.STANDARD

    def line(self) -> domain.PriceLine:
        return domain.PriceLine(self.title, self.quantity, self.unit_price.cents, self.vat_class)


@strawberry.input(description="What the job costs before anything is shared.")
class JobCostInput:
    title: str
    supplier: str
    amount: MoneyInput

    def cost(self) -> domain.JobCost:
        return domain.JobCost(self.title, self.supplier, self.amount.cents)


@strawberry.input(description="From a customer's request (`contact` and `lines`), or from an accepted order.")
class AssignmentInput:
    title: str
    starts_at: datetime
    ends_at: datetime
    about: str = ""
    place: str = ""
    audience: Audience = Audience.OWN
    partner_ids: list[UUID] = strawberry.field(default_factory=list)
    order_id: UUID | None = None
    contact: ContactInput | None = None
    lines: list[PriceLineInput] = strawberry.field(default_factory=list)
    costs: list[JobCostInput] = strawberry.field(default_factory=list)
    deposit: MoneyInput | None = None


@strawberry.input
class AssignmentChange:
    title: str | None = strawberry.UNSET
    about: str | None = strawberry.UNSET
    place: str | None = strawberry.UNSET
    starts_at: datetime | None = strawberry.UNSET
    ends_at: datetime | None = strawberry.UNSET
    audience: Audience | None = strawberry.UNSET
    partner_ids: list[UUID] | None = strawberry.UNSET
    lines: list[PriceLineInput] | None = strawberry.UNSET
    costs: list[JobCostInput] | None = strawberry.UNSET
    deposit: MoneyInput | None = strawberry.UNSET

    def changes(self) -> dict[str, Any]:
        """The fields that are named, as the domain calls them."""
        names = {"deposit": "deposit_cents"}
        return {names.get(name, name): _plain(value) for name, value in changed(**vars(self)).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(each) for each in value)
    if isinstance(value, PriceLineInput):
        return value.line()
    if isinstance(value, JobCostInput):
        return value.cost()
    return value.cents if isinstance(value, MoneyInput) else value


@strawberry.type
class AssignmentQuery:
    @strawberry.field(description="What a cooperative leads, does parts of, or may apply for, newest first.")
    async def assignments(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        state: AssignmentState | None = None,
    ) -> Connection[Assignment]:
        page = page_of(first, after)
        found = await info.context.run(list_assignments, cooperative_id=cooperative_id, page=page, state=state)
        return Connection.of(found, lambda row: Assignment.of(row, info.context.actor), page)

    @strawberry.field(description="A job, for the lead, its customer, who takes part and who may apply.")
    async def assignment(self, info: Info, id: UUID) -> Assignment:
        return Assignment.of(await info.context.run(get_assignment, assignment_id=id), info.context.actor)

    @strawberry.field(description="What the cooperatives sign; for the staff of those that take part.")
    async def assignment_terms(self, info: Info, id: UUID) -> AssignmentTerms:
        found = await info.context.run(get_terms, assignment_id=id)
        shares = [show(CooperativeShare, share, share=Money.of(share.cents)) for share in found.shares]
        return show(AssignmentTerms, found, costs=Money.of(found.cost_cents), shares=shares)

    @strawberry.field(description="Who signed which terms, oldest first.")
    async def assignment_signatures(self, info: Info, id: UUID) -> list[AssignmentSignature]:
        return [AssignmentSignature.of(row) for row in await info.context.run(list_signatures, assignment_id=id)]

    @strawberry.field(description="Where the money goes: from the customer through the cooperatives to pots and funds.")
    async def assignment_flows(self, info: Info, id: UUID) -> list[Flow]:
        found = await info.context.run(get_assignment_flows, assignment_id=id)
        return [shown(flows.Flow, flow, info.context.viewer) for flow in found]


@strawberry.type
class AssignmentSubscription:
    @strawberry.subscription(description="A job as it stands, now and after every change; ends when it is over.")
    async def assignment(self, info: Info, id: UUID) -> AsyncGenerator[Assignment, None]:
        def over(assignment: domain.Assignment) -> bool:
            return assignment.state in domain.OVER

        async for found in watch(info.context, lambda run: run(get_assignment, assignment_id=id), over):
            yield Assignment.of(found, info.context.actor)


@strawberry.type
class AssignmentMutation:
    @strawberry.mutation(description="Plan a job; nobody else sees it before it is published.")
    async def plan_assignment(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, assignment: AssignmentInput
    ) -> Assignment:
        made = await info.context.keyed(idempotency_key)(
            plan_assignment,
            cooperative_id=cooperative_id,
            title=assignment.title,
            starts_at=assignment.starts_at,
            ends_at=assignment.ends_at,
            about=assignment.about,
            place=assignment.place,
            audience=assignment.audience,
            partner_ids=assignment.partner_ids,
            order_id=assignment.order_id,
            contact=assignment.contact.contact() if assignment.contact else None,
            lines=[line.line() for line in assignment.lines],
            costs=[cost.cost() for cost in assignment.costs],
            deposit_cents=assignment.deposit.cents if assignment.deposit else 0,
        )
        return Assignment.of(made, info.context.actor)

    @strawberry.mutation(description="Change what is named; price and costs need every signature again.")
    async def change_assignment(
        self, info: Info, id: UUID, expected_version: int, changes: AssignmentChange
    ) -> Assignment:
        made = await info.context.run(
            change_assignment, assignment_id=id, changes=changes.changes(), expected_version=expected_version
        )
        return Assignment.of(made, info.context.actor)

    @strawberry.mutation(description="Publish, agree, start, deliver, resume, cancel; the customer answers.")
    async def move_assignment(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        verb: AssignmentVerb,
        reason: str = "",
        expected_version: int | None = None,
    ) -> Assignment:
        moved = await info.context.keyed(idempotency_key)(
            move_assignment, assignment_id=id, verb=verb.value, reason=reason, expected_version=expected_version
        )
        return Assignment.of(moved, info.context.actor)

    @strawberry.mutation(description="Sign one version of the terms for a cooperative.")
    async def sign_assignment(
        self, info: Info, idempotency_key: str, id: UUID, cooperative_id: UUID, terms: int
    ) -> AssignmentSignature:
        once = info.context.keyed(idempotency_key)
        signed = await once(sign_assignment, assignment_id=id, cooperative_id=cooperative_id, terms=terms)
        return AssignmentSignature.of(signed)
