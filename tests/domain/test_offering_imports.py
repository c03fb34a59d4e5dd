"""Offerings that a partner keeps elsewhere: what a row makes of them, and stock that stays sold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError, RuleRefused, WrongState
from app.domain.market.offering_imports import (
    ImportOutcome,
    ImportReview,
    ImportState,
    OfferingImport,
    Row,
    leaves,
    outcome_of,
    restocked,
    reviewed,
    synced,
    told,
)
from app.domain.market.offerings import HiddenBy, Offering, OfferingKind, OfferingState, PriceUnit
from app.domain.vat import VatClass

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
PLACE, MAKER, IMPORT = UUID(int=1), UUID(int=2), UUID(int=3)
CONTENTS: dict[str, Any] = {
    "kind": OfferingKind.GOODS,
    "title": "Jam",
    "text": "",
    "category": "eten",
    "price_unit": PriceUnit.PIECE,
    "price_cents": 500,
    "vat_class": VatClass.REDUCED,
    "town": "Breda",
}
ROW = Row("W-1", MAKER, CONTENTS)


def offering(**more: Any) -> Offering:
    fields = CONTENTS | {"id": UUID(int=9), "cooperative_id": PLACE, "member_id": MAKER, "edition": 1, "stock": 10}
    return Offering(**fields | {"state": OfferingState.PUBLISHED} | more)


@pytest.mark.parametrize(
    ("offered", "state", "events"), [(True, "in_review", ["submitted"]), (False, "draft", [])], ids=["offered", "not"]
)
def test_a_new_row_waits_for_review(offered: bool, state: str, events: list[str]) -> None:
    made = synced(None, replace(ROW, stock=4, offered=offered), PLACE, UUID(int=9))
    assert (made.state, made.stock, made.said, made.edition) == (state, 4, 4, 0)
    assert (outcome_of(None, made), told(None, made)) == (ImportOutcome.CREATED, events)


@pytest.mark.parametrize(
    ("state", "hidden_by", "offered", "after", "events"),
    [
        pytest.param("published", (), True, "published", [], id="stays on sale"),
        pytest.param("published", (), False, "paused", ["paused"], id="leaves the market"),
        pytest.param("paused", (HiddenBy.MAKER,), True, "published", ["resumed"], id="comes back"),
        pytest.param("paused", (HiddenBy.MAKER,), False, "paused", [], id="stays away"),
        pytest.param("paused", (HiddenBy.MEMBERSHIP,), True, "paused", [], id="the membership is no matter of a file"),
        pytest.param("in_review", (), False, "draft", ["withdrawn"], id="is withdrawn"),
        pytest.param("draft", (), True, "in_review", ["submitted"], id="is submitted"),
        pytest.param("archived", (), False, "archived", [], id="stays archived"),
    ],
)
def test_a_row_moves_what_is_known(
    state: str, hidden_by: tuple[HiddenBy, ...], offered: bool, after: str, events: list[str]
) -> None:
    before = offering(state=OfferingState(state), hidden_by=hidden_by)
    made = synced(before, replace(ROW, offered=offered), PLACE, UUID(int=8))
    assert (made.id, made.state, told(before, made)) == (before.id, after, events)
    assert outcome_of(before, made) is (ImportOutcome.UNCHANGED if made == before else ImportOutcome.CHANGED)


def test_other_contents_are_told_and_make_an_edition() -> None:
    row = replace(ROW, contents=CONTENTS | {"price_cents": 600}, stock=3)
    made = synced(offering(), row, PLACE, UUID(int=8))
    assert (made.price_cents, made.edition, made.stock) == (600, 2, 3)
    assert told(offering(), made) == ["changed", "stock_set"]


@pytest.mark.parametrize(
    ("before", "row", "refusal"),
    [
        (offering(member_id=UUID(int=7)), ROW, RuleRefused),
        (offering(state=OfferingState.ARCHIVED), ROW, WrongState),
    ],
    ids=["another maker", "archived"],
)
def test_what_a_row_does_not_change(before: Offering, row: Row, refusal: type[DomainError]) -> None:
    with pytest.raises(refusal):
        synced(before, row, PLACE, UUID(int=8))


@pytest.mark.parametrize(
    ("stock", "held", "said_before", "said", "left"),
    [
        pytest.param(None, 0, None, 5, 5, id="the first number is taken as it is"),
        pytest.param(10, 3, None, 5, 2, id="less what is held"),
        pytest.param(7, 0, 10, 10, 7, id="repeated: what was sold stays sold"),
        pytest.param(7, 0, 10, 12, 9, id="two more came in"),
        pytest.param(7, 0, 10, 8, 5, id="two were sold elsewhere"),
        pytest.param(7, 0, 10, 1, 0, id="more was sold than there was"),
    ],
)
def test_stock_follows_its_source(stock: int | None, held: int, said_before: int | None, said: int, left: int) -> None:
    assert restocked(offering(stock=stock, held=held, said=said_before), said).left == left


@given(st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(0, 40))
def test_what_was_sold_here_is_never_sold_again(numbers: list[int], sold: int) -> None:
    """However often the source says its number: it knows of none of our sales."""
    now = restocked(offering(stock=None), numbers[0])
    sold = min(sold, now.left or 0)
    now = replace(now, stock=(now.stock or 0) - sold)
    for number in numbers[1:]:
        now = restocked(now, number)
        assert 0 <= (now.left or 0) <= max(number - sold, 0)
    assert now.left == restocked(now, numbers[-1]).left


@pytest.mark.parametrize(("verb", "state"), [("publish", "published"), ("send_back", "draft")])
def test_all_that_an_import_holds_is_decided_at_once(verb: str, state: str) -> None:
    held = offering(state=OfferingState.IN_REVIEW, import_id=IMPORT, edition=0)
    after = reviewed(held, ImportReview(verb))
    assert (after.state, leaves(held, after), leaves(after, after)) == (state, IMPORT, None)


@pytest.mark.parametrize(
    ("state", "lease", "lapsed"),
    [
        pytest.param("running", timedelta(seconds=-1), True, id="not renewed"),
        pytest.param("running", timedelta(seconds=1), False, id="renewed"),
        pytest.param("running", None, True, id="without a lease"),
        pytest.param("done", timedelta(seconds=-1), False, id="done"),
    ],
)
def test_an_import_whose_process_is_gone(state: str, lease: timedelta | None, lapsed: bool) -> None:
    found = OfferingImport(
        id=IMPORT,
        cooperative_id=PLACE,
        source="winkel",
        dry_run=False,
        started_at=NOW,
        state=ImportState(state),
        created=1,
        changed=2,
        unchanged=3,
        refused=4,
        lease_until=None if lease is None else NOW + lease,
    )
    assert (found.lapsed(NOW), found.rows) == (lapsed, 10)
