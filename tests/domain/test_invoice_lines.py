"""What is invoiced of an order, whatever happens to it: in the end what is left of its price, by class and rate."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import MoreThanLeft
from app.domain.money import proportion
from app.domain.people.addresses import PostalAddress
from app.domain.selling.charged import standing
from app.domain.selling.credits import Wanted, amount_off, credit_lines, credited, lines_off
from app.domain.selling.customers import Buyer, BuyerType, Contact
from app.domain.selling.invoice_lines import (
    Invoiced,
    all_back_lines,
    credit_note_lines,
    deposit_lines,
    excess_lines,
    invoiced,
    left_of,
)
from app.domain.selling.invoices import (
    GroupKey,
    Invoice,
    InvoiceKind,
    InvoiceLine,
    InvoiceOrder,
    InvoicePaper,
    InvoiceSeller,
    groups_of_lines,
)
from app.domain.selling.invoicing import Draft, deposit_draft, note_draft, supply_draft
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import Order, OrderState, totals
from app.domain.selling.vat_at_supply import as_supplied, free_of_vat
from app.domain.vat import PriceBasis, VatClass, rate_on

EARLY, DAY = date(2025, 12, 30), date(2026, 3, 28)
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)
ADDRESS = PostalAddress(street="Markt 1", postcode="4811 AB", town="Breda")
SELLER = InvoiceSeller(
    name="Buurtwerk Zuid U.A.",
    trade_name="Buurtwerk",
    postal_address=ADDRESS,
    iban="NL91ABNA0417164300",
    iban_name="Buurtwerk",
)
CLASSES = (VatClass.STANDARD, VatClass.REDUCED, VatClass.LODGING, VatClass.EXEMPT, VatClass.MARGIN)


def line(cents: int, vat_class: VatClass = VatClass.STANDARD, day: date = DAY, **more: Any) -> OrderLine:
    """A line at the rate of a day; its price is without VAT, unless it is second-hand."""
    margin = vat_class is VatClass.MARGIN
    fields: dict[str, Any] = {
        "id": uuid4(),
        "order_id": UUID(int=1),
        "offering_id": uuid4(),
        "edition": 1,
        "member_id": UUID(int=3),
        "title": "werk",
        "price_unit": "piece",
        "quantity": 1,
        "unit_price_cents": cents,
        "vat_class": vat_class,
        "vat_basis_points": rate_on(vat_class, day),
        "counts_stock": False,
        "basis": PriceBasis.INCL if margin else PriceBasis.EXCL,
        "goods": margin,
        "purchase_cents": cents // 3 if margin else None,
    }
    return OrderLine(**fields | more)


def order(*lines: OrderLine) -> Order:
    """An accepted order of a company."""
    buyer = Buyer(buyer_type=BuyerType.BUSINESS, organisation="Bos B.V.", postal_address=ADDRESS)
    return totals(
        Order(
            id=UUID(int=1),
            cooperative_id=UUID(int=2),
            reference="SMKKT5DN",
            contact=Contact(name="Jo", buyer=buyer),
            lines=lines,
            net_cents=0,
            vat_cents=0,
            placed_at=NOW,
            accept_by=NOW,
            payment_days=14,
            state=OrderState.ACCEPTED,
        )
    )


@dataclass
class Story:
    """An order and its invoices, by the steps of the use cases, without a database."""

    order: Order
    papers: list[Invoiced] = field(default_factory=list)

    @property
    def room(self) -> int:
        """What deposits can still ask."""
        return self.order.price_left_cents - self.order.deposit_cents

    def deposit(self, cents: int) -> InvoicePaper:
        lines = deposit_lines(self.order, self.papers, cents)
        paper = self._issue(deposit_draft(self.order, self.papers, SELLER, lines), lines)
        self.order = replace(self.order, deposit_cents=self.order.deposit_cents + paper.gross_cents)
        return paper

    def credit(self, off: Any) -> InvoicePaper | None:
        """A credit, and its note; None if nothing was invoiced beyond the new price."""
        taken = credit_lines(uuid4(), self.order, off)
        self.order = credited(self.order, taken)
        if self.order.invoice_id is None and not self.order.deposit_cents:
            return None
        known = self.order.invoice_id is not None
        return self._note(credit_note_lines(self.order, taken) if known else excess_lines(self.order, self.papers))

    def cancel(self) -> None:
        self._note(all_back_lines(self.order, self.papers))

    def supply(self, day: date, *, free: bool = False) -> None:
        """It is supplied on a day, with the VAT of that day."""
        self.order = replace(self.order, state=OrderState.DELIVERED, delivered_at=NOW)
        self.order = as_supplied(self.order, day, free=free, new_id=uuid4)

    def final(self) -> InvoicePaper | None:
        """The invoice of the supply; None if there is nothing to invoice."""
        if self.order.gross_cents == self.order.refunded_cents and not self.order.deposit_cents:
            return None
        before = self.papers if sum(one.gross_cents for one in self.papers) else []
        draft = supply_draft(self.order, before, SELLER)
        paper = self._issue(draft, draft.lines)
        self.order = replace(self.order, invoice_id=UUID(int=4))
        return paper

    def _note(self, lines: Sequence[InvoiceLine]) -> InvoicePaper | None:
        if not sum(one.gross_cents for one in lines):
            return None
        note = self._issue(note_draft(self.order, self.papers, lines, "klacht"), lines)
        if self.order.invoice_id is None:
            self.order = replace(self.order, deposit_cents=self.order.deposit_cents - note.gross_cents)
        return note

    def _issue(self, draft: Draft, lines: Sequence[InvoiceLine]) -> InvoicePaper:
        paper = draft.issued(f"BRD2026-{len(self.papers) + 1:05}", DAY)
        assert paper.net_cents + paper.vat_cents == paper.gross_cents == sum(one.gross_cents for one in lines) >= 0
        invoice = Invoice(
            id=uuid4(),
            cooperative_id=UUID(int=2),
            kind=paper.kind,
            year=2026,
            sequence=len(self.papers) + 1,
            number=paper.number,
            issued_on=DAY,
            issued_at=NOW,
            gross_cents=paper.gross_cents,
            payable_cents=paper.payable_cents,
            paper=paper,
            digest="",
        )
        part = InvoiceOrder(
            id=uuid4(),
            invoice_id=invoice.id,
            order_id=self.order.id,
            cooperative_id=UUID(int=2),
            groups=groups_of_lines(lines),
            net_cents=paper.net_cents,
            vat_cents=paper.vat_cents,
        )
        self.papers.append(Invoiced(invoice, part))
        return paper

    @property
    def asked(self) -> dict[GroupKey, tuple[int, int]]:
        """Net and VAT of its invoices less its credit notes, by group, other than zero."""
        return {key: amounts for key, amounts in invoiced(self.papers).items() if any(amounts)}

    @property
    def left(self) -> dict[GroupKey, tuple[int, int]]:
        return {key: amounts for key, amounts in left_of(self.order).items() if any(amounts)}


def amounts(paper: InvoicePaper | None) -> tuple[int, int]:
    assert paper is not None
    return paper.net_cents, paper.vat_cents


def test_three_deposits_of_a_third_and_a_final_of_nothing() -> None:
    """The VAT of each alone would leave −0.01 and 0.01."""
    story = Story(order(line(10_000, basis=PriceBasis.INCL)))
    assert [amounts(story.deposit(cents))[1] for cents in (3334, 3333, 3333)] == [579, 578, 579]
    story.supply(DAY)
    final = story.final()
    assert (amounts(final), final.kind if final else None, len(final.lines) if final else 0) == (
        (0, 0),
        InvoiceKind.FINAL,
        4,
    )
    assert story.asked == story.left


def test_a_deposit_of_two_rates() -> None:
    """30 % of 98.10 and 121.00: 27.00 + 2.43 and 30.00 + 6.30; what is left is 63.00 + 5.67 and 70.00 + 14.70."""
    story = Story(order(line(9_000, VatClass.REDUCED), line(10_000)))
    deposit = story.deposit(6_573)
    assert [(one.net_cents, one.vat_cents) for one in deposit.groups] == [(2_700, 243), (3_000, 630)]
    story.supply(DAY)
    final = story.final()
    assert final is not None
    assert [(one.net_cents, one.vat_cents) for one in final.groups] == [(6_300, 567), (7_000, 1_470)]


def test_piece_by_piece_the_notes_are_the_invoice() -> None:
    story = Story(order(line(999, basis=PriceBasis.INCL, quantity=3)))
    story.supply(DAY)
    story.final()
    units = [Wanted(story.order.lines[0].id, quantity=1)]
    assert [amounts(story.credit(lines_off(story.order, units))) for _ in range(3)] == [
        (826, 173),
        (825, 174),
        (826, 173),
    ]
    assert story.asked == {}


def test_a_coupon_over_many_pieces_and_all_of_it_back() -> None:
    """10 × 23.90 less 25 %: the discount is rounded once."""
    story = Story(
        order(line(2_390, basis=PriceBasis.INCL, quantity=10), line(-5_975, basis=PriceBasis.INCL)),
    )
    story.supply(DAY)
    assert amounts(story.final()) == (14_814, 3_111)
    assert amounts(story.credit(amount_off(story.order, None))) == (14_814, 3_111)
    assert story.asked == {}


@pytest.mark.parametrize(
    ("basis", "deposit", "final"),
    [(PriceBasis.INCL, (5_000, 450), (4_008, 1_442)), (PriceBasis.EXCL, (5_000, 450), (5_000, 1_650))],
)
def test_a_rate_that_changes_at_supply_after_a_deposit(
    basis: PriceBasis, deposit: tuple[int, int], final: tuple[int, int]
) -> None:
    """Lodging 109.00 of 2025, half of it asked before: at supply in 2026 the deposit's 9 % comes off the 21 %."""
    shown = 10_900 if basis is PriceBasis.INCL else 10_000
    story = Story(order(line(shown, VatClass.LODGING, EARLY, basis=basis)))
    assert amounts(story.deposit(5_450)) == deposit
    story.supply(DAY)
    assert amounts(story.final()) == final
    assert {key.basis_points: sums for key, sums in story.asked.items()} == {
        2100: (9_008, 1_892) if basis is PriceBasis.INCL else (10_000, 2_100)
    }


def test_a_rate_of_which_nothing_is_left_asks_no_deposit() -> None:
    """One of two lines was credited whole before the deposit."""
    second = line(5_000, VatClass.REDUCED)
    story = Story(order(line(10_000), second))
    story.credit(lines_off(story.order, [Wanted(second.id, quantity=1)]))
    deposit = story.deposit(6_050)
    assert [(one.basis_points, one.net_cents, one.vat_cents) for one in deposit.groups] == [(2100, 5_000, 1_050)]


def test_a_discount_of_a_whole_rate_asks_no_deposit() -> None:
    discount = line(-5_000, VatClass.REDUCED)
    story = Story(order(line(10_000), line(5_000, VatClass.REDUCED), discount))
    assert amounts(story.deposit(6_050)) == (5_000, 1_050)


SUPPLIES = st.builds(
    line,
    st.integers(1, 50_000),
    st.sampled_from(CLASSES),
    st.sampled_from([EARLY, DAY]),
    quantity=st.integers(1, 12),
    goods=st.booleans(),
)
BASES = st.sampled_from(PriceBasis)
LINES = st.lists(st.tuples(SUPPLIES, BASES, st.integers(0, 100)), min_size=1, max_size=4)
STEPS = st.lists(
    st.tuples(st.sampled_from(["deposit", "deposit", "credit", "credit_line"]), st.integers(1, 10_000)), max_size=6
)


def any_order(drawn: Sequence[tuple[OrderLine, PriceBasis, int]], *, free: bool) -> Order:
    """An order of these lines; of some a discount takes a part, in percent."""
    lines = []
    for supply, basis, percent in drawn:
        margin = supply.purchase_cents is not None
        lines.append(supply if margin else replace(supply, basis=basis))
        off = supply.unit_price_cents * supply.quantity * percent // 100
        if off and percent % 3 == 0 and not margin:
            lines.append(replace(lines[-1], id=uuid4(), quantity=1, unit_price_cents=-off))
    # All lines of an order have the rates of one day.
    day = EARLY if any(one.vat_basis_points == 900 and one.vat_class is VatClass.LODGING for one in lines) else DAY
    made = order(*(replace(one, vat_basis_points=rate_on(one.vat_class, day)) for one in lines))
    return free_of_vat(made) if free else made


def step(story: Story, what: str, share: int) -> None:
    """A part of what can be asked or credited."""
    left = story.order.gross_cents - story.order.refunded_cents
    if what == "deposit" and story.order.state is OrderState.ACCEPTED and story.room > 0:
        story.deposit(max(1, story.room * share // 10_000))
    elif what == "credit" and left > 0:
        story.credit(amount_off(story.order, max(1, left * share // 10_000)))
    elif what == "credit_line" and left > 0:
        one = story.order.lines[share % len(story.order.lines)]
        if one.gross_left_cents > 0 and one.quantity > one.credited_quantity:
            units = 1 + share % (one.quantity - one.credited_quantity)
            try:
                off = lines_off(story.order, [Wanted(one.id, quantity=units)])
            except MoreThanLeft:
                return
            if one.gross_left_cents <= left:
                story.credit(off)


def vat_by_rate(groups: dict[GroupKey, tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Net and VAT by rate; nothing of margins, whose VAT no paper shows."""
    sums: dict[int, tuple[int, int]] = {}
    for key, (net, vat) in groups.items():
        if key.basis_points:
            before = sums.get(key.basis_points, (0, 0))
            sums[key.basis_points] = before[0] + net, before[1] + vat
    return {rate: both for rate, both in sums.items() if any(both)}


@given(LINES, STEPS, STEPS, STEPS, st.booleans(), st.booleans())
def test_what_was_invoiced_is_what_is_left_of_the_price(
    drawn: list[tuple[OrderLine, PriceBasis, int]],
    early: list[tuple[str, int]],
    between: list[tuple[str, int]],
    late: list[tuple[str, int]],
    free: bool,
    free_at_supply: bool,
) -> None:
    """Any lines, any deposits and credits, before supply and after it: by class and rate, and as the books have it."""
    made = any_order(drawn, free=free)
    if made.gross_cents <= 0:
        return
    story = Story(made)
    for what, share in early:
        step(story, what, share)
        assert story.order.deposit_cents == sum(one.gross_cents for one in story.papers)
        assert story.order.deposit_cents <= story.order.price_left_cents
    story.supply(DAY, free=free_at_supply)
    for what, share in between:
        step(story, what, share)
    story.final()
    assert story.asked == story.left
    for what, share in late:
        step(story, what, share)
        assert story.asked == story.left
    if not any(one.hides_vat for one in story.order.lines):
        books = {rate: (base, vat) for (_, rate), (vat, base) in standing(story.order).vat.items() if rate}
        assert vat_by_rate(story.asked) == {rate: both for rate, both in books.items() if any(both)}
    if story.order.gross_cents > story.order.refunded_cents:
        story.credit(amount_off(story.order, None))
        assert story.asked == {}


@given(LINES, st.lists(st.integers(1, 10_000), min_size=1, max_size=6), st.booleans())
def test_the_vat_of_deposits_is_that_of_the_price_in_proportion(
    drawn: list[tuple[OrderLine, PriceBasis, int]], shares: list[int], free: bool
) -> None:
    """Of one rate: half up of VAT × asked so far ÷ gross; of any, what the books charge; cancelled, nothing is left."""
    made = any_order(drawn, free=free)
    if made.gross_cents <= 0:
        return
    story = Story(made)
    for share in shares:
        step(story, "deposit", share)
        hidden = sum(part.vat_cents for part in made.vat_groups if part.hides_vat)
        books = standing(story.order)
        charged = sum(vat for vat, _ in books.vat.values())
        asked = sum(vat for _, vat in story.asked.values())
        if not hidden:
            assert asked == charged
        if len({(one.vat_class, one.vat_basis_points, one.goods) for one in made.lines}) == 1 and not hidden:
            assert asked == proportion(made.vat_cents, story.order.deposit_cents, made.gross_cents)
    story.cancel()
    assert story.asked == {}
