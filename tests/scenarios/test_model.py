"""A year through the API, compared with a reference that computes everything again, in any order of events."""

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.scenarios.test_customer_credit import give_back, pay, seen, step
from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, Caller, Json, Seller, World

SALE = st.tuples(st.just("sale"), st.integers(1, 400_000), st.integers(0, 2_000))
REFUND = st.tuples(st.just("refund"), st.integers(0, 30), st.just(0))
CLOSE = st.tuples(st.just("close"), st.just(0), st.just(0))
VERSION = st.tuples(st.just("version"), st.integers(0, 300_000), st.integers(0, 100))
ODD = st.tuples(st.just("odd"), st.integers(2, 400_000), st.integers(0, 15))
MORE = st.tuples(st.just("more"), st.integers(0, 30), st.integers(1, 50_000))
BACK = st.tuples(st.just("back"), st.integers(0, 30), st.integers(1, 50_000))
UNDO = st.tuples(st.just("undo"), st.integers(0, 30), st.integers(0, 5))
EVENTS = st.lists(st.one_of(SALE, SALE, REFUND, CLOSE, VERSION, ODD, ODD, MORE, BACK, UNDO), min_size=1, max_size=10)


def euro(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


@dataclass
class Version:
    since: int
    threshold: int
    percent: int


@dataclass(kw_only=True)
class Sold:
    month: int
    net: int
    cost: int
    order: Json
    refunded: bool = False
    off: bool = False
    """Cancelled: nothing is earned, and all payments are owed back."""
    paid: int = 0

    @property
    def owed(self) -> int:
        return self.paid if self.refunded or self.off else max(self.paid - self.gross, 0)

    @property
    def earned(self) -> bool:
        return not self.refunded and not self.off and self.paid >= self.gross

    @property
    def gross(self) -> int:
        return self.net + self.vat

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
    """The expected books: the remaining sales, each shared on its own, and the year by its versions."""

    versions: list[Version] = field(default_factory=lambda: [Version(1, 100_000, 50)])
    sales: list[Sold] = field(default_factory=list)
    month: int = 1

    def expected(self) -> dict[str, int]:
        totals: dict[str, int] = defaultdict(int)
        kept: dict[tuple[int, int], int] = defaultdict(int)
        for sale in self.sales:
            totals["bank"] -= sale.paid
            totals["customer_credit"] += sale.owed
            totals["receivable_customer"] += sale.paid - sale.owed
            if not sale.earned:
                continue
            totals["receivable_customer"] -= sale.gross
            fund, training, rest = sale.shares()
            version = max(n for n, v in enumerate(self.versions) if v.since <= sale.month)
            kept[sale.month, version] += rest
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
    """One cooperative's year; each event goes to the API and to the reference."""

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
        sold = Sold(month=self.reference.month, net=net, cost=cost, order=order)
        sold.paid = sold.gross
        self.reference.sales.append(sold)

    async def refund(self, number: int, _: int) -> None:
        left = [sale for sale in self.reference.sales if sale.earned]
        if left:
            sale = left[number % len(left)]
            await give_back(self.seller, sale.order)
            sale.refunded, sale.paid = True, 0

    async def odd(self, net: int, choice: int) -> None:
        """Half is paid at some moment, and possibly given back; then it is cancelled, or done and paid in full."""
        stage, off, given = choice % 4, choice & 4 and choice % 4 < 2, choice & 8
        app = await self.world.app()
        order = await self.world.order(app, await self.world.offering(self.seller, euro(net)))
        sold = Sold(month=self.reference.month, net=net, cost=0, order=order, off=bool(off))
        steps = [(self.seller.member, "accept"), (self.seller.member, "deliver"), (app, "complete")]
        for who, verb in steps[:stage]:
            await step(who, order, verb)
        half = sold.gross // 2
        await pay(self.seller, order, euro(half))
        if given:
            await give_back(self.seller, order)
        sold.paid = 0 if given else half
        if off:
            await step(app, order, "cancel")
        else:
            for who, verb in steps[stage:]:
                await step(who, order, verb)
            await pay(self.seller, order, euro(sold.gross))
            sold.paid += sold.gross
        self.reference.sales.append(sold)

    async def more(self, number: int, cents: int) -> None:
        """A second payment for an order, in any state."""
        if self.reference.sales:
            sale = self.reference.sales[number % len(self.reference.sales)]
            await pay(self.seller, sale.order, euro(cents))
            sale.paid += cents

    async def back(self, number: int, cents: int) -> None:
        """Gives back at most the amount owed back for an order."""
        owing = [sale for sale in self.reference.sales if sale.owed]
        if owing:
            sale = owing[number % len(owing)]
            cents = min(cents, sale.owed)
            await give_back(self.seller, sale.order, euro(cents))
            sale.paid -= cents

    async def undo(self, number: int, which: int) -> None:
        """A payment was a mistake and is undone, unless its money is gone already."""
        if self.reference.sales:
            sale = self.reference.sales[number % len(self.reference.sales)]
            found = await self.seller.treasurer("GET", f"/v1/orders/{sale.order['id']}/payments")
            if standing := [payment for payment in found if payment["reversedOn"] is None]:
                payment = standing[which % len(standing)]
                cents = round(float(payment["amount"]["amount"]) * 100)
                gone = cents > sale.paid
                await self.world.undo(self.seller, payment, status=409 if gone else 201)
                sale.paid -= 0 if gone else cents

    async def balances(self) -> dict[str, int]:
        """The balances of each kind of account, other than zero."""
        found: dict[str, int] = defaultdict(int)
        place = f"/v1/cooperatives/{self.seller.id}/accounts?limit=100"
        for account in (await self.seller.treasurer("GET", place))["items"]:
            found[account["kind"]] += round(float(account["balance"]["amount"]) * 100)
        return {kind: cents for kind, cents in found.items() if cents}

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


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=EVENTS)
async def test_any_year_ends_where_the_reference_ends(world: World, events: list[tuple[str, int, int]]) -> None:
    with world.clock.at("2026-01-05"):
        seller = await world.cooperative(rules(Version(1, 100_000, 50)))
    year = Year(world, seller)
    for event in events:
        await year.do(event)
        assert await year.balances() == year.reference.expected(), event
    for sale in year.reference.sales:
        assert (await seen(seller, sale.order))[4] == euro(sale.owed)
    await books_are_right(world)
