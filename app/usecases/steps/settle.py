"""Split and post: an order that is completed and paid becomes a sale in the books; a refund takes it back by F."""

from dataclasses import replace
from datetime import date

from app.db import earnings as earnings_db
from app.db import ledger
from app.db.agreements import agreement_on, get_agreement
from app.db.costs import claims
from app.db.earnings import earnings
from app.db.engine import Tx, uuid7
from app.db.orders import orders
from app.db.outbox import tell
from app.domain.agreements import Agreement
from app.domain.costs import ClaimState, CostClaim
from app.domain.earnings import Earning, EarningState
from app.domain.errors import AgreementMissing
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting, negated
from app.domain.orders import Order, due_for_sale
from app.domain.split import BY_YEAR_TOTAL, add_to_year, buckets, cost_legs, fund_cents, split, year_legs
from app.usecases.steps.fund import fund_year, move_fund


async def expect_earnings(tx: Tx, order: Order) -> None:
    """At delivery the work date is known: one pending earning per member of the order; none where it was refunded."""
    if order.refunded_cents:
        return
    nets: dict[object, Earning] = {}
    for line in order.lines:
        assert order.work_date is not None  # noqa: S101  delivered just now
        found = nets.get(line.member_id) or Earning(
            uuid7(), order.id, order.cooperative_id, line.member_id, order.work_date, 0
        )
        nets[line.member_id] = replace(found, net_cents=found.net_cents + line.net_cents)
    await earnings.add(tx, *nets.values())


async def drop_pending(tx: Tx, order: Order) -> None:
    """A refunded order brings nothing: what was still expected of it is expected no more."""
    for earning in await earnings.all(tx, order_id=order.id, state=EarningState.PENDING):
        await earnings.save(tx, replace(earning, state=EarningState.REVERSED))


async def settle(tx: Tx, order: Order) -> Order:
    """Book the sale of a locked order if it is due: VAT, costs, shares, remittance, savings; all of it or nothing.

    Open cost claims keep it waiting, with a task. Raises AgreementMissing where no version holds on the work date.
    """
    if not due_for_sale(order):
        return order
    claimed = await claims.all(tx, order_id=order.id, state=(ClaimState.CLAIMED, ClaimState.APPROVED))
    if any(claim.state is ClaimState.CLAIMED for claim in claimed):
        await tell(tx, "earning.waits_for_claims", order.cooperative_id, order.id, reference=order.reference)
        return order
    work_date = _work_date(order)
    agreement = await agreement_on(tx, order.cooperative_id, work_date)
    if agreement is None:
        raise AgreementMissing(date=work_date.isoformat())
    gross = Leg(AccountKind.RECEIVABLE_CUSTOMER, -order.gross_cents, "customer", {"gross": order.gross_cents})
    vat = Leg(AccountKind.VAT, order.vat_cents, "vat", {"net": order.net_cents})
    legs, part, journal_id = [gross, vat], order.sale_parts + 1, uuid7()
    settled = []
    for earning in await _locked_earnings(tx, order):
        mine = [claim for claim in claimed if claim.member_id == earning.member_id]
        posted = await _split_one(tx, earning, agreement, mine)
        legs += posted.legs
        settled.append(replace(posted, journal_id=journal_id))
    await ledger.post(
        tx,
        Posting(
            *(journal_id, order.cooperative_id, JournalKind.SALE, "order", order.id, part, work_date),
            *(tuple(leg for leg in legs if leg.cents), None, agreement.id),
        ),
    )
    for earning in settled:
        await earnings.save(tx, earning)
    await tell(tx, "earning.posted", order.cooperative_id, order.id, reference=order.reference)
    return await orders.save(tx, replace(order, sale_parts=part, sale_reversed=False))


async def unsettle(tx: Tx, order: Order) -> Order:
    """Reverse the sale of a locked order that stands in the books.

    VAT, costs and percentages are the exact negation of what was booked; remittance and savings are F(after) −
    F(before) over the member's year, so an earlier order unwinds from the top, whatever came later.
    """
    if not order.settled:
        return order
    sale = await ledger.journal_of(tx, "order", order.id, JournalKind.SALE, order.sale_parts)
    booked = await ledger.legs_of(tx, sale)
    legs = list(negated(tuple(leg for leg in booked if leg.rule not in BY_YEAR_TOTAL)))
    taken_back = []
    for earning in await _locked_earnings(tx, order):
        legs += await _take_back_one(tx, earning)
        taken_back.append(replace(earning, state=EarningState.REVERSED))
    await ledger.post(
        tx,
        Posting(
            *(uuid7(), order.cooperative_id, JournalKind.SALE_REVERSAL, "order", order.id, order.sale_parts),
            *(sale.effective_on, tuple(legs), sale.id, sale.agreement_id),
        ),
    )
    for earning in taken_back:
        await earnings.save(tx, earning)
    await tell(tx, "earning.reversed", order.cooperative_id, order.id, reference=order.reference)
    return await orders.save(tx, replace(order, sale_reversed=True))


async def _split_one(tx: Tx, earning: Earning, agreement: Agreement, claimed: list[CostClaim]) -> Earning:
    result = split(
        agreement,
        net_cents=earning.net_cents,
        costs=cost_legs(claimed),
        months=await earnings_db.year_totals(tx, earning.member_id, earning.work_date.year),
        fund_months=await fund_year(tx, agreement, earning.work_date),
        day=earning.work_date,
        member_id=earning.member_id,
    )
    if not agreement.collective:
        await earnings_db.add_to_month(tx, earning, agreement.id, result.kept_cents)
    if result.fund_cents:
        await earnings_db.add_to_fund_month(tx, agreement, earning.work_date, result.fund_cents)
    return replace(
        earning,
        cost_cents=sum(claim.cents for claim in claimed),
        kept_cents=result.kept_cents,
        state=EarningState.POSTED,
        agreement_id=agreement.id,
        legs=result.legs,
    )


async def _take_back_one(tx: Tx, earning: Earning) -> tuple[Leg, ...]:
    assert earning.agreement_id is not None  # noqa: S101  it was posted
    agreement = await get_agreement(tx, earning.agreement_id)
    legs = await move_fund(tx, agreement, earning.work_date, -fund_cents(earning.legs))
    if agreement.collective:
        return legs
    before = await earnings_db.year_totals(tx, earning.member_id, earning.work_date.year)
    await earnings_db.add_to_month(tx, earning, agreement.id, -earning.kept_cents)
    after = add_to_year(before, agreement, earning.work_date, -earning.kept_cents)
    return (*legs, *year_legs(agreement, buckets(before), buckets(after), earning.member_id))


async def _locked_earnings(tx: Tx, order: Order) -> list[Earning]:
    """The earnings of an order by member, with their members' years locked; the fund's year is locked after them."""
    found = sorted(await earnings.all(tx, order_id=order.id), key=lambda earning: earning.member_id)
    members = [earning.member_id for earning in found]
    await earnings_db.lock_years(tx, order.cooperative_id, members, _work_date(order).year)
    return found


def _work_date(order: Order) -> date:
    assert order.work_date is not None  # noqa: S101  a completed order was delivered
    return order.work_date
