"""REST: a partner's offerings, kept in step: one by its external id, or whole files that stream in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field, ValidationError
from starlette.requests import ClientDisconnect

from app.adapters.fields import field_text
from app.adapters.messages import EN, message_of
from app.adapters.row_files import Unreadable
from app.api.deps import KeptRunDep, LanguageDep, PageDep, RunDep, WiringDep, link_next, noun, tag
from app.api.errors import FaceError
from app.api.models import In, Out, PageOut, Slug, Version, When
from app.api.offering_rows import READERS, OfferingPut, errors_of, line_of, name_of
from app.api.offerings import OfferingOut
from app.api.uploads import Uploads
from app.domain.errors import DomainError, RuleRefused
from app.domain.offering_imports import (
    LEASE,
    ImportState,
    OfferingImport,
    Outcome,
    Review,
    Row,
    RowReport,
    Rows,
    Unread,
)
from app.usecases.offering_imports import (
    finish_import,
    get_import,
    get_offering_of,
    import_rows,
    list_import_rows,
    list_imports,
    put_offering,
    renew_import,
    review_import,
    start_import,
)
from app.usecases.run import Run, Unavailable

router = noun("offering imports")
Source = Annotated[Slug, Field(description="Your system, such as `woocommerce`; external ids are unique within it.")]
AT_ONCE = 500
"""Rows of one transaction."""
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


class ImportOut(Out):
    """`rows` came in so far; of a dry run nothing was kept but this report. `held` of its offerings wait for review."""

    id: UUID
    cooperative_id: UUID
    source: str
    dry_run: bool
    state: ImportState
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    started_at: When
    finished_at: When | None
    reason: str
    held: int
    review: Review | None
    review_reason: str
    reviewed_at: When | None
    version: Version


class ImportMove(In):
    """What becomes of all offerings that an import holds for review. To send them back takes a reason."""

    verb: Review
    reason: Annotated[str, Field(max_length=500)] = ""


class RowErrorOut(Out):
    field: str
    code: str
    message: str


class RowReportOut(Out):
    number: int
    external_id: str
    outcome: Outcome
    offering_id: UUID | None
    errors: list[RowErrorOut]

    @classmethod
    def of(cls, report: RowReport, language: str) -> "RowReportOut":
        errors = [
            RowErrorOut(field=error["field"], code=error["code"], message=field_text(error, language))
            for error in report.errors
        ]
        names = ("number", "external_id", "outcome", "offering_id")
        return cls(**{name: getattr(report, name) for name in names}, errors=errors)


ONE = "/cooperatives/{cooperative_id}/offerings/by-external-id/{source}/{external_id}"
ExternalPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9._~:@-]{1,100}$", examples=["SKU-42"])]
SourcePath = Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", examples=["woocommerce"])]


@router.put(ONE, responses={201: {"model": OfferingOut, "description": "It is new, and waits for review."}})
async def put(
    cooperative_id: UUID,
    source: SourcePath,
    external_id: ExternalPath,
    body: OfferingPut,
    run: RunDep,
    language: LanguageDep,
    response: Response,
) -> OfferingOut:
    """Have an offering be as your system has it; sent again it changes nothing."""
    row = body.row(external_id)
    offering, outcome = await run(put_offering, cooperative_id=cooperative_id, source=source, row=row)
    tag(response, offering.version)
    if outcome is Outcome.CREATED:
        response.status_code = 201
        response.headers["Location"] = f"/v1/offerings/{offering.id}"
    return OfferingOut.of(offering, run.actor, language)


@router.get(ONE)
async def get(
    cooperative_id: UUID,
    source: SourcePath,
    external_id: ExternalPath,
    run: RunDep,
    language: LanguageDep,
    response: Response,
) -> OfferingOut:
    """The offering that your system calls so."""
    found = await run(get_offering_of, cooperative_id=cooperative_id, source=source, external_id=external_id)
    tag(response, found.version)
    return OfferingOut.of(found, run.actor, language)


@router.post("/cooperatives/{cooperative_id}/offering-imports", status_code=201, openapi_extra=FILE)
async def take_in(
    cooperative_id: UUID,
    run: KeptRunDep,
    request: Request,
    response: Response,
    wired: WiringDep,
    source: Annotated[Source, Query()],
    dry_run: Annotated[bool, Query(alias="dryRun")] = False,
    member_id: Annotated[UUID | None, Query(alias="memberId", description="For rows that name nobody.")] = None,
) -> ImportOut:
    """Take in a file of offerings as it streams in: JSON lines or CSV (semicolons and decimal commas too).

    Good rows are kept whatever becomes of others; of a file that cannot be read on, those before. A file without any
    row is refused. New offerings wait for review: `transitions` decides about all of them. The answer comes at the
    end; meanwhile `GET /cooperatives/{id}/offering-imports` shows how far it is. The same file again changes
    nothing. Under the key of an earlier request the file is not read: the answer says how far that import is.
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
    return ImportOut.model_validate(over)


async def _until_its_end(
    run: Run, uploads: Uploads, import_id: UUID, rows: Coroutine[Any, Any, None]
) -> OfferingImport:
    """Take in the rows, and write down how the file ended, whatever happens meanwhile."""
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
async def _leased(run: Run, import_id: UUID) -> AsyncIterator[None]:
    """Renew the import's lease meanwhile, however slowly its rows come."""

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


async def _take_in(run: Run, import_id: UUID, rows: AsyncIterator[tuple[int, Any]], member_id: UUID | None) -> None:
    """Rows in their order, some hundreds a transaction; what was read before the file broke off is kept."""
    good: list[tuple[int, Row]] = []
    unread: list[Unread] = []
    try:
        async for number, found in rows:
            try:
                line = line_of(found, member_id)
                good.append((number, line.row(line.external_id)))
            except ValidationError as error:
                unread.append(Unread(number, name_of(found), errors_of(found, error)))
            if len(good) + len(unread) >= AT_ONCE:
                batch, good, unread = Rows(good, unread), [], []
                await run(import_rows, import_id=import_id, rows=batch)
    except (Unreadable, ClientDisconnect):
        await _keep(run, import_id, good, unread)
        raise
    await _keep(run, import_id, good, unread)


async def _keep(run: Run, import_id: UUID, good: list[tuple[int, Row]], unread: list[Unread]) -> None:
    if good or unread:
        await run(import_rows, import_id=import_id, rows=Rows(good, unread))


@router.get("/cooperatives/{cooperative_id}/offering-imports")
async def list_all(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[ImportOut]:
    """The files of a cooperative and how far they came, newest first."""
    found = await run(list_imports, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, ImportOut.model_validate)


@router.get("/offering-imports/{import_id}")
async def one(import_id: UUID, run: RunDep, response: Response) -> ImportOut:
    """A file and how far it came."""
    found = await run(get_import, import_id=import_id)
    tag(response, found.version)
    return ImportOut.model_validate(found)


@router.post("/offering-imports/{import_id}/transitions")
async def move(import_id: UUID, body: ImportMove, run: KeptRunDep, response: Response) -> ImportOut:
    """Publish or send back all that this import holds for review.

    It goes on from part to part; if it breaks off, the same request does the rest. `held` of the answer is what
    stays: offerings that you made yourself, or whose maker does not sell now.
    """
    found, after = await run(review_import, import_id=import_id, verb=body.verb, reason=body.reason)
    run.key = None  # a repeat does the rest
    while after is not None:
        found, after = await run(review_import, import_id=import_id, verb=body.verb, reason=body.reason, after=after)
    tag(response, found.version)
    return ImportOut.model_validate(found)


@router.get("/offering-imports/{import_id}/rows")
async def rows(
    import_id: UUID,
    run: RunDep,
    page: PageDep,
    request: Request,
    response: Response,
    language: LanguageDep,
    outcome: Outcome | None = None,
) -> PageOut[RowReportOut]:
    """What became of each row, in the order of the file; `outcome=refused` for those that need a look."""
    found = await run(list_import_rows, import_id=import_id, page=page, outcome=outcome)
    link_next(request, response, found)
    return PageOut.of(found, lambda row: RowReportOut.of(row, language))
