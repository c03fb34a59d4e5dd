"""Who finds a vulnerability finds whom to tell (RFC 9116)."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.db.logins import logins_at
from app.main import build
from app.settings import Settings
from app.transport.security_txt import expires
from tests.world import Clock, World

PATH = "/.well-known/security.txt"


def fields_of(text: str) -> dict[str, str]:
    lines = [line.split(": ", 1) for line in text.splitlines()]
    assert len({name for name, _ in lines}) == len(lines)
    return {line[0]: line[1] for line in lines}


async def test_a_visitor_finds_whom_to_tell(world: World) -> None:
    """Without a token, and free of charge."""
    answer = await world.client.get(PATH)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    assert "RateLimit" not in answer.headers
    fields = fields_of(answer.text)
    until = datetime.fromisoformat(fields.pop("Expires"))
    assert timedelta(0) < until - datetime.now(UTC) < timedelta(days=365)
    assert fields == {
        "Contact": "mailto:security@example.org",
        "Preferred-Languages": "nl, en",
        "Canonical": f"http://test{PATH}",
        "Policy": "https://example.org/samen/SECURITY.md",
    }


async def test_an_installation_names_its_own(settings: Settings, database_url: str, clock: Clock) -> None:
    own = Settings.model_validate(
        settings.model_dump()
        | {"public_url": "https://samen.example.org/api", "security_contact": "hulp@example.org"}
        | {"security_policy": "https://example.org/melden"}
    )
    app = build(own, logins_at(database_url), now=clock)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="https://samen.example.org"
    ) as client:
        fields = fields_of((await client.get(f"/api{PATH}")).text)
    assert (fields["Contact"], fields["Policy"]) == ("mailto:hulp@example.org", "https://example.org/melden")
    assert fields["Canonical"] == f"https://samen.example.org/api{PATH}"


@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.timezones()))
def test_the_file_is_never_out_of_date_and_never_valid_for_a_year(now: datetime) -> None:
    assert timedelta(days=120) < expires(now) - now < timedelta(days=365)


@pytest.mark.parametrize("contact", ["", "nobody", "http://example.org/melden", "mailto:", "a@example.org\nPolicy: x"])
def test_a_contact_that_nobody_can_use_is_refused(contact: str) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"security_contact": contact})


@pytest.mark.parametrize("contact", ["https://example.org/melden", "mailto:a@example.org"])
def test_a_contact_is_a_uri(contact: str) -> None:
    assert Settings.model_validate({"security_contact": contact}).security_contact == contact
