"""GraphQL: a partner's offerings, kept in step one by one, and the files that came in by REST."""

import time
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from app.adapters.fields import field_text
from app.domain import offering_imports as domain
from app.domain.offering_imports import ImportState, Outcome, Review, Row
from app.domain.offerings import OfferingKind, PriceUnit
from app.domain.vat import VatClass
from app.graphql.context import Info
from app.graphql.offerings import Offering
from app.graphql.types import Connection, MoneyInput, Node, page_of, show
from app.usecases.offering_imports import (
    get_import,
    get_offering_of,
    list_import_rows,
    list_imports,
    put_offering,
    review_import,
)

PATIENCE = 5
"""Seconds: a document ends before it would be stopped for taking too long."""
strawberry.enum(ImportState, name="ImportState")
strawberry.enum(Outcome, name="ImportOutcome")
strawberry.enum(Review, name="ImportReview")


@strawberry.type(description="A file of offerings and how far it came; files are sent by REST.")
class OfferingImport(Node):
    cooperative_id: UUID
    source: str
    dry_run: bool
    state: ImportState
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    started_at: datetime
    finished_at: datetime | None
    reason: str
    held: int
    review: Review | None
    review_reason: str
    reviewed_at: datetime | None
    version: int


@strawberry.type
class ImportRowError:
    field: str
    code: str
    message: str


@strawberry.type(description="What became of a row of a file.")
class ImportRow(Node):
    number: int
    external_id: str
    outcome: Outcome
    offering_id: UUID | None
    errors: list[ImportRowError]

    @classmethod
    def of(cls, report: domain.RowReport, language: str) -> "ImportRow":
        errors = [
            ImportRowError(field=error["field"], code=error["code"], message=field_text(error, language))
            for error in report.errors
        ]
        return show(cls, report, errors=errors)


@strawberry.input(description="An offering as your system has it; `offered` false takes it off the market.")
class OfferingPut:
    member_id: UUID
    kind: OfferingKind
    title: str
    category: str
    price_unit: PriceUnit
    price: MoneyInput
    vat_class: VatClass
    town: str
    text: str = ""
    tags: list[str] = strawberry.field(default_factory=list)
    image_url: str | None = None
    lead_time_minutes: int = 0
    stock: int | None = None
    offered: bool = True

    def row(self, external_id: str) -> Row:
        contents: dict[str, Any] = vars(self) | {"price_cents": self.price.cents, "tags": tuple(self.tags)}
        for name in ("member_id", "price", "stock", "offered"):
            contents.pop(name)
        return Row(external_id, self.member_id, contents, self.stock, self.offered)


@strawberry.type
class OfferingImportQuery:
    @strawberry.field(description="The offering that your system calls so.")
    async def offering_by_external_id(
        self, info: Info, cooperative_id: UUID, source: str, external_id: str
    ) -> Offering:
        found = await info.context.run(
            get_offering_of, cooperative_id=cooperative_id, source=source, external_id=external_id
        )
        return Offering.of(found, info.context)

    @strawberry.field(description="The files of a cooperative and how far they came, newest first.")
    async def offering_imports(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None
    ) -> Connection[OfferingImport]:
        page = page_of(first, after)
        found = await info.context.run(list_imports, cooperative_id=cooperative_id, page=page)
        return Connection.of(found, lambda row: show(OfferingImport, row), page)

    @strawberry.field(description="A file and how far it came.")
    async def offering_import(self, info: Info, id: UUID) -> OfferingImport:
        return show(OfferingImport, await info.context.run(get_import, import_id=id))

    @strawberry.field(description="What became of each row of a file, in the order of the file.")
    async def offering_import_rows(
        self, info: Info, import_id: UUID, outcome: Outcome | None = None, first: int = 20, after: str | None = None
    ) -> Connection[ImportRow]:
        page = page_of(first, after)
        found = await info.context.run(list_import_rows, import_id=import_id, page=page, outcome=outcome)
        return Connection.of(found, lambda row: ImportRow.of(row, info.context.language), page)


@strawberry.type
class OfferingImportMutation:
    @strawberry.mutation(description="Have an offering be as your system has it; sent again it changes nothing.")
    async def put_offering(
        self, info: Info, cooperative_id: UUID, source: str, external_id: str, offering: OfferingPut
    ) -> Offering:
        row = offering.row(external_id)
        put, _ = await info.context.run(put_offering, cooperative_id=cooperative_id, source=source, row=row)
        return Offering.of(put, info.context)

    @strawberry.mutation(
        description="Publish or send back all that an import holds for review. What takes longer than five seconds is "
        "left: `held` says how many, and the same mutation goes on."
    )
    async def move_offering_import(self, info: Info, id: UUID, verb: Review, reason: str = "") -> OfferingImport:
        run, ends = info.context.run, time.monotonic() + PATIENCE
        found, after = await run(review_import, import_id=id, verb=verb, reason=reason)
        while after is not None and time.monotonic() < ends:
            found, after = await run(review_import, import_id=id, verb=verb, reason=reason, after=after)
        return show(OfferingImport, found)
