"""Mistakes in a joint purchase, repeats, and requests beyond the agreement."""

from tests.scenarios.buying import charged, finish, look, mine, move, owed, plan, pot, rich, settle, wish
from tests.scenarios.jobs import join, sign, slot
from tests.scenarios.jobs import move as move_job
from tests.scenarios.jobs import plan as plan_job
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Json, Seller, World

YARN: Json = {
    "title": "Wol",
    "unit": "bol",
    "packUnits": 1,
    "vatClass": "reduced",
    "tiers": [{"price": {"amount": "1.00"}}],
}


async def receive(seller: Seller, purchase: Json, status: int | None = None, **body: int) -> Json:
    place = f"/v1/purchase-articles/{purchase['articles'][0]['id']}/receipts"
    done: Json = await seller.coordinator("POST", place, body, status=status)
    return done


async def test_a_receipt_that_was_typed_wrong_is_corrected_until_the_purchase_is_settled(world: World) -> None:
    """Ten balls of 1.09 were ordered; 100 is typed for 10. Everybody still pays 10.90."""
    seller = await rich(world)
    purchase = await plan(world, seller, YARN)
    await mine(seller, purchase, 10)
    purchase = await move(seller.coordinator, purchase, "close")
    await move(seller.coordinator, purchase, "order")
    assert (await receive(seller, purchase, units=100))["receivedUnits"] == 100
    assert (await receive(seller, purchase, unitsInAll=10))["receivedUnits"] == 10
    assert (await receive(seller, purchase, unitsInAll=1))["receivedUnits"] == 1
    await move(seller.coordinator, purchase, "receive")
    assert (await receive(seller, purchase, units=9, status=409))["code"] == "wrong_state"
    assert (await receive(seller, purchase, unitsInAll=10))["receivedUnits"] == 10
    await settle(seller, purchase, "10.90")
    assert await charged(seller, purchase) == ["10.90"]
    assert (await receive(seller, purchase, unitsInAll=9, status=409))["code"] == "wrong_state"
    await books_are_right(world)


async def test_a_receipt_says_how_many_more_came_or_how_many_in_all(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller, YARN)
    await mine(seller, purchase, 10)
    purchase = await move(seller.coordinator, purchase, "close")
    await move(seller.coordinator, purchase, "order")
    for body in ({}, {"units": 1, "unitsInAll": 1}):
        refused = await receive(seller, purchase, status=422, **body)
        assert (refused["code"], refused["facts"]["rule"]) == ("rule_refused", "units_or_units_in_all")
    await receive(seller, purchase, status=400, unitsInAll=-1)


async def test_the_same_wish_again_changes_nothing_while_topping_up(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 4, 1)
    purchase = await move(seller.coordinator, purchase, "top_up")
    before = await look(seller.member, purchase)
    assert (await mine(seller, purchase, 4, 1))["quantity"] == 4
    assert (await look(seller.member, purchase))["articles"] == before["articles"]
    allocation = await seller.coordinator("GET", f"/v1/joint-purchases/{purchase['id']}/allocation")
    assert len(allocation["articles"][0]["wishes"][0]["changes"]) == 1


async def test_topping_up_takes_fewer_units_if_all_packs_stay_and_fewer_are_missing(world: World) -> None:
    """Packs of ten: 11 wished leave 9 missing in a second pack; 10 fill one. Nobody else loses a pack by it."""
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 11)
    _, colleague_id = await world.member(seller)
    await wish(seller.coordinator, purchase, 10, memberId=colleague_id)
    purchase = await move(seller.coordinator, purchase, "top_up")
    assert (await mine(seller, purchase, 0, status=409))["code"] == "not_filling"
    await mine(seller, purchase, 10)
    stand = (await look(seller.member, purchase))["articles"][0]
    assert (stand["packs"], stand["missing"]) == (2, 0)


async def test_tolerance_becomes_firm_while_topping_up_as_long_as_no_pack_is_begun(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller)
    await mine(seller, purchase, 8, 2)
    purchase = await move(seller.coordinator, purchase, "top_up")
    await mine(seller, purchase, 10)
    assert (await mine(seller, purchase, 11, status=409))["code"] == "not_filling"


async def test_a_partner_owes_no_more_than_the_lead_allows(world: World) -> None:
    lead, partner = await rich(world), await rich(world)
    place = f"/v1/cooperatives/{lead.id}/credit-limits/{partner.id}"
    await lead.treasurer("PUT", place, {"limit": {"amount": "20.00"}})
    purchase = await plan(world, lead, partners=(partner,))
    office = partner.id
    refused = await wish(partner.coordinator, purchase, 30, status=409, cooperativeId=office)
    assert (refused["code"], refused["facts"]["more_cents"]) == ("limit_exceeded", 3000)
    await wish(partner.coordinator, purchase, 10, cooperativeId=office)
    member = await mine(partner, purchase, 20, status=409)
    assert (member["code"], set(member["facts"])) == ("limit_exceeded", {"how"})
    await mine(partner, purchase, 10)
    await mine(lead, purchase, 100)
    await wish(partner.coordinator, purchase, 9, cooperativeId=office)
    other = await plan(world, lead, partners=(partner,))
    assert (await wish(partner.coordinator, other, 2, status=409, cooperativeId=office))["facts"]["open_cents"] == 1900
    purchase = await move(lead.coordinator, purchase, "close")
    await lead.treasurer("PUT", place, {"limit": {"amount": "5.00"}})
    refused = await move(lead.coordinator, purchase, "order", status=409)
    assert refused["code"] == "limit_exceeded"
    await lead.treasurer("PUT", place, {"limit": {"amount": "20.00"}})
    await finish(lead, purchase, "120.00", 120)
    assert await owed(lead) == {partner.id: "-19.00"}
    assert (await wish(partner.coordinator, other, 2, status=409, cooperativeId=office))["facts"]["open_cents"] == 1900
    assert (await pot(world, partner))[1] == "0.00"
    await books_are_right(world)


async def test_wishes_count_against_the_limit_of_a_job(world: World) -> None:
    """Wishes in a purchase count when the cooperative is to owe for a job, and the other way round."""
    lead, partner = await rich(world), await rich(world)
    await lead.treasurer(
        "PUT", f"/v1/cooperatives/{lead.id}/credit-limits/{partner.id}", {"limit": {"amount": "105.00"}}
    )
    purchase = await plan(world, lead, partners=(partner,))
    await wish(partner.coordinator, purchase, 10, cooperativeId=partner.id)
    job = await plan_job(world, partner, slot("Koken", 10000))
    await join(lead.member, job, lead.member_id)
    for seller in (lead, partner):
        await sign(seller, job)
    refused = await move_job(partner.coordinator, job, "agree", status=409)
    assert (refused["code"], refused["facts"]["open_cents"]) == ("limit_exceeded", 1000)
    await wish(partner.coordinator, purchase, 5, cooperativeId=partner.id)
    await move_job(partner.coordinator, job, "agree")
    assert (await wish(partner.coordinator, purchase, 6, status=409, cooperativeId=partner.id))["facts"][
        "open_cents"
    ] == 10500
