"""Agreement templates: rules and worked examples in the form of a request, from the files beside this module."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from app.usecases.shared.agreement_forms import ExampleInput, RuleInput
from app.vocabulary import Form

FOLDER = Path(__file__).parent / "templates"


class TemplateFile(Form):
    """The contents of a template file: `title`, `rules` and `examples` are those of a draft."""

    title: str
    about: str
    rules: list[RuleInput]
    examples: list[ExampleInput]


@dataclass(frozen=True)
class AgreementTemplate:
    """A template to start an agreement from; `about` says for whom it is."""

    name: str
    title: str
    about: str
    rules: list[dict[str, Any]]
    examples: list[dict[str, Any]]


@lru_cache
def templates() -> list[AgreementTemplate]:
    """Returns every template by its name."""
    return [_read(file) for file in sorted(FOLDER.glob("*.yaml"))]


def _read(file: Path) -> AgreementTemplate:
    template = TemplateFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    return AgreementTemplate(file.stem, **template.model_dump(mode="json", by_alias=True, exclude_none=True))
