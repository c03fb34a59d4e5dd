"""The acts of a year about invoices: asked for, issued by the worker; to the API and to the reference."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from app.db.engine import opened
from app.db.logins import READER_ROLE
from app.worker import Worker
from tests.scenarios.model_together import Together
from tests.scenarios.money import amount
from tests.scenarios.papers import ADDRESS
from tests.scenarios.reference import ACCEPTED, Reference, Sold, euro
from tests.world import Seller, World

NUMBER = st.integers(0, 30)
INVOICING: tuple[Any, ...] = (
    st.tuples(st.just("ask_deposit"), NUMBER, st.integers(1, 10_000)),
    st.tuples(st.just("ask_deposit"), NUMBER, st.integers(1, 10_000)),
    st.tuples(st.just("ask_invoice"), NUMBER, st.just(0)),
    st.tuples(st.just("bill"), st.just(0), st.just(0)),
    st.tuples(st.just("bill"), st.just(0), st.just(0)),
)


async def sweep(world: World) -> None:
    """Lets the worker issue all that is due, in turns with its other work."""
    await world.work()
    async with opened(world.worker_database.logins, role=READER_ROLE, size=1) as reader:
        await Worker(world.worker_database, books=reader, now=world.clock).invoice()
    await world.work()


@dataclass
class Invoicing(Together):
    """The sales of the first cooperative, and their invoices."""

    @property
    def seller(self) -> Seller:
        return self.sellers[0]

    @property
    def reference(self) -> Reference:
        return self.references[0]

    def one(self, number: int) -> Sold | None:
        sales = self.reference.sales
        return sales[number % len(sales)] if sales else None

    async def ask_deposit(self, number: int, share: int) -> None:
        """A part of what no deposit asks yet, or all of it."""
        sold = self.one(number)
        if sold is None or sold.off or sold.stage != ACCEPTED:
            return
        place, room = f"/v1/orders/{sold.order['id']}/invoices", sold.left - sold.asked
        if room <= 0:
            refused = await self.seller.treasurer("POST", place, amount("0.01"), status=409)
            assert refused["code"] == "nothing_open"
            return
        refused = await self.seller.treasurer("POST", place, amount(euro(room + 1)), status=422)
        assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", room)
        cents = max(1, room * share // 9_000) if share < 9_000 else room
        await self.seller.treasurer("POST", place, amount(euro(cents)))
        sold.ask(cents)

    async def ask_invoice(self, number: int, _: int) -> None:
        """Of what was supplied; whoever has no address gives it."""
        sold = self.one(number)
        if sold is None or not sold.supplied or sold.off:
            return
        something = sold.invoiced or sold.asked > 0 or any(line.gross for line in sold.lines)
        body, place = {"postalAddress": ADDRESS}, f"/v1/orders/{sold.order['id']}/invoices"
        answer = await self.seller.treasurer("POST", place, body, status=201 if something else 409)
        assert something or answer["code"] == "nothing_open"
        sold.invoiced = something

    async def bill(self, _: int, __: int) -> None:
        await sweep(self.world)
        for sold in self.reference.sales:
            sold.bill()

    async def check_invoices(self) -> None:
        """The invoices of each order less its credit notes are what the reference has, by rate."""
        for sold in self.reference.sales:
            found: dict[str, Decimal] = defaultdict(Decimal)
            for one in await self.seller.treasurer("GET", f"/v1/orders/{sold.order['id']}/invoices"):
                for group in one["paper"]["groups"]:
                    sign = -1 if one["kind"] == "credit_note" else 1
                    for part in ("net", "vat"):
                        found[f"{part} {group['vatPercent']}"] += sign * Decimal(group[part]["amount"])
            expected: dict[str, Decimal] = {}
            for line, (net, vat) in zip(sold.lines, sold.billed, strict=True):
                expected |= {f"net {line.percent}": Decimal(euro(net)), f"vat {line.percent}": Decimal(euro(vat))}
            assert {name: sum_ for name, sum_ in found.items() if sum_} == {
                name: sum_ for name, sum_ in expected.items() if sum_
            }, sold.order["reference"]
