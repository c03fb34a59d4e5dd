"""Where a line of a bank statement goes: each rule, and what is only suggested."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books.bank_rules import BankRule
from app.domain.books.bank_statements import BankLine
from app.domain.books.matching import (
    Item,
    MatchRule,
    Open,
    OpenBill,
    OpenInvoice,
    OpenOrder,
    Part,
    Placement,
    What,
    match_lines,
    suggest,
)
from app.domain.books.payment_texts import invoice_numbers_in, names_number, references_in
from app.domain.creditors import Creditor, CreditorKind
from app.domain.selling.references import rf_of

OURS, SAVINGS, CUSTOMER, SUPPLIER = "NL24ZZZA0000000101", "NL94ZZZA0000000102", "NL91ZZZB0000000301", "NL45ZZZC1"
DAY = date(2026, 3, 10)
HEDGE = OpenOrder(id=uuid4(), reference="SMKKT5DN", due_cents=24200)
GRASS = OpenOrder(id=uuid4(), reference="QRDQ7F2M", due_cents=6050)
PAID = OpenOrder(id=uuid4(), reference="H4T9WXYZ", due_cents=0, back_cents=800)
WOOD = Creditor(CreditorKind.SUPPLIER, uuid4())
BILL = OpenBill(number="HV-2026-0087", cents=18150, creditor=WOOD, ibans=(SUPPLIER,))
NOTE = OpenBill(number="CN-2026-9", cents=-11900, creditor=WOOD, ibans=(SUPPLIER,))
FIRST = Item(id=uuid4(), cents=-10000, day=DAY, is_payment=True, batch_id="B-1")
SECOND = Item(id=uuid4(), cents=-36300, day=DAY, is_payment=True, batch_id="B-1")
OTHER = Item(id=uuid4(), cents=-46300, day=DAY, is_payment=True, batch_id="B-2")
CASH = Item(id=uuid4(), cents=5000, day=DAY, is_cash=True)
BY_HAND = Item(id=uuid4(), cents=-7500, day=date(2026, 3, 6))


def rule(category: str, **named: Any) -> BankRule:
    added: dict[str, Any] = {"cooperative_id": uuid4(), "added_by": uuid4(), "added_at": datetime.now(UTC)}
    return BankRule(id=uuid4(), category=category, **added, **named)


BOOKS = Open(
    own_ibans=frozenset({OURS, SAVINGS}),
    orders=(HEDGE, GRASS, PAID),
    invoices=(OpenInvoice(number="ZW2026-00012", order_ids=(HEDGE.id, GRASS.id)),),
    bills=(BILL, NOTE),
    items=(FIRST, SECOND, OTHER, CASH, BY_HAND),
    rules=(
        rule("cost/energy", iban="NL02ZZZE0000000602"),
        rule("cost/rent", text="huur loods"),
    ),
)


def line(cents: int, text: str = "", **more: Any) -> BankLine:
    named: dict[str, Any] = {"id": uuid4(), "cooperative_id": uuid4(), "statement_id": uuid4(), "iban": OURS}
    return BankLine(**named, day=DAY, cents=cents, left_cents=cents, identity="x", place=1, text=text, **more)


def placed(found: BankLine, known: Open = BOOKS) -> Placement:
    return match_lines([found], known, uuid4)[found.id]


def on(*parts: tuple[int, What, UUID]) -> tuple[Part, ...]:
    return tuple(Part(cents=cents, what=what, target_id=target) for cents, what, target in parts)


ORDER, ITEM = What.ORDER, What.ITEM
SURE: dict[str, tuple[BankLine, tuple[Part, ...], MatchRule]] = {
    "a payment of a batch went out": (
        line(-10000, end_to_end_id=FIRST.id.hex),
        on((-10000, ITEM, FIRST.id)),
        MatchRule.END_TO_END,
    ),
    "it came back": (
        line(10000, end_to_end_id=FIRST.id.hex, is_return=True),
        on((10000, ITEM, FIRST.id)),
        MatchRule.END_TO_END,
    ),
    "a batch by its id": (
        line(-46300, batch_id="B-1   "),
        on((-10000, ITEM, FIRST.id), (-36300, ITEM, SECOND.id)),
        MatchRule.BATCH,
    ),
    "an order, its reference glued to words": (
        line(24200, "betalingSMKKT5DNdank"),
        on((24200, ORDER, HEDGE.id)),
        MatchRule.REFERENCE,
    ),
    "a reference broken in two": (line(24200, "voor SMKK\nT5DN"), on((24200, ORDER, HEDGE.id)), MatchRule.REFERENCE),
    "a part of an order": (line(5000, "SMKKT5DN"), on((5000, ORDER, HEDGE.id)), MatchRule.REFERENCE),
    "more than an order": (line(25000, "SMKKT5DN"), on((25000, ORDER, HEDGE.id)), MatchRule.REFERENCE),
    "an RF reference with blanks": (
        line(24200, "rf84 smkk t5dn"),
        on((24200, ORDER, HEDGE.id)),
        MatchRule.CREDITOR_REFERENCE,
    ),
    "two orders whose sum it is": (
        line(30250, "SMKKT5DN en QRDQ7F2M"),
        on((24200, ORDER, HEDGE.id), (6050, ORDER, GRASS.id)),
        MatchRule.REFERENCE,
    ),
    "an invoice of two orders, in part": (
        line(25000, "factuur ZW2026-00012"),
        on((24200, ORDER, HEDGE.id), (800, ORDER, GRASS.id)),
        MatchRule.REFERENCE,
    ),
    "money that goes back": (line(-800, "terug H4T9WXYZ"), on((-800, ORDER, PAID.id)), MatchRule.REFERENCE),
    "a bill": (
        line(-18150, "HV-2026-0087", counterparty_iban=SUPPLIER),
        (Part(cents=-18150, what=What.CREDITOR, target_id=WOOD.id, creditor_kind=WOOD.kind),),
        MatchRule.REFERENCE,
    ),
    "a credit note that is paid back": (
        line(11900, "creditnota CN-2026-9", counterparty_iban=SUPPLIER),
        (Part(cents=11900, what=What.CREDITOR, target_id=WOOD.id, creditor_kind=WOOD.kind),),
        MatchRule.REFERENCE,
    ),
    "what was paid by hand": (
        line(-7500, "zakgeld", counterparty_iban=CUSTOMER),
        on((-7500, ITEM, BY_HAND.id)),
        MatchRule.IN_TRANSIT,
    ),
    "cash": (line(5000, "storting"), on((5000, ITEM, CASH.id)), MatchRule.IN_TRANSIT),
    "a standing rule by IBAN": (
        line(-6100, counterparty_iban="NL02ZZZE0000000602"),
        (Part(cents=-6100, what=What.CATEGORY, category="cost/energy"),),
        MatchRule.STANDING,
    ),
    "a standing rule by text": (
        line(-30000, "HUUR\nLOODS maart"),
        (Part(cents=-30000, what=What.CATEGORY, category="cost/rent"),),
        MatchRule.STANDING,
    ),
    "costs of the bank": (
        line(-2500, bank_code="ACMT-MDOP-CHRG"),
        (Part(cents=-2500, what=What.CATEGORY, category="cost/bank"),),
        MatchRule.BANK_CODE,
    ),
    "costs that the bank gives back": (
        line(2500, bank_code="ACMT-MDOP-CHRG"),
        (Part(cents=2500, what=What.CATEGORY, category="cost/bank"),),
        MatchRule.BANK_CODE,
    ),
    "interest": (
        line(12, bank_code="PMNT-MCOP-INTR"),
        (Part(cents=12, what=What.CATEGORY, category="income/interest"),),
        MatchRule.BANK_CODE,
    ),
}


@pytest.mark.parametrize("name", SURE)
def test_a_line_goes_where_the_first_rule_says(name: str) -> None:
    found, parts, rule = SURE[name]
    assert placed(found) == Placement(parts, rule)


UNSURE: dict[str, tuple[BankLine, int]] = {
    "two orders whose sum it is not": (line(30000, "SMKKT5DN en QRDQ7F2M"), 1),
    "more back than is owed": (line(-900, "H4T9WXYZ"), 1),
    "a batch less an item that was refused": (line(-36300, batch_id="B-1"), 1),
    "a total that two batches have": (line(-46300), 2),
    "another amount than the payment's": (line(-9000, end_to_end_id=FIRST.id.hex), 1),
    "a customer, while cash of that amount is on its way": (line(5000, counterparty_iban=CUSTOMER), 0),
    "the number of a bill at another IBAN": (line(-18150, "HV-2026-0087", counterparty_iban=CUSTOMER), 0),
    "a part of a number": (line(-18150, "HV-2026-00871", counterparty_iban=SUPPLIER), 0),
    "a return without an id of ours": (line(24200, "SMKKT5DN", is_return=True, counterparty_iban=SUPPLIER), 0),
    "nothing that is known": (line(700, "bedankt"), 0),
}


@pytest.mark.parametrize("name", UNSURE)
def test_what_fits_two_places_or_none_stays_open(name: str) -> None:
    found, suggestions = UNSURE[name]
    placement = placed(found)
    assert (placement.parts, placement.rule, len(placement.suggestions)) == ((), None, suggestions)


def test_a_total_that_one_batch_has_is_that_batch() -> None:
    known = replace(BOOKS, items=(FIRST, SECOND))
    assert placed(line(-46300), known).rule is MatchRule.BATCH


@pytest.mark.parametrize(
    "found",
    [
        line(-46300, "huur loods", counterparty_iban=CUSTOMER),
        replace(line(-46300, "huur loods"), day=date(2026, 3, 16)),
    ],
    ids=["another party", "another day"],
)
def test_a_total_of_another_party_or_day_is_no_batch(found: BankLine) -> None:
    assert placed(found, replace(BOOKS, items=(FIRST, SECOND))).rule is MatchRule.STANDING
    named = replace(found, batch_id="B-1")
    assert placed(named, replace(BOOKS, items=(FIRST, SECOND))).rule is MatchRule.BATCH


def test_a_bill_that_a_payment_on_its_way_pays_is_that_payment() -> None:
    under_way = replace(FIRST, cents=-18150, day=date(2026, 1, 1), creditor=WOOD)
    paid = replace(BILL, cents=0)
    found = line(-18150, "HV-2026-0087", counterparty_iban=SUPPLIER)
    for bill in (BILL, paid):
        known = replace(BOOKS, bills=(bill,), items=(under_way,))
        assert placed(found, known) == Placement(on((-18150, ITEM, FIRST.id)), MatchRule.REFERENCE)
    # One that the bank knows by another id is not ours, and a bill that is paid is no place.
    other = replace(found, end_to_end_id="X1")
    assert placed(other, replace(BOOKS, items=(under_way,))).parts[0].what is What.CREDITOR
    assert placed(other, replace(BOOKS, bills=(paid,), items=(under_way,))) == Placement()


def test_what_was_recorded_for_an_order_goes_first() -> None:
    recorded = Item(id=uuid4(), cents=24200, day=date(2026, 1, 1), order_id=HEDGE.id)
    known = replace(BOOKS, items=(recorded,))
    assert placed(line(24200, "SMKKT5DN"), known).parts == on((24200, ITEM, recorded.id))
    other = placed(line(24000, "SMKKT5DN"), known)
    assert not other.parts
    assert other.suggestions[0].parts == on((24200, ITEM, recorded.id))
    # Money that goes back is not what came in.
    assert placed(line(-24000, "SMKKT5DN"), known).suggestions[0].parts == on((-24000, ORDER, HEDGE.id))


def test_until_the_first_difference_has_a_place_nobody_is_owed_back() -> None:
    known = replace(BOOKS, difference_open=True)
    assert placed(line(24200, "SMKKT5DN"), known).parts
    assert not placed(line(24201, "SMKKT5DN"), known).parts


def test_money_between_two_accounts_is_in_transit_until_it_comes() -> None:
    left = line(-10000, counterparty_iban=SAVINGS)
    came = replace(line(10000, counterparty_iban=OURS), iban=SAVINGS)
    found = match_lines([came, left], BOOKS, uuid4)
    assert found[left.id].rule is found[came.id].rule is MatchRule.OWN_ACCOUNT
    assert found[left.id].parts[0].target_id == found[came.id].parts[0].target_id
    # A return names our own account as its counterparty: that is no other account.
    assert not placed(line(10000, counterparty_iban=OURS)).parts


def test_two_lines_for_one_amount_are_suggested_both() -> None:
    lines = [line(-7500, "a"), line(-7500, "b")]
    found = match_lines(lines, BOOKS, uuid4)
    for one in lines:
        assert found[one.id].suggestions[0].parts == on((-7500, ITEM, BY_HAND.id))


def test_lines_after_each_other_pay_what_is_left() -> None:
    lines = [line(30250, "SMKKT5DN QRDQ7F2M"), line(30250, "SMKKT5DN QRDQ7F2M")]
    found = match_lines(lines, BOOKS, uuid4)
    assert sorted(len(found[one.id].parts) for one in lines) == [0, 2]


def test_an_amount_alone_only_suggests() -> None:
    found = line(6050, "zonder kenmerk")
    assert not placed(found).parts
    (only,) = suggest(found, BOOKS, uuid4)
    assert (only.rule, only.parts) == (MatchRule.AMOUNT, on((6050, ORDER, GRASS.id)))
    # What a rule says stands first, and is not said twice.
    first, *others = suggest(line(6050, "QRDQ7F2M"), BOOKS, uuid4)
    assert (first.rule, others) == (MatchRule.REFERENCE, [])


def test_two_rules_that_differ_are_suggested() -> None:
    known = replace(BOOKS, rules=(*BOOKS.rules, rule("cost/energy", text="loods")))
    assert len(placed(line(-30000, "huur loods"), known).suggestions) == 2


def test_numbers_stand_whole_and_references_may_be_glued() -> None:
    assert names_number("betaling 87", "87")
    assert not names_number("HV-2026-0087", "87")
    assert names_number("fact. vv26 /\n114, dank", "VV26/114")
    assert invoice_numbers_in("factuur nr ZW 2026-00012 2026", ["ZW", "R"]) == {"ZW2026-00012", "ZW2026-000122026"}
    assert invoice_numbers_in("ZW2026-00012A XZW2026-00013", ["ZW"]) == set()
    assert "SMKKT5DN" in references_in(f"iets {rf_of('SMKKT5DN').lower()}anders")


TEXTS = st.sampled_from(["", "SMKKT5DN", "QRDQ7F2M SMKKT5DN", "H4T9WXYZ", "ZW2026-00012", "HV-2026-0087", "huur loods"])
IBANS = st.sampled_from([None, SAVINGS, CUSTOMER, SUPPLIER])
IDS = st.sampled_from([None, FIRST.id.hex, SECOND.id.hex])
AMOUNTS = st.sampled_from([5000, -5000, 24200, -24200, 6050, 30250, -800, -10000, 10000, -46300, -7500, -18150, 11900])
LINES = st.lists(
    st.builds(
        lambda cents, text, iban, ours, back: line(
            cents, text, counterparty_iban=iban, end_to_end_id=ours, is_return=back
        ),
        AMOUNTS,
        TEXTS,
        IBANS,
        IDS,
        st.booleans(),
    ),
    max_size=8,
)


@given(LINES)
def test_a_line_goes_somewhere_whole_or_nowhere(lines: list[BankLine]) -> None:
    found = match_lines(lines, BOOKS, uuid4)
    brought: Counter[UUID] = Counter()
    for one in lines:
        placement = found[one.id]
        assert bool(placement.parts) == (placement.rule is not None)
        assert not (placement.parts and placement.suggestions)
        assert sum(part.cents for part in placement.parts) == (one.cents if placement.parts else 0)
        for part in placement.parts:
            if part.what is ITEM and part.cents < 0 and part.target_id:
                brought[part.target_id] += part.cents
    for item in (FIRST, SECOND, OTHER, BY_HAND):
        assert brought[item.id] in (0, item.cents)
