"""Nothing that clients of the last release rely on goes away unsaid: the CHANGELOG names it under `### Breaking`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.outside.conftest import ROOT, Tool

RELEASED = ROOT / "openapi" / "released"
Node = dict[str, Any]
SHOWN = ("/events", "/orders", "/orders/{order_id}")


def announced(changelog: str) -> set[str]:
    """The exact names, in backticks, of what the coming release breaks."""
    coming = changelog.partition("## [Unreleased]")[2].partition("\n## [")[0]
    breaking = coming.partition("### Breaking")[2].partition("\n### ")[0]
    return {" ".join(name.split()) for name in re.findall(r"`([^`]+)`", breaking)}


async def breaks(bench: Path, tool: Tool, before: Path, after: Path) -> dict[str, str]:
    """Each break by its name, with a description."""
    found: dict[str, str] = json.loads(await tool("node", bench / "breaking.mjs", before, after))
    return found


def unsaid(found: dict[str, str], changelog: str) -> dict[str, str]:
    said = announced(changelog)
    return {name: text for name, text in found.items() if name not in said}


def saying(*names: str) -> str:
    """A CHANGELOG that announces these; what else is named in it announces nothing."""
    lines = "".join(f"- Something leaves: `{name}`.\n" for name in names)
    return f"## [Unreleased]\n\n### Breaking\n{lines}\n### Added\n- `a`\n\n## [0.1.0]\n\n### Breaking\n- `b`\n"


@pytest.mark.parametrize("contract", ["openapi.json", "schema.graphql"])
async def test_no_client_breaks_unsaid(bench: Path, tool: Tool, contract: str) -> None:
    found = await breaks(bench, tool, RELEASED / contract, ROOT / "openapi" / contract)
    assert unsaid(found, (ROOT / "CHANGELOG.md").read_text()) == {}


def operation_gone(document: Node) -> None:
    del document["paths"]["/events"]


def field_gone(document: Node) -> None:
    document["components"]["schemas"]["OrderOut"]["properties"].pop("reference")


def needed(document: Node) -> None:
    document["components"]["schemas"]["OrderIn"]["required"].append("note")


def new_and_needed(document: Node) -> None:
    document["components"]["schemas"]["OrderIn"]["properties"]["fresh"] = {"type": "string"}
    document["components"]["schemas"]["OrderIn"]["required"].append("fresh")


def parameter(document: Node) -> None:
    schema = {"name": "must", "in": "query", "required": True, "schema": {"type": "string"}}
    document["paths"]["/orders"]["get"]["parameters"].append(schema)


def retyped(document: Node) -> None:
    document["components"]["schemas"]["OrderOut"]["properties"]["note"] = {"type": "integer"}


def narrowed(document: Node) -> None:
    document["components"]["schemas"]["OrderState"]["enum"].remove("delivered")


def moved(document: Node) -> None:
    document["servers"] = [{"url": "/v2"}]


def added(document: Node) -> None:
    document["components"]["schemas"]["OrderOut"]["properties"]["fresh"] = {"type": "string"}
    document["components"]["schemas"]["OrderIn"]["properties"]["fresh"] = {"type": "string"}
    document["servers"].append({"url": "/v2"})


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (operation_gone, ["GET /events remove"]),
        (
            field_gone,
            ["GET /orders remove 200.items[].reference", "GET /orders/{order_id} remove 200.reference"],
        ),
        (needed, ["POST /orders add requestBody.required.note"]),
        (new_and_needed, ["POST /orders add requestBody.fresh", "POST /orders add requestBody.required.fresh"]),
        (parameter, ["GET /orders add parameters.must"]),
        (
            retyped,
            ["GET /orders replace 200.items[].note.type", "GET /orders/{order_id} replace 200.note.type"],
        ),
        (narrowed, ["GET /orders remove parameters.state.schema.anyOf.0.allOf.0.enum.delivered"]),
        (moved, ["servers remove /v1"]),
        (added, []),
    ],
)
async def test_a_break_of_rest_is_said_by_its_own_name_only(
    bench: Path, tool: Tool, tmp_path: Path, change: Callable[[Node], None], names: list[str]
) -> None:
    document = json.loads((RELEASED / "openapi.json").read_text())
    document["paths"] = {path: document["paths"][path] for path in SHOWN}
    (tmp_path / "before.json").write_text(json.dumps(document))
    change(document)
    (tmp_path / "after.json").write_text(json.dumps(document))
    found = await breaks(bench, tool, tmp_path / "before.json", tmp_path / "after.json")
    assert sorted(found) == names
    assert_said_exactly(found)


def assert_said_exactly(found: dict[str, str]) -> None:
    """Every name counts for itself: neither a part of it, nor a longer one, nor that of a neighbour will do."""
    assert unsaid(found, saying(*found)) == {}
    assert unsaid(found, saying()) == found
    for name, text in found.items():
        others = [other for other in found if other != name]
        near = [name[:-1], f"{name}s", name.partition(" ")[2], name.rpartition(" ")[0]]
        assert unsaid(found, saying(*others, *near)) == {name: text}


def test_only_the_breaks_of_the_coming_release_are_announced() -> None:
    assert announced(saying("GET /x remove", "wrapped\n  name")) == {"GET /x remove", "wrapped name"}


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("  reference: String!\n", "", "FIELD_REMOVED GuestOrder.reference"),
        ("  reference: String!\n", "  reference: Int!\n", "FIELD_TYPE_CHANGED GuestOrder.reference"),
        ("  order(id: UUID!)", "  order(id: UUID!, must: Int!)", "FIELD_ARGUMENT_ADDED Query.order.must"),
        ("input OrderLineInput {", "input OrderLineInput {\n  must: Int!", "INPUT_FIELD_ADDED OrderLineInput.must"),
        ("  PLACED\n", "", "ENUM_VALUE_REMOVED OrderState.PLACED"),
        ("type Query {", "type Extra { a: Int }\ntype Query {", None),
    ],
)
async def test_a_break_of_graphql_is_said_by_its_own_name_only(
    bench: Path, tool: Tool, tmp_path: Path, old: str, new: str, name: str | None
) -> None:
    text = (RELEASED / "schema.graphql").read_text()
    assert old in text
    (tmp_path / "schema.graphql").write_text(text.replace(old, new, 1))
    found = await breaks(bench, tool, RELEASED / "schema.graphql", tmp_path / "schema.graphql")
    assert list(found) == ([] if name is None else [name])
    assert_said_exactly(found)
