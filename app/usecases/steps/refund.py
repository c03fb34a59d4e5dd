"""Book a partial refund: the shares mirror what is left of the sale, what members kept follows F."""

from dataclasses import replace

from app.db import ledger
from app.db.agreements import get_agreement
from app.db.earnings import earnings, save_year
from app.db.engine import Tx, uuid7
from app.domain.agreements import Agreement
from app.domain.earnings import Earning, EarningState
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from app.domain.orders import Order
from app.domain.refunds import Refund, fund_taken, merged, share_refund, take
from app.domain.split import BY_YEAR_TOTAL
from app.domain.years import Year
from app.usecases.steps.settle import locked_earnings


async def book_refund(tx: Tx, order: Order, refund: Refund, vat_left_cents: int) -> Refund:
    """Take a refund of a settled order off its VAT and earnings, and the money off the bank; knows its VAT then."""
    found, year = await locked_earnings(tx, order)
    vat, nets = share_refund(refund.cents, vat_left_cents, [earning.net_left_cents for earning in found])
    legs = [
        Leg(AccountKind.RECEIVABLE_CUSTOMER, refund.cents, "refund", {"of": "customer"}),
        Leg(AccountKind.VAT, -vat, "refund", {"of": "vat"}),
    ]
    agreement = await get_agreement(tx, found[0].booked_under)  # one version split them all
    changed = []
    for earning, cents in zip(found, nets, strict=True):
        if cents:
            smaller, more = _take(year, earning, agreement, cents)
            legs += more
            changed.append(smaller)
    sale = await ledger.journal_of(tx, "order", order.id, JournalKind.SALE, order.sale_parts)
    booked = year.into_pots([leg for leg in legs if leg.cents])
    await save_year(tx, year)
    place = (order.cooperative_id, JournalKind.SALE_REFUND, "refund", refund.id, 1)
    await ledger.post(tx, Posting(uuid7(), *place, sale.effective_on, booked, None, sale.agreement_id))
    for earning in changed:
        await earnings.save(tx, earning)
    money = (
        Leg(AccountKind.BANK, refund.cents, "money_back", {}),
        Leg(AccountKind.RECEIVABLE_CUSTOMER, -refund.cents, "money_back", {}),
    )
    place = (order.cooperative_id, JournalKind.MONEY_BACK, "refund", refund.id, 1)
    await ledger.post(tx, Posting(uuid7(), *place, refund.day, money))
    return replace(refund, vat_cents=vat)


def _take(year: Year, earning: Earning, agreement: Agreement, cents: int) -> tuple[Earning, tuple[Leg, ...]]:
    """The earning with `cents` less, and the legs of that."""
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
