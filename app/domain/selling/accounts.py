"""The statement of account of a customer: what was asked, what came and went, and the balance after each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.days import check_day, day_of, years_on
from app.domain.errors import RuleRefused
from app.domain.selling.customers import Contact
from app.domain.selling.orders import SUPPLIED, OrderState

LONGEST = 2
"""The years that a statement covers at most."""
MOST_PRINTED = 2_000
"""The entries of a printed statement, some sixty pages: typesetting takes a second then."""


class AccountEntryKind(StrEnum):
    """What an entry of a statement of account is."""

    INVOICE = "invoice"
    ORDER = "order"
    """An order that was supplied and has no invoice."""
    CREDIT_NOTE = "credit_note"
    CREDIT = "credit"
    """What was taken off the price of an order without an invoice."""
    CREDIT_REVERSAL = "credit_reversal"
    PAYMENT = "payment"
    PAYMENT_REVERSAL = "payment_reversal"
    REPAYMENT = "repayment"
    REPAYMENT_REVERSAL = "repayment_reversal"
    WRITE_OFF = "write_off"
    """What nobody expects any more."""
    WRITE_OFF_REVERSAL = "write_off_reversal"
    """A write-off that was undone, or that money or a credit took the place of."""


@dataclass(frozen=True, kw_only=True)
class AccountAct:
    """Something that changed what an order asks, or what was paid of it. `cents` are below zero for a credit note."""

    id: UUID
    kind: AccountEntryKind
    day: date
    recorded_on: date
    """The day on which it was recorded: money may be dated before that."""
    cents: int
    reversed_on: date | None = None
    number: str = ""
    """Of an invoice or a credit note."""
    credit_id: UUID | None = None
    """The credit that a credit note is for, or whose reversal an invoice is for."""


@dataclass(frozen=True, kw_only=True)
class AccountOrder:
    """An order, as far as a statement of account needs it. All amounts are with VAT."""

    id: UUID
    reference: str
    contact: Contact
    placed_at: datetime
    state: OrderState
    net_cents: int
    vat_cents: int
    written_off_cents: int = 0
    customer_person_id: UUID | None = None
    delivered_at: datetime | None = None
    invoice_id: UUID | None = None
    acts: tuple[AccountAct, ...] = ()

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    @property
    def buyer_name(self) -> str:
        """The organisation, or the person."""
        return self.contact.buyer.organisation or self.contact.name

    def of(self, *kinds: AccountEntryKind) -> list[AccountAct]:
        """Its acts of these kinds."""
        return [act for act in self.acts if act.kind in kinds]


@dataclass(frozen=True, kw_only=True)
class AccountEntry:
    """One line of a statement: `cents` above zero are asked, below zero they are paid or taken off."""

    day: date
    kind: AccountEntryKind
    reference: str
    """The number of the invoice, or the reference of the order."""
    cents: int
    balance_cents: int
    """What the customer owes after it; below zero, what is owed to the customer."""


@dataclass(frozen=True, kw_only=True)
class CustomerAccount:
    """The account of a customer at a seller over a period; both days are part of it."""

    cooperative_id: UUID
    seller: str
    customer: str
    since: date
    until: date
    opening_cents: int
    """What was owed on the day before `since`; below zero, what was owed to the customer."""
    entries: tuple[AccountEntry, ...]
    closing_cents: int


@dataclass(frozen=True)
class _Movement:
    day: date
    kind: AccountEntryKind
    reference: str
    cents: int
    invoice_id: UUID | None = None


def period_of(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The first and the last day of a statement: by default from 1 January until today.

    Raises DayOutOfRange unless `until` is on or after `since`, and before the same day two years later.
    """
    last = until or today
    first = since or last.replace(month=1, day=1)
    longest = years_on(first, LONGEST)
    return first, check_day("until", last, first, date.fromordinal(longest.toordinal() - 1))


def account_of(
    orders: Sequence[AccountOrder], *, cooperative_id: UUID, seller: str, since: date, until: date
) -> CustomerAccount:
    """The statement of these orders of one customer, with names as the latest of them has them.

    The balance is what is due less what is owed back; before supply an order asks only its deposits.
    """
    latest = max(orders, key=lambda order: (order.placed_at, order.id))
    movements = sorted(_together(move for order in orders for move in _movements(order)), key=_place)
    balance = opening = sum(move.cents for move in movements if move.day < since)
    entries = []
    for move in movements:
        if since <= move.day <= until:
            balance += move.cents
            entries.append(
                AccountEntry(
                    day=move.day,
                    kind=move.kind,
                    reference=move.reference,
                    cents=move.cents,
                    balance_cents=balance,
                )
            )
    return CustomerAccount(
        cooperative_id=cooperative_id,
        seller=seller,
        customer=latest.buyer_name,
        since=since,
        until=until,
        opening_cents=opening,
        entries=tuple(entries),
        closing_cents=balance,
    )


def printable(account: CustomerAccount) -> CustomerAccount:
    """The statement. Raises RuleRefused if it has too many entries to print."""
    if len(account.entries) > MOST_PRINTED:
        raise RuleRefused(rule="account_too_long", value=str(len(account.entries)), most=MOST_PRINTED)
    return account


def _place(move: _Movement) -> tuple[date, int, str]:
    """The place of a movement: by day; on one day what is asked comes before what is paid."""
    return move.day, list(AccountEntryKind).index(move.kind), move.reference


def _together(movements: Iterable[_Movement]) -> Iterator[_Movement]:
    """The movements, with the parts of an invoice of several orders as one. Only invoices may be of 0.00."""
    parts: dict[UUID, list[_Movement]] = {}
    for move in movements:
        if move.invoice_id is not None:
            parts.setdefault(move.invoice_id, []).append(move)
        elif move.cents:
            yield move
    for first, *more in parts.values():
        cents = first.cents + sum(move.cents for move in more)
        yield _Movement(first.day, first.kind, first.reference, cents)


def _movements(order: AccountOrder) -> Iterator[_Movement]:
    """What changed the balance of an order."""
    kinds = AccountEntryKind
    for act in order.of(kinds.INVOICE, kinds.CREDIT_NOTE):
        yield _Movement(act.day, act.kind, act.number, act.cents, act.id)
    if order.invoice_id is None and order.state in SUPPLIED:
        yield from _uninvoiced(order)
    yield from _both_ways(order, kinds.PAYMENT, kinds.PAYMENT_REVERSAL, -1)
    yield from _both_ways(order, kinds.REPAYMENT, kinds.REPAYMENT_REVERSAL, 1)
    yield from _losses(order)


def _both_ways(
    order: AccountOrder, kind: AccountEntryKind, reversal: AccountEntryKind, sign: int
) -> Iterator[_Movement]:
    """Acts that count on their day, and count no more from the day on which they were reversed."""
    for act in order.of(kind):
        yield _Movement(act.day, kind, order.reference, sign * act.cents)
        if act.reversed_on is not None:
            yield _Movement(max(act.reversed_on, act.day), reversal, order.reference, -sign * act.cents)


def _uninvoiced(order: AccountOrder) -> Iterator[_Movement]:
    """The price of an order that was supplied and is not invoiced, and its credits.

    Its deposits were asked before, so they are taken off the price. A credit counts as far as no credit note of the
    deposits tells of it, and its reversal as far as no invoice does.
    """
    kinds = AccountEntryKind
    supplied = day_of(order.delivered_at or order.placed_at)
    told: dict[tuple[UUID | None, AccountEntryKind], int] = {}
    for act in order.of(kinds.INVOICE, kinds.CREDIT_NOTE):
        told[act.credit_id, act.kind] = told.get((act.credit_id, act.kind), 0) + act.cents
    asked = told.get((None, kinds.INVOICE), 0) + told.get((None, kinds.CREDIT_NOTE), 0)
    yield _Movement(supplied, kinds.ORDER, order.reference, order.gross_cents - asked)
    for credit in order.of(kinds.CREDIT):
        off = credit.cents + told.get((credit.id, kinds.CREDIT_NOTE), 0)
        yield _Movement(max(credit.day, supplied), kinds.CREDIT, order.reference, -off)
        if credit.reversed_on is not None:
            back = credit.cents - told.get((credit.id, kinds.INVOICE), 0)
            yield _Movement(max(credit.reversed_on, supplied), kinds.CREDIT_REVERSAL, order.reference, back)


def _losses(order: AccountOrder) -> Iterator[_Movement]:
    """What was written off, and what money, credits and reversals lowered that by, on the day of each.

    The order knows what is still written off. So the sum is exact, also where two acts of one day could have come in
    another sequence.
    """
    kinds = AccountEntryKind
    lost = order.of(kinds.WRITE_OFF)
    if not lost:
        return
    for act in lost:
        yield _Movement(act.day, kinds.WRITE_OFF, order.reference, -act.cents)
    left = sum(act.cents for act in lost) - order.written_off_cents
    day = max(act.day for act in lost)
    for day, cents in _lowered(order):
        yield _Movement(day, kinds.WRITE_OFF_REVERSAL, order.reference, min(cents, left))
        left -= min(cents, left)
    yield _Movement(day, kinds.WRITE_OFF_REVERSAL, order.reference, left)


def _lowered(order: AccountOrder) -> Iterator[tuple[date, int]]:
    """The days on which a write-off became less, and by how many cents, by the rules of `receive` and `credited`."""
    kinds = AccountEntryKind
    steps = [(act.recorded_on, list(_WEIGHED).index(act.kind), False, act) for act in order.of(*_WEIGHED)]
    steps += [(act.reversed_on, len(_WEIGHED), True, act) for _, _, _, act in steps if act.reversed_on is not None]
    paid = credited = lost = 0
    for day, _, undone, act in sorted(steps, key=lambda step: step[:2]):
        before, sign = lost, -1 if undone else 1
        if act.kind is kinds.WRITE_OFF:
            lost = max(0, lost + sign * act.cents)
        elif act.kind is kinds.CREDIT:
            credited += sign * act.cents
            lost = lost if undone else max(0, lost - act.cents)
        elif act.kind is kinds.REPAYMENT:
            paid -= sign * act.cents
        else:
            due = max(0, order.gross_cents - credited - lost - paid)
            paid += sign * act.cents
            lost = lost if undone else lost - min(lost, max(0, act.cents - due))
        if lost < before:
            yield day, before - lost


_WEIGHED = (
    AccountEntryKind.WRITE_OFF,
    AccountEntryKind.CREDIT,
    AccountEntryKind.PAYMENT,
    AccountEntryKind.REPAYMENT,
)
"""The acts on which it depends how much is written off; on one day in this order."""
