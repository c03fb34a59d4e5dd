"""Close callers: an app of two cooperatives, a person with two offices, somebody else's hold."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest

from app.keys import people_issuer
from tests.scenarios import jobs
from tests.walls.walk import offices
from tests.world import GUEST, Caller, Json, Seller, World

WHY: Json = {"reason": "verkeerde rekening"}


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


async def bought(world: World, seller: Seller) -> tuple[Caller, str]:
    """A treasurer who is the customer of a delivered order; and the order."""
    order = await world.order(seller.treasurer, await world.offering(seller))
    await world.deliver(seller, order)
    return seller.treasurer, str(order["id"])


async def made(world: World, seller: Seller) -> tuple[Caller, str]:
    """A treasurer who made what was ordered."""
    order = await world.order(world.person(), await world.offering(seller))
    await world.deliver(seller, order)
    return await offices(world, seller.member, treasurer=seller.id), str(order["id"])


async def worked(world: World, seller: Seller) -> tuple[Caller, str]:
    """A treasurer who works on the assignment of an order."""
    colleague, colleague_id = await world.member(seller)
    job = await jobs.plan(world, seller, jobs.slot("Koken", 5000, seats=2))
    await jobs.join(seller.member, job, seller.member_id)
    await jobs.join(colleague, job, colleague_id)
    await jobs.approved(job, seller)
    order_id = (await jobs.look(seller.coordinator, job))["orderId"]
    return await offices(world, colleague, treasurer=seller.id), str(order_id)


@pytest.mark.parametrize("involved", [bought, made, worked])
async def test_the_treasurer_whom_an_order_is_about_does_nothing_with_its_money(
    world: World, involved: Callable[[World, Seller], Awaitable[tuple[Caller, str]]]
) -> None:
    """Neither as its customer nor as one of its makers; the steps say so beforehand, and another treasurer can."""
    seller = await world.cooperative()
    treasurer, order_id = await involved(world, seller)
    second, third = [await world.officer("treasurer", cooperativeId=seller.id) for _ in range(2)]
    order, euro = f"/v1/orders/{order_id}", {"amount": {"amount": "1.00"}}
    paid = await world.journal(seller, (await second("POST", f"{order}/payments", euro))["id"])
    payment = f"/v1/journals/{paid['id']}/reversals"
    cash = f"/v1/payments/{(await seller.member('POST', f'{order}/cash-receipts', euro))['id']}/transitions"
    lost = f"/v1/write-offs/{(await second('POST', f'{order}/write-offs', WHY | euro))['id']}"
    acts: list[tuple[str, Json]] = [
        (f"{order}/payments", euro),
        (f"{order}/credits", WHY | euro),
        (f"{order}/repayments", euro),
        (f"{order}/write-offs", WHY | euro),
        (payment, WHY),
        (cash, {"verb": "reject"} | WHY),
        (cash, {"verb": "confirm"}),
        (f"{lost}/transitions", {"verb": "withdraw"}),
        (f"{lost}/transitions", {"verb": "confirm"}),
    ]
    for path, body in acts:
        refusal = await treasurer("POST", path, body, status=403)
        assert refusal["code"] == "second_person_needed", (path, body)
    waiting = [row for row in await treasurer("GET", f"{order}/payments") if row["state"] == "to_confirm"]
    for row in (*waiting, await treasurer("GET", lost)):
        assert {step["reason"] for step in row["availableTransitions"]} == {"second_person_needed"}
    # The approval of a job books its sale, so what was paid of it is not given back.
    left_out = {f"{order}/repayments"} if involved is worked else set()
    for path, body in acts:
        if body.get("verb") not in ("reject", "withdraw") and path not in left_out:
            await (third if path.startswith(lost) else second)("POST", path, body)


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
