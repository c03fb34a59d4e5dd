"""HTTP as other software expects it (RFC 9110), in every operation."""

import gzip

import httpx
import pytest

from app.adapters.messages import language_of
from tests.faces.test_shared_answers import PLACE
from tests.world import Caller, World

PAGES = (
    "/v1/cooperatives",
    "/v1/me",
    "/v1/orders",
    PLACE,
    "/v1/nothing",
    "/v1/openapi.json",
    "/docs",
    "/graphql",
    "/healthz",
    "/readyz",
    "/static/swagger/start.js",
    "/.well-known/jwks.json",
    "/.well-known/security.txt",
    "/v1/legal-limits",
)


def bearer(caller: Caller) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.token}", "Accept-Language": "en"}


async def test_head_says_what_get_says_without_the_body(world: World, address: str) -> None:
    """Also for refusals, streams and files; on a real connection, which the next request uses again."""
    seller = await world.cooperative()
    paths = (*PAGES, f"/v1/cooperatives/{seller.id}", f"/v1/cooperatives/{seller.id}/journal-export")
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=bearer(seller.treasurer)) as client:
        for path in paths:
            got, head = await client.get(path), await client.head(path)
            assert (head.status_code, head.content) == (got.status_code, b""), path
            changing = {"date", "ratelimit", "trace-id", "transfer-encoding", "last-modified"}
            if got.is_error or path == "/v1/me":
                # The body contains the trace id.
                changing.add("content-length")
            names = (set(got.headers) | set(head.headers)) - changing
            assert {n: head.headers.get(n) for n in names} == {n: got.headers.get(n) for n in names}, path
        assert (await client.head("/v1/recomputations")).status_code == 405


async def test_a_method_that_is_not_there_is_told_which_are(world: World) -> None:
    seller = await world.cooperative()
    for method, path, allow in (
        ("DELETE", "/v1/orders", "GET, HEAD, POST"),
        ("POST", f"/v1/cooperatives/{seller.id}", "GET, HEAD, PATCH"),
        ("GET", "/v1/recomputations", "POST"),
        ("POST", "/docs", "GET, HEAD"),
        ("PUT", "/healthz", "GET, HEAD"),
        ("PUT", "/v1/me/", None),
    ):
        answer = await world.client.request(method, path)
        assert (answer.status_code, answer.headers.get("allow")) == (405 if allow else 404, allow), path
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (None, "nl"),
        ("", "nl"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("de", "nl"),
        ("*", "nl"),
        ("de, en;q=0.1", "en"),
        ("en;q=0.1, nl", "nl"),
        ("nl;q=0.1, en;q=0.9", "en"),
        ("en, nl", "en"),
        ("nl, en", "nl"),
        ("en ; q=1", "en"),
        ("nl;q=0, *", "en"),
        ("*;q=0.5, en;q=0.1", "nl"),
        ("*, nl;q=0.1", "en"),
        ("en;q=0", "nl"),
        ("nl;q=0", "nl"),
        ("en-US;q=0.3, en;q=0.9, nl;q=0.5", "en"),
        ("enx, nlx", "nl"),
        ("en;q=x, ;;, ,", "nl"),
        ("en;q=0.000", "nl"),
    ],
)
async def test_the_language_is_the_one_that_is_wanted_most(world: World, wanted: str | None, language: str) -> None:
    assert language_of(wanted) == language
    sent = {} if wanted is None else {"Accept-Language": wanted}
    refused = await world.client.get("/v1/nothing", headers=sent)
    assert refused.headers["content-language"] == language
    assert ("adres" in refused.json()["detail"]) == (language == "nl")


async def test_an_answer_names_its_language_and_that_it_varies(world: World) -> None:
    """Also for refusals; an answer without texts of ours names no language."""
    seller = await world.cooperative()
    for path, status in (("/v1/me", 200), ("/v1/legal-limits", 200), ("/v1/orders/x", 400), ("/v1/x", 404)):
        answer = await world.client.get(path, headers=bearer(seller.coordinator))
        assert (answer.status_code, answer.headers["content-language"]) == (status, "en"), path
        assert answer.headers.get_list("vary", split_commas=True) == ["Accept-Language"]
    graphql = await world.client.post("/graphql", json={"query": "{ nothing }"}, headers=bearer(seller.member))
    assert (graphql.headers["content-language"], graphql.headers["vary"]) == ("en", "Accept-Language")
    catalogue = await world.client.get(PLACE, headers=bearer(seller.member))
    assert ("content-language" in catalogue.headers, catalogue.headers["vary"]) == (False, "Accept-Encoding")


async def test_the_lines_of_a_header_are_one_list(world: World) -> None:
    lines = [("Accept-Language", "nl;q=0.1"), ("Accept-Language", "en")]
    assert (await world.client.get("/v1/nothing", headers=lines)).headers["content-language"] == "en"


async def test_an_empty_parameter_of_a_query_is_left_out(world: World) -> None:
    """A browser form sends every field; so in each read, whatever the type of the parameter."""
    seller = await world.cooperative()
    offering = await world.offering(seller)
    order = await world.order(await world.app(), offering)
    place = f"{PLACE}?text=&category=&town=&cooperative={seller.slug}&minPrice=&limit=1&after="
    page = await world.client.get(place)
    assert [one["id"] for one in page.json()["items"]] == [offering]
    for path in (
        f"/v1/orders?state=&cooperativeId={seller.id}&after=",
        f"/v1/orders?cooperativeId={seller.id}&state",
        f"/v1/orders?state=placed&&cooperativeId={seller.id}&limit=",
    ):
        found = await seller.coordinator("GET", path)
        assert [one["id"] for one in found["items"]] == [order["id"]], path
    parameters = {
        path: [one["name"] for one in operations["get"].get("parameters", ()) if one["in"] == "query"]
        for path, operations in (await world.visitor("GET", "/v1/openapi.json"))["paths"].items()
        if "get" in operations
    }
    ids = {"cooperative_id": seller.id, "member_id": seller.member_id, "order_id": order["id"]}
    asked = 0
    for path, names in parameters.items():
        if names and all(name in ids for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]):
            empty = "&".join(f"{name}=" for name in names)
            bare, given = [
                await world.client.get(f"/v1{path.format(**ids)}{query}", headers=bearer(seller.coordinator))
                for query in ("", f"?{empty}")
            ]
            assert bare.status_code == given.status_code, path
            asked += 1
    assert asked > 20


async def test_a_body_that_nobody_can_read_is_refused_by_a_reason(world: World) -> None:
    """Compressed, in another encoding than UTF-8, or nested too deep."""
    app = await world.app()
    headers = bearer(app) | {"Content-Type": "application/json", "Idempotency-Key": "a"}
    packed = await world.client.post(
        "/v1/orders", content=gzip.compress(b"{}"), headers=headers | {"Content-Encoding": "gzip"}
    )
    assert (packed.status_code, packed.json()["code"]) == (415, "unsupported_media_type")
    assert ("Content-Encoding" in packed.json()["detail"], packed.headers["accept-encoding"]) == (True, "identity")
    for body in (b'{"note": "caf\xe9"}', b"[" * 40_000 + b"]" * 40_000, b"{"):
        answer = await world.client.post("/v1/orders", content=body, headers=headers | {"Content-Encoding": "identity"})
        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "bad_request"), body[:20]
        assert [one["field"] for one in told["errors"]] == ["body"], body[:20]
