"""The statement of account is exact after any acts, and its history is what was owed on each day."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import DayOutOfRange
from app.domain.selling.accounts import (
    AccountAct,
    AccountEntryKind,
    AccountOrder,
    CustomerAccount,
    account_of,
    period_of,
)
from app.domain.selling.credits import Credit, amount_off, credit_lines, credited, left_of, uncredited
from app.domain.selling.invoice_lines import (
    Invoiced,
    all_back_lines,
    credit_note_lines,
    deposit_lines,
    deposits_off,
    excess_lines,
    negated,
    supply_lines,
)
from app.domain.selling.invoices import Invoice, InvoiceKind, InvoiceLine, InvoiceOrder, groups_of_lines
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, Order, OrderState, called_off
from app.domain.selling.payments import receive
from app.domain.selling.repayments import repay, repayable, used_for
from app.domain.selling.write_offs import BorneBy, WriteOff, written_off
from app.domain.vat import VatClass
from tests import papers
from tests.domain.test_charged import line
from tests.domain.test_charged import order as supplied

FIRST = date(2026, 1, 5)
KINDS = AccountEntryKind
PAPER = papers.standard()


@dataclass
class Life:
    """An order with all that happened to it, as the use cases let it happen."""

    order: Order
    acts: list[AccountAct] = field(default_factory=list)
    invoiced: list[Invoiced] = field(default_factory=list)
    credits: dict[UUID, Credit] = field(default_factory=dict)

    @property
    def asked_cents(self) -> int:
        """What the balance of the account should be now."""
        if self.order.state in SUPPLIED or self.order.state in CALLED_OFF:
            return self.order.due_cents - self.order.owed_back_cents
        return self.order.deposit_cents - self.order.paid_cents

    @property
    def seen(self) -> AccountOrder:
        order = self.order
        return AccountOrder(
            id=order.id,
            reference=order.reference,
            contact=order.contact,
            placed_at=order.placed_at,
            state=order.state,
            net_cents=order.net_cents,
            vat_cents=order.vat_cents,
            written_off_cents=order.written_off_cents,
            delivered_at=order.delivered_at,
            invoice_id=order.invoice_id,
            acts=tuple(self.acts),
        )

    def known(self, kind: AccountEntryKind, day: date, cents: int, counts: date | None = None) -> UUID:
        self.acts.append(AccountAct(id=uuid4(), kind=kind, day=counts or day, recorded_on=day, cents=cents))
        return self.acts[-1].id

    def undone(self, act: AccountAct, day: date) -> None:
        self.acts[self.acts.index(act)] = replace(act, reversed_on=day)

    def standing(self, kind: AccountEntryKind) -> list[AccountAct]:
        return [act for act in self.acts if act.kind is kind and act.reversed_on is None]

    # --- invoices, as `app/usecases/shared/issue.py` issues them ---

    def issue(self, day: date, lines: list[InvoiceLine], *, note: bool = False, credit_id: UUID | None = None) -> UUID:
        invoice = Invoice(
            id=uuid4(),
            cooperative_id=self.order.cooperative_id,
            kind=InvoiceKind.CREDIT_NOTE if note else InvoiceKind.STANDARD,
            year=day.year,
            sequence=1,
            number="BRD2026-00001",
            issued_on=day,
            issued_at=self.order.placed_at,
            gross_cents=0,
            payable_cents=0,
            paper=PAPER,
            digest="",
            credit_id=credit_id,
        )
        part = InvoiceOrder(
            id=uuid4(),
            invoice_id=invoice.id,
            order_id=self.order.id,
            cooperative_id=self.order.cooperative_id,
            groups=groups_of_lines(lines),
            net_cents=sum(one.net_cents for one in lines),
            vat_cents=sum(one.vat_cents for one in lines),
        )
        self.invoiced.append(Invoiced(invoice, part))
        act = AccountAct(
            id=invoice.id,
            kind=KINDS.CREDIT_NOTE if note else KINDS.INVOICE,
            day=day,
            recorded_on=day,
            cents=self.invoiced[-1].gross_cents,
            number=invoice.number,
            credit_id=credit_id,
        )
        self.acts.append(act)
        if self.order.invoice_id is None:
            self.order = replace(self.order, deposit_cents=self.order.deposit_cents + act.cents)
        return invoice.id

    def supply_invoice(self, day: date) -> None:
        before = self.invoiced if sum(one.gross_cents for one in self.invoiced) else []
        lines = [*supply_lines(self.order), *deposits_off(self.order, before)]
        below = sum(one.gross_cents for one in lines) < 0
        kept = self.order.deposit_cents
        invoice_id = self.issue(day, negated(lines) if below else lines, note=below)
        self.order = replace(self.order, invoice_id=invoice_id, deposit_cents=kept)

    def note_credit(self, day: date, credit: Credit) -> None:
        if self.order.invoice_id is None and not self.order.deposit_cents:
            return
        known = self.order.invoice_id is not None
        lines = credit_note_lines(self.order, credit.lines) if known else excess_lines(self.order, self.invoiced)
        if sum(one.gross_cents for one in lines):
            self.issue(day, lines, note=True, credit_id=credit.id)

    def invoice_again(self, day: date, credit: Credit) -> None:
        if self.order.invoice_id is None and not self.order.deposit_cents:
            return
        noted = [one for one in self.invoiced if one.invoice.credit_id == credit.id]
        if not noted and self.order.invoice_id is None:
            return
        lines = credit_note_lines(self.order, credit.lines)
        if self.order.invoice_id is None:
            cents = sum(one.part.gross_cents for one in noted)
            lines = [replace(papers.line("werk", cents), net_cents=cents, vat_cents=0, gross_cents=cents)]
        self.issue(day, lines, credit_id=credit.id if noted else None)


class Shop:
    """Orders of one customer, on which something happens each day. `steady`: nothing is dated or invoiced later."""

    def __init__(self, seed: int, *, steady: bool) -> None:
        self.random, self.steady, self.day = Random(seed), steady, FIRST
        self.lives = [Life(self.placed(number)) for number in range(3)]
        self.balances: dict[date, int] = {}

    def placed(self, number: int) -> Order:
        lines = [line(self.random.randint(1, 90_000), self.random.choice([VatClass.STANDARD, VatClass.REDUCED]))]
        lines += [line(self.random.randint(1, 500))] * self.random.randint(0, 1)
        order = supplied(*lines, state=OrderState.PLACED)
        return replace(order, delivered_at=None, reference=f"AAAAAAA{number}")

    def live(self, days: int) -> None:
        for _ in range(days):
            self.day += timedelta(days=1)
            life = self.random.choice(self.lives)
            self.random.choice(self.possible(life))(life)
            self.balances[self.day] = sum(one.asked_cents for one in self.lives)

    def possible(self, life: Life) -> list[Callable[[Life], None]]:
        order = life.order
        found: list[Callable[[Life], None]] = [self.pay, self.pay]
        steps = {OrderState.PLACED: [self.accept, self.cancel], OrderState.ACCEPTED: [self.deliver, self.cancel]}
        found += steps.get(order.state, [])
        if order.state is OrderState.ACCEPTED and order.price_left_cents > order.deposit_cents:
            found += [self.deposit]
        if left_of(order):
            found += [self.credit]
        if order.state in SUPPLIED and order.due_cents:
            found += [self.write_off] * 2
        if order.state in SUPPLIED and order.invoice_id is None and not self.steady:
            found += [self.invoice]
        found += [self.pay_back] if repayable(order) else []
        found += [self.use] if order.owed_back_cents else []
        found += [self.undo] * 2
        return found

    def accept(self, life: Life) -> None:
        life.order = replace(life.order, state=OrderState.ACCEPTED)

    def cancel(self, life: Life) -> None:
        life.order = replace(called_off(life.order), state=OrderState.CANCELLED)
        lines = all_back_lines(life.order, life.invoiced)
        if lines:
            life.issue(self.day, lines, note=True)

    def deliver(self, life: Life) -> None:
        moment = datetime(self.day.year, self.day.month, self.day.day, 12, tzinfo=UTC)
        life.order = replace(life.order, state=OrderState.DELIVERED, delivered_at=moment)
        if self.random.random() < 0.5:
            life.supply_invoice(self.day)

    def invoice(self, life: Life) -> None:
        life.supply_invoice(self.day)

    def deposit(self, life: Life) -> None:
        most = life.order.price_left_cents - life.order.deposit_cents
        life.issue(self.day, deposit_lines(life.order, life.invoiced, self.random.randint(1, most)))

    def amount(self, around: int) -> int:
        return self.random.choice([around, self.random.randint(1, around + 500), self.random.randint(1, around)])

    def pay(self, life: Life) -> None:
        cents = self.amount(life.order.due_cents or 100)
        life.order = receive(life.order, cents)
        early = timedelta(days=0 if self.steady else self.random.randint(0, 9))
        life.known(KINDS.PAYMENT, self.day, cents, self.day - early)

    def pay_back(self, life: Life) -> None:
        cents = self.random.randint(1, repayable(life.order))
        life.order = repay(life.order, cents)
        life.known(KINDS.REPAYMENT, self.day, cents)

    def use(self, life: Life) -> None:
        target = self.random.choice(self.lives)
        if target is life or not target.order.due_cents:
            return
        source, other = (replace(one.order, customer_person_id=life.order.id) for one in (life, target))
        cents = used_for(source, other, None)
        target.order = receive(target.order, cents)
        life.order = replace(life.order, paid_cents=life.order.paid_cents - cents)
        life.known(KINDS.REPAYMENT, self.day, cents)
        target.known(KINDS.PAYMENT, self.day, cents)

    def credit(self, life: Life) -> None:
        credit_id = uuid4()
        cents = self.random.choice([None, self.random.randint(1, left_of(life.order))])
        taken = credit_lines(credit_id, life.order, amount_off(life.order, cents))
        given = Credit(
            id=credit_id,
            order_id=life.order.id,
            cooperative_id=life.order.cooperative_id,
            net_cents=sum(one.net_cents for one in taken),
            vat_cents=sum(one.vat_cents for one in taken),
            day=self.day,
            reason="klacht",
            credited_by=uuid4(),
            credited_at=life.order.placed_at,
            lines=taken,
        )
        life.order = credited(life.order, taken)
        life.credits[credit_id] = given
        act = AccountAct(id=credit_id, kind=KINDS.CREDIT, day=self.day, recorded_on=self.day, cents=given.gross_cents)
        life.acts.append(act)
        life.note_credit(self.day, given)

    def write_off(self, life: Life) -> None:
        lost = WriteOff(
            id=uuid4(),
            order_id=life.order.id,
            cooperative_id=life.order.cooperative_id,
            cents=self.random.randint(1, life.order.due_cents),
            borne_by=BorneBy.MAKERS,
            reason="failliet",
            proposed_by=uuid4(),
            proposed_at=life.order.placed_at,
        )
        life.order = written_off(life.order, lost)
        life.known(KINDS.WRITE_OFF, self.day, lost.cents)

    def undo(self, life: Life) -> None:
        kind = self.random.choice([KINDS.PAYMENT, KINDS.REPAYMENT, KINDS.CREDIT, KINDS.WRITE_OFF])
        standing, order = life.standing(kind), life.order
        if not standing:
            return
        act = self.random.choice(standing)
        if kind is KINDS.PAYMENT:
            if order.paid_cents < act.cents:
                return
            life.order = replace(order, paid_cents=order.paid_cents - act.cents)
        elif kind is KINDS.REPAYMENT:
            life.order = replace(order, paid_cents=order.paid_cents + act.cents)
        elif order.state in CALLED_OFF:
            return
        elif kind is KINDS.CREDIT:
            life.order = uncredited(order, life.credits[act.id])
            life.invoice_again(self.day, life.credits[act.id])
        elif not order.written_off_cents:
            return
        else:
            life.order = replace(order, written_off_cents=max(0, order.written_off_cents - act.cents))
        life.undone(act, self.day)

    def account(self, since: date, until: date) -> CustomerAccount:
        seen = [life.seen for life in self.lives]
        return account_of(seen, cooperative_id=uuid4(), seller="Zuid", since=since, until=until)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_balance_of_today_is_what_is_due_less_what_is_owed_back(seed: int) -> None:
    shop = Shop(seed, steady=False)
    for _ in range(8):
        shop.live(8)
        account = shop.account(FIRST, shop.day)
        assert account.closing_cents == sum(life.asked_cents for life in shop.lives)
        balance = account.opening_cents
        for entry in account.entries:
            balance += entry.cents
            assert entry.balance_cents == balance
        assert balance == account.closing_cents
        middle = FIRST + (shop.day - FIRST) / 2
        first, second = shop.account(FIRST, middle), shop.account(middle + timedelta(days=1), shop.day)
        assert (first.closing_cents, second.closing_cents) == (second.opening_cents, account.closing_cents)
        assert sorted((*first.entries, *second.entries), key=str) == sorted(account.entries, key=str)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_the_balance_of_each_day_was_that(seed: int) -> None:
    """If each act is dated by its own day, and what is invoiced is invoiced at supply."""
    shop = Shop(seed, steady=True)
    shop.live(60)
    assert {day: shop.account(FIRST, day).closing_cents for day in shop.balances} == shop.balances


def test_the_shop_tries_all_kinds() -> None:
    """The control: each kind of entry comes about."""
    kinds: set[AccountEntryKind] = set()
    for seed in range(40):
        shop = Shop(seed, steady=False)
        shop.live(60)
        kinds |= {entry.kind for entry in shop.account(FIRST, shop.day).entries}
    assert kinds == set(AccountEntryKind)


def test_an_invoice_of_several_orders_is_one_entry() -> None:
    invoice = AccountAct(
        id=uuid4(), kind=KINDS.INVOICE, day=FIRST, recorded_on=FIRST, cents=1_000, number="BRD2026-00001"
    )
    lives = [Life(replace(supplied(line(1_000)), invoice_id=invoice.id), [invoice]) for _ in range(2)]
    account = account_of([life.seen for life in lives], cooperative_id=uuid4(), seller="Zuid", since=FIRST, until=FIRST)
    assert [(one.reference, one.cents) for one in account.entries] == [("BRD2026-00001", 2_000)]


@pytest.mark.parametrize(
    ("since", "until", "period"),
    [
        (None, None, (date(2026, 1, 1), date(2026, 3, 5))),
        (date(2025, 6, 1), None, (date(2025, 6, 1), date(2026, 3, 5))),
        (None, date(2024, 7, 1), (date(2024, 1, 1), date(2024, 7, 1))),
        (date(2024, 2, 29), date(2026, 2, 27), (date(2024, 2, 29), date(2026, 2, 27))),
        (date(2026, 3, 5), None, (date(2026, 3, 5), date(2026, 3, 5))),
    ],
)
def test_a_period_is_this_year_unless_it_is_named(
    since: date | None, until: date | None, period: tuple[date, date]
) -> None:
    assert period_of(since, until, date(2026, 3, 5)) == period


@pytest.mark.parametrize(
    ("since", "until"), [(date(2026, 3, 6), None), (date(2024, 3, 1), date(2026, 3, 1)), (date(2024, 3, 5), None)]
)
def test_a_period_is_at_most_two_years(since: date, until: date | None) -> None:
    with pytest.raises(DayOutOfRange):
        period_of(since, until, date(2026, 3, 5))
