"""GraphQL: the ledger's accounts and journals."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import strawberry

from app.contract import books
from app.contract.shape import show as shown
from app.domain import ledger as domain
from app.domain.ledger import AccountKind
from app.domain.money import cents_of
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import Connection, Money, Node, page_of, show
from app.usecases.books import close_month, list_accounts, list_journals, list_periods


@strawberry.type
class Account(Node):
    kind: AccountKind
    currency: str
    rgs_code: str
    balance: Money
    floor: Money | None
    member_id: UUID | None
    party: str | None


@strawberry.type(description="A closed month: it takes no postings.")
class Period:
    month: str
    closed_at: datetime
    closed_by: UUID | None
    bank_balance: Money | None

    @classmethod
    def of(cls, period: domain.Period) -> "Period":
        bank = None if period.bank_cents is None else Money.of(period.bank_cents)
        return show(cls, period, month=period.month.isoformat()[:7], bank_balance=bank)


Journal: Any = type_of(books.Journal)


@strawberry.type
class BookQuery:
    @strawberry.field(description="The accounts of a cooperative; credits are positive. For the treasurer.")
    async def accounts(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[Account]:
        page = page_of(first, after)
        found = await info.context.run(list_accounts, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: show(Account, row), page)

    @strawberry.field(description="The journals of a cooperative with their reasons, newest first. For the treasurer.")
    async def journals(
        self,
        info: Info,
        cooperative_id: UUID,
        first: int = 20,
        after: str | None = None,
        source_id: UUID | None = None,
    ) -> Connection[Journal]:
        page = page_of(first, after)
        found = await info.context.run(list_journals, cooperative_id=cooperative_id, page=page, source_id=source_id)
        return Connection.of(found, lambda row: shown(books.Journal, row, info.context.viewer), page)

    @strawberry.field(description="The closed months of a cooperative, newest first. For the treasurer.")
    async def periods(self, info: Info, cooperative_id: UUID) -> list[Period]:
        return [Period.of(period) for period in await info.context.run(list_periods, cooperative_id=cooperative_id)]


@strawberry.type
class BookMutation:
    @strawberry.mutation(description="Close a month (its first day), for ever; the bank has to agree.")
    async def close_month(
        self, info: Info, idempotency_key: str, cooperative_id: UUID, month: date, bank_balance: str
    ) -> Period:
        once = info.context.keyed(idempotency_key)
        cents = cents_of(bank_balance)
        return Period.of(await once(close_month, cooperative_id=cooperative_id, month=month, bank_cents=cents))
