"""Opening balances: a running cooperative starts here in the middle of a year, with its assets and debts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.days import FIRST_DAY, check_day
from app.domain.errors import OpeningDiffers, RuleRefused
from app.domain.ledger import AccountKind, Leg

OWNED = frozenset({AccountKind.BANK, AccountKind.RECEIVABLE_CUSTOMER})
"""The accounts that the cooperative owns; on all others it owes or keeps the balance for somebody."""
ACCOUNTS = (
    AccountKind.BANK,
    AccountKind.RECEIVABLE_CUSTOMER,
    AccountKind.PAYABLE_SUPPLIER,
    AccountKind.PAYABLE_MUNICIPALITY,
    AccountKind.VAT,
    AccountKind.COOPERATIVE_FUND,
    AccountKind.TRAINING_POT,
)


@dataclass(frozen=True)
class OpeningAccount:
    """The balance of an account: what the cooperative owns, or what it owes, as a positive amount.

    A negative balance is the reverse: an overdrawn bank account, VAT to get back, a fund with a deficit.
    """

    kind: AccountKind
    balance_cents: int


@dataclass(frozen=True)
class OpeningPot:
    """The part of a member's pot that was earned in a month."""

    member_id: UUID
    month: date
    cents: int


@dataclass(frozen=True)
class OpeningTotal:
    """The amount that a member (None: the cooperative fund) kept in a month before remittance, for the year's
    threshold.
    """

    month: date
    cents: int
    member_id: UUID | None = None


@dataclass(frozen=True)
class Opening:
    """All opening balances of a cooperative on `as_of`, its first day here."""

    as_of: date
    accounts: tuple[OpeningAccount, ...]
    pots: tuple[OpeningPot, ...] = ()
    totals: tuple[OpeningTotal, ...] = ()

    @property
    def owned_cents(self) -> int:
        return sum(a.balance_cents for a in self.accounts if a.kind in OWNED)

    @property
    def owed_cents(self) -> int:
        return sum(a.balance_cents for a in self.accounts if a.kind not in OWNED) + sum(pot.cents for pot in self.pots)

    @property
    def member_ids(self) -> tuple[UUID, ...]:
        named = {pot.member_id for pot in self.pots} | {t.member_id for t in self.totals if t.member_id is not None}
        return tuple(sorted(named))


@dataclass(frozen=True, kw_only=True)
class OpeningReport:
    """The result of an import, or of a dry run (`journal_id` is None)."""

    owned_cents: int
    owed_cents: int
    pots_cents: int
    members: int
    totals_cents: int
    journal_id: UUID | None = None


def check_opening(opening: Opening, today: date) -> None:
    """Raises OpeningDiffers if assets do not equal debts and kept amounts, RuleRefused for odd lines.

    Raises DayOutOfRange for a first day in the future, and for months that nobody keeps books of.
    """
    check_day("as_of", opening.as_of, FIRST_DAY, today)
    if opening.owned_cents != opening.owed_cents:
        difference = opening.owned_cents - opening.owed_cents
        raise OpeningDiffers(
            owned_cents=opening.owned_cents, owed_cents=opening.owed_cents, difference_cents=difference
        )
    if not any((*(account.balance_cents for account in opening.accounts), *(pot.cents for pot in opening.pots))):
        raise RuleRefused(rule="opening_has_balances", value="0")
    months = [*(pot.month for pot in opening.pots), *(total.month for total in opening.totals)]
    late = [month for month in months if month.day != 1 or month > opening.as_of]
    if late:
        raise RuleRefused(rule="months_before_the_first_day", value=late[0].isoformat())
    for month in months:
        check_day("month", month, FIRST_DAY, opening.as_of)
    kinds = [account.kind for account in opening.accounts]
    keys = [(pot.member_id, pot.month) for pot in opening.pots]
    rows = [(total.member_id, total.month) for total in opening.totals]
    for given in (kinds, keys, rows):
        if len(set(given)) != len(given):
            raise RuleRefused(rule="each_line_once", value=str(len(given)))
    wrong = [kind for kind in kinds if kind not in ACCOUNTS]
    if wrong:
        raise RuleRefused(rule="opening_account", value=wrong[0])


def opening_legs(opening: Opening, municipality_id: UUID) -> tuple[Leg, ...]:
    """One journal: assets, debts, and the pots by the month in which they were earned."""
    as_of = opening.as_of.isoformat()
    accounts = [
        Leg(
            kind=account.kind,
            cents=-account.balance_cents if account.kind in OWNED else account.balance_cents,
            rule="opening",
            facts={"day": as_of},
            party=_party(account.kind, municipality_id),
        )
        for account in opening.accounts
    ]
    facts = [{"day": as_of, "month": pot.month.isoformat()} for pot in opening.pots]
    pots = [
        Leg(kind=AccountKind.POT, cents=pot.cents, rule="opening", facts=about, member_id=pot.member_id)
        for pot, about in zip(opening.pots, facts, strict=True)
    ]
    return tuple(leg for leg in (*accounts, *pots) if leg.cents)


def _party(kind: AccountKind, municipality_id: UUID) -> str | None:
    if kind is AccountKind.PAYABLE_SUPPLIER:
        return "opening"
    return str(municipality_id) if kind is AccountKind.PAYABLE_MUNICIPALITY else None


def report(opening: Opening, journal_id: UUID | None = None) -> OpeningReport:
    """The report of the import."""
    pots, totals = _sum(opening.pots), _sum(opening.totals)
    return OpeningReport(
        owned_cents=opening.owned_cents,
        owed_cents=opening.owed_cents,
        pots_cents=pots,
        members=len(opening.member_ids),
        totals_cents=totals,
        journal_id=journal_id,
    )


def _sum(rows: Sequence[OpeningPot] | Sequence[OpeningTotal]) -> int:
    return sum(row.cents for row in rows)
