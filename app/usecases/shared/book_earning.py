"""Books one earning and reverses it: its split and its held part, under the lock of its year."""

from dataclasses import replace
from datetime import date

from app.db import ledger
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import start_timer
from app.domain.days import midnight
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning, EarningState
from app.domain.earning.split import fund_cents, split
from app.domain.earning.thresholds import Year
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting, stamped
from app.domain.limits import monthly_limit
from app.domain.rules import MonthlyAllowance


def book_split(year: Year, earning: Earning, agreement: Agreement) -> Earning:
    """The earning, split by the agreement and counted in the years of its member and the fund; its legs are to be
    posted.
    """
    result = split(
        agreement,
        net_cents=earning.net_left_cents,
        cost_cents=earning.cost_cents,
        months=year.members.get(earning.credited_id, []),
        fund_months=year.fund,
        day=earning.work_date,
        member_id=earning.credited_id,
    )
    if not agreement.collective:
        year.count(agreement, earning.work_date, earning.credited_id, result.kept_cents)
    year.count_fund(agreement, earning.work_date, result.fund_cents)
    return replace(
        earning,
        kept_cents=result.kept_cents,
        state=EarningState.POSTED,
        agreement_id=agreement.id,
        legs=stamped(result.legs, earning.credited_id),
    )


def take_back(year: Year, earning: Earning, agreement: Agreement) -> tuple[Leg, ...]:
    """Removes the earning from its year.

    Returns the legs that depend on the year; the caller mirrors the other legs.
    """
    legs = year.move_fund(agreement, earning.work_date, -fund_cents(earning.legs))
    if agreement.collective or earning.state is EarningState.FORFEITED:
        return legs
    return (*legs, *year.keep(agreement, earning.work_date, earning.credited_id, -earning.kept_cents))


async def warn_of_limit(tx: Tx, agreement: Agreement, day: date) -> None:
    """Tells the treasurer, once per agreement and year, that a legal limit in it has no verified value for that day."""
    rule = agreement.the(MonthlyAllowance)
    if rule and not agreement.collective and monthly_limit(rule.law, day.replace(day=1))[0] == 0:
        at = midnight(date(day.year, 1, 1))
        await start_timer(tx, "limit_unknown", agreement.cooperative_id, agreement.id, at)


async def release_held(tx: Tx, year: Year, earning: Earning, agreement: Agreement, *, forfeit: bool) -> Earning:
    """Books a held earning as if it had never been held: by the agreement of the work date; or all to the fund."""
    if forfeit:
        fund = Leg(
            kind=AccountKind.COOPERATIVE_FUND,
            cents=earning.held_cents,
            rule="forfeited",
            facts={"surplus": earning.held_cents},
        )
        more = year.move_fund(agreement, earning.work_date, earning.held_cents)
        given = stamped((fund, *more), earning.member_id)
        booked = replace(earning, state=EarningState.FORFEITED, legs=given, kept_cents=0)
    else:
        booked = book_split(year, earning, agreement)
        await warn_of_limit(tx, agreement, earning.work_date)
    part = earning.release_parts + 1
    released = Leg(
        kind=AccountKind.HELD,
        cents=-earning.held_cents,
        rule="release",
        facts={"member": str(earning.member_id)},
        member_id=earning.member_id,
    )
    posting = _release(booked, JournalKind.RELEASE, part, year.into_pots((released, *booked.legs)))
    await ledger.post(tx, posting)
    return replace(booked, release_parts=part, decision_journal_id=posting.id)


def _release(earning: Earning, kind: JournalKind, part: int, legs: tuple[Leg, ...]) -> Posting:
    return Posting(
        id=uuid7(),
        cooperative_id=earning.cooperative_id,
        kind=kind,
        source_type="earning",
        source_id=earning.id,
        part=part,
        effective_on=earning.work_date,
        legs=legs,
        agreement_id=earning.agreement_id,
    )
