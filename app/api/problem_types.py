"""`/docs/errors`: the meaning of each error code, and what to do. The `type` of a problem links there (RFC 9457)."""

from html import escape
from typing import Any

from app.adapters.messages import say, templates
from app.domain.errors import DomainError
from app.transport.problems import TITLES

FACES = {
    "bad_request": 400,
    "idempotency_key_missing": 400,
    "not_a_file_of_rows": 400,
    "method_not_allowed": 405,
    "unsupported_media_type": 415,
    "invalid_scope": 400,
    "too_slow": 408,
    "too_many_connections": 429,
    "head_too_large": 431,
    "too_large": 413,
    "if_match_missing": 428,
    "internal": 500,
    "unavailable": 503,
}
"""The statuses of the faces' own errors; those of the domain have their own."""
REASONS = {"rule_refused": "rule", "wrong_state": "blocked"}
"""Codes whose facts give a more precise reason, with the section of the catalogues that has all of them."""
PAGE = """<!doctype html>
<html lang="{language}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>{title}</title>
    <style>body {{ font: 1.1rem/1.5 sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem }}</style>
  </head>
  <body>
    <main>
      <h1>{title}</h1>
{content}
    </main>
  </body>
</html>
"""


def statuses() -> dict[str, int]:
    """The status of every code."""
    return {code: error.status for code, error in DomainError.known.items()} | FACES


def described(code: str, language: str) -> dict[str, Any]:
    """A code as JSON. Raises KeyError."""
    status = statuses()[code]
    told = {"code": code, "status": status, "title": TITLES[status], "detail": templates("refusal", language)[code]}
    return told | ({"cases": cases} if (cases := _cases(code, language)) else {})


def page_of(code: str, language: str) -> str:
    """A code as a page. Raises KeyError."""
    told = described(code, language)
    named = told.get("cases", {}).items()
    cases = "".join(f"<dt><code>{name}</code></dt><dd>{escape(text)}</dd>" for name, text in named)
    content = f"<p>{escape(told['detail'])}</p><p>HTTP {told['status']} {told['title']}</p>"
    content += f"<dl>{cases}</dl>" if cases else ""
    return page(code, f"{content}<p>{say('note', 'facts', language)}</p>", language)


def index(language: str, place: str) -> str:
    """All codes as a page, with links below the address `place`."""
    found, texts = statuses(), templates("refusal", language)
    rows = "".join(
        f'<dt>{found[code]} <a href="{place}/{code}"><code>{code}</code></a></dt><dd>{escape(texts[code])}</dd>'
        for code in sorted(found, key=lambda code: (found[code], code))
    )
    return page(say("note", "errors", language), f"<dl>{rows}</dl>", language)


def page(title: str, content: str, language: str) -> str:
    """A small page."""
    return PAGE.format(language=language, title=escape(title), content=content)


def _cases(code: str, language: str) -> dict[str, str]:
    """The texts of a code's precise reasons, by reason."""
    own = {
        name.removeprefix(f"{code}_"): text
        for name, text in templates("refusal", language).items()
        if name.startswith(f"{code}_") and _owner(name) == code
    }
    return own | (templates(REASONS[code], language) if code in REASONS else {})


def _owner(name: str) -> str:
    """The code that a text belongs to: the longest one with which its name begins."""
    return max((code for code in statuses() if name == code or name.startswith(f"{code}_")), key=len, default="")
