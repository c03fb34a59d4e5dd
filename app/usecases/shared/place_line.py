"""Places parts of a bank line: on orders, cash, what is in transit, other lines, or the cooperative's fund."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.db import ledger
from app.db.books.bank_matches import bank_matches, open_items_with
from app.db.books.bank_statements import bank_lines
from app.db.engine import Tx, uuid7
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bank_matches import MATCH, BankMatch, check_counterpart, match_posting
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import MatchRule, Part, What
from app.domain.errors import NotFound
from app.domain.ledger import JournalKind
from app.domain.selling.orders import Order
from app.domain.selling.payments import Payment, SettlementMethod
from app.usecases.shared.book_repayment import book_repayment
from app.usecases.shared.book_sale import book_alone
from app.usecases.shared.order_money import locked_for_money, nobody_involved
from app.usecases.shared.receipt import book_receipt


@dataclass(frozen=True, kw_only=True)
class Placing:
    """A line whose parts are placed by a rule; `actor` is who asks for it."""

    actor: Actor
    line: BankLine
    rule: MatchRule


Booked = tuple[JournalKind, str, UUID]
"""The kind and the source of the journal that booked a part."""
Place = Callable[[Tx, Placing, Part], Awaitable[Booked]]


async def place_parts(tx: Tx, placing: Placing, parts: Sequence[Part]) -> list[UUID]:
    """Books parts of a line, whose books nobody else matches meanwhile; returns the ids of their matches.

    Raises NotFound for a place of another cooperative, MoreThanLeft, and what paying an order raises.
    """
    line = placing.line
    order_ids = sorted({part.target_id for part in parts if part.what is What.ORDER and part.target_id})
    if len(parts) > 1:
        await book_alone(tx, *[await _order(tx, placing, order_id) for order_id in order_ids])
        await ledger.lock_books(tx, line.cooperative_id)
    made = []
    for part in parts:
        match_id = uuid7()
        if part.what is What.ORDER:
            kind, source_type, source_id = await _on_order(tx, placing, part)
        else:
            kind = JournalKind.BOOKING if part.what is What.CATEGORY else JournalKind.MATCH
            source_type, source_id = MATCH, match_id
        match = BankMatch(
            id=match_id,
            cooperative_id=line.cooperative_id,
            line_id=line.id,
            cents=part.cents,
            what=part.what,
            rule=placing.rule,
            journal_kind=kind,
            source_type=source_type,
            source_id=source_id,
            matched_by=placing.actor.person,
            matched_at=tx.now,
            target_id=part.target_id,
            creditor_kind=part.creditor_kind,
            category=part.category,
        )
        if source_type == MATCH:
            await _book(tx, placing, match)
        await bank_matches.add(tx, match)
        made.append(match_id)
    return made


async def _order(tx: Tx, placing: Placing, order_id: UUID) -> Order:
    """The locked order. Raises NotFound for one of another cooperative."""
    order = await locked_for_money(tx, placing.actor, Right.RECORD_PAYMENT, order_id)
    if order.cooperative_id != placing.line.cooperative_id:
        raise NotFound
    return order


async def _on_order(tx: Tx, placing: Placing, part: Part) -> Booked:
    """Pays the order, or gives money of it back. By hand nobody does that for themselves."""
    assert part.target_id is not None  # noqa: S101  a part on an order names it
    line, actor = placing.line, placing.actor
    order = await _order(tx, placing, part.target_id)
    if part.cents < 0:
        repayment = await book_repayment(tx, actor, order, -part.cents, line.day, bank_line_id=line.id)
        return JournalKind.REPAYMENT, "repayment", repayment.id
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
    return JournalKind.PAYMENT, "payment", payment.id


async def _book(tx: Tx, placing: Placing, match: BankMatch) -> None:
    """Books a match. Money to another account of ours is in transit by the journal of its own match."""
    line, journal_id = placing.line, uuid7()
    if match.what is What.ITEM and match.target_id is not None:
        if placing.rule is MatchRule.OWN_ACCOUNT:
            known = await open_items_with(tx, line.cooperative_id, [match.target_id])
            journal_id = journal_id if known else match.target_id
        else:
            item = (await open_items_with(tx, line.cooperative_id, [match.target_id])).get(match.target_id)
            if item is None:
                raise NotFound
            check_counterpart(item.open_cents, match.cents)
    if match.what is What.LINE and match.target_id is not None:
        other = await bank_lines.get(tx, match.target_id)
        if other.cooperative_id != line.cooperative_id or other.id == line.id:
            raise NotFound
        check_counterpart(-other.left_cents, match.cents)
    await ledger.post(tx, match_posting(line, match, journal_id))
