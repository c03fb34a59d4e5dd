"""Lines of bank statements: what came in and went out, and what nobody knows yet."""

from typing import Annotated

from app.db.books.bank_statements import LineFilter, bank_lines, list_lines
from app.db.engine import Tx
from app.db.people.cooperatives import cooperatives
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bank_statements import BankLine, LineState, park
from app.domain.page import Page, PageRequest
from app.ids import BankLineId, CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.shared.bank_accounts import Iban
from app.usecases.shared.match_lines import tell_open_lines
from app.vocabulary import Day, Doc, StatedReason

Since = Annotated[Day, Doc("Only lines of this day or later.")]
Until = Annotated[Day, Doc("Only lines of this day or earlier.")]
OfAccount = Annotated[Iban, Doc("Only lines of this account.")]


@shows_private
async def list_bank_lines(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: LineState | None = None,
    iban: OfAccount | None = None,
    since: Since | None = None,
    until: Until | None = None,
) -> Page[BankLine]:
    """The lines of a cooperative's bank statements, newest first; those that still need a place with `state`."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_BANK, cooperative_id)
    return await list_lines(tx, cooperative_id, page, LineFilter(state, iban, since, until))


@shows_private
@reads_by_id(bank_lines)
async def get_bank_line(tx: Tx, actor: Actor, *, line_id: BankLineId) -> BankLine:
    """One line of a bank statement. For the treasurer. Raises NotFound."""
    line = await bank_lines.get(tx, line_id)
    actor.require(Right.READ_BANK, line.cooperative_id)
    return line


async def park_bank_line(tx: Tx, actor: Actor, *, line_id: BankLineId, reason: StatedReason) -> BankLine:
    """Let a line wait, with the reason why nobody can place it yet: it does not keep its month open any more.

    Another reason replaces the one before. Raises AlreadySettled for a line that is placed.
    """
    seen = await bank_lines.get(tx, line_id)
    actor.require(Right.PLACE_LINE, seen.cooperative_id)
    line = await bank_lines.get(tx, line_id, lock=True)
    parked = await bank_lines.change(tx, line, park(line, reason, actor.person))
    await tell_open_lines(tx, line.cooperative_id)
    return parked
