"""Which statements of a bank's file are ours."""

from collections.abc import Collection, Iterable

from app.domain.books.bank_statements import StatementOfBank
from app.domain.errors import StatementUnreadable
from app.domain.money import CURRENCY


def ours_of(statements: Iterable[StatementOfBank], ibans: Collection[str]) -> tuple[list[StatementOfBank], list[str]]:
    """The statements of these accounts in euro, and the IBANs of the accounts that are left out.

    Raises StatementUnreadable if none of the accounts is ours, and the refusal of a statement that is.
    """
    ours, left_out = list[StatementOfBank](), set[str]()
    for statement in statements:
        if statement.iban in ibans and statement.currency == CURRENCY:
            ours.append(statement)
        else:
            left_out.add(statement.iban)
    if not ours:
        raise StatementUnreadable(how="others", ibans=sorted(left_out))
    for statement in ours:
        if statement.refusal:
            raise statement.refusal
    return ours, sorted(left_out)
