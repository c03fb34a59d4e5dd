"""Plain pages for people, from the templates of this folder: without script, in every language of the catalogues."""

import base64
import hashlib
from functools import partial
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import HTTPConnection
from starlette.routing import Match
from starlette.types import Scope

from app.adapters.message_catalogues import languages, message_catalogue
from app.adapters.messages import euro, say
from app.transport.headers import wants

FOLDER = Path(__file__).parent / "templates"
HTML, JSON = "text/html", "application/json"
STYLE = (FOLDER / "page.css").read_text(encoding="utf-8")
"""The style of every page, which stands in the page itself."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; "
        f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex",
}
_TEMPLATES = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


class PageRoute(APIRoute):
    """A route for callers that prefer a page to JSON (`Accept`); others get the operation of the same path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is Match.FULL and wants(HTTPConnection(scope), JSON, HTML) == JSON:
            return Match.NONE, {}
        return match, child_scope


def html_page(template: str, language: str, *, section: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page; its template says the texts of a section of the catalogue by `text(code, …)`."""
    others = [(tag, message_catalogue(tag).locale.language_name) for tag in languages() if tag != language]
    content = _TEMPLATES.get_template(template).render(
        language=language,
        other_languages=others,
        style=Markup(STYLE),  # noqa: S704  a file of ours
        text=lambda code, **named: say(section, code, language, **named),
        euro=partial(euro, language=language),
        **facts,
    )
    return HTMLResponse(content, status, HEADERS)
