"""A year through the API, compared with a reference that computes everything again, in any order of events."""

import os
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.scenarios.model_invoices import INVOICING, Invoicing, sweep
from tests.scenarios.model_together import CLASSES
from tests.scenarios.money import amount, credit, pay, repay, seen, step, undo, write_off
from tests.scenarios.reference import (
    COMPLETED,
    DELIVERED,
    PLACED,
    Line,
    Reference,
    Sold,
    Version,
    euro,
    largest_remainder,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_vat import apart
from tests.scenarios.test_prices import COMPANY
from tests.scenarios.test_spending import may_buy
from tests.world import GUEST, NOTHING, Json, Seller, World

NUMBER, CENTS, CHOICE = st.integers(0, 30), st.integers(1, 50_000), st.integers(0, 15)
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("sale"), st.integers(1, 400_000), st.integers(0, 2_000)),
        st.tuples(st.just("open"), st.integers(1, 400_000), CHOICE),
        st.tuples(st.just("open"), st.integers(1, 400_000), CHOICE),
        st.tuples(st.just("go_on"), NUMBER, CHOICE),
        st.tuples(st.just("pay"), NUMBER, CENTS),
        st.tuples(st.just("pay_all"), NUMBER, CHOICE),
        st.tuples(st.just("credit"), NUMBER, CENTS),
        st.tuples(st.just("credit_line"), NUMBER, CENTS),
        st.tuples(st.just("credit_all"), NUMBER, st.just(0)),
        st.tuples(st.just("repay"), NUMBER, CENTS),
        st.tuples(st.just("write_off"), NUMBER, CENTS),
        st.tuples(st.just("undo"), NUMBER, CHOICE),
        st.tuples(st.just("undo_credit"), NUMBER, CHOICE),
        st.tuples(st.just("undo_repayment"), NUMBER, CHOICE),
        st.tuples(st.just("undo_write_off"), NUMBER, CHOICE),
        st.tuples(st.just("undo_cost"), NUMBER, CHOICE),
        st.tuples(st.just("cost"), NUMBER, st.integers(1, 5_000)),
        st.tuples(st.just("job"), st.integers(100, 400_000), CHOICE),
        st.tuples(st.just("pay_job"), NUMBER, CENTS),
        st.tuples(st.just("repay_job"), NUMBER, CENTS),
        st.tuples(st.just("credit_job"), NUMBER, CENTS),
        st.tuples(st.just("purchase"), CENTS, CHOICE),
        st.tuples(st.just("settle"), NUMBER, CHOICE),
        st.tuples(st.just("settle"), NUMBER, CHOICE),
        *INVOICING,
        st.tuples(st.just("close"), st.just(0), st.just(0)),
        st.tuples(st.just("version"), st.integers(0, 300_000), st.integers(0, 100)),
    ),
    min_size=1,
    max_size=12,
)
TOGETHER = [
    ("sale", 30_000, 0),
    ("job", 90_000, 5),
    ("purchase", 4_795, 5),
    ("pay_job", 0, 1),
    ("bill", 0, 0),
    ("settle", 0, 15),
    ("credit_all", 0, 0),
    ("close", 0, 0),
    ("credit_job", 0, 1_234),
    ("purchase", 4_321, 10),
    ("settle", 0, 2),
    ("job", 60_001, 14),
    ("credit_job", 0, 4),
    ("repay_job", 0, 777),
    ("sale", 50_000, 700),
]
"""A year in which each does everything with the other; its member spends a pot whose sale is credited afterwards."""


def rules(version: Version) -> list[Json]:
    return [
        may_buy(purpose="materiaal"),
        {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"},
        {"kind": "share_of_surplus", "to": "training_pot", "percent": "5"},
        {"kind": "remit_above", "threshold": euro(version.threshold), "percent": str(version.percent)},
        {"kind": "pot"},
    ]


@dataclass
class Year(Invoicing):
    """A cooperative's year, and what another one does with it; each event goes to the API and to the references."""

    async def do(self, event: tuple[str, int, int]) -> None:
        what, first, second = event
        with self.world.clock.at(f"2026-{self.reference.month:02d}-10"):
            await getattr(self, what)(first, second)

    async def sale(self, net: int, cost: int) -> None:
        """Ordered, done, with its costs, and paid."""
        sold = await self._order([Line(percent=21, price=net)])
        await self._go_on(sold, COMPLETED)
        if cost:
            await self.cost(len(self.reference.sales) - 1, cost)
        await self.pay_all(len(self.reference.sales) - 1, 0)

    async def open(self, net: int, choice: int) -> None:
        """An order of one or two rates, of a consumer or a company, as far as it comes."""
        company = choice & 8 > 0
        lines = [Line(percent=21, price=net, company=company)]
        lines += [Line(percent=9, price=1 + net // 3, company=company)] if choice & 4 else []
        await self._go_on(await self._order(lines), choice % 4)

    async def go_on(self, number: int, choice: int) -> None:
        """The next step of an order; one of four is cancelled, if that can be."""
        sold = self.one(number)
        if sold is None or sold.off or sold.stage == COMPLETED:
            return
        if choice % 4 == 0 and sold.stage < DELIVERED:
            await step(self.buyer, sold.order, "cancel")
            sold.off, sold.credited = True, 0
        else:
            await self._go_on(sold, sold.stage + 1)

    async def pay(self, number: int, cents: int) -> None:
        """Any payment, in any state; some were dated at the beginning of the year, some came in cash."""
        sold = self.one(number)
        if sold is None:
            return
        more: Json = {"paidOn": "2026-01-02"} if cents % 3 == 0 else {}
        more |= {"method": "cash"} if cents % 5 == 0 else {}
        await pay(self.seller, sold.order, euro(cents), **more)
        sold.written_off -= min(sold.written_off, max(cents - sold.due, 0))
        sold.paid += cents
        sold.in_cash += cents if "method" in more else 0
        sold.settle()

    async def pay_all(self, number: int, choice: int) -> None:
        """What is due, or half of it."""
        sold = self.one(number)
        if sold is not None and sold.due > 1:
            cents = sold.due // 2 if choice % 4 == 3 else sold.due
            await pay(self.seller, sold.order, euro(cents))
            sold.paid += cents
            sold.settle()

    async def credit(self, number: int, cents: int) -> None:
        """By amount: largest remainder over what is left of the lines."""
        sold = self.one(number)
        if sold is None:
            return
        left = [0 if sold.off else line.gross for line in sold.lines]
        if cents > sum(left):
            refused = await credit(self.seller, sold.order, euro(cents), status=422 if sum(left) else 409)
            assert refused["code"] == ("more_than_left" if sum(left) else "nothing_open")
            return
        before = [(line.net, line.vat) for line in sold.lines]
        made = await credit(self.seller, sold.order, euro(cents))
        for line, share in zip(sold.lines, largest_remainder(cents, left), strict=True):
            line.less(share)
        self._credited(sold, made, before)

    async def credit_line(self, number: int, cents: int) -> None:
        """By line, as its price was shown; some whole, as the one unit that they are."""
        sold = self.one(number)
        if sold is None or sold.off:
            return
        place = cents % len(sold.lines)
        line, before = sold.lines[place], [(one.net, one.vat) for one in sold.lines]
        whole = cents % 3 == 0 and (line.net, line.vat) == (line.first_net, line.first_vat)
        cents = line.shown if whole else min(cents, line.shown)
        if not cents:
            return
        what: Json = {"orderLineId": sold.order["lines"][place]["id"]}
        what |= {"quantity": 1} if whole else amount(euro(cents))
        made = await credit(self.seller, sold.order, lines=[what])
        line.less_shown(cents)
        self._credited(sold, made, before)

    async def credit_all(self, number: int, _: int) -> None:
        sold = self.one(number)
        if sold is not None and not sold.off and any(line.gross for line in sold.lines):
            before = [(line.net, line.vat) for line in sold.lines]
            made = await credit(self.seller, sold.order)
            for line in sold.lines:
                line.less(line.gross)
            self._credited(sold, made, before)

    async def repay(self, number: int, cents: int) -> None:
        """What is owed back; before there is a sale, all that was paid."""
        sold = self.one(number)
        if sold is None:
            return
        most = sold.owed if sold.shares is not None else sold.paid
        if not most:
            assert (await repay(self.seller, sold.order, status=409))["code"] == "nothing_owed"
            return
        assert (await repay(self.seller, sold.order, euro(most + 1), status=422))["facts"]["left_cents"] == most
        made = await repay(self.seller, sold.order, euro(min(cents, most)))
        sold.repayments.append((made, min(cents, most)))
        sold.paid -= min(cents, most)

    async def write_off(self, number: int, cents: int) -> None:
        """Of what is due; borne by the makers or the fund, as it was before if it was."""
        sold = self.one(number)
        if sold is None or not sold.supplied or not sold.due:
            return
        cents = min(cents, sold.due)
        fund = sold.fund_bears if sold.written_off else cents % 2 == 0
        made = await write_off(self.seller, sold.order, euro(cents), "cooperative_fund" if fund else "makers")
        sold.write_offs.append((made, cents))
        sold.written_off, sold.fund_bears = sold.written_off + cents, fund
        sold.settle()

    async def undo(self, number: int, which: int) -> None:
        """A payment was a mistake and is undone, unless its money is gone already."""
        sold = self.one(number)
        if sold is None:
            return
        found = await self.seller.treasurer("GET", f"/v1/orders/{sold.order['id']}/payments")
        if standing := [payment for payment in found if payment["reversedOn"] is None]:
            payment = standing[which % len(standing)]
            cents = int(Decimal(payment["amount"]["amount"]) * 100)
            gone = cents > sold.paid
            await undo(self.seller, payment, status=409 if gone else 201)
            if not gone:
                sold.paid -= cents
                sold.in_cash -= cents if payment["method"] == "cash" else 0
                sold.shares = None if sold.due else sold.shares

    async def cost(self, number: int, cents: int) -> None:
        """A claim that is approved, before the sale or after it; it is owed from then on."""
        sold = self.one(number)
        if sold is None or sold.off:
            return
        claim = await self.world.cost(self.seller, sold.order, euro(cents))
        sold.claims.append((claim, cents, not sold.earns))
        if sold.earns:
            sold.cost += cents
            sold.shares = None
            sold.settle()
        else:
            sold.fund_cost += cents

    async def undo_credit(self, number: int, which: int) -> None:
        """The price is as it was; what the credit had lowered of a write-off stays lowered."""
        sold = self.one(number)
        if sold is None or sold.off or not sold.credits:
            return
        made, took = sold.credits.pop(which % len(sold.credits))
        await undo(self.seller, made)
        for line, (net, vat) in zip(sold.lines, took, strict=True):
            line.net, line.vat = line.net + net, line.vat + vat
        if not sold.invoiced and made["id"] in sold.notes:
            noted = zip(sold.deposits, sold.notes.pop(made["id"]), strict=True)
            sold.deposits = [(asked[0] + off[0], asked[1] + off[1]) for asked, off in noted]
        sold.credited -= sum(net + vat for net, vat in took)
        sold.settle()

    async def undo_repayment(self, number: int, which: int) -> None:
        """The money had not left."""
        sold = self.one(number)
        if sold is None or not sold.repayments:
            return
        made, cents = sold.repayments.pop(which % len(sold.repayments))
        await undo(self.seller, made)
        sold.paid += cents
        sold.settle()

    async def undo_write_off(self, number: int, which: int) -> None:
        """It is due again, as far as nothing lowered it since."""
        sold = self.one(number)
        if sold is None or not sold.write_offs:
            return
        made, cents = sold.write_offs[which % len(sold.write_offs)]
        if not sold.written_off:
            assert (await undo(self.seller, made, status=409))["code"] == "already_settled"
            return
        sold.write_offs.remove((made, cents))
        await undo(self.seller, made)
        sold.written_off = max(0, sold.written_off - cents)
        sold.settle()

    async def undo_cost(self, number: int, which: int) -> None:
        """The claim is undecided again, and is then rejected."""
        sold = self.one(number)
        if sold is None or not sold.claims:
            return
        claim, cents, of_fund = sold.claims.pop(which % len(sold.claims))
        await undo(self.seller, claim)
        reject = {"verb": "reject", "reason": "dubbel"}
        await self.seller.treasurer("POST", f"/v1/cost-claims/{claim['id']}/transitions", reject)
        if of_fund:
            sold.fund_cost -= cents
        else:
            sold.cost -= cents
            sold.shares = None
            sold.settle()

    async def balances(self, seller: Seller) -> dict[str, int]:
        """The balances of each kind of account of a cooperative, other than zero; what is in transit is at the bank."""
        found: dict[str, int] = defaultdict(int)
        place = f"/v1/cooperatives/{seller.id}/accounts?limit=100"
        for account in (await seller.treasurer("GET", place))["items"]:
            kind = "bank" if account["kind"] == "in_transit" else account["kind"]
            found[kind] += int(Decimal(account["balance"]["amount"]) * 100)
        return {kind: cents for kind, cents in found.items() if cents}

    async def close(self, _: int, __: int) -> None:
        """The month is over: what nobody accepted has expired, and what nobody answered is completed."""
        if self.reference.month == 12:
            return
        month = f"2026-{self.reference.month:02d}"
        self.reference.month += 1
        with self.world.clock.at(f"2026-{self.reference.month:02d}-02"):
            await sweep(self.world)
            for seller in self.sellers:
                await self.world.close_month(seller, month)
        for sold in self.reference.sales:
            sold.bill()
            if sold.stage == PLACED and not sold.off:
                sold.off, sold.credited = True, 0
            if sold.stage == DELIVERED:
                sold.stage = COMPLETED
                sold.settle()

    async def version(self, threshold: int, percent: int) -> None:
        since = self.reference.month + 1
        if since > 12 or self.reference.versions[-1].since >= since:
            return
        made = Version(since, threshold, percent)
        await self.world.agreement(self.seller, rules(made), NOTHING, f"2026-{since:02d}-01")
        self.reference.versions.append(made)

    async def begin(self) -> None:
        self.buyer = await self.world.app()

    async def _order(self, lines: list[Line]) -> Sold:
        named = [
            await self.world.offering(self.seller, euro(line.price), vatClass=CLASSES[line.percent]) for line in lines
        ]
        contact = COMPANY if lines[0].company else GUEST
        body = {"lines": [{"offeringId": offering, "quantity": 1} for offering in named], "contact": contact}
        order = (await self.buyer("POST", "/v1/orders", body))["order"]
        sold = Sold(order=order, lines=lines)
        self.reference.sales.append(sold)
        return sold

    async def _go_on(self, sold: Sold, to: int) -> None:
        steps = [(self.seller.member, "accept"), (self.seller.member, "deliver"), (self.buyer, "complete")]
        for who, verb in steps[sold.stage : to]:
            await step(who, sold.order, verb)
        sold.month = self.reference.month if sold.stage < DELIVERED <= to else sold.month
        sold.stage = to
        sold.settle()

    def _credited(self, sold: Sold, made: Json, before: list[tuple[int, int]]) -> None:
        """A credit lowers what was written off first."""
        took = [(net - line.net, vat - line.vat) for line, (net, vat) in zip(sold.lines, before, strict=True)]
        cents = sum(net + vat for net, vat in took)
        sold.credits.append((made, took))
        sold.note(made["id"])
        sold.credited += cents
        sold.written_off = max(0, sold.written_off - cents)
        sold.settle()


@settings(
    max_examples=200 if "SAMEN_LONG_RUNS" in os.environ else 15, deadline=None, suppress_health_check=list(HealthCheck)
)
@example(events=TOGETHER)
@given(events=EVENTS)
async def test_any_year_ends_where_the_reference_ends(world: World, events: list[tuple[str, int, int]]) -> None:
    with world.clock.at("2026-01-05"):
        first, second = [await world.cooperative(rules(Version(1, 100_000, 50))) for _ in range(2)]
        await apart(world, first, second)
        for seller in (first, second):
            await seller.can_invoice()
        year = Year(world, (first, second), (Reference(0), Reference(1)))
        await year.begin()
    for event in events:
        await year.do(event)
        for seller, reference in zip(year.sellers, year.references, strict=True):
            assert await year.balances(seller) == reference.expected(), (event, reference.place)
    await year.check_invoices()
    for sale in year.reference.sales:
        found = await seen(first, sale.order)
        assert found[1:] == (euro(sale.paid), euro(sale.credited), euro(sale.due), euro(sale.owed))
    for job in year.jobs:
        found = await seen(year.sellers[job.lead], job.order)
        assert found[1:] == (euro(job.paid), euro(job.credited), euro(job.due), euro(job.owed))
    await books_are_right(world)
