"""What was booked for a job of several cooperatives is undone in the books of all of them."""

from random import Random
from typing import Any

import pytest

from tests.scenarios.jobs import (
    COLLECTIVE,
    approved,
    delivered,
    join,
    line,
    look,
    move,
    net,
    party,
    plan,
    slot,
    three,
)
from tests.scenarios.test_corrections import euro, undo
from tests.scenarios.test_corrections_together import todo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_vat import apart
from tests.scenarios.test_small_business import choose
from tests.world import SAENS_TOIS, Json, Seller, World


async def accounts(seller: Seller) -> dict[Any, str]:
    found = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100"))["items"]
    return {
        (one["kind"], one["party"], one["memberId"]): one["balance"]["amount"]
        for one in found
        if float(one["balance"]["amount"])
    }


async def money(world: World, job: Json, *sides: Seller) -> list[Any]:
    """Every balance of every side, the money of their orders, and what their members earned."""
    found: list[Any] = []
    for seller in sides:
        rows = (await seller.treasurer("GET", f"/v1/orders?cooperativeId={seller.id}"))["items"]
        named = ("id", "state", "net", "vat", "due", "paid", "refunded", "owedBack", "writtenOff")
        orders = [{name: row[name] for name in named} for row in rows]
        earned = [await earnings(seller), (await world.thermometer(seller))["yearTotal"]]
        traces = [await trace(seller, row["id"]) for row in rows]
        found.append((await accounts(seller), orders, earned, traces))
    return [*found, (await look(sides[0].coordinator, job))["state"]]


async def trace(seller: Seller, order_id: str) -> list[Any]:
    """Where the money of an order went."""
    flows = await seller.treasurer("GET", f"/v1/orders/{order_id}/trace")
    return sorted((flow["target"], flow["amount"]["amount"]) for flow in flows)


async def earnings(seller: Seller) -> list[Any]:
    """What the members earned, and where each cent went; the text of a leg tells how the year went on."""
    found = (await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/earnings"))["items"]
    named = ("id", "state", "net", "costs", "kept", "held")
    shares = [sorted((leg["kind"], leg["amount"]["amount"]) for leg in one["legs"]) for one in found]
    return [({name: one[name] for name in named}, mine) for one, mine in zip(found, shares, strict=True)]


async def booked(world: World, *sides: Seller) -> list[Any]:
    """Every balance of every side, and what counts in the year of its member."""
    return [(await accounts(side), (await world.thermometer(side))["yearTotal"]) for side in sides]


async def approval(side: Seller) -> Json:
    """The newest journal by which a side undoes an approval: the costs of the lead, the charge of a partner."""
    rows = (await side.treasurer("GET", f"/v1/cooperatives/{side.id}/journals?limit=100"))["items"]
    fitting = [row for row in rows if row["sourceType"] == "assignment" or row["kind"] == "charge"]
    journal: Json = next(row for row in fitting if row["canBeReversed"] or row["reversedBy"])
    return journal


async def credit(lead: Seller, job: Json, amount: str, status: int = 201) -> Json:
    place = f"/v1/orders/{job['orderId']}/credits"
    made: Json = await lead.treasurer("POST", place, {"reason": "te laat", "amount": euro(amount)}, status=status)
    return made


async def of_side(side: Seller) -> Json:
    """The newest journal of a credit in the books of one side that stands."""
    rows = (await side.treasurer("GET", f"/v1/cooperatives/{side.id}/journals?limit=100"))["items"]
    journal: Json = next(row for row in rows if row["kind"] == "credit" and row["reversedBy"] is None)
    return journal


async def undo_by_all(lead: Seller, *partners: Seller) -> set[str]:
    """Undoes the last credit, with those partners that it was booked for; returns their ids."""
    done = await undo(lead, await of_side(lead))
    waits = set(done["waitsFor"])
    for partner in partners:
        if partner.id in waits:
            done = await undo(partner, await of_side(partner))
    assert done["state"] == "booked"
    return waits


async def test_a_credit_of_a_job_is_undone_by_every_cooperative(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await party(world, *sides)
    await world.pay(uitloop, await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}"))
    before = await money(world, job, *sides)
    await credit(uitloop, job, "100.01")
    assert before != await money(world, job, *sides)
    journals = [await of_side(side) for side in sides]
    assert all(journal["canBeReversed"] for journal in journals)
    stranger = await world.cooperative()
    for journal in journals:
        await undo(stranger, journal, 404)
    await undo(uitloop, journals[0], 403, by=uitloop.coordinator)
    asked = await undo(uitloop, journals[0], reason="verkeerde order")
    assert (asked["state"], set(asked["waitsFor"])) == ("proposed", {ons.id, scope.id})
    assert "confirm_reversal" in await todo(world, scope.treasurer)
    assert (await undo(uitloop, journals[0], 409))["code"] == "already_settled"
    half = await undo(ons, journals[1])
    assert (half["id"], half["state"], half["waitsFor"]) == (asked["id"], "proposed", [scope.id])
    assert before != await money(world, job, *sides)
    done = await undo(scope, journals[2])
    assert (done["id"], done["state"]) == (asked["id"], "booked")
    assert await money(world, job, *sides) == before
    for side, journal in zip(sides, journals, strict=True):
        assert (await undo(side, journal, 409))["code"] == "already_settled"
    await books_are_right(world)


async def test_credits_of_a_job_are_undone_one_after_another_the_last_one_first(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await party(world, *sides)
    states, waits = [await money(world, job, *sides)], []
    for amount in ("100.01", "0.01", "33.33", "350.65"):
        await credit(uitloop, job, amount)
        states.append(await money(world, job, *sides))
    first = (await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}/credits"))[0]
    for side in (uitloop, ons):
        rows = (await side.treasurer("GET", f"/v1/cooperatives/{side.id}/journals?limit=100"))["items"]
        oldest = [row for row in rows if row["kind"] == "credit"][-1]
        refused = await undo(side, oldest, 409)
        assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "credit")
        assert refused["facts"]["journal_id"] == (await of_side(side))["id"]
    assert first["gross"]["amount"] == "100.01"
    await world.work()
    while len(states) > 1:
        states.pop()
        waits.append(await undo_by_all(uitloop, ons, scope))
        assert await money(world, job, *sides) == states[-1]
        await books_are_right(world)
    assert set() in waits
    assert {ons.id, scope.id} in waits
    # All of it again: nothing is left of what was undone.
    await credit(uitloop, job, "484.00")
    await books_are_right(world)


async def test_what_was_netted_or_released_since_is_undone_first(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await party(world, *sides)
    before = await money(world, job, *sides)
    await credit(uitloop, job, "48.40")
    netting = await net(uitloop, ons)
    for side in sides:
        refused = await undo(side, await of_side(side), 409)
        assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "netting")
    for side in (uitloop, ons):
        await world.undo(side, netting)
    held = (await scope.coordinator("GET", f"/v1/cooperatives/{scope.id}/earnings"))["items"][0]
    body = {"verb": "release", "reason": "proef voorbij"}
    await scope.coordinator("POST", f"/v1/earnings/{held['id']}/transitions", body)
    refused = await undo(uitloop, await of_side(uitloop), 409)
    released = (await scope.coordinator("GET", f"/v1/earnings/{held['id']}"))["decisionJournalId"]
    assert refused["facts"] == {"kind": "release", "journal_id": released}
    await undo(scope, {"id": released}, by=scope.coordinator)
    await undo_by_all(uitloop, ons, scope)
    assert await money(world, job, *sides) == before
    await books_are_right(world)


async def test_a_credit_after_a_release_gives_back_what_was_released(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await party(world, *sides)
    held = (await scope.coordinator("GET", f"/v1/cooperatives/{scope.id}/earnings"))["items"][0]
    body = {"verb": "release", "reason": "proef voorbij"}
    await scope.coordinator("POST", f"/v1/earnings/{held['id']}/transitions", body)
    before = await money(world, job, *sides)
    for amount in ("48.40", "484.00"):
        await credit(uitloop, job, amount)
        await books_are_right(world)
        await undo_by_all(uitloop, ons, scope)
        assert await money(world, job, *sides) == before
        await books_are_right(world)


async def test_money_that_went_back_is_due_again(world: World) -> None:
    uitloop, ons, scope = sides = await three(world)
    job = await party(world, *sides)
    place = f"/v1/orders/{job['orderId']}"
    order = await uitloop.treasurer("GET", place)
    await world.pay(uitloop, order)
    await uitloop.refund(order["id"], {"reason": "te laat", "amount": euro("100.00")})
    await undo_by_all(uitloop, ons, scope)
    order = await uitloop.treasurer("GET", place)
    assert (order["refunded"]["amount"], order["due"]["amount"]) == ("0.00", "100.00")
    assert (await look(uitloop.coordinator, job))["state"] == "approved"
    await books_are_right(world)
    await uitloop.treasurer("POST", f"{place}/payments", {"amount": euro("100.00")})
    assert (await look(uitloop.coordinator, job))["state"] == "settled"
    await books_are_right(world)


async def test_a_job_of_one_cooperative_needs_no_other_side(world: World) -> None:
    lead = await world.cooperative(SAENS_TOIS)
    job = await plan(world, lead, slot("Dansen", 10000))
    await join(lead.member, job, lead.member_id)
    job = await approved(job, lead)
    before = await money(world, job, lead)
    await credit(lead, job, "12.10")
    done = await undo(lead, await of_side(lead))
    assert (done["state"], done["waitsFor"]) == ("booked", [])
    assert await money(world, job, lead) == before
    await books_are_right(world)


async def test_whoever_did_a_part_does_not_undo_a_credit(world: World) -> None:
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    job = await approved(job, lead, other)
    await credit(lead, job, "12.10")
    person = (await other.member("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person, "role": "treasurer", "cooperativeId": other.id}
    await world.network("POST", "/v1/offices", office)
    theirs = await of_side(other)
    assert (await undo(other, theirs, 403, by=other.member))["code"] == "second_person_needed"
    await undo(other, theirs)
    await undo(lead, await of_side(lead))
    await books_are_right(world)


@pytest.mark.parametrize("seed", range(4))
async def test_random_credits_and_reversals_leave_no_trace(world: World, seed: int) -> None:
    """Parts at other rates, reverse-charged work, a partner of the small-business scheme: the books are as before."""
    random = Random(seed)
    lead, left, right = sides = [await world.cooperative(random.choice((COLLECTIVE, SAENS_TOIS))) for _ in range(3)]
    await apart(world, *sides)
    if seed % 2:
        await choose(world, left, world.clock.today.isoformat())
    roles = [slot(f"Rol {n}", 1, kind="rest", vatClass=random.choice(("standard", "reduced"))) for n in range(4)]
    lines = [line(f"{random.randint(5000, 50000) / 100:.2f}", vat) for vat in ("standard", "reduced")]
    costs = [{"title": "Tent", "supplier": "Verhuur BV", "amount": euro("24.20"), "vat": euro("4.20")}]
    job = await plan(world, lead, *roles, lines=lines, costs=costs, realProperty=seed == 2)
    for number, seller in enumerate((lead, left, right, left)):
        who = (seller.member, seller.member_id) if number < 3 else await world.member(seller)
        await join(who[0], job, who[1], number)
    job = await delivered(job, lead, left, right)
    before = await booked(world, *sides)
    await move(lead.treasurer, job, "approve", reason="gebeld")
    order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
    if random.random() < 0.5:
        await world.pay(lead, order)
    states = [await money(world, job, *sides)]
    for _ in range(8):
        left_of = round(100 * (float(order["gross"]["amount"]) - float(order["refunded"]["amount"])))
        if len(states) > 1 and (random.random() < 0.4 or not left_of):
            states.pop()
            await undo_by_all(lead, left, right)
        else:
            cents = random.choice((1, random.randint(1, left_of), left_of))
            await credit(lead, job, f"{cents / 100:.2f}")
            states.append(await money(world, job, *sides))
        assert await money(world, job, *sides) == states[-1]
        order = await lead.treasurer("GET", f"/v1/orders/{job['orderId']}")
        await books_are_right(world)
    while len(states) > 1:
        states.pop()
        await undo_by_all(lead, left, right)
        assert await money(world, job, *sides) == states[-1]
    await books_are_right(world)
    approved_so = await booked(world, *sides)
    for side in random.sample(sides, 3):
        await undo(side, await approval(side))
    now = await booked(world, *sides)
    paid = {"bank", "receivable_customer"}
    assert [_but(one, paid) for one in now] == [_but(one, paid) for one in before]
    await books_are_right(world)
    await move(lead.treasurer, job, "approve", reason="gebeld")
    assert await booked(world, *sides) == approved_so
    await books_are_right(world)


def _but(one: Any, kinds: set[str]) -> Any:
    """What is booked without the accounts that the customer's payment moves."""
    found, kept = one
    return {key: cents for key, cents in found.items() if key[0] not in kinds}, kept
