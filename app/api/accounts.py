"""REST: the files of a statement of account. They are made anew for each answer."""

import asyncio
from typing import Annotated

from fastapi import Query, Response

from app.adapters.account_files import account_csv, account_pdf
from app.api.deps import LanguageDep, RunDep, noun_router
from app.domain.days import day_of
from app.ids import OrderId
from app.usecases.selling.accounts import Since, Until, get_order_account, print_order_account
from app.vocabulary import doc_of

router = noun_router()
CSV, PDF = "text/csv", "application/pdf"
SinceQuery = Annotated[Since | None, Query(description=doc_of(Since))]
UntilQuery = Annotated[Until | None, Query(description=doc_of(Until))]


@router.get(
    "/orders/{order_id}/account.csv",
    tags=["payments"],
    response_class=Response,
    responses={
        200: {"content": {CSV: {}}, "description": "A row for each entry, between the opening and closing balance"}
    },
)
async def account_as_csv(
    order_id: OrderId, run: RunDep, since: SinceQuery = None, until: UntilQuery = None
) -> Response:
    """The statement of account of the customer of an order as CSV."""
    account = await run(get_order_account, order_id=order_id, since=since, until=until)
    return Response(account_csv(account), media_type=f"{CSV}; charset=utf-8", headers=_headers("attachment", "csv"))


@router.get(
    "/orders/{order_id}/account.pdf",
    tags=["payments"],
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "The statement, as PDF/A-3a that a screen reader can read"}},
)
async def account_as_pdf(
    order_id: OrderId,
    run: RunDep,
    language: LanguageDep,
    since: SinceQuery = None,
    until: UntilQuery = None,
) -> Response:
    """The statement of account of the customer of an order as PDF, in Dutch or English (`Accept-Language`)."""
    account = await run(print_order_account, order_id=order_id, since=since, until=until)
    file = await asyncio.to_thread(account_pdf, account, day_of(run.now()), language)
    return Response(file, media_type=PDF, headers=_headers("inline", "pdf"))


def _headers(how: str, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'{how}; filename="account.{ending}"', "Cache-Control": "no-store"}
