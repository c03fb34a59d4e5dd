"""Migrations, the dated tables, logins, and a launcher that recovers."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from alembic import command
from app.db.books.invariants import broken
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database, opened
from app.db.failures import DatabaseUnfit
from app.db.logins import READER_ROLE, Logins, logins_at
from app.db.people.persons import enter
from app.domain.actors import Identity
from app.domain.errors import NotFound
from app.domain.vat import RATES
from app.migrations import ROOT, alembic_config, migrate_to_head
from tests.older import restored


@pytest.fixture
def empty(postgres: EmbeddedPostgres) -> str:
    name = f"samen_migrations_{os.getpid()}"
    postgres.command("dropdb", "--force", "--if-exists", name)
    postgres.command("createdb", "-O", "samen", name)
    return postgres.url(name)


def test_the_revisions_make_the_tables(empty: str) -> None:
    migrate_to_head(empty)
    command.check(alembic_config(empty))


def test_processes_that_start_together_wait_for_one_that_migrates(empty: str) -> None:
    """Each process migrates an empty database before it serves."""
    migrate = "import sys; from app.migrations import migrate_to_head; migrate_to_head(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", migrate, empty], cwd=ROOT, stderr=subprocess.PIPE, encoding="utf-8")
        for _ in range(3)
    ]
    assert [process.communicate()[1] for process in started] == ["", "", ""]
    assert [process.returncode for process in started] == [0, 0, 0]


OLD_SELLER = """
    insert into cooperative (id, slug, name, legal_form, municipality_id, town, about, version)
    values (uuidv7(), 'planted', 'C', 'cooperative_ua', uuidv7(), 'Breda', '', 1)"""
OLD_ORDER = """
    insert into "order" (id, cooperative_id, reference, contact, net_cents, vat_cents, placed_at, accept_by, maker_ids,
                         note, state, paid_cents, refunded_cents, sale_parts, sale_reversed, delivered_at,
                         completed_at, version)
    select uuidv7(), id, $1, '{"name": "Jo"}', 20000, 4200, now(), now(), '{}', '', $2, 0, $3, $4, $4 > 0,
           case $2 when 'completed' then timestamptz '2026-03-01' end,
           case $2 when 'completed' then timestamptz '2026-03-01' end, 1
      from cooperative where slug = 'planted'"""
OLD_LINES = """
    insert into order_line (id, order_id, edition, member_id, title, price_unit, quantity, unit_price_cents, vat_class,
                            vat_basis_points, counts_stock)
    select uuidv7(), id, 1, uuidv7(), 'Tuin', 'piece', 1, net_cents, 'standard', 2100, false
      from "order" where reference ~ '^(part|all|sold)'"""
OLD_EVENTS = """
    insert into order_event (id, order_id, cooperative_id, verb, state, at, person_id, note)
    select uuidv7(), id, cooperative_id, 'refund', state, now(), (select min(id::text)::uuid from person), ''
      from "order" where reference ~ '^(part|all|sold)'"""
OLD_EARNING = """
    insert into earning (id, order_id, cooperative_id, member_id, work_date, net_cents, cost_cents, kept_cents, state,
                         legs, held_cents, release_parts, reason, version)
    select uuidv7(), id, cooperative_id, uuidv7(), '2026-03-01', net_cents, 0, 0, 'reversed', '[]', 0, 0, '', 1
      from "order" where reference = 'part done'"""


def test_what_was_refunded_before_the_sale_is_due_or_done_after_the_upgrade(postgres: EmbeddedPostgres) -> None:
    """If a part, or work that was not delivered, was refunded, the price is due again; a delivered order stays
    refunded.
    """
    old = {
        "part accepted": ("accepted", 10000, 0),
        "part done": ("completed", 10000, 0),
        "part cancelled": ("cancelled", 10000, 0),
        "all accepted": ("accepted", 24200, 0),
        "all done": ("completed", 24200, 0),
        "all cancelled": ("cancelled", 24200, 0),
        "sold": ("completed", 24200, 1),
        "part of what was sold before": ("completed", 10000, 1),
    }
    url = restored(postgres, f"samen_refunded_{os.getpid()}", "0036")
    asyncio.run(_plant(url, old))
    migrate_to_head(url)
    asyncio.run(_check_refunds(url))
    postgres.command("dropdb", "--force", f"samen_refunded_{os.getpid()}")


async def _plant(url: str, old: dict[str, tuple[str, int, int]]) -> None:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    await connection.execute("set session_replication_role = replica")
    await connection.execute(OLD_SELLER)
    for reference, (state, refunded, sales) in old.items():
        await connection.execute(OLD_ORDER, reference, state, refunded, sales)
    for planted in (OLD_LINES, OLD_EVENTS, OLD_EARNING):
        await connection.execute(planted)
    await connection.close()


async def _check_refunds(url: str) -> None:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    planted = "reference ~ '^(part|all|sold)'"
    rows = await connection.fetch(f'select reference, refunded_cents from "order" where {planted}')
    earnings = await connection.fetch(
        f'select e.state from earning e join "order" o on o.id = e.order_id where {planted}'
    )
    tasks = await connection.fetch(
        f'select what, o.reference from task t join "order" o on o.id = t.subject_id where {planted}'
    )
    await connection.close()
    assert {row["reference"]: row["refunded_cents"] for row in rows} == {
        "part accepted": 0,
        "part done": 0,
        "part cancelled": 0,
        "all accepted": 0,
        "all cancelled": 0,
        "all done": 24200,
        "sold": 24200,
        "part of what was sold before": 0,
    }
    assert [row["state"] for row in earnings] == ["pending"]
    assert {tuple(row) for row in tasks} == {
        ("record_payment", "part done"),
        ("record_payment", "part of what was sold before"),
    }
    async with opened(logins_at(url), role=READER_ROLE) as books, books.transaction() as tx:
        found = await broken(tx)
    right = {name: rows for name, rows in found.items() if name.startswith(("I7", "I16"))}
    assert not any(right.values()), right


OLD_REMITTANCE = """
    insert into remittance (id, cooperative_id, municipality_id, through, cents, lines, digest, reported_by,
                            reported_at, state, reference, version)
    select uuidv7(), id, municipality_id, $1, 300, $2::text::jsonb, 'planted', uuidv7(), now(), 'reported', '', 1
      from cooperative where slug = 'planted'"""


def test_lines_of_older_remittances_move_to_their_own_table(postgres: EmbeddedPostgres) -> None:
    name = f"samen_lines_{os.getpid()}"
    url = restored(postgres, name, "0045")
    one = '[{"rule": "remit_above", "cents": 100}, {"rule": "remit_above", "cents": 200}]'
    two = '[{"rule": "remit_above", "cents": 100}, {"rule": "opening", "cents": 200}]'
    asyncio.run(_plant_remittances(url, one, two))
    migrate_to_head(url)
    rows = asyncio.run(_remittances(url))
    assert rows == [({"remit_above": 300}, {}, json.loads(one), None), ({}, {}, json.loads(two), None)]
    postgres.command("dropdb", "--force", name)


async def _plant_remittances(url: str, *lines: str) -> None:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    await connection.execute("set session_replication_role = replica")
    await connection.execute(OLD_SELLER)
    for month, text in enumerate(lines, start=1):
        await connection.execute(OLD_REMITTANCE, date(2026, month, 1), text)
    await connection.close()


async def _remittances(url: str) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    sql = """select r.by_rule, r.by_month, r.recomputed, s.lines from remittance r join specification s using (id)
              where r.digest = 'planted' order by through"""
    rows = [(*map(json.loads, (row[0], row[1], row[3])), row[2]) for row in await connection.fetch(sql)]
    await connection.close()
    return rows


async def test_the_table_of_vat_rates_is_the_domains(database: Database) -> None:
    async with database.transaction() as tx:
        rows = await tx.rows("select vat_class, from_date, basis_points from vat_rate")
    found = {(row["vat_class"], row["from_date"], row["basis_points"]) for row in rows}
    assert found == {(rate.vat_class.value, rate.from_date, rate.basis_points) for rate in RATES}


async def test_what_waits_to_be_written_is_refused_with_its_savepoint(database: Database) -> None:
    async with database.transaction() as tx:
        for name in ("first", "second"):
            with contextlib.suppress(NotFound):
                async with tx.savepoint():
                    await tx.write("select set_config('samen.was', $1, true)", name, row=("was",))
                    await tx.call("select set_config('samen.all', $1::jsonb::text, true)", name)
                    if name == "second":
                        raise NotFound
        await tx.call("select set_config('samen.other', $1::jsonb::text, true)", "third")
        said = "select current_setting('samen.was'), current_setting('samen.all'), current_setting('samen.other')"
        assert tuple(await tx.only(said)) == ("first", '["first"]', '["third"]')


async def test_the_name_of_a_client_may_be_anything(database: Database) -> None:
    for name in ("-" * 36, "a" * 36, "winkel", ""):
        async with database.transaction() as tx:
            assert (await enter(tx, Identity("https://issuer.example", "x", name))).app_id is None


@pytest.mark.parametrize("login", ["samen", "postgres", "samen_worker"])
async def test_start_fails_with_another_login(database_url: str, login: str) -> None:
    """Of the owner, a superuser or another role: only its own can become nothing else."""
    logins = replace(logins_at(database_url), app=database_url.replace("samen@", f"{login}@"))
    with pytest.raises(DatabaseUnfit, match=f'SAMEN_DATABASE_URL logs in as "{login}".* It has to be samen_app'):
        await Database(logins).open()


def test_start_fails_with_a_login_that_may_become_more(tmp_path: Path) -> None:
    """On a server whose administrator let it act as the owner of the functions, or pass over policies."""
    alone = EmbeddedPostgres.at(tmp_path)
    alone.start()
    migrate_to_head(alone.url())
    for given, taken, told in (
        ("grant samen_books to samen_reader", "revoke samen_books from samen_reader", "a member of samen_books"),
        ("alter role samen_reader bypassrls", "alter role samen_reader nobypassrls", "BYPASSRLS"),
        ("alter role samen_reader superuser", "alter role samen_reader nosuperuser", "a superuser"),
    ):
        alone.command("psql", "-qc", given)
        with pytest.raises(DatabaseUnfit, match=rf'"samen_reader" \({told}\)'):
            asyncio.run(_open(logins_at(alone.url()), READER_ROLE))
        alone.command("psql", "-qc", taken)
    asyncio.run(_open(logins_at(alone.url()), READER_ROLE))
    alone.stop()
    shutil.rmtree(alone.home)


async def _open(logins: Logins, role: str) -> None:
    async with opened(logins, role=role):
        return


def test_the_launcher_recovers_from_a_kill_and_from_a_recycled_pid(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres.at(tmp_path)
    assert postgres.start()
    assert not postgres.start(), "it runs already"
    pid_file = postgres.data / "postmaster.pid"
    pid = int(pid_file.read_text(encoding="utf-8").splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        if not postgres.running():
            break
        time.sleep(0.05)
    assert pid_file.exists()
    lines = pid_file.read_text(encoding="utf-8").splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n", encoding="utf-8")
    assert not postgres.running(), "our own pid is no server"
    time.sleep(0.5)
    assert postgres.start()
    assert "1" in postgres.command("psql", "-d", "samen", "-Atc", "select 1")
    postgres.stop()
    assert not postgres.running()
    shutil.rmtree(postgres.home)


def test_what_was_killed_on_the_way_starts_anew(tmp_path: Path) -> None:
    """Killed in `initdb`, in either place of the data, or before the cluster had its database."""
    postgres = EmbeddedPostgres.at(tmp_path)
    (postgres.home / "data.new" / "global").mkdir(parents=True)
    (postgres.data / "base").mkdir(parents=True)
    (postgres.data / "PG_VERSION").write_text("18\n", encoding="utf-8")
    if os.geteuid() == 0:
        for folder in (postgres.home, *postgres.home.rglob("*")):
            shutil.chown(folder, postgres.user)
    with postgres.used():
        postgres.command("dropdb", "samen")
        assert len(list(postgres.home.glob("data.unfinished-*"))) == 1, "nothing is thrown away"
        with postgres.used():
            assert postgres.command("psql", "-d", "samen", "-Atc", "select 1").strip() == "1"
    shutil.rmtree(postgres.home)


USE = """
import sys, time
from pathlib import Path
from app.db.embedded import EmbeddedPostgres
with EmbeddedPostgres.at(Path(sys.argv[1])).used():
    print("used", flush=True)
    sys.stdin.read()
"""


def user(folder: Path) -> subprocess.Popen[str]:
    """A process that uses the cluster of a folder until its standard input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", USE, folder], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "used\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("", timeout=600)
    assert process.returncode == 0


def test_the_last_of_all_users_stops_the_cluster(tmp_path: Path) -> None:
    postgres = EmbeddedPostgres.at(tmp_path)
    first, second, third = user(tmp_path), user(tmp_path), user(tmp_path)
    end(first)
    assert postgres.running(), "who started it leaves it to the others"
    second.kill()
    second.communicate()
    assert postgres.running()
    end(third)
    assert not postgres.running(), "one that was killed uses nothing"
    alone = user(tmp_path)
    alone.kill()
    alone.communicate()
    assert postgres.running(), "nobody was there to stop it"
    end(user(tmp_path))
    assert not postgres.running()
    shutil.rmtree(postgres.home)


@pytest.mark.parametrize("temporary", ["de tijdelijke map", "é's", "l" * 120])
def test_a_cluster_works_in_any_folder(tmp_path: Path, temporary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With spaces, quotes and accents in its path and in that of temporary files, or too long for a socket."""
    (tmp_path / temporary).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / temporary))
    postgres = EmbeddedPostgres.at(tmp_path / "Mijn café's" / ".samen")
    with postgres.used():
        migrate_to_head(postgres.url())
    shutil.rmtree(postgres.home)


def test_a_process_with_another_folder_for_temporary_files_finds_the_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = EmbeddedPostgres.at(tmp_path / "data")
    with tempfile.TemporaryDirectory(prefix="other-") as short, first.used():
        monkeypatch.setattr(tempfile, "tempdir", short)
        other = EmbeddedPostgres.at(tmp_path / "data")
        assert other.socket_dir != first.socket_dir
        with other.used():
            assert other.command("psql", "-d", "samen", "-Atc", "select 1").strip() == "1"
            migrate_to_head(other.url())
    assert not other.running()
    shutil.rmtree(other.home)


def test_a_new_folder_has_a_new_cluster(tmp_path: Path) -> None:
    """Also as root, whose data is elsewhere: after the folder is removed, a new start finds no old data."""
    folder = tmp_path / "samen"
    first = EmbeddedPostgres.at(folder)
    assert EmbeddedPostgres.at(folder) == first
    if os.geteuid() == 0:
        shutil.rmtree(folder)
        assert EmbeddedPostgres.at(folder).home != first.home
