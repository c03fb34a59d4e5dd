"""Bank statements: files of the bank, or typed by the treasurer and confirmed by a second person."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from app.db.books.bank_statements import bank_statements
from app.db.engine import Tx, uuid7
from app.db.people.bank_accounts import own_ibans
from app.db.people.cooperatives import cooperatives
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.books.bank_statements import (
    BANK_STATEMENT,
    BankStatement,
    StatementImport,
    StatementOfBank,
    StatementSource,
    StatementState,
    StatementVerb,
    TypedLine,
    check_days,
    check_sum,
    decide,
)
from app.domain.days import check_day
from app.domain.errors import RuleRefused, StatementUnreadable
from app.domain.money import MAX_CENTS
from app.domain.page import Page, PageRequest
from app.domain.second_person import require_here_or_above
from app.domain.transitions import Case, find
from app.ids import BankStatementId, CooperativeId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.bank_accounts import Iban
from app.usecases.shared.match_lines import match_new_lines
from app.usecases.shared.take_statements import check_joins, take_file, take_typed
from app.vocabulary import EMPTY, Balance, BalanceIn, Between, Doc, Form, PastDay, Text, Version

MOST_LINES = 5_000
"""Lines of a file."""
Said = Annotated[str, Text(0, 1000, several=True, number=True), Doc("What the bank says about it.")]
PartyName = Annotated[str, Text(1, 140), Doc("The other party.")]
PartyIban = Annotated[Iban, Doc("The account of the other party.")]
PaymentReference = Annotated[str, Text(1, 35, number=True), Doc("The structured reference, such as RF84SMKKT5DN.")]
Moved = Annotated[BalanceIn, Between(-MAX_CENTS), Doc("The amount that came in or, if negative, went out; not zero.")]
Number = Annotated[str, Text(0, 140, number=True), Doc("What the bank calls the statement.")]
FirstOn = Annotated[PastDay, Doc("Its first day.")]
LastOn = Annotated[PastDay, Doc("Its last day.")]
OpeningBalance = Annotated[Balance, Doc("The balance before its first day.")]
ClosingBalance = Annotated[Balance, Doc("The balance after its last day.")]


class TypedLineInput(Form):
    """A line of a bank statement."""

    day: Annotated[PastDay, Doc("The day on which the bank booked it.")]
    amount: Moved
    text: Said = ""
    counterparty_iban: PartyIban | None = None
    counterparty_name: PartyName | None = None
    reference: PaymentReference | None = None


TypedLines = Annotated[list[TypedLineInput], Field(max_length=500), Doc("Its lines, in the order of the bank.")]


async def propose_bank_statement(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    iban: Iban,
    first_on: FirstOn,
    last_on: LastOn,
    opening: OpeningBalance,
    closing: ClosingBalance,
    lines: TypedLines = EMPTY,
    number: Number = "",
) -> BankStatement:
    """Type a bank statement of an account of the cooperative; a second person confirms it. For the treasurer.

    Raises StatementUnreadable for another account, StatementDoesNotAddUp, DayOutOfRange for a line of another day or
    days in the wrong order, StatementGap unless it begins where the one before ends, StatementDiffers.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.IMPORT_STATEMENT, cooperative_id, cooperative.umbrella_id)
    check_day("last_on", last_on, first_on, tx.today)
    if any(not line.amount.cents for line in lines):
        raise RuleRefused(rule="amount_needed", value="0.00")
    if iban not in await own_ibans(tx, cooperative_id):
        raise StatementUnreadable(how="others", ibans=[iban])
    proposed = BankStatement(
        id=uuid7(),
        cooperative_id=cooperative_id,
        iban=iban,
        number=number,
        first_on=first_on,
        last_on=last_on,
        opening_cents=opening.cents,
        closing_cents=closing.cents,
        source=StatementSource.TYPED,
        entered_by=actor.person,
        entered_at=tx.now,
        state=StatementState.PROPOSED,
        typed=tuple(map(_typed, lines)),
    )
    check_days(proposed.as_of_bank)
    check_sum(proposed.as_of_bank)
    await check_joins(tx, proposed)
    await bank_statements.add(tx, proposed)
    await tell(tx, "bank_statement.proposed", cooperative_id, proposed.id, ending=iban[-4:])
    return await bank_statements.get(tx, proposed.id)


def _typed(line: TypedLineInput) -> TypedLine:
    return TypedLine(
        day=line.day,
        cents=line.amount.cents,
        text=line.text,
        counterparty_iban=line.counterparty_iban,
        counterparty_name=line.counterparty_name,
        reference=line.reference,
    )


async def move_bank_statement(
    tx: Tx,
    actor: Actor,
    *,
    bank_statement_id: BankStatementId,
    verb: StatementVerb,
    expected_version: Version | None = None,
) -> BankStatement:
    """Confirm a typed statement, as a second person, or withdraw it, as the treasurer.

    The second person is of the staff, the outside approver, or an officer of the umbrella. From then on its lines are
    in the books. Raises WrongState, Stale, SecondPersonNeeded for who typed it, StatementGap, StatementDiffers,
    DayOutOfRange for a first statement of days of a closed month.
    """
    seen = await bank_statements.get(tx, bank_statement_id)
    require_here_or_above(actor, find(BANK_STATEMENT, verb).right, seen.cooperative_id, seen.umbrella_id)
    await lend_staff_view(tx, seen.cooperative_id)
    # One statement at a time.
    await cooperatives.plain.get(tx, seen.cooperative_id, lock=True)
    statement = await bank_statements.get(tx, bank_statement_id, lock=True)
    expect(statement.version, expected_version)
    decided = decide(Case(statement, actor, tx.now), verb)
    if decided.state is StatementState.CONFIRMED:
        decided, lines = await take_typed(tx, decided)
        await match_new_lines(tx, actor, statement.cooperative_id, lines)
    await tell(tx, "bank_statement.decided", statement.cooperative_id, statement.id)
    return await bank_statements.save(tx, decided)


@shows_private
async def list_own_ibans(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> frozenset[str]:
    """The accounts whose statements are the cooperative's own. For the treasurer, who imports a file next."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.IMPORT_STATEMENT, cooperative_id)
    return await own_ibans(tx, cooperative_id)


async def import_statements(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    statements: Sequence[StatementOfBank],
    left_out: Sequence[str] = (),
) -> StatementImport:
    """Take the statements of a file into the books, all or none. The same file again adds nothing.

    Its lines are placed by the rules; what fits two places or none stays open, as a task.

    Raises StatementUnreadable for another account or more than 5,000 lines; StatementDoesNotAddUp, StatementGap,
    StatementDiffers; DayOutOfRange for a day to come, or a first statement of days of a closed month.
    """
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.IMPORT_STATEMENT, cooperative_id)
    await cooperatives.plain.get(tx, cooperative_id, lock=True)
    others = {one.iban for one in statements} - await own_ibans(tx, cooperative_id)
    if others:
        raise StatementUnreadable(how="others", ibans=sorted(others))
    if sum(len(one.lines) for one in statements) > MOST_LINES:
        raise StatementUnreadable(how="lines", most=MOST_LINES)
    taken, lines = await take_file(tx, actor.person, cooperative_id, statements)
    await match_new_lines(tx, actor, cooperative_id, lines)
    added = sum(not line.is_difference for line in lines)
    return StatementImport(tuple(taken), added, tuple(left_out))


@shows_private
async def list_bank_statements(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    page: PageRequest,
    state: StatementState | None = None,
    iban: Iban | None = None,
) -> Page[BankStatement]:
    """The bank statements of a cooperative, newest first.

    For the staff. The outside approver and officers of the umbrella find here the typed ones that wait for a second
    person.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    require_here_or_above(actor, Right.READ_STATEMENT, cooperative_id, cooperative.umbrella_id)
    return await bank_statements.page(tx, page, cooperative_id=cooperative_id, state=state, iban=iban)


@shows_private
@reads_by_id(bank_statements)
async def get_bank_statement(tx: Tx, actor: Actor, *, bank_statement_id: BankStatementId) -> BankStatement:
    """One bank statement, for the staff; one that was typed, for second persons from outside too. Raises NotFound."""
    found = await bank_statements.get(tx, bank_statement_id)
    require_here_or_above(actor, Right.READ_STATEMENT, found.cooperative_id, found.umbrella_id)
    return found
