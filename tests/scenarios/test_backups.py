"""A backup restores everything, also on a separate server, but only together with its sealing key."""

import asyncio
import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from app.db.embedded import EmbeddedPostgres
from app.db.engine import opened
from app.db.logins import APP_ROLE, BOOKS_ROLE, OWNER_SETTING, SETTINGS, Logins, logins_at
from app.db.platform.sealing_key import claim
from app.db.roles import RestoreError, make_roles
from app.db.sealed_text import Sealing
from app.keys import SealingKeyError, check_sealing_key
from app.settings import Settings
from tests.live import ROOT, SEALING, Live, free_port, settings_of
from tests.world import GUEST

OTHER = base64.b64encode(bytes(31) + b"x").decode()
COUNTS = """select (select count(*) from "order"), (select count(*) from entry), (select count(*) from person),
                   (select encode(sha256(string_agg(row_hash, '' order by id)), 'hex') from journal)"""


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The demo network, with something sealed: the secret of a webhook."""
    made = Live.at(tmp_path_factory.mktemp("live"))
    assert made.samen("demo").returncode == 0
    made.serve()
    with httpx.Client(base_url=made.url, headers={"Authorization": f"Bearer {made.person('network')}"}) as client:
        app = client.post("/v1/apps", json={"name": "Winkel", "scopes": ["orders:read", "events:read"]}).json()
        credentials = {"client_id": app["app"]["id"], "client_secret": app["clientSecret"]}
        token = client.post("/oauth/token", data={"grant_type": "client_credentials", **credentials}).json()
        hook = client.post(
            f"/v1/apps/{app['app']['id']}/webhooks",
            json={"url": "http://127.0.0.1:9/hook", "kinds": ["order.placed"]},
            headers={"Authorization": f"Bearer {token['access_token']}"},
        )
        assert hook.status_code == 201, hook.text
    made.stop_server()
    with made.postgres.used():
        yield made
    made.stop()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A new server. By its URL it is a server of one's own: its owner is no superuser."""
    cluster = EmbeddedPostgres.at(tmp_path / "fresh")
    with cluster.used():
        yield cluster
    shutil.rmtree(cluster.home)


def samen(
    live: Live,
    *arguments: str,
    place: Path | None = None,
    at: Logins | None = None,
    code: int = 0,
    **environment: str,
) -> subprocess.CompletedProcess[str]:
    """A command with the settings of `live`, changed by `environment`; an empty value removes one.

    With `place` it works on the embedded database of that folder, with `at` on the database of these logins.
    """
    embedded = {**dict.fromkeys((*SETTINGS.values(), OWNER_SETTING), ""), "SAMEN_DATA_DIR": str(place)} if place else {}
    elsewhere = settings_of(at) if at else {}
    chosen = {name: value for name, value in (live.environment | embedded | elsewhere | environment).items() if value}
    command = [sys.executable, "-m", "app.cli", *arguments]
    done = subprocess.run(command, env=chosen, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def counts(cluster: EmbeddedPostgres) -> str:
    return cluster.command("psql", "-d", "samen", "-Atc", COUNTS)


def test_the_embedded_database_comes_back(live: Live, fresh: EmbeddedPostgres, tmp_path: Path) -> None:
    archive = str(tmp_path / "samen.dump")
    samen(live, "backup", archive, place=live.home)
    place = tmp_path / "fresh"
    said = samen(live, "restore", archive, place=place, SAMEN_SEALING_KEY="").stderr
    assert "The key for sealed facts is missing" in said
    assert not (place / "sealing-key").exists()
    assert samen(live, "check-books", place=place).stdout == samen(live, "check-books").stdout
    assert counts(fresh) == counts(live.postgres)


@pytest.mark.parametrize("login", ["samen", "postgres"])
def test_a_server_of_ones_own_works_after_a_restore(
    live: Live, fresh: EmbeddedPostgres, tmp_path: Path, login: str
) -> None:
    """Backed up by a login with BYPASSRLS; restored by the owner, who does not have it, or by a superuser."""
    archive = str(tmp_path / "samen.dump")
    live.postgres.command("psql", "-d", "samen", "-c", "alter role samen bypassrls")
    samen(live, "backup", archive)
    live.postgres.command("psql", "-d", "samen", "-c", "alter role samen nobypassrls")
    rights = "select rolsuper or rolbypassrls from pg_roles where rolname = 'samen'"
    assert fresh.command("psql", "-d", "samen", "-Atc", rights).strip() == "f"
    samen(live, "restore", archive, at=logins_at(fresh.url(user=login)))
    assert counts(fresh) == counts(live.postgres)
    other = Live(home=tmp_path / "data", postgres=fresh, keys=live.keys, port=free_port())
    assert "BROKEN" not in samen(other, "check-books").stdout
    assert samen(live, "migrate", "--check", at=logins_at(fresh.url(user="samen"))).stdout == ""
    other.serve()
    try:
        with httpx.Client(base_url=other.url, headers={"Authorization": f"Bearer {other.person('klant')}"}) as client:
            offering = client.get("/v1/catalogue/offerings?text=tuinbeurt").json()["items"][0]["id"]
            body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST}
            assert client.post("/v1/orders", json=body, headers={"Idempotency-Key": "restored"}).status_code == 201
    finally:
        assert other.stop_server() in (0, 143, -15)


def test_an_archive_of_another_login_is_refused_before_anything_happens(fresh: EmbeddedPostgres) -> None:
    with pytest.raises(RestoreError, match='belongs to the login "nobody"'):
        asyncio.run(make_roles(fresh.url(), "nobody"))
    assert fresh.command("psql", "-d", "samen", "-Atc", "select from pg_roles where rolname = 'samen_app'") == ""


def test_a_backup_that_fails_leaves_the_one_before(live: Live, tmp_path: Path) -> None:
    """The owner alone may not see every row, so pg_dump stops half-way."""
    archive = tmp_path / "samen.dump"
    archive.write_text("the backup of yesterday", encoding="utf-8")
    samen(live, "backup", str(archive), code=1)
    assert list(tmp_path.iterdir()) == [archive]
    assert archive.read_text(encoding="utf-8") == "the backup of yesterday"


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("key", ["", OTHER, "no key"])
def test_without_its_sealing_key_a_database_is_not_served(live: Live, tmp_path: Path, command: str, key: str) -> None:
    """Whether it has its key's fingerprint, or is older and has none."""
    right = Sealing.of(SEALING).fingerprint().hex()
    known = f"insert into sealing_key values (true, '\\x{right}', now())"
    for statements, rows in (("", "0"), (known, "1")):
        live.postgres.command("psql", "-d", "samen", "-c", "delete from sealing_key", "-c", statements)
        done = samen(live, command, code=1, SAMEN_SEALING_KEY=key, SAMEN_DATA_DIR=str(tmp_path))
        assert "key" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == [], "no new key is made"
        assert live.postgres.command("psql", "-d", "samen", "-Atc", "select count(*) from sealing_key").strip() == rows


def test_a_key_that_opens_what_is_sealed_is_written_down(live: Live) -> None:
    live.postgres.command("psql", "-d", "samen", "-c", "delete from sealing_key")
    live.serve()
    live.stop_server()
    written = live.postgres.command("psql", "-d", "samen", "-Atc", "select encode(fingerprint, 'hex') from sealing_key")
    assert written.strip() == Sealing.of(SEALING).fingerprint().hex()
    assert SEALING not in written


async def test_of_two_first_keys_one_stays(fresh: EmbeddedPostgres, live: Live) -> None:
    await asyncio.to_thread(samen, live, "migrate", at=logins_at(fresh.url()))

    async def start() -> bool:
        key = Sealing(os.urandom(32))
        async with opened(logins_at(fresh.url()), role=BOOKS_ROLE, size=1) as database, database.transaction() as tx:
            return await claim(tx, key)

    assert sum(await asyncio.gather(*(start() for _ in range(8)))) == 1


def test_a_key_that_is_lost_is_given_up_as_the_page_says(live: Live) -> None:
    """Last in this file: the sealed data is gone after it."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    sql = page.partition("If the key is lost for good")[2].partition("```sql\n")[2].partition("```")[0]
    settings = Settings(sealing_key=SecretStr(OTHER))
    with pytest.raises(SealingKeyError):
        asyncio.run(check_sealing_key(settings, logins_at(live.postgres.url()), APP_ROLE))
    asyncio.run(_execute(live.postgres.url(), sql))
    asyncio.run(check_sealing_key(settings, logins_at(live.postgres.url()), APP_ROLE))


async def _execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()
