"""A year through the API against a reference that counts everything again from nothing, in whatever order it comes."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, Caller, Json, Seller, World

SALE = st.tuples(st.just("sale"), st.integers(1, 400_000), st.integers(0, 2_000))
REFUND = st.tuples(st.just("refund"), st.integers(0, 30), st.just(0))
CLOSE = st.tuples(st.just("close"), st.just(0), st.just(0))
VERSION = st.tuples(st.just("version"), st.integers(0, 300_000), st.integers(0, 100))
EVENTS = st.lists(st.one_of(SALE, SALE, REFUND, CLOSE, VERSION), min_size=1, max_size=9)


def euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


@dataclass
class Version:
    since: int
    threshold: int
    percent: int


@dataclass
class Sold:
    month: int
    net: int
    cost: int
    order: Json
    refunded: bool = False

    @property
    def vat(self) -> int:
        return int(Fraction(self.net * 21, 100) + Fraction(1, 2))

    def shares(self) -> tuple[int, int, int]:
        """10 % and 5 % of the surplus, and the rest: rounded down, what is left over to the largest fraction."""
        surplus = self.net - self.cost
        exact = [Fraction(surplus * percent, 100) for percent in (10, 5, 85)]
        whole = [int(share) for share in exact]
        order = sorted(range(3), key=lambda n: (whole[n] - exact[n], n))
        for n in order[: surplus - sum(whole)]:
            whole[n] += 1
        return whole[0], whole[1], whole[2]


@dataclass
class Reference:
    """What has to stand in the books: the sales that remain, each shared on its own, the year by its versions."""

    versions: list[Version] = field(default_factory=lambda: [Version(1, 100_000, 50)])
    sales: list[Sold] = field(default_factory=list)
    month: int = 1

    def expected(self) -> dict[str, int]:
        totals: dict[str, int] = defaultdict(int)
        kept: dict[tuple[int, int], int] = defaultdict(int)
        for sale in self.sales:
            if sale.refunded:
                continue
            fund, training, rest = sale.shares()
            version = max(n for n, v in enumerate(self.versions) if v.since <= sale.month)
            kept[sale.month, version] += rest
            totals["bank"] -= sale.net + sale.vat
            totals["vat"] += sale.vat
            totals["payable_member"] += sale.cost
            totals["cooperative_fund"] += fund
            totals["training_pot"] += training
        year = 0
        for (_, number), cents in sorted(kept.items()):
            rule = self.versions[number]
            owed = [max(0, at - rule.threshold) * rule.percent // 100 for at in (year, year + cents)]
            totals["payable_municipality"] += owed[1] - owed[0]
            totals["pot"] += cents - (owed[1] - owed[0])
            year += cents
        return {kind: cents for kind, cents in totals.items() if cents}


def rules(version: Version) -> list[Json]:
    return [
        {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"},
        {"kind": "share_of_surplus", "to": "training_pot", "percent": "5"},
        {"kind": "remit_above", "threshold": euro(version.threshold), "percent": str(version.percent)},
        {"kind": "pot"},
    ]


@dataclass
class Year:
    """One cooperative's year, each event done through the API and told to the reference."""

    world: World
    seller: Seller
    reference: Reference = field(default_factory=Reference)

    async def do(self, event: tuple[str, int, int]) -> None:
        what, first, second = event
        with self.world.clock.at(f"2026-{self.reference.month:02d}-10"):
            await getattr(self, what)(first, second)

    async def sale(self, net: int, cost: int) -> None:
        cost = min(cost, net)
        buyer: Caller = await self.world.app()
        order = await self.world.sale(self.seller, buyer, euro(net), costs=euro(cost) if cost else None)
        self.reference.sales.append(Sold(self.reference.month, net, cost, order))

    async def refund(self, number: int, _: int) -> None:
        left = [sale for sale in self.reference.sales if not sale.refunded]
        if left:
            sale = left[number % len(left)]
            await self.seller.treasurer("POST", f"/v1/orders/{sale.order['id']}/refunds", {"reason": "x"})
            sale.refunded = True

    async def close(self, _: int, __: int) -> None:
        if self.reference.month == 12:
            return
        bank = -self.reference.expected().get("bank", 0)
        closing: Json = {"month": f"2026-{self.reference.month:02d}", "bankBalance": {"amount": euro(bank)}}
        self.reference.month += 1
        with self.world.clock.at(f"2026-{self.reference.month:02d}-02"):
            await self.seller.treasurer("POST", f"/v1/cooperatives/{self.seller.id}/periods", closing)

    async def version(self, threshold: int, percent: int) -> None:
        since = self.reference.month + 1
        if since > 12 or self.reference.versions[-1].since >= since:
            return
        made = Version(since, threshold, percent)
        await self.world.agreement(self.seller, rules(made), NOTHING, f"2026-{since:02d}-01")
        self.reference.versions.append(made)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=EVENTS)
async def test_any_year_ends_where_the_reference_ends(world: World, events: list[tuple[str, int, int]]) -> None:
    with world.clock.at("2026-01-05"):
        seller = await world.cooperative(rules(Version(1, 100_000, 50)))
    year = Year(world, seller)
    for event in events:
        await year.do(event)
        found: dict[str, Any] = await world.balances(seller)
        booked = {kind: round(float(amount) * 100) for kind, amount in found.items()}
        assert {kind: cents for kind, cents in booked.items() if cents} == year.reference.expected(), event
    await books_are_right(world)
