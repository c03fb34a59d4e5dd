"""Places parts of a bank line: on orders, cash, what is in transit, other lines, or the cooperative's fund."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from app.db import ledger
from app.db.books.bank_matches import bank_matches, open_items_with
from app.db.books.bank_statements import bank_lines
from app.db.books.payables import owed_to
from app.db.books.payment_batches import payment_items
from app.db.engine import Tx, uuid7
from app.db.selling.orders import orders
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bank_matches import MATCH, BankMatch, check_counterpart, match_posting
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import Item, MatchRule, Part, What
from app.domain.books.payment_batches import ItemState
from app.domain.creditors import Creditor, CreditorAccount, CreditorKind
from app.domain.errors import MoreThanLeft, NotFound, RuleRefused, WrongState
from app.domain.ledger import JournalKind
from app.domain.money_place import on_line
from app.domain.selling.orders import Order
from app.domain.selling.payments import Payment, SettlementMethod
from app.usecases.shared.book_repayment import book_repayment
from app.usecases.shared.book_sale import book_alone
from app.usecases.shared.order_money import locked_for_money, nobody_involved, open_for_money
from app.usecases.shared.pay_creditor import pay_creditor
from app.usecases.shared.payment_items import item_came_back, item_went_out
from app.usecases.shared.receipt import book_receipt


@dataclass(frozen=True, kw_only=True)
class Placing:
    """A line whose parts are placed by a rule; `actor` is who asks for it."""

    actor: Actor
    line: BankLine
    rule: MatchRule


Booked = tuple[JournalKind, str, UUID]
"""The kind of the journal of a payment, and its source."""


async def place_parts(tx: Tx, placing: Placing, parts: Sequence[Part]) -> list[UUID]:
    """Books parts of a line, whose books nobody else matches meanwhile; returns the ids of their matches.

    Raises NotFound for a place of another cooperative, MoreThanLeft, and what paying an order raises.
    """
    line = placing.line
    order_ids = sorted({part.order_id for part in parts if part.order_id is not None})
    if len(parts) > 1:
        await book_alone(tx, *[await _order(tx, placing, order_id) for order_id in order_ids])
        await ledger.lock_books(tx, line.cooperative_id)
    made = []
    for part in parts:
        if part.order_id is not None:
            match = await _on_order(tx, placing, part, part.order_id)
        elif part.creditor is not None and part.cents < 0:
            match = await _to_creditor(tx, placing, part, part.creditor)
        else:
            match = await _book(tx, placing, part)
        await bank_matches.add(tx, match)
        made.append(match.id)
    return made


def match_of(tx: Tx, placing: Placing, part: Part, paid: Booked | None = None) -> BankMatch:
    """The match of a part, which a payment booked, or a journal of its own."""
    match_id = uuid7()
    kind = JournalKind.BOOKING if part.what is What.CATEGORY else JournalKind.MATCH
    journal_kind, source_type, source_id = paid or (kind, MATCH, match_id)
    return BankMatch(
        id=match_id,
        cooperative_id=placing.line.cooperative_id,
        line_id=placing.line.id,
        cents=part.cents,
        what=part.what,
        rule=placing.rule,
        journal_kind=journal_kind,
        source_type=source_type,
        source_id=source_id,
        matched_by=placing.actor.person,
        matched_at=tx.now,
        target_id=part.target_id,
        creditor_kind=part.creditor_kind,
        category=part.category,
    )


async def _order(tx: Tx, placing: Placing, order_id: UUID) -> Order:
    """The locked order. Raises NotFound for one of another cooperative."""
    if placing.rule is MatchRule.BY_HAND:
        order = await locked_for_money(tx, placing.actor, Right.RECORD_PAYMENT, order_id)
    else:
        # Whoever imports or confirms a statement says what the bank did, and records nothing themselves.
        order = open_for_money(tx, await orders.get(tx, order_id, lock=True))
    if order.cooperative_id != placing.line.cooperative_id:
        raise NotFound
    return order


async def _on_order(tx: Tx, placing: Placing, part: Part, order_id: UUID) -> BankMatch:
    """Pays the order, or gives money of it back. By hand nobody does that for themselves."""
    line, actor = placing.line, placing.actor
    order = await _order(tx, placing, order_id)
    if part.cents < 0:
        repayment = await book_repayment(tx, actor, order, -part.cents, line.day, bank_line_id=line.id)
        return match_of(tx, placing, part, (JournalKind.REPAYMENT, "repayment", repayment.id))
    if placing.rule is MatchRule.BY_HAND:
        await nobody_involved(tx, actor, order, "record_payment")
    payment = Payment(
        id=uuid7(),
        order_id=order.id,
        cooperative_id=order.cooperative_id,
        cents=part.cents,
        paid_on=line.day,
        method=SettlementMethod.BANK_TRANSFER,
        recorded_by=actor.person,
        recorded_at=tx.now,
        bank_line_id=line.id,
    )
    await book_receipt(tx, actor, order, payment)
    return match_of(tx, placing, part, (JournalKind.PAYMENT, "payment", payment.id))


async def _to_creditor(tx: Tx, placing: Placing, part: Part, creditor: Creditor) -> BankMatch:
    """Pays a creditor."""
    line = placing.line
    payout = await pay_creditor(
        tx,
        placing.actor,
        line.cooperative_id,
        creditor,
        -part.cents,
        line.day,
        on_line(line.id),
        bank_line_id=line.id,
    )
    return match_of(tx, placing, part, (JournalKind.PAYOUT, "payout", payout.id))


async def _book(tx: Tx, placing: Placing, part: Part) -> BankMatch:
    """Books a match with the fund, cash, what is in transit, another line, or a creditor who pays back."""
    line, journal_id, account = placing.line, uuid7(), None
    if part.what is What.ITEM and part.target_id is None:
        # Money to another account of ours is in transit by the journal of its own match.
        part = replace(part, target_id=journal_id)
    elif part.what is What.ITEM and part.target_id is not None:
        if part.cents > 0 and await _came_back(tx, placing, part):
            return await _posted(tx, placing, part, journal_id)
        item = (await open_items_with(tx, line.cooperative_id, [part.target_id])).get(part.target_id)
        if item is None:
            raise NotFound
        check_counterpart(item.open_cents, part.cents)
        await _follow_out(tx, item, part)
    elif part.what is What.LINE and part.target_id is not None:
        other = await bank_lines.get(tx, part.target_id, lock=True)
        if other.cooperative_id != line.cooperative_id or other.id == line.id:
            raise NotFound
        check_counterpart(-other.left_cents, part.cents)
        if other.parked_reason is not None:
            await bank_lines.save(tx, other.unparked)
    elif part.creditor is not None:
        if part.creditor.kind is CreditorKind.COOPERATIVE and part.creditor.id != line.cooperative_id:
            raise RuleRefused(rule="cooperative_pays_itself", value=str(part.target_id))
        owed = (await owed_to(tx, line.cooperative_id, [part.creditor])).get(part.creditor)
        if owed is None:
            raise NotFound
        account = owed.account
    return await _posted(tx, placing, part, journal_id, account)


async def _posted(
    tx: Tx, placing: Placing, part: Part, journal_id: UUID, account: CreditorAccount | None = None
) -> BankMatch:
    match = match_of(tx, placing, part)
    await ledger.post(tx, match_posting(placing.line, match, journal_id, account))
    return match


async def _came_back(tx: Tx, placing: Placing, part: Part) -> bool:
    """Says of a payment of a batch that it came back; whether the item is one.

    Nobody can undo that, so by hand only a payment that went out comes back. Raises WrongState, MoreThanLeft if another
    amount came back.
    """
    line = placing.line
    item = await payment_items.find(tx, id=part.target_id)
    if item is None or item.cooperative_id != line.cooperative_id:
        return False
    if part.cents != item.cents:
        raise MoreThanLeft(left_cents=item.cents)
    if placing.rule is MatchRule.BY_HAND and item.state is ItemState.SENT:
        raise WrongState(verb="match", state=item.state, possible=[], reason="went_out_first")
    await ledger.lock_books(tx, line.cooperative_id)
    await item_came_back(tx, placing.actor, item.id, line.day, line.return_reason or "")
    return True


async def _follow_out(tx: Tx, item: Item, part: Part) -> None:
    """Says of a payment of a batch that it went out, once lines brought all of it."""
    if not item.is_payment or part.cents != item.open_cents:
        return
    # It may have come back before, in a file that came first.
    if (await payment_items.get(tx, item.id)).state is ItemState.SENT:
        await item_went_out(tx, item.id)
