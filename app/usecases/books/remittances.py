"""Remittances: the treasurer reports closed months, the municipality invoices, the treasurer pays."""

from dataclasses import replace

from app.db import ledger
from app.db.books.payables import lock_payables
from app.db.books.remittances import months_reported, owed_lines, paid_out_to, remittances, specifications
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.remittances import (
    Owed,
    Recomputation,
    Remittance,
    Specification,
    check_period,
    digest,
    invoiced,
    left_of_invoices,
    recompute,
    settled,
    settlement,
    sums,
)
from app.domain.creditors import Creditor, CreditorKind
from app.domain.days import check_day, day_of
from app.domain.ledger import JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.domain.transitions import Case
from app.ids import CooperativeId, RemittanceId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.pay_creditor import check_payable
from app.usecases.shared.remittances_paid import follow_payouts
from app.vocabulary import Month, PaymentDay, Reference, Version, first_of


async def get_remittance_owed(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> Owed:
    """The amount owed to the municipality and not reported yet; below zero if refunds came after the last report.

    It changes with every sale, so it is for the treasurer only.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_SPECIFICATION, cooperative_id)
    reported, _ = await months_reported(tx, cooperative_id)
    return Owed(cooperative_id, sum(line.cents for line in await owed_lines(tx, cooperative_id, reported, None)))


async def report_remittance(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, through: Month) -> Remittance:
    """Report the amount owed for all closed months through one. Later refunds come off the next report.

    The municipality gets the total and the sums that are nobody's own; the lines stay with the cooperative.
    Raises RuleRefused for an open month, one that was reported, or if nothing is owed.
    """
    last = first_of(through)
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.REPORT_REMITTANCE, cooperative_id)
    await ledger.lock_books(tx, cooperative_id)
    reported, closed = await months_reported(tx, cooperative_id)
    lines = tuple(await owed_lines(tx, cooperative_id, reported, last))
    cents = sum(line.cents for line in lines)
    check_period(last, reported, closed, cents)
    by_rule, by_month = sums(lines)
    made = Remittance(
        id=uuid7(),
        cooperative_id=cooperative_id,
        municipality_id=cooperative.municipality_id,
        after=reported,
        through=last,
        cents=cents,
        by_rule=by_rule,
        by_month=by_month,
        digest=digest(lines),
        reported_by=actor.person,
        reported_at=tx.now,
    )
    specification = Specification(
        id=made.id, cooperative_id=cooperative_id, through=last, cents=cents, digest=made.digest, lines=lines
    )
    made = replace(made, recomputed=recompute(specification, cents).matches)
    await remittances.add(tx, made)
    await specifications.add(tx, specification)
    await tell(tx, "remittance.reported", cooperative_id, made.id, through=through)
    return made


async def invoice_remittance(
    tx: Tx,
    actor: Actor,
    *,
    remittance_id: RemittanceId,
    reference: Reference,
    expected_version: Version | None = None,
) -> Remittance:
    """Record, for the municipality, that it invoices this amount, with its own reference.

    Raises WrongState, ReasonNeeded.
    """
    found = await remittances.get(tx, remittance_id, lock=True)
    actor.require(Right.INVOICE_REMITTANCE, found.cooperative_id, municipality_id=found.municipality_id)
    expect(found.version, expected_version)
    after = await remittances.save(tx, invoiced(Case(found, actor, tx.now), reference))
    await tell(tx, "remittance.invoiced", found.cooperative_id, found.id, through=f"{found.through:%Y-%m}")
    await lend_staff_view(tx, found.cooperative_id)
    # It may be paid already.
    await follow_payouts(tx, found.cooperative_id, found.municipality_id, tx.today)
    return await remittances.get(tx, after.id)


async def settle_remittance(
    tx: Tx,
    actor: Actor,
    *,
    remittance_id: RemittanceId,
    paid_on: PaymentDay | None = None,
    expected_version: Version | None = None,
) -> Remittance:
    """Record that the remittance was paid by bank. A payout to the municipality does that, too.

    It is paid as invoiced, also if a later month lowered what is owed.

    Raises WrongState, DayOutOfRange; NothingOwed and InBatch as a payout does.
    """
    found = await remittances.get(tx, remittance_id, lock=True)
    actor.require(Right.SETTLE_REMITTANCE, found.cooperative_id)
    expect(found.version, expected_version)
    day = check_day("paid_on", paid_on or tx.today, day_of(found.reported_at), tx.today)
    paid = settled(Case(found, actor, tx.now), day)
    await lock_payables(tx, found.cooperative_id)
    place = {"cooperative_id": found.cooperative_id, "municipality_id": found.municipality_id}
    left = left_of_invoices(await remittances.all(tx, **place), await paid_out_to(tx, **place))
    municipality = Creditor(CreditorKind.MUNICIPALITY, found.municipality_id)
    await check_payable(tx, found.cooperative_id, municipality, found.cents, invoiced_cents=left)
    part = await ledger.parts_of(tx, "remittance", found.id, JournalKind.REMITTANCE) + 1
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=found.cooperative_id,
            kind=JournalKind.REMITTANCE,
            source_type="remittance",
            source_id=found.id,
            part=part,
            effective_on=day,
            legs=settlement(found),
        ),
    )
    await tell(tx, "remittance.settled", found.cooperative_id, found.id, through=f"{found.through:%Y-%m}")
    return await remittances.save(tx, paid)


@shows_private
async def list_remittances(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest
) -> Page[Remittance]:
    """The remittances of a cooperative, newest first, for the treasurer and the municipality's controllers."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_REMITTANCE, cooperative_id, municipality_id=cooperative.municipality_id)
    return await remittances.page(tx, page, cooperative_id=cooperative_id)


@shows_private
@reads_by_id(remittances)
async def get_remittance(tx: Tx, actor: Actor, *, remittance_id: RemittanceId) -> Remittance:
    """One remittance, with the sums of its lines. Raises NotFound."""
    found = await remittances.get(tx, remittance_id)
    actor.require(Right.READ_REMITTANCE, found.cooperative_id, municipality_id=found.municipality_id)
    return found


@shows_private
async def get_specification(tx: Tx, actor: Actor, *, remittance_id: RemittanceId) -> Specification:
    """The lines of a remittance with their inputs, for the treasurer. Raises NotFound."""
    found = await get_remittance(tx, actor, remittance_id=remittance_id)
    actor.require(Right.READ_SPECIFICATION, found.cooperative_id)
    return await specifications.get(tx, remittance_id)


@shows_private
async def recompute_remittance(tx: Tx, actor: Actor, *, remittance_id: RemittanceId) -> Recomputation:
    """Compute a specification again from its stored inputs, and compare it with the ledger; changes nothing.

    Only the treasurer sees the lines that differ.
    """
    found = await get_remittance(tx, actor, remittance_id=remittance_id)
    for_staff = actor.may(Right.READ_SPECIFICATION, found.cooperative_id)
    await lend_staff_view(tx, found.cooperative_id)
    booked = await owed_lines(tx, found.cooperative_id, found.after, found.through)
    specification = await specifications.get(tx, remittance_id)
    return recompute(specification, sum(line.cents for line in booked), for_staff=for_staff)
