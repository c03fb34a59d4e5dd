"""Credits of suppliers in joint purchases are undone in the books of everybody whom they were booked for."""

from random import Random

import pytest

from tests.scenarios.buying import RULES, look, mine, plan, pot, settle, wish
from tests.scenarios.jobs import net
from tests.scenarios.test_corrections import euro, undo
from tests.scenarios.test_corrections_together import bought, todo
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_prices import received
from tests.scenarios.test_joint_vat import apart, cloth
from tests.scenarios.test_small_business import choose
from tests.world import Json, Seller, World

KIND = "joint_purchase_credit"


async def credit(lead: Seller, wished: Json, amount: str) -> Json:
    made: Json = await lead.treasurer(
        "POST", f"/v1/wishes/{wished['id']}/credits", {"amount": euro(amount), "reason": "x"}
    )
    return made


async def wishes(lead: Seller, purchase: Json) -> list[Json]:
    found: list[Json] = (await lead.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/wishes"))["items"]
    return found


async def books(world: World, lead: Seller, purchase: Json, *sides: Seller) -> list[object]:
    """The balances of every side, by account, and what each wish cost."""
    found: list[object] = []
    for side in sides:
        accounts = (await side.treasurer("GET", f"/v1/cooperatives/{side.id}/accounts?limit=100"))["items"]
        found.append(
            {
                (a["kind"], a["party"], a["memberId"]): a["balance"]["amount"]
                for a in accounts
                if float(a["balance"]["amount"])
            }
        )
    return [*found, [(row["id"], row["charged"], row["credited"]) for row in await wishes(lead, purchase)]]


async def of_side(world: World, side: Seller, purchase: Json, number: int = 0) -> Json:
    """A journal of a credit in the books of one side; the newest is number 0."""
    place = f"/v1/cooperatives/{side.id}/journals?sourceId={purchase['id']}"
    rows: list[Json] = (await side.treasurer("GET", place))["items"]
    return [row for row in rows if row["kind"] == KIND][number]


async def test_a_credit_for_the_lead_is_undone_by_the_lead(world: World) -> None:
    lead, other, purchase = await bought(world)
    before = await books(world, lead, purchase, lead, other)
    own = next(row for row in await wishes(lead, purchase) if row["cooperativeId"] == lead.id)
    await credit(lead, own, "10.00")
    assert await pot(world, lead) == ("170.00", "0.00")
    journal = await of_side(world, lead, purchase)
    assert journal["canBeReversed"]
    await undo(lead, journal, 403, by=lead.coordinator)
    await undo(other, journal, 404)
    done = await undo(lead, journal)
    assert (done["state"], done["waitsFor"]) == ("booked", [])
    assert await books(world, lead, purchase, lead, other) == before
    assert (await undo(lead, journal, 409))["code"] == "already_settled"
    await books_are_right(world)
    await credit(lead, own, "40.00")
    assert await pot(world, lead) == ("200.00", "0.00")
    await books_are_right(world)


async def test_a_credit_for_a_partner_is_undone_by_both(world: World) -> None:
    lead, other, purchase = await bought(world)
    before = await books(world, lead, purchase, lead, other)
    theirs = next(row for row in await wishes(lead, purchase) if row["cooperativeId"] == other.id)
    await credit(lead, theirs, "6.00")
    between = await books(world, lead, purchase, lead, other)
    await credit(lead, theirs, "4.00")
    ours = [await of_side(world, lead, purchase, number) for number in (0, 1)]
    other_ones = [await of_side(world, other, purchase, number) for number in (0, 1)]
    asked = await undo(lead, ours[0])
    assert (asked["state"], asked["waitsFor"]) == ("proposed", [other.id])
    assert "confirm_reversal" in await todo(world, other.treasurer)
    stranger = await world.cooperative(RULES)
    await undo(stranger, other_ones[0], 404)
    # The other credit of the purchase is another act.
    first = await undo(other, other_ones[1])
    assert (first["state"], first["id"] != asked["id"]) == ("proposed", True)
    done = await undo(other, other_ones[0])
    assert (done["id"], done["state"]) == (asked["id"], "booked")
    assert await books(world, lead, purchase, lead, other) == between
    await books_are_right(world)
    assert (await undo(lead, ours[1]))["state"] == "booked"
    assert await books(world, lead, purchase, lead, other) == before
    for side, journals in ((lead, ours), (other, other_ones)):
        for journal in journals:
            assert (await undo(side, journal, 409))["code"] == "already_settled"
    await books_are_right(world)
    assert (await world.undo(lead, purchase, kind="joint_purchase"))["state"] == "proposed"


async def test_a_credit_that_was_netted_or_spent_stays(world: World) -> None:
    lead, other, purchase = await bought(world)
    theirs = next(row for row in await wishes(lead, purchase) if row["cooperativeId"] == other.id)
    await credit(lead, theirs, "60.00")
    ours, their_own = [await of_side(world, side, purchase) for side in (lead, other)]
    body = {"toCooperativeId": lead.id, "amount": euro("5.00"), "title": "Brood"}
    made = await other.treasurer("POST", f"/v1/cooperatives/{other.id}/internal-deliveries", body)
    await lead.treasurer("POST", f"/v1/internal-deliveries/{made['id']}/transitions", {"verb": "confirm"})
    netting = await net(lead, other)
    for side, journal in ((lead, ours), (other, their_own)):
        refused = await undo(side, journal, 409)
        assert (refused["code"], refused["facts"]["kind"]) == ("reverse_that_first", "netting")
    for side in (lead, other):
        await world.undo(side, netting)
    # The member spends what came back.
    more = await plan(world, other, title="Meer")
    await mine(other, more, 150)
    assert (await undo(lead, ours, 409))["code"] == "below_floor"
    await mine(other, more, 10)
    await undo(lead, ours)
    await undo(other, their_own)
    assert await pot(world, other) == ("130.00", "10.00")
    await books_are_right(world)


@pytest.mark.parametrize("small", [False, True])
async def test_vat_of_a_credit_goes_back_as_it_came(world: World, small: bool) -> None:
    lead, partner = [await world.cooperative(RULES) for _ in range(2)]
    await apart(world, lead, partner)
    if small:
        await choose(world, partner, world.clock.today.isoformat())
    for seller in (lead, partner):
        await world.sale(seller, await world.app(), "200.00")
    purchase = await plan(world, lead, cloth(), partners=(partner,), deductible=True)
    await mine(lead, purchase, 4)
    await mine(partner, purchase, 6)
    office = await wish(partner.coordinator, purchase, 3, cooperativeId=partner.id)
    purchase = await received(lead, purchase, 13)
    await settle(lead, purchase, "15.73")
    assert office["cooperativeId"] == partner.id
    random, states = Random(small), [await books(world, lead, purchase, lead, partner)]
    for row in random.sample(await wishes(lead, purchase), 3):
        await credit(lead, row, f"{random.randint(1, 300) / 100:.2f}")
        states.append(await books(world, lead, purchase, lead, partner))
        await books_are_right(world)
    while len(states) > 1:
        states.pop()
        rows = [await of_side(world, lead, purchase, number) for number in range(3)]
        journal = next(row for row in rows if row["reversedBy"] is None)
        if (await undo(lead, journal))["state"] == "proposed":
            rows = (
                await partner.treasurer("GET", f"/v1/cooperatives/{partner.id}/journals?sourceId={purchase['id']}")
            )["items"]
            theirs = next(row for row in rows if row["kind"] == KIND and row["reversedBy"] is None)
            assert (await undo(partner, theirs))["state"] == "booked"
        assert await books(world, lead, purchase, lead, partner) == states[-1]
        await books_are_right(world)
    assert (await look(lead.coordinator, purchase))["state"] == "settled"
