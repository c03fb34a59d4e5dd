"""Books a partial refund: shares mirror what is left of the sale; remittance and pot are computed again."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from app.db import ledger
from app.db.earning.agreements import get_agreement
from app.db.earning.earnings import earnings, save_year
from app.db.engine import Tx, uuid7
from app.db.selling.payments import refunds
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning, EarningState
from app.domain.earning.refunds import Refund, fund_taken, merged, share_refund, take
from app.domain.earning.split import BY_YEAR_TOTAL
from app.domain.earning.thresholds import Year
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from app.domain.selling.charges import customer_back_leg, revenue_back
from app.domain.selling.orders import Order
from app.usecases.shared.book_sale import locked_earnings


async def book_refund(tx: Tx, order: Order, refund: Refund, vat_left_cents: int) -> Refund:
    """Takes a refund off the VAT and the earnings of a settled order; returns the refund with its VAT."""
    found = sorted(await earnings.all(tx, order_id=order.id), key=lambda earning: (earning.member_id, earning.id))
    vat, nets = share_refund(refund.credited_cents, vat_left_cents, [earning.net_left_cents for earning in found])
    known = replace(refund, vat_cents=vat)
    await take_off(tx, order, known, {e.id: cents for e, cents in zip(found, nets, strict=True)})
    return known


async def take_off(tx: Tx, order: Order, refund: Refund, nets: Mapping[UUID, int], others: Sequence[Leg] = ()) -> None:
    """Books what a refund takes off a sale: its VAT, `nets` of each earning, and `others` of an assignment's price."""
    found, year = await locked_earnings(tx, order)
    legs = [
        customer_back_leg(order, refund.credited_cents),
        Leg(kind=AccountKind.VAT, cents=-refund.vat_cents, rule="refund", facts={"of": "vat"}),
        *others,
    ]
    changed = []
    if found:
        # One version of the agreement split all earnings.
        agreement = await get_agreement(tx, found[0].booked_under)
        for earning in found:
            if nets.get(earning.id):
                smaller, more = _take(year, earning, agreement, nets[earning.id])
                legs += more
                changed.append(smaller)
    sale = await ledger.journal_of(tx, "order", order.id, JournalKind.SALE, order.sale_parts)
    gone = sum(
        row.credited_cents - row.vat_cents for row in await refunds.all(tx, order_id=order.id) if row.id != refund.id
    )
    booked = year.into_pots([leg for leg in legs if leg.cents])
    await save_year(tx, year)
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=order.cooperative_id,
            kind=JournalKind.SALE_REFUND,
            source_type="refund",
            source_id=refund.id,
            part=1,
            effective_on=sale.effective_on,
            legs=booked,
            agreement_id=sale.agreement_id,
            named=revenue_back(order, gone, gone + refund.credited_cents - refund.vat_cents),
        ),
    )
    for earning in changed:
        await earnings.save(tx, earning)


async def pay_back(tx: Tx, order: Order, refund: Refund, cents: int) -> None:
    """Pays the refund from the bank: first what the order already owed back, as it was before the refund."""
    owed = min(cents, order.owed_back_cents)
    money = (
        Leg(kind=AccountKind.BANK, cents=cents, rule="money_back", facts={}),
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=owed - cents, rule="money_back", facts={}),
        Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=-owed, rule="money_back", facts={}, party=str(order.id)),
    )
    if cents:
        await ledger.post(
            tx,
            Posting(
                id=uuid7(),
                cooperative_id=refund.cooperative_id,
                kind=JournalKind.MONEY_BACK,
                source_type="refund",
                source_id=refund.id,
                part=1,
                effective_on=refund.day,
                legs=tuple(leg for leg in money if leg.cents),
            ),
        )


def _take(year: Year, earning: Earning, agreement: Agreement, cents: int) -> tuple[Earning, tuple[Leg, ...]]:
    """The earning reduced by `cents`, and the legs of that."""
    taken = take(earning, cents)
    by_year: tuple[Leg, ...] = ()
    if taken.kept_cents:
        by_year = year.keep(agreement, earning.work_date, earning.credited_id, -taken.kept_cents)
    by_year += year.move_fund(agreement, earning.work_date, fund_taken(taken))
    standing = [leg for leg in earning.legs if leg.rule in BY_YEAR_TOTAL]
    held = sum(leg.cents for leg in taken.left if leg.kind is AccountKind.HELD)
    smaller = replace(
        earning,
        legs=(*taken.left, *merged(standing, by_year)),
        kept_cents=earning.kept_cents - taken.kept_cents,
        held_cents=held if earning.state is EarningState.HELD else earning.held_cents,
        refunded_cents=earning.refunded_cents + cents,
    )
    over = smaller.refunded_cents == smaller.net_cents
    return (replace(smaller, state=EarningState.REVERSED) if over else smaller), (*taken.legs, *by_year)
