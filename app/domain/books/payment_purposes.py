"""What a payment of a batch is for, as its creditor reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.sepa_text import LONGEST_TEXT


@dataclass(frozen=True, kw_only=True)
class Debt:
    """What a creditor is still owed of one booking: of a bill with its number, and its payment reference if it has one.

    Nothing else that is owed has a number.
    """

    left_cents: int
    number: str | None = None
    reference: str | None = None


def purpose(debts: Sequence[Debt], cents: int, *, before_cents: int, default: str) -> str:
    """The text of a payment of `cents`, after other ones of `before_cents`: each pays the oldest debts first.

    The payment reference of the bill that it pays, if it pays that one alone; else the numbers of the bills that it
    pays, as many as fit; without any, `default`.
    """
    paid = list(_paid(debts, before_cents, before_cents + cents))
    if len(paid) == 1 and paid[0].reference:
        return paid[0].reference
    return _fitting(debt.number for debt in paid if debt.number) or default[:LONGEST_TEXT]


def _paid(debts: Sequence[Debt], begin: int, end: int) -> Iterable[Debt]:
    """The debts, laid end to end, that reach into the cents from `begin` to `end`."""
    at = 0
    for debt in debts:
        if at < end and at + debt.left_cents > begin:
            yield debt
        at += debt.left_cents


def _fitting(numbers: Iterable[str]) -> str:
    text = ""
    for number in numbers:
        longer = f"{text}, {number}" if text else number
        if len(longer) > LONGEST_TEXT:
            break
        text = longer
    return text
