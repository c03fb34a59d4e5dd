"""Random bookings and reversals of them, in any order: whatever is undone leaves no trace in any balance or total."""

from dataclasses import dataclass, field
from random import Random

import pytest

from tests.scenarios.test_corrections import euro, fund_of, give
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_spending import ask, may_buy, step
from tests.world import SCOPE, Json, Seller, World

RULES: list[Json] = [
    may_buy(),
    SCOPE[0],
    {"kind": "remit_above", "threshold": "10.00", "percent": "50", "basis": "cooperative_year"},
    {"kind": "premium", "count": 99, "yearlyCap": "900.00"},
    SCOPE[1],
]
REFUSED = {"below_floor", "reverse_that_first"}
"""Why a booking is not undone now: its money went on, or a receipt stands on it."""


@dataclass(kw_only=True)
class Acts:
    """One cooperative; every act that stands, the last one at the end, as (source, kind of its journal)."""

    world: World
    seller: Seller
    fund_id: str
    random: Random
    standing: list[tuple[Json, str]] = field(default_factory=list)
    paid: list[Json] = field(default_factory=list)

    async def gift(self, cents: int) -> None:
        given = await give(self.seller, self.fund_id, f"{cents / 100:.2f}")
        self.standing.append(({"id": given["sourceId"]}, "donation"))

    async def expense(self, cents: int) -> None:
        body = {"amount": euro(f"{cents / 100:.2f}"), "purpose": "dak", "supplier": "S", "title": "T"}
        place = f"/v1/funds/{self.fund_id}"
        left = float((await self.seller.treasurer("GET", place))["balance"]["amount"]) * 100
        made = await self.seller.treasurer("POST", f"{place}/expenses", body, status=201 if cents <= left else 409)
        if cents <= left:
            self.standing.append(({"id": made["sourceId"]}, "fund_expense"))

    async def premium(self, cents: int) -> None:
        body = {"kind": "premium", "amount": euro(f"{cents / 100:.2f}")}
        place = f"/v1/members/{self.seller.member_id}/allowances"
        self.standing.append((await self.seller.treasurer("POST", place, body), "allowance"))

    async def purchase(self, cents: int) -> None:
        asked = await ask(self.seller, f"{cents / 100:.2f}")
        await step(self.seller.treasurer, asked, "approve")
        await self.seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
        self.standing.append((asked, "spend"))
        self.paid.append(asked)

    async def receipt(self, cents: int) -> None:
        """Of the last purchase without one."""
        if self.paid:
            asked = self.paid.pop()
            spent = max(1, round(float(asked["amount"]["amount"]) * 100) - cents)
            body = {"receipt": "bon", "amount": euro(f"{spent / 100:.2f}")}
            await self.seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/settlements", body)
            if spent < round(float(asked["amount"]["amount"]) * 100):
                self.standing.append((asked, "spend_back"))

    async def undo(self, _: int) -> None:
        if self.standing:
            await self.undo_one(self.random.randrange(len(self.standing)))

    async def undo_one(self, number: int) -> None:
        source, kind = self.standing[number]
        journal = await self.world.journal(self.seller, source["id"], kind)
        place = f"/v1/journals/{journal['id']}/reversals"
        sent = {
            "Authorization": f"Bearer {self.seller.treasurer.token}",
            "Idempotency-Key": f"{journal['id']}{len(self.standing)}-{self.random.random()}",
        }
        answer = await self.world.client.post(place, json={"reason": "vergissing"}, headers=sent)
        if answer.status_code == 409:
            assert answer.json()["code"] in REFUSED, answer.text
            return
        assert answer.status_code == 201, answer.text
        del self.standing[number]
        if kind == "spend":
            self.paid = [asked for asked in self.paid if asked["id"] != source["id"]]
            await step(self.seller.member, source, "cancel")
        if kind == "spend_back":
            self.paid.append(source)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_is_undone_leaves_no_trace(world: World, seed: int) -> None:
    seller, random = await world.cooperative(RULES), Random(seed)
    await world.lower_floor(seller)
    await world.sale(seller, await world.app(), "1000.00")
    before, year = await world.balances(seller), await world.thermometer(seller)
    acts = Acts(world=world, seller=seller, fund_id=await fund_of(seller), random=random)
    names = ("gift", "expense", "premium", "purchase", "receipt", "undo", "undo")
    for _ in range(30):
        await getattr(acts, random.choice(names))(random.randint(1, 3000))
    await books_are_right(world)
    while acts.standing:
        left = len(acts.standing)
        for number in reversed(range(left)):
            await acts.undo_one(number)
        assert len(acts.standing) < left
    after, later = await world.balances(seller), await world.thermometer(seller)
    assert after | before == after
    assert {balance for kind, balance in after.items() if kind not in before} <= {"0.00"}
    for name in ("balance", "reserved", "yearTotal"):
        assert later[name] == year[name]
    await books_are_right(world)
