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


def test_each_pattern_of_what_is_typed_has_words_of_its_own() -> None:
    schemas = json.loads(CONTRACT.read_text(encoding="utf-8"))["components"]["schemas"]
    found = {pattern.removeprefix("^ *$|") for name, pattern in patterns(schemas) if name not in OF_PROGRAMS}
    assert len(found) > 10
    assert found - set(FORMS) == set()
