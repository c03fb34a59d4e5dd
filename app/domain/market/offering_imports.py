"""Offerings that a partner manages in its own system: known by (source, external id), sent one by one or as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.errors import RuleRefused, WrongState
from app.domain.market import offerings as process
from app.domain.market.offerings import HiddenBy, Offering, OfferingState
from app.domain.transitions import Case

LEASE = timedelta(seconds=60)
"""A running import that its process does not renew for this long may be stopped by any other process."""


class ImportOutcome(StrEnum):
    """The result of a row."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class ImportState(StrEnum):
    """The state of an import."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    """The file ended early, or could not be read further; the rows before stay imported."""


class ImportReview(StrEnum):
    """The decision of a coordinator about all offerings that an import holds."""

    PUBLISH = "publish"
    SEND_BACK = "send_back"


@dataclass(frozen=True)
class NewOffering(Offering):
    """An offering whose external id was not known before."""


@dataclass(frozen=True)
class Row:
    """An offering as the partner has it. `stock` None does not change it; `offered` False takes it off the market.

    `contents` are the fields of Offering from `kind` to `lead_time_minutes`.
    """

    external_id: str
    member_id: UUID
    contents: dict[str, Any]
    stock: int | None = None
    offered: bool = True


class Unread(NamedTuple):
    """A row that could not be read, and why."""

    number: int
    external_id: str
    errors: tuple[dict[str, Any], ...]


class Rows:
    """Rows of a file, each with its number; each is imported or refused on its own."""

    def __init__(self, numbered: Sequence[tuple[int, Row]], unread: Sequence[Unread] = ()) -> None:
        self._numbered = numbered
        self.unread = unread

    def __iter__(self) -> Iterator[tuple[int, Row]]:
        return iter(self._numbered)


@dataclass(frozen=True, kw_only=True)
class OfferingImport:
    """An import of a file, with its progress: counts of rows by outcome."""

    id: UUID
    cooperative_id: UUID
    source: str
    dry_run: bool
    started_at: datetime
    state: ImportState = ImportState.RUNNING
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    finished_at: datetime | None = None
    reason: str = ""
    """The reason why it stopped."""
    lease_until: datetime | None = None
    """The moment until which its process must renew it, while it runs."""
    review: ImportReview | None = None
    review_reason: str = ""
    reviewed_at: datetime | None = None
    held: int = 0
    """The number of its offerings that wait for review."""
    version: int = 1

    @property
    def rows(self) -> int:
        return self.created + self.changed + self.unchanged + self.refused

    def lapsed(self, now: datetime) -> bool:
        """Whether its process is gone: it runs, and was not renewed in time."""
        return self.state is ImportState.RUNNING and (self.lease_until is None or self.lease_until < now)


@dataclass(frozen=True, kw_only=True)
class RowReport:
    """The result of the row with this number; each error has a field, a code, and a message or facts."""

    id: UUID
    import_id: UUID
    cooperative_id: UUID
    number: int
    external_id: str
    outcome: ImportOutcome
    offering_id: UUID | None = None
    errors: tuple[dict[str, Any], ...] = ()


def synced(found: Offering | None, row: Row, cooperative_id: UUID, new_id: UUID) -> Offering:
    """The offering as its partner has it now: a new one waits for review; one that left the market may come back.

    Raises RuleRefused if another member makes it now, WrongState once archived.
    """
    if found is None:
        state = OfferingState.IN_REVIEW if row.offered else OfferingState.DRAFT
        made = Offering(
            id=new_id,
            cooperative_id=cooperative_id,
            member_id=row.member_id,
            **row.contents,
            stock=row.stock,
            said=row.stock,
            state=state,
        )
        return process.check(made)
    if found.member_id != row.member_id:
        raise RuleRefused(rule="the_maker_stays", value=str(found.member_id))
    if found.state is OfferingState.ARCHIVED:
        if row.offered:
            raise WrongState(verb="put_offering", state=found.state, possible=[])
        return found
    changed = process.change(found, row.contents)
    if row.stock is not None:
        changed = restocked(changed, row.stock)
    verb = STEPS.get((changed.state, row.offered, HiddenBy.MAKER in changed.hidden_by))
    return process.transition(Case(changed), verb) if verb else changed


def restocked(offering: Offering, said: int) -> Offering:
    """The offering after its source reports its stock: `left` changes by the difference to the source's last report.

    So units that were sold or held here stay so, however often the source repeats its number. If the report falls short
    of them, the shortage is kept in `said`, so that those units are not sold later either. The first report, and the
    first one after an unlimited stock, is taken as it is, less the units that are held.
    """
    before = offering.held if offering.said is None else offering.said - (offering.left or 0)
    short = max(before - said, 0)
    return process.check(replace(offering, stock=offering.held + said + short - before, said=said + short))


STEPS = {
    (OfferingState.DRAFT, True, False): "submit",
    (OfferingState.PAUSED, True, True): "resume",
    (OfferingState.IN_REVIEW, False, False): "withdraw",
    (OfferingState.PUBLISHED, False, False): "pause",
    (OfferingState.PAUSED, False, False): "pause",
}
"""The step by state, whether the row offers it, and whether the maker hid it. A file does not change the membership."""
TOLD = {
    OfferingState.IN_REVIEW: "submitted",
    OfferingState.DRAFT: "withdrawn",
    OfferingState.PAUSED: "paused",
    OfferingState.PUBLISHED: "resumed",
}


def leaves(before: Offering, after: Offering) -> UUID | None:
    """The import that held an offering for review, if it does not any more."""
    return before.import_id if before.import_id != after.import_id else None


def reviewed(offering: Offering, verb: ImportReview) -> Offering:
    """The offering after the decision about all that the import holds."""
    return process.transition(Case(offering), verb.value)


def outcome_of(before: Offering | None, after: Offering) -> ImportOutcome:
    """Whether anything is different."""
    if before is None:
        return ImportOutcome.CREATED
    same = replace(after, version=before.version, said=before.said) == before
    return ImportOutcome.UNCHANGED if same else ImportOutcome.CHANGED


def told(before: Offering | None, after: Offering) -> list[str]:
    """The events of a row: the same as for these steps by hand, except the decisions of a review."""
    if before is None:
        return ["submitted"] if after.state is OfferingState.IN_REVIEW else []
    names = ["changed"] if after.edition > before.edition else []
    if after.stock != before.stock and after.state is OfferingState.PUBLISHED:
        names.append("stock_set")
    if after.state is not before.state:
        names.append(TOLD[after.state])
    return names
