"""What bank lines may be matched with, loaded in a few statements for many lines."""

from collections.abc import Sequence
from uuid import UUID

from app.db.books.bank_matches import invoices_named, open_items, orders_named, orders_of_amount
from app.db.books.bank_statements import bank_lines
from app.db.engine import Tx
from app.db.people.bank_accounts import own_ibans
from app.db.selling.invoice_series import prefixes_of
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import MOST_SUGGESTIONS, Open
from app.domain.books.payment_texts import invoice_numbers_in, references_in


async def open_for(tx: Tx, cooperative_id: UUID, lines: Sequence[BankLine], *, by_amount: bool = False) -> Open:
    """What these lines of a cooperative may be matched with. `by_amount`: also what has only the amount of one."""
    prefixes = await prefixes_of(tx, cooperative_id)
    references = {reference for line in lines for reference in references_in(line.text)}
    numbers = {number for line in lines for number in invoice_numbers_in(line.text, prefixes)}
    invoices = await invoices_named(tx, cooperative_id, numbers, references)
    of_invoices = {order_id for invoice in invoices for order_id in invoice.order_ids}
    orders = await orders_named(tx, cooperative_id, references, of_invoices)
    if by_amount:
        known = {order.id for order in orders}
        for line in lines:
            found = await orders_of_amount(tx, cooperative_id, line.left_cents, MOST_SUGGESTIONS)
            orders += [order for order in found if order.id not in known]
    difference = await bank_lines.all(tx, cooperative_id=cooperative_id, is_difference=True)
    return Open(
        own_ibans=await own_ibans(tx, cooperative_id),
        orders=tuple(orders),
        invoices=tuple(invoices),
        items=tuple(await open_items(tx, cooperative_id)),
        difference_open=any(line.left_cents for line in difference),
    )
