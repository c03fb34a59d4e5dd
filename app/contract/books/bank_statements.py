"""Bank statements and their lines."""

from datetime import date, datetime

from app.contract.operation import Key, Noun
from app.contract.shape import Money, cents, computed, shape, show
from app.contract.transitions import Step, steps
from app.domain.books import bank_statements as domain
from app.domain.books.bank_statements import BANK_STATEMENT, LineState, StatementSource, StatementState
from app.ids import BankLineId, BankStatementId, CooperativeId, PersonId
from app.usecases.books import bank_lines as of_lines
from app.usecases.books import bank_statements as usecases


@shape(domain.TypedLine)
class TypedLine:
    """A line of a bank statement, as somebody typed it."""

    day: date
    """The day on which the bank booked it."""
    amount: Money = cents("cents")
    """The amount that came in or, if negative, went out."""
    text: str
    """What the bank says about it."""
    counterparty_iban: str | None
    """The account of the other party."""
    counterparty_name: str | None
    """The other party."""
    reference: str | None
    """The structured reference."""


@shape(domain.BankStatement)
class BankStatement:
    """A statement of an account of the cooperative: the balances before and after some days."""

    id: BankStatementId
    cooperative_id: CooperativeId
    """The cooperative whose account it is."""
    iban: str
    """The account."""
    number: str
    """What the bank calls it."""
    first_on: date
    """Its first day."""
    last_on: date
    """Its last day."""
    opening: Money
    """The balance before its first day."""
    closing: Money
    """The balance after its last day."""
    source: StatementSource
    state: StatementState
    entered_by: PersonId
    """The person who imported or typed it."""
    entered_at: datetime
    """When it was imported or typed."""
    confirmed_by: PersonId | None
    """The second person, of one that was typed."""
    lines: list[TypedLine] = computed(lambda one, viewer: [show(TypedLine, line, viewer) for line in one.typed])
    """The lines of one that was typed, as they were typed; of a file none: see its bank lines."""
    version: int
    available_transitions: list[Step] = steps("BankStatementTransition", BANK_STATEMENT)


@shape(domain.StatementImport)
class StatementImport:
    """What a file of the bank added to the books."""

    statements: list[BankStatement]
    """The statements that said something new."""
    lines_added: int
    """The number of lines that were not there yet."""
    left_out: list[str]
    """The accounts in the file that are not the cooperative's own. Nothing else of them is kept."""


@shape(domain.BankLine)
class BankLine:
    """A line of a bank statement."""

    id: BankLineId
    cooperative_id: CooperativeId
    """The cooperative whose account it is."""
    statement_id: BankStatementId
    """The statement that said it first."""
    iban: str
    """The account."""
    day: date
    """The day on which the bank booked it."""
    amount: Money = cents("cents")
    """The amount that came in or, if negative, went out."""
    left: Money
    """The part that has no place yet, with the same sign."""
    state: LineState
    text: str
    """All that was said about it."""
    counterparty_iban: str | None
    """The account of the other party."""
    counterparty_name: str | None
    """The other party."""
    bank_reference: str | None
    """The bank's own reference."""
    end_to_end_id: str | None
    """The id that the payer gave it; of the cooperative's own payments, that of the item."""
    batch_id: str | None
    """The id of the batch of payments that it is about."""
    is_return: bool
    """Whether a payment of the cooperative came back."""
    return_reason: str | None
    """The reason of the bank, as a code such as AC04."""
    is_difference: bool
    """Whether it is what the first statement of an account says beyond the books."""
    parked_reason: str | None
    """The reason why nobody can place it yet."""
    parked_by: PersonId | None
    """The person who said so."""
    version: int


OF_ONE = "/cooperatives/{cooperative_id}/bank-statements"
ONE = "/bank-statements/{bank_statement_id}"
bank_statements = Noun("bank_statements")
bank_statements.get(OF_ONE, usecases.list_bank_statements, BankStatement)
bank_statements.post(OF_ONE, usecases.propose_bank_statement, BankStatement, key=Key.KEPT, opens="/bank-statements")
bank_statements.get(ONE, usecases.get_bank_statement, BankStatement)
bank_statements.move(f"{ONE}/transitions", usecases.move_bank_statement, BankStatement, key=Key.KEPT)

LINE = "/bank-lines/{line_id}"
bank_lines = Noun("bank_lines")
bank_lines.get("/cooperatives/{cooperative_id}/bank-lines", of_lines.list_bank_lines, BankLine)
bank_lines.get(LINE, of_lines.get_bank_line, BankLine)
bank_lines.post(f"{LINE}/parkings", of_lines.park_bank_line, BankLine, key=Key.KEPT)
