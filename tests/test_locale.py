"""A machine whose locale is not UTF-8 stores no broken characters, and old ones are repaired."""

import asyncio
import gzip
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.logins import logins_at
from app.migrations import ROOT, migrate_to_head
from tests.live import settings_of
from tests.older import restored

CHARMAPS = Path("/usr/share/i18n/charmaps")
BROKEN = "–".encode().decode("iso8859-15")
FUNCTIONS = "select proname, prosrc from pg_proc where proname in ('erase_me', 'forget_old') order by 1"
SOMEBODY = "insert into person (id, issuer, subject, name, version) values (uuidv7(), 'planted', $1, $2, 1)"
MEMBER = """insert into member (id, cooperative_id, name, trade_name, state, version, exited_on, destination)
            values (uuidv7(), uuidv7(), $1, $1, 'exited', 1, '2026-01-01', 'planted')"""
ORDER = """insert into "order" (id, cooperative_id, reference, contact, net_cents, vat_cents, placed_at, accept_by,
                                maker_ids, note, state, paid_cents, refunded_cents, sale_parts, sale_reversed, version)
           values (uuidv7(), uuidv7(), 'planted', $1, 0, 0, now(), now(), '{}', '', 'expired', 0, 0, 0, false, 1)"""
CUSTOMER = """insert into assignment_customer (id, cooperative_id, contact)
              values (uuidv7(), 'ffffffff-ffff-ffff-ffff-ffffffffffff', $1)"""
TEXTS = """select 'person', subject, name from person where issuer = 'planted'
            union all select 'member', trade_name, name from member where destination = 'planted'
            union all select 'order', '', contact::text from "order" where reference = 'planted'
            union all select 'customer', '', contact::text from assignment_customer
                       where cooperative_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff' order by 1, 2"""


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> str:
    name = f"samen_locale_{os.getpid()}"
    postgres.command("dropdb", "--force", "--if-exists", name)
    postgres.command("createdb", "-O", "samen", name)
    return postgres.url(name)


@pytest.fixture
def old(postgres: EmbeddedPostgres) -> str:
    return restored(postgres, f"samen_locale_old_{os.getpid()}", "0036")


@pytest.fixture(scope="session")
def latin(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of an old Dutch machine without UTF-8; `LC_ALL=C`, without Python's help, if there is none."""
    none = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    charmap = CHARMAPS / "ISO-8859-15.gz"
    if not shutil.which("localedef") or not charmap.exists():
        return none
    folder = tmp_path_factory.mktemp("locales")
    plain = folder / "ISO-8859-15"
    plain.write_bytes(gzip.decompress(charmap.read_bytes()))
    made = ["localedef", "-c", "-i", "nl_NL", "-f", str(plain), str(folder / "nl_NL.ISO-8859-15")]
    subprocess.run(made, check=False, capture_output=True)
    return none | {"LC_ALL": "nl_NL.ISO-8859-15", "LOCPATH": str(folder)}


def samen(environment: dict[str, str], *arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    env = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments], env=env, cwd=cwd, capture_output=True, check=False
    )


async def rows(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """The rows of the last statement."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return [tuple(row) for row in await connection.fetch(statements[-1])]
    finally:
        await connection.close()


def test_migrations_and_demo_are_the_same_under_another_locale(
    empty: str, latin: dict[str, str], postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    asked = "import locale; print(locale.getencoding())"
    encoding = subprocess.run([sys.executable, "-c", asked], env=os.environ | latin, capture_output=True, check=True)
    assert b"utf" not in encoding.stdout.lower(), "the locale of this test is another one"
    done = samen(latin | settings_of(logins_at(empty)) | {"SAMEN_DATA_DIR": str(tmp_path)}, "demo")
    assert done.returncode == 0, done.stderr
    for _, source in asyncio.run(rows(empty, FUNCTIONS)):
        assert source.isascii()
        assert BROKEN not in source
    names = "select name from cooperative union select name from person union select title from offering"
    found = "".join(name for (name,) in asyncio.run(rows(empty, "set role samen_books", names)))
    assert "Aïcha" in found or "é" in found
    assert "Ã" not in found


def test_what_the_terminal_cannot_show_stops_no_command(latin: dict[str, str], tmp_path: Path) -> None:
    done = samen(latin | {"LC_ALL": "C"}, "split", str(ROOT / "examples" / "split.yaml"), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert b"Boven ? 3.000,00 gaat 50 % naar de gemeente" in done.stdout


def test_what_a_wrong_locale_put_into_the_database_is_mended(old: str) -> None:
    """Functions with a broken dash, and the names that they wrote; a name that contains these letters itself stays."""
    superuser = old.replace("samen@", "postgres@")
    asyncio.run(_break(superuser))
    assert BROKEN in "".join(source for _, source in asyncio.run(rows(old, FUNCTIONS)))
    migrate_to_head(old)
    assert all(source.isascii() for _, source in asyncio.run(rows(old, FUNCTIONS)))
    assert asyncio.run(rows(superuser, TEXTS)) == [
        ("customer", "", '{"name": "–"}'),
        ("member", "–", "–"),
        ("order", "", '{"name": "–"}'),
        ("person", "erased", "–"),
        ("person", "living", "王小明"),
    ]


async def _break(url: str) -> None:
    """What a migration under a Latin locale made of the functions, and what these have written since."""
    connection = await asyncpg.connect(url)
    try:
        definitions = "select pg_get_functiondef(oid) from pg_proc where proname in ('erase_me', 'forget_old')"
        for row in await connection.fetch(definitions):
            await connection.execute(row[0].replace("–", BROKEN))
        # Without the rows to which these point.
        await connection.execute("set session_replication_role = replica")
        await connection.execute(SOMEBODY, "erased", BROKEN)
        await connection.execute(SOMEBODY, "living", "王小明")
        await connection.execute(MEMBER, BROKEN)
        for statement in (ORDER, CUSTOMER):
            await connection.execute(statement, json.dumps({"name": BROKEN}))
    finally:
        await connection.close()
