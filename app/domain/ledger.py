"""The types of the ledger: accounts, journals and legs. Credits are positive; every journal sums to zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.days import FIRST_DAY, check_day
from app.domain.errors import (
    AlreadySettled,
    CashNotCounted,
    EarlierMonthOpen,
    LinesOpen,
    RuleRefused,
    StatementMissing,
)
from app.domain.money import CURRENCY

MINUTES = "MIN"
"""The currency of barter: minutes, which never share a journal with euro."""


class AccountKind(StrEnum):
    """The kind of an account."""

    BANK = "bank"
    CASH = "cash"
    IN_TRANSIT = "in_transit"
    SUSPENSE = "suspense"
    RECEIVABLE_CUSTOMER = "receivable_customer"
    CUSTOMER_CREDIT = "customer_credit"
    ADVANCE = "advance"
    TO_SHARE = "to_share"
    PAYABLE_SUPPLIER = "payable_supplier"
    PAYABLE_MEMBER = "payable_member"
    PAYABLE_MUNICIPALITY = "payable_municipality"
    PAYABLE_COOPERATIVE = "payable_cooperative"
    VAT = "vat"
    VAT_RETURN = "vat_return"
    COOPERATIVE_FUND = "cooperative_fund"
    TRAINING_POT = "training_pot"
    POT = "pot"
    HELD = "held"
    RESERVED = "reserved"
    RECEIVABLE_MEMBER = "receivable_member"
    RECEIVABLE_COOPERATIVE = "receivable_cooperative"
    RESTRICTED_FUND = "restricted_fund"
    TIME = "time"


FLOOR = {
    AccountKind.POT: 0,
    AccountKind.HELD: 0,
    AccountKind.RESERVED: 0,
    AccountKind.RESTRICTED_FUND: 0,
    AccountKind.CUSTOMER_CREDIT: 0,
}
"""The lowest balance of an account of a kind, in cents; other kinds have no floor."""


class JournalKind(StrEnum):
    """The kind of a booking."""

    CHARGE = "charge"
    CHARGE_REVERSAL = "charge_reversal"
    VAT_DUE = "vat_due"
    """VAT that is due with the money of an order, or not any more: it moves between `later` and its box."""
    COST = "cost"
    COST_REVERSAL = "cost_reversal"
    PAYMENT = "payment"
    PAYMENT_REVERSAL = "payment_reversal"
    CREDIT = "credit"
    CREDIT_REVERSAL = "credit_reversal"
    WRITE_OFF = "write_off"
    WRITE_OFF_REVERSAL = "write_off_reversal"
    REPAYMENT = "repayment"
    REPAYMENT_REVERSAL = "repayment_reversal"
    SALE = "sale"
    SALE_REVERSAL = "sale_reversal"
    SALE_REFUND = "sale_refund"
    MONEY_BACK = "money_back"
    CANCEL = "cancel"
    SET_OFF = "set_off"
    RELEASE = "release"
    RELEASE_REVERSAL = "release_reversal"
    RESERVE = "reserve"
    RESERVE_END = "reserve_end"
    SPEND = "spend"
    SPEND_BACK = "spend_back"
    OPENING = "opening"
    DONATION = "donation"
    FUND_EXPENSE = "fund_expense"
    INTERNAL_DELIVERY = "internal_delivery"
    BARTER = "barter"
    COLLECTIVE_PURCHASE = "collective_purchase"
    JOINT_PURCHASE = "joint_purchase"
    JOINT_PURCHASE_CREDIT = "joint_purchase_credit"
    NETTING = "netting"
    PARENT_SHARE = "parent_share"
    REMITTANCE = "remittance"
    POT_SETTLEMENT = "pot_settlement"
    ALLOWANCE = "allowance"
    ALLOWANCE_REVERSAL = "allowance_reversal"
    CLASSIFICATION = "classification"
    """What the books of an earlier version say in the chart of today."""
    DONATION_REVERSAL = "donation_reversal"
    FUND_EXPENSE_REVERSAL = "fund_expense_reversal"
    SPEND_REVERSAL = "spend_reversal"
    SPEND_BACK_REVERSAL = "spend_back_reversal"
    COLLECTIVE_PURCHASE_REVERSAL = "collective_purchase_reversal"
    REMITTANCE_REVERSAL = "remittance_reversal"
    POT_SETTLEMENT_REVERSAL = "pot_settlement_reversal"
    NETTING_REVERSAL = "netting_reversal"
    INTERNAL_DELIVERY_REVERSAL = "internal_delivery_reversal"
    BARTER_REVERSAL = "barter_reversal"
    JOINT_PURCHASE_REVERSAL = "joint_purchase_reversal"
    JOINT_PURCHASE_CREDIT_REVERSAL = "joint_purchase_credit_reversal"
    BILL = "bill"
    BILL_REVERSAL = "bill_reversal"
    PAYOUT = "payout"
    PAYOUT_REVERSAL = "payout_reversal"
    IN_TRANSIT = "in_transit"
    """What was recorded on the bank before the first statement waits for its line from then on."""
    BANK_LINE = "bank_line"
    MATCH = "match"
    MATCH_REVERSAL = "match_reversal"
    BOOKING = "booking"
    BOOKING_REVERSAL = "booking_reversal"
    COUNT = "count"
    COUNT_REVERSAL = "count_reversal"
    DEBT_WRITE_OFF = "debt_write_off"
    DEBT_WRITE_OFF_REVERSAL = "debt_write_off_reversal"


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One leg of a journal: `cents` on an account of `kind`, of a member or a named party if it has one.

    `rule` and `facts` give the reason, for its text.
    """

    kind: AccountKind
    cents: int
    rule: str
    facts: dict[str, Any]
    member_id: UUID | None = None
    party: str | None = None


@dataclass(frozen=True)
class ResultLine:
    """The cents that the books earned (positive) or spent (negative) by a journal in a category of the chart."""

    category: str
    cents: int


@dataclass(frozen=True, kw_only=True)
class Posting:
    """A journal for `post()` to write. `part` counts repeats of the same kind for the same source.

    `named` are the result lines that do not follow from its legs, such as revenue (`app.domain.chart`).
    """

    id: UUID
    cooperative_id: UUID
    kind: JournalKind
    source_type: str
    source_id: UUID
    part: int
    effective_on: date
    legs: tuple[Leg, ...]
    reverses: UUID | None = None
    agreement_id: UUID | None = None
    currency: str = CURRENCY
    named: tuple[ResultLine, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Account:
    id: UUID
    cooperative_id: UUID
    kind: AccountKind
    currency: str
    rgs_code: str
    balance_cents: int
    floor_cents: int | None = None
    member_id: UUID | None = None
    party: str | None = None
    party_name: str | None = None


@dataclass(frozen=True, kw_only=True)
class Entry:
    line: int
    account_id: UUID
    account_kind: AccountKind
    cents: int
    balance_after_cents: int
    rule: str
    facts: dict[str, Any]
    member_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Journal:
    """A booked journal with its entries; it never changes."""

    id: UUID
    cooperative_id: UUID
    kind: JournalKind
    source_type: str
    source_id: UUID
    part: int
    booked_at: datetime
    effective_on: date
    period: date
    entries: tuple[Entry, ...]
    results: tuple[ResultLine, ...] = ()
    reverses: UUID | None = None
    agreement_id: UUID | None = None
    reversed_by: UUID | None = None
    """The journal that undoes it."""


MIRRORED = frozenset({"reversal", "refund"})
"""Rules of legs that undo another one; its own rule is the fact `of`."""
KEPT = ("order", "member", "category", "purpose", "box", "rate", "taxDay")


def negated(legs: tuple[Leg, ...]) -> tuple[Leg, ...]:
    """Each leg with the other sign: the exact reversal. The base of VAT changes its sign too."""
    return tuple(
        Leg(
            kind=leg.kind,
            cents=-leg.cents,
            rule="reversal",
            facts={"of": why(leg)} | _kept(leg) | ({"base": -leg.facts["base"]} if "base" in leg.facts else {}),
            member_id=leg.member_id,
            party=leg.party,
        )
        for leg in legs
    )


def stamped(legs: Iterable[Leg], member_id: UUID) -> tuple[Leg, ...]:
    """The legs, each marked with the member whose work earned it."""
    return tuple(replace(leg, facts=leg.facts | {"member": str(member_id)}) for leg in legs)


def why(leg: Leg) -> str:
    """The rule of a leg; of one that undoes another, the rule of that one."""
    return str(leg.facts.get("of", leg.rule)) if leg.rule in MIRRORED else leg.rule


def _kept(leg: Leg) -> dict[str, Any]:
    """The facts of a leg that hold for its reversal too."""
    return {name: leg.facts[name] for name in KEPT if name in leg.facts}


def opposite(results: Iterable[ResultLine]) -> tuple[ResultLine, ...]:
    """The lines with the other sign."""
    return tuple(ResultLine(line.category, -line.cents) for line in results)


def refunded(leg: Leg, cents: int) -> Leg:
    """`cents` of a leg, as a refund."""
    return Leg(
        kind=leg.kind,
        cents=-cents,
        rule="refund",
        facts={"of": why(leg)} | _kept(leg),
        member_id=leg.member_id,
        party=leg.party,
    )


@dataclass(frozen=True)
class Period:
    """A closed month: nothing can be booked in it any more; `bank_cents` is the bank balance at its end."""

    cooperative_id: UUID
    month: date
    closed_at: datetime
    closed_by: UUID | None = None
    bank_cents: int | None = None


@dataclass(frozen=True, kw_only=True)
class OpenBooks:
    """The books before a month is closed.

    The last closed month, the first month with open journals, and the bank balance; the accounts whose statements do
    not reach over the month, the lines of statements that nobody placed or parked, and whether cash has to be counted.
    """

    last_closed: date | None = None
    first_open: date | None = None
    bank_cents: int = 0
    unstated: tuple[str, ...] = ()
    bank_without_statement: bool = False
    """Money went over the bank, but no statement ever came."""
    open_lines: int = 0
    cash_uncounted: bool = False


def check_close(month: date, books: OpenBooks, *, today: date) -> None:
    """Checks that `month` (its first day) can be closed: it is over, no earlier month is open, and the bank is true.

    A month before FIRST_DAY can be closed only if an old typing error opened it. Raises RuleRefused, DayOutOfRange,
    AlreadySettled, EarlierMonthOpen, StatementMissing, LinesOpen, CashNotCounted.
    """
    if month.day != 1 or month >= today.replace(day=1):
        raise RuleRefused(rule="month_is_over", value=month.isoformat())
    check_day("month", month, min(books.first_open or FIRST_DAY, FIRST_DAY), today)
    if books.last_closed is not None and month <= books.last_closed:
        raise AlreadySettled(what="month", how="month")
    if books.first_open is not None and books.first_open < month:
        raise EarlierMonthOpen(month=books.first_open.isoformat()[:7])
    _check_money(books)


def _check_money(books: OpenBooks) -> None:
    """Raises StatementMissing, LinesOpen, CashNotCounted."""
    if books.bank_without_statement:
        raise StatementMissing(ibans=[], how="first")
    if books.unstated:
        raise StatementMissing(ibans=sorted(books.unstated))
    if books.open_lines:
        raise LinesOpen(count=books.open_lines)
    if books.cash_uncounted:
        raise CashNotCounted


@dataclass(frozen=True, kw_only=True)
class Seal:
    """A link of a cooperative's chain over its journals; digests in hexadecimal."""

    cooperative_id: UUID
    number: int
    journals: int
    previous: str
    digest: str
    sealed_at: datetime


@dataclass(frozen=True)
class BookCheck:
    """A run of every invariant over all books; `broken` has those that fail, with the rows that break them."""

    id: UUID
    asked_at: datetime
    checked_at: datetime | None = None
    broken: dict[str, list[str]] = field(default_factory=dict)


def into_pots(pots: dict[UUID, tuple[int, int]], legs: Sequence[Leg]) -> tuple[Leg, ...]:
    """The legs, changed so that no pot goes below zero: what is missing becomes a debt, which later income repays
    first.

    `pots` is the balance of each pot and the debt of its member, before; it is updated.
    """
    of_member: dict[UUID, list[Leg]] = {}
    for leg in legs:
        if leg.kind is AccountKind.POT and leg.member_id is not None:
            of_member.setdefault(leg.member_id, []).append(leg)
    if not of_member:
        return tuple(legs)
    others = [leg for leg in legs if leg.kind is not AccountKind.POT or leg.member_id is None]
    for member_id, mine in sorted(of_member.items()):
        pot, owed = pots.get(member_id, (0, 0))
        change = sum(leg.cents for leg in mine)
        to_pot = max(change - owed, 0) if change > 0 else max(change, -pot)
        pots[member_id] = (pot + to_pot, owed - (change - to_pot))
        if to_pot != change:
            debt = replace(mine[0], kind=AccountKind.RECEIVABLE_MEMBER, cents=change - to_pot)
            others += [leg for leg in (debt, replace(mine[0], cents=to_pot)) if leg.cents]
        else:
            others += mine
    return tuple(others)
