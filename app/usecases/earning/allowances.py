"""Allowances and premiums: granted by the treasurer, never to themselves; a mistake is reversed, never edited."""

from typing import Annotated

from app.db import ledger
from app.db.earning.agreements import agreement_on
from app.db.earning.allowances import allowances, given_in_year
from app.db.earning.earnings import lock_year, save_year
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import books_from, cooperatives
from app.db.people.members import members
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import check_day
from app.domain.earning.agreements import Agreement
from app.domain.earning.allowances import Allowance, AllowanceKind, amount_of, legs_of
from app.domain.errors import AgreementMissing, NotFound, SecondPersonNeeded
from app.domain.ledger import JournalKind, Leg, Posting
from app.domain.limits import LIMITS, LegalLimit
from app.domain.page import Page, PageRequest
from app.ids import AllowanceId, CooperativeId, MemberId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.visitors import open_to_visitors
from app.usecases.shared.fund_floor import check_fund_floor
from app.vocabulary import Amount, Day, Doc, Minutes, Reason

AllowanceDay = Annotated[Day, Doc("The day worked; for a month or a premium, a day in its period.")]


async def grant_allowance(
    tx: Tx,
    actor: Actor,
    *,
    member_id: MemberId,
    kind: AllowanceKind,
    day: AllowanceDay | None = None,
    amount: Amount | None = None,
    minutes: Minutes | None = None,
    reason: Reason = "",
) -> Allowance:
    """Grant an allowance or premium from the cooperative fund, within the agreement of its day and the legal limit.

    The day defaults to today. An hourly allowance needs minutes. Without an amount, the rest of a month's allowance is
    granted.

    Raises RuleMissing, AllowanceExceeded, LimitUnknown, AgreementMissing, SecondPersonNeeded for one's own,
    DayOutOfRange, RuleRefused, BelowFloor for a premium that the fund cannot bear.
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
    named = None if amount is None else amount.cents
    cents = amount_of(agreement, kind, day=day, cents=named, minutes=minutes, given=given)
    allowance = Allowance(
        id=uuid7(),
        cooperative_id=member.cooperative_id,
        member_id=member_id,
        kind=kind,
        day=day,
        cents=cents,
        agreement_id=agreement.id,
        granted_by=actor.person,
        granted_at=tx.now,
        minutes=minutes,
        reason=reason,
    )
    await allowances.add(tx, allowance)
    more = year.move_fund(agreement, day, -cents)
    await save_year(tx, year)
    await ledger.post(tx, _posting(allowance, agreement, (*legs_of(allowance), *more)))
    if kind is AllowanceKind.PREMIUM:
        await check_fund_floor(tx, member.cooperative_id, -cents, tx.today)
    return allowance


@shows_private
async def list_allowances(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, member_id: MemberId | None = None
) -> Page[Allowance]:
    """The allowances of a cooperative, for its staff. A member sees their own."""
    await cooperatives.get(tx, cooperative_id)
    there = actor.members_at(cooperative_id)
    staff = actor.may(Right.READ_ALLOWANCE, cooperative_id)
    actor.require(Right.READ_ALLOWANCE, cooperative_id, own=actor.as_member(*there))
    seen = member_id if staff else tuple(m for m in there if member_id in (None, m))
    return await allowances.page(tx, page, cooperative_id=cooperative_id, member_id=seen)


@shows_private
@reads_by_id(allowances)
async def get_allowance(tx: Tx, actor: Actor, *, allowance_id: AllowanceId) -> Allowance:
    """One allowance. Raises NotFound."""
    allowance = await allowances.get(tx, allowance_id)
    own = actor.as_member(allowance.member_id)
    actor.require(Right.READ_ALLOWANCE, allowance.cooperative_id, own=own)
    return allowance


@open_to_visitors
async def list_legal_limits(tx: Tx, actor: Actor) -> list[LegalLimit]:
    """The dated tables of legal limits that agreements may name."""
    return list(LIMITS)


def _posting(allowance: Allowance, agreement: Agreement, legs: tuple[Leg, ...]) -> Posting:
    return Posting(
        id=uuid7(),
        cooperative_id=allowance.cooperative_id,
        kind=JournalKind.ALLOWANCE,
        source_type="allowance",
        source_id=allowance.id,
        part=1,
        effective_on=allowance.day,
        legs=legs,
        agreement_id=agreement.id,
    )
