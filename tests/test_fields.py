"""Field errors have texts that help to correct the input."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.adapters.fields import FORMS

CONTRACT = Path(__file__).parent.parent / "openapi" / "openapi.json"
OF_PROGRAMS = {"after", "cursor", "grant_type"}
"""Fields that nobody types."""


def patterns(schema: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The fields below a schema that have a pattern, with it."""
    if isinstance(schema, list):
        for one in schema:
            yield from patterns(one, name)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield name, schema["pattern"]
        for key, one in schema.items():
            yield from patterns(one, key)


def parameters(contract: Any) -> dict[str, Any]:
    """The schemas of the parameters in addresses, by name."""
    operations = [
        operation for path in contract["paths"].values() for operation in path.values() if "responses" in operation
    ]
    asked = [one for operation in operations for one in operation.get("parameters", ())]
    return {one["name"]: one["schema"] for one in asked if one.get("in") in ("query", "path")}


def test_each_pattern_of_what_is_typed_has_words_of_its_own() -> None:
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    found = {
        pattern.removeprefix("^ *$|")
        for part in (contract["components"]["schemas"], parameters(contract))
        for name, pattern in patterns(part)
        if name not in OF_PROGRAMS
    }
    assert len(found) > 10
    assert found - set(FORMS) == set()
