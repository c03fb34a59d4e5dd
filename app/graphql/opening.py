"""GraphQL: opening balances of a cooperative that runs already."""

from datetime import date
from uuid import UUID

import strawberry

from app.domain.ledger import AccountKind
from app.domain.money import cents_of
from app.domain.opening import Opening, OpeningAccount, OpeningPot, OpeningReport, OpeningTotal
from app.graphql.context import Info
from app.graphql.types import Money, MoneyInput, show
from app.usecases.opening import open_books, try_opening


@strawberry.input(description="What the cooperative has, or what it owes or keeps, in euro as people say it.")
class OpeningAccountInput:
    kind: AccountKind
    amount: str


@strawberry.input(description="What of a pot was earned in a month (its first day).")
class OpeningPotInput:
    member_id: UUID
    month: date
    amount: MoneyInput


@strawberry.input(description="What a member (none: the fund) kept in a month before remittance.")
class OpeningTotalInput:
    month: date
    amount: MoneyInput
    member_id: UUID | None = None


@strawberry.input
class OpeningInput:
    as_of: date
    accounts: list[OpeningAccountInput]
    pots: list[OpeningPotInput] = strawberry.field(default_factory=list)
    totals: list[OpeningTotalInput] = strawberry.field(default_factory=list)

    def given(self) -> Opening:
        return Opening(
            self.as_of,
            tuple(OpeningAccount(account.kind, cents_of(account.amount)) for account in self.accounts),
            tuple(OpeningPot(pot.member_id, pot.month, pot.amount.cents) for pot in self.pots),
            tuple(OpeningTotal(total.month, total.amount.cents, total.member_id) for total in self.totals),
        )


@strawberry.type(description="What the import did; `journalId` is null after a dry run.")
class OpeningBalances:
    owned: Money
    owed: Money
    pots: Money
    members: int
    totals: Money
    journal_id: UUID | None

    @classmethod
    def of(cls, report: OpeningReport) -> "OpeningBalances":
        return show(cls, report)


@strawberry.type
class OpeningMutation:
    @strawberry.mutation(description="Look whether these opening balances would be right; nothing is written.")
    async def try_opening(self, info: Info, cooperative_id: UUID, opening: OpeningInput) -> OpeningBalances:
        found = await info.context.run(try_opening, cooperative_id=cooperative_id, opening=opening.given())
        return OpeningBalances.of(found)

    @strawberry.mutation(description="Begin the books in the middle of a year, once. For the treasurer.")
    async def open_books(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, opening: OpeningInput
    ) -> OpeningBalances:
        once = info.context.keyed(idempotency_key)
        return OpeningBalances.of(await once(open_books, cooperative_id=cooperative_id, opening=opening.given()))
