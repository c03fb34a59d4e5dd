"""Imports of a partner's offerings: one by its external id, or the rows of a file and their results."""

from datetime import datetime
from typing import Any

from app.adapters.fields import field_text
from app.contract.market.offerings import Offering
from app.contract.operation import Noun
from app.contract.shape import computed, shape, show
from app.domain.market import offering_imports as domain
from app.domain.market.offering_imports import ImportOutcome, ImportReview, ImportState, NewOffering
from app.ids import CooperativeId, ImportRowId, OfferingId, OfferingImportId
from app.usecases.market import offering_imports as usecases


@shape(domain.OfferingImport)
class OfferingImport:
    """An import of a file of offerings, with its progress. A dry run keeps only this report."""

    id: OfferingImportId
    cooperative_id: CooperativeId
    """The cooperative."""
    source: str
    """The system that it came from."""
    dry_run: bool
    """Whether it only reports what would happen."""
    state: ImportState
    rows: int
    """The number of rows read so far."""
    created: int
    """The number of rows that made a new offering."""
    changed: int
    """The number of rows that changed one."""
    unchanged: int
    """The number of rows that changed nothing."""
    refused: int
    """The number of rows refused."""
    started_at: datetime
    """When it began."""
    finished_at: datetime | None
    """When it ended."""
    reason: str
    """The reason why it stopped early."""
    held: int
    """The number of its offerings that wait for review."""
    review: ImportReview | None
    """The decision about the offerings that it held."""
    review_reason: str
    """The reason of the decision."""
    reviewed_at: datetime | None
    """When it was decided."""
    version: int


def _of(name: str) -> Any:
    return computed(lambda error, _: error[name])


@shape(dict)
class ImportRowError:
    """An error in a row."""

    field: str = _of("field")
    """The column."""
    code: str = _of("code")
    """The error, as a code."""
    message: str = computed(lambda error, viewer: field_text(error, viewer.language))
    """The error, in the caller's language."""


@shape(domain.RowReport)
class ImportRow:
    """The result of a row of a file."""

    id: ImportRowId
    number: int
    """Its line in the file; if it has several lines, the first."""
    external_id: str
    """The id of the offering in its own system."""
    outcome: ImportOutcome
    """The result."""
    offering_id: OfferingId | None
    """The offering."""
    errors: list[ImportRowError] = computed(
        lambda row, viewer: [show(ImportRowError, one, viewer) for one in row.errors]
    )
    """The errors, if it was refused."""


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
