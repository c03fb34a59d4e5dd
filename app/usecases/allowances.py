"""Allowances and premiums: granted by the treasurer, never to themselves; a mistake is reversed, never edited."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.agreements import agreement_on, get_agreement
from app.db.allowances import allowances, given_in_year
from app.db.cooperatives import books_from, cooperatives
from app.db.earnings import lock_year, save_year
from app.db.engine import Tx, uuid7
from app.db.members import members
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.agreements import Agreement
from app.domain.allowances import ALLOWANCE, Allowance, AllowanceKind, AllowanceState, amount_of, legs_of
from app.domain.days import check_day
from app.domain.errors import AgreementMissing, NotFound, SecondPersonNeeded
from app.domain.ledger import JournalKind, Leg, Posting, negated
from app.domain.page import Page, PageRequest
from app.domain.split import BY_YEAR_TOTAL
from app.domain.transitions import move
from app.usecases.steps.audit import shows_private
from app.usecases.steps.version import expect


async def grant_allowance(
    tx: Tx,
    actor: Actor,
    *,
    member_id: UUID,
    kind: AllowanceKind,
    day: date | None = None,
    cents: int | None = None,
    minutes: int | None = None,
    reason: str = "",
) -> Allowance:
    """Grant an allowance or a premium from the cooperative fund, by the agreement of `day` (today unless told).

    Raises RuleMissing, AllowanceExceeded, LimitUnknown, AgreementMissing, SecondPersonNeeded for one's own,
    DayOutOfRange, RuleRefused.
    """
    member = await members.find(tx, id=member_id)
    if member is None:
        raise NotFound
    actor.require(Right.GRANT_ALLOWANCE, member.cooperative_id)
    if member.person_id == actor.person:
        raise SecondPersonNeeded(verb="grant_allowance")
    day = check_day("day", day or tx.today, await books_from(tx, member.cooperative_id), tx.today)
    agreement = await agreement_on(tx, member.cooperative_id, day)
    if agreement is None:
        raise AgreementMissing(date=day.isoformat())
    year = await lock_year(tx, member.cooperative_id, [member_id], day.year)
    given = await given_in_year(tx, member_id, kind, day.year)
    amount = amount_of(agreement, kind, day=day, cents=cents, minutes=minutes, given=given)
    place = (uuid7(), member.cooperative_id, member_id, kind, day, amount, agreement.id)
    allowance = Allowance(*place, actor.person, tx.now, minutes, reason)
    await allowances.add(tx, allowance)
    more = year.move_fund(agreement, day, -amount)
    await save_year(tx, year)
    await ledger.post(tx, _posting(allowance, agreement, JournalKind.ALLOWANCE, (*legs_of(allowance), *more)))
    return allowance


async def reverse_allowance(
    tx: Tx, actor: Actor, *, allowance_id: UUID, reason: str, expected_version: int | None = None
) -> Allowance:
    """Take an allowance back that was granted by mistake. Raises WrongState, Stale, SecondPersonNeeded."""
    found = await allowances.get(tx, allowance_id)
    actor.require(Right.GRANT_ALLOWANCE, found.cooperative_id)
    if (await members.get(tx, found.member_id)).person_id == actor.person:
        raise SecondPersonNeeded(verb="reverse_allowance")
    year = await lock_year(tx, found.cooperative_id, [found.member_id], found.day.year)
    allowance = await allowances.get(tx, allowance_id, lock=True)
    expect(allowance.version, expected_version)
    state = AllowanceState(move(ALLOWANCE, allowance, "reverse"))
    agreement = await get_agreement(tx, allowance.agreement_id)
    original = await ledger.journal_of(tx, "allowance", allowance_id, JournalKind.ALLOWANCE, 1)
    booked = [leg for leg in await ledger.legs_of(tx, original) if leg.rule not in BY_YEAR_TOTAL]
    more = year.move_fund(agreement, allowance.day, allowance.cents)
    await save_year(tx, year)
    legs = (*negated(tuple(booked)), *more)
    posting = _posting(allowance, agreement, JournalKind.ALLOWANCE_REVERSAL, legs)
    await ledger.post(tx, replace(posting, reverses=original.id))
    return await allowances.save(tx, replace(allowance, state=state, reversed_by=actor.person, reason=reason))


@shows_private
async def list_allowances(
    tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest, member_id: UUID | None = None
) -> Page[Allowance]:
    """The allowances of a cooperative for its staff; a member sees their own."""
    await cooperatives.get(tx, cooperative_id)
    there = actor.members_at(cooperative_id)
    staff = actor.may(Right.READ_ALLOWANCE, cooperative_id)
    actor.require(Right.READ_ALLOWANCE, cooperative_id, own=actor.as_member(*there))
    seen = member_id if staff else tuple(m for m in there if member_id in (None, m))
    return await allowances.page(tx, page, cooperative_id=cooperative_id, member_id=seen)


@shows_private
async def get_allowance(tx: Tx, actor: Actor, *, allowance_id: UUID) -> Allowance:
    """One allowance. Raises NotFound."""
    allowance = await allowances.get(tx, allowance_id)
    own = actor.as_member(allowance.member_id)
    actor.require(Right.READ_ALLOWANCE, allowance.cooperative_id, own=own)
    return allowance


def _posting(allowance: Allowance, agreement: Agreement, kind: JournalKind, legs: tuple[Leg, ...]) -> Posting:
    place = (uuid7(), allowance.cooperative_id, kind, "allowance", allowance.id, 1, allowance.day)
    return Posting(*place, legs, None, agreement.id)
