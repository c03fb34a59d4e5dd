"""Shared parts of the scenarios of a job of several cooperatives."""

from datetime import timedelta
from typing import Any

from tests.scenarios.test_membership import on_trial
from tests.world import NOTHING, VRIJE_UITLOOP, Caller, Json, Seller, World

CUSTOMER: Json = {"name": "Buurthuis De Kern", "email": "kern@example.org"}

COLLECTIVE: list[Json] = [{"kind": "collective"}]


def line(net: str, vat: str = "standard", quantity: int = 1, title: str = "Feest") -> Json:
    return {"title": title, "quantity": quantity, "unitPrice": {"amount": net}, "vatClass": vat}


def slot(role: str, size: int, *, kind: str = "percent", seats: int = 1, minutes: int = 240, **more: Any) -> Json:
    return {"role": role, "seats": seats, "minutes": minutes, "shareKind": kind, "shareSize": size} | more


async def plan(world: World, lead: Seller, *slots: Json, status: int | None = None, **more: Any) -> Json:
    """A job with these slots, published for every cooperative."""
    start = world.clock() + timedelta(days=3)
    body: Json = {"title": "Buurtfeest", "place": "De Kern", "startsAt": start.isoformat(), "audience": "all"}
    body |= {"endsAt": (start + timedelta(hours=8)).isoformat(), "contact": CUSTOMER, "lines": [line("100.00")]}
    body |= more
    if "orderId" in body:
        body = {name: value for name, value in body.items() if name not in ("contact", "lines")}
    made: Json = await lead.coordinator("POST", f"/v1/cooperatives/{lead.id}/assignments", body, status=status)
    if status:
        return made
    for wanted in slots:
        await lead.coordinator("POST", f"/v1/assignments/{made['id']}/slots", wanted)
    return await move(lead.coordinator, made, "publish")


async def look(who: Caller, job: Json) -> Json:
    found: Json = await who("GET", f"/v1/assignments/{job['id']}")
    return found


async def move(who: Caller, job: Json, verb: str, status: int | None = None, **more: Any) -> Json:
    moved: Json = await who("POST", f"/v1/assignments/{job['id']}/transitions", {"verb": verb} | more, status=status)
    return moved


async def slots_of(who: Caller, job: Json) -> list[Json]:
    found: list[Json] = await who("GET", f"/v1/assignments/{job['id']}/slots")
    return found


async def join(who: Caller, job: Json, member_id: str, number: int = 0, status: int | None = None) -> Json:
    place = (await slots_of(who, job))[number]["id"]
    made: Json = await who("POST", f"/v1/assignment-slots/{place}/parts", {"memberId": member_id}, status=status)
    return made


async def part_move(who: Caller, part: Json, verb: str, status: int | None = None, **more: Any) -> Json:
    place = f"/v1/assignment-parts/{part['id']}/transitions"
    moved: Json = await who("POST", place, {"verb": verb} | more, status=status)
    return moved


async def sign(seller: Seller, job: Json, terms: int | None = None, status: int | None = None) -> Json:
    if terms is None:
        terms = (await look(seller.treasurer, job))["terms"]
    body = {"cooperativeId": seller.id, "terms": terms}
    done: Json = await seller.treasurer("POST", f"/v1/assignments/{job['id']}/signatures", body, status=status)
    return done


async def agreed(job: Json, lead: Seller, *partners: Seller) -> Json:
    """Signed by everybody, and agreed."""
    for seller in (lead, *partners):
        await sign(seller, job)
    return await move(lead.coordinator, job, "agree")


async def delivered(job: Json, lead: Seller, *partners: Seller) -> Json:
    await agreed(job, lead, *partners)
    await move(lead.coordinator, job, "start")
    return await move(lead.coordinator, job, "deliver")


async def approved(job: Json, lead: Seller, *partners: Seller) -> Json:
    """Delivered, and approved for a customer who answered by telephone."""
    await delivered(job, lead, *partners)
    return await move(lead.treasurer, job, "approve", reason="gebeld: prima")


async def pots(world: World, seller: Seller, *member_ids: str) -> list[str]:
    found = []
    for member_id in member_ids:
        answer = await seller.treasurer("GET", f"/v1/members/{member_id}/thermometer")
        found.append(answer["balance"]["amount"])
    return found


async def under(world: World, umbrella: Seller) -> Seller:
    """A sub-cooperative that gives 10 % to its umbrella."""
    child = await world.cooperative(COLLECTIVE)
    place = f"/v1/cooperatives/{child.id}"
    version = (await world.network("GET", place))["version"]
    await world.network("PATCH", place, {"umbrellaId": umbrella.id}, headers={"If-Match": f'"{version}"'})
    rules: list[Json] = [{"kind": "share_of_surplus", "to": "parent", "percent": "10"}, {"kind": "pot"}]
    await world.agreement(child, rules, NOTHING, world.clock.today.isoformat())
    return child


async def net(one: Seller, other: Seller) -> Json:
    """The debts between two cooperatives, netted."""
    body = {"withCooperativeId": other.id}
    made = await one.treasurer("POST", f"/v1/cooperatives/{one.id}/nettings", body)
    place = f"/v1/nettings/{made['id']}/confirmations"
    await one.treasurer("POST", place, {"cooperativeId": one.id})
    done: Json = await other.treasurer("POST", place, {"cooperativeId": other.id})
    assert done["state"] == "confirmed"
    return done


async def three(world: World) -> tuple[Seller, Seller, Seller]:
    """De Vrije Uitloop near its threshold, ONS as a collective, and Scope with its member on trial."""
    uitloop = await world.cooperative(VRIJE_UITLOOP)
    # 294000 kept, as in the example.
    await world.sale(uitloop, await world.app(), "3458.82")
    ons = await world.cooperative(COLLECTIVE)
    scope, _, _ = await on_trial(world)
    return uitloop, ons, scope


async def party(world: World, lead: Seller, *partners: Seller) -> Json:
    """40000 − 3000: the lead's member 20000, the first partner's 10000, the rest, 7000, for the second's."""
    costs = [{"title": "Tent", "supplier": "Verhuur BV", "amount": {"amount": "30.00"}}]
    roles = [slot("Tuin", 20000, kind="fixed"), slot("Koken", 10000, kind="fixed"), slot("Poetsen", 1, kind="rest")]
    job = await plan(world, lead, *roles, lines=[line("400.00")], costs=costs)
    for number, seller in enumerate((lead, *partners)):
        await join(seller.coordinator, job, seller.member_id, number)
    return await approved(job, lead, *partners)


async def report(who: Caller, part: Json, minutes: int, status: int | None = None) -> Json:
    place = f"/v1/assignment-parts/{part['id']}/hours"
    entry: Json = await who("POST", place, {"minutes": minutes}, status=status)
    return entry


async def accepted(world: World, lead: Seller, buyer: Caller) -> Json:
    """An order of a customer who can log in."""
    order = await world.order(buyer, await world.offering(lead, "200.00"))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    return order
