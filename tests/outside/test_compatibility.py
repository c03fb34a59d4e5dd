"""Everything that clients of the last release rely on still works, or the CHANGELOG names the break under `###
Breaking`.
"""

import copy
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.outside.conftest import ROOT, ran

RELEASED = ROOT / "openapi" / "released"
Node = dict[str, Any]
SHOWN = ("/events", "/orders", "/orders/{order_id}")


def announced(changelog: str) -> set[str]:
    """The exact names, in backticks, of the breaks in the coming release."""
    coming = changelog.partition("## [Unreleased]")[2].partition("\n## [")[0]
    breaking = coming.partition("### Breaking")[2].partition("\n### ")[0]
    return {" ".join(name.split()) for name in re.findall(r"`([^`]+)`", breaking)}


async def breaks(bench: Path, *pairs: tuple[Path, Path]) -> list[dict[str, str]]:
    """For each pair of an old and a new contract: the name of each break, with a description."""
    files = [str(file) for pair in pairs for file in pair]
    found: list[dict[str, str]] = json.loads(await ran(["node", str(bench / "breaking.mjs"), *files], ROOT))
    return found


def unsaid(found: dict[str, str], changelog: str) -> dict[str, str]:
    """The breaks without an announcement; a name may be a pattern, such as `FIELD_ARGUMENT_REMOVED Mutation.*`."""
    said = announced(changelog)
    patterns = [name for name in said if "*" in name]
    unnamed = {name: text for name, text in found.items() if name not in said}
    return {name: text for name, text in unnamed.items() if not any(fnmatchcase(name, one) for one in patterns)}


def saying(*names: str) -> str:
    """A CHANGELOG that announces these breaks; other names in it announce nothing."""
    lines = "".join(f"- Something leaves: `{name}`.\n" for name in names)
    return f"## [Unreleased]\n\n### Breaking\n{lines}\n### Added\n- `a`\n\n## [0.1.0]\n\n### Breaking\n- `b`\n"


@pytest.mark.parametrize("contract", ["openapi.json", "schema.graphql"])
async def test_no_client_breaks_unsaid(bench: Path, contract: str) -> None:
    (found,) = await breaks(bench, (RELEASED / contract, ROOT / "openapi" / contract))
    assert unsaid(found, (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")) == {}


def operation_gone(document: Node) -> None:
    del document["paths"]["/events"]


def field_gone(document: Node) -> None:
    document["components"]["schemas"]["Order"]["properties"].pop("reference")


def needed(document: Node) -> None:
    document["components"]["schemas"]["PlaceOrder"]["required"].append("note")


def new_and_needed(document: Node) -> None:
    document["components"]["schemas"]["PlaceOrder"]["properties"]["fresh"] = {"type": "string"}
    document["components"]["schemas"]["PlaceOrder"]["required"].append("fresh")


def parameter(document: Node) -> None:
    schema = {"name": "must", "in": "query", "required": True, "schema": {"type": "string"}}
    document["paths"]["/orders"]["get"]["parameters"].append(schema)


def retyped(document: Node) -> None:
    document["components"]["schemas"]["Order"]["properties"]["note"] = {"type": "integer"}


def narrowed(document: Node) -> None:
    document["components"]["schemas"]["OrderState"]["enum"].remove("delivered")


def moved(document: Node) -> None:
    document["servers"] = [{"url": "/v2"}]


def added(document: Node) -> None:
    document["components"]["schemas"]["Order"]["properties"]["fresh"] = {"type": "string"}
    document["components"]["schemas"]["PlaceOrder"]["properties"]["fresh"] = {"type": "string"}
    document["servers"].append({"url": "/v2"})


REST: list[tuple[Callable[[Node], None], list[str]]] = [
    (operation_gone, ["GET /events remove"]),
    (
        field_gone,
        [
            "GET /orders remove 200.items[].reference",
            "GET /orders/{order_id} remove 200.reference",
            "POST /orders remove 201.order.reference",
        ],
    ),
    (needed, ["POST /orders add requestBody.required.note"]),
    (new_and_needed, ["POST /orders add requestBody.fresh", "POST /orders add requestBody.required.fresh"]),
    (parameter, ["GET /orders add parameters.must"]),
    (
        retyped,
        [
            "GET /orders replace 200.items[].note.type",
            "GET /orders/{order_id} replace 200.note.type",
            "POST /orders replace 201.order.note.type",
        ],
    ),
    (narrowed, ["GET /orders remove parameters.state.schema.anyOf.0.allOf.0.enum.delivered"]),
    (moved, ["servers remove /v1"]),
    (added, []),
]
"""A change of the contract, and the names of what it breaks."""


@pytest.fixture(scope="module")
async def rest(bench: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The breaks of each change, found by one run of the tool."""
    folder = tmp_path_factory.mktemp("rest")
    document = json.loads((RELEASED / "openapi.json").read_text(encoding="utf-8"))
    document["paths"] = {path: document["paths"][path] for path in SHOWN}
    (folder / "before.json").write_text(json.dumps(document), encoding="utf-8")
    for change, _ in REST:
        changed = copy.deepcopy(document)
        change(changed)
        (folder / f"{change.__name__}.json").write_text(json.dumps(changed), encoding="utf-8")
    names = [change.__name__ for change, _ in REST]
    found = await breaks(bench, *((folder / "before.json", folder / f"{name}.json") for name in names))
    return dict(zip(names, found, strict=True))


@pytest.mark.parametrize(("change", "names"), REST)
async def test_a_break_of_rest_is_said_by_its_own_name_only(
    rest: dict[str, dict[str, str]], change: Callable[[Node], None], names: list[str]
) -> None:
    found = rest[change.__name__]
    assert sorted(found) == names
    assert_said_exactly(found)


def assert_said_exactly(found: dict[str, str]) -> None:
    """Only the exact name counts: no part of it, no longer one, no neighbour's."""
    assert unsaid(found, saying(*found)) == {}
    assert unsaid(found, saying()) == found
    for name, text in found.items():
        others = [other for other in found if other != name]
        near = [name[:-1], f"{name}s", name.partition(" ")[2], name.rpartition(" ")[0]]
        assert unsaid(found, saying(*others, *near)) == {name: text}


def test_only_the_breaks_of_the_coming_release_are_announced() -> None:
    assert announced(saying("GET /x remove", "wrapped\n  name")) == {"GET /x remove", "wrapped name"}


def test_a_pattern_announces_what_it_matches_and_nothing_else() -> None:
    found = {"FIELD_REMOVED A.b": "", "FIELD_REMOVED AB.c": "", "TYPE_REMOVED A": ""}
    assert unsaid(found, saying("FIELD_REMOVED A.*")) == {"FIELD_REMOVED AB.c": "", "TYPE_REMOVED A": ""}


def described(document: Node) -> None:
    schemas = document["components"]["schemas"]
    schemas["Order"]["properties"]["gross"] |= {"description": "With VAT."}
    schemas["Order"]["properties"]["state"] |= {"description": "How far it is."}


def header_in_capitals(document: Node) -> None:
    for parameter in document["paths"]["/orders"]["post"]["parameters"]:
        if parameter["in"] == "header":
            parameter["name"] = parameter["name"].upper()


def null_comes_first(document: Node) -> None:
    for schema in document["components"]["schemas"].values():
        for stated in schema.get("properties", {}).values():
            stated.get("anyOf", []).reverse()


def listed_in_an_answer(document: Node) -> None:
    document["components"]["schemas"]["OrderTransition"]["properties"]["verb"]["enum"] = ["accept", "refuse"]


HARMLESS = (described, header_in_capitals, null_comes_first, listed_in_an_answer)
REST += [(change, []) for change in HARMLESS]

CALLED = '  """What people call the order by."""\n  reference: String!\n'
GRAPHQL = [
    (CALLED, "", "FIELD_REMOVED GuestOrder.reference"),
    (CALLED, CALLED.replace("String!", "Int!"), "FIELD_TYPE_CHANGED GuestOrder.reference"),
    ("  order(\n", "  order(\n    must: Int!\n", "FIELD_ARGUMENT_ADDED Query.order.must"),
    ("input OrderLineInput {", "input OrderLineInput {\n  must: Int!", "INPUT_FIELD_ADDED OrderLineInput.must"),
    ("  PLACED\n", "", "ENUM_VALUE_REMOVED OrderState.PLACED"),
    ("type Query {", "type Extra { a: Int }\ntype Query {", None),
]
"""The text in the schema, its replacement, and the name of the break."""


@pytest.fixture(scope="module")
async def graphql(bench: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The breaks of each change, found by one run of the tool."""
    folder, before = tmp_path_factory.mktemp("graphql"), RELEASED / "schema.graphql"
    for number, (old, new, _) in enumerate(GRAPHQL):
        assert old in before.read_text(encoding="utf-8")
        (folder / f"{number}.graphql").write_text(
            before.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8"
        )
    return await breaks(bench, *((before, folder / f"{number}.graphql") for number in range(len(GRAPHQL))))


@pytest.mark.parametrize("number", range(len(GRAPHQL)), ids=lambda number: GRAPHQL[number][2])
def test_a_break_of_graphql_is_said_by_its_own_name_only(graphql: list[dict[str, str]], number: int) -> None:
    found, (*_, name) = graphql[number], GRAPHQL[number]
    assert list(found) == ([] if name is None else [name])
    assert_said_exactly(found)
