"""A replay under a request key: the same answer, if the caller still has the rights that the first request passed."""

import json
from uuid import UUID, uuid4

from tests.world import GUEST, Caller, Json, Seller, World

TEN: Json = {"amount": {"amount": "10.00"}}


async def officer(world: World, seller: Seller, role: str) -> tuple[Caller, str]:
    """Somebody with one office, and its id."""
    caller, person_id = await world.known()
    body = {"personId": person_id, "role": role, "cooperativeId": seller.id}
    return caller, (await world.network("POST", "/v1/offices", body))["id"]


async def accepted(world: World, seller: Seller) -> Json:
    order = await world.order(await world.app(), await world.offering(seller))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    return order


async def test_a_treasurer_whose_office_ended_gets_no_stored_answer(world: World) -> None:
    """Neither a result nor a refusal, which would show what is still open, through neither face."""
    seller = await world.cooperative()
    former, office_id = await officer(world, seller, "treasurer")
    order = await accepted(world, seller)
    place, done, refused = f"/v1/orders/{order['id']}/payments", uuid4().hex, uuid4().hex
    too_much: Json = {"amount": {"amount": "1.00"}, "paidOn": "2001-01-01"}
    first = await former("POST", place, TEN, key=done)
    told = await former("POST", place, too_much, key=refused, status=422)
    assert await former("POST", place, TEN, key=done) == first
    again = await former("POST", place, too_much, key=refused, status=422)
    assert again["facts"] == told["facts"]
    await world.network("DELETE", f"/v1/offices/{office_id}")
    for body, key in ((TEN, done), (too_much, refused)):
        answer = await former("POST", place, body, key=key, status=404)
        fresh = await former("POST", place, body, status=404)
        assert answer["code"] == fresh["code"] == "not_found"
        assert "facts" not in answer or answer["facts"] == fresh.get("facts")
    pay = """mutation($id: UUID!, $key: String!) {
        recordPayment(orderId: $id, idempotencyKey: $key, input: {amount: {amount: "10.00"}}) { id } }"""
    found = await former.graphql(pay, id=order["id"], key=done)
    assert [error["extensions"]["code"] for error in found["errors"]] == ["not_found"]


async def test_an_office_elsewhere_is_not_the_office_that_was_asked(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    former, office_id = await officer(world, seller, "treasurer")
    person_id = (await former("GET", "/v1/me"))["person"]["id"]
    order, key = await accepted(world, seller), uuid4().hex
    await former("POST", f"/v1/orders/{order['id']}/payments", TEN, key=key)
    await world.network("DELETE", f"/v1/offices/{office_id}")
    body = {"personId": person_id, "role": "treasurer", "cooperativeId": other.id}
    await world.network("POST", "/v1/offices", body)
    await former("POST", f"/v1/orders/{order['id']}/payments", TEN, key=key, status=404)


async def test_who_left_gets_no_answer_that_they_had_as_a_member(world: World) -> None:
    """For acts as a maker; answers that former members may keep are replayed."""
    seller = await world.cooperative()
    order, keys = await accepted(world, seller), [uuid4().hex, uuid4().hex]
    claim = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", **TEN, "payee": "member", "receipt": "b"}
    await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim, key=keys[0])
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "start"}, key=keys[1])
    leave = {"verb": "exit", "destination": "employment"}
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", leave)
    told = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim, key=keys[0], status=403)
    fresh = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim, status=404)
    assert GUEST["name"] not in json.dumps((told, fresh))
    again = await seller.member(
        "POST", f"/v1/orders/{order['id']}/transitions", {"verb": "start"}, key=keys[1], status=403
    )
    assert "contact" not in again


async def test_customers_apps_and_makers_repeat_what_they_did(world: World) -> None:
    """The first order makes a person of a login: the replay is theirs too."""
    seller, buyer, app = await world.cooperative(), world.person(), await world.app()
    offering = await world.offering(seller)
    for who in (buyer, app):
        body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
        place, cancel = uuid4().hex, uuid4().hex
        order = (await who("POST", "/v1/orders", body, key=place))["order"]
        assert (await who("POST", "/v1/orders", body, key=place))["order"]["id"] == order["id"]
        moves = f"/v1/orders/{order['id']}/transitions"
        first = await who("POST", moves, {"verb": "cancel"}, key=cancel)
        assert await who("POST", moves, {"verb": "cancel"}, key=cancel) == first
    order, key = await accepted(world, seller), uuid4().hex
    moves = f"/v1/orders/{order['id']}/transitions"
    first = await seller.member("POST", moves, {"verb": "deliver"}, key=key)
    assert await seller.member("POST", moves, {"verb": "deliver"}, key=key) == first


async def test_a_repeat_needs_the_scopes_of_its_verb_and_no_others(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    body = {"lines": [{"offeringId": await world.offering(seller), "quantity": 1}], "contact": GUEST}
    key = uuid4().hex
    order = (await buyer("POST", "/v1/orders", body, key=key))["order"]
    renewed = world.person(buyer.login, frozenset({"orders:write"}))
    assert (await renewed("POST", "/v1/orders", body, key=key))["order"]["id"] == order["id"]
    reader = world.person(buyer.login, frozenset({"orders:read", "agreements:write"}))
    refused = await reader("POST", "/v1/orders", body, key=key, status=403)
    assert (refused["code"], refused["facts"]["scope"]) == ("scope_missing", "orders:write")


async def test_an_answer_from_before_rights_were_kept_needs_all_scopes_of_its_request(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    body = {"lines": [{"offeringId": await world.offering(seller), "quantity": 1}], "contact": GUEST}
    key = uuid4().hex
    order = (await buyer("POST", "/v1/orders", body, key=key))["order"]
    async with world.books.transaction() as tx:
        old = "(outcome - 'passed') || jsonb_build_object('scopes', $2::jsonb)"
        sql = f"update idempotency set outcome = {old} where key = $1"
        await tx.value(sql, key, ["members:read", "orders:write"])
    assert (await buyer("POST", "/v1/orders", body, key=key))["order"]["id"] == order["id"]
    narrow = world.person(buyer.login, frozenset({"orders:write"}))
    assert (await narrow("POST", "/v1/orders", body, key=key, status=403))["facts"]["scope"] == "members:read"


async def test_the_persons_that_an_answer_tells_of_are_kept_with_it(world: World) -> None:
    """Persons named in it, or behind its order or its member."""
    seller, buyer = await world.cooperative(), world.person()
    order, keys = await world.order(buyer, await world.offering(seller)), [uuid4().hex, uuid4().hex]
    customer, maker = [(await who("GET", "/v1/me"))["person"]["id"] for who in (buyer, seller.member)]
    moves = f"/v1/orders/{order['id']}/transitions"
    await seller.coordinator("POST", moves, {"verb": "accept"}, key=keys[0])
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", TEN, key=keys[1])
    async with world.books.transaction() as tx:
        about = [await tx.value("select about from idempotency where key = $1", key) for key in keys]
    assert {UUID(customer), UUID(maker)} <= set(about[0])
    assert UUID(customer) in about[1]
