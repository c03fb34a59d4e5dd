"""Random months of a cooperative and its bank: each month closes, and its books are the bank's to the cent."""

import os
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from app.demo.bank import COSTS, TRANSFER_IN, TRANSFER_OUT, DemoBank, Movement
from tests.bank_files import OURS, PAYER, SUPPLIER, US
from tests.scenarios.bills import enter, line
from tests.scenarios.quirks import NEIGHBOUR, PAINTER, Books, books, payee
from tests.scenarios.test_first_sale import books_are_right
from tests.test_camt import zipped
from tests.world import Json, World

SEEDS, MONTHS, ACTS = (60, 6, 25) if "SAMEN_LONG_RUNS" in os.environ else (2, 2, 14)
FIRST = date(2026, 1, 1)
PLACES = {"order": "orderId", "item": "itemId", "line": "otherLineId", "category": "category"}
REFUSALS = (403, 409, 422)
"""What a rule of the books may answer to an act at random; anything else is a fault."""


def euro(cents: int) -> str:
    return f"{cents / 100:.2f}"


def cents(money: Json) -> int:
    return round(float(money["amount"]) * 100)


@dataclass(kw_only=True)
class Months:
    """The cooperative, its bank, and what the treasurer knows."""

    made: Books
    bank: DemoBank
    random: Random
    creditors: list[str]
    today: date = FIRST
    stated: date = FIRST - timedelta(days=1)
    """The last day that a statement was about."""
    balance: int = 0
    """What the bank had then, in cents."""
    orders: list[Json] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)
    """The order of a payment without reference, by the words that came with it."""
    acts: list[str] = field(default_factory=list)

    async def ask(self, path: str, body: Json | None = None, *, second: bool = False) -> Any:
        """The answer to a POST of the treasurer, or of the coordinator; None if a rule refuses it."""
        who = self.made.seller.coordinator if second else self.made.seller.treasurer
        headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = await who.client.post(path, json=body or {}, headers=headers)
        assert answer.status_code in (200, 201, *REFUSALS), f"{self.acts[-5:]} {path} {body} {answer.text}"
        return None if answer.status_code in REFUSALS else answer.json()

    async def read(self, path: str) -> Any:
        return await self.made.seller.treasurer("GET", path)

    async def here(self, path: str, body: Json | None = None) -> Any:
        return await self.ask(f"/v1/cooperatives/{self.made.seller.id}/{path}", body)

    def moves(self, amount: int, text: str, who: tuple[str, str] = PAYER, code: str = TRANSFER_IN) -> None:
        """The bank moves money today or soon."""
        day = self.today + timedelta(days=self.random.choice((0, 0, 1, 3)))
        self.bank.move(Movement(day=day, cents=amount, name=who[0], iban=who[1], text=text, code=code))

    async def act(self) -> None:
        weights = {
            self.sale: 2,
            self.customer_pays: 3,
            self.recorded: 1,
            self.cash: 1,
            self.bill: 4,
            self.payout: 1,
            self.batch: 3,
            self.statement: 2,
            self.costs: 1,
            self.to_the_bank: 1,
            self.undo_match: 2,
            self.undo_booking: 1,
            self.place_open: 1,
        }
        (chosen,) = self.random.choices(list(weights), list(weights.values()))
        self.acts.append(f"{self.today} {chosen.__name__}")
        with self.made.world.clock.at(self.today.isoformat()):
            await chosen()

    async def sale(self) -> None:
        world, seller = self.made.world, self.made.seller
        offering = await world.offering(seller, euro(self.random.randint(500, 40_000)))
        order = await world.order(world.person(), offering)
        await world.deliver(seller, order)
        self.orders.append(order)

    def _order(self) -> Json | None:
        return self.random.choice(self.orders) if self.orders else None

    def _part(self, order: Json) -> int:
        """The whole price, a part of it, or more."""
        whole = cents(order["gross"])
        return self.random.choice((whole, whole, whole, whole // 2, whole + 500))

    async def customer_pays(self) -> None:
        if order := self._order():
            words = f"zonder kenmerk {len(self.known)}"
            self.known[words] = order["id"]
            named = self.random.random() < 0.6
            self.moves(self._part(order), f"bestelling {order['reference']}" if named else words)

    async def recorded(self) -> None:
        """The treasurer records a payment, which the bank may bring, with another amount, or never."""
        if order := self._order():
            amount = self._part(order)
            if await self.ask(f"/v1/orders/{order['id']}/payments", {"amount": {"amount": euro(amount)}}):
                happens = self.random.choice(("same", "same", "other", "never"))
                if happens != "never":
                    self.moves(amount + (100 if happens == "other" else 0), "", NEIGHBOUR)

    async def cash(self) -> None:
        if order := self._order():
            body = {"amount": {"amount": euro(self._part(order))}, "method": "cash"}
            await self.ask(f"/v1/orders/{order['id']}/payments", body)

    async def to_the_bank(self) -> None:
        """Cash is brought to the bank."""
        self.moves(self.random.choice((1_000, 2_000)), "storting", ("", ""))

    async def costs(self) -> None:
        self.moves(self.random.choice((-250, -1, 300)), "kosten", ("", ""), COSTS)

    async def bill(self) -> None:
        net = self.random.choice((*range(500, 3_000, 7), -700))
        entered = await enter(
            self.made.seller,
            self.random.choice(self.creditors),
            line(euro(net), None, rate="0"),
            number=f"B{len(self.acts)}",
            billedOn=self.today.isoformat(),
        )
        await self.ask(f"/v1/bills/{entered['id']}/transitions", {"verb": "approve"}, second=True)

    async def payout(self) -> None:
        owed = (await self.read(f"/v1/cooperatives/{self.made.seller.id}/payables"))["items"]
        if owed:
            one = self.random.choice(owed)
            most = cents(one["balance"]) - cents(one["inBatch"])
            amount, cash = self.random.randint(1, max(most, 1)), self.random.random() < 0.2
            creditor = {"kind": one["creditor"]["kind"], "id": one["creditor"]["id"]}
            body: Json = {"creditor": creditor, "amount": {"amount": euro(amount)}}
            body |= {"method": "cash" if cash else "bank"}
            if await self.here("payouts", body) and not cash and self.random.random() < 0.8:
                self.moves(-amount, "betaling", self.random.choice((SUPPLIER, PAINTER)), TRANSFER_OUT)

    async def batch(self) -> None:
        """All that is due; some batches never leave, some payments are refused, and some come back."""
        batch = await self.here("payment-batches")
        if batch is None:
            return
        place = f"/v1/payment-batches/{batch['id']}/transitions"
        await self.ask(place, {"verb": "approve"}, second=True)
        ends = self.random.choice(("withdraw", "send", "send", "send", "send", "refused"))
        batch = await self.ask(place, {"verb": "withdraw" if ends == "withdraw" else "send"})
        if batch["state"] != "sent":
            return
        if ends == "refused":
            await self.ask(place, {"verb": "withdraw", "reason": "de bank weigert het bestand"})
            return
        await self._at_the_bank(batch)

    async def _at_the_bank(self, batch: Json) -> None:
        treasurer = self.made.seller.treasurer
        headers = {"Authorization": f"Bearer {treasurer.token}"}
        file = await treasurer.client.get(f"/v1/payment-batches/{batch['id']}/payment.xml", headers=headers)
        items = (await self.read(f"/v1/payment-batches/{batch['id']}/payment-items"))["items"]
        sent = [one for one in items if one["state"] == "sent"]
        refused = [one for one in sent if self.random.random() < 0.15] if len(sent) > 1 else []
        as_one = self.random.random() < 0.3
        self.bank.take(file.content, refused=[known(one) for one in refused], as_one=as_one)
        for one in refused:
            await self.ask(f"/v1/payment-items/{one['id']}/transitions", {"verb": "refuse", "reason": "onbekend"})
        if not as_one:
            soon = date.fromisoformat(batch["executeOn"]) + timedelta(days=self.random.choice((0, 1)))
            for one in sent:
                if one not in refused and self.random.random() < 0.3:
                    self.bank.send_back(known(one), soon)

    async def statement(self, until: date | None = None) -> None:
        """A statement that overlaps; some come as a shuffled zip, some twice."""
        last = max(until or self.today, self.stated)
        first = max(FIRST, self.stated + timedelta(days=1 - self.random.choice((0, 1, 2, 9))))
        if last < first:
            return
        content = self.bank.statement(first, last)
        if last > first and self.random.random() < 0.4:
            middle = first + timedelta(days=self.random.randrange((last - first).days))
            rest = self.bank.statement(middle + timedelta(days=1), last)
            content = zipped({"a.xml": rest, "b.xml": self.bank.statement(first, middle)})
        await self.made.send(content)
        self.stated, self.balance = last, self.bank.balance_after(last)
        if self.random.random() < 0.3:
            assert (await self.made.send(content))["linesAdded"] == 0

    async def _lines(self, state: str) -> list[Json]:
        found = await self.read(f"/v1/cooperatives/{self.made.seller.id}/bank-lines?limit=100&state={state}")
        items: list[Json] = found["items"]
        return items

    async def undo_match(self) -> None:
        if placed := await self._lines("placed"):
            one = self.random.choice(placed)
            matches = await self.read(f"/v1/bank-lines/{one['id']}/matches")
            match = self.random.choice(matches)
            await self.ask(f"/v1/journals/{match['journalId']}/reversals", {"reason": "verkeerde plaats"})

    async def undo_booking(self) -> None:
        """Any booking, whatever stands on it."""
        found = await self.read(f"/v1/cooperatives/{self.made.seller.id}/journals?limit=30")
        if can := [one for one in found["items"] if one["canBeReversed"]]:
            place = f"/v1/journals/{self.random.choice(can)['id']}/reversals"
            if (await self.ask(place, {"reason": "vergissing"}) or {}).get("state") == "proposed":
                await self.ask(place, {"reason": "klopt"}, second=True)

    async def place_open(self) -> None:
        """Each open line: as it is suggested, where its words say, as a cost or an income, or it waits."""
        for _ in range(5):
            for one in await self._lines("open"):
                await self._place(one)

    async def _place(self, one: Json) -> None:
        place = f"/v1/bank-lines/{one['id']}"
        left = cents((await self.read(place))["left"])
        if not left:
            return
        suggested = [[placed(part) for part in found["parts"]] for found in await self.read(f"{place}/suggestions")]
        if one["text"] in self.known:
            suggested.insert(0, [{"orderId": self.known[one["text"]]}])
        if "storting" in one["text"]:
            suggested.insert(0, [{"cash": True}])
        if self.random.random() < 0.8:
            suggested.append([{"category": "income/gifts" if left > 0 else "cost/other"}])
        for parts in suggested:
            if await self.ask(f"{place}/matches", {"parts": parts}):
                return
        await self.ask(f"{place}/parkings", {"reason": "niemand weet het nog"})

    async def close(self) -> None:
        """The first days of the next month: the last file, every line, the till, and the month is closed."""
        last = self.today.replace(day=1) - timedelta(days=1)
        with self.made.world.clock.at(self.today.isoformat()):
            await self.statement(self.random.choice((last, self.today)))
            await self.place_open()
            held = await self.made.world.balances(self.made.seller)
            counted = max(0, -round(float(held.get("cash", "0.00")) * 100))
            count = {"countedOn": last.isoformat(), "amount": {"amount": euro(counted)}}
            await self.made.seller.treasurer("POST", f"/v1/cooperatives/{self.made.seller.id}/cash-counts", count)
            closed = await self.made.seller.treasurer(
                "POST", f"/v1/cooperatives/{self.made.seller.id}/periods", {"month": f"{last:%Y-%m}"}
            )
        assert cents(closed["bankBalance"]) == self.bank.balance_after(last), self.acts

    async def is_right(self) -> None:
        """All invariants hold, and the bank of the books is the bank's."""
        await books_are_right(self.made.world)
        held = await self.made.world.balances(self.made.seller)
        assert -round(float(held["bank"]) * 100) == self.balance, self.acts


def known(item: Json) -> str:
    return str(item["id"]).replace("-", "")


def placed(part: Json) -> Json:
    """A part that is suggested, as a part of a match."""
    amount = {"amount": {"amount": part["amount"]["amount"]}}
    if part["what"] == "creditor":
        return amount | {"creditor": {"kind": part["creditorKind"], "id": part["targetId"]}}
    if part["what"] == "cash":
        return amount | {"cash": True}
    return amount | {PLACES[part["what"]]: part["targetId"] or part["category"]}


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_each_month_closes_and_its_books_are_the_banks(world: World, seed: int) -> None:
    random = Random(seed)
    with world.clock.at("2026-01-02"):
        made = await books(world)
        creditors = [await payee(made, who) for who in (SUPPLIER, PAINTER)]
    bank = DemoBank(iban=OURS, holder=US[0], opening_cents=100_000)
    months = Months(made=made, bank=bank, random=random, creditors=creditors)
    for month in range(1, MONTHS + 1):
        days = sorted(random.randint(2, 27) for _ in range(ACTS))
        for number, day in enumerate(days):
            months.today = date(2026, month, day)
            await months.act()
            if number % 7 == 6 and months.stated >= FIRST:
                await months.is_right()
        months.today = date(2026, month + 1, 2)
        await months.close()
        await months.is_right()
