"""The server's own pages: its entry, its contracts, and the meaning of its errors."""

import json
import re
from pathlib import Path

import httpx
import pytest

from app.api.docs import LINKS
from app.api.problem_types import statuses
from app.reference import contracts
from app.settings import Settings
from tests.faces.test_prefix import WRITTEN, below, placed
from tests.live import in_production
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
__all__ = ["below", "placed"]
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "json"),
        ("*/*", "json"),
        (BROWSER, "html"),
        ("application/json", "json"),
        ("image/png", "json"),
        ("text/*;q=0.5, application/json;q=0.4", "html"),
        ("text/html;q=0.1, */*", "json"),
        ("text/html", "html"),
        ("text/html;q=0, */*", "json"),
        ("*/*;q=0.1, text/html;q=x", "json"),
        (";;,", "json"),
        ("", "json"),
    ],
)
async def test_the_first_page_says_what_this_is(world: World, accept: str | None, kind: str) -> None:
    sent = {} if accept is None else {"Accept": accept}
    world.client.headers.pop("accept", None)
    answer = await world.client.get("/", headers=sent)
    assert (answer.status_code, answer.headers["vary"]) == (200, "Accept")
    assert kind in answer.headers["content-type"]
    for path, _ in LINKS.values():
        assert f'"{path}"' in answer.text
    if kind == "json":
        assert (answer.json()["name"], answer.json()["version"]) == ("Samen", answer.headers["api-version"])


async def test_what_the_first_page_names_is_there(world: World) -> None:
    for name, (path, _) in LINKS.items():
        answer = await world.client.get(path)
        assert answer.status_code == 200, name
        assert (await world.client.head(path)).status_code == 200


async def test_the_contracts_are_served_as_the_project_has_them(world: World) -> None:
    real = contracts()
    assert (await world.client.get("/graphql/schema.graphql")).text == real["schema.graphql"]
    assert (await world.client.get("/asyncapi.json")).json() == json.loads(real["asyncapi.json"])


async def test_in_production_the_schema_takes_a_token_as_introspection_does(
    world: World, settings: Settings, database_url: str
) -> None:
    """The contracts of REST and of the events stay public."""
    token = (await world.app()).token
    async with in_production(settings, database_url) as client:
        visitor = await client.get("/graphql/schema.graphql")
        introspection = await client.post("/graphql", json={"query": "{ __schema { queryType { name } } }"})
        app = await client.get("/graphql/schema.graphql", headers={"Authorization": f"Bearer {token}"})
        bad = await client.get("/graphql/schema.graphql", headers={"Authorization": "Bearer x"})
        open_ones = [await client.get(path) for path in ("/", "/asyncapi.json", "/v1/openapi.json", "/docs/errors")]
    assert (visitor.status_code, visitor.json()["code"]) == (401, "unauthenticated")
    assert "errors" in introspection.json()
    assert (app.status_code, app.text.startswith('"""')) == (200, contracts()["schema.graphql"].startswith('"""'))
    assert (bad.status_code, bad.json()["code"]) == (401, "token_refused")
    assert {answer.status_code for answer in open_ones} == {200}


def codes_of_faces() -> set[str]:
    """The codes of errors raised by REST and the transport, read from their code."""
    files = [file for room in ("api", "transport") for file in (ROOT / "app" / room).glob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    written = r'(?:FaceError|refused|refuse|problem)\((?:request, )?(?:error.status_code, )?(?:\d{3}, )?"(\w+)"'
    return {code for text in texts for code in re.findall(written, text)}


async def test_every_code_has_a_page_for_people_and_one_for_programs(world: World) -> None:
    """From the same texts as docs/errors.md."""
    listed = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.M)
    assert {code: int(status) for status, code in listed} == statuses()
    assert len(codes_of_faces()) > 5
    assert codes_of_faces() <= set(statuses())
    index = await world.client.get("/docs/errors", headers={"Accept": BROWSER})
    for code, status in statuses().items():
        path = f"/docs/errors/{code}"
        assert f'href="{path}"' in index.text
        page = await world.client.get(path, headers={"Accept-Language": "en"})
        told = (await world.client.get(path, headers={"Accept": "application/json", "Accept-Language": "en"})).json()
        dutch = (await world.client.get(path, headers={"Accept": "application/json"})).json()
        assert page.headers["content-type"].startswith("text/html")
        assert '<html lang="en">' in page.text
        assert (told["type"], told["code"], told["status"]) == (path, code, status)
        assert told["detail"] != dutch["detail"]
    rule = (await world.client.get("/docs/errors/rule_refused", headers={"Accept": "application/json"})).json()
    assert "amount_needed" in rule["cases"]


async def test_the_type_of_a_refusal_leads_to_its_page(world: World) -> None:
    seller = await world.cooperative()
    for who, path, status in (
        (world.visitor, "/v1/me", 401),
        (seller.member, "/v1/orders?limit=0", 400),
        (seller.member, f"/v1/orders/{seller.id}", 404),
        (seller.member, "/v1/nothing", 404),
    ):
        problem = await who("GET", path, status=status)
        page = await world.client.get(problem["type"])
        assert (page.status_code, problem["code"] in page.text) == (200, True), problem
    for unknown in ("nothing", "sold_out/", "SOLD_OUT", "<b>", "bad_request_http"):
        missing = await world.client.get(f"/docs/errors/{unknown}")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found"), unknown


async def test_below_a_path_all_of_it_leads_there(below: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{below}{WRITTEN}") as client:
        for path in ("", "/"):
            links = (await client.get(path)).json()
            assert links["openapi"] == f"{WRITTEN}/v1/openapi.json"
        problem = (await client.get("/v1/me")).json()
        assert problem["type"] == f"{WRITTEN}/docs/errors/unauthenticated"
        index = await client.get("/docs/errors")
        assert f'href="{WRITTEN}/docs/errors/sold_out"' in index.text
    async with httpx.AsyncClient(base_url=f"http://{below}") as client:
        assert (await client.get(problem["type"])).status_code == 200


@pytest.mark.parametrize(("language", "other"), [("nl", ">English<"), ("en", ">Nederlands<")])
async def test_a_page_names_other_languages_by_their_own_names(world: World, language: str, other: str) -> None:
    headers = {"Accept": BROWSER, "Accept-Language": language}
    answer = await world.client.get(f"/v1/order-status/{'x' * 43}", headers=headers)
    assert "text/html" in answer.headers["content-type"]
    assert other in answer.text
