"""Imports of a partner's offerings: one by its external id, or a whole file row by row."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic.alias_generators import to_camel
from pydantic_core import to_jsonable_python

from app.db.earning.agreements import agreement_on
from app.db.engine import Tx, uuid7
from app.db.market.offering_imports import (
    decide_all,
    held_of,
    imports,
    of_source,
    publish_all,
    renew,
    report_all,
    reports,
    stock_all,
    stop_lapsed,
)
from app.db.market.offerings import offerings
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import Told, tell, tell_many
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import (
    AgreementMissing,
    AlreadySettled,
    DomainError,
    NotFound,
    ReasonNeeded,
    RuleRefused,
    SecondPersonNeeded,
    WrongState,
)
from app.domain.market.offering_imports import (
    LEASE,
    ImportOutcome,
    ImportReview,
    ImportState,
    NewOffering,
    OfferingImport,
    Row,
    RowReport,
    Rows,
    leaves,
    outcome_of,
    reviewed,
    synced,
    told,
)
from app.domain.market.offerings import CONTENT, Offering, OfferingState, shown
from app.domain.page import Page, PageRequest
from app.domain.people.members import SELLING, Member
from app.domain.platform.events import CLOSES, LESS_HELD
from app.domain.small_business import Spell
from app.domain.vat import PriceBasis
from app.ids import CooperativeId, OfferingImportId
from app.usecases.shared.offering import Basis, OfferingContents, contents_of
from app.vocabulary import Doc, ExternalId, Flag, Form, Reason, Source, Stock

Offered = Annotated[Flag, Doc("Whether it is for sale; false takes it off the market.")]
StockNow = Annotated[Stock, Doc("For goods: the number of units in your system; if left out, stock does not change.")]
PartnersBasis = Annotated[
    Basis, Doc("Whether VAT is inside the price (`incl`), or is added to it (`excl`, the default).")
]
Decision = Annotated[ImportReview, Doc("The decision about all offerings that the import holds.")]
Why = Annotated[Reason, Doc("The reason; required to send them back.")]
Rehearsed = Annotated[Flag, Doc("Only report what would happen.")]
WithOutcome = Annotated[ImportOutcome, Doc("Only rows with this outcome.")]
GONE = "its process is gone"
AT_ONCE = 500
"""The number of offerings that one transaction of a review decides about."""


class PutOffering(OfferingContents):
    """An offering from the partner's system."""

    price_basis: PartnersBasis = PriceBasis.EXCL
    stock: StockNow | None = None
    offered: Offered = True

    def row(self, external_id: str) -> Row:
        """The import row for these contents."""
        return Row(external_id, self.member_id, contents_of(dict(self)), self.stock, self.offered)


class OfferingRow(PutOffering):
    """A row of a file."""

    external_id: ExternalId


class ReviewImport(Form):
    """The decision about all offerings that an import holds for review."""

    verb: Decision
    reason: Why = ""


async def put_offering(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    source: Source,
    external_id: ExternalId,
    contents: PutOffering,
) -> Offering:
    """Create or update an offering by its id in your system. A repeat changes nothing. New ones wait for review.

    Raises NotFound, RuleRefused, WrongState once it is archived.
    """
    row = contents.row(external_id)
    seller = await _seller(tx, actor, cooperative_id, [row])
    found = (await of_source(tx, cooperative_id, source, [external_id])).get(external_id)
    after = _synced(found, row, seller, source)
    await _write(tx, {external_id: (found, after)})
    if found is None:
        return NewOffering(**vars(after))
    changed = outcome_of(found, after) is ImportOutcome.CHANGED
    return replace(after, version=found.version + 1 if changed else after.version)


async def get_offering_of(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, source: Source, external_id: ExternalId
) -> Offering:
    """The offering with this id in your system. Raises NotFound."""
    actor.require(Right.READ_OFFERING, cooperative_id)
    found = await offerings.find(tx, cooperative_id=cooperative_id, source=source, external_id=external_id)
    if found is None:
        raise NotFound
    return found


async def start_import(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, source: Source, dry_run: Rehearsed = False
) -> OfferingImport:
    """Start the import of a file; with `dry_run` it only reports what would happen.

    It runs under a lease, which `import_rows` and `renew_import` renew.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_OFFERING, cooperative_id)
    await _stop_lapsed(tx, cooperative_id)
    made = OfferingImport(
        id=uuid7(),
        cooperative_id=cooperative_id,
        source=source,
        dry_run=dry_run,
        started_at=tx.now,
        lease_until=tx.now + LEASE,
    )
    await imports.add(tx, made)
    return made


async def import_rows(tx: Tx, actor: Actor, *, import_id: UUID, rows: Rows) -> None:
    """Import some rows of a file; each row succeeds or fails alone. Raises AlreadySettled once the import has ended."""
    found = await _import(tx, actor, import_id)
    if found.state is not ImportState.RUNNING:
        raise AlreadySettled(what="offering_import")
    numbered = list(rows)
    seller = await _seller(tx, actor, found.cooperative_id, [row for _, row in numbered])
    known = await of_source(tx, found.cooperative_id, found.source, [row.external_id for _, row in numbered])
    touched: dict[str, tuple[Offering | None, Offering]] = {}
    said = [
        RowReport(
            id=uuid7(),
            number=number,
            external_id=name,
            outcome=ImportOutcome.REFUSED,
            offering_id=None,
            errors=faults,
            import_id=import_id,
            cooperative_id=found.cooperative_id,
        )
        for number, name, faults in rows.unread
    ]
    for number, row in numbered:
        before = touched[row.external_id][1] if row.external_id in touched else known.get(row.external_id)
        errors: tuple[dict[str, Any], ...] = ()
        try:
            after = _synced(before, row, seller, found.source, import_id)
        except DomainError as error:
            column = to_camel(str(error.facts.get("field", "")).rpartition(".")[2])
            facts = _facts(error) | ({"field": column} if column else {})
            outcome, offering_id = ImportOutcome.REFUSED, before.id if before else None
            errors = ({"field": column, "code": error.code, "facts": facts},)
        else:
            outcome, offering_id = outcome_of(before, after), after.id
            touched[row.external_id] = (known.get(row.external_id), after)
        said.append(
            RowReport(
                id=uuid7(),
                number=number,
                external_id=row.external_id,
                outcome=outcome,
                offering_id=offering_id,
                errors=errors,
                import_id=import_id,
                cooperative_id=found.cooperative_id,
            )
        )
    if not found.dry_run:
        await _write(tx, touched, bulk=True)
    in_order = sorted(said, key=lambda report: report.number)
    ids = sorted(report.id for report in said)
    await report_all(tx, [replace(report, id=row_id) for report, row_id in zip(in_order, ids, strict=True)])


async def finish_import(tx: Tx, actor: Actor, *, import_id: UUID, reason: str = "") -> OfferingImport:
    """End the import of a file; `reason` tells why it ended early.

    An import that was stopped already does not change.
    """
    found = await _import(tx, actor, import_id)
    if found.state is not ImportState.RUNNING:
        return found
    state = ImportState.STOPPED if reason else ImportState.DONE
    over = replace(found, state=state, reason=reason[:200], finished_at=tx.now, lease_until=None)
    await _tell_of_review(tx, over)
    return await imports.save(tx, over)


async def renew_import(tx: Tx, actor: Actor, *, import_id: UUID) -> None:
    """Renew the lease of a running import while its file is still being read."""
    await _import(tx, actor, import_id)
    await renew(tx, import_id)


async def stop_lapsed_imports(tx: Tx, actor: Actor) -> None:
    """Stop the imports of all cooperatives whose lease has run out."""
    actor.require(Right.RUN_TIMER)
    await _stop_lapsed(tx)


async def review_import(
    tx: Tx, actor: Actor, *, import_id: OfferingImportId, contents: ReviewImport, after: UUID | None = None
) -> tuple[OfferingImport, UUID | None]:
    """Publish or send back what an import holds for review: the next 500 offerings after one of them.

    Returns the import and the offering after which to continue; None at the end. Offerings of the reviewer, and of
    makers that do not sell now, stay held. Raises ReasonNeeded, AgreementMissing, WrongState while the file is read;
    SecondPersonNeeded or WrongState if nothing of it can be published.
    """
    verb, reason = contents.verb, contents.reason
    found = await imports.get(tx, import_id)
    actor.require(Right.REVIEW_OFFERING, found.cooperative_id)
    if found.lapsed(tx.now):
        await _stop_lapsed(tx, found.cooperative_id)
        found = await imports.get(tx, import_id)
    if found.state is ImportState.RUNNING:
        raise WrongState(verb=verb, state=found.state, possible=[])
    if verb is ImportReview.SEND_BACK and not reason:
        raise ReasonNeeded(verb=verb)
    if verb is ImportReview.PUBLISH and found.held and await agreement_on(tx, found.cooperative_id, tx.today) is None:
        raise AgreementMissing(date=tx.today.isoformat())
    makers, own = (tuple(SELLING), tuple(actor.member_ids())) if verb is ImportReview.PUBLISH else (None, ())
    held = await held_of(tx, import_id, AT_ONCE, after=after, makers=makers, but=own)
    if found.held and not held and after is None:
        others = await held_of(tx, import_id, 1, after=None, makers=None, but=())
        if others and others[0].member_id in own:
            raise SecondPersonNeeded(verb=verb)
        raise WrongState(verb=verb, state="in_review", possible=[ImportReview.SEND_BACK])
    decided = [reviewed(offering, verb) for offering in held]
    await decide_all(tx, decided)
    await _publish(tx, list(zip(held, decided, strict=True)))
    name = "offering.published" if verb is ImportReview.PUBLISH else "offering.sent_back"
    await tell_many(tx, [(name, o.cooperative_id, o.id, {"title": o.title}) for o in held], bulk=True)
    if held:
        found = await _note_review(tx, import_id, verb, reason)
    return found, held[-1].id if len(held) == AT_ONCE else None


async def get_import(tx: Tx, actor: Actor, *, import_id: OfferingImportId) -> OfferingImport:
    """One import and its progress. Raises NotFound."""
    found = await imports.get(tx, import_id)
    actor.require(Right.READ_IMPORT, found.cooperative_id)
    if not found.lapsed(tx.now):
        return found
    await _stop_lapsed(tx, found.cooperative_id)
    return await imports.get(tx, import_id)


async def list_imports(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[OfferingImport]:
    """The imports of a cooperative and their progress, newest first."""
    actor.require(Right.READ_IMPORT, cooperative_id)
    found = await imports.page(tx, page, cooperative_id=cooperative_id)
    if not any(one.lapsed(tx.now) for one in found.rows):
        return found
    await _stop_lapsed(tx, cooperative_id)
    return await imports.page(tx, page, cooperative_id=cooperative_id)


async def list_import_rows(
    tx: Tx, actor: Actor, *, import_id: OfferingImportId, page: PageRequest, outcome: WithOutcome | None = None
) -> Page[RowReport]:
    """The result of each row of a file, in the file's order. Raises NotFound."""
    found = await imports.get(tx, import_id)
    actor.require(Right.READ_IMPORT, found.cooperative_id)
    return await reports.page(tx, replace(page, oldest_first=True), import_id=import_id, outcome=outcome)


async def _import(tx: Tx, actor: Actor, import_id: UUID) -> OfferingImport:
    found = await imports.get(tx, import_id, lock=True)
    actor.require(Right.WRITE_OFFERING, found.cooperative_id)
    return found


async def _stop_lapsed(tx: Tx, cooperative_id: UUID | None = None) -> None:
    for stopped in await stop_lapsed(tx, GONE, cooperative_id):
        await _tell_of_review(tx, stopped)


async def _tell_of_review(tx: Tx, over: OfferingImport) -> None:
    """Write one event for all offerings that an import holds, so that it opens one task."""
    if over.held:
        facts = {"source": over.source, "held": over.held}
        await tell(tx, "offering_import.finished", over.cooperative_id, over.id, **facts)


async def _note_review(tx: Tx, import_id: UUID, verb: ImportReview, reason: str) -> OfferingImport:
    found = await imports.get(tx, import_id, lock=True)
    if not found.held:
        await tell(tx, LESS_HELD, found.cooperative_id, import_id)
    return await imports.save(tx, replace(found, review=verb, review_reason=reason, reviewed_at=tx.now))


@dataclass(frozen=True, kw_only=True)
class _Seller:
    """A cooperative on a day: the members that some rows name, and when it charges no VAT."""

    id: UUID
    makers: dict[UUID, Member]
    spells: tuple[Spell, ...]
    today: date


async def _seller(tx: Tx, actor: Actor, cooperative_id: UUID, rows: list[Row]) -> _Seller:
    """The cooperative with the members that these rows name."""
    actor.require(Right.WRITE_OFFERING, cooperative_id)
    await lend_staff_view(tx, cooperative_id)
    named = await members.all(tx, cooperative_id=cooperative_id, id=tuple({row.member_id for row in rows}))
    return _Seller(
        id=cooperative_id,
        makers={member.id: member for member in named},
        spells=(await cooperatives.get(tx, cooperative_id)).small_business_spells,
        today=tx.today,
    )


def _synced(before: Offering | None, row: Row, seller: _Seller, source: str, import_id: UUID | None = None) -> Offering:
    """The offering with the values of the row; if the row submits it for review, the import holds it."""
    maker = seller.makers.get(row.member_id)
    if maker is None:
        raise RuleRefused(rule="no_such_member", value=str(row.member_id), field="memberId")
    after = synced(before, row, seller.id, uuid7())
    after = shown(after, before, seller.today, seller.spells)
    after = replace(after, source=source, external_id=row.external_id)
    if after.state is OfferingState.IN_REVIEW and (before is None or before.state is not after.state):
        after = replace(after, import_id=import_id)
    on_sale = after.state is OfferingState.PUBLISHED and (before is None or before.state is not after.state)
    if on_sale and maker.state not in SELLING:
        raise WrongState(verb="resume", state=maker.state, possible=[])
    return after


async def _write(tx: Tx, touched: dict[str, tuple[Offering | None, Offering]], *, bulk: bool = False) -> None:
    """Save the offerings that rows changed, with stock, editions and events."""
    pairs = list(touched.values())
    moved = [(before, after) for before, after in pairs if before is not None]
    await offerings.add_all(tx, [after for before, after in pairs if before is None])
    changed = [(before, after) for before, after in moved if outcome_of(before, after) is ImportOutcome.CHANGED]
    await offerings.save_all(tx, [after for _, after in changed])
    await _publish(tx, changed)
    news = [before is None or (before.stock, before.said) != (after.stock, after.said) for before, after in pairs]
    await stock_all(tx, [after for (_, after), new in zip(pairs, news, strict=True) if new])
    await _tell_rows(tx, pairs, bulk=bulk)
    for import_id in sorted({left for before, after in moved if (left := leaves(before, after))}):
        await tell(tx, LESS_HELD, pairs[0][1].cooperative_id, import_id)


async def _tell_rows(tx: Tx, pairs: list[tuple[Offering | None, Offering]], *, bulk: bool) -> None:
    """Write the events of changed offerings.

    An offering that no import held has its own task, which needs its own event.
    """
    single, many = list[Told](), list[Told]()
    for before, after in pairs:
        has_task = before is not None and before.import_id is None
        for name in (f"offering.{what}" for what in told(before, after)):
            event = (name, after.cooperative_id, after.id, {"title": after.title})
            (single if bulk and has_task and name in CLOSES else many).append(event)
    await tell_many(tx, single)
    await tell_many(tx, many, bulk=bulk)


async def _publish(tx: Tx, moved: list[tuple[Offering, Offering]]) -> None:
    """Save the new editions."""
    editions = [after for before, after in moved if after.edition > before.edition]
    await publish_all(tx, [(after, to_jsonable_python({n: getattr(after, n) for n in CONTENT})) for after in editions])


def _facts(error: DomainError) -> dict[str, object]:
    found: dict[str, object] = to_jsonable_python(error.facts)
    return found
