"""Goods for taxed work: the lead deducts the VAT of the bill, and charges its partners at cost, with VAT."""

from typing import Any

import pytest

from tests.scenarios.buying import charged, look, mine, move, owed, plan, pot, rich, settle, wish
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_joint_prices import price, received
from tests.world import Json, Seller, World


def cloth(amount: str = "1.00", vat: str = "standard", units: int = 1) -> Json:
    """An article of `units` a pack."""
    tiers = [{"price": {"amount": amount}}]
    return {"title": f"Stof {vat}", "unit": "meter", "packUnits": units, "vatClass": vat, "tiers": tiers}


async def boxes(seller: Seller) -> dict[str, int]:
    """The cents on each account of VAT; in 5b it is what comes back."""
    accounts = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts?limit=100"))["items"]
    return {a["party"]: _cents(a["balance"]["amount"]) for a in accounts if a["kind"] == "vat" and a["party"]}


def _cents(amount: str) -> int:
    return round(float(amount) * 100)


class Boxes:
    """What a purchase adds to the accounts of VAT."""

    def __init__(self, seller: Seller, before: dict[str, int]) -> None:
        self.seller, self.before = seller, before

    async def added(self) -> dict[str, int]:
        now = await boxes(self.seller)
        added = {box: now.get(box, 0) - self.before.get(box, 0) for box in now | self.before}
        return {box: cents for box, cents in added.items() if cents}


async def apart(world: World, *sellers: Seller) -> None:
    """Makes each a legal entity of its own; those of these tests are one."""
    for seller in sellers:
        place = f"/v1/cooperatives/{seller.id}"
        version = (await world.network("GET", place))["version"]
        number = f"{int(seller.id.replace('-', ''), 16) % 89_000_000 + 10_000_000}"
        await world.network("PATCH", place, {"kvkNumber": number}, headers={"If-Match": f'"{version}"'})


async def watched(seller: Seller) -> Boxes:
    return Boxes(seller, await boxes(seller))


@pytest.mark.parametrize(
    ("deductible", "shares", "input_vat"),
    [(True, ["9.00", "18.00", "27.00"], {"5b": -1134}), (False, ["10.89", "21.78", "32.67"], {})],
)
async def test_the_net_is_shared_if_the_vat_is_deducted(
    world: World, deductible: bool, shares: list[str], input_vat: dict[str, int]
) -> None:
    """54.00 + 11.34 over 10, 20 and 30."""
    seller = await rich(world)
    vat = await watched(seller)
    purchase = await plan(world, seller, cloth("54.00", units=60), deductible=deductible)
    assert purchase["deductible"] is deductible
    await mine(seller, purchase, 10)
    for units in (20, 30):
        _, member_id = await world.member(seller)
        await wish(seller.coordinator, purchase, units, memberId=member_id)
    purchase = await received(seller, purchase, 60)
    assert await pot(world, seller) == (f"{200 - float(shares[0]):.2f}", shares[0])
    assert (await settle(seller, purchase, "54.00", status=409))["facts"]["computed_cents"] == 6534
    await settle(seller, purchase, "65.34")
    assert await charged(seller, purchase) == shares
    assert await vat.added() == input_vat
    await books_are_right(world)


async def test_delivery_and_discount_are_shared_without_their_vat(world: World) -> None:
    """60.00 + 12.60, delivery 12.10, discount 7.26: 77.44, of which 13.44 is VAT."""
    seller = await rich(world)
    vat = await watched(seller)
    more: Json = {"delivery": {"amount": "12.10"}, "discount": {"amount": "7.26"}, "deductible": True}
    purchase = await plan(world, seller, cloth("60.00", units=60), **more)
    await mine(seller, purchase, 60)
    purchase = await received(seller, purchase, 60)
    await settle(seller, purchase, "77.44")
    assert (await charged(seller, purchase), await vat.added()) == (["64.00"], {"5b": -1344})
    await books_are_right(world)


async def test_a_partner_is_charged_at_cost_with_vat(world: World) -> None:
    """10 at 21 % and 20 at 9 %: the lead deducts 2.10 + 1.80, charges 6 + 12 of them, and owes 1.26 + 1.08."""
    lead, partner = await rich(world), await rich(world)
    await apart(world, lead, partner)
    at_lead, at_partner = await watched(lead), await watched(partner)
    purchase = await plan(world, lead, cloth(), cloth(vat="reduced"), partners=(partner,), deductible=True)
    await mine(lead, purchase, 4)
    await mine(lead, purchase, 8, article=1)
    await mine(partner, purchase, 6)
    theirs = await wish(partner.coordinator, purchase, 12, article=1, cooperativeId=partner.id)
    purchase = await received(lead, purchase, 10, 20)
    await settle(lead, purchase, "33.90")
    assert await charged(lead, purchase) == ["4.00", "8.00", "6.00", "12.00"]
    assert await owed(lead) == {partner.id: "-20.34"}
    assert await at_lead.added() == {"5b": -390, "1a": 126, "1b": 108}
    assert await at_partner.added() == {"5b": -234}
    assert (await world.balances(partner))["payable_cooperative"] == "20.34"
    assert await _vat_lines(lead, purchase) == [
        ("-1.80", "The tax office gives back the VAT on €20.00."),
        ("-2.10", "The tax office gives back the VAT on €10.00."),
        ("1.08", "VAT on €12.00. It goes to the tax office."),
        ("1.26", "VAT on €6.00. It goes to the tax office."),
    ]
    found = await lead.treasurer("GET", f"/v1/cooperatives/{lead.id}/journals?sourceId={purchase['id']}")
    results = [(line["category"], line["amount"]["amount"]) for line in found["items"][0]["results"]]
    assert results == [("cost/materials", "-18.00"), ("revenue/goods/1a", "6.00"), ("revenue/goods/1b", "12.00")]
    await books_are_right(world)

    place = f"/v1/wishes/{theirs['id']}/credits"
    most = await lead.treasurer("POST", place, {"amount": {"amount": "13.09"}, "reason": "vlek"}, status=422)
    assert most["facts"]["left_cents"] == 1308
    await lead.treasurer("POST", place, {"amount": {"amount": "1.09"}, "reason": "vlek"})
    assert await owed(lead) == {partner.id: "-19.25"}
    assert await at_lead.added() == {"5b": -381, "1a": 126, "1b": 99}
    assert await at_partner.added() == {"5b": -225}
    await lead.treasurer("POST", place, {"amount": {"amount": "11.99"}, "reason": "alles"})
    assert await owed(lead) == {partner.id: "-7.26"}
    await books_are_right(world)


async def _vat_lines(seller: Seller, purchase: Json) -> list[tuple[str, str]]:
    """The amounts and reasons of what a purchase booked on the accounts of VAT."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals?sourceId={purchase['id']}")
    entries = [entry for journal in found["items"] for entry in journal["entries"] if entry["accountKind"] == "vat"]
    return sorted((entry["amount"]["amount"], entry["reason"]) for entry in entries)


async def test_who_uses_the_small_business_scheme_pays_the_vat(world: World) -> None:
    """A partner under the scheme pays what it is charged; under a lead with the scheme all pay the bill."""
    lead, small = await rich(world), await rich(world, scheme=True)
    await apart(world, lead, small)
    at_lead, at_small = await watched(lead), await watched(small)
    purchase = await plan(world, lead, cloth(), partners=(small,), deductible=True)
    await mine(lead, purchase, 4)
    await mine(small, purchase, 6)
    purchase = await received(lead, purchase, 10)
    await settle(lead, purchase, "12.10")
    assert (await charged(lead, purchase), await owed(lead)) == (["4.00", "7.26"], {small.id: "-7.26"})
    assert (await at_lead.added(), await at_small.added()) == ({"5b": -210, "1a": 126}, {})

    other = await plan(world, small, cloth(), partners=(lead,), deductible=True)
    theirs = await mine(lead, other, 6)
    await mine(small, other, 4)
    other = await received(small, other, 10)
    await settle(small, other, "12.10")
    assert (await charged(small, other), await owed(small)) == (["7.26", "4.84"], {lead.id: "-7.26"})
    assert (await at_lead.added(), await at_small.added()) == ({"5b": -210, "1a": 126}, {})
    back = {"amount": {"amount": "7.26"}, "reason": "alles"}
    await small.treasurer("POST", f"/v1/wishes/{theirs['id']}/credits", back)
    assert (await at_lead.added(), await owed(small)) == ({"5b": -210, "1a": 126}, {lead.id: "0.00"})
    await books_are_right(world)


async def test_the_credit_of_a_partner_under_the_scheme_comes_back_with_vat(world: World) -> None:
    lead, small = await rich(world), await rich(world, scheme=True)
    await apart(world, lead, small)
    at_lead = await watched(lead)
    purchase = await plan(world, lead, cloth("10.00"), partners=(small,), deductible=True)
    theirs = await mine(small, purchase, 1)
    purchase = await received(lead, purchase, 1)
    await settle(lead, purchase, "12.10")
    place = f"/v1/wishes/{theirs['id']}/credits"
    assert (await lead.treasurer("POST", place, _back("12.11"), status=422))["facts"]["left_cents"] == 1210
    assert (await lead.treasurer("POST", place, _back("12.10")))["credited"]["amount"] == "12.10"
    assert (await at_lead.added(), await pot(world, small)) == ({}, ("200.00", "0.00"))
    await books_are_right(world)


def _back(amount: str) -> Json:
    return {"amount": {"amount": amount}, "reason": "alles terug"}


async def test_one_legal_entity_charges_itself_no_vat(world: World) -> None:
    lead, twin = await rich(world), await rich(world)
    at_lead, at_twin = await watched(lead), await watched(twin)
    purchase = await plan(world, lead, cloth(), partners=(twin,), deductible=True)
    await mine(lead, purchase, 4)
    theirs = await mine(twin, purchase, 6)
    purchase = await received(lead, purchase, 10)
    await settle(lead, purchase, "12.10")
    assert (await charged(lead, purchase), await owed(lead)) == (["4.00", "6.00"], {twin.id: "-6.00"})
    assert (await at_lead.added(), await at_twin.added()) == ({"5b": -210}, {})
    await lead.treasurer("POST", f"/v1/wishes/{theirs['id']}/credits", _back("1.21"))
    assert (await at_lead.added(), await owed(lead)) == ({"5b": -189}, {twin.id: "-5.00"})
    await books_are_right(world)


@pytest.mark.parametrize("scheme", [False, True])
async def test_a_price_that_rose_costs_the_fund_of_the_lead_the_net(world: World, scheme: bool) -> None:
    """Ordered at 1.00, billed 1.50: everybody pays 1.00 a piece, and the lead's fund 0.50; VAT follows."""
    lead, partner = await rich(world), await rich(world, scheme=scheme)
    await apart(world, lead, partner)
    at_lead = await watched(lead)
    purchase = await plan(world, lead, cloth(), partners=(partner,), deductible=True)
    await mine(lead, purchase, 4)
    await mine(partner, purchase, 6)
    purchase = await received(lead, purchase, 10)
    await price(lead.coordinator, purchase, "1.50")
    await settle(lead, purchase, "18.15")
    assert await charged(lead, purchase) == ["4.00", "7.26" if scheme else "6.00"]
    assert (await owed(lead), await at_lead.added()) == ({partner.id: "-7.26"}, {"5b": -315, "1a": 126})
    assert (await look(lead.member, purchase))["risen"]["amount"] == "5.00"
    assert (await world.balances(lead))["cooperative_fund"] == "-5.00"
    await books_are_right(world)


async def test_it_is_decided_until_closing(world: World) -> None:
    seller = await rich(world)
    purchase = await plan(world, seller, cloth())

    async def change(status: int = 200, **body: Any) -> Json:
        seen = {"If-Match": f'"{(await look(seller.coordinator, purchase))["version"]}"'}
        made: Json = await seller.coordinator(
            "PATCH", f"/v1/joint-purchases/{purchase['id']}", body, headers=seen, status=status
        )
        return made

    assert (await change(deductible=True))["deductible"] is True
    await mine(seller, purchase, 1)
    await move(seller.coordinator, purchase, "close")
    assert (await change(deductible=False, status=409))["code"] == "wrong_state"
