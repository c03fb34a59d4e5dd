"""A cooperative whose bank sends odd files: what is open in its books, and where the lines went."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tests.bank_files import DAY, OURS, PAYER, SUPPLIER, US, camt, detail, entry, statement, tag
from tests.scenarios.bills import enter, line, step, supplier
from tests.scenarios.statements import lines_of, send
from tests.world import Json, Seller, World

OPENING = "1000.00"
FIRST = date.fromisoformat(DAY)
NETS = {"large": "200.00", "small": "50.00", "third": "41.32"}
"""Orders of 242.00, 60.50 and 50.00 with VAT."""
NEIGHBOUR = ("Buurthuis Zomaar", "NL67XXXC0000006543")
PAINTER = ("Verfhandel Zomaar", "NL57XXXC0000005656")


@dataclass(kw_only=True)
class Books:
    """The cooperative, with ids of what a line can be placed on, by the name that a test gives it."""

    world: World
    seller: Seller
    orders: dict[str, Json] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    balance: str = OPENING
    day: date = FIRST

    def text(self, name: str) -> str:
        """The reference of an order."""
        return str(self.orders[name]["reference"])

    async def bring(self, *entries: str, version: int = 8, status: int = 201, **more: Any) -> Any:
        """Sends a statement of these entries, of the next day."""
        return await self.send(camt(self.next(*entries, **more), version=version), status)

    def next(self, *entries: str, **more: Any) -> str:
        """A statement of these entries that joins on; entries of DAY are moved to the day that is next."""
        opening, self.balance = self.balance, f"{Decimal(self.balance) + sum(map(booked, entries)):.2f}"
        day, self.day = self.day, self.day + timedelta(days=1)
        return statement(*entries, opening=opening, closing=self.balance, **more).replace(DAY, day.isoformat())

    def start_over(self) -> None:
        """The next statement is of the first day again."""
        self.balance, self.day = OPENING, FIRST

    async def send(self, content: bytes, status: int = 201) -> Any:
        return await send(self.seller.treasurer, self.seller, content, status)

    async def places(self) -> list[str]:
        """Amount and place of each line, in the order of the bank."""
        return [f"{one['amount']['amount']} {await self._place(one)}" for one in (await lines_of(self.seller))[::-1]]

    async def _place(self, bank_line: Json) -> str:
        matches = await self.seller.treasurer("GET", f"/v1/bank-lines/{bank_line['id']}/matches")
        standing = [one for one in matches if not one["undoneBy"]]
        return " ".join(self.names.get(one["targetId"], one["category"] or one["what"]) for one in standing) or "open"

    async def suggested(self, amount: str) -> list[str]:
        """What is suggested for the line of an amount: the rule, and the places."""
        (found,) = [one for one in await lines_of(self.seller) if one["amount"]["amount"] == amount]
        suggestions = await self.seller.treasurer("GET", f"/v1/bank-lines/{found['id']}/suggestions")
        return [
            " ".join([one["rule"], *(self.names.get(part["targetId"], part["what"]) for part in one["parts"])])
            for one in suggestions
        ]

    async def due(self, name: str) -> str:
        """What is still due of an order."""
        order = await self.seller.treasurer("GET", f"/v1/orders/{self.orders[name]['id']}")
        return str(order["due"]["amount"])


def booked(one: str) -> Decimal:
    """The amount of an entry that is booked."""
    if ">BOOK<" not in one:
        return Decimal()
    amount = Decimal(one.partition('<Amt Ccy="EUR">')[2].partition("<")[0])
    return amount if one.partition("<CdtDbtInd>")[2].startswith("CRDT") else -amount


async def books(world: World, *orders: str, iban: str = OURS) -> Books:
    """A cooperative with 1,000.00 at the bank and in its fund, and orders that are delivered and not paid."""
    seller = await world.cooperative()
    await seller.pays_to(iban, US[0])
    accounts = [{"kind": kind, "amount": {"amount": OPENING}} for kind in ("bank", "cooperative_fund")]
    opening = {"asOf": "2026-01-01", "accounts": accounts, "dryRun": False}
    await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/opening-balances", opening)
    made = Books(world=world, seller=seller)
    buyer = world.person()
    for name in orders:
        order = await world.order(buyer, await world.offering(seller, NETS[name]))
        await world.deliver(seller, order)
        made.orders[name], made.names[order["id"]] = order, name
    return made


async def payee(made: Books, who: tuple[str, str]) -> str:
    """A supplier whose account a second person confirmed."""
    seller = made.seller
    supplier_id = await supplier(seller, who[0])
    body = {"creditor": {"kind": "supplier", "id": supplier_id}, "iban": who[1], "name": who[0]}
    proposed = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payee-accounts", body)
    await seller.coordinator("POST", f"/v1/payee-accounts/{proposed['id']}/transitions", {"verb": "confirm"})
    made.names[supplier_id] = who[0]
    return supplier_id


async def bill(made: Books, supplier_id: str, number: str, net: str) -> Json:
    """An approved bill without VAT; below zero, a credit note."""
    entered = await enter(made.seller, supplier_id, line(net, None, rate="0"), number=number, billedOn=DAY)
    return await step(made.seller.coordinator, entered, "approve")


async def sent(made: Books, *payments: tuple[str, str]) -> tuple[Json, list[Json]]:
    """A batch that went to the bank, and its items: a supplier and an amount each."""
    seller = made.seller
    items = [{"creditor": {"kind": "supplier", "id": one}, "amount": {"amount": amount}} for one, amount in payments]
    batch = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payment-batches", {"items": items})
    place = f"/v1/payment-batches/{batch['id']}"
    await seller.coordinator("POST", f"{place}/transitions", {"verb": "approve"})
    batch = await seller.treasurer("POST", f"{place}/transitions", {"verb": "send"})
    found = (await seller.treasurer("GET", f"{place}/payment-items"))["items"]
    for item in found:
        made.names[item["id"]] = f"item {item['amount']['amount']}"
    return batch, sorted(found, key=lambda item: Decimal(item["amount"]["amount"]))


async def balance_of(made: Books, kind: str) -> str:
    return (await made.world.balances(made.seller)).get(kind, "0.00")


def paid(amount: str, *texts: str, reference: str = "", **more: Any) -> str:
    """An entry of one payment, in or out."""
    parties = {"of": US, "to": SUPPLIER} if amount.startswith("-") else {"of": PAYER, "to": US}
    return entry(amount, detail(amount, *texts, **(parties | more)), reference=reference)


def known_as(item: Json) -> str:
    """The reference of a payment of ours."""
    return tag("EndToEndId", item["id"].replace("-", ""))
