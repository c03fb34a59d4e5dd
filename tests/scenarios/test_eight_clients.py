"""Eight clients act at once on one cooperative: each act is done or refused, and the books are right afterwards."""

import asyncio
import uuid
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random

from tests.scenarios.money import adds_up, amount
from tests.scenarios.papers import ADDRESS, COMPANY, papers_are_right
from tests.scenarios.reference import euro
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, Caller, Json, Seller, World

CLIENTS, ACTS = 8, 150
WEIGHTS = {"place": 4, "go_on": 10, "pay": 6, "cost": 3, "credit": 2, "repay": 2, "invoice": 4}
"""How often a client does each act."""
VERBS = ("accept", "deliver", "complete")


@dataclass(kw_only=True)
class Shop:
    """The cooperative, its offerings of two members at two rates, and all its orders."""

    seller: Seller
    app: Caller
    offerings: list[str]
    orders: list[Json] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    """How many steps each order took, by its id."""
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    """How often each act got a status, with the code of a refusal."""

    @classmethod
    async def opened(cls, world: World) -> "Shop":
        seller, offerings = await world.cooperative(), []
        await seller.can_invoice()
        colleague, colleague_id = await world.member(seller)
        for maker in (seller, replace(seller, member=colleague, member_id=colleague_id)):
            offerings.append(await world.offering(maker, "80.00"))
            offerings.append(await world.offering(maker, "25.00", vatClass="reduced", kind="goods", stock=150))
        return cls(seller=seller, app=await world.app(), offerings=offerings)


@dataclass(kw_only=True)
class Client:
    """One client with a treasurer of its own; it acts on everybody's newest orders."""

    shop: Shop
    treasurer: Caller
    random: Random

    async def act(self) -> None:
        (what,) = self.random.choices(list(WEIGHTS), list(WEIGHTS.values()))
        if what == "place" or not self.shop.orders:
            await self.place()
        else:
            await getattr(self, what)(self.random.choice(self.shop.orders[-24:]))

    async def place(self) -> None:
        """One or two lines, some of two makers."""
        named = self.random.sample(self.shop.offerings, self.random.randint(1, 2))
        lines = [{"offeringId": one, "quantity": self.random.randint(1, 2)} for one in named]
        contact = self.random.choice((GUEST, COMPANY))
        placed = await self._post("place", self.shop.app, "/v1/orders", {"lines": lines, "contact": contact})
        if placed is not None:
            self.shop.orders.append(placed["order"])

    async def go_on(self, order: Json) -> None:
        """The next step, as far as the clients know; another client may be first."""
        verb = VERBS[self.shop.steps[order["id"]] % len(VERBS)]
        who = self.shop.app if verb == "complete" else self.shop.seller.coordinator
        if await self._of(order, verb, who, "transitions", {"verb": verb}) is not None:
            self.shop.steps[order["id"]] += 1

    async def pay(self, order: Json) -> None:
        """The price, half of it, or a few euro; some in cash."""
        cents = self.random.choice((_cents(order), _cents(order), _cents(order) // 2, self.random.randint(1, 900)))
        more = {"method": "cash"} if self.random.random() < 0.2 else {}
        await self._of(order, "pay", self.treasurer, "payments", amount(euro(cents)) | more)

    async def cost(self, order: Json) -> None:
        """Claimed by the coordinator for one of the lines, and approved by this client's treasurer."""
        body = {"orderLineId": self.random.choice(order["lines"])["id"], "category": "materiaal", "payee": "member"}
        body |= {"receipt": "bon"} | amount(euro(self.random.randint(1, 900)))
        claim = await self._of(order, "claim", self.shop.seller.coordinator, "cost-claims", body)
        if claim is not None:
            place = f"/v1/cost-claims/{claim['id']}/transitions"
            await self._post("cost", self.treasurer, place, {"verb": "approve"})

    async def credit(self, order: Json) -> None:
        """All that is left of the price, half of the price, or a few euro."""
        texts = (None, euro(_cents(order) // 2), euro(self.random.randint(1, 900)))
        body = {"reason": "klacht"} | amount(self.random.choice(texts))
        await self._of(order, "credit", self.treasurer, "credits", body)

    async def repay(self, order: Json) -> None:
        """What is owed back, or a few euro of it."""
        text = self.random.choice((None, euro(self.random.randint(1, 900))))
        await self._of(order, "repay", self.treasurer, "repayments", amount(text))

    async def invoice(self, order: Json) -> None:
        """Of its supply, or before that a deposit; the worker issues others meanwhile."""
        deposit: Json = self.random.choice(({}, {"percent": "30"}, amount(euro(self.random.randint(1, 900)))))
        await self._of(order, "invoice", self.treasurer, "invoices", deposit or {"postalAddress": ADDRESS})

    async def _of(self, order: Json, what: str, who: Caller, where: str, body: Json) -> Json | None:
        return await self._post(what, who, f"/v1/orders/{order['id']}/{where}", body)

    async def _post(self, what: str, who: Caller, place: str, body: Json) -> Json | None:
        """The answer, or none if it was refused."""
        headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = await who.client.post(place, json=body, headers=headers)
        assert answer.status_code in (200, 201, 409, 422), f"{what} {body} → {answer.status_code} {answer.text[:800]}"
        answered: Json = answer.json()
        refused = answer.status_code in (409, 422)
        self.shop.answers[what, answer.status_code, answered["code"] if refused else ""] += 1
        return None if refused else answered


def _cents(order: Json) -> int:
    """The price of an order, in cents."""
    return int(Decimal(order["gross"]["amount"]) * 100)


async def _open_accounts(shop: Shop, client: Client) -> None:
    """An order of every offering goes all the way, so that every account exists that the acts book on."""
    for number in range(len(shop.offerings)):
        body = {"lines": [{"offeringId": shop.offerings[number], "quantity": 1}], "contact": GUEST}
        order = (await shop.app("POST", "/v1/orders", body))["order"]
        shop.orders.append(order)
        for act in (client.pay, client.go_on, client.go_on, client.go_on, client.cost, client.credit):
            await act(order)
        for method in ("bank_transfer", "cash"):
            await client._of(order, "pay", client.treasurer, "payments", amount("300.00") | {"method": method})
        await client.repay(order)


async def test_1200_acts_of_eight_clients_deadlock_nowhere_and_add_up(world: World) -> None:
    shop = await Shop.opened(world)
    clients = []
    for number in range(CLIENTS):
        treasurer = await world.officer("treasurer", cooperativeId=shop.seller.id)
        clients.append(Client(shop=shop, treasurer=treasurer, random=Random(number)))
    await _open_accounts(shop, clients[0])
    shop.answers.clear()
    before = await world.deadlocks()

    async def acts(client: Client) -> None:
        for _ in range(ACTS):
            await client.act()

    async def works(busy: "asyncio.Future[list[None]]") -> None:
        while not busy.done():
            await world.work()
            await asyncio.sleep(0.1)

    busy = asyncio.gather(*(acts(client) for client in clients))
    await asyncio.gather(busy, works(busy))
    await world.work()
    done = {what for what, status, _ in shop.answers if status in (200, 201)}
    assert done == {*WEIGHTS, *VERBS, "claim"} - {"go_on"}, shop.answers
    assert await world.deadlocks() == before
    for order in shop.orders:
        adds_up(await shop.seller.treasurer("GET", f"/v1/orders/{order['id']}"))
    for kind in ("standard", "simplified", "deposit", "final", "credit_note"):
        place = f"/v1/invoices?cooperativeId={shop.seller.id}&kind={kind}"
        assert (await shop.seller.treasurer("GET", place))["items"], kind
    await papers_are_right(world, shop.seller)
    await books_are_right(world)
