"""Parts of bank lines that have a place, and the journals that put them there."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import MatchRule, Part, What
from app.domain.creditors import CreditorAccount, CreditorKind
from app.domain.errors import AlreadySettled, MoreThanLeft, RuleRefused
from app.domain.ledger import AccountKind, JournalKind, Posting, ResultLine
from app.domain.money_place import MoneyPlace, on_line


class BankCategory(StrEnum):
    """What a bank line can be for the cooperative's fund: a cost, or an income.

    A bad debt is written off by two people, and is none of them.
    """

    COST_MATERIALS = "cost/materials"
    COST_SUBCONTRACTED = "cost/subcontracted"
    COST_RENT = "cost/rent"
    COST_ENERGY = "cost/energy"
    COST_INSURANCE = "cost/insurance"
    COST_TRAINING = "cost/training"
    COST_OFFICE = "cost/office"
    COST_TRAVEL = "cost/travel"
    COST_EQUIPMENT = "cost/equipment"
    COST_BANK = "cost/bank"
    COST_OTHER = "cost/other"
    INCOME_GRANTS = "income/grants"
    INCOME_GIFTS = "income/gifts"
    INCOME_CONTRIBUTIONS = "income/contributions"
    INCOME_INTEREST = "income/interest"
    INCOME_OTHER = "income/other"


MATCH = "bank_match"
"""The type of source of a match that is no payment, repayment or payout."""


@dataclass(frozen=True, kw_only=True)
class BankMatch:
    """`cents` of a bank line, above zero if they came in, on one place. `source_type` and `source_id` booked it."""

    id: UUID
    cooperative_id: UUID
    line_id: UUID
    cents: int
    what: What
    rule: MatchRule
    journal_kind: JournalKind
    source_type: str
    source_id: UUID
    matched_by: UUID
    matched_at: datetime
    target_id: UUID | None = None
    creditor_kind: CreditorKind | None = None
    category: str | None = None
    journal_id: UUID | None = None
    """The journal that booked it; loaded."""
    undone_by: UUID | None = None
    """The journal that undid it; loaded."""

    @property
    def part(self) -> Part:
        return Part(
            cents=self.cents,
            what=self.what,
            target_id=self.target_id,
            creditor_kind=self.creditor_kind,
            category=self.category,
        )


def check_parts(line: BankLine, parts: Iterable[Part]) -> None:
    """Raises AlreadySettled for a line that is placed, RuleRefused for a part of nothing, MoreThanLeft.

    Parts of the other direction, such as the fee that was kept from a payout, are together at most what is left of the
    line: so no line of a cent moves more money than it brought.
    """
    if not line.left_cents:
        raise AlreadySettled(what="bank_line")
    cents = [part.cents for part in parts]
    if not all(cents):
        raise RuleRefused(rule="amount_needed", value=str(line.id))
    after = line.left_cents - sum(cents)
    against = sum(abs(one) for one in cents if one * line.left_cents < 0)
    if against > abs(line.left_cents) or abs(after) > abs(line.left_cents) or after * line.left_cents < 0:
        raise MoreThanLeft(left_cents=abs(line.left_cents))


def check_counterpart(left_cents: int, cents: int) -> None:
    """Raises MoreThanLeft if a part takes more of an item in transit or another line than it has of that sign."""
    if abs(cents) > abs(left_cents) or cents * left_cents < 0:
        raise MoreThanLeft(left_cents=abs(left_cents))


def place_of(part: Part) -> MoneyPlace:
    """The account of a part that a match books: cash, an item in transit, another line, or the fund."""
    if part.what is What.CASH:
        return MoneyPlace(AccountKind.CASH)
    if part.what is What.ITEM:
        return MoneyPlace(AccountKind.IN_TRANSIT, str(part.target_id))
    if part.what is What.LINE and part.target_id is not None:
        return on_line(part.target_id)
    return MoneyPlace(AccountKind.COOPERATIVE_FUND)


def match_posting(
    line: BankLine, match: BankMatch, journal_id: UUID, account: CreditorAccount | None = None
) -> Posting:
    """The journal of a match: from the line to its place, which is the `account` of a creditor who pays back.

    What the fund gets or pays is an income or a cost.
    """
    rule, facts = match.journal_kind.value, {"line": str(line.id)}
    waited = on_line(line.id).leg(-match.cents, rule, facts)
    placed = place_of(match.part).leg(match.cents, rule, facts)
    if account is not None:
        placed = replace(placed, kind=account.kind, member_id=account.member_id, party=account.party)
    return Posting(
        id=journal_id,
        cooperative_id=line.cooperative_id,
        kind=match.journal_kind,
        source_type=match.source_type,
        source_id=match.source_id,
        part=1,
        effective_on=line.day,
        legs=(waited, placed),
        named=(ResultLine(match.category, match.cents),) if match.category else (),
    )
