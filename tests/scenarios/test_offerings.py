"""Offerings: listed by a partner's app, reviewed by another person, changed while orders keep their edition."""

from tests.world import GUEST, World


async def test_a_partner_cooperatives_app_lists_services_and_pulls_orders(world: World) -> None:
    seller, buyer = await world.cooperative(), await world.app()
    scopes = ["offerings:read", "offerings:write", "orders:read", "orders:write"]
    partner = await world.app(scopes, [seller.id])
    body: dict[str, object] = {
        "memberId": seller.member_id,
        "kind": "service",
        "title": "Ramen lappen",
        "category": "schoonmaak",
    }
    body |= {"priceUnit": "hour", "price": {"amount": "20"}, "vatClass": "reduced", "town": "Breda"}
    made = await partner("POST", f"/v1/cooperatives/{seller.id}/offerings", body)
    await partner("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "submit"})
    await partner("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "publish"}, status=403)
    await seller.coordinator("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "publish"})
    order = await world.order(buyer, made["id"])
    assert [o["id"] for o in (await partner("GET", "/v1/orders?state=placed"))["items"]] == [order["id"]]
    other = await world.cooperative()
    await partner("POST", f"/v1/cooperatives/{other.id}/offerings", body, status=404)


async def test_a_published_change_makes_an_edition_and_orders_keep_theirs(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "100.00")
    order = await world.order(app, offering)
    found = await seller.coordinator("GET", f"/v1/offerings/{offering}")
    changed = await seller.member(
        "PATCH",
        f"/v1/offerings/{offering}",
        {"price": {"amount": "120.00"}},
        headers={"If-Match": f'"{found["version"]}"'},
    )
    assert (found["edition"], changed["edition"]) == (1, 2)
    kept = await app("GET", f"/v1/orders/{order['id']}")
    assert (kept["lines"][0]["edition"], kept["net"]["amount"]) == (1, "100.00")
    assert (await world.order(app, offering))["net"]["amount"] == "120.00"
    paused = await seller.member("POST", f"/v1/offerings/{offering}/transitions", {"verb": "pause"})
    assert paused["state"] == "paused"
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
    assert (await app("POST", "/v1/orders", body, status=409))["code"] == "not_orderable"


async def test_the_maker_does_not_publish_their_own_offering(world: World) -> None:
    seller = await world.cooperative()
    me = await seller.member("GET", "/v1/me")
    body = {"personId": me["person"]["id"], "role": "coordinator", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", body)
    draft: dict[str, object] = {
        "memberId": seller.member_id,
        "kind": "service",
        "title": "x",
        "category": "tuin",
        "priceUnit": "hour",
    }
    draft |= {"price": {"amount": "20"}, "vatClass": "standard", "town": "Breda"}
    made = await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", draft)
    await seller.member("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "submit"})
    refused = await seller.member("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "publish"}, status=403)
    assert refused["code"] == "second_person_needed"


async def test_one_seller_an_order_and_time_enough_for_the_maker(world: World) -> None:
    one, two, app = await world.cooperative(), await world.cooperative(), await world.app()
    first, second = await world.offering(one, leadTimeMinutes=120), await world.offering(two)
    lines = [{"offeringId": first, "quantity": 1}, {"offeringId": second, "quantity": 1}]
    several = await app("POST", "/v1/orders", {"lines": lines, "contact": GUEST}, status=422)
    assert several["code"] == "several_sellers"
    from datetime import UTC, datetime, timedelta

    soon = (datetime.now(UTC) + timedelta(minutes=90)).isoformat()
    body = {"lines": lines[:1], "contact": GUEST}
    late = await app("POST", "/v1/orders", body | {"neededAt": soon}, status=422)
    assert (late["code"], late["facts"]) == ("too_late", {"minutes": 120})
    needed = datetime.now(UTC) + timedelta(hours=10)
    order = (await app("POST", "/v1/orders", body | {"neededAt": needed.isoformat()}))["order"]
    assert datetime.fromisoformat(order["acceptBy"]) == needed - timedelta(hours=2)


async def test_staff_see_by_which_order_or_checkout_units_are_held(world: World) -> None:
    """So that "why is it sold out?" has an answer; not who holds them, and nothing that is over."""
    seller, other, buyer = await world.cooperative(), await world.cooperative(), world.person()
    lamp = await world.offering(seller, kind="goods", stock=3)
    chair = await world.offering(seller, kind="goods", stock=1)
    order = await world.order(buyer, lamp, 2)
    checkout = await buyer("POST", f"/v1/offerings/{lamp}/holds", {"quantity": 1})
    released = await buyer("POST", f"/v1/offerings/{chair}/holds", {"quantity": 1})
    await buyer("DELETE", f"/v1/holds/{released['id']}", status=204)
    place = f"/v1/cooperatives/{seller.id}/holds"
    shown = (await seller.coordinator("GET", place))["items"]
    assert shown[0] == checkout | {"orderId": None}
    expected = {"offeringId": lamp, "quantity": 2, "expiresAt": order["acceptBy"], "state": "active"}
    assert shown[1] == expected | {"id": shown[1]["id"], "orderId": order["id"]}
    assert len(shown) == 2
    page = await seller.treasurer("GET", f"{place}?limit=1")
    assert page["items"] == shown[:1]
    assert (await seller.treasurer("GET", f"{place}?limit=1&after={page['nextCursor']}"))["items"] == shown[1:]
    assert (await seller.coordinator("GET", f"{place}?offeringId={chair}"))["items"] == []
    asked = """query($id: UUID!) { holds(cooperativeId: $id) {
        edges { node { quantity offering { id } order { id } } } } }"""
    found = (await seller.coordinator.graphql(asked, id=seller.id))["data"]["holds"]["edges"]
    nodes = [edge["node"] for edge in found]
    assert nodes == [
        {"quantity": 1, "offering": {"id": lamp}, "order": None},
        {"quantity": 2, "offering": {"id": lamp}, "order": {"id": order["id"]}},
    ]
    await buyer("DELETE", f"/v1/holds/{shown[1]['id']}", status=404)  # an order gives back what it holds by its steps
    again = {"lines": [{"offeringId": lamp, "quantity": 2, "holdId": shown[1]["id"]}], "contact": GUEST}
    await buyer("POST", "/v1/orders", again, status=404)
    await seller.member("GET", place, status=403)
    await other.coordinator("GET", place, status=404)
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    assert (await seller.coordinator("GET", place))["items"] == shown[:1]
