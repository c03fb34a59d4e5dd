"""A cacheable answer contains nothing about its caller, and is not sent twice to clients that have it."""

import re

import httpx
import pytest

from app.settings import Settings
from tests.faces.test_rates import limited
from tests.world import World

PLACE = "/v1/catalogue/offerings"


async def test_a_shared_answer_names_nobodys_rate_or_trace(world: World, settings: Settings, database_url: str) -> None:
    """It still costs its unit."""
    offering = await world.offering(await world.cooperative())
    async with limited(settings, database_url, "192.0.2.90", rate_visitor=4) as client:
        answers = [await client.get(f"{PLACE}{path}") for path in ("", f"/{offering}", "?minPrice=1.00")]
        tag = answers[1].headers["etag"]
        answers.append(await client.get(f"{PLACE}/{offering}", headers={"If-None-Match": tag}))
        refused = await client.get(PLACE)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 304]
    for answer in answers:
        assert answer.headers["cache-control"] == "public, max-age=15"
        assert not {"ratelimit", "ratelimit-policy", "trace-id", "set-cookie"} & set(answer.headers)
    assert (refused.status_code, refused.headers["cache-control"]) == (429, "no-store")
    assert {"ratelimit", "ratelimit-policy", "trace-id"} < set(refused.headers)


async def test_who_has_it_already_gets_304(world: World) -> None:
    offering = await world.offering(await world.cooperative())
    for path in (f"{PLACE}/{offering}", f"{PLACE}?limit=1", f"{PLACE}?limit=1&minPrice=1.00"):
        first = await world.client.get(path)
        tag = first.headers["etag"]
        assert re.fullmatch('"[0-9a-f]{24}"', tag)
        for known in (tag, f"W/{tag}", f'"a", W/"b" ,{tag}', f'"a",{tag},"b"', "*", " * "):
            again = await world.client.get(path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b""), (path, known)
            same = ("etag", "cache-control", "vary", "access-control-allow-origin")
            assert [again.headers[name] for name in same] == [first.headers[name] for name in same]
            assert "content-type" not in again.headers
        for other in ('"a"', 'W/"a"', tag.strip('"'), f'"{tag[1:-2]}"', '"*"', ""):
            assert (await world.client.get(path, headers={"If-None-Match": other})).content == first.content


async def test_another_content_has_another_tag(world: World) -> None:
    seller = await world.cooperative()
    offering, other = await world.offering(seller), await world.offering(seller)
    first = await world.client.get(f"{PLACE}/{offering}")
    second = await world.client.get(f"{PLACE}/{other}")
    assert first.headers["etag"] != second.headers["etag"]
    seen = await seller.member("GET", f"/v1/offerings/{offering}")
    change = {"title": "Heg snoeien"}
    await seller.member("PATCH", f"/v1/offerings/{offering}", change, headers={"If-Match": f'"{seen["version"]}"'})
    changed = await world.client.get(f"{PLACE}/{offering}", headers={"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, changed.json()["title"]) == (200, "Heg snoeien")
    assert changed.headers["etag"] not in (first.headers["etag"], second.headers["etag"])


@pytest.mark.parametrize("path", [f"{PLACE}/00000000-0000-0000-0000-000000000000", f"{PLACE}?limit=0"])
async def test_a_refusal_is_nobody_elses_and_has_no_tag(world: World, path: str) -> None:
    answer: httpx.Response = await world.client.get(path, headers={"If-None-Match": "*"})
    assert answer.status_code in (400, 404)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert "trace-id" in answer.headers
