"""Books an approved bill: its payer owes it, and its VAT is deducted; and undoes that."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.db import ledger
from app.db.books.bills import bills, training_pot_cents
from app.db.books.suppliers import suppliers
from app.db.buying.spending import free_lots, requests
from app.db.earning.agreements import agreement_on
from app.db.earning.earnings import lock_pots, lock_year, save_year
from app.db.engine import Tx, uuid7
from app.db.platform.outbox import tell
from app.domain.actors import Actor
from app.domain.books.bill_legs import bill_legs, cost_lines, cost_of, equity_leg, purchase_legs
from app.domain.books.bills import Bill, BillState, LineVat, PayerKind, undecided, vat_of_lines
from app.domain.books.corrections import into_balance
from app.domain.buying.spending import Request, decide, first_in_first_out, unpaid
from app.domain.creditors import CreditorAccount, CreditorKind, account_of
from app.domain.earning.thresholds import Year
from app.domain.errors import BelowFloor, ReverseThatFirst, SecondPersonNeeded
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg, Posting, ResultLine, into_pots
from app.domain.transitions import Case
from app.usecases.shared.fund_floor import check_fund_floor
from app.usecases.shared.input_vat import in_small_business
from app.usecases.shared.undo import Undoing, negation_in_year, negation_of, post_reversal


@dataclass(frozen=True, kw_only=True)
class _Paid:
    """What a bill's payer books: its legs, the costs by category, and what of the year changes with it."""

    legs: tuple[Leg, ...]
    named: tuple[ResultLine, ...] = ()
    agreement_id: UUID | None = None
    year: Year | None = None


async def book_bill(tx: Tx, actor: Actor, bill: Bill) -> Bill:
    """Books an approved bill on its date; the caller holds its lock and saves it. Opens the books for that.

    Raises BelowFloor if its payer has too little, NumberOutOfRange for more than a purchase reserved, WrongState and
    SecondPersonNeeded of that purchase.
    """
    small_business = await in_small_business(tx, bill.cooperative_id, bill.billed_on)
    lines = vat_of_lines(bill, small_business=small_business)
    owed = bill_legs(bill, lines, await account_of_bill(tx, bill))
    if (purchase_id := bill.purchase_id) is not None:
        paid = await _by_purchase(tx, actor, bill, purchase_id, lines)
    else:
        paid = await _by_equity(tx, bill, lines)
    part = 1 + await ledger.parts_of(tx, "bill", bill.id, JournalKind.BILL)
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=bill.cooperative_id,
            kind=JournalKind.BILL,
            source_type="bill",
            source_id=bill.id,
            part=part,
            effective_on=bill.billed_on,
            legs=(*owed, *paid.legs),
            named=paid.named,
            agreement_id=paid.agreement_id,
        ),
    )
    if paid.year is not None:
        await save_year(tx, paid.year)
    await _check_payer(tx, bill)
    in_fund = sum(leg.cents for leg in paid.legs if leg.kind is AccountKind.COOPERATIVE_FUND)
    await check_fund_floor(tx, bill.cooperative_id, in_fund, tx.today)
    return replace(bill, deducted_vat_cents=sum(line.deducted_cents for line in lines))


async def account_of_bill(tx: Tx, bill: Bill) -> CreditorAccount:
    """The account of whoever sent it."""
    supplier = None
    if bill.creditor_kind is CreditorKind.SUPPLIER:
        supplier = (await suppliers.get(tx, bill.creditor_id)).account
    return account_of(bill.creditor, bill.cooperative_id, supplier)


async def _by_equity(tx: Tx, bill: Bill, lines: Sequence[LineVat]) -> _Paid:
    """A fund or the training pot pays; of the cooperative's fund the municipality's part of its year changes."""
    leg, named, day = equity_leg(bill, lines), cost_lines(lines), bill.billed_on
    legs = (leg,) if leg.cents else ()
    if bill.payer_kind is not PayerKind.FUND:
        return _Paid(legs=legs, named=named)
    agreement = await agreement_on(tx, bill.cooperative_id, day)
    if agreement is None:
        return _Paid(legs=legs, named=named)
    year = await lock_year(tx, bill.cooperative_id, (), day.year)
    more = year.move_fund(agreement, day, leg.cents)
    return _Paid(legs=(*legs, *more), named=named, agreement_id=agreement.id, year=year)


async def _by_purchase(tx: Tx, actor: Actor, bill: Bill, purchase_id: UUID, lines: Sequence[LineVat]) -> _Paid:
    """The amount that a member's purchase reserved pays, and settles it; the rest returns to the pot."""
    request = await requests.get(tx, purchase_id, lock=True)
    cost = cost_of(lines)
    settled = _settled(request, actor, tx, bill.number, cost)
    pots = await lock_pots(tx, bill.cooperative_id, [request.member_id])
    lots = first_in_first_out(await free_lots(tx, request.member_id), cost)
    legs = into_pots(pots, purchase_legs(request, lines))
    await requests.save(tx, replace(settled, lots=lots))
    for verb in ("pay", "settle"):
        await _tell_member(tx, request, verb)
    return _Paid(legs=legs)


def _settled(request: Request, actor: Actor, tx: Tx, number: str, cost: int) -> Request:
    """The purchase, paid and settled with the bill. Raises WrongState, SecondPersonNeeded."""
    paid = decide(Case(request, actor, tx.now), "pay")
    settled = decide(Case(paid, actor, tx.now), "settle", receipt=number, amount=cost)
    return replace(settled, paid_on=tx.today, receipt=number, spent_cents=cost, reserved_cents=0)


async def _tell_member(tx: Tx, request: Request, verb: str) -> None:
    await tell(tx, f"spending.{verb}", request.cooperative_id, request.id, members=[str(request.member_id)])


async def _check_payer(tx: Tx, bill: Bill) -> None:
    """Raises BelowFloor if the training pot, or a restricted fund on a day since, has too little."""
    if bill.payer_kind is PayerKind.TRAINING_POT and await training_pot_cents(tx, bill.cooperative_id) < 0:
        raise BelowFloor(how="training_pot")
    if (
        bill.payer_kind is PayerKind.RESTRICTED_FUND
        and bill.payer_id is not None
        and await ledger.lowest_of_fund(tx, bill.cooperative_id, bill.payer_id, bill.billed_on) < 0
    ):
        raise BelowFloor(how="fund")


async def undo_bill(tx: Tx, undoing: Undoing) -> None:
    """The bill waits for a decision again. What a purchase of a member reserved is reserved again.

    Raises BelowFloor, SecondPersonNeeded for the member who sent it or bought it, ReverseThatFirst for a credit note.
    """
    bill = await bills.get(tx, undoing.source_id, lock=True)
    notes = await bills.all(tx, credits_id=bill.id, state=BillState.APPROVED) if bill.credited_cents else []
    if notes:
        part = await ledger.parts_of(tx, "bill", notes[0].id, JournalKind.BILL)
        journal = await ledger.journal_of(tx, "bill", notes[0].id, JournalKind.BILL, part)
        raise ReverseThatFirst(kind=journal.kind, journal_id=str(journal.id))
    case = Case(bill, undoing.actor, tx.now)
    if case.is_member(bill.member_id):
        raise SecondPersonNeeded(verb="reverse")
    if undoing.journal.agreement_id is not None:
        year = await lock_year(tx, bill.cooperative_id, (), undoing.journal.effective_on.year)
        await post_reversal(tx, undoing, await negation_in_year(tx, undoing.journal, year))
        await save_year(tx, year)
    elif (purchase_id := bill.purchase_id) is not None:
        await _undo_purchase(tx, undoing, bill, purchase_id)
    else:
        await post_reversal(tx, undoing, await negation_of(tx, undoing.journal))
        await _check_payer(tx, bill)
    await bills.save(tx, undecided(bill, undoing.reason))
    await tell(tx, "bill.reversed", bill.cooperative_id, bill.id, number=bill.number)


async def _undo_purchase(tx: Tx, undoing: Undoing, bill: Bill, purchase_id: UUID) -> None:
    """Reserves the amount of the purchase again, with the part of it that had returned to the pot."""
    request = await requests.get(tx, purchase_id, lock=True)
    again = unpaid(Case(request, undoing.actor, tx.now))
    pots = await lock_pots(tx, bill.cooperative_id, [request.member_id])
    await post_reversal(tx, undoing, into_balance(pots, await negation_of(tx, undoing.journal)))
    await requests.save(tx, again)
    await _tell_member(tx, request, "payment_reversed")


async def sides_of_bill(_: Tx, journal: Journal) -> tuple[UUID, ...]:
    """The cooperative twice: two of its people agree, as one entered the bill and another one approved it."""
    return (journal.cooperative_id, journal.cooperative_id)
