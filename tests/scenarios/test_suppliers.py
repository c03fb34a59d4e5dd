"""Suppliers: added by the staff, or by what is approved for one."""

import asyncio

from tests.scenarios.test_claims import _claim, _move
from tests.world import Json, Seller, World

MATCH = {"If-Match": '"1"'}


async def _suppliers(seller: Seller, query: str = "") -> list[Json]:
    return list((await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/suppliers{query}"))["items"])


async def test_a_supplier_is_added_found_and_changed(world: World) -> None:
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}/suppliers"
    shop = {"name": "Verfhandel Élan", "kvkNumber": "17272828", "vatId": "NL123456782B90", "email": "info@example.org"}
    made = await seller.coordinator("POST", place, shop)
    assert {name: made[name] for name in shop} == shop
    assert (made["country"], made["account"]) == ("NL", made["id"])
    await seller.treasurer("POST", place, {"name": "Houtmarkt"})
    assert [one["name"] for one in await _suppliers(seller)] == ["Houtmarkt", "Verfhandel Élan"]
    assert [one["id"] for one in await _suppliers(seller, "?name=HANDEL%20%C3%A9lan")] == [made["id"]]
    taken = await seller.treasurer("POST", place, {"name": "verfhandel élan"}, status=409)
    assert taken["code"] == "already_exists"
    one = f"/v1/suppliers/{made['id']}"
    changed = await seller.treasurer("PATCH", one, {"name": "Élan", "country": "BE", "email": None}, headers=MATCH)
    assert (changed["name"], changed["country"], changed["email"], changed["kvkNumber"]) == (
        "Élan",
        "BE",
        None,
        "17272828",
    )
    assert changed["account"] == made["id"]
    await seller.treasurer("PATCH", one, {"name": "houtmarkt"}, headers={"If-Match": '"2"'}, status=409)
    await (await world.cooperative()).treasurer("GET", one, status=404)


async def test_approved_costs_find_the_supplier_of_their_name_or_add_it(world: World) -> None:
    """Nobody adds one by a claim alone; the same name in other capitals is the same supplier."""
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller, "200.00"))
    claims = [
        await _claim(seller, order, amount, payee="supplier", supplier=name)
        for name, amount in (("De Schuur", "10.00"), ("de schuur", "5.00"))
    ]
    assert await _suppliers(seller) == []
    for claim in claims:
        await _move(seller.treasurer, claim, "approve")
    (shop,) = await _suppliers(seller)
    assert shop["name"] == "De Schuur"
    accounts = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/accounts"))["items"]
    owed = [(one["party"], one["balance"]["amount"]) for one in accounts if one["kind"] == "payable_supplier"]
    assert owed == [(shop["account"], "15.00")]


async def test_two_approvals_for_one_new_supplier_at_once_add_it_once(world: World) -> None:
    seller = await world.cooperative()
    app, offering = await world.app(), await world.offering(seller, "200.00")
    claims = [
        await _claim(seller, await world.order(app, offering), "10.00", payee="supplier", supplier="De Schuur")
        for _ in range(4)
    ]
    await asyncio.gather(*(_move(seller.treasurer, claim, "approve") for claim in claims))
    assert [one["name"] for one in await _suppliers(seller)] == ["De Schuur"]
