"""The first statement of a bank account: from then on only lines of statements move it.

Money that people recorded at the bank on its first day or later moves into transit, where its line finds it. The
balance that the books then have at the bank goes to the account. If it differs from the statement, the difference is a
line that people place.
"""

from app.db import ledger
from app.db.books.bank_statements import (
    bank_lines,
    begin_statements,
    first_open_day,
    left_at_bank,
    recorded_at_bank,
    statements_from,
)
from app.db.engine import Tx, uuid7
from app.domain.books.bank_statements import BankLine, BankStatement, line_posting
from app.domain.books.first_statement import difference_line, emptying, into_transit
from app.domain.days import check_day


async def begin_account(tx: Tx, statement: BankStatement) -> list[BankLine]:
    """Sets an account by its first statement; the line of the difference, if there is one.

    Nobody books until the transaction ends. Raises DayOutOfRange unless the statement begins after the last closed
    month, on the first day of the books or later.
    """
    cooperative_id = statement.cooperative_id
    await ledger.lock_books(tx, cooperative_id)
    await check_first_day(tx, statement)
    in_books = 0
    if await statements_from(tx, cooperative_id) is None:
        in_books = await _empty_bank(tx, statement)
        await begin_statements(tx, cooperative_id, statement.first_on)
    line = difference_line(statement, in_books, uuid7())
    if line is None:
        return []
    await bank_lines.add_all(tx, [line])
    await ledger.post(tx, line_posting(line, uuid7()))
    return [line]


async def check_first_day(tx: Tx, statement: BankStatement) -> None:
    """Raises DayOutOfRange unless a first statement is of days that are open."""
    check_day("first_on", statement.first_on, await first_open_day(tx, statement.cooperative_id), tx.today)


async def _empty_bank(tx: Tx, statement: BankStatement) -> int:
    """Moves what the books have at the bank to the account of the statement; the cents of it, before its first day.

    Money that was recorded on that day or later waits for its line.
    """
    recorded = await recorded_at_bank(tx, statement.cooperative_id, statement.first_on)
    await ledger.post_all(tx, [into_transit(one, uuid7()) for one in recorded])
    cents = await left_at_bank(tx, statement.cooperative_id)
    if cents:
        await ledger.post(tx, emptying(statement, cents, uuid7()))
        await tx.flush()
    return cents
