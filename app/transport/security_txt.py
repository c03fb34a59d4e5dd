"""`/.well-known/security.txt` (RFC 9116): whom to tell of a vulnerability, and how."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

PATH = "/.well-known/security.txt"
MONTHS = 6
"""The months until the file is out of date. RFC 9116 advises less than a year."""


@dataclass(frozen=True, kw_only=True)
class SecurityTxt:
    """The facts of an installation: URIs, and the languages that its people read."""

    contact: str
    policy: str
    base: str
    """The public URL of the API."""
    languages: tuple[str, ...]

    def at(self, now: datetime) -> str:
        """The file at a moment. It stays the same for a month, so that caches can compare it."""
        fields = {
            "Contact": self.contact,
            "Expires": f"{expires(now):%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages": ", ".join(self.languages),
            "Canonical": f"{self.base}{PATH}",
            "Policy": self.policy,
        }
        return "".join(f"{name}: {value}\n" for name, value in fields.items())


def expires(now: datetime) -> datetime:
    """The first day of the sixth month after this one: always in the future, and always less than a year ahead."""
    today = now.astimezone(UTC)
    later = today.month - 1 + MONTHS
    return datetime(today.year + later // 12, later % 12 + 1, 1, tzinfo=UTC)


def install(app: FastAPI, text: SecurityTxt, now: Callable[[], datetime]) -> None:
    """Adds the file to the app."""

    @app.get(PATH, include_in_schema=False)
    async def security_txt() -> PlainTextResponse:
        return PlainTextResponse(text.at(now()))
