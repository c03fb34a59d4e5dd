"""How much one buyer may hold: three checkouts and half of what is left, by default; an app has more checkouts."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import DomainError, HoldTooLarge, SoldOut, TooManyHolds
from app.domain.market.holds import USUAL, HoldTerms, held
from app.domain.market.offerings import Hold
from tests.domain.test_offerings import NOW, offering

APP = UUID(int=1)


def hold(quantity: int = 1, **more: Any) -> Hold:
    fields: dict[str, Any] = {"id": uuid4(), "offering_id": uuid4(), "cooperative_id": uuid4(), "quantity": quantity}
    return Hold(**fields | {"expires_at": NOW, "edition": 1, "person_id": uuid4()} | more)


def guests(quantity: int = 1) -> Hold:
    return hold(quantity, person_id=None, app_id=APP)


@pytest.mark.parametrize(
    ("stock", "taken", "own", "new", "refusal"),
    [
        pytest.param(10, 0, [], hold(5), None, id="half"),
        pytest.param(10, 0, [], hold(6), HoldTooLarge(title="Jam", left=5), id="more than half"),
        pytest.param(11, 0, [], hold(5), None, id="half of an odd number, rounded down"),
        pytest.param(11, 0, [], hold(6), HoldTooLarge(title="Jam", left=5), id="half of an odd number, rounded up"),
        pytest.param(1, 0, [], hold(1), None, id="the last one"),
        pytest.param(10, 3, [hold(3)], hold(2), None, id="own holds count as not taken"),
        pytest.param(10, 3, [hold(3)], hold(3), HoldTooLarge(title="Jam", left=2), id="one more than the other half"),
        pytest.param(10, 8, [hold(2)], hold(1), HoldTooLarge(title="Jam", left=0, how="nothing_more"), id="no more"),
        pytest.param(10, 8, [], hold(1), None, id="half of what others left"),
        pytest.param(10, 10, [], hold(1), SoldOut(title="Jam", left=0), id="sold out"),
        pytest.param(100, 3, [hold()] * 3, hold(1), TooManyHolds(title="Jam", most=3), id="a fourth hold"),
        pytest.param(100, 3, [guests()] * 3, guests(1), None, id="a fourth guest of an app"),
        pytest.param(200, 50, [guests()] * 50, guests(1), TooManyHolds(title="Jam", most=50), id="a busy app"),
    ],
)
def test_how_much_one_buyer_holds(
    stock: int, taken: int, own: list[Hold], new: Hold, refusal: DomainError | None
) -> None:
    jam = offering(stock=stock, held=taken)
    if refusal is None:
        assert held(USUAL, jam, own, new).held == taken + new.quantity
        return
    with pytest.raises(type(refusal)) as refused:
        held(USUAL, jam, own, new)
    assert refused.value.facts == refusal.facts


@given(
    stock=st.integers(1, 200),
    wanted=st.lists(st.integers(1, 60), max_size=12),
    share=st.decimals("0.01", "1", places=2),
    most=st.integers(1, 5),
)
def test_however_a_buyer_asks_others_keep_their_share(stock: int, wanted: list[int], share: Decimal, most: int) -> None:
    """A series of holds gets no more than one hold would."""
    terms, jam, own = HoldTerms(per_person=most, share=share), offering(stock=stock), list[Hold]()
    for quantity in wanted:
        new = hold(quantity)
        try:
            jam = held(terms, jam, own, new)
        except (HoldTooLarge, TooManyHolds, SoldOut):
            continue
        own.append(new)
    assert len(own) <= most
    assert jam.held == sum(one.quantity for one in own) <= max(1, int(stock * share))
