"""The operator's page, unchanged: from an empty server to the first sale, in production, behind nginx with TLS."""

import os
import re
import shlex
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.settings import PREFIX, Settings
from tests.live import free_port
from tests.outside.conftest import ended
from tests.outside.proxies import Front, nginx, substituted
from tests.outside.test_docs import DOCS, blocks
from tests.provider import Provider, provider_at
from tests.tls import Tls

PAGE = (DOCS / "getting-started" / "operator.md").read_text(encoding="utf-8")
PEOPLE = ("ans", "karin", "piet", "els", "noor")


@pytest.fixture
async def provider(tls: Tls) -> AsyncIterator[Provider]:
    async with provider_at(tls) as running:
        yield running


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server without anything of Samen, not even a login."""
    postgres = EmbeddedPostgres.at(tmp_path / "server")
    postgres.start()
    postgres.command("dropdb", "samen")
    postgres.command("dropuser", "samen")
    yield postgres
    postgres.stop()
    shutil.rmtree(postgres.home)


def settings(front: Front, provider: Provider, folder: Path) -> str:
    """The settings file of the page, with this machine's addresses."""
    (stated,) = blocks(PAGE, "ini")
    replaced = {
        "/var/lib/samen": str(folder / "keys"),
        "https://samen.example.org": f"https://localhost:{front.port}",
        "https://id.example.org": provider.issuer,
        "SAMEN_DRAIN_SECONDS=10": "SAMEN_DRAIN_SECONDS=0",
    }
    return substituted(stated, replaced)


def put_a_tool_for_tokens(folder: Path, provider: Provider) -> None:
    """`token NAME` as the page uses it."""
    for name in PEOPLE:
        text = provider.token(sub=name, scope="openid")
        (folder / f"{name}.token").write_text(text, encoding="utf-8")
    tool = folder / "token"
    tool.write_text(f'#!/bin/sh\ncat {shlex.quote(str(folder))}/"$1".token\n', encoding="utf-8")
    tool.chmod(0o700)


def program(file: Path, ports: tuple[int, int], provider: Provider, postgres: EmbeddedPostgres) -> str:
    """The page's commands, with this machine's ports; processes that they start end with them."""
    replaced = {"/etc/samen.env": str(file), "8001": str(ports[0]), "8002": str(ports[1])}
    replaced["postgresql://samen:change-me@127.0.0.1:5432/samen"] = shlex.quote(postgres.url())
    commands = substituted("\n".join(blocks(PAGE, "sh")), replaced | {"https://id.example.org": provider.issuer})
    return f"trap 'kill $(jobs -p)' EXIT\n{commands}"


async def test_the_page_of_an_operator(tmp_path: Path, tls: Tls, provider: Provider, empty: EmbeddedPostgres) -> None:
    for statement in filter(str.strip, blocks(PAGE, "sql")[0].split(";")):
        empty.command("psql", "-qv", "ON_ERROR_STOP=1", "-d", "postgres", "-c", statement)
    put_a_tool_for_tokens(tmp_path, provider)
    ports = (free_port(), free_port())
    with nginx(tls, ports) as front:
        file = tmp_path / "samen.env"
        file.write_text(settings(front, provider, tmp_path), encoding="utf-8")
        environment = {
            "PATH": os.pathsep.join((str(tmp_path), str(Path(sys.executable).parent), os.environ["PATH"])),
            "SSL_CERT_FILE": str(tls.authority),
            "CURL_CA_BUNDLE": str(tls.authority),
            "SAMEN_LOG_LEVEL": "WARNING",
        }
        script = program(file, ports, provider, empty)
        status, printed = await ended(["bash", "-euc", script], tmp_path, environment)
    assert status == 0, printed
    shown = [line for block in blocks(PAGE, "") for line in block.splitlines()]
    lines = iter(printed.splitlines())
    missing = [line for line in shown if line not in lines]
    assert not missing, printed
    login = await asyncpg.connect(empty.url())
    assert not await login.fetchval("select rolsuper from pg_roles where rolname = current_user")
    await login.close()


def test_what_the_page_names_exists() -> None:
    """Every setting, and the heading of every link within the documentation."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"SAMEN_[A-Z_]+[A-Z]", PAGE))
    assert (named - known, len(named) > 5) == (set(), True)
    links = re.findall(r"\]\((\.\./[a-z-]+\.md)#([a-z-]+)\)", PAGE)
    assert len(links) > 2
    for target, anchor in links:
        text = (DOCS / "getting-started" / target).resolve().read_text(encoding="utf-8")
        headings = [re.sub(r"[^a-z -]", "", line.lower()).strip().replace(" ", "-") for line in text.splitlines()]
        assert anchor in headings, (target, anchor)
