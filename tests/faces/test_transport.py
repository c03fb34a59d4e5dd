"""What a browser and a proxy see of every answer, by the transport rules of the Dutch API Design Rules."""

import httpx
import pytest

from tests.world import World

PAGES = ("/v1/cooperatives", "/v1/orders", "/v1/nothing", "/v1/openapi.json", "/docs", "/graphql")


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_security_headers(world: World, address: str, path: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.get(path)
    headers = answer.headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "cache-control" in headers
    assert headers["api-version"].count(".") == 2
    assert "strict-transport-security" not in headers  # over plain HTTP it means nothing


async def test_behind_a_proxy_that_ends_tls_browsers_are_told_to_stay_there(world: World, address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        answer = await client.get("/v1/cooperatives", headers={"X-Forwarded-Proto": "https"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_links_stay_on_the_address_that_was_asked(world: World, address: str) -> None:
    """Next pages are relative: whatever the proxy is called, they lead back through it."""
    await world.cooperative()
    await world.cooperative()
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.example.org", "Host": "api.example.org"}
        answer = await client.get("/v1/cooperatives?limit=1", headers=proxied)
    assert answer.headers["link"].startswith("</v1/cooperatives?limit=1&after=")


async def test_a_page_of_any_origin_may_ask_with_a_token(world: World, address: str) -> None:
    origin = {"Origin": "https://winkel.example"}
    wanted = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        preflight = await client.options("/v1/orders", headers=origin | wanted)
        answer = await client.get("/v1/cooperatives", headers=origin)
    assert preflight.status_code == 200
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "if-match" in preflight.headers["access-control-allow-headers"].lower()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "etag" in answer.headers["access-control-expose-headers"].lower()


async def test_the_contract_is_read_without_a_login(world: World, address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        found = await client.get("/v1/openapi.json", headers={"Origin": "https://winkel.example"})
    assert found.status_code == 200
    assert found.json()["openapi"].startswith("3.1")
    assert found.headers["access-control-allow-origin"] == "*"


async def test_a_page_of_another_origin_reads_refusals_too(world: World, address: str) -> None:
    """Also those that no operation ever saw: too large a body, a speed that is too high."""
    origin = {"Origin": "https://winkel.example", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        large = await client.post("/v1/orders", content=b" " * 100_001, headers=origin)
        nothing = await client.get("/v1/nothing", headers=origin)
    for refused, status in ((large, 413), (nothing, 404)):
        assert refused.status_code == status
        assert refused.headers["access-control-allow-origin"] == "*"
        assert "retry-after" in refused.headers["access-control-expose-headers"].lower()
