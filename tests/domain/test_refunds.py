"""Partial refunds: exact, never with a wrong sign, and zero in the end."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.adapters.messages import EN, NL, explain_leg
from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning
from app.domain.earning.refunds import merged, share_refund, take
from app.domain.earning.split import split
from app.domain.ledger import AccountKind, Leg
from app.domain.rules import Pot, RemitAbove, Rule, ShareOfSurplus

DAY, ID = date(2026, 3, 5), UUID(int=1)
RULES: tuple[Rule, ...] = (
    ShareOfSurplus("cooperative_fund", 1000),
    ShareOfSurplus("training_pot", 500),
    RemitAbove(1_000, 5_000),
    Pot(),
)


def earning(net: int, cost: int) -> Earning:
    terms = Agreement(
        id=ID, cooperative_id=ID, municipality_id=ID, number=1, title="t", active_from=DAY, rules=RULES, examples=()
    )
    costs = (Leg(kind=AccountKind.PAYABLE_MEMBER, cents=cost, rule="cost", facts={"category": "x"}),) if cost else ()
    result = split(terms, net_cents=net, costs=costs, months=(), day=DAY, member_id=ID)
    return Earning(
        id=ID,
        order_id=ID,
        cooperative_id=ID,
        member_id=ID,
        work_date=DAY,
        net_cents=net,
        cost_cents=cost,
        kept_cents=result.kept_cents,
        legs=result.legs,
    )


@given(net=st.integers(1, 500_000), cost=st.integers(0, 600_000), parts=st.lists(st.integers(1, 200_000), max_size=6))
def test_parts_come_off_every_leg_and_end_at_nothing(net: int, cost: int, parts: list[int]) -> None:
    from dataclasses import replace

    left, taken_of_kept = earning(net, cost), 0
    kept = left.kept_cents
    for part in [*parts, net]:
        cents = min(part, left.net_left_cents)
        if not cents:
            break
        taken = take(left, cents)
        assert -sum(leg.cents for leg in taken.legs) + taken.kept_cents == cents
        assert 0 <= taken.kept_cents <= left.kept_cents
        if cost <= net:
            assert all(leg.cents < 0 for leg in taken.legs)
        assert all("…" not in explain_leg(leg, NL) + explain_leg(leg, EN) for leg in taken.legs)
        taken_of_kept += taken.kept_cents
        left = replace(
            left,
            legs=taken.left,
            kept_cents=left.kept_cents - taken.kept_cents,
            refunded_cents=left.refunded_cents + cents,
        )
    if left.net_left_cents == 0:
        assert (left.legs, left.kept_cents, taken_of_kept) == ((), 0, kept)


@given(
    vat=st.integers(0, 100_000),
    nets=st.lists(st.integers(0, 100_000), min_size=1, max_size=4),
    share=st.floats(0, 1),
)
def test_vat_and_earnings_share_a_refund_exactly(vat: int, nets: list[int], share: float) -> None:
    whole = vat + sum(nets)
    if whole == 0:
        return
    cents = int(whole * share)
    of_vat, of_nets = share_refund(cents, vat, nets)
    assert of_vat + sum(of_nets) == cents
    assert 0 <= of_vat <= vat
    assert all(0 <= part <= net for part, net in zip(of_nets, nets, strict=True))


def test_the_legs_of_f_are_one_of_a_kind() -> None:
    pot = Leg(kind=AccountKind.POT, cents=100, rule="pot", facts={"before": 0})
    less = Leg(kind=AccountKind.POT, cents=-40, rule="pot", facts={"before": 100})
    assert merged([pot], [less]) == (Leg(kind=AccountKind.POT, cents=60, rule="pot", facts={"before": 100}),)
    assert merged([pot], [Leg(kind=AccountKind.POT, cents=-100, rule="pot", facts={})]) == ()
