"""Shared parts of the scenarios of joint purchases."""

from datetime import timedelta
from typing import Any

from tests.scenarios.test_small_business import choose
from tests.scenarios.test_spending import may_buy
from tests.world import Caller, Json, Seller, World

RULES: list[Json] = [may_buy(purpose="materiaal"), may_buy("needs_municipal_consent", "dak"), {"kind": "pot"}]

SPOOLS: Json = {"title": "Garen", "unit": "klos", "packUnits": 10, "vatClass": "zero"}

SPOOLS |= {"tiers": [{"price": {"amount": "10.00"}}]}


async def rich(world: World, amount: str = "200.00", *, scheme: bool = False) -> Seller:
    """A cooperative whose member has money in the pot; on request it uses the small-business scheme all year."""
    seller = await world.cooperative(RULES)
    if scheme:
        await choose(world, seller, f"{world.clock():%Y}-01-01")
    await world.sale(seller, await world.app(), amount)
    return seller


async def plan(
    world: World,
    seller: Seller,
    *articles: Json,
    partners: tuple[Seller, ...] = (),
    status: int | None = None,
    **more: Any,
) -> Json:
    """A purchase of these articles, opened."""
    body: Json = {"title": "Garen samen", "supplier": "De Spoel", "purpose": "materiaal"}
    body |= {"closesAt": (world.clock() + timedelta(days=7)).isoformat(), "articles": list(articles or [SPOOLS])}
    body |= {"partnerIds": [partner.id for partner in partners]}
    place = f"/v1/cooperatives/{seller.id}/joint-purchases"
    made: Json = await seller.coordinator("POST", place, body | more, status=status)
    return made if status else await move(seller.coordinator, made["purchase"], "open")


async def move(who: Caller, purchase: Json, verb: str, status: int | None = None, **more: Any) -> Json:
    place = f"/v1/joint-purchases/{purchase['id']}/transitions"
    moved: Json = await who("POST", place, {"verb": verb} | more, status=status)
    return moved if status else await look(who, purchase)


async def look(who: Caller, purchase: Json) -> Json:
    """A purchase with its articles."""
    found: Json = await who("GET", f"/v1/joint-purchases/{purchase['id']}")
    return {**found["purchase"], "articles": found["articles"]}


async def wish(
    who: Caller,
    purchase: Json,
    quantity: int,
    tolerance: int = 0,
    *,
    article: int = 0,
    status: int | None = None,
    **whose: str,
) -> Json:
    body = {"articleId": purchase["articles"][article]["id"], "quantity": quantity, "tolerance": tolerance}
    wished: Json = await who("POST", "/v1/wishes", body | whose, status=status)
    return wished


async def mine(seller: Seller, purchase: Json, quantity: int, tolerance: int = 0, **more: Any) -> Json:
    return await wish(seller.member, purchase, quantity, tolerance, memberId=seller.member_id, **more)


async def pot(world: World, seller: Seller) -> tuple[str, str]:
    found = await world.thermometer(seller)
    return found["balance"]["amount"], found["reserved"]["amount"]


async def finish(seller: Seller, purchase: Json, total: str, *units: int) -> None:
    """Ordered, received and settled."""
    await move(seller.coordinator, purchase, "order")
    for article, came in zip(purchase["articles"], units, strict=True):
        await seller.coordinator("POST", f"/v1/purchase-articles/{article['id']}/receipts", {"units": came})
    await move(seller.coordinator, purchase, "receive")
    await settle(seller, purchase, total)


async def settle(seller: Seller, purchase: Json, total: str, status: int | None = None) -> Json:
    place = f"/v1/joint-purchases/{purchase['id']}/settlements"
    done: Json = await seller.treasurer("POST", place, {"total": {"amount": total}}, status=status)
    return done


async def charged(seller: Seller, purchase: Json) -> list[str]:
    found = (await seller.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/wishes"))["items"]
    return [row["charged"]["amount"] for row in reversed(found)]


async def owed(seller: Seller) -> dict[str, str]:
    """The debt of each partner."""
    accounts = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100"))["items"]
    return {a["party"]: a["balance"]["amount"] for a in accounts if a["kind"] == "receivable_cooperative"}


async def again(world: World, who: Caller) -> Caller:
    """The same person with a fresh token."""
    return world.person(who.login)
