"""REST: the ledger's accounts and journals."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from app.adapters.messages import explain
from app.api.deps import LanguageDep, PageDep, RunDep, link_next
from app.api.models import Day, Money, Out, PageOut, When, money
from app.domain.ledger import AccountKind, Journal, JournalKind
from app.usecases.books import list_accounts, list_journals

router = APIRouter(prefix="/cooperatives/{cooperative_id}", tags=["ledger"])


class AccountOut(Out):
    id: UUID
    kind: AccountKind
    currency: str
    rgs_code: str
    balance: Money = money("balance_cents")
    floor: Money | None = money("floor_cents")
    member_id: UUID | None
    party: str | None


class EntryOut(Out):
    line: int
    account_id: UUID
    account_kind: AccountKind
    amount: Money = money("cents")
    balance_after: Money = money("balance_after_cents")
    rule: str
    member_id: UUID | None
    reason: str = ""


class JournalOut(Out):
    id: UUID
    kind: JournalKind
    source_type: str
    source_id: UUID
    part: int
    booked_at: When
    effective_on: Day
    period: Day
    reverses: UUID | None
    agreement_id: UUID | None
    entries: list[EntryOut]

    @classmethod
    def of(cls, journal: Journal, language: str) -> "JournalOut":
        shown = cls.model_validate(journal)
        for entry, out in zip(journal.entries, shown.entries, strict=True):
            out.reason = explain(entry.rule, entry.facts, language)
        return shown


@router.get("/accounts")
async def accounts(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[AccountOut]:
    """The accounts with their balances; credits are positive. For the treasurer."""
    found = await run(list_accounts, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, AccountOut.model_validate)


@router.get("/journals")
async def journals(
    cooperative_id: UUID,
    run: RunDep,
    page: PageDep,
    language: LanguageDep,
    request: Request,
    response: Response,
    source_id: Annotated[UUID | None, Query(alias="sourceId")] = None,
) -> PageOut[JournalOut]:
    """The journals with their entries and reasons, newest first; of one order or payment. For the treasurer."""
    found = await run(list_journals, cooperative_id=cooperative_id, page=page, source_id=source_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda journal: JournalOut.of(journal, language))
