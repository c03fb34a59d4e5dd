"""The trail of power, and offices that one person does not hold together."""

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.adapters.logs import JsonLines
from app.adapters.tokens import new_key
from app.db.engine import Database
from app.db.people import persons
from app.db.tables import metadata
from app.domain.access import Role
from tests.scenarios.test_spending import ask, may_buy
from tests.walls.cast import identity
from tests.walls.test_row_level_security import OPEN
from tests.world import SCOPE, Caller, Json, Seller, World

BOTH = (Role.COORDINATOR, Role.TREASURER)


def at(seller: Seller, person_id: str, role: str, **more: str) -> Json:
    return {"personId": person_id, "role": role, "cooperativeId": seller.id, **more}


async def give(world: World, seller: Seller, person_id: str, role: str, *, status: int = 201, **more: str) -> Any:
    return await world.network("POST", "/v1/offices", at(seller, person_id, role, **more), status=status)


async def person_of(who: Caller) -> str:
    return str((await who("GET", "/v1/me"))["person"]["id"])


async def events(who: Caller, path: str) -> list[Json]:
    return list((await who("GET", f"{path}/power-events"))["items"])


async def readiness(seller: Seller) -> list[str]:
    """What is missing before the first sale."""
    found = await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/readiness")
    return [one for one in found["missing"] if one != "invoice_details"]


async def part_of(world: World, umbrella: Seller) -> Seller:
    """A cooperative below an umbrella, whose members may buy from their pots."""
    part = await world.cooperative([may_buy(), *SCOPE])
    await world.network(
        "PATCH", f"/v1/cooperatives/{part.id}", {"umbrellaId": umbrella.id}, headers={"If-Match": '"1"'}
    )
    return part


async def test_an_office_that_ended_stays_with_its_dates(world: World) -> None:
    seller, network_id = await world.cooperative(), await person_of(world.network)
    officer, person_id = await world.known()
    given = await give(world, seller, person_id, "treasurer", reason="Gekozen in de ledenvergadering")
    assert (given["givenBy"], given["endedAt"], given["endedBy"]) == (network_id, None, None)
    await world.network("DELETE", f"/v1/offices/{given['id']}")
    await world.network("DELETE", f"/v1/offices/{given['id']}", status=404)
    assert (await officer("GET", "/v1/me"))["holdings"] == []
    offices = await world.network("GET", f"/v1/cooperatives/{seller.id}/offices")
    assert given["id"] not in {office["id"] for office in offices}
    again = await give(world, seller, person_id, "treasurer")
    assert again["id"] != given["id"]
    mine = await events(officer, "/v1/me")
    assert [(event["kind"], event["role"], event["byPersonId"]) for event in mine] == [
        ("office_given", "treasurer", network_id),
        ("office_ended", "treasurer", network_id),
        ("office_given", "treasurer", network_id),
    ]
    assert mine[-1]["reason"] == "Gekozen in de ledenvergadering"
    assert {event["cooperativeId"] for event in mine} == {seller.id}
    papers = await officer("GET", "/v1/me/export")
    assert len(papers["offices"]) == 2
    assert len(papers["powerEvents"]) == 3


async def test_who_sees_the_trail_of_a_cooperative(world: World) -> None:
    """Staff and the network see all of it; members see who holds its offices, without the reasons."""
    seller, other = await world.cooperative(), await world.cooperative()
    officer, person_id = await world.known()
    await give(world, seller, person_id, "treasurer", reason="Waarnemend")
    place = f"/v1/cooperatives/{seller.id}"
    shown = {name: await events(who, place) for name, who in (("network", world.network), ("member", seller.member))}
    assert shown["network"] == await events(seller.coordinator, place) == await events(seller.treasurer, place)
    kinds = [event["kind"] for event in shown["network"]]
    assert sorted(kinds) == ["member_linked", "office_given", "office_given", "office_given"]
    assert shown["network"][0]["reason"] == "Waarnemend"
    assert [event["kind"] for event in shown["member"]] == ["office_given"] * 3
    assert {event["reason"] for event in shown["member"]} == {""}
    assert (await events(officer, place))[0]["reason"] == "Waarnemend"
    for stranger in (other.coordinator, other.member, world.person(), seller.controller):
        await stranger("GET", f"{place}/power-events", status=404)
    await seller.treasurer("GET", "/v1/power-events", status=403)
    everywhere = (await world.network("GET", "/v1/power-events?limit=100"))["items"]
    assert {event["id"] for event in shown["network"]} <= {event["id"] for event in everywhere}
    page = await world.network("GET", f"{place}/power-events?limit=1")
    following = await world.network("GET", f"{place}/power-events?limit=1&after={page['nextCursor']}")
    assert [page["items"][0], following["items"][0]] == shown["network"][:2]
    assert await events(world.person(), "/v1/me") == []


async def test_both_faces_show_the_same_trail(world: World) -> None:
    seller = await world.cooperative()
    query = (
        "query($id: UUID!) { cooperativePowerEvents(cooperativeId: $id) { edges { node { id kind person { id } } } } }"
    )
    found = await world.network.graphql(query, id=seller.id)
    nodes = [edge["node"] for edge in found["data"]["cooperativePowerEvents"]["edges"]]
    listed = await events(world.network, f"/v1/cooperatives/{seller.id}")
    assert [(node["id"], node["kind"].lower(), node["person"]["id"]) for node in nodes] == [
        (event["id"], event["kind"], event["personId"]) for event in listed
    ]
    mine = await seller.coordinator.graphql("{ myPowerEvents { edges { node { kind role byPersonId } } } }")
    assert mine["data"]["myPowerEvents"]["edges"][0]["node"]["role"] == "COORDINATOR"


async def test_every_power_of_an_app_is_in_the_trail(world: World) -> None:
    seller = await world.cooperative()
    coordinator_id = await person_of(seller.coordinator)
    body: Json = {"name": "Kassa", "scopes": ["orders:read"], "cooperativeIds": [seller.id]}
    app = (await seller.coordinator("POST", "/v1/apps", body))["app"]
    assert (app["registeredBy"], app["disabledBy"]) == (coordinator_id, None)
    place, public = f"/v1/apps/{app['id']}", {n: v for n, v in new_key().items() if n in ("kty", "crv", "x", "y")}
    key = public | {"kid": "k1", "alg": "ES256"}
    await seller.coordinator("POST", f"{place}/secrets")
    version = 1
    for change in ({"scopes": ["orders:read", "orders:write"]}, {"keys": [key]}, {"enabled": False}, {"name": "Kas"}):
        app = await seller.coordinator("PATCH", place, change, headers={"If-Match": f'"{version}"'})
        version = app["version"]
    assert app["disabledBy"] == coordinator_id
    app = await seller.coordinator("PATCH", place, {"enabled": True}, headers={"If-Match": f'"{version}"'})
    assert (app["disabledAt"], app["disabledBy"]) == (None, None)
    await world.network("DELETE", place)
    found = [event for event in await events(seller.treasurer, f"/v1/cooperatives/{seller.id}") if event["appId"]]
    assert [(event["kind"], event["keys"], len(event["scopes"])) for event in reversed(found)] == [
        ("app_registered", [], 1),
        ("secret_rotated", [], 1),
        ("scopes_changed", [], 2),
        ("keys_changed", ["k1"], 2),
        ("app_disabled", ["k1"], 2),
        ("app_enabled", ["k1"], 2),
        ("app_disabled", ["k1"], 2),
    ]
    assert [event["byPersonId"] for event in found][1:] == [coordinator_id] * 6
    assert found[0]["byPersonId"] == await person_of(world.network)


async def test_who_may_log_in_as_a_member_is_in_the_trail(world: World) -> None:
    seller = await world.cooperative()
    first, second = await world.known(), await world.known()
    body = {"name": "Jan", "tradeName": "Jans tuin"}
    member = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
    version = member["version"]
    for who, (_, person_id) in ((seller.coordinator, first), (None, second)):
        if who is None:
            await give(world, seller, await person_of(world.network), "coordinator")
        headers = {"If-Match": f'"{version}"'}
        caller = who or world.network
        changed = await caller("PATCH", f"/v1/members/{member['id']}", {"personId": person_id}, headers=headers)
        version = changed["version"]
    assert [event["kind"] for event in await events(first[0], "/v1/me")] == ["member_unlinked", "member_linked"]
    (linked,) = await events(second[0], "/v1/me")
    assert (linked["kind"], linked["memberId"], linked["cooperativeId"]) == ("member_linked", member["id"], seller.id)


@pytest.mark.parametrize("roles", [BOTH, BOTH[::-1]])
async def test_one_person_is_not_coordinator_and_treasurer(world: World, roles: tuple[Role, Role]) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    first, second = roles
    _, person_id = await world.known()
    office = await give(world, seller, person_id, first)
    refused = await give(world, seller, person_id, second, status=422)
    assert refused["code"] == "offices_apart"
    assert "outside approver" in refused["detail"]
    dutch = await world.client.post(
        "/v1/offices",
        json=at(seller, person_id, second),
        headers={"Authorization": f"Bearer {world.network.token}", "Accept-Language": "nl"},
    )
    assert dutch.json()["detail"].startswith("Eén persoon zou coördinator en penningmeester")
    assert (await give(world, seller, person_id, first, status=409))["code"] == "already_exists"
    await give(world, other, person_id, second)
    await world.network("DELETE", f"/v1/offices/{office['id']}")
    await give(world, seller, person_id, second)


async def test_of_two_offices_at_the_same_moment_one_is_given(world: World) -> None:
    for _ in range(8):
        seller = await world.cooperative()
        officer, person_id = await world.known()
        bodies = [at(seller, person_id, role) for role in BOTH]
        headers = {"Authorization": f"Bearer {world.network.token}"}
        answers = await asyncio.gather(
            *(world.client.post("/v1/offices", json=body, headers=headers) for body in bodies)
        )
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        assert len((await officer("GET", "/v1/me"))["holdings"]) == 1


async def test_an_outside_approver_lets_one_person_hold_both(world: World) -> None:
    """They are the second approver of `readiness`. If they leave, `readiness` reports whoever holds both."""
    seller = await world.cooperative()
    person_id = await person_of(seller.coordinator)
    for office in await world.network("GET", f"/v1/cooperatives/{seller.id}/offices"):
        if office["role"] == "treasurer":
            await world.network("DELETE", f"/v1/offices/{office['id']}")
    assert await readiness(seller) == ["treasurer", "second_approver"]
    approver = await world.approver(seller.id)
    assert await readiness(seller) == ["treasurer"]
    await give(world, seller, person_id, "treasurer")
    assert await readiness(seller) == []
    holding = next(h for h in (await approver("GET", "/v1/me"))["holdings"] if h["role"] == "approver")
    assert holding["cooperativeId"] == seller.id
    offices = await world.network("GET", f"/v1/cooperatives/{seller.id}/offices")
    (office,) = [one for one in offices if one["role"] == "approver"]
    await world.network("DELETE", f"/v1/offices/{office['id']}")
    assert await readiness(seller) == ["second_approver", "offices_apart"]
    assert len((await seller.coordinator("GET", "/v1/me"))["holdings"]) == 2


async def test_an_approver_comes_from_outside(world: World) -> None:
    umbrella, other = await world.cooperative(), await world.cooperative()
    part = await part_of(world, umbrella)
    outsider_id, theirs = (await world.known())[1], await person_of(other.treasurer)
    for person_id in (outsider_id, theirs):
        refused = await give(world, part, person_id, "approver", status=422)
        assert refused["facts"]["rule"] == "approver_from_outside"
    for who in (part.coordinator, part.member):
        insider = await person_of(who)
        await world.network("POST", "/v1/offices", {"personId": insider, "role": "network"})
        assert (await give(world, part, insider, "approver", status=422))["code"] == "offices_apart"
    approver_id = await person_of(umbrella.treasurer)
    await give(world, part, approver_id, "approver")
    refused = await give(world, part, approver_id, "coordinator", status=422)
    assert (refused["code"], refused["facts"]) == ("offices_apart", {"how": "outside"})
    body = {"name": "Noor", "tradeName": "Tuin", "personId": approver_id}
    place = f"/v1/cooperatives/{part.id}/members"
    assert (await part.coordinator("POST", place, body, status=422))["code"] == "offices_apart"
    del body["personId"]
    member = await part.coordinator("POST", place, body)
    link = {"personId": approver_id}
    await part.coordinator("PATCH", f"/v1/members/{member['id']}", link, headers={"If-Match": '"1"'}, status=422)


async def test_officers_of_an_umbrella_name_the_approver_of_its_parts(world: World) -> None:
    umbrella, other = await world.cooperative(), await world.cooperative()
    part = await part_of(world, umbrella)
    body = at(part, await person_of(umbrella.treasurer), "approver", reason="De koepel kijkt mee")
    for who in (part.coordinator, other.coordinator, umbrella.member):
        await who("POST", "/v1/offices", body, status=403)
    named = await umbrella.coordinator("POST", "/v1/offices", body)
    assert named["givenBy"] == await person_of(umbrella.coordinator)
    assert (await events(part.member, f"/v1/cooperatives/{part.id}"))[0]["role"] == "approver"
    for role in ("coordinator", "treasurer"):
        await umbrella.coordinator("POST", "/v1/offices", body | {"role": role}, status=403)
    await umbrella.coordinator("POST", "/v1/offices", body | {"cooperativeId": other.id}, status=403)
    for who in (part.coordinator, other.coordinator):
        await who("DELETE", f"/v1/offices/{named['id']}", status=403)
    await umbrella.treasurer("DELETE", f"/v1/offices/{named['id']}")
    assert (await events(umbrella.treasurer, "/v1/me"))[0]["kind"] == "office_ended"


async def test_an_approver_decides_about_spending_and_offerings_and_sees_no_more(world: World) -> None:
    umbrella = await world.cooperative()
    seller, approver = await part_of(world, umbrella), umbrella.treasurer
    await world.sale(seller, await world.app(), "150.00")
    asked = [await ask(seller, "10.00") for _ in range(2)]
    await approver("GET", f"/v1/spending-requests/{asked[0]['id']}", status=404)
    await give(world, seller, await person_of(approver), "approver")
    place = f"/v1/cooperatives/{seller.id}"
    assert len((await approver("GET", f"{place}/spending-requests"))["items"]) == 2
    steps = (await approver("GET", f"/v1/spending-requests/{asked[0]['id']}"))["availableTransitions"]
    assert {step["verb"] for step in steps if step["allowed"]} == {"approve", "reject", "ask_more"}
    path = "/v1/spending-requests/{}/transitions"
    approved = await approver("POST", path.format(asked[0]["id"]), {"verb": "approve"})
    rejected = await approver("POST", path.format(asked[1]["id"]), {"verb": "reject", "reason": "Te duur"})
    assert (approved["state"], rejected["state"]) == ("approved", "rejected")
    await approver("POST", f"/v1/spending-requests/{asked[0]['id']}/payments", {}, status=403)
    await seller.treasurer("POST", f"/v1/spending-requests/{asked[0]['id']}/payments", {})
    contents = {"kind": "service", "title": "Heg snoeien", "category": "tuin", "priceUnit": "piece", "town": "Breda"}
    contents |= {"memberId": seller.member_id, "vatClass": "standard"}
    offering = await seller.member("POST", f"{place}/offerings", contents | {"price": {"amount": "5.00"}})
    move = f"/v1/offerings/{offering['id']}/transitions"
    await seller.member("POST", move, {"verb": "submit"})
    assert (await approver("POST", move, {"verb": "publish"}))["state"] == "published"
    for closed in ("members", "offices", "readiness", "power-events", "cost-claims", "earnings"):
        await approver("GET", f"{place}/{closed}", status=403)
    assert (await approver("GET", "/v1/orders"))["items"] == []
    assert (await approver("GET", "/v1/tasks"))["items"] == []


async def test_the_database_shows_an_approver_only_what_they_decide(world: World, database: Database) -> None:
    """Row-level security alone: of the cooperative's private rows only its requests, no draft, and their own office."""
    umbrella = await world.cooperative()
    seller, approver = await part_of(world, umbrella), umbrella.treasurer
    await world.sale(seller, await world.app(), "150.00")
    await ask(seller, "10.00")
    await ask(seller, "10.00", draft=True)
    await give(world, seller, await person_of(approver), "approver")
    owned = [name for name, table in metadata.tables.items() if "cooperative_id" in table.columns and name not in OPEN]
    shown: dict[str, int] = {}
    async with database.transaction() as tx:
        await persons.enter(tx, identity(world, approver.login))
        for table in owned:
            rows = await tx.value(f'select count(*) from "{table}" where cooperative_id = $1', UUID(seller.id))
            shown |= {table: rows} if rows else {}
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tx.savepoint():
                await tx.rows("update office set ended_at = $1 where role = 'approver' returning id", tx.now)
    assert shown == {"office": 1, "power_event": 1, "spending": 1}


async def test_each_success_is_a_line_in_the_audit_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Once, also if the request is repeated; without names, secrets and reasons."""
    seller = await world.cooperative()
    _, person_id = await world.known()
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        caplog.clear()
        office = at(seller, person_id, "treasurer", reason="Vertrouwelijk")
        given = [await world.network("POST", "/v1/offices", office, key="office-once") for _ in range(2)]
        assert given[0] == given[1]
        await world.network("DELETE", f"/v1/offices/{given[0]['id']}")
        app = await world.app(cooperative_ids=[seller.id])
        rotated = await world.network("POST", f"/v1/apps/{app.login}/secrets")
        await world.network("PATCH", f"/v1/apps/{app.login}", {"name": "K"}, headers={"If-Match": '"1"'})
        member = {"name": "Fatima", "tradeName": "Tuin", "personId": person_id}
        await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", member)
    lines = [json.loads(JsonLines().format(one)) for one in caplog.records if one.name == "samen.audit"]
    assert [(line["message"], line.get("verb")) for line in lines] == [
        ("done", "give_office"),
        ("done", "end_office"),
        ("done", "register_app"),
        ("token", None),
        ("done", "rotate_secret"),
        ("done", "change_app"),
        ("done", "register_member"),
    ]
    place = {"person_id": person_id, "cooperative_id": seller.id, "role": "treasurer"}
    assert lines[0]["about"] == place | {"office_id": given[0]["id"]}
    assert {line["about"]["app_id"] for line in lines if line.get("verb") in ("register_app", "change_app")} == {
        app.login
    }
    assert lines[-1]["about"]["member_id"]
    assert (lines[0]["subject"], lines[3]["client_id"]) == (world.network.login, app.login)
    written = json.dumps(lines)
    assert not [word for word in ("Vertrouwelijk", "Fatima", rotated["clientSecret"]) if word in written]


async def test_after_an_erasure_the_trail_has_no_words_and_no_name(world: World, books: Database) -> None:
    seller = await world.cooperative()
    officer, person_id = await world.known()
    office = await give(world, seller, person_id, "treasurer", reason="Vertrouwelijk")
    await world.network("DELETE", f"/v1/offices/{office['id']}")
    await officer("DELETE", "/v1/me")
    found = [
        one for one in await events(world.network, f"/v1/cooperatives/{seller.id}") if one["personId"] == person_id
    ]
    assert [(one["kind"], one["reason"]) for one in found] == [("office_ended", ""), ("office_given", "")]
    assert (await world.network("GET", f"/v1/people/{person_id}"))["name"] == "–"


@pytest.mark.parametrize(
    "sql",
    [
        "update power_event set by_person_id = null where id = $1",
        "update power_event set reason = 'x' where id = $1",
        "delete from power_event where id = $1",
        "delete from office where id = $2",
        "update office set role = 'coordinator' where id = $2",
        "update office set ended_at = null, ended_by = null where id = $3",
        "delete from app where id = $4",
    ],
)
async def test_the_database_refuses_to_change_what_was(world: World, database_url: str, sql: str) -> None:
    """Not even the role that keeps the books may."""
    seller, (_, person_id), app = await world.cooperative(), await world.known(), await world.app()
    ended = await give(world, seller, person_id, "treasurer")
    await world.network("DELETE", f"/v1/offices/{ended['id']}")
    office = await give(world, seller, person_id, "treasurer")
    event = (await events(world.network, f"/v1/cooperatives/{seller.id}"))[0]
    ids = [event["id"], office["id"], ended["id"], app.login]
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute("set role samen_books")
        number = int(sql[-1])
        with pytest.raises(asyncpg.PostgresError, match=r"is refused|permission denied"):
            await owner.execute(sql.replace(f"${number}", f"'{UUID(ids[number - 1])}'"))
    finally:
        await owner.close()
