"""GraphQL: what a collective buys from its fund, by the vote of its members."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from app.domain import ballots as domain
from app.domain.ballots import BallotState
from app.graphql.context import Info
from app.graphql.types import Connection, Money, MoneyInput, Node, page_of, show
from app.usecases.ballots import cast_vote, list_ballots, pay_purchase, propose_purchase

strawberry.enum(BallotState)


@strawberry.type(description="`needed` of `members` have to say yes; who said what is nobody else's.")
class Ballot(Node):
    cooperative_id: UUID
    title: str
    supplier: str
    amount: Money
    members: int
    needed: int
    yes: int
    no: int
    state: BallotState
    proposed_at: datetime
    paid_on: date | None
    version: int

    @classmethod
    def of(cls, ballot: domain.Ballot) -> "Ballot":
        return show(cls, ballot, amount=Money.of(ballot.cents))


@strawberry.type
class BallotQuery:
    @strawberry.field(description="The ballots of a collective, newest first, for its members and its staff.")
    async def ballots(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Ballot]:
        page = page_of(first, after)
        found = await info.context.run(list_ballots, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, Ballot.of, page)


@strawberry.type
class BallotMutation:
    @strawberry.mutation(description="Ask the members whether to buy something from the fund.")
    async def propose_purchase(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, title: str, supplier: str, amount: MoneyInput
    ) -> Ballot:
        made = await info.context.keyed(idempotency_key)(
            propose_purchase, cooperative_id=cooperative_id, title=title, supplier=supplier, cents=amount.cents
        )
        return Ballot.of(made)

    @strawberry.mutation(description="Say yes or no, once.")
    async def cast_vote(self, info: Info, idempotency_key: str, id: UUID, yes: bool) -> Ballot:
        return Ballot.of(await info.context.keyed(idempotency_key)(cast_vote, ballot_id=id, yes=yes))

    @strawberry.mutation(description="Record that the supplier was paid from the fund.")
    async def pay_purchase(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        paid_on: date | None = None,
        expected_version: int | None = None,
    ) -> Ballot:
        once = info.context.keyed(idempotency_key)
        return Ballot.of(await once(pay_purchase, ballot_id=id, paid_on=paid_on, expected_version=expected_version))
