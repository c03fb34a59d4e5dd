"""Netting: two cooperatives set off their debts; either or a monthly timer proposes, both confirm, one pays once."""

import logging
from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from app.db import ledger
from app.db.books.nettings import (
    between,
    credit_limits,
    mark_paid,
    nettings,
    statement,
    unpaid_with_vat,
    with_claims,
)
from app.db.books.nettings import list_nettings as nettings_of
from app.db.earning.agreements import ever_under
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.nettings import (
    Between,
    CreditLimit,
    Netting,
    NettingState,
    StatementLine,
    confirmed,
    declined,
    netting_legs,
    parent_legs,
    propose,
)
from app.domain.days import midnight
from app.domain.errors import NotFound, RuleRefused
from app.domain.ledger import JournalKind, Posting
from app.domain.page import Page, PageRequest
from app.domain.transitions import Case
from app.ids import CooperativeId, NettingId
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.book_order import charge
from app.vocabulary import Doc, Limit, PastDay, Reason, Version

OtherId = Annotated[CooperativeId, Doc("The other cooperative.")]
SideId = Annotated[CooperativeId, Doc("The side that confirms or declines.")]
BooksOf = Annotated[CooperativeId, Doc("The cooperative whose books to show.")]
PaymentDay = Annotated[PastDay, Doc("The day of the payment; both sides must give the same day.")]

log = logging.getLogger("samen.nettings")


@dataclass(frozen=True)
class Statement:
    """One side's own entries about the other; `total_cents` is the balance that the other owes."""

    netting: Netting
    cooperative_id: UUID
    lines: tuple[StatementLine, ...]

    @property
    def total_cents(self) -> int:
        return sum(line.cents for line in self.lines)


async def propose_netting(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, with_cooperative_id: OtherId
) -> Netting:
    """Set off what two cooperatives owe each other now. Both treasurers confirm it. It is also proposed every month.

    If an umbrella has not booked its share yet, that is booked too.

    Raises NothingToNet, AlreadyExists while another is open, BooksDiffer, NotFound.
    """
    actor.require(Right.CONFIRM_NETTING, cooperative_id)
    if cooperative_id == with_cooperative_id:
        raise RuleRefused(rule="two_cooperatives", value=str(cooperative_id))
    await cooperatives.get(tx, with_cooperative_id)
    return await _proposed(tx, cooperative_id, with_cooperative_id)


async def list_pairs_to_net(tx: Tx, actor: Actor) -> list[tuple[UUID, UUID]]:
    """Every pair of cooperatives with open claims and without a proposal of this month; as a role that sees all."""
    actor.require(Right.RUN_TIMER)
    return await with_claims(tx, midnight(tx.today.replace(day=1)))


async def propose_for_pair(tx: Tx, actor: Actor, *, cooperative_id: UUID, with_cooperative_id: UUID) -> Netting:
    """Propose a netting, as the system. Raises what says that the books of this pair need a person."""
    actor.require(Right.RUN_TIMER)
    return await _proposed(tx, cooperative_id, with_cooperative_id)


async def confirm_netting(
    tx: Tx,
    actor: Actor,
    *,
    netting_id: NettingId,
    cooperative_id: SideId,
    paid_on: PaymentDay | None = None,
    expected_version: Version | None = None,
) -> Netting:
    """Confirm for one side. The second confirmation books it in both books and pays the difference by bank.

    Raises AlreadySettled, SecondPersonNeeded, WrongState, RuleRefused if the sides give different days, Stale.
    """
    found = await _locked(tx, actor, netting_id, cooperative_id, expected_version)
    moved = confirmed(Case(found, actor, tx.now), cooperative_id, paid_on or found.paid_on or tx.today)
    if moved.state is NettingState.CONFIRMED:
        await _book(tx, moved)
    verb = "confirmed" if moved.state is NettingState.CONFIRMED else "half_confirmed"
    await tell(tx, f"netting.{verb}", cooperative_id, moved.id)
    if moved.state is NettingState.CONFIRMED:
        other = moved.second_id if cooperative_id == moved.first_id else moved.first_id
        await tell(tx, "netting.confirmed", other, moved.id)
    return await nettings.save(tx, moved)


async def decline_netting(
    tx: Tx,
    actor: Actor,
    *,
    netting_id: NettingId,
    cooperative_id: SideId,
    reason: Reason,
    expected_version: Version | None = None,
) -> Netting:
    """Decline a netting, with a reason. Nothing is booked. Raises WrongState, ReasonNeeded, Stale."""
    found = await _locked(tx, actor, netting_id, cooperative_id, expected_version)
    moved = declined(Case(found, actor, tx.now), cooperative_id, reason)
    for place in (moved.first_id, moved.second_id):
        await tell(tx, "netting.declined", place, moved.id, reason=reason)
    return await nettings.save(tx, moved)


@reads_by_id(nettings)
async def get_netting(tx: Tx, actor: Actor, *, netting_id: NettingId) -> Netting:
    """One netting, for the treasurers of both sides. Raises NotFound."""
    found = await nettings.get(tx, netting_id)
    actor.require(Right.READ_NETTING, _side(actor, found))
    return found


async def list_nettings(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Netting]:
    """The nettings of a cooperative, newest first. For its treasurer."""
    actor.require(Right.READ_NETTING, cooperative_id)
    return await nettings_of(tx, cooperative_id, page)


async def get_netting_statement(tx: Tx, actor: Actor, *, netting_id: NettingId, cooperative_id: BooksOf) -> Statement:
    """A side's own entries about the other side, since the previous netting. Raises NotFound."""
    found = await nettings.get(tx, netting_id)
    actor.require(Right.READ_NETTING, cooperative_id)
    if cooperative_id not in (found.first_id, found.second_id):
        raise NotFound
    return Statement(found, cooperative_id, tuple(await statement(tx, found, cooperative_id)))


async def set_credit_limit(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, debtor_id: CooperativeId, limit: Limit | None = None
) -> CreditLimit:
    """Set the most that another cooperative may owe this one; null lifts the limit.

    Agreed but unbooked amounts count too. Raises NotFound, RuleRefused.
    """
    actor.require(Right.SET_LIMIT, cooperative_id)
    if cooperative_id == debtor_id:
        raise RuleRefused(rule="two_cooperatives", value=str(debtor_id))
    await cooperatives.get(tx, debtor_id)
    cents = None if limit is None else limit.cents
    found = await credit_limits.find(tx, lock=True, creditor_id=cooperative_id, debtor_id=debtor_id)
    if found:
        return (
            found
            if found.cents == cents
            else await credit_limits.save(tx, replace(found, cents=cents, set_by=actor.person))
        )
    made = CreditLimit(id=uuid7(), creditor_id=cooperative_id, debtor_id=debtor_id, cents=cents, set_by=actor.person)
    await credit_limits.add(tx, made)
    return made


async def list_credit_limits(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> list[CreditLimit]:
    """The most that other cooperatives may owe this cooperative. For its treasurer."""
    actor.require(Right.READ_NETTING, cooperative_id)
    return await credit_limits.all(tx, creditor_id=cooperative_id)


def _side(actor: Actor, found: Netting) -> UUID:
    """The side of a netting that the actor is treasurer of; the first side if they are neither's."""
    sides = (found.first_id, found.second_id)
    return next((side for side in sides if actor.may(Right.READ_NETTING, side)), found.first_id)


async def _locked(
    tx: Tx, actor: Actor, netting_id: UUID, cooperative_id: UUID, expected_version: Version | None
) -> Netting:
    actor.require(Right.CONFIRM_NETTING, cooperative_id)
    found = await nettings.get(tx, netting_id, lock=True)
    if cooperative_id not in (found.first_id, found.second_id):
        raise NotFound
    expect(found.version, expected_version)
    return found


async def _proposed(tx: Tx, one: UUID, other: UUID) -> Netting:
    await lend_staff_view(tx, one, other)
    stands, upto = await between(tx, one, other)
    if not stands.mirrored and await _mirror_parent(tx, stands):
        stands, upto = await between(tx, one, other)
    made = propose(stands, id=uuid7(), as_of=tx.now, upto=upto)
    await nettings.add(tx, made)
    for place in (made.first_id, made.second_id):
        await tell(tx, "netting.proposed", place, made.id)
    return made


async def _mirror_parent(tx: Tx, stands: Between) -> bool:
    """If one side is the other's umbrella, book the umbrella's share in its books; returns whether it did."""
    sides = (
        (stands.first_id, stands.second_id, stands.first_owes - stands.second_is_owed),
        (stands.second_id, stands.first_id, stands.second_owes - stands.first_is_owed),
    )
    booked = False
    for child_id, parent_id, cents in sides:
        if cents and await ever_under(tx, child_id, parent_id):
            await ledger.post(
                tx,
                Posting(
                    id=uuid7(),
                    cooperative_id=parent_id,
                    kind=JournalKind.PARENT_SHARE,
                    source_type="parent_share",
                    source_id=uuid7(),
                    part=1,
                    effective_on=tx.today,
                    legs=parent_legs(child_id, cents),
                ),
            )
            booked = True
    return booked


async def _book(tx: Tx, netting: Netting) -> None:
    """Book the netting in both books, in the order of their ids, and mark its charges as paid.

    VAT of a charge that is due with its money is due on the day of the payment.
    """
    await lend_staff_view(tx, netting.first_id, netting.second_id)
    assert netting.paid_on is not None  # noqa: S101  both sides named the day
    # Charges are locked before balances, in the order that refunds use.
    unpaid = await unpaid_with_vat(tx, netting)
    await mark_paid(tx, netting)
    for charged in unpaid:
        paid = replace(charged, paid_cents=charged.price_left_cents, version=charged.version + 1)
        await orders.save(tx, await charge(tx, charged, paid, netting.paid_on))
    for part, place in enumerate((netting.first_id, netting.second_id), start=1):
        await ledger.post(
            tx,
            Posting(
                id=uuid7(),
                cooperative_id=place,
                kind=JournalKind.NETTING,
                source_type="netting",
                source_id=netting.id,
                part=part,
                effective_on=netting.paid_on,
                legs=netting_legs(netting, place),
            ),
        )
