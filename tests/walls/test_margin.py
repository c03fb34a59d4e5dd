"""Under the margin scheme nobody but the staff learns what second-hand goods were bought for.

A coat is sold for 31.85 and was bought for 7.10. On the margin of 24.75 is 4.30 of VAT, so it sells for 27.55 without
it: each of these tells the others. The law keeps the VAT off the customer's papers (Wet OB 1968 art. 28h).
"""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.receiver import Receiver, receiving
from tests.walls.fields import DEPTH, fields
from tests.walls.operations import DOCUMENT, Operation
from tests.walls.sample import BUYER, PARTNER, Sample
from tests.world import Caller, Json, Seller, World

SOLD = "31.85"
COAT: Json = {
    "title": "Winterjas",
    "kind": "goods",
    "vatClass": "margin",
    "purchasePrice": {"amount": "7.10"},
    "stock": 9,
}
INSIDE = ("4.30", "27.55", "7.10")
NUMBERED = re.compile(r'"(?:position|sequence|cursor|column)": ?"?\d+')
"""Counts, which may happen to be such a number of cents."""
OFFERED = {
    "GET /cooperatives/{cooperative_id}/offerings",
    "GET /offerings/{offering_id}",
    "Query.offering",
    "Query.offerings",
}
EARNED = {"GET /cooperatives/{cooperative_id}/earnings", "GET /me/export", "Query.earnings"}
OWN = {("partner", place): {"7.10"} for place in OFFERED} | {("maker", place): {"7.10"} for place in OFFERED}
OWN |= {("maker", place): {"27.55", "27,55", "2755"} for place in EARNED}
"""What the maker and the partner's app wrote into the offering themselves, and what the maker earned with it."""
SECRET = re.compile(
    r"(?<![\w.,-])(?:" + "|".join(rf"{a}[.,]{b}|{a}{b}" for a, b in (i.split(".") for i in INSIDE)) + r")(?![\w-])"
)


def told(text: str) -> set[str]:
    """What a text tells of the inside of the price, in euros or in cents."""
    return set(SECRET.findall(NUMBERED.sub("", text)))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


@dataclass(frozen=True, kw_only=True)
class Coat:
    """Who may know it, who may not, and the ids of one of its orders by who ordered."""

    seller: Seller
    secret: str
    callers: dict[str, Caller]
    ids: dict[str, dict[str, str]]
    answers: list[str]


async def sold_to(world: World, seller: Seller, buyer: Caller, offering: str, answers: list[str]) -> dict[str, str]:
    """Placed, delivered, invoiced, confirmed, paid, credited whole with a credit note, and paid back; and another one
    that is not credited.
    """
    ids: dict[str, str] = {}
    for credited in (False, True):
        order = await world.order(buyer, offering)
        await world.deliver(seller, order)
        asked_for = await buyer("POST", f"/v1/orders/{order['id']}/invoices", {})
        done = await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
        answers += [json.dumps(order), json.dumps(done), json.dumps(asked_for)]
        payment = await world.pay(seller, order)
        if credited:
            line = {"orderLineId": order["lines"][0]["id"], "quantity": 1}
            place = f"/v1/orders/{order['id']}"
            await seller.treasurer("POST", f"{place}/credits", {"reason": "te klein", "lines": [line]})
            await seller.treasurer("POST", f"{place}/repayments", {})
            await seller.member("POST", f"{place}/cash-receipts", {"amount": {"amount": "1.00"}})
        token = str(order["statusUrl"]).rsplit("/", 1)[-1]
        ids |= {("credited_id" if credited else "order_id"): order["id"], "payment_id": payment["id"]}
        ids |= {"token": token, "order_line_id": order["lines"][0]["id"], "invoice_id": asked_for["id"]}
        ids |= {"number": asked_for["number"]}
    return ids


@pytest.fixture
async def coat(world: World, sample: Sample, receiver: Receiver) -> Coat:
    seller = await world.cooperative()
    await seller.can_invoice()
    offering = await world.offering(seller, SOLD, **COAT)
    app, partner = await world.app(list(BUYER)), await world.app(list(PARTNER), [seller.id])
    hook = await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url})
    colleague, _ = await world.member(seller)
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    customer, answers = world.person(), list[str]()
    here = sample.ids | {"cooperative_id": seller.id, "member_id": seller.member_id, "offering_id": offering}
    here |= {"municipality_id": seller.municipality_id, "app_id": app.login, "webhook_id": hook["webhook"]["id"]}
    ids = {
        name: here | await sold_to(world, seller, who, offering, answers)
        for name, who in (("customer", customer), ("app", app))
    }
    await world.work()
    await world.send()
    callers = {
        "customer": customer,
        "app": app,
        "partner": partner,
        "maker": seller.member,
        "colleague": colleague,
        "approver": await world.approver(seller.id),
        "network": world.network,
        "manager": manager,
        "controller": seller.controller,
        "stranger": (await world.cooperative()).coordinator,
        "visitor": world.visitor,
    }
    return Coat(seller=seller, secret=hook["secret"], callers=callers, ids=ids, answers=answers)


async def asked(who: Caller, path: str) -> str:
    """The bytes of an answer, whatever its status, without headers."""
    headers = {"Authorization": f"Bearer {who.token}"} if who.token else {}
    return (await who.client.get(path, headers=headers)).text


async def read(who: Caller, ids: dict[str, str]) -> dict[str, str]:
    """All that both faces show a caller, by operation and field."""
    found = {}
    for path, item in DOCUMENT["paths"].items():
        if "get" in item:
            operation = Operation(path, "GET", path, item["get"], "")
            found[f"GET {path}"] = await asked(who, operation.address(ids))
    for field in fields():
        if field.root == "Query":
            variables = field.variables(ids)
            answer = await who.graphql(field.document(variables, depth=DEPTH), **variables)
            found[str(field)] = json.dumps(answer)
    return found


async def test_nobody_but_the_staff_learns_what_a_coat_was_bought_for(coat: Coat, receiver: Receiver) -> None:
    leaks, seen = list[tuple[str, str, set[str]]](), dict[str, bool]()
    for name, who in coat.callers.items():
        for ids in coat.ids.values():
            shown = await read(who, ids | {"order_id": ids["credited_id"]})
            leaks += [(name, place, told(text)) for place, text in shown.items() if told(text)]
            seen[name] = seen.get(name, False) or any(SOLD in text for text in shown.values())
    sent = [body.decode() for _, body in receiver.calls]
    leaks += [("receiver", "webhook", told(text)) for text in sent if told(text)]
    leaks += [("buyer", "answer", told(text)) for text in coat.answers if told(text)]
    others = [leak for leak in leaks if not leak[2] <= OWN.get(leak[:2], set())]
    assert not others, "\n".join(map(str, others))
    assert len(sent) > 5
    assert all(SOLD in text for text in coat.answers)
    assert all(seen[name] for name in ("customer", "app", "partner", "maker", "visitor"))


async def test_an_invoice_shows_the_margin_to_nobody(coat: Coat) -> None:
    """Not to the staff either: on the paper of a sale and of its credit note net is gross, and VAT is 0.00."""
    for who in (coat.seller.treasurer, coat.callers["customer"]):
        place = f"/v1/orders/{coat.ids['customer']['credited_id']}/invoices"
        text = await asked(who, place)
        assert told(text) == set()
        for paper in [row["paper"] for row in json.loads(text)]:
            for part in (paper, *paper["lines"], *paper["groups"]):
                assert (part["net"]["amount"], part["vat"]["amount"]) == (SOLD, "0.00")
        assert [row["kind"] for row in json.loads(text)] == ["simplified", "credit_note"]


async def test_the_staff_sees_what_a_coat_was_bought_for(coat: Coat) -> None:
    """The control, of the same search."""
    for who in (coat.seller.coordinator, coat.seller.treasurer):
        text = json.dumps(await read(who, coat.ids["app"]))
        assert {"4.30", "27.55", "7.10"} <= told(text.replace("\\", ""))
