"""The ledger: accounts, journals and closed months."""

from datetime import date, datetime

from app.adapters.messages import explain, explain_leg
from app.contract.operation import Noun
from app.contract.shape import Money, cents, seen, shape
from app.domain import ledger as domain
from app.domain.books import flows
from app.domain.ledger import AccountKind, JournalKind
from app.ids import AccountId, AgreementId, AnyId, JournalId, MemberId, PersonId
from app.usecases.ledger import close_month, list_accounts, list_journals, list_periods
from app.usecases.steps import preview


@shape(domain.Leg)
class Leg:
    """A part of the split: where it goes and why."""

    kind: AccountKind
    """The account that it goes to."""
    amount: Money = cents("cents")
    """How much."""
    rule: str
    """The rule that made it, as a code."""
    reason: str = seen(lambda leg, viewer: explain_leg(leg, viewer.language))
    """Why, in the caller's language."""


@shape(domain.Entry)
class Entry:
    """One line of a journal. Credits are positive."""

    line: int
    """Its number within the account, from 1."""
    account_id: AccountId
    """The account that it changes."""
    account_kind: AccountKind
    """What the account is for."""
    amount: Money = cents("cents")
    """How much it adds to the account, or takes off."""
    balance_after: Money
    """What stands on the account after it."""
    rule: str
    """The rule that made it, as a code."""
    member_id: MemberId | None
    """Whose account it is, if it is a member's."""
    reason: str = seen(lambda entry, viewer: explain(entry.rule, entry.facts, viewer.language))
    """Why it was booked, in the caller's language."""


@shape(domain.Journal)
class Journal:
    """A booked journal with its entries, which sum to zero. It never changes."""

    id: JournalId
    kind: JournalKind
    """What was booked."""
    source_type: str
    """The noun that it was booked for."""
    source_id: AnyId
    """The id of what it was booked for."""
    part: int
    """Counts journals of one kind for one source, from 1."""
    booked_at: datetime
    """When it was booked."""
    effective_on: date
    """The day on which it counts."""
    period: date
    """The month of the books that it stands in, by its first day."""
    reverses: JournalId | None
    """The journal that it takes back."""
    agreement_id: AgreementId | None
    """The version of the agreement by which it was split."""
    entries: list[Entry]
    """Its lines."""


@shape(domain.Account)
class Account:
    """An account of a cooperative. Credits are positive."""

    id: AccountId
    kind: AccountKind
    """What it is for."""
    currency: str
    """Its currency: EUR."""
    rgs_code: str
    """Its code in the Dutch reference scheme of accounts (RGS)."""
    balance: Money
    """What stands on it."""
    floor: Money | None
    """Below which it never comes; null: it has no floor."""
    member_id: MemberId | None
    """Whose it is, if it is a member's."""
    party: str | None
    """With whom it stands open: a name, or the id of a cooperative or municipality."""


@shape(domain.Period)
class Period:
    """A closed month: it takes no postings."""

    month: str = seen(lambda period, _: f"{period.month:%Y-%m}")
    """The month, such as 2026-03."""
    closed_at: datetime
    """When it was closed."""
    closed_by: PersonId | None
    """Who closed it."""
    bank_balance: Money | None = cents("bank_cents")
    """What stood in the bank at its end."""


@shape(flows.Flow)
class Flow:
    """Money that went from one place to the next."""

    source: str
    """Where it came from."""
    target: str
    """Where it went."""
    amount: Money = cents("cents")
    """How much."""
    reason: str = seen(lambda flow, viewer: explain(flow.rule, flow.facts, viewer.language) if flow.rule else "")
    """Why, in the caller's language; empty if there are several reasons."""


@shape(preview.Preview)
class SplitPreview:
    """What would become of an amount. Nothing is booked."""

    agreement_id: AgreementId
    """The version by which it was split."""
    agreement_number: int
    """Its number."""
    day: date
    """The day of the work."""
    net: Money
    """What is earned, without VAT."""
    costs: Money = cents("cost_cents")
    """What it costs."""
    legs: list[Leg]
    """Where it goes, and why."""
    year_before: Money
    """What the member kept this year before it."""
    year_after: Money
    """What the member kept this year with it."""


BELOW = "/cooperatives/{cooperative_id}"
ledger = Noun("ledger")
ledger.get(f"{BELOW}/periods", list_periods, Period)
ledger.post(f"{BELOW}/periods", close_month, Period)
ledger.get(f"{BELOW}/accounts", list_accounts, Account)
ledger.get(f"{BELOW}/journals", list_journals, Journal)
