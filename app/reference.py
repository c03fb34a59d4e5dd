"""Files made from the code: the contracts, and pages of the documentation. `samen export` writes them."""

import ast
import base64
import inspect
import json
import textwrap
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined

from app.adapters.messages import EN, templates
from app.adapters.tokens import new_key
from app.api.asyncapi import asyncapi
from app.api.problem_types import statuses
from app.db.logins import Logins
from app.domain.access import ACCESS, Reach, Role
from app.graphql.schema import schema
from app.main import VERSION, build
from app.settings import Settings, TrustedIssuer


def pages() -> dict[str, str]:
    """The pages of docs/ that are made from the code, by file name."""
    return {"settings.md": settings_page(), "errors.md": errors_page(), "access.md": access_page()}


def contracts() -> dict[str, str]:
    """The contracts as text, by file name."""
    keys: Any = json.dumps({"keys": [new_key()]})
    app = build(Settings(signing_keys=keys, sealing_key=SecretStr(base64.b64encode(bytes(32)).decode())), Logins())
    return {
        "openapi.json": json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n",
        "schema.graphql": schema.as_str() + "\n",
        "asyncapi.json": json.dumps(asyncapi(VERSION), indent=2, ensure_ascii=False) + "\n",
    }


def settings_page() -> str:
    """Every setting with its default and its meaning."""
    head = "# Settings\n\nEvery setting is an environment variable. `samen export` makes this page from the code.\n\n"
    nested = "\n## An issuer of SAMEN_ISSUERS\n\n"
    return head + _table(Settings, "SAMEN_") + nested + _table(TrustedIssuer)


def _table(cls: type[BaseModel], prefix: str = "") -> str:
    rows = ["| Name | Default | Meaning |", "|---|---|---|"]
    texts = _docstrings(cls)
    for name, field in cls.model_fields.items():
        default = "needed" if field.default is PydanticUndefined else _shown(field.default)
        shown = f"{prefix}{name.upper()}" if prefix else name
        rows.append(f"| `{shown}` | {default} | {texts.get(name, '')} |")
    return "\n".join(rows) + "\n"


def _shown(value: object) -> str:
    if value is None or value in ("", [], frozenset()):
        return "–"
    return f"`{', '.join(sorted(value))}`" if isinstance(value, frozenset) else f"`{value}`"


def _docstrings(cls: type[BaseModel]) -> dict[str, str]:
    """The text under each field of a class."""
    source = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    (body,) = (node.body for node in source.body if isinstance(node, ast.ClassDef))
    found = {}
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            found[field.target.id] = " ".join(ast.literal_eval(text.value).split())
    return found


def access_page() -> str:
    """Every right with the roles that have it, and how far it reaches."""
    head = (
        "# Who may do what\n\nDeny by default: other rights do not exist. `samen export` makes this page.\n"
        "*own*: on rows that the caller is a party to; *coop*: at the cooperatives where they hold that role;\n"
        "*mun*: of their own municipality; *net*: everywhere; *any*: for every caller. A token's scopes only narrow\n"
        "these rights. Two walls enforce them: the application checks before every use case, and PostgreSQL shows\n"
        "a transaction only the rows of its caller. Former members still see their own money, and nothing about\n"
        "customers. A replay under a request key needs the same rights again. Rights that end in `for_part` are held\n"
        "at an umbrella, for the cooperatives directly below it.\n\n"
    )
    roles = list(Role)
    rows = [
        f"| Right | Scope | {' | '.join(role.replace('_', ' ') for role in roles)} |",
        f"|---|---{'|---' * len(roles)}|",
    ]
    for right, (scope, reaches) in ACCESS.items():
        cells = [" ".join(sorted(SHORT[reach] for reach in reaches.get(role, ()))) for role in roles]
        rows.append(f"| `{right}` | `{scope}` | {' | '.join(cells)} |")
    return head + "\n".join(rows) + "\n"


SHORT = {
    Reach.ANYONE: "any",
    Reach.OWN: "own",
    Reach.COOPERATIVE: "coop",
    Reach.MUNICIPALITY: "mun",
    Reach.NETWORK: "net",
}


def errors_page() -> str:
    """Every error code with its status and its text, which says what to do."""
    head = (
        "# Errors\n\nREST answers `application/problem+json`, GraphQL has the same in `extensions`. `code` is stable.\n"
        "The text is for people, in Dutch or English by `Accept-Language`, and says what to do next. `{…}` are values\n"
        "of `facts`.\n"
        "`samen export` makes this page from the code.\n\n"
    )
    status, texts = statuses(), templates("refusal", EN)
    rows = ["| Status | Code | Text |", "|---|---|---|"]
    for code in sorted(status, key=lambda code: (status[code], code)):
        rows.append(f"| {status[code]} | `{code}` | {_cell(texts[code])} |")
    rules = "\n## Rules\n\nThe values of `facts.rule` in `rule_refused`.\n\n| Rule | Text |\n|---|---|\n"
    blocked = (
        "\n## What blocks a step\n\n"
        "The values of `facts.reason` in `wrong_state`, and of `reason` in `availableTransitions`. A `reason` may\n"
        "also be a rule or the code of an error.\n\n"
        "| Reason | Text |\n|---|---|\n"
    )
    return head + "\n".join(rows) + "\n" + rules + _said("rule") + blocked + _said("blocked")


def _said(section: str) -> str:
    texts = templates(section, EN)
    return "".join(f"| `{code}` | {_cell(texts[code])} |\n" for code in sorted(texts))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
