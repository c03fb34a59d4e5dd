"""Where bank lines are placed."""

from datetime import datetime

from app.contract.operation import Noun
from app.contract.shape import Money, cents, shape
from app.domain.books import bank_matches as domain
from app.domain.books import matching
from app.domain.books.matching import MatchRule, What
from app.domain.creditors import CreditorKind
from app.ids import AnyId, BankLineId, BankMatchId, CooperativeId, JournalId, PersonId
from app.usecases.books.bank_matches import list_bank_matches, list_match_suggestions, match_line


@shape(domain.BankMatch)
class BankMatch:
    """A part of a bank line that has a place."""

    id: BankMatchId
    cooperative_id: CooperativeId
    """The cooperative whose bank line it is."""
    line_id: BankLineId
    """The bank line."""
    amount: Money = cents("cents")
    """The amount, above zero if it came in."""
    what: What
    """What it is placed on."""
    target_id: AnyId | None
    """The id of that: an order, a creditor, the journal of what was in transit, or another bank line."""
    creditor_kind: CreditorKind | None
    """What the creditor is, if it is one."""
    category: str | None
    """The cost or the income, if it is one."""
    rule: MatchRule
    """Why it is placed there."""
    journal_id: JournalId | None
    """The journal that booked it; reversing it opens the line again."""
    undone_by: JournalId | None
    """The journal that undid it."""
    matched_by: PersonId
    """Who placed it, or imported the statement."""
    matched_at: datetime
    """When it was placed."""


@shape(matching.Part)
class SuggestedPart:
    """A part of a bank line, and a place for it."""

    amount: Money = cents("cents")
    """The amount, above zero if it came in."""
    what: What
    """What it would be placed on."""
    target_id: AnyId | None
    """The id of that: an order, a creditor, the journal of what is in transit, or another bank line."""
    creditor_kind: CreditorKind | None
    """What the creditor is, if it is one."""
    category: str | None
    """The cost or the income, if it is one."""


@shape(matching.Suggestion)
class BankMatchSuggestion:
    """Where a bank line might go."""

    rule: MatchRule
    """What speaks for it."""
    parts: list[SuggestedPart]
    """The parts, which a match takes as they are."""


LINE = "/bank-lines/{line_id}"
bank_matches = Noun("bank_matches")
bank_matches.get(f"{LINE}/matches", list_bank_matches, BankMatch)
bank_matches.post(f"{LINE}/matches", match_line, BankMatch)
bank_matches.get(f"{LINE}/suggestions", list_match_suggestions, BankMatchSuggestion)
