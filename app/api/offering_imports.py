"""REST: imports of files with offerings as a stream, and the decision about all that an import holds."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

from app.adapters.messages import EN, message_of
from app.adapters.row_files import Unreadable
from app.api.deps import KeptRunDep, LanguageDep, WiringDep, noun_router, tag, viewer_of
from app.api.offering_rows import READERS, errors_of, name_of, row_of
from app.contract.market.offering_imports import OfferingImport
from app.contract.shape import show
from app.domain.errors import DomainError, RuleRefused
from app.domain.market import offering_imports as domain
from app.domain.market.offering_imports import LEASE, Row, Rows, Unread
from app.ids import CooperativeId, MemberId, OfferingImportId
from app.running.run import Run, Unavailable
from app.transport.problems import FaceError
from app.transport.uploads import Uploads
from app.usecases.market.offering_imports import (
    ReviewImport,
    finish_import,
    get_import,
    import_rows,
    renew_import,
    review_import,
    start_import,
)
from app.vocabulary import Source, doc_of

router = noun_router("offering imports")
AT_ONCE = 500
"""The rows of one transaction."""
_TABLE = """\
externalId;memberId;kind;title;category;priceUnit;price;vatClass;town
SKU-42;0198b2b6-7f0a-7c3e-9a54-0c6f1f3b2d10;goods;Jam;eten;piece;4,50;reduced;Breda
"""
FILE = {
    "requestBody": {
        "required": True,
        "description": (
            "One offering a line, or a CSV with a first line of column names; 100 MB and 500,000 lines at most. "
            "It costs a unit of the rate for every 100 kB."
        ),
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string", "description": "Bodies of the `PUT`, each with its `externalId`."}
            },
            "text/csv": {"schema": {"type": "string"}, "example": _TABLE},
        },
    }
}


@router.post(
    "/cooperatives/{cooperative_id}/offering-imports",
    status_code=201,
    openapi_extra=FILE,
    response_description=str(OfferingImport.__doc__),
)
async def take_in(
    cooperative_id: CooperativeId,
    run: KeptRunDep,
    request: Request,
    response: Response,
    wired: WiringDep,
    language: LanguageDep,
    source: Annotated[Source, Query(description=doc_of(Source))],
    dry_run: Annotated[bool, Query(alias="dryRun", description="Only report what would happen.")] = False,
    member_id: Annotated[MemberId | None, Query(alias="memberId", description="For rows without a member.")] = None,
) -> OfferingImport:
    """Import a file of offerings as a stream: JSON lines or CSV (semicolons and decimal commas too).

    Good rows are kept even if others are refused; if a file cannot be read further, the rows before are kept. A file
    without any row is refused. New offerings wait for review: `transitions` decides about all of them. The answer comes
    at the end; meanwhile `GET /cooperatives/{id}/offering-imports` shows the progress. The same file again changes
    nothing. With the key of an earlier request the file is not read: the answer shows the progress of that import.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in READERS:
        raise FaceError(400, "not_a_file_of_rows")
    with wired.uploads.reading():
        made = await run(start_import, cooperative_id=cooperative_id, source=source, dry_run=dry_run)
        response.headers["Location"] = f"/v1/offering-imports/{made.id}"
        run.key = None
        if run.replayed:
            over = await run(get_import, import_id=made.id)
        else:
            rows = _take_in(run, made.id, READERS[kind](request.stream()), member_id)
            over = await _until_its_end(run, wired.uploads, made.id, rows)
    tag(response, over.version)
    return show(OfferingImport, over, viewer_of(run, request, language))


@router.post("/offering-imports/{import_id}/transitions", response_description=str(OfferingImport.__doc__))
async def move(
    import_id: OfferingImportId,
    body: ReviewImport,
    run: KeptRunDep,
    language: LanguageDep,
    request: Request,
    response: Response,
) -> OfferingImport:
    """Publish or send back all that this import holds for review.

    It works in parts; if it breaks off, the same request does the rest. `held` in the answer is the number that stays:
    your own offerings, and those of makers who do not sell now.
    """
    found, after = await run(review_import, import_id=import_id, contents=body)
    # A repeat does the rest.
    run.key = None
    while after is not None:
        found, after = await run(review_import, import_id=import_id, contents=body, after=after)
    tag(response, found.version)
    return show(OfferingImport, found, viewer_of(run, request, language))


async def _until_its_end(
    run: Run, uploads: Uploads, import_id: OfferingImportId, rows: Coroutine[Any, Any, None]
) -> domain.OfferingImport:
    """Imports the rows, and always records how the file ended."""
    reason = "something went wrong on our side"
    try:
        async with _leased(run, import_id):
            await rows
        reason = ""
    except Unreadable as error:
        refused = RuleRefused(rule=error.rule, value=error.value, importId=str(import_id))
        reason = message_of(refused, EN)
        raise refused from None
    except ClientDisconnect:
        reason = "the connection was lost"
        raise
    except asyncio.CancelledError:
        reason = "the server was stopped"
        if not uploads.stopping:
            raise
        raise FaceError(503, "unavailable", how="stopping") from None
    finally:
        over = await uploads.finish(run(finish_import, import_id=import_id, reason=reason))
    return over


@contextlib.asynccontextmanager
async def _leased(run: Run, import_id: OfferingImportId) -> AsyncIterator[None]:
    """Renews the import's lease meanwhile, however slowly its rows come."""

    async def renewing() -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            with contextlib.suppress(Unavailable, DomainError):
                await run(renew_import, import_id=import_id)

    task = asyncio.create_task(renewing())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _take_in(
    run: Run, import_id: OfferingImportId, rows: AsyncIterator[tuple[int, Any]], member_id: MemberId | None
) -> None:
    """Imports rows in order, some hundreds in a transaction; rows before a break of the file are kept."""
    good: list[tuple[int, Row]] = []
    unread: list[Unread] = []
    try:
        async for number, found in rows:
            try:
                row = row_of(found, member_id)
                good.append((number, row.row(row.external_id)))
            except ValidationError as error:
                unread.append(Unread(number, name_of(found), errors_of(found, error)))
            if len(good) + len(unread) >= AT_ONCE:
                batch, good, unread = Rows(good, unread), [], []
                await run(import_rows, import_id=import_id, rows=batch)
    except (Unreadable, ClientDisconnect):
        await _keep(run, import_id, good, unread)
        raise
    await _keep(run, import_id, good, unread)


async def _keep(run: Run, import_id: OfferingImportId, good: list[tuple[int, Row]], unread: list[Unread]) -> None:
    if good or unread:
        await run(import_rows, import_id=import_id, rows=Rows(good, unread))
