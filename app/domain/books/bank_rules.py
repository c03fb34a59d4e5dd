"""Standing rules of a cooperative: which bank lines are always the same cost or income of its fund."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.domain.books.bank_statements import BankLine
from app.domain.books.payment_texts import compact
from app.domain.errors import AlreadySettled, RuleRefused

SHORTEST = 3
"""The fewest letters and digits of a text: shorter ones stand in too many lines."""


@dataclass(frozen=True, kw_only=True)
class BankRule:
    """Lines with this `iban`, and with this `text` in them, belong to a category; with one of both, that decides."""

    id: UUID
    cooperative_id: UUID
    category: str
    added_by: UUID
    added_at: datetime
    iban: str | None = None
    text: str | None = None
    ended_at: datetime | None = None
    """From when on it places no line any more."""
    version: int = 1

    def fits(self, line: BankLine) -> bool:
        """Whether it places a line; blanks and capitals do not count."""
        if self.iban is not None and self.iban != line.counterparty_iban:
            return False
        return self.text is None or compact(self.text) in compact(line.text)


def check_rule(rule: BankRule) -> BankRule:
    """The rule. Raises RuleRefused if it names neither an IBAN nor a text, or too short a text."""
    if rule.iban is None and rule.text is None:
        raise RuleRefused(rule="iban_or_text", value=rule.category)
    if rule.text is not None and len(compact(rule.text)) < SHORTEST:
        raise RuleRefused(rule="iban_or_text", value=rule.text)
    return rule


def ended(rule: BankRule, now: datetime) -> BankRule:
    """The rule, which places no line from now on. Raises AlreadySettled."""
    if rule.ended_at is not None:
        raise AlreadySettled(what="bank_rule")
    return replace(rule, ended_at=now)
