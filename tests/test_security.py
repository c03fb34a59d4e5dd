"""Every row of docs/security.md names existing tests; and the rows that are checked on the project itself."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from app.api.contract import METHODS
from checks.floors import raised

ROOT = Path(__file__).parent.parent
FLOORS = {
    "python-jose": "3.5",
    "strawberry-graphql": "0.315.7",
    "cryptography": "46",
    "python-multipart": "0.0.27",
    "starlette": "0.49.1",
    "h11": "0.16",
}
"""Older versions have known vulnerabilities."""
LOGIN = "/oauth/token"
"""OAuth tells a server to ignore unknown parameters (RFC 6749, 3.2)."""
IN_ADDRESSES = {
    "amount",
    "percent",
    "kind",
    "number",
    "invoiceNumber",
    "year",
    "since",
    "until",
    "fromNow",
    "text",
    "category",
    "town",
    "cooperative",
    "minPrice",
    "maxPrice",
    "limit",
    "after",
    "movements",
    "types",
    "format",
    "axis",
    "rule",
    "updatedSince",
    "asOf",
    "month",
    "state",
    "outcome",
    "received",
    "done",
    "dryRun",
    "source",
    "external_id",
    "sourceId",
    "token",
    "payment",
    "reference",
    "externalReference",
    "buyer",
    "buyerType",
    "name",
    "iban",
    "creditorKind",
}
"""Path and query values besides ids, which reveal nothing: search words, pages and periods, states, numbers of orders,
an offering's number in a partner's shop, names of suppliers and files, the cooperative's own account, and the guest's
link, which is made to be shared and shows no name. A `buyer` whom staff search for is the exception; whoever keeps it
out of the logs of proxies asks GraphQL, by POST.
"""


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    """The contract, operation by operation."""
    for path, item in json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))["paths"].items():
        for method in METHODS:
            if method in item:
                yield f"{method} {path}", item[method]


def objects(node: Any, schemas: dict[str, Any], seen: set[str]) -> Iterator[dict[str, Any]]:
    """Every object with fields inside a schema."""
    if isinstance(node, list):
        for one in node:
            yield from objects(one, schemas, seen)
    elif isinstance(node, dict) and "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[1]
        if name not in seen:
            seen.add(name)
            yield from objects(schemas[name], schemas, seen)
    elif isinstance(node, dict):
        if "properties" in node:
            yield node
        yield from objects(list(node.values()), schemas, seen)


def test_no_body_takes_more_than_its_contract_names() -> None:
    schemas = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))["components"]["schemas"]
    bodies = {name: one["requestBody"] for name, one in operations() if "requestBody" in one and LOGIN not in name}
    open_ended = {
        name: found.get("title")
        for name, body in bodies.items()
        for found in objects(body, schemas, set())
        if found.get("additionalProperties") is not False
    }
    assert (open_ended, len(bodies) > 60) == ({}, True)


def test_nothing_classified_is_part_of_an_address() -> None:
    """URLs end up in histories, and in the logs of proxies."""
    named = [(one, name) for name, operation in operations() for one in operation.get("parameters", ())]
    telling = {
        (name, one["name"])
        for one, name in named
        if one["in"] in ("path", "query") and one["name"] not in IN_ADDRESSES and not _is_id(one["schema"])
    }
    assert (telling, len(named) > 100) == (set(), True)


def _is_id(schema: dict[str, Any]) -> bool:
    return all(kind.get("format") == "uuid" for kind in schema.get("anyOf", [schema]) if kind.get("type") != "null")


def test_nothing_is_older_than_what_is_known_to_be_safe() -> None:
    """Neither the locked versions, nor those of an installation without the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {one.name: one.specifier for one in map(Requirement, project["dependencies"])}
    locked = dict(
        re.findall(r"^([a-z0-9._-]+)==([^ ]+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    )
    for name, floor in FLOORS.items():
        least = min(Version(one.version) for one in asked[name] if one.operator == ">=")
        assert min(least, Version(locked[name])) >= Version(floor), name


def test_the_least_versions_are_those_that_were_tested() -> None:
    """An installation without the lock gets nothing older."""
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked: dict[str, str] = {}
    for name in ("requirements-dev.txt", "requirements.txt"):
        text = (ROOT / name).read_text(encoding="utf-8")
        locked |= dict(re.findall(r"^([a-z0-9._-]+)==([^ ]+)", text, re.MULTILINE))
    asked = [*read["project"]["dependencies"], *read["project"]["optional-dependencies"]["dev"]]
    asked += read["build-system"]["requires"]
    floors = {
        one.name: [part.version for part in one.specifier if part.operator == ">="] for one in map(Requirement, asked)
    }
    assert floors == {name: [locked[name]] for name in floors}
    assert len(floors) > 45


def test_an_older_floor_is_raised_to_the_locked_version() -> None:
    found: list[str] = []
    for floor in ('"a>=1"', '"a"', '"a[x]>=1,<3"', '"b>=1"'):
        found.append(raised(f"    {floor},\n", {"a": "2.1"}).strip(" ,\n"))
    assert found == ['"a>=2.1"', '"a>=2.1"', '"a[x]>=2.1,<3"', '"b>=1"']


def test_base_images_are_pinned_by_digest() -> None:
    """A tag moves; the bytes that were tested are named by their digest, the same in both stages."""
    images = re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(images) == 2
    assert len(set(images)) == 1
    assert re.fullmatch(r"python:3[.][0-9]+-slim@sha256:[0-9a-f]{64}", images[0])


def test_every_row_is_held_by_a_test_that_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \|.*$", text, re.MULTILINE)
    assert [int(number) for number in rows] == list(range(1, 26))
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) > 30
    for file, test in named:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        known = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert not test or test in known, f"{file}::{test}"
