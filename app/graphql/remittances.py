"""GraphQL: what a cooperative owes its municipality: reported line by line, invoiced, settled, recomputed."""

from datetime import date, datetime
from uuid import UUID

import strawberry
from strawberry.scalars import JSON

from app.domain import remittances as domain
from app.domain.actors import Actor
from app.domain.remittances import REMITTANCE, RemittanceState, line_data
from app.domain.transitions import available
from app.graphql.context import Info
from app.graphql.types import AvailableTransitionType, Connection, Money, Node, page_of, show
from app.usecases.remittances import (
    get_owed,
    get_remittance,
    invoice_remittance,
    list_remittances,
    recompute_remittance,
    report_remittance,
    settle_remittance,
)

strawberry.enum(RemittanceState)


@strawberry.type
class Remittance(Node):
    cooperative_id: UUID
    municipality_id: UUID
    after: str | None
    through: str
    amount: Money
    digest: str
    state: RemittanceState
    reference: str
    reported_at: datetime
    settled_on: date | None
    version: int
    specification: JSON
    available_transitions: list[AvailableTransitionType]

    @classmethod
    def of(cls, remittance: domain.Remittance, actor: Actor) -> "Remittance":
        place = remittance.municipality_id
        found = available(
            REMITTANCE, remittance, lambda right: actor.may(right, remittance.cooperative_id, municipality_id=place)
        )
        return show(
            cls,
            remittance,
            after=f"{remittance.after:%Y-%m}" if remittance.after else None,
            through=f"{remittance.through:%Y-%m}",
            amount=Money.of(remittance.cents),
            specification=JSON([line_data(line) for line in remittance.lines]),
            available_transitions=AvailableTransitionType.all_of(found),
        )


@strawberry.type
class Difference:
    journal_id: UUID
    line: int
    stated: Money
    recomputed: Money | None


@strawberry.type
class Recomputation:
    remittance_id: UUID
    matches: bool
    stated: Money
    recomputed: Money
    ledger: Money
    digest_matches: bool
    differences: list[Difference]


@strawberry.type
class RemittanceQuery:
    @strawberry.field(description="What is owed to the municipality and not reported yet.")
    async def remittance_owed(self, info: Info, cooperative_id: UUID) -> Money:
        return Money.of(await info.context.run(get_owed, cooperative_id=cooperative_id))

    @strawberry.field(description="What was reported, newest first; for the treasurer and the controllers.")
    async def remittances(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Remittance]:
        page = page_of(first, after)
        found = await info.context.run(list_remittances, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: Remittance.of(row, info.context.actor), page)

    @strawberry.field(description="One remittance with its specification.")
    async def remittance(self, info: Info, id: UUID) -> Remittance:
        return Remittance.of(await info.context.run(get_remittance, remittance_id=id), info.context.actor)

    @strawberry.field(description="A specification worked out again from its stored inputs; nothing is changed.")
    async def recomputation(self, info: Info, remittance_id: UUID) -> Recomputation:
        found = await info.context.run(recompute_remittance, remittance_id=remittance_id)
        return show(Recomputation, found, differences=[show(Difference, line) for line in found.differences])


@strawberry.type
class RemittanceMutation:
    @strawberry.mutation(description="Report what is owed for all closed months through one (its first day).")
    async def report_remittance(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, through: date
    ) -> Remittance:
        once = info.context.keyed(idempotency_key)
        made = await once(report_remittance, cooperative_id=cooperative_id, through=through)
        return Remittance.of(made, info.context.actor)

    @strawberry.mutation(description="The municipality's word that it asks for this amount, with its reference.")
    async def invoice_remittance(
        self, info: Info, idempotency_key: str, id: UUID, reference: str, expected_version: int | None = None
    ) -> Remittance:
        once = info.context.keyed(idempotency_key)
        asked = await once(invoice_remittance, remittance_id=id, reference=reference, expected_version=expected_version)
        return Remittance.of(asked, info.context.actor)

    @strawberry.mutation(description="Record that it was paid.")
    async def settle_remittance(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        paid_on: date | None = None,
        expected_version: int | None = None,
    ) -> Remittance:
        once = info.context.keyed(idempotency_key)
        paid = await once(settle_remittance, remittance_id=id, paid_on=paid_on, expected_version=expected_version)
        return Remittance.of(paid, info.context.actor)
