"""Matching: where a line of a bank statement goes, by ordered rules. What fits two places is only suggested."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.books.bank_rules import BankRule
from app.domain.books.bank_statements import BankLine
from app.domain.books.payment_texts import names_creditor_reference, names_number, names_reference
from app.domain.creditors import Creditor, CreditorKind

DAYS_APART = 5
"""So many days may lie between what people recorded and its line."""
MOST_SUGGESTIONS = 10
BANK_COSTS = frozenset({"CHRG", "COMM", "FEES", "CHRD"})
INTEREST = frozenset({"INTR", "INTE"})
"""The last part of a bank's code (ISO 20022, sub-family) of costs, and of interest."""


class What(StrEnum):
    """What a part of a bank line is placed on."""

    ORDER = "order"
    """The customer of an order pays it, or gets money back."""
    CREDITOR = "creditor"
    CATEGORY = "category"
    """A cost or an income of the cooperative's fund."""
    CASH = "cash"
    """Money brought to the bank, or taken from it."""
    ITEM = "item"
    """What was recorded before its line came; or a payment of a batch, which went out or came back."""
    LINE = "line"
    """Another line, such as the fee of a payout."""


class MatchRule(StrEnum):
    """Why a part of a line is placed where it is: the first rule that fits, or somebody's hand."""

    BY_HAND = "by_hand"
    END_TO_END = "end_to_end"
    """The bank names a payment of ours, which went out or came back."""
    BATCH = "batch"
    """The bank names a batch of payments of ours, or only one open batch has this total."""
    OWN_ACCOUNT = "own_account"
    """The counterparty is another account of the cooperative."""
    CREDITOR_REFERENCE = "creditor_reference"
    """The text names an order or an invoice by its RF reference."""
    REFERENCE = "reference"
    """The text names the reference of an order, or the number of an invoice or a bill."""
    IN_TRANSIT = "in_transit"
    """Only one amount that was recorded waits for such a line."""
    STANDING = "standing"
    """A standing rule of the cooperative."""
    BANK_CODE = "bank_code"
    """The bank says that it is its costs or interest."""
    AMOUNT = "amount"
    """Something of the same amount is open: this only suggests."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """`cents` of a line, above zero if they came in, on one place; `target_id` names it, or its creditor's id."""

    cents: int
    what: What
    target_id: UUID | None = None
    creditor_kind: CreditorKind | None = None
    category: str | None = None

    @property
    def order_id(self) -> UUID | None:
        return self.target_id if self.what is What.ORDER else None

    @property
    def creditor(self) -> Creditor | None:
        if self.creditor_kind is None or self.target_id is None:
            return None
        return Creditor(self.creditor_kind, self.target_id)


@dataclass(frozen=True)
class Suggestion:
    """Where a line might go, and by which rule."""

    rule: MatchRule
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Placement:
    """Where a line goes by a rule; without parts nowhere, and `suggestions` has what might fit."""

    parts: tuple[Part, ...] = ()
    rule: MatchRule | None = None
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OpenOrder:
    """An order that a line may pay, and what can go back of it, in cents."""

    id: UUID
    reference: str
    due_cents: int
    back_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class OpenInvoice:
    """An invoice that a line may pay, with its orders, the oldest supply first."""

    number: str
    order_ids: tuple[UUID, ...]
    reference: str | None = None
    """What its RF reference ends with."""


@dataclass(frozen=True, kw_only=True)
class OpenBill:
    """A bill of a supplier: `cents` are still to be paid, nothing if it is paid; below zero they come back."""

    number: str
    cents: int
    creditor: Creditor
    ibans: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Item:
    """An amount in transit: `cents` are expected to come in, or, below zero, to go out."""

    id: UUID
    cents: int
    day: date
    is_cash: bool = False
    order_id: UUID | None = None
    """The order that it was recorded for."""
    creditor: Creditor | None = None
    """Whom it was paid to."""
    from_iban: str | None = None
    """The account of ours that it left or came to, of money between two of them."""
    to_iban: str | None = None
    is_payment: bool = False
    """A payment of a batch: its id is its EndToEndId."""
    batch_id: str | None = None
    """The PmtInfId of its batch."""
    left_cents: int | None = None
    """What of `cents` no line brought yet; all of it, if nothing else is said."""

    @property
    def open_cents(self) -> int:
        return self.cents if self.left_cents is None else self.left_cents


@dataclass(frozen=True, kw_only=True)
class Open:
    """What lines may be matched with."""

    own_ibans: frozenset[str] = frozenset()
    orders: tuple[OpenOrder, ...] = ()
    invoices: tuple[OpenInvoice, ...] = ()
    bills: tuple[OpenBill, ...] = ()
    items: tuple[Item, ...] = ()
    rules: tuple[BankRule, ...] = ()
    creditors: tuple[tuple[Creditor, int], ...] = ()
    """Whom the cooperative owes money, with the amount: these are only suggested."""
    difference_open: bool = False
    """Whether what the first statement said beyond the books has no place yet: until then nobody is owed back."""


def match_lines(lines: Sequence[BankLine], known: Open, new_id: Callable[[], UUID]) -> dict[UUID, Placement]:
    """The place of each line by the rules, the oldest first: an order that one of them pays is due less for the next.

    `new_id` makes the id of money that goes to another account of ours and is in transit until it comes there.
    """
    matcher = _Matcher(known, new_id)
    ordered = in_order(lines)
    found = {line.id: matcher.named(line) for line in ordered}
    waiting = [line for line in ordered if not found[line.id].parts and not found[line.id].suggestions]
    found |= matcher.in_transit([line for line in waiting if not line.is_return])
    for line in waiting:
        if not found[line.id].parts and not found[line.id].suggestions and not line.is_return:
            found[line.id] = matcher.standing(line)
    return found


def in_order(lines: Iterable[BankLine]) -> list[BankLine]:
    """Lines by day; of a day what went out comes first, as it may come back."""
    return sorted(lines, key=lambda line: (line.day, line.cents > 0, line.id))


def suggest(line: BankLine, known: Open, new_id: Callable[[], UUID]) -> list[Suggestion]:
    """Where what is left of a line might go: by the rules first, then by its amount alone."""
    left = replace(line, cents=line.left_cents)
    placement = match_lines([left], known, new_id)[line.id]
    found = [Suggestion(placement.rule, placement.parts)] if placement.rule else list(placement.suggestions)
    if placement.rule is MatchRule.OWN_ACCOUNT:
        items = {item.id for item in known.items}
        # Nothing is in transit yet that could be named.
        parts = (part if part.target_id in items else replace(part, target_id=None) for part in placement.parts)
        found = [Suggestion(MatchRule.OWN_ACCOUNT, tuple(parts))]
    named = {part for one in found for part in one.parts}
    by_amount = (part for part in _of_amount(left, known) if part not in named)
    return [*found, *(Suggestion(MatchRule.AMOUNT, (part,)) for part in by_amount)][:MOST_SUGGESTIONS]


def spread(orders: Sequence[OpenOrder], cents: int) -> tuple[Part, ...]:
    """Money for several orders: each gets what is due, in their order, and the last one what is left over."""
    parts = []
    for order in orders[:-1]:
        part = min(order.due_cents, cents)
        parts.append(Part(cents=part, what=What.ORDER, target_id=order.id))
        cents -= part
    return tuple(part for part in (*parts, Part(cents=cents, what=What.ORDER, target_id=orders[-1].id)) if part.cents)


class _Matcher:
    """The rules, and what is still open after the lines that were matched."""

    def __init__(self, known: Open, new_id: Callable[[], UUID]) -> None:
        self.known, self.new_id = known, new_id
        self.orders = {order.id: order for order in known.orders}
        self.items = {item.id: item for item in known.items if item.open_cents}

    def named(self, line: BankLine) -> Placement:
        """By what the bank says of it: rules 1 to 5."""
        rules = (self._end_to_end, self._batch, self._own_account, self._referred, self._billed)
        for rule in rules[:1] if line.is_return else rules:
            placement = rule(line)
            if placement is not None:
                return self._taken(placement)
        return Placement()

    def in_transit(self, lines: Sequence[BankLine]) -> dict[UUID, Placement]:
        """Rule 6: one amount that was recorded waits for such a line, and only one line fits it."""
        fitting = {line.id: [item for item in self.items.values() if _waits_for(item, line)] for line in lines}
        wanted = Counter(item.id for items in fitting.values() for item in items)
        found = {}
        for line in lines:
            items = fitting[line.id]
            sure = len(items) == 1 and wanted[items[0].id] == 1
            found[line.id] = self._taken(
                Placement(_all_of(items), MatchRule.IN_TRANSIT)
                if sure
                else _suggested(MatchRule.IN_TRANSIT, *(_all_of([item]) for item in items))
            )
        return found

    def standing(self, line: BankLine) -> Placement:
        """Rules 7 and 8: a standing rule, or the bank's own code."""
        categories = sorted({rule.category for rule in self.known.rules if rule.fits(line)})
        if categories:
            places = [_on_fund(line.cents, category) for category in categories]
            return _sure_or_not(MatchRule.STANDING, places)
        kind = (line.bank_code or "").rpartition("-")[2]
        if kind in BANK_COSTS or (kind in INTEREST and line.cents < 0):
            return Placement(_on_fund(line.cents, "cost/bank"), MatchRule.BANK_CODE)
        if kind in INTEREST:
            return Placement(_on_fund(line.cents, "income/interest"), MatchRule.BANK_CODE)
        return Placement()

    def _end_to_end(self, line: BankLine) -> Placement | None:
        item = next((one for one in self.known.items if one.is_payment and one.id.hex == line.end_to_end_id), None)
        if item is None:
            return None
        part = (Part(cents=line.cents, what=What.ITEM, target_id=item.id),)
        went_out = line.cents == item.cents and item.id in self.items
        if went_out or line.cents == -item.cents:
            return Placement(part, MatchRule.END_TO_END)
        return _suggested(MatchRule.END_TO_END, part)

    def _batch(self, line: BankLine) -> Placement | None:
        """By its id; by its total only if the line names nobody, and one batch that was sent about then has it."""
        batches: dict[str, list[Item]] = {}
        for item in self.items.values():
            if item.is_payment and item.batch_id and line.cents < 0 and item.open_cents < 0:
                batches.setdefault(item.batch_id, []).append(item)
        named = batches.get((line.batch_id or "").strip())
        if named is not None:
            place = _all_of(named)
            whole = _sum(place) == line.cents
            return Placement(place, MatchRule.BATCH) if whole else _suggested(MatchRule.BATCH, place)
        if line.end_to_end_id or line.counterparty_iban:
            return None
        about_then = [_all_of(items) for items in batches.values() if all(_same_days(item, line) for item in items)]
        of_total = [place for place in about_then if _sum(place) == line.cents]
        return _sure_or_not(MatchRule.BATCH, of_total) if of_total else None

    def _own_account(self, line: BankLine) -> Placement | None:
        other = line.counterparty_iban
        if other is None or other == line.iban or other not in self.known.own_ibans:
            return None
        came = [
            item
            for item in self.items.values()
            if item.from_iban == other and item.to_iban in (None, line.iban) and _near(item, line)
        ]
        if came:
            return Placement(_all_of([min(came, key=lambda item: (item.day, item.id))]), MatchRule.OWN_ACCOUNT)
        made = Item(id=self.new_id(), cents=-line.cents, day=line.day, from_iban=line.iban, to_iban=other)
        self.items[made.id] = made
        return Placement((Part(cents=line.cents, what=What.ITEM, target_id=made.id),), MatchRule.OWN_ACCOUNT)

    def _referred(self, line: BankLine) -> Placement | None:
        """Orders that the text names, by themselves or by their invoice; what was recorded for them first."""
        named = [order for order in self.known.orders if names_reference(line.text, order.reference)]
        invoices = [
            one
            for one in self.known.invoices
            if names_number(line.text, one.number) or (one.reference and names_reference(line.text, one.reference))
        ]
        ids = [*(order.id for order in named), *(order_id for one in invoices for order_id in one.order_ids)]
        orders = [self.orders[order_id] for order_id in dict.fromkeys(ids) if order_id in self.orders]
        if not orders:
            return None
        references = [order.reference for order in named] + [one.reference for one in invoices if one.reference]
        by_rf = any(names_creditor_reference(line.text, reference) for reference in references)
        rule = MatchRule.CREDITOR_REFERENCE if by_rf else MatchRule.REFERENCE
        recorded = [
            item
            for item in self.items.values()
            if item.order_id in {order.id for order in orders} and (item.open_cents > 0) == (line.cents > 0)
        ]
        if recorded:
            return _recorded(line, recorded, rule)
        # One invoice of many orders is one place; two references are two.
        alone = len(orders) == 1 or (len(invoices) == 1 and set(ids) == set(invoices[0].order_ids))
        return self._paid(line, orders, rule, alone=alone)

    def _paid(self, line: BankLine, orders: Sequence[OpenOrder], rule: MatchRule, *, alone: bool) -> Placement:
        due = sum(order.due_cents for order in orders)
        if line.cents < 0:
            back = [order for order in orders if order.back_cents]
            parts = tuple(Part(cents=-order.back_cents, what=What.ORDER, target_id=order.id) for order in back)
            if len(orders) == 1:
                parts = (Part(cents=line.cents, what=What.ORDER, target_id=orders[0].id),)
            fits = -line.cents <= orders[0].back_cents if len(orders) == 1 else _sum(parts) == line.cents
            return Placement(parts, rule) if fits else _suggested(rule, parts)
        parts = spread(orders, line.cents)
        sure = alone or line.cents == due
        if self.known.difference_open and line.cents > due:
            sure = False
        return Placement(parts, rule) if sure else _suggested(rule, parts)

    def _billed(self, line: BankLine) -> Placement | None:
        """Bills whose number the text names, of the supplier whose IBAN it is; those below zero by what comes in.

        A payment that is on its way to the supplier goes first: it may have paid the bill already.
        """
        named = [
            bill
            for bill in self.known.bills
            if line.counterparty_iban in bill.ibans and names_number(line.text, bill.number)
        ]
        recorded = [
            item
            for item in self.items.values()
            if item.creditor in {bill.creditor for bill in named}
            and item.open_cents == line.cents
            and not (item.is_payment and line.end_to_end_id)
        ]
        if recorded:
            return _recorded(line, recorded, MatchRule.REFERENCE)
        bills = [bill for bill in named if bill.cents * line.cents < 0]
        if not bills:
            return None
        creditors = list(dict.fromkeys(bill.creditor for bill in bills))
        parts = [(_to_creditor(line.cents, creditor),) for creditor in creditors]
        total = sum(bill.cents for bill in bills)
        fits = -line.cents == total or (len(bills) == 1 and abs(line.cents) <= abs(total))
        return _sure_or_not(MatchRule.REFERENCE, parts) if fits else _suggested(MatchRule.REFERENCE, *parts)

    def _taken(self, placement: Placement) -> Placement:
        """The placement, after which its orders and items are open for less."""
        for part in placement.parts:
            if part.what is What.ORDER and part.target_id in self.orders:
                order = self.orders[part.target_id]
                due, back = order.due_cents - part.cents, order.back_cents
                if part.cents < 0:
                    due, back = order.due_cents, order.back_cents + part.cents
                self.orders[order.id] = replace(order, due_cents=max(due, 0), back_cents=max(back, 0))
            elif part.what is What.ITEM and part.target_id in self.items:
                item = self.items[part.target_id]
                self._less(item, part.cents)
        return placement

    def _less(self, item: Item, cents: int) -> None:
        """A line brought that much of an item; what it did not expect is a payment that came back."""
        if (item.open_cents > 0) == (cents > 0):
            left = item.open_cents - cents
            if left:
                self.items[item.id] = replace(item, left_cents=left)
            else:
                del self.items[item.id]


def _recorded(line: BankLine, items: Sequence[Item], rule: MatchRule) -> Placement:
    """On what was recorded, if one of it has this amount, or all of it together; else it is suggested."""
    same = [item for item in items if item.open_cents == line.cents]
    if same:
        return Placement(_all_of([min(same, key=lambda item: (item.day, item.id))]), rule)
    if sum(item.open_cents for item in items) == line.cents:
        return Placement(_all_of(items), rule)
    return _suggested(rule, _all_of(items))


def _waits_for(item: Item, line: BankLine) -> bool:
    """Whether an item waits for such a line.

    Cash comes without another's IBAN, and a payment of a batch by its own id if the bank names one.
    """
    other = (item.is_cash and line.counterparty_iban) or (item.is_payment and line.end_to_end_id)
    return _near(item, line) and item.from_iban is None and not other


def _near(item: Item, line: BankLine) -> bool:
    return item.open_cents == line.cents and _same_days(item, line)


def _same_days(item: Item, line: BankLine) -> bool:
    return abs((item.day - line.day).days) <= DAYS_APART


def _all_of(items: Iterable[Item]) -> tuple[Part, ...]:
    return tuple(Part(cents=item.open_cents, what=What.ITEM, target_id=item.id) for item in items)


def _on_fund(cents: int, category: str) -> tuple[Part, ...]:
    return (Part(cents=cents, what=What.CATEGORY, category=category),)


def _to_creditor(cents: int, creditor: Creditor) -> Part:
    return Part(cents=cents, what=What.CREDITOR, target_id=creditor.id, creditor_kind=creditor.kind)


def _sum(parts: Iterable[Part]) -> int:
    return sum(part.cents for part in parts)


def _sure_or_not(rule: MatchRule, places: Sequence[tuple[Part, ...]]) -> Placement:
    return Placement(places[0], rule) if len(places) == 1 else _suggested(rule, *places)


def _suggested(rule: MatchRule, *places: tuple[Part, ...]) -> Placement:
    return Placement(suggestions=tuple(Suggestion(rule, parts) for parts in places if parts))


def _of_amount(line: BankLine, known: Open) -> Iterator[Part]:
    """Every place of the same amount."""
    for item in known.items:
        if item.open_cents == line.cents:
            yield Part(cents=line.cents, what=What.ITEM, target_id=item.id)
    for order in known.orders:
        if line.cents in (order.due_cents, -order.back_cents):
            yield Part(cents=line.cents, what=What.ORDER, target_id=order.id)
    for creditor, cents in known.creditors:
        if -line.cents == cents:
            yield _to_creditor(line.cents, creditor)
