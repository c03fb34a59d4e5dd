"""Nothing that clients of the last release rely on goes away unsaid: the CHANGELOG names it under `### Breaking`."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.outside.conftest import CHECKS, ROOT, Tool

RELEASED = ROOT / "openapi" / "released"
Node = dict[str, Any]


def announced() -> str:
    """What the CHANGELOG says of the coming release's breaks."""
    coming = (ROOT / "CHANGELOG.md").read_text().partition("## [Unreleased]")[2].partition("\n## [")[0]
    return coming.partition("### Breaking")[2].partition("\n### ")[0]


async def rest_breaks(tool: Tool, before: Path, after: Path) -> list[str]:
    """Each break as `METHOD /path: text`."""
    printed = await tool("node", CHECKS / "breaking.mjs", before, after)
    found: list[str] = json.loads(printed)
    return found


async def graphql_breaks(tool: Tool, before: Path, after: Path) -> list[str]:
    """Each break as text."""
    printed = await tool("sh", "-c", f"{CHECKS}/node_modules/.bin/graphql-inspector diff {before} {after} || true")
    lines = [line.partition("✖")[2].strip() for line in printed.splitlines() if "✖" in line]
    assert "No changes" in printed or "Detected the following changes" in printed, printed
    return lines


async def test_no_rest_client_breaks_unsaid(bench: Path, tool: Tool) -> None:
    found = await rest_breaks(tool, RELEASED / "openapi.json", ROOT / "openapi" / "openapi.json")
    assert [text for text in found if text.partition(":")[0] not in announced()] == []


async def test_no_graphql_client_breaks_unsaid(bench: Path, tool: Tool) -> None:
    found = await graphql_breaks(tool, RELEASED / "schema.graphql", ROOT / "openapi" / "schema.graphql")
    assert [text for text in found if text not in announced()] == []


def gone(document: Node) -> None:
    del document["paths"]["/events"]


def field_gone(document: Node) -> None:
    document["components"]["schemas"]["OrderOut"]["properties"].pop("reference")


def needed(document: Node) -> None:
    document["components"]["schemas"]["OrderIn"]["required"].append("note")


def parameter(document: Node) -> None:
    schema = {"name": "must", "in": "query", "required": True, "schema": {"type": "string"}}
    document["paths"]["/orders"]["get"]["parameters"].append(schema)


def retyped(document: Node) -> None:
    document["components"]["schemas"]["OrderOut"]["properties"]["note"] = {"type": "integer"}


def added(document: Node) -> None:
    document["components"]["schemas"]["OrderOut"]["properties"]["fresh"] = {"type": "string"}
    document["components"]["schemas"]["OrderIn"]["properties"]["fresh"] = {"type": "string"}


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (gone, "GET /events"),
        (field_gone, "GET /orders/{order_id}"),
        (needed, "POST /orders"),
        (parameter, "GET /orders"),
        (retyped, "GET /orders/{order_id}"),
        (added, None),
    ],
)
async def test_a_planted_break_is_found(
    bench: Path, tool: Tool, tmp_path: Path, change: Any, where: str | None
) -> None:
    released = RELEASED / "openapi.json"
    document = json.loads(released.read_text())
    change(document)
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    found = await rest_breaks(tool, released, tmp_path / "openapi.json")
    assert (found == []) if where is None else any(text.startswith(f"{where}:") for text in found)


@pytest.mark.parametrize(
    ("old", "new", "breaks"), [("  reference: String!\n", "", True), ("", "type Extra { a: Int }", False)]
)
async def test_a_planted_break_of_graphql_is_found(
    bench: Path, tool: Tool, tmp_path: Path, old: str, new: str, breaks: bool
) -> None:
    text = (RELEASED / "schema.graphql").read_text()
    assert old in text
    (tmp_path / "schema.graphql").write_text(text.replace(old, new, 1) if old else text + new)
    found = await graphql_breaks(tool, RELEASED / "schema.graphql", tmp_path / "schema.graphql")
    assert bool(found) == breaks
