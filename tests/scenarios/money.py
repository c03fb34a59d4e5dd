"""Shared parts of the scenarios of money: paid, credited, given back, written off."""

from decimal import Decimal

from tests.world import Caller, Json, Seller, World

CALLED_OFF = ("refused", "expired", "cancelled")


def amount(text: str | None) -> Json:
    return {"amount": {"amount": text}} if text else {}


async def pay(seller: Seller, order: Json, text: str, status: int = 201, **more: str) -> Json:
    place = f"/v1/orders/{order['id']}/payments"
    paid: Json = await seller.treasurer("POST", place, amount(text) | more, status=status)
    return paid


async def credit(
    seller: Seller, order: Json, text: str | None = None, status: int = 201, *, lines: list[Json] | None = None
) -> Json:
    """Lowers the price: by an amount with VAT, by lines, or by all that is left of it."""
    body = {"reason": "klacht"} | amount(text) | ({"lines": lines} if lines else {})
    answer: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/credits", body, status=status)
    return answer


async def repay(seller: Seller, order: Json, text: str | None = None, status: int = 201, **more: str) -> Json:
    """Gives money back; what is owed, unless an amount is named."""
    place = f"/v1/orders/{order['id']}/repayments"
    answer: Json = await seller.treasurer("POST", place, amount(text) | more, status=status)
    return answer


async def propose(
    seller: Seller, order: Json, text: str | None = None, borne_by: str | None = None, status: int = 201
) -> Json:
    """Proposes to write an amount off; what is due, unless an amount is named."""
    body = {"reason": "failliet"} | amount(text) | ({"borneBy": borne_by} if borne_by else {})
    answer: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/write-offs", body, status=status)
    return answer


async def decide(who: Caller, write_off: Json, verb: str = "confirm", status: int = 200) -> Json:
    place = f"/v1/write-offs/{write_off['id']}/transitions"
    answer: Json = await who("POST", place, {"verb": verb}, status=status)
    return answer


async def write_off(seller: Seller, order: Json, text: str | None = None, borne_by: str | None = None) -> Json:
    """An amount that is written off: the treasurer proposes it, the coordinator confirms."""
    return await decide(seller.coordinator, await propose(seller, order, text, borne_by))


async def undo(seller: Seller, source: Json, status: int = 201) -> Json:
    """Reverses the booking of a payment, a repayment, a credit or a write-off."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={source['id']}")
    kinds = ("payment", "repayment", "credit", "write_off", "cost")
    journal = next(one for one in found["items"] if one["kind"] in kinds)
    place = f"/v1/journals/{journal['id']}/reversals"
    undone: Json = await seller.treasurer("POST", place, {"reason": "verkeerde regel"}, status=status)
    return await seller.agreed(place, undone)


async def step(who: Caller, order: Json, *verbs: str) -> None:
    for verb in verbs:
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb})


async def completed(seller: Seller, app: Caller, order: Json) -> None:
    await step(seller.member, order, "accept", "deliver")
    await step(app, order, "complete")


def adds_up(order: Json) -> None:
    """Asserts that paid + refunded + writtenOff + due − owedBack is the price, and that due or owedBack is 0."""
    names = ("paid", "refunded", "writtenOff", "due", "owedBack", "gross")
    euro = {name: Decimal(order[name]["amount"]) for name in names}
    price = Decimal() if order["state"] in CALLED_OFF else euro["gross"]
    assert euro["paid"] + euro["refunded"] + euro["writtenOff"] + euro["due"] - euro["owedBack"] == price, order
    assert not euro["due"] or not euro["owedBack"], order


async def seen(seller: Seller, order: Json) -> tuple[str, str, str, str, str]:
    """Payment state, paid, refunded, due, owed back; with what was written off they add up to the price."""
    found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    adds_up(found)
    paid, refunded, due, owed_back = (found[name]["amount"] for name in ("paid", "refunded", "due", "owedBack"))
    return found["payment"], paid, refunded, due, owed_back


async def standing(world: World, seller: Seller) -> dict[str, str]:
    """The balances other than zero."""
    return {kind: cents for kind, cents in (await world.balances(seller)).items() if cents != "0.00"}


async def journals(seller: Seller, source: Json) -> list[Json]:
    """The journals of an order, a credit or another source, oldest first."""
    place = f"/v1/cooperatives/{seller.id}/journals?limit=100&sourceId={source['id']}"
    found: list[Json] = (await seller.treasurer("GET", place))["items"]
    return found[::-1]


def legs(journal: Json) -> dict[str, str]:
    """The amount of a journal by kind of account, other than zero."""
    found: dict[str, Decimal] = {}
    for leg in journal["entries"]:
        found[leg["accountKind"]] = found.get(leg["accountKind"], Decimal()) + Decimal(leg["amount"]["amount"])
    return {kind: f"{cents:.2f}" for kind, cents in found.items() if cents}


def results(journal: Json) -> dict[str, str]:
    """The result lines of a journal by category."""
    found: dict[str, Decimal] = {}
    for line in journal["results"]:
        found[line["category"]] = found.get(line["category"], Decimal()) + Decimal(line["amount"]["amount"])
    return {category: f"{cents:.2f}" for category, cents in found.items()}


async def boxes(seller: Seller) -> dict[str, str]:
    """The VAT by box, other than zero."""
    accounts = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100"))["items"]
    found = {account["party"]: account["balance"]["amount"] for account in accounts if account["kind"] == "vat"}
    return {box: cents for box, cents in found.items() if cents != "0.00"}


async def money_tasks(world: World, seller: Seller) -> list[str]:
    await world.work()
    found = [task["what"] for task in (await seller.treasurer("GET", "/v1/tasks?limit=100"))["items"]]
    return sorted(what for what in found if what in ("pay_customer_back", "record_payment"))
