"""Entity tags: 304 if the caller has the answer already, 412 if the caller has not seen the present version."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from tests.faces.test_http import bearer
from tests.world import Caller, Json, Seller, World

GUEST: Json = {"name": "Jo de Wit", "email": "jo@example.org"}


async def get(world: World, who: Caller, path: str, **headers: str) -> httpx.Response:
    sent = bearer(who) | {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.client.get(path, headers=sent)


async def change(world: World, seller: Seller, if_match: str | list[str], about: str = "Hoi") -> httpx.Response:
    lines = [("If-Match", one) for one in ([if_match] if isinstance(if_match, str) else if_match)]
    headers = [*bearer(seller.coordinator).items(), *lines]
    return await world.client.patch(f"/v1/cooperatives/{seller.id}", json={"about": about}, headers=headers)


async def test_a_tag_has_the_version_and_a_hash_of_the_content(world: World) -> None:
    """Another viewer or language gives another content of the same version."""
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller))
    path = f"/v1/orders/{order['id']}"
    tags = [
        (await get(world, seller.member, path)).headers["etag"],
        (await get(world, seller.member, path)).headers["etag"],
        (await get(world, seller.member, path, Accept_Language="nl")).headers["etag"],
        (await get(world, seller.treasurer, path)).headers["etag"],
    ]
    assert all(re.fullmatch(f'"{order["version"]}-[0-9a-f]{{24}}"', tag) for tag in tags)
    assert (tags[0] == tags[1], len(set(tags))) == (True, 3)


async def test_who_has_something_private_already_gets_304(world: World) -> None:
    seller = await world.cooperative()
    for path in (f"/v1/cooperatives/{seller.id}", f"/v1/members/{seller.member_id}"):
        first = await get(world, seller.coordinator, path)
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"a", W/"b" ,{tag}', "*"):
            again = await get(world, seller.coordinator, path, If_None_Match=known)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), known
            assert again.headers["cache-control"] == "no-store"
            assert {"content-type", "content-length"}.isdisjoint(again.headers)
        for other in ('"a"', '"1"', tag.strip('"'), ""):
            assert (await get(world, seller.coordinator, path, If_None_Match=other)).content == first.content
        head = await world.client.head(path, headers=bearer(seller.coordinator) | {"If-None-Match": tag})
        assert (head.status_code, head.content) == (304, b"")
        dutch = await get(world, seller.coordinator, path, If_None_Match=tag, Accept_Language="nl")
        assert dutch.status_code in (200, 304)
        assert (dutch.status_code == 304) == (dutch.headers["etag"] == tag)
    lines = [*bearer(seller.coordinator).items(), ("If-None-Match", '"a"'), ("If-None-Match", tag)]
    assert (await world.client.get(path, headers=lines)).status_code == 304


async def test_every_read_with_a_tag_takes_it_back(world: World) -> None:
    """The contract says which reads have a tag: those that show a version, or are for every cache."""
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller))
    ids = {"cooperative_id": seller.id, "member_id": seller.member_id, "order_id": order["id"]}
    ids["agreement_id"] = seller.agreement_id or ""
    ids["offering_id"] = order["lines"][0]["offeringId"]
    tagged = 0
    for path, operations in (await world.visitor("GET", "/v1/openapi.json"))["paths"].items():
        named = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        if "get" not in operations or not all(name in ids for name in named):
            continue
        found = await get(world, seller.coordinator, f"/v1{path.format(**ids)}")
        if found.status_code != 200:
            continue
        stated = "ETag" in operations["get"]["responses"]["200"]["headers"]
        assert ("etag" in found.headers, "304" in operations["get"]["responses"]) == (stated, stated), path
        if stated:
            again = await get(world, seller.coordinator, found.request.url.path, If_None_Match=found.headers["etag"])
            assert again.status_code == 304, path
            tagged += 1
    assert tagged > 5


async def test_a_refusal_is_no_304(world: World) -> None:
    seller = await world.cooperative()
    answer = await get(world, seller.coordinator, f"/v1/orders/{seller.id}", If_None_Match="*")
    assert (answer.status_code, "etag" in answer.headers) == (404, False)


async def test_if_match_is_a_list_of_versions_or_whatever_is_there(world: World) -> None:
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}"

    async def seen() -> str:
        return str((await get(world, seller.coordinator, place)).headers["etag"])

    for number in range(2, 9):
        version, tag = number - 1, await seen()
        good: Any = {
            2: tag,
            3: f'"7", "{version}"',
            4: f' "{version}" ,"7"',
            5: "*",
            6: ['"7"', tag],
            # A proxy that compresses an answer weakens its tag.
            7: "W/" + tag,
            8: f"{version}",
        }[number]
        answer = await change(world, seller, good, f"Hoi {number}")
        assert (answer.status_code, answer.json().get("version")) == (200, number), good
        assert answer.headers["etag"] == await seen()
        bad = (
            '"7000", "80"',
            'W/"7000-ab"',
            '"*"',
            '"-1"',
            f'"{number}.0"',
            f"'{number}'",
            "",
            "x",
        )
        for other in bad:
            answer = await change(world, seller, other)
            assert (answer.status_code, answer.json()["code"]) == (412, "stale"), other


async def test_a_list_is_one_condition_for_two_at_once(world: World) -> None:
    seller = await world.cooperative()
    tags = '"1", "7"'
    answers = await asyncio.gather(*[change(world, seller, tags, f"Hoi {number}") for number in range(2)])
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.parametrize("if_match", ['"1"', "*", '"1", "2"'])
async def test_of_what_is_not_there_nobody_saw_a_version(world: World, if_match: str) -> None:
    """A contact card is made by the first PUT, unless the caller has seen one."""
    person = world.person()
    await person("PUT", "/v1/me/contact", GUEST, headers={"If-Match": if_match}, status=412)
    await person("GET", "/v1/me/contact", status=404)
    made = await person("PUT", "/v1/me/contact", GUEST)
    assert made["version"] == 1
    await person("PUT", "/v1/me/contact", GUEST, headers={"If-Match": if_match})


async def test_what_shows_no_version_has_no_tag(world: World) -> None:
    """A repayment has a version in the database, but never another one, because it never changes."""
    seller = await world.cooperative()
    order = await world.order(await world.app(), await world.offering(seller))
    sent = bearer(seller.treasurer) | {"Idempotency-Key": "p"}
    place, body = f"/v1/orders/{order['id']}", {"amount": {"amount": "1.00"}}
    await seller.treasurer("POST", f"{place}/payments", body)
    repaid = await world.client.post(f"{place}/repayments", json=body, headers=sent)
    assert (repaid.status_code, "etag" in repaid.headers) == (201, False)
    for path in ("/v1/orders", "/v1/me/export", f"/v1/members/{seller.member_id}/thermometer"):
        answer = await get(world, seller.member, path)
        assert (answer.status_code, "etag" in answer.headers) == (200, False), path


async def test_a_change_of_nothing_makes_no_version(world: World) -> None:
    """Otherwise others would get a 412 without reason. Real conflicts are still reported."""
    seller, person = await world.cooperative(), world.person()
    cooperative, member = f"/v1/cooperatives/{seller.id}", f"/v1/members/{seller.member_id}"
    await person("PUT", "/v1/me/contact", GUEST)
    await seller.member("PUT", f"{member}/goal", {"text": "Fiets", "amount": None}, headers={"If-Match": "*"})
    for who, method, path, change, read in (
        (seller.coordinator, "PATCH", cooperative, {}, cooperative),
        (seller.coordinator, "PATCH", cooperative, {"town": "Breda"}, cooperative),
        (seller.coordinator, "PATCH", member, {"name": "Noor"}, member),
        (seller.member, "PUT", f"{member}/goal", {"text": "Fiets", "amount": None}, member),
        (person, "PUT", "/v1/me/contact", GUEST, "/v1/me/contact"),
    ):
        seen = (await get(world, who, read)).headers["etag"]
        headers = bearer(who) | {"If-Match": seen}
        answer = await world.client.request(method, path, json=change, headers=headers)
        assert (answer.status_code, answer.headers["etag"]) == (200, seen), path
        late = await world.client.request(method, path, json=change, headers=headers | {"If-Match": '"70"'})
        assert late.status_code == 412
    before = (await seller.member("GET", "/v1/me"))["person"]
    same = {"email": before["email"]}
    after = await seller.member("PATCH", "/v1/me", same, headers={"If-Match": f'"{before["version"]}"'})
    assert after["person"]["version"] == before["version"]
