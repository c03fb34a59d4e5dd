"""One earning into the books and out again: its split, and what was held of it; under the lock of the years."""

from collections.abc import Sequence
from dataclasses import replace

from app.db import earnings as earnings_db
from app.db import ledger
from app.db.agreements import get_agreement
from app.db.engine import Tx, uuid7
from app.domain.agreements import Agreement
from app.domain.earnings import Earning, EarningState
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting, negated, stamped
from app.domain.split import BY_YEAR_TOTAL, add_to_year, buckets, fund_cents, split, year_legs
from app.usecases.steps.book import post_to_pots
from app.usecases.steps.fund import fund_year, move_fund


async def book_split(tx: Tx, earning: Earning, agreement: Agreement, costs: Sequence[Leg]) -> Earning:
    """The earning split by the agreement and counted in its member's year and the fund's; the legs are to be posted."""
    result = split(
        agreement,
        net_cents=earning.net_cents,
        costs=costs,
        months=await earnings_db.year_totals(tx, earning.credited_id, earning.work_date.year),
        fund_months=await fund_year(tx, agreement, earning.work_date),
        day=earning.work_date,
        member_id=earning.credited_id,
    )
    if not agreement.collective:
        await earnings_db.add_to_month(tx, earning, agreement.id, result.kept_cents)
    if result.fund_cents:
        await earnings_db.add_to_fund_month(tx, agreement, earning.work_date, result.fund_cents)
    return replace(
        earning,
        kept_cents=result.kept_cents,
        state=EarningState.POSTED,
        agreement_id=agreement.id,
        legs=stamped(result.legs, earning.credited_id),
    )


async def take_back(tx: Tx, earning: Earning) -> tuple[Leg, ...]:
    """Count the earning no more; the legs that F changes. Its other legs are mirrored by the caller."""
    agreement = await get_agreement(tx, earning.booked_under)
    legs = await move_fund(tx, agreement, earning.work_date, -fund_cents(earning.legs))
    if agreement.collective or earning.state is EarningState.FORFEITED:
        return legs
    before = await earnings_db.year_totals(tx, earning.credited_id, earning.work_date.year)
    await earnings_db.add_to_month(tx, earning, agreement.id, -earning.kept_cents)
    after = add_to_year(before, agreement, earning.work_date, -earning.kept_cents)
    return (*legs, *year_legs(agreement, buckets(before), buckets(after), earning.credited_id))


async def release_held(tx: Tx, earning: Earning, agreement: Agreement, *, forfeit: bool) -> Earning:
    """Book what was held as if it had never been: by the agreement of the work date; or all to the fund."""
    costs = tuple(leg for leg in earning.legs if leg.rule == "cost")
    if forfeit:
        fund = Leg(AccountKind.COOPERATIVE_FUND, earning.held_cents, "forfeited", {"surplus": earning.held_cents})
        more = await move_fund(tx, agreement, earning.work_date, earning.held_cents)
        given = stamped((fund, *more), earning.member_id)
        booked = replace(earning, state=EarningState.FORFEITED, legs=(*costs, *given), kept_cents=0)
    else:
        booked = await book_split(tx, replace(earning, net_cents=earning.net_left_cents), agreement, costs)
        booked = replace(booked, net_cents=earning.net_cents)
    part = earning.release_parts + 1
    released = Leg(AccountKind.HELD, -earning.held_cents, "release", _of(earning), earning.member_id)
    legs = tuple(leg for leg in booked.legs if leg.rule != "cost")
    await post_to_pots(tx, _release(booked, JournalKind.RELEASE, part, (released, *legs)))
    return replace(booked, release_parts=part)


async def take_back_held(tx: Tx, earning: Earning) -> None:
    """Put what was released or forfeited back to what is held, so that the sale itself can be mirrored."""
    if earning.state is EarningState.HELD:
        return
    original = await ledger.journal_of(tx, "earning", earning.id, JournalKind.RELEASE, earning.release_parts)
    booked = [leg for leg in await ledger.legs_of(tx, original) if leg.rule not in BY_YEAR_TOTAL]
    legs = (*await take_back(tx, earning), *negated(tuple(booked)))
    posting = _release(earning, JournalKind.RELEASE_REVERSAL, earning.release_parts, legs)
    await post_to_pots(tx, replace(posting, reverses=original.id))


def _of(earning: Earning) -> dict[str, str]:
    return {"member": str(earning.credited_id)}


def _release(earning: Earning, kind: JournalKind, part: int, legs: tuple[Leg, ...]) -> Posting:
    place = (uuid7(), earning.cooperative_id, kind, "earning", earning.id, part, earning.work_date)
    return Posting(*place, legs, None, earning.agreement_id)
