"""Personal data: exported and erased on request, and erased automatically in time."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from asyncpg import InsufficientPrivilegeError, PostgresError

from app.running.run import SystemRun
from app.usecases.platform.privacy import forget_old
from tests.receiver import receiving
from tests.world import MARKET, Caller, Json, Seller, World

CARD: Json = {
    "name": "Canary de Wit",
    "email": "canary@example.org",
    "phone": "06 12345678",
    "buyer": {"postalAddress": MARKET},
}


def since(days: int) -> datetime:
    """A number of days from now."""
    return datetime.now(UTC) + timedelta(days=days)


async def customer(world: World) -> Caller:
    """Somebody with a contact card."""
    found = world.person()
    await found("PUT", "/v1/me/contact", CARD)
    return found


async def bought(world: World, seller: Seller, buyer: Caller, net: str) -> Json:
    """Ordered with the contact card, done and paid."""
    body = {"lines": [{"offeringId": await world.offering(seller, net), "quantity": 1}], "note": "canary aan de deur"}
    order = (await buyer("POST", "/v1/orders", body))["order"]
    await world.deliver(seller, order)
    await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    return dict(order)


async def test_everything_about_me_to_take_along(world: World) -> None:
    seller, buyer = await world.cooperative(), await customer(world)
    order = await bought(world, seller, buyer, "200.00")
    mine = await buyer("GET", "/v1/me/export")
    assert mine["contact"]["contact"]["email"] == CARD["email"]
    assert [found["id"] for found in mine["orders"]] == [order["id"]]
    assert (mine["members"], mine["earnings"]) == ([], [])
    members = await seller.member("GET", "/v1/me/export")
    shown = [paper for name in ("members", "costClaims") for paper in members[name]]
    assert shown
    assert not {"trials", "categories", "linePeople", "line_people"} & {field for paper in shown for field in paper}
    assert [found["id"] for found in members["members"]] == [seller.member_id]
    assert [found["state"] for found in members["earnings"]] == ["posted"]
    assert members["pots"][seller.member_id][0]["cents"] == 17000
    papers = ("earnings", "spending", "allowances", "permissions", "costClaims", "wishes", "parts", "hours", "tasks")
    assert {*papers, "trail", "bartersGiven", "bartersReceived", "permissionReads", "pots"} <= members.keys()
    assert [row["verb"] for row in members["trail"]] == ["register"]
    assert "canary" not in json.dumps(members).lower()
    await world.visitor("GET", "/v1/me/export", status=401)
    await (await world.app())("GET", "/v1/me/export", status=403)
    reader = world.person(buyer.login, frozenset({"orders:read"}))
    await reader("GET", "/v1/me/export", status=403)


async def test_a_customer_is_forgotten_and_the_books_stay(world: World) -> None:
    seller, buyer, other = await world.cooperative(), await customer(world), await customer(world)
    small, large = await bought(world, seller, buyer, "50.00"), await bought(world, seller, buyer, "200.00")
    kept = await bought(world, seller, other, "50.00")
    before = await world.balances(seller)
    await buyer("DELETE", "/v1/me", status=204)
    assert await world.balances(seller) == before
    seen = {o["id"]: o for o in (await seller.coordinator("GET", "/v1/orders"))["items"]}
    assert seen[small["id"]]["contact"]["name"] == "–"
    # Above 100 euro its invoice has a name and an address.
    invoiced = seen[large["id"]]["contact"]
    assert (invoiced["name"], invoiced["buyer"]["postalAddress"]) == (CARD["name"], MARKET | {"country": "NL"})
    assert (invoiced["email"], invoiced["phone"]) == (None, None)
    assert "aan de deur" not in seen[small["id"]]["note"] + seen[large["id"]]["note"]
    assert seen[kept["id"]]["contact"]["email"] == CARD["email"]
    # The same login is a new person now.
    assert (await buyer("GET", "/v1/orders"))["items"] == []
    await buyer("GET", "/v1/me/contact", status=404)
    await buyer("DELETE", "/v1/me", status=404)
    assert (await other("GET", "/v1/me/contact"))["contact"]["email"] == CARD["email"]


async def test_who_is_still_needed_is_told_what_to_end_first(world: World) -> None:
    seller, buyer = await world.cooperative(), await customer(world)
    body = {"lines": [{"offeringId": await world.offering(seller), "quantity": 1}]}
    order = (await buyer("POST", "/v1/orders", body))["order"]
    for who, rule in (
        (seller.member, "erase_membership"),
        (seller.treasurer, "erase_office"),
        (buyer, "erase_open_order"),
    ):
        refused = await who("DELETE", "/v1/me", status=422)
        assert refused["facts"]["rule"] == rule
    await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel"})
    forgotten = await buyer.graphql("mutation { forgetMe }")
    assert forgotten["data"] == {"forgetMe": True}


async def test_a_former_member_is_forgotten_with_their_sealed_facts(world: World) -> None:
    seller = await world.cooperative()
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    body = {"memberId": seller.member_id, "startsOn": "2026-01-01", "until": "2026-12-31", "note": "canary"}
    given = await manager("POST", f"/v1/cooperatives/{seller.id}/permissions", body)
    verb = {"verb": "exit", "destination": "employment", "note": "canary vond werk"}
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", verb)
    await seller.member("DELETE", "/v1/me", status=204)
    seen = await seller.coordinator("GET", f"/v1/members/{seller.member_id}")
    assert (seen["name"], seen["tradeName"]) == ("–", "–")
    async with world.books.transaction() as tx:
        notes = await tx.rows("select verb, note from member_event where member_id = $1", UUID(seller.member_id))
    assert {row["note"] for row in notes} == {""}
    # The steps stay, their notes do not.
    assert "exit" in {row["verb"] for row in notes}
    assert (await manager("GET", f"/v1/permissions/{given['id']}/note"))["note"] == ""


async def test_money_in_ones_name_comes_first(world: World) -> None:
    seller = await world.cooperative()
    await world.sale(seller, await world.app(), "200.00")
    verb = {"verb": "exit", "destination": "employment"}
    await seller.coordinator("POST", f"/v1/members/{seller.member_id}/transitions", verb)
    assert (await seller.member("DELETE", "/v1/me", status=422))["facts"]["rule"] == "erase_pot"


async def test_after_seven_years_nobody_knows_who_ordered(world: World) -> None:
    seller, buyer = await world.cooperative(), await customer(world)
    done = await bought(world, seller, buyer, "200.00")
    body = {"lines": [{"offeringId": await world.offering(seller), "quantity": 1}]}
    open_order = (await buyer("POST", "/v1/orders", body))["order"]
    for years, name in ((7, CARD["name"]), (8, "–")):
        await SystemRun(world.worker_database, now=partial(since, 366 * years))(forget_old)
        seen = await seller.coordinator("GET", f"/v1/orders/{done['id']}")
        assert seen["contact"]["name"] == name
    assert (await seller.coordinator("GET", f"/v1/orders/{open_order['id']}"))["contact"]["name"] == CARD["name"]


async def test_traces_go_after_ninety_days(world: World) -> None:
    app = await world.app(["catalogue:read", "orders:read", "orders:write", "events:read"])
    async with receiving() as receiver:
        hook = await app("POST", f"/v1/apps/{app.login}/webhooks", {"url": receiver.url, "kinds": ["order.placed"]})
        await world.order(app, await world.offering(await world.cooperative()))
        await world.work()
        await world.send()
    place = f"/v1/webhooks/{hook['webhook']['id']}/deliveries"
    for days, left in ((89, 1), (91, 0)):
        await SystemRun(world.worker_database, now=partial(since, days))(forget_old)
        assert len((await app("GET", place))["items"]) == left


async def test_where_a_mail_goes_stands_in_no_event(world: World) -> None:
    async with world.books.transaction() as tx:
        rows = await tx.rows("select name, facts from outbox where facts::text ~ '[a-z]@[a-z]+[.]|addresses'")
    assert [row["name"] for row in rows] == []


async def test_a_trail_is_changed_by_nobody_but_to_forget_its_words(world: World) -> None:
    seller = await world.cooperative()
    await world.order(await world.app(), await world.offering(seller), note="canary")
    for change in ("verb = 'eaten'", "note = 'other'", "note = '', verb = 'eaten'"):
        with pytest.raises((PostgresError, InsufficientPrivilegeError)):
            async with world.books.transaction() as tx:
                await tx.value(f"update order_event set {change} where cooperative_id = $1", UUID(seller.id))
    async with world.books.transaction() as tx:
        await tx.value("update order_event set note = '' where cooperative_id = $1", UUID(seller.id))
