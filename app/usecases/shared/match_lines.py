"""New bank lines are matched by the rules, right after they were imported; what is left opens a task."""

from collections.abc import Collection, Sequence
from uuid import UUID

from app.db import ledger
from app.db.books.bank_matches import (
    bank_matches,
    bills_named,
    creditors_owed,
    has_open_lines,
    invoices_named,
    open_items,
    orders_named,
    orders_of_amount,
    payments_named,
)
from app.db.books.bank_rules import rules_in_force
from app.db.books.bank_statements import bank_lines
from app.db.engine import Tx, uuid7
from app.db.people.bank_accounts import own_ibans
from app.db.people.cooperatives import cooperatives
from app.db.platform.outbox import tell
from app.db.selling.invoice_series import prefixes_of
from app.domain.actors import Actor
from app.domain.books.bank_matches import BankMatch, match_posting
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import MOST_SUGGESTIONS, Open, Part, What, in_order, match_lines
from app.domain.books.payment_texts import id_named, invoice_numbers_in, references_in
from app.domain.errors import DomainError
from app.domain.ledger import Posting
from app.usecases.shared.place_line import Placing, match_of, place_parts

ALONE = (What.ORDER, What.CREDITOR)
"""Places that check for themselves what may be paid."""


async def match_new_lines(tx: Tx, actor: Actor, cooperative_id: UUID, lines: Sequence[BankLine]) -> None:
    """Places new lines of a cooperative by the rules; what fits two places or none stays open.

    The lines are booked on suspense, and nobody has placed anything of them. People place the difference of a first
    statement. A line that an order or a creditor refuses, such as more back than is owed, stays open too. It takes
    some statements for all lines, and those of a payment for each line that pays one.
    """
    await cooperatives.plain.get(tx, cooperative_id, lock=True)
    new = [line for line in lines if not line.is_difference]
    known = await open_for(tx, cooperative_id, new)
    placements = match_lines(new, known, uuid7)
    payments = {item.id for item in known.items if item.is_payment}
    simple: list[tuple[Placing, tuple[Part, ...]]] = []
    for line in in_order(new):
        rule, parts = placements[line.id].rule, placements[line.id].parts
        if rule is None:
            continue
        placing = Placing(actor=actor, line=line, rule=rule)
        if any(part.what in ALONE or part.target_id in payments for part in parts):
            await _try(tx, placing, parts)
        else:
            simple.append((placing, parts))
    await _book_all(tx, simple, {item.id for item in known.items})
    await tell_open_lines(tx, cooperative_id)


async def tell_open_lines(tx: Tx, cooperative_id: UUID) -> None:
    """Opens the task to place bank lines, or closes it if none is open."""
    name = "bank_lines.open" if await has_open_lines(tx, cooperative_id) else "bank_lines.placed"
    await tell(tx, name, cooperative_id, cooperative_id)


async def open_for(tx: Tx, cooperative_id: UUID, lines: Sequence[BankLine], *, by_amount: bool = False) -> Open:
    """What these lines of a cooperative may be matched with. `by_amount`: also what has only the amount of one."""
    prefixes = await prefixes_of(tx, cooperative_id)
    references = {reference for line in lines for reference in references_in(line.text)}
    numbers = {number for line in lines for number in invoice_numbers_in(line.text, prefixes)}
    invoices = await invoices_named(tx, cooperative_id, numbers, references)
    of_invoices = {order_id for invoice in invoices for order_id in invoice.order_ids}
    orders = {order.id: order for order in await orders_named(tx, cooperative_id, references, of_invoices)}
    creditors = []
    for line in lines if by_amount else ():
        found = await orders_of_amount(tx, cooperative_id, line.left_cents, MOST_SUGGESTIONS)
        orders = {order.id: order for order in found} | orders
        creditors += await creditors_owed(tx, cooperative_id, -line.left_cents)
    named = {one for line in lines if (one := id_named(line.end_to_end_id)) is not None}
    items = {item.id: item for item in await payments_named(tx, cooperative_id, named)}
    items |= {item.id: item for item in await open_items(tx, cooperative_id)}
    difference = await bank_lines.all(tx, cooperative_id=cooperative_id, is_difference=True)
    return Open(
        own_ibans=await own_ibans(tx, cooperative_id),
        orders=tuple(orders.values()),
        invoices=tuple(invoices),
        bills=tuple(await bills_named(tx, cooperative_id, lines)),
        items=tuple(items.values()),
        rules=tuple(await rules_in_force(tx, cooperative_id)),
        creditors=tuple(creditors),
        difference_open=any(line.left_cents for line in difference),
    )


async def _try(tx: Tx, placing: Placing, parts: Sequence[Part]) -> None:
    """Places a line, unless that is refused: then people look at it."""
    try:
        async with tx.savepoint():
            await place_parts(tx, placing, parts)
    except DomainError:
        return


async def _book_all(tx: Tx, placed: Sequence[tuple[Placing, Sequence[Part]]], known: Collection[UUID]) -> None:
    """Books matches with cash, the fund, other accounts and what was in transit (`known`), many at once.

    Money to another account of ours is in transit by the journal of its own match.
    """
    made: list[tuple[BankMatch, Posting]] = []
    opened: set[UUID | None] = {None, *known}
    for placing, parts in placed:
        for part in parts:
            match = match_of(tx, placing, part)
            journal_id = uuid7() if part.target_id in opened else part.target_id
            opened.add(part.target_id)
            made.append((match, match_posting(placing.line, match, journal_id or uuid7())))
    await bank_matches.add_all(tx, [match for match, _ in made])
    await ledger.post_all(tx, [posting for _, posting in made])
