"""REST: the ledger's accounts, journals and months."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.adapters.exports import MEDIA, ExportFormat, export
from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, link_next, noun
from app.api.models import BalanceIn, In, Money, Out, PageOut, When, money
from app.contract.books import Journal
from app.contract.shape import Viewer, show
from app.domain.ledger import AccountKind, Period
from app.usecases.books import close_month, export_books, list_accounts, list_journals, list_periods

router = noun("ledger", "/cooperatives/{cooperative_id}")


class AccountOut(Out):
    id: UUID
    kind: AccountKind
    currency: str
    rgs_code: str
    balance: Money = money("balance_cents")
    floor: Money | None = money("floor_cents")
    member_id: UUID | None
    party: str | None


YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
"""Any but 0000: a month that a slip of before opened can be closed too."""


class PeriodIn(In):
    """The month to close, and what the bank's statement says at its end."""

    month: Annotated[str, Field(pattern=rf"^{YEAR}-(0[1-9]|1[0-2])$", examples=["2026-03"])]
    bank_balance: BalanceIn


class PeriodOut(Out):
    month: str
    closed_at: When
    closed_by: UUID | None
    bank_balance: Money | None = money("bank_cents")

    @classmethod
    def of(cls, period: Period) -> "PeriodOut":
        fields = {"closed_at": period.closed_at, "closed_by": period.closed_by, "bank_cents": period.bank_cents}
        return cls.model_validate({"month": period.month.isoformat()[:7], **fields})


@router.get("/periods")
async def periods(cooperative_id: UUID, run: RunDep) -> list[PeriodOut]:
    """The closed months, newest first. For the treasurer."""
    return [PeriodOut.of(period) for period in await run(list_periods, cooperative_id=cooperative_id)]


@router.post("/periods", status_code=201)
async def close(cooperative_id: UUID, body: PeriodIn, keyed: KeyedDep) -> PeriodOut:
    """Close a month, for ever: what comes late is booked in the first open one."""
    _, once = keyed
    month = date.fromisoformat(f"{body.month}-01")
    closed = await once(close_month, cooperative_id=cooperative_id, month=month, bank_cents=body.bank_balance.cents)
    return PeriodOut.of(closed)


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
) -> PageOut[Journal]:
    """The journals with their entries and reasons, newest first; of one order or payment. For the treasurer."""
    found = await run(list_journals, cooperative_id=cooperative_id, page=page, source_id=source_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda journal: show(Journal, journal, Viewer(run.actor, language)))


@router.get(
    "/journal-export",
    response_class=Response,
    responses={200: {"content": {media: {} for media in MEDIA.values()}, "description": "The whole books"}},
)
async def journal_export(
    cooperative_id: UUID, run: RunDep, language: LanguageDep, form: Annotated[ExportFormat, Query(alias="format")]
) -> Response:
    """Every journal at one moment as CSV, JSON lines or beancount text with its balances. For the treasurer."""
    books = await run(export_books, cooperative_id=cooperative_id)
    headers = {"Content-Disposition": f'attachment; filename="journals.{form}"'}
    text = export(form, books.journals, books.accounts, language)
    return Response(text, media_type=f"{MEDIA[form]}; charset=utf-8", headers=headers)
