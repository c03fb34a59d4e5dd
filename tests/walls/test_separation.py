"""Close callers: an app of two cooperatives, a person with two offices, somebody else's hold."""

from uuid import UUID

from app.keys import people_issuer
from tests.world import GUEST, Caller, World


async def test_a_scope_narrows_what_a_person_may_do(world: World) -> None:
    seller = await world.cooperative()
    reader = world.person(seller.coordinator.login, frozenset({"members:read"}))
    assert (await reader("GET", f"/v1/members/{seller.member_id}"))["id"] == seller.member_id
    refused = await reader("POST", f"/v1/members/{seller.member_id}/transitions", {"verb": "pause"}, status=403)
    assert (refused["code"], refused["facts"]) == ("scope_missing", {"scope": "members:write"})


async def test_an_app_of_two_cooperatives_is_changed_by_who_may_at_both(world: World) -> None:
    mine, theirs = await world.cooperative(), await world.cooperative()
    body = {"name": "Samen", "scopes": ["orders:read"], "cooperativeIds": [mine.id, theirs.id]}
    app_id = (await world.network("POST", "/v1/apps", body))["app"]["id"]
    for coordinator in (mine.coordinator, theirs.coordinator):
        assert (await coordinator("GET", f"/v1/apps/{app_id}"))["name"] == "Samen"
        assert (await coordinator("POST", f"/v1/apps/{app_id}/secrets", status=403))["code"] == "forbidden"
        await coordinator("DELETE", f"/v1/apps/{app_id}", status=403)
    await (await world.cooperative()).coordinator("DELETE", f"/v1/apps/{app_id}", status=404)
    await world.network("POST", f"/v1/apps/{app_id}/secrets")


async def test_a_disabled_app_carries_nobody_in(world: World) -> None:
    """Neither its own token nor the token of a person who logged in through it works."""
    app = await world.app()
    issuer = people_issuer(world.settings)
    token = world.keys.token(
        issuer=issuer, audience="samen", subject="gast", client_id=app.login, scopes=frozenset({"orders:read"})
    )
    person = Caller(world.client, token, "gast")
    await person("GET", "/v1/orders")
    await world.network("DELETE", f"/v1/apps/{app.login}")
    for who in (app, person):
        assert (await who("GET", "/v1/orders", status=401))["code"] == "token_refused"
        assert (await who.graphql("{ orders { edges { node { id } } } }"))["errors"][0]["extensions"][
            "code"
        ] == "token_refused"


async def test_one_person_does_not_sign_for_both_sides(world: World) -> None:
    seller = await world.cooperative()
    person = (await seller.treasurer("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person, "role": "controller", "municipalityId": seller.municipality_id}
    await world.network("POST", "/v1/offices", office)
    body = {"title": "v2", "activeFrom": "2028-01-01", "rules": [{"kind": "pot"}]}
    body |= {"examples": [{"name": "x", "net": "1", "expected": {"pot": "1"}}]}
    drafted = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
    place = f"/v1/agreements/{drafted['id']}"
    await seller.treasurer("POST", f"{place}/tests")
    await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"})
    refused = await seller.treasurer("POST", f"{place}/signatures", {"side": "municipality"}, status=403)
    assert refused["code"] == "second_person_needed"


async def test_the_treasurer_who_bought_does_not_touch_the_payment(world: World) -> None:
    seller = await world.cooperative()
    order = await world.order(seller.treasurer, await world.offering(seller))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    second = await world.officer("treasurer", cooperativeId=seller.id)
    payment = await second("POST", f"/v1/orders/{order['id']}/payments", {"amount": order["gross"]})
    place = f"/v1/journals/{(await world.journal(seller, payment['id']))['id']}/reversals"
    for path, body in ((place, {"reason": "x"}), (f"/v1/orders/{order['id']}/refunds", {"reason": "x"})):
        assert (await seller.treasurer("POST", path, body, status=403))["code"] == "second_person_needed"
    await second("POST", place, {"reason": "verkeerde rekening"})


async def test_a_coordinator_learns_nothing_about_a_person_they_name(world: World) -> None:
    seller, issuer = await world.cooperative(), people_issuer(world.settings)
    secret = {"issuer": issuer, "subject": "p-geheim", "name": "Fatima Geheim", "email": "fatima@example.org"}
    await world.network("POST", "/v1/people", secret)
    typed = {"issuer": issuer, "subject": "p-geheim", "name": "Nieuw lid"}
    known = await seller.coordinator("POST", "/v1/people", typed)
    await seller.coordinator(
        "POST",
        f"/v1/cooperatives/{seller.id}/members",
        {"name": "Nieuw lid", "tradeName": "Nieuw", "personId": known["id"]},
    )
    refused = await seller.coordinator("GET", f"/v1/people/{known['id']}", status=404)
    assert "fatima" not in str(known | refused).lower()


async def test_holds_are_their_owners(world: World) -> None:
    """The hold of a new person is their own; the app that they used, and other people, cannot use it."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=9)
    newcomer = world.person()
    place = f"/v1/offerings/{offering}/holds"
    hold = await newcomer("POST", place, {"quantity": 1})
    for stranger in (app, world.person(), await world.app()):
        await stranger("DELETE", f"/v1/holds/{hold['id']}", status=404)
        line = {"offeringId": offering, "quantity": 1, "holdId": hold["id"]}
        await stranger("POST", "/v1/orders", {"lines": [line], "contact": GUEST}, status=404)
    line = {"offeringId": offering, "quantity": 1, "holdId": hold["id"]}
    await newcomer("POST", "/v1/orders", {"lines": [line], "contact": GUEST})
    assert (await newcomer("GET", "/v1/me"))["person"]["name"] == GUEST["name"]
    theirs = await app("POST", place, {"quantity": 1})
    await app("DELETE", f"/v1/holds/{theirs['id']}")


async def test_a_visitors_key_leaves_no_row(world: World) -> None:
    before = await world.books_count("idempotency")
    body = {"lines": [{"offeringId": str(UUID(int=1)), "quantity": 1}], "contact": GUEST}
    await world.visitor("POST", "/v1/orders", body, status=401)
    assert await world.books_count("idempotency") == before
