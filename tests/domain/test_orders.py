"""Orders: what a line keeps, what it all costs, until when, who moves it, and what is still owed."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import Role, Scope
from app.domain.actors import NOBODY, Actor, Holding
from app.domain.errors import (
    ContactIncomplete,
    DomainError,
    NotOrderable,
    RuleRefused,
    SecondPersonNeeded,
    SeveralSellers,
    TooLate,
    WrongState,
)
from app.domain.market.offerings import Offering, OfferingKind, OfferingState, PriceUnit
from app.domain.money import MAX_CENTS
from app.domain.selling.customers import Buyer, Contact, reachable
from app.domain.selling.order_lines import OrderLine, Units, line_of
from app.domain.selling.orders import (
    CALLED_OFF,
    ORDER,
    Order,
    OrderState,
    PaymentState,
    accept_by,
    due_for_sale,
    seller_of,
    totals,
    transition,
)
from app.domain.selling.prices import UnitPrice
from app.domain.selling.vat_at_supply import free_of_vat
from app.domain.transitions import Case, available
from app.domain.vat import PriceBasis, VatClass, rate_on

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
SELLER, MAKER, BUYER = UUID(int=1), UUID(int=2), UUID(int=3)
CUSTOMER = Actor(person_id=BUYER, issuer="i", subject="s", scopes=frozenset(Scope))


def offering(**more: Any) -> Offering:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "cooperative_id": SELLER,
        "member_id": MAKER,
        "kind": OfferingKind.SERVICE,
        "title": "Ramen lappen",
        "text": "",
        "category": "schoonmaak",
        "price_unit": PriceUnit.HOUR,
        "price_cents": 2_000,
        "vat_class": VatClass.REDUCED,
        "town": "Breda",
        "state": OfferingState.PUBLISHED,
        "edition": 3,
    }
    return Offering(**fields | more)


def line(price: int, vat: VatClass = VatClass.STANDARD, quantity: int = 1, purchase: int | None = None) -> OrderLine:
    """A line of a company, at a price without VAT unless it is of the margin scheme."""
    basis = PriceBasis.EXCL if purchase is None else PriceBasis.INCL
    of = offering(price_unit=PriceUnit.PIECE, price_cents=price, vat_class=vat, purchase_cents=purchase)
    return bought(of, quantity, UnitPrice(basis=basis, cents=price))


def bought(of: Offering, quantity: int = 1, price: UnitPrice | None = None, minutes: int | None = None) -> OrderLine:
    units = Units(quantity) if minutes is None else Units.of_minutes(minutes)
    price = price or UnitPrice(basis=PriceBasis.EXCL, cents=of.price_cents)
    return line_of(of, units, price, id=uuid4(), order_id=uuid4(), day=NOW.date())


def order(*lines: OrderLine, **more: Any) -> Order:
    fields: dict[str, Any] = {
        "id": uuid4(),
        "cooperative_id": SELLER,
        "reference": "SMKKT5DN",
        "contact": Contact(name="Jo"),
        "lines": lines,
        "net_cents": 0,
        "vat_cents": 0,
        "placed_at": NOW,
        "accept_by": NOW + timedelta(hours=48),
        "customer_person_id": BUYER,
        "maker_ids": (MAKER,),
    }
    return totals(Order(**fields | more))


def staff(role: Role, at: UUID = SELLER, member_id: UUID | None = None) -> Actor:
    holdings = (Holding(role, at, None, member_id),)
    return Actor(person_id=uuid4(), issuer="i", subject="x", scopes=frozenset(Scope), holdings=holdings)


def test_a_line_keeps_what_was_bought_as_it_was() -> None:
    goods = offering(kind=OfferingKind.GOODS, stock=4)
    (kept,) = order(bought(goods, 3)).lines
    assert (kept.offering_id, kept.edition, kept.member_id) == (goods.id, 3, MAKER)
    assert (kept.title, kept.price_unit, kept.quantity, kept.minutes) == ("Ramen lappen", "hour", 3, 180)
    assert (kept.unit_price_cents, kept.basis, kept.vat_basis_points) == (2_000, "excl", 900)
    assert (kept.net_cents, kept.vat_cents, kept.gross_cents) == (6_000, 540, 6_540)
    assert kept.counts_stock
    assert not line(1).counts_stock


@pytest.mark.parametrize("state", [state for state in OfferingState if state is not OfferingState.PUBLISHED])
def test_nothing_but_what_is_published_is_ordered(state: OfferingState) -> None:
    with pytest.raises(NotOrderable) as refused:
        bought(offering(state=state))
    assert refused.value.facts == {"title": "Ramen lappen", "state": state}


@pytest.mark.parametrize(
    ("lines", "net", "vat"),
    [
        pytest.param([line(20_000)], 20_000, 4_200, id="one line at 21 %"),
        pytest.param([line(1_000, quantity=3)], 3_000, 630, id="three units"),
        pytest.param([line(3), line(3)], 6, 1, id="rounded once for each rate: 1.26, not twice 0.63"),
        pytest.param([line(50, VatClass.REDUCED)], 50, 5, id="half a cent is rounded up: 4.5"),
        pytest.param([line(100), line(100, VatClass.REDUCED)], 200, 30, id="two rates"),
        pytest.param([line(100, VatClass.ZERO), line(100, VatClass.EXEMPT)], 200, 0, id="no VAT"),
        pytest.param([line(15_000, VatClass.MARGIN, purchase=2_900)], 12_900, 2_100, id="inside the margin"),
        pytest.param([line(1_000, VatClass.MARGIN, purchase=4_000)], 1_000, 0, id="no VAT on a loss"),
        pytest.param(
            [line(15_000, VatClass.MARGIN, purchase=2_900), line(100)], 13_000, 2_121, id="a margin beside a rate"
        ),
        pytest.param([], 0, 0, id="nothing"),
    ],
)
def test_what_an_order_costs(lines: list[OrderLine], net: int, vat: int) -> None:
    """Per rate on the sum of its lines, half up; a margin line by line, inside its price."""
    sold = order(*lines)
    assert (sold.net_cents, sold.vat_cents, sold.gross_cents) == (net, vat, net + vat)


@given(st.integers(0, 10_000_000), st.integers(0, 10_000_000), st.integers(1, 50))
def test_a_customer_pays_the_price_on_the_label_of_second_hand_goods(price: int, purchase: int, quantity: int) -> None:
    sold = order(line(price, VatClass.MARGIN, quantity, purchase))
    assert sold.gross_cents == price * quantity
    assert 0 <= sold.vat_cents <= max(0, price - purchase) * quantity


def test_an_order_is_at_most_a_thousand_million_euro() -> None:
    assert order(line(MAX_CENTS)).net_cents == MAX_CENTS
    with pytest.raises(RuleRefused) as refused:
        order(line(MAX_CENTS), line(1))
    facts = refused.value.facts
    assert (facts["rule"], facts["limit_cents"]) == ("order_too_large", MAX_CENTS)


def test_without_vat_every_line_is_exempt_and_a_margin_is_no_matter() -> None:
    free = free_of_vat(order(line(100), line(15_000, VatClass.MARGIN, purchase=2_900)))
    assert (free.net_cents, free.vat_cents) == (15_100, 0)
    assert {(one.vat_class, one.vat_basis_points, one.purchase_cents) for one in free.lines} == {
        (VatClass.EXEMPT, 0, None)
    }


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2025, 12, 31), 900), (date(2026, 1, 1), 2_100), (date(2030, 1, 1), 2_100)],
    ids=["until 2025", "from 2026", "later"],
)
def test_a_rate_is_that_of_the_day(day: date, rate: int) -> None:
    assert rate_on(VatClass.LODGING, day) == rate


@pytest.mark.parametrize(
    ("lead_minutes", "needed_in_hours", "hours"),
    [
        pytest.param([0], None, 48, id="two days"),
        pytest.param([120], 10, 8, id="needed at, less the lead time"),
        pytest.param([120, 300], 10, 5, id="the longest lead time counts"),
        pytest.param([0], 100, 48, id="never later than two days"),
    ],
)
def test_until_when_an_order_can_be_accepted(lead_minutes: list[int], needed_in_hours: int | None, hours: int) -> None:
    several = [offering(lead_time_minutes=minutes) for minutes in lead_minutes]
    needed = None if needed_in_hours is None else NOW + timedelta(hours=needed_in_hours)
    assert accept_by(several, NOW, needed) == NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("needed_in_minutes", "facts"),
    [(120, {"minutes": 120}), (0, {"minutes": 120, "how": "past"}), (-1, {"minutes": 120, "how": "past"})],
    ids=["no time left to make it", "now", "in the past"],
)
def test_too_late_to_be_made(needed_in_minutes: int, facts: dict[str, object]) -> None:
    with pytest.raises(TooLate) as refused:
        accept_by([offering(lead_time_minutes=120)], NOW, NOW + timedelta(minutes=needed_in_minutes))
    assert refused.value.facts == facts


def test_an_order_has_one_seller() -> None:
    assert seller_of([offering(), offering()]) == SELLER
    with pytest.raises(SeveralSellers) as refused:
        seller_of([offering(), offering(cooperative_id=uuid4())])
    assert refused.value.facts == {"sellers": 2}


@pytest.mark.parametrize(
    ("verb", "sources", "target"),
    [
        ("accept", {"placed"}, "accepted"),
        ("refuse", {"placed"}, "refused"),
        ("start", {"accepted"}, "in_progress"),
        ("deliver", {"accepted", "in_progress"}, "delivered"),
        ("complete", {"delivered"}, "completed"),
        ("cancel", {"placed", "accepted"}, "cancelled"),
        ("expire", {"placed"}, "expired"),
        ("complete_silently", {"delivered"}, "completed"),
    ],
)
def test_where_a_step_leads(verb: str, sources: set[str], target: str) -> None:
    for state in OrderState:
        before = order(line(1), state=state)
        if state in sources:
            assert transition(Case(before, CUSTOMER, NOW), verb).state == target
        else:
            with pytest.raises(WrongState):
                transition(Case(before, CUSTOMER, NOW), verb)


def test_a_step_is_dated() -> None:
    delivered = transition(Case(order(line(1), state=OrderState.ACCEPTED), CUSTOMER, NOW), "deliver")
    assert (delivered.delivered_at, delivered.completed_at, delivered.work_date) == (NOW, None, NOW.date())
    later = NOW + timedelta(days=1)
    completed = transition(Case(delivered, CUSTOMER, later), "complete")
    assert (completed.delivered_at, completed.completed_at) == (NOW, later)
    assert order().work_date is None


def test_the_work_date_is_a_day_in_amsterdam() -> None:
    assert order(delivered_at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC)).work_date == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("who", "state", "verbs"),
    [
        pytest.param(staff(Role.COORDINATOR), "placed", {"accept", "refuse", "cancel"}, id="coordinator, placed"),
        pytest.param(staff(Role.COORDINATOR), "delivered", set(), id="coordinator, delivered"),
        pytest.param(staff(Role.MEMBER, member_id=MAKER), "placed", {"accept", "refuse"}, id="maker, placed"),
        pytest.param(staff(Role.MEMBER, member_id=MAKER), "accepted", {"start", "deliver"}, id="maker, accepted"),
        pytest.param(staff(Role.MEMBER, member_id=uuid4()), "placed", set(), id="another member"),
        pytest.param(staff(Role.TREASURER), "placed", set(), id="treasurer"),
        pytest.param(CUSTOMER, "placed", {"cancel"}, id="customer, placed"),
        pytest.param(CUSTOMER, "in_progress", set(), id="customer, in progress"),
        pytest.param(CUSTOMER, "delivered", {"complete"}, id="customer, delivered"),
        pytest.param(replace(CUSTOMER, person_id=uuid4()), "placed", set(), id="another customer"),
        pytest.param(NOBODY, "placed", set(), id="visitor"),
    ],
)
def test_who_can_do_what_next(who: Actor, state: str, verbs: set[str]) -> None:
    placed = order(line(1), state=OrderState(state), delivered_at=NOW)
    assert {step.verb for step in available(ORDER, Case(placed, who, NOW)) if step.allowed} == verbs


def test_nobody_confirms_the_work_that_they_did() -> None:
    """The maker who is the customer too, for instance of their own second membership."""
    both = replace(CUSTOMER, holdings=(Holding(Role.MEMBER, SELLER, None, MAKER),))
    with pytest.raises(SecondPersonNeeded):
        transition(Case(order(line(1), state=OrderState.DELIVERED), both, NOW), "complete")


@pytest.mark.parametrize(
    ("verb", "state", "since"),
    [("accept", OrderState.PLACED, timedelta(hours=48)), ("complete", OrderState.DELIVERED, timedelta(days=14))],
)
def test_after_its_deadline_a_step_is_refused(verb: str, state: OrderState, since: timedelta) -> None:
    waiting = order(line(1), state=state, delivered_at=NOW)
    assert waiting.due_at == NOW + since
    transition(Case(waiting, CUSTOMER, NOW + since - timedelta(seconds=1)), verb)
    with pytest.raises(WrongState) as refused:
        transition(Case(waiting, CUSTOMER, NOW + since), verb)
    assert refused.value.facts["reason"] == "time_is_over"


def test_an_order_of_an_assignment_is_moved_by_that() -> None:
    part = order(line(1), assignment_id=uuid4())
    assert part.due_at is None
    for verb in ("refuse", "cancel", "expire"):
        with pytest.raises(WrongState) as refused:
            transition(Case(part, CUSTOMER, NOW), verb)
        assert refused.value.facts["reason"] == "moves_with_its_assignment"
    assert transition(Case(part, CUSTOMER, NOW), "accept").state is OrderState.ACCEPTED


@pytest.mark.parametrize("state", [state for state in OrderState if state not in ("placed", "delivered")])
def test_other_orders_wait_for_no_clock(state: OrderState) -> None:
    assert order(state=state, delivered_at=NOW).due_at is None


@pytest.mark.parametrize(
    ("paid", "refunded", "payment", "due", "owed_back"),
    [
        pytest.param(0, 0, PaymentState.UNPAID, 24_200, 0, id="nothing yet"),
        pytest.param(1, 0, PaymentState.PARTLY_PAID, 24_199, 0, id="a cent"),
        pytest.param(24_200, 0, PaymentState.PAID, 0, 0, id="all of it"),
        pytest.param(25_000, 0, PaymentState.PAID, 0, 800, id="too much"),
        pytest.param(14_200, 10_000, PaymentState.PARTLY_REFUNDED, 0, 0, id="a part was refunded"),
        pytest.param(0, 24_200, PaymentState.REFUNDED, 0, 0, id="all was refunded"),
    ],
)
def test_how_much_is_paid_due_and_owed_back(
    paid: int, refunded: int, payment: PaymentState, due: int, owed_back: int
) -> None:
    sold = order(line(20_000), paid_cents=paid, refunded_cents=refunded, state=OrderState.COMPLETED)
    assert (sold.payment, sold.due_cents, sold.owed_back_cents) == (payment, due, owed_back)


@pytest.mark.parametrize("state", sorted(CALLED_OFF))
def test_what_was_paid_of_an_order_that_is_called_off_is_owed_back(state: OrderState) -> None:
    off = order(line(20_000), paid_cents=10_000, state=state)
    assert (off.due_cents, off.owed_back_cents, off.payment) == (0, 10_000, PaymentState.PARTLY_PAID)


@pytest.mark.parametrize(
    ("paid", "credited", "lost", "due", "owed_back"),
    [
        pytest.param(10_000, 0, 14_200, 0, 0, id="the rest is lost"),
        pytest.param(10_000, 0, 4_200, 10_000, 0, id="a part is lost"),
        pytest.param(10_000, 14_200, 0, 0, 0, id="the rest is credited"),
        pytest.param(10_000, 10_000, 4_200, 0, 0, id="both"),
        pytest.param(10_000, 14_300, 0, 0, 100, id="more is credited than is due"),
    ],
)
def test_what_was_paid_credited_lost_and_is_due_is_the_price(
    paid: int, credited: int, lost: int, due: int, owed_back: int
) -> None:
    sold = order(line(20_000), paid_cents=paid, refunded_cents=credited, written_off_cents=lost)
    assert (sold.due_cents, sold.owed_back_cents) == (due, owed_back)
    assert paid + credited + lost + sold.due_cents - sold.owed_back_cents == sold.gross_cents


@pytest.mark.parametrize("verb", ["refuse", "cancel", "expire"])
def test_of_an_order_that_is_called_off_nothing_is_credited(verb: str) -> None:
    """Its price is 0, so all that was paid is owed back."""
    placed = order(line(20_000), paid_cents=10_000, refunded_cents=20_000)
    off = transition(Case(placed, CUSTOMER, NOW), verb)
    assert (off.refunded_cents, off.due_cents, off.owed_back_cents) == (0, 0, 10_000)


@pytest.mark.parametrize(
    ("more", "cents"),
    [
        pytest.param({}, 24_200, id="all of it"),
        pytest.param({"refunded_cents": 4_200}, 20_000, id="a part is credited"),
        pytest.param({"written_off_cents": 24_200}, 0, id="the makers lost it"),
        pytest.param({"written_off_cents": 24_200, "fund_bears": True}, 24_200, id="the fund lost it"),
        pytest.param({"state": OrderState.CANCELLED}, 0, id="called off"),
    ],
)
def test_what_members_earn_from(more: dict[str, Any], cents: int) -> None:
    assert order(line(20_000), **{"state": OrderState.COMPLETED} | more).earned_from_cents == cents


@pytest.mark.parametrize(
    ("more", "due"),
    [
        pytest.param({}, True, id="completed and paid"),
        pytest.param({"paid_cents": 25_000}, True, id="paid too much"),
        pytest.param({"paid_cents": 24_199}, False, id="not all paid"),
        pytest.param({"state": OrderState.DELIVERED}, False, id="not confirmed"),
        pytest.param({"sale_parts": 1}, False, id="booked already"),
        pytest.param({"sale_parts": 1, "sale_reversed": True}, True, id="its booking was undone"),
        pytest.param({"paid_cents": 0, "assignment_id": uuid4()}, True, id="of an assignment"),
        pytest.param(
            {"paid_cents": 0, "refunded_cents": 24_200, "assignment_id": uuid4()}, False, id="all was credited"
        ),
        pytest.param({"paid_cents": 10_000, "written_off_cents": 14_200}, True, id="the rest is lost"),
        pytest.param({"paid_cents": 0, "written_off_cents": 24_200}, False, id="the makers lost all of it"),
        pytest.param({"paid_cents": 0, "written_off_cents": 24_200, "fund_bears": True}, True, id="the fund lost it"),
    ],
)
def test_when_a_sale_is_booked(more: dict[str, Any], due: bool) -> None:
    fields: dict[str, Any] = {"paid_cents": 24_200, "state": OrderState.COMPLETED}
    assert due_for_sale(order(line(20_000), **fields | more)) is due


@pytest.mark.parametrize(
    ("contact", "refusal"),
    [
        (Contact(name="Jo", email="jo@example.org"), None),
        (Contact(name="Jo", phone="076 1234567"), None),
        (Contact(name="Jo", buyer=Buyer(organisation="De Kern")), ContactIncomplete),
    ],
    ids=["e-mail", "telephone", "neither"],
)
def test_a_customer_can_be_reached(contact: Contact, refusal: type[DomainError] | None) -> None:
    if refusal is None:
        assert reachable(contact) is contact
    else:
        with pytest.raises(refusal):
            reachable(contact)
