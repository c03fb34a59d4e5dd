"""The ledger: accounts, journals and closed months."""

from datetime import date, datetime

from app.adapters.messages import explain, explain_leg
from app.contract.operation import Noun
from app.contract.shape import Money, cents, computed, shape
from app.domain import ledger as domain
from app.domain.books import flows
from app.domain.books.corrections import can_be_reversed
from app.domain.ledger import AccountKind, JournalKind
from app.ids import AccountId, AgreementId, AnyId, JournalId, MemberId, PersonId
from app.usecases.ledger import close_month, list_accounts, list_journals, list_periods
from app.usecases.shared import preview


@shape(domain.Leg)
class Leg:
    """A part of the split: its destination and its reason."""

    kind: AccountKind
    """The account that it goes to."""
    amount: Money = cents("cents")
    """The amount."""
    rule: str
    """The rule that made it, as a code."""
    reason: str = computed(lambda leg, viewer: explain_leg(leg, viewer.language))
    """The reason, in the caller's language."""


@shape(domain.Entry)
class Entry:
    """One line of a journal. Credits are positive."""

    line: int
    """Its number within the account, from 1."""
    account_id: AccountId
    """The account that it changes."""
    account_kind: AccountKind
    """The kind of account."""
    amount: Money = cents("cents")
    """The amount that it adds to the account or, if negative, takes off."""
    balance_after: Money
    """The balance of the account after it."""
    rule: str
    """The rule that made it, as a code."""
    member_id: MemberId | None
    """The owner of the account, if it is a member."""
    reason: str = computed(lambda entry, viewer: explain(entry.rule, entry.facts, viewer.language))
    """The reason of the booking, in the caller's language."""


@shape(domain.ResultLine)
class ResultLine:
    """The amount that the books earned by a journal (or spent, if negative) in a category of the chart."""

    category: str
    """The category, such as `revenue/services/1a`, `cost/materials`, `members` or `allotted/fund`."""
    amount: Money = cents("cents")
    """The amount."""


@shape(domain.Journal)
class Journal:
    """A booked journal with its entries, which sum to zero. It never changes."""

    id: JournalId
    kind: JournalKind
    """The kind of booking."""
    source_type: str
    """The kind of source."""
    source_id: AnyId
    """The id of the source."""
    part: int
    """Counts journals of one kind for one source, from 1."""
    booked_at: datetime
    """When it was booked."""
    effective_on: date
    """The day on which it counts."""
    period: date
    """The month in which it is booked, by its first day."""
    reverses: JournalId | None
    """The journal that it reverses."""
    reversed_by: JournalId | None
    """The journal that reverses it."""
    can_be_reversed: bool = computed(lambda journal, _: can_be_reversed(journal))
    """Whether it can be reversed as far as its kind goes; the answer to a reversal may still name another booking."""
    agreement_id: AgreementId | None
    """The version of the agreement that split it."""
    entries: list[Entry]
    """Its lines."""
    results: list[ResultLine]
    """What the books earned and spent by it; the lines sum to zero."""


@shape(domain.Account)
class Account:
    """An account of a cooperative. Credits are positive."""

    id: AccountId
    kind: AccountKind
    """The kind of account."""
    currency: str
    """Its currency: EUR."""
    rgs_code: str
    """Its code in the Dutch reference scheme of accounts (RGS)."""
    balance: Money
    """The balance."""
    floor: Money | None
    """The balance never goes below this floor; null: no floor."""
    member_id: MemberId | None
    """The owner, if it is a member."""
    party: str | None
    """The other party: the account of a supplier, or the id of a cooperative or municipality."""
    party_name: str | None
    """The name of a supplier, cooperative, municipality or restricted fund."""


@shape(domain.Period)
class Period:
    """A closed month: it takes no postings."""

    month: str = computed(lambda period, _: f"{period.month:%Y-%m}")
    """The month, such as 2026-03."""
    closed_at: datetime
    """When it was closed."""
    closed_by: PersonId | None
    """The person who closed it."""
    bank_balance: Money | None = cents("bank_cents")
    """The bank balance at its end."""


@shape(flows.Flow)
class Flow:
    """An amount that moved from one place to another."""

    source: str
    """The source."""
    target: str
    """The destination."""
    amount: Money = cents("cents")
    """The amount."""
    reason: str = computed(lambda flow, viewer: explain(flow.rule, flow.facts, viewer.language) if flow.rule else "")
    """The reason, in the caller's language; empty if there are several."""


@shape(preview.Preview)
class SplitPreview:
    """The split that an amount would get. Nothing is booked."""

    agreement_id: AgreementId
    """The version of the agreement that splits it."""
    agreement_number: int
    """Its number."""
    day: date
    """The day of the work."""
    net: Money
    """The amount earned, without VAT."""
    costs: Money = cents("cost_cents")
    """The cost."""
    legs: list[Leg]
    """The parts of the split, with their reasons."""
    year_before: Money
    """The amount that the member kept this year before it."""
    year_after: Money
    """The amount that the member kept this year including it."""


BELOW = "/cooperatives/{cooperative_id}"
ledger = Noun("ledger")
ledger.get(f"{BELOW}/periods", list_periods, Period)
ledger.post(f"{BELOW}/periods", close_month, Period)
ledger.get(f"{BELOW}/accounts", list_accounts, Account)
ledger.get(f"{BELOW}/journals", list_journals, Journal)
