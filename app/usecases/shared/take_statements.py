"""Takes statements of a bank account into the books: their new lines, and a journal for each."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from app.db import ledger
from app.db.books.bank_statements import bank_lines, bank_statements, known_account, moment_of_taking
from app.db.engine import Tx, uuid7
from app.domain.books.bank_statements import (
    BankLine,
    BankStatement,
    StatementOfBank,
    StatementSource,
    line_posting,
)
from app.domain.books.statement_joins import Known, NewLine, begun, covering, in_order, joined
from app.usecases.shared.first_statement import begin_account, check_first_day


async def take_file(
    tx: Tx, by: UUID, cooperative_id: UUID, given: Sequence[StatementOfBank]
) -> tuple[list[BankStatement], list[BankLine]]:
    """Takes the statements of a file; the cooperative is locked. Returns what they added.

    Raises as `joined` and `begin_account` do; DayOutOfRange for a day to come.
    """
    statements, lines = list[BankStatement](), list[BankLine]()
    for iban in sorted({one.iban for one in given}):
        ordered = in_order(covering(one, tx.today) for one in given if one.iban == iban)
        known = await known_account(tx, cooperative_id, iban, ordered[0].first_on)
        taken_at = await moment_of_taking(tx, cooperative_id, iban)
        for one in ordered:
            result = begun(one) if known is None else joined(known, one)
            if result.adds:
                statement = replace(_of_file(tx, by, cooperative_id, one), taken_at=taken_at)
                await bank_statements.add_all(tx, [statement])
                lines += await _book(tx, statement, known, result.lines)
                statements.append(statement)
            known = result.known
    return statements, lines


async def take_typed(tx: Tx, statement: BankStatement) -> tuple[BankStatement, list[BankLine]]:
    """Takes a typed statement, now that it is confirmed, with its lines. Raises as `take_file` does."""
    given = covering(statement.as_of_bank, tx.today)
    known = await known_account(tx, statement.cooperative_id, statement.iban, given.first_on)
    result = begun(given) if known is None else joined(known, given)
    taken_at = await moment_of_taking(tx, statement.cooperative_id, statement.iban)
    return replace(statement, taken_at=taken_at), await _book(tx, statement, known, result.lines)


async def check_joins(tx: Tx, statement: BankStatement) -> None:
    """Raises what `take_typed` would raise now."""
    given = covering(statement.as_of_bank, tx.today)
    known = await known_account(tx, statement.cooperative_id, statement.iban, given.first_on)
    if known is None:
        await check_first_day(tx, statement)
    else:
        joined(known, given)


async def _book(tx: Tx, statement: BankStatement, known: Known | None, new: Sequence[NewLine]) -> list[BankLine]:
    """Adds the new lines of a statement, with their journals; of an account's first one, its opening balance too."""
    first = [] if known else await begin_account(tx, statement)
    lines = [_line(statement, one) for one in new]
    await bank_lines.add_all(tx, lines)
    await ledger.post_all(tx, [line_posting(line, uuid7()) for line in lines])
    return [*first, *lines]


def _of_file(tx: Tx, by: UUID, cooperative_id: UUID, given: StatementOfBank) -> BankStatement:
    return BankStatement(
        id=uuid7(),
        cooperative_id=cooperative_id,
        iban=given.iban,
        number=given.number,
        first_on=given.first_on,
        last_on=given.last_on,
        opening_cents=given.opening_cents,
        closing_cents=given.closing_cents,
        source=StatementSource.FILE,
        entered_by=by,
        entered_at=tx.now,
    )


def _line(statement: BankStatement, new: NewLine) -> BankLine:
    given = new.line
    return BankLine(
        id=uuid7(),
        cooperative_id=statement.cooperative_id,
        statement_id=statement.id,
        iban=statement.iban,
        day=given.day,
        cents=given.cents,
        identity=new.identity,
        place=new.place,
        text=given.text,
        bank_reference=given.bank_reference,
        counterparty_iban=given.counterparty_iban,
        counterparty_name=given.counterparty_name,
        end_to_end_id=given.end_to_end_id,
        batch_id=given.batch_id,
        is_return=given.is_return,
        return_reason=given.return_reason,
        bank_code=given.bank_code,
        left_cents=given.cents,
    )
