"""A partner's offerings, kept in step: one by its external id, or a whole file row by row."""

from dataclasses import replace
from uuid import UUID

from pydantic.alias_generators import to_camel
from pydantic_core import to_jsonable_python

from app.db.cooperatives import cooperatives
from app.db.engine import Tx, uuid7
from app.db.members import members
from app.db.offering_imports import imports, of_source, publish_all, report_all, reports, stock_all
from app.db.offerings import offerings
from app.db.outbox import tell_many
from app.db.people import lend_staff_view
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import AlreadySettled, DomainError, NotFound, RuleRefused, WrongState
from app.domain.members import SELLING, Member
from app.domain.offering_imports import (
    ImportState,
    OfferingImport,
    Outcome,
    Row,
    RowReport,
    Rows,
    outcome_of,
    synced,
    told,
)
from app.domain.offerings import CONTENT, Offering, OfferingState
from app.domain.page import Page, PageRequest
from app.usecases.steps.input import check_input


async def put_offering(
    tx: Tx, actor: Actor, *, cooperative_id: UUID, source: str, row: Row
) -> tuple[Offering, Outcome]:
    """Have an offering be as its partner has it; sent again it changes nothing. A new one waits for review.

    Raises NotFound for a member of another cooperative, RuleRefused, StockHeld, WrongState once it is archived.
    """
    makers = await _makers(tx, actor, cooperative_id, [row])
    found = (await of_source(tx, cooperative_id, source, [row.external_id])).get(row.external_id)
    after = _synced(found, row, cooperative_id, source, makers)
    outcome = outcome_of(found, after)
    if outcome is not Outcome.UNCHANGED:
        await _write(tx, {row.external_id: (found, after)})
    return replace(after, version=found.version + 1 if found and outcome is Outcome.CHANGED else after.version), outcome


async def get_offering_of(tx: Tx, actor: Actor, *, cooperative_id: UUID, source: str, external_id: str) -> Offering:
    """The offering that a partner's system calls so. Raises NotFound."""
    actor.require(Right.READ_OFFERING, cooperative_id)
    found = await offerings.find(tx, cooperative_id=cooperative_id, source=source, external_id=external_id)
    if found is None:
        raise NotFound
    return found


async def start_import(
    tx: Tx, actor: Actor, *, cooperative_id: UUID, source: str, dry_run: bool = False
) -> OfferingImport:
    """Begin to take in a file; with `dry_run` it is only said what would happen."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_OFFERING, cooperative_id)
    made = OfferingImport(uuid7(), cooperative_id, source, dry_run, tx.now)
    await imports.add(tx, made)
    return made


async def import_rows(tx: Tx, actor: Actor, *, import_id: UUID, rows: Rows) -> None:
    """Take in some rows of a file, each by itself. Raises AlreadySettled for a file that is over."""
    found = await _import(tx, actor, import_id)
    if found.state is not ImportState.RUNNING:
        raise AlreadySettled(what="offering_import")
    numbered = list(rows)
    makers = await _makers(tx, actor, found.cooperative_id, [row for _, row in numbered])
    known = await of_source(tx, found.cooperative_id, found.source, [row.external_id for _, row in numbered])
    touched: dict[str, tuple[Offering | None, Offering]] = {}
    whose = (import_id, found.cooperative_id)
    said = [RowReport(uuid7(), *whose, n, name, Outcome.REFUSED, None, errors) for n, name, errors in rows.unread]
    for number, row in numbered:
        before = touched[row.external_id][1] if row.external_id in touched else known.get(row.external_id)
        place = (uuid7(), *whose, number, row.external_id)
        try:
            check_input({"row": row})
            after = _synced(before, row, found.cooperative_id, found.source, makers)
        except DomainError as error:
            column = to_camel(str(error.facts.get("field", "")).rpartition(".")[2])
            facts = _facts(error) | ({"field": column} if column else {})
            said.append(
                RowReport(
                    *place,
                    Outcome.REFUSED,
                    before.id if before else None,
                    ({"field": column, "code": error.code, "facts": facts},),
                )
            )
            continue
        outcome = outcome_of(before, after)
        said.append(RowReport(*place, outcome, after.id))
        if outcome is not Outcome.UNCHANGED:
            touched[row.external_id] = (known.get(row.external_id), after)
    if not found.dry_run:
        await _write(tx, touched)
    in_order = sorted(said, key=lambda report: report.number)
    ids = sorted(report.id for report in said)
    await report_all(tx, [replace(report, id=row_id) for report, row_id in zip(in_order, ids, strict=True)])


async def finish_import(tx: Tx, actor: Actor, *, import_id: UUID, reason: str = "") -> OfferingImport:
    """The file is over; with a `reason` before its end."""
    found = await _import(tx, actor, import_id)
    state = ImportState.STOPPED if reason else ImportState.DONE
    return await imports.save(tx, replace(found, state=state, reason=reason[:200], finished_at=tx.now))


async def get_import(tx: Tx, actor: Actor, *, import_id: UUID) -> OfferingImport:
    """A file and how far it came. Raises NotFound."""
    found = await imports.get(tx, import_id)
    actor.require(Right.READ_IMPORT, found.cooperative_id)
    return found


async def list_imports(tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest) -> Page[OfferingImport]:
    """The files of a cooperative, newest first."""
    actor.require(Right.READ_IMPORT, cooperative_id)
    return await imports.page(tx, page, cooperative_id=cooperative_id)


async def list_import_rows(
    tx: Tx, actor: Actor, *, import_id: UUID, page: PageRequest, outcome: Outcome | None = None
) -> Page[RowReport]:
    """What became of each row of a file, in its order."""
    found = await imports.get(tx, import_id)
    actor.require(Right.READ_IMPORT, found.cooperative_id)
    return await reports.page(tx, replace(page, oldest_first=True), import_id=import_id, outcome=outcome)


async def _import(tx: Tx, actor: Actor, import_id: UUID) -> OfferingImport:
    found = await imports.get(tx, import_id, lock=True)
    actor.require(Right.WRITE_OFFERING, found.cooperative_id)
    return found


async def _makers(tx: Tx, actor: Actor, cooperative_id: UUID, rows: list[Row]) -> dict[UUID, Member]:
    """The members of the cooperative whom these rows name."""
    actor.require(Right.WRITE_OFFERING, cooperative_id)
    await lend_staff_view(tx, cooperative_id)
    named = await members.all(tx, cooperative_id=cooperative_id, id=tuple({row.member_id for row in rows}))
    return {member.id: member for member in named}


def _synced(
    before: Offering | None, row: Row, cooperative_id: UUID, source: str, makers: dict[UUID, Member]
) -> Offering:
    maker = makers.get(row.member_id)
    if maker is None:
        raise RuleRefused(rule="no_such_member", value=str(row.member_id), field="memberId")
    after = synced(before, row, cooperative_id, uuid7())
    after = replace(after, source=source, external_id=row.external_id)
    on_sale = after.state is OfferingState.PUBLISHED and (before is None or before.state is not after.state)
    if on_sale and maker.state not in SELLING:
        raise WrongState(verb="resume", state=maker.state, possible=[])
    return after


async def _write(tx: Tx, touched: dict[str, tuple[Offering | None, Offering]]) -> None:
    pairs = list(touched.values())
    moved = [(before, after) for before, after in pairs if before is not None]
    await offerings.add_all(tx, [after for before, after in pairs if before is None])
    await offerings.save_all(tx, [after for _, after in moved])
    await stock_all(tx, [after for before, after in pairs if before is None or before.stock != after.stock])
    editions = [after for before, after in moved if after.edition > before.edition]
    await publish_all(tx, [(after, to_jsonable_python({n: getattr(after, n) for n in CONTENT})) for after in editions])
    events = [
        (f"offering.{name}", after.cooperative_id, after.id, {"title": after.title})
        for before, after in pairs
        for name in told(before, after)
    ]
    await tell_many(tx, events)


def _facts(error: DomainError) -> dict[str, object]:
    found: dict[str, object] = to_jsonable_python(error.facts)
    return found
