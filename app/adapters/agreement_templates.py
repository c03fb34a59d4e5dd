"""Agreements to begin with: rules and worked examples as they are posted, from the files beside this module."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from app.adapters.agreement_format import ExampleFormat, RuleFormat, Strict

FOLDER = Path(__file__).parent / "templates"


class TemplateFormat(Strict):
    """`title`, `rules` and `examples` go into a draft as they are; `about` says for whom it is."""

    title: str
    about: str
    rules: list[RuleFormat]
    examples: list[ExampleFormat]


@lru_cache
def templates() -> dict[str, TemplateFormat]:
    """Every template by its name."""
    read = TypeAdapter(TemplateFormat).validate_python
    return {file.stem: read(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in sorted(FOLDER.glob("*.yaml"))}


def template_data(template: TemplateFormat) -> dict[str, Any]:
    """A template as JSON."""
    return template.model_dump(mode="json", by_alias=True, exclude_none=True)
