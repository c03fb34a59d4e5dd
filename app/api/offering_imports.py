"""REST: a partner's offerings, kept in step: one by its external id, or whole files that stream in."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import Field, ValidationError
from starlette.requests import ClientDisconnect

from app.adapters.fields import field_error, field_text
from app.adapters.messages import EN, message_of
from app.adapters.row_files import BadRow, Unreadable, csv_rows, decimal_of, json_rows
from app.api.deps import LanguageDep, PageDep, RunDep, WiringDep, link_next, noun, tag
from app.api.errors import FaceError
from app.api.models import Flag, In, MoneyIn, Name, Number, Out, PageOut, Slug, Text, Url, Version, When
from app.api.offerings import LeadTime, OfferingOut, Tags, Town
from app.domain.errors import DomainError, RuleRefused
from app.domain.offering_imports import LEASE, ImportState, Outcome, Review, Row, RowReport, Rows, Unread
from app.domain.offerings import OfferingKind, PriceUnit
from app.domain.vat import VatClass
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
ExternalId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._~:@-]{1,100}$", examples=["SKU-42"])]
Source = Annotated[Slug, Field(description="Your system, such as `woocommerce`; external ids are unique within it.")]
AT_ONCE = 500
"""Rows of one transaction."""
MOST_FIELDS = 40
"""That a row may have; what has more is none of ours."""
MOST_ERRORS = 20
"""That are said of one row."""
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


class OfferingPut(In):
    """An offering as your system has it. `offered` false takes it off the market; a `stock` that is not sent stays."""

    member_id: UUID
    kind: OfferingKind
    title: Name
    text: Text = ""
    category: Slug
    price_unit: PriceUnit
    price: Annotated[MoneyIn, Field(description="Net of VAT, per unit")]
    vat_class: VatClass
    town: Town
    tags: Tags = []
    image_url: Url | None = None
    lead_time_minutes: LeadTime = 0
    stock: Number | None = None
    offered: Flag = True

    def row(self, external_id: str) -> Row:
        contents = self.model_dump(exclude={"member_id", "price", "stock", "offered", "external_id"})
        contents |= {"price_cents": self.price.cents, "tags": tuple(self.tags)}
        return Row(external_id, self.member_id, contents, self.stock, self.offered)


class OfferingLine(OfferingPut):
    external_id: ExternalId


COLUMNS = frozenset(field.alias or name for name, field in OfferingLine.model_fields.items())
READERS: dict[str, Callable[[AsyncIterator[bytes]], AsyncIterator[tuple[int, Any]]]] = {
    "text/csv": partial(csv_rows, columns=COLUMNS),
    "application/x-ndjson": json_rows,
    "application/jsonl": json_rows,
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
    run: RunDep,
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
    nothing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in READERS:
        raise FaceError(400, "not_a_file_of_rows")
    with wired.uploads.reading():
        made = await run(start_import, cooperative_id=cooperative_id, source=source, dry_run=dry_run)
        response.headers["Location"] = f"/v1/offering-imports/{made.id}"
        reason = "something went wrong on our side"
        try:
            async with _leased(run, made.id):
                await _take_in(run, made.id, READERS[kind](request.stream()), member_id)
            reason = ""
        except Unreadable as error:
            refused = RuleRefused(rule=error.rule, value=error.value, importId=str(made.id))
            reason = message_of(refused, EN)
            raise refused from None
        except ClientDisconnect:
            reason = "the connection was lost"
            raise
        except asyncio.CancelledError:
            reason = "the server was stopped"
            if not wired.uploads.stopping:
                raise
            raise Unavailable from None
        finally:
            over = await wired.uploads.finish(run(finish_import, import_id=made.id, reason=reason))
    tag(response, over.version)
    return ImportOut.model_validate(over)


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
                line = _line(found, member_id)
                good.append((number, line.row(line.external_id)))
            except ValidationError as error:
                unread.append(Unread(number, _name_of(found), _errors_of(found, error)))
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


def _errors_of(found: Any, error: ValidationError) -> tuple[dict[str, Any], ...]:
    """What is wrong with a row, by its columns."""
    if isinstance(found, BadRow):
        return ({"field": "", "code": found.code, "facts": found.facts, "message": ""},)
    if isinstance(found, dict) and len(found) > MOST_FIELDS:
        return ({"field": "", "code": "too_long", "facts": {"max_length": str(MOST_FIELDS)}, "message": ""},)
    errors = [field_error(one) for one in error.errors(include_url=False, include_input=False)[:MOST_ERRORS]]
    for one in errors:
        if one["field"] == "price.amount" and isinstance(found, dict) and isinstance(found.get("price"), str):
            one |= {"field": "price", "code": "not_an_amount", "facts": {}}
        elif one["field"] == "offered" and isinstance(found, dict) and isinstance(found.get("offered"), str):
            one["code"] = "yes_or_no"
        elif (one["field"], one["code"]) == ("memberId", "missing"):
            one["code"] = "member_missing"
        elif (one["field"], one["code"]) == ("", "extra_forbidden"):
            one["code"] = "more_cells"
    return tuple(errors)


def _line(found: Any, member_id: UUID | None) -> OfferingLine:
    """A row of either kind of file. Raises ValidationError."""
    if isinstance(found, dict) and len(found) > MOST_FIELDS:
        found = None
    if isinstance(found, dict):
        found = dict(found)
        if member_id is not None:
            found.setdefault("memberId", str(member_id))
        price = found.get("price")
        if isinstance(price, str):
            found["price"] = {"amount": decimal_of(price)}
        for name, convert in _CELLS.items():
            if isinstance(found.get(name), str):
                found[name] = convert(found[name])
    return OfferingLine.model_validate(found)


def _whole(cell: str) -> int | str:
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 12 else cell


def _yes(cell: str) -> bool | str:
    word = cell.lower()
    return word in _YES if word in _YES | _NO else cell


_YES = frozenset({"ja", "waar", "true", "yes", "1"})
_NO = frozenset({"nee", "onwaar", "false", "no", "0"})


_CELLS: dict[str, Any] = {
    "stock": _whole,
    "leadTimeMinutes": _whole,
    "offered": _yes,
    "tags": lambda cell: [part.strip() for part in cell.split(",") if part.strip()],
}
"""Cells of a CSV are text."""


def _name_of(found: Any) -> str:
    name = found.get("externalId") if isinstance(found, dict) else None
    return name[:100] if isinstance(name, str) and name.isprintable() else ""


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
async def move(import_id: UUID, body: ImportMove, run: RunDep, response: Response) -> ImportOut:
    """Publish or send back all that this import holds for review.

    It goes on from part to part; if it breaks off, the same request does the rest. `held` of the answer is what
    stays: offerings that you made yourself, or whose maker does not sell now.
    """
    found, after = await run(review_import, import_id=import_id, verb=body.verb, reason=body.reason)
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
