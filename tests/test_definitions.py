"""Functions, views, triggers, policies, grants and roles are those of `app/db/sql`, object by object."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from app.cli import ROOT
from app.db import definitions
from app.db.embedded import EmbeddedPostgres
from app.db.revisions import newest
from app.migrations import migrate_to_head
from tests.older import restored
from tests.test_cli import samen

SQL = ROOT / "app" / "db" / "sql"
OF_ITS_OWN = re.compile(
    r"^ *(create (or replace )?(function (?!pg_temp)|view|trigger|policy)|(grant|revoke) |alter (policy|function))",
    re.M,
)
"""Statements that belong into `app/db/sql`, where they stand as they are today."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server of its own, since roles belong to the server."""
    made = EmbeddedPostgres.at(tmp_path_factory.mktemp("definitions"))
    made.start(("fsync=off",))
    yield made
    made.stop()
    shutil.rmtree(made.home)


@pytest.fixture(scope="module")
def url(cluster: EmbeddedPostgres) -> str:
    migrate_to_head(cluster.url())
    return cluster.url()


async def differences(url: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return await definitions.differences(connection)
    finally:
        await connection.close()


async def test_a_new_database_is_as_the_files_say(url: str) -> None:
    assert await differences(url) == []


@pytest.mark.parametrize("revision", ["0030", "0036", "0045"])
def test_an_upgraded_database_is_as_the_files_say(cluster: EmbeddedPostgres, url: str, revision: str) -> None:
    """With the same tables, column by column, as a new one."""
    old = restored(cluster, f"samen_{revision}_{os.getpid()}", revision)
    migrate_to_head(old)
    done = samen("migrate", "--check", SAMEN_DATABASE_URL_OWNER=old)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert tables(cluster, old) == tables(cluster, url)


def tables(cluster: EmbeddedPostgres, url: str) -> str:
    """Columns, constraints and indexes, as text."""
    sql = """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
               pg_get_expr(d.adbin, d.adrelid)
          from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
         where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1, 2;
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
         where connamespace = 'public'::regnamespace and contype <> 't' order by 1, 2;
        select indexdef from pg_indexes where schemaname = 'public' order by 1"""
    return cluster.command("psql", "-d", urlsplit(url).path[1:], "-Atc", sql)


PLANTED = {
    "function my_person()": "create or replace function my_person() returns uuid language sql stable return null::uuid",
    "function lock_me()": "alter function lock_me() owner to samen",
    "function erase_me(bigint)": "grant execute on function erase_me to samen_catalogue",
    "function let_me_in()": "create function let_me_in() returns void language sql as ''",
    "view catalogue_offering": "create or replace view catalogue_offering as select * from catalogue_offering",
    "view all_pots": "create view all_pots as select * from balance",
    "trigger append_only on journal": "alter table journal disable trigger append_only",
    "trigger signed_stays on agreement": "drop trigger signed_stays on agreement",
    "policy change on earning": "alter policy change on earning using (true)",
    'policy hole on "order"': 'create policy hole on "order" for update to samen_app using (true)',
    "policy read on member": "drop policy read on member",
    "grant on journal to samen_app": "grant insert on journal to samen_app",
    "grant on payment to samen_app": "grant update (cents) on payment to samen_app",
    "grant on app to samen_app": "grant select (secret_hash) on app to samen_app",
    "table member": "alter table member no force row level security",
    "table customer": "alter table customer disable row level security",
    "role samen_app": "alter role samen_app reset lock_timeout",
    "samen_reader is a member of samen_worker": "grant samen_worker to samen_reader",
    "grant on this database to public": "grant temporary on database samen to public",
    "grant on schema public to samen_app": "grant create on schema public to samen_app",
}
"""What a hand may do to a database, by the object that differs then."""


@pytest.mark.parametrize("name", PLANTED)
async def test_what_differs_is_found_and_a_migration_mends_it(url: str, name: str) -> None:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    statement = PLANTED[name]
    if name == "view catalogue_offering":
        text = await connection.fetchval("select pg_get_viewdef('catalogue_offering'::regclass)")
        statement = f"create or replace view catalogue_offering as {text.replace('published', 'draft')}"
    await connection.execute(statement)
    await connection.close()
    found = await differences(url)
    assert [line.partition(": ")[2] for line in found] == [name]
    if " is a member of " in name:
        # What an administrator gave beyond the files, only an administrator takes back.
        superuser = await asyncpg.connect(url.replace("samen@", "postgres@"))
        await superuser.execute("revoke samen_worker from samen_reader")
        await superuser.close()
    owner = await asyncpg.connect(url)
    await definitions.apply(owner, definitions.mark(newest()))
    await owner.close()
    assert await differences(url) == []


def test_revisions_hold_tables_and_data_alone() -> None:
    files = sorted((ROOT / "alembic").rglob("*.sql"))
    assert len(files) > 1
    assert {file.name: found.group() for file in files if (found := OF_ITS_OWN.search(_read(file)))} == {}


def test_what_runs_on_a_table_is_found_by_one_search() -> None:
    """`grep 'policy .* on earning' app/db/sql`: one file, with everything about the table."""
    for table, file in (("earning", "earnings.sql"), ('"order"', "orders.sql"), ("member", "members.sql")):
        found = {path.name for path in SQL.glob("*.sql") if re.search(f"create policy \\w+ on {table} ", _read(path))}
        assert found == {file}


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")
