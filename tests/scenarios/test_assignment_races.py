"""Races of an assignment: the last seat, the queue, two approvals, a signature while the shares change."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

from tests.scenarios.jobs import (
    COLLECTIVE,
    approved,
    delivered,
    join,
    look,
    move,
    net,
    plan,
    slot,
    slots_of,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_membership import held, on_trial
from tests.world import Caller, Json, Seller, World


async def at_once(*acts: tuple[Caller, str, str, Any]) -> Counter[int]:
    """Sends all requests at the same moment; returns how often each status came."""

    async def one(who: Caller, method: str, path: str, body: Any) -> int:
        headers = {"Authorization": f"Bearer {who.token}"}
        if method == "PATCH":
            headers["If-Match"] = '"1"'
        if method == "POST":
            headers["Idempotency-Key"] = f"k-{id(body)}-{path[-12:]}"
        return (await who.client.request(method, path, json=body, headers=headers)).status_code

    return Counter(await asyncio.gather(*(one(*act) for act in acts)))


async def everyone(lead: Seller, job: Json) -> list[Json]:
    found = await lead.coordinator("GET", f"/v1/assignments/{job['id']}/parts?limit=100")
    return sorted(found["items"], key=lambda part: part["number"])


async def test_the_last_seat_is_taken_once_and_the_others_wait_in_line(world: World) -> None:
    lead = await world.cooperative()
    people = [await world.member(lead) for _ in range(10)]
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    path = f"/v1/assignment-slots/{(await slots_of(lead.coordinator, job))[0]['id']}/parts"
    statuses = await at_once(*((who, "POST", path, {"memberId": member_id}) for who, member_id in people))
    assert statuses == {201: 10}
    parts = await everyone(lead, job)
    assert [part["number"] for part in parts] == list(range(1, 11))
    assert [part["state"] for part in parts] == ["taken"] * 2 + ["waiting"] * 8
    assert await world.deadlocks() == 0


async def test_seats_go_on_in_order_while_people_withdraw(world: World) -> None:
    """All seated members and half of the waiting ones withdraw at once: the first two who still wait get the seats."""
    lead = await world.cooperative()
    people = [await world.member(lead) for _ in range(8)]
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    parts = [await join(who, job, member_id) for who, member_id in people]
    leaving = [0, 1, 2, 4, 6]
    acts = [
        (people[n][0], "POST", f"/v1/assignment-parts/{parts[n]['id']}/transitions", {"verb": "withdraw"})
        for n in leaving
    ]
    assert await at_once(*acts) == {200: 5}
    states = [part["state"] for part in await everyone(lead, job)]
    assert states == ["withdrawn", "withdrawn", "withdrawn", "taken", "withdrawn", "taken", "withdrawn", "waiting"]
    assert (await look(lead.coordinator, job))["openSeats"] == 0


async def test_two_approvals_and_the_timer_book_once(world: World) -> None:
    lead, other, buyer = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE), world.person()
    order = await world.order(buyer, await world.offering(lead, "200.00"))
    await lead.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    job = await plan(world, lead, slot("Tuin", 5000, seats=2), orderId=order["id"])
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    await delivered(job, lead, other)
    path = f"/v1/assignments/{job['id']}/transitions"
    acts = [(buyer, "POST", path, {"verb": "approve", "reason": f"goed {n}"}) for n in range(6)]
    statuses, _ = await asyncio.gather(at_once(*acts), world.work(timedelta(days=15)))
    # The same request of one caller gets the same answer.
    assert statuses[200] <= 3
    assert set(statuses) <= {200, 409}
    assert (await world.balances(lead))["cooperative_fund"] == "100.00"
    assert (await world.balances(other))["cooperative_fund"] == "100.00"
    await books_are_right(world)


async def test_a_signature_and_a_change_of_the_shares_have_one_outcome(world: World) -> None:
    """In either order: nobody is bound to shares that they have not seen."""
    for _ in range(5):
        lead, other = await world.cooperative(), await world.cooperative()
        job = await plan(world, lead, slot("Koken", 10000))
        await join(other.member, job, other.member_id)
        terms = (await look(lead.coordinator, job))["terms"]
        place = (await slots_of(lead.coordinator, job))[0]
        signature = {"cooperativeId": other.id, "terms": terms}
        statuses = await at_once(
            (other.treasurer, "POST", f"/v1/assignments/{job['id']}/signatures", signature),
            (lead.coordinator, "PATCH", f"/v1/assignment-slots/{place['id']}", {"shareKind": "rest", "shareSize": 1}),
        )
        now = await look(lead.coordinator, job)
        assert (now["terms"], now["signedIds"]) == (terms + 1, [])
        assert statuses in ({201: 1, 200: 1}, {409: 1, 200: 1})


async def test_two_nettings_of_a_pair_are_one_and_confirmed_once(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(other.member, job, other.member_id)
    await delivered(job, lead, other)
    await move(lead.treasurer, job, "approve", reason="gebeld")
    pair = ((lead, other), (other, lead))
    acts = [
        (one.treasurer, "POST", f"/v1/cooperatives/{one.id}/nettings", {"withCooperativeId": two.id})
        for one, two in pair
    ]
    assert await at_once(*acts) == {201: 1, 409: 1}
    made = (await lead.treasurer("GET", f"/v1/cooperatives/{lead.id}/nettings"))["items"][0]
    path = f"/v1/nettings/{made['id']}/confirmations"
    confirmations = [(seller.treasurer, "POST", path, {"cooperativeId": seller.id}) for seller in (lead, other)]
    assert await at_once(*confirmations) == {201: 2}
    for seller, bank in ((lead, "121.00"), (other, "-121.00")):
        assert (await world.balances(seller))["bank"] == bank
    again = await lead.treasurer(
        "POST", f"/v1/cooperatives/{lead.id}/nettings", {"withCooperativeId": other.id}, status=409
    )
    assert again["code"] == "nothing_to_net"
    await books_are_right(world)


async def test_credits_and_a_decision_on_what_is_held_are_booked_side_by_side(world: World) -> None:
    """Three credits over three cooperatives, while one of them releases held money: all to the cent."""
    lead, left = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    right, _, _ = await on_trial(world)
    job = await plan(world, lead, slot("Koken", 1, kind="rest", seats=3))
    for seller in (lead, left, right):
        await join(seller.member, job, seller.member_id)
    job = await approved(job, lead, left, right)
    path = f"/v1/orders/{job['orderId']}/credits"
    amounts = ("10.01", "20.02", "30.03")
    bodies = [{"reason": f"deel {n}", "amount": {"amount": amount}} for n, amount in enumerate(amounts)]
    release = f"/v1/earnings/{(await held(right))['id']}/transitions"
    acts = [(lead.treasurer, "POST", path, body) for body in bodies]
    statuses = await at_once(*acts, (right.coordinator, "POST", release, {"verb": "release"}))
    assert statuses == {201: 3, 200: 1}
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    assert order["refunded"]["amount"] == "60.06"
    await books_are_right(world)
    for partner in (left, right):
        await net(lead, partner)
    await books_are_right(world)
    assert await world.deadlocks() == 0
