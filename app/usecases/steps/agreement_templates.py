"""Agreements to begin with: rules and worked examples as they are posted, from the files beside this module."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.usecases.steps.agreement_forms import ExampleInput, RuleInput
from app.vocabulary import Form

FOLDER = Path(__file__).parent / "templates"


class TemplateFile(Form):
    """What a file says: `title`, `rules` and `examples` go into a draft as they are."""

    title: str
    about: str
    rules: list[RuleInput]
    examples: list[ExampleInput]


@dataclass(frozen=True)
class AgreementTemplate:
    """An agreement to begin with; `about` says for whom it is."""

    name: str
    title: str
    about: str
    rules: list[dict[str, Any]]
    examples: list[dict[str, Any]]


@lru_cache
def templates() -> list[AgreementTemplate]:
    """Every template by its name."""
    return [_read(file) for file in sorted(FOLDER.glob("*.yaml"))]


def _read(file: Path) -> AgreementTemplate:
    template = TemplateFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    return AgreementTemplate(file.stem, **template.model_dump(mode="json", by_alias=True, exclude_none=True))
