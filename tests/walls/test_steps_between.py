"""Listed steps agree with the steps themselves: barters between members, deliveries between cooperatives."""

from typing import Any

from app.domain.books.deliveries import DELIVERY
from app.domain.earning.barters import BARTER
from tests.walls.test_steps import EURO, staff
from tests.walls.walk import Built, Walk, ask, offices, walk_through
from tests.world import Caller, Json, World


def listed_at(address: str) -> Any:
    """Finds an object in the list at a path, since there is no read by its id."""

    async def look(who: Caller, built: Built) -> Json | None:
        status, found = await ask(who, "GET", address)
        return next((one for one in found["items"] if built.path.endswith(one["id"])), None) if status == 200 else None

    return look


async def test_barters(world: World) -> None:
    seller = await world.cooperative([{"kind": "barter", "debtLimitMinutes": 6000}, {"kind": "pot"}])
    receiver, receiver_id = await world.member(seller)
    onlooker, _ = await world.member(seller)
    place = f"/v1/cooperatives/{seller.id}/barters"

    def at(verb: str = "") -> Any:
        async def build() -> Built:
            body = {"giverId": seller.member_id, "receiverId": receiver_id, "minutes": 1, "title": "Hulp"}
            built = Built(f"/v1/barters/{(await seller.member('POST', place, body))['id']}")
            if verb:
                answers = seller.member if verb == "cancel" else receiver
                await answers("POST", f"{built.path}/transitions", {"verb": verb})
            return built

        return build

    walk = Walk(
        noun="barters",
        process=BARTER,
        states={"proposed": at(), "confirmed": at("confirm"), "declined": at("decline"), "cancelled": at("cancel")},
        roles={**await staff(world, seller), "giver": seller.member, "receiver": receiver, "onlooker": onlooker},
        look=listed_at(f"{place}?limit=100"),
    )
    assert await walk_through(world, seller, walk) == 4 * 8 * 3


async def test_internal_deliveries(world: World) -> None:
    sender, receiver = await world.cooperative(), await world.cooperative()
    double = await world.officer("treasurer", cooperativeId=sender.id)
    await offices(world, double, treasurer=receiver.id)
    place = f"/v1/cooperatives/{sender.id}/internal-deliveries"

    def at(verb: str = "", by: Caller | None = None) -> Any:
        async def build() -> Built:
            body = {"toCooperativeId": receiver.id, "amount": EURO, "title": "Hout"}
            built = Built(f"/v1/internal-deliveries/{(await (by or sender.treasurer)('POST', place, body))['id']}")
            if verb:
                await receiver.treasurer("POST", f"{built.path}/transitions", {"verb": verb})
            return built

        return build

    states = {"proposed": at(), "proposed: by the treasurer of both": at(by=double)}
    states |= {"confirmed": at("confirm"), "declined": at("decline")}
    senders: dict[str, Caller | None] = {"sender": sender.treasurer, "of both": double, "stranger": sender.controller}
    receivers: dict[str, Caller | None] = {"receiver": receiver.treasurer, "coordinator": receiver.coordinator}
    received = f"/v1/cooperatives/{receiver.id}/internal-deliveries?received=true&limit=100"
    for roles, address in ((senders, f"{place}?limit=100"), (receivers, received)):
        walk = Walk(noun="internal deliveries", process=DELIVERY, states=states, roles=roles, look=listed_at(address))
        assert await walk_through(world, sender, walk) == 4 * len(roles) * 2
