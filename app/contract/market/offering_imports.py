"""A partner's offerings, kept in step: one by its external id, and what became of files."""

from datetime import datetime
from typing import Any

from app.adapters.fields import field_text
from app.contract.market.offerings import Offering
from app.contract.operation import Noun
from app.contract.shape import seen, shape, show
from app.domain.market import offering_imports as domain
from app.domain.market.offering_imports import ImportOutcome, ImportReview, ImportState, NewOffering
from app.ids import CooperativeId, ImportRowId, OfferingId, OfferingImportId
from app.usecases.market import offering_imports as usecases


@shape(domain.OfferingImport)
class OfferingImport:
    """A file of offerings, and how far it came. Of a dry run nothing is kept but this report."""

    id: OfferingImportId
    cooperative_id: CooperativeId
    """The cooperative that it is of."""
    source: str
    """The system that it came from."""
    dry_run: bool
    """Whether it was only said what would happen."""
    state: ImportState
    rows: int
    """How many rows came in so far."""
    created: int
    """How many of them made a new offering."""
    changed: int
    """How many changed one."""
    unchanged: int
    """How many changed nothing."""
    refused: int
    """How many were refused."""
    started_at: datetime
    """When it began."""
    finished_at: datetime | None
    """When it was over."""
    reason: str
    """Why it stopped before its end."""
    held: int
    """How many of its offerings wait for review."""
    review: ImportReview | None
    """What was decided about all that it held."""
    review_reason: str
    """Why it was decided."""
    reviewed_at: datetime | None
    """When it was decided."""
    version: int


def _of(name: str) -> Any:
    return seen(lambda error, _: error[name])


@shape(dict)
class ImportRowError:
    """What is wrong with a row."""

    field: str = _of("field")
    """The column."""
    code: str = _of("code")
    """What is wrong, as a code."""
    message: str = seen(lambda error, viewer: field_text(error, viewer.language))
    """What is wrong, in the caller's language."""


@shape(domain.RowReport)
class ImportRow:
    """What became of a row of a file."""

    id: ImportRowId
    number: int
    """Its line in the file; of several lines the first."""
    external_id: str
    """What its system calls the offering."""
    outcome: ImportOutcome
    """What became of it."""
    offering_id: OfferingId | None
    """The offering."""
    errors: list[ImportRowError] = seen(lambda row, viewer: [show(ImportRowError, one, viewer) for one in row.errors])
    """What is wrong with it, if it was refused."""


THERE = "/cooperatives/{cooperative_id}"
ONE = f"{THERE}/offerings/by-external-id/{{source}}/{{external_id}}"
offering_imports = Noun("offering imports")
offering_imports.put(ONE, usecases.put_offering, Offering, new=NewOffering, opens="/offerings")
offering_imports.get(ONE, usecases.get_offering_of, Offering, field="offering_by_external_id")
offering_imports.get(f"{THERE}/offering-imports", usecases.list_imports, OfferingImport, field="offering_imports")
offering_imports.get("/offering-imports/{import_id}", usecases.get_import, OfferingImport, field="offering_import")
offering_imports.get(
    "/offering-imports/{import_id}/rows", usecases.list_import_rows, ImportRow, field="offering_import_rows"
)
