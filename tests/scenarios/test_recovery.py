"""Separate servers and workers, on a PostgreSQL that is killed, recovers, or has no connection left."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.db.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.live import ROOT, Live, free_port

PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.at(tmp_path_factory.mktemp("recovery"))
    yield made
    made.stop()


@contextlib.contextmanager
def process(environment: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command beside the test; its log is `$SAMEN_DATA_DIR/<command>.log`."""
    with (Path(environment["SAMEN_DATA_DIR"]) / f"{arguments[0]}.log").open("w", encoding="utf-8") as log:
        command = [sys.executable, "-m", "app.cli", *arguments]
        found = subprocess.Popen(command, env=environment | {"SAMEN_LOG_LEVEL": "WARNING"}, cwd=ROOT, stderr=log)
        try:
            yield found
        finally:
            found.terminate()
            found.wait(60)


def eventually(look: Any, seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.1)


def log_of(live_home: Path, command: str) -> str:
    return (live_home / f"{command}.log").read_text(encoding="utf-8")


def kill(postgres: EmbeddedPostgres) -> None:
    """Kills the postmaster alone, like the kernel without memory; its children end by themselves."""
    os.kill(int((postgres.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]), signal.SIGKILL)


def restarts(folder: Path) -> int:
    return (log_of(folder, "serve") + log_of(folder, "worker")).count("it is started again")


def ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def undelivered(postgres: EmbeddedPostgres) -> str:
    return sql(postgres, "select count(*) from outbox where delivered_at is null")


def sql(postgres: EmbeddedPostgres, statement: str) -> str:
    return postgres.command("psql", "-d", "samen", "-qXAtc", statement).strip()


def test_a_worker_waits_for_a_database_that_recovers_and_other_commands_say_so(live: Live) -> None:
    """A standby without connections simulates a long recovery: both answer 57P03."""
    assert live.samen("demo").returncode == 0
    assert undelivered(live.postgres) != "0"
    live.postgres.stop()
    standby, conf = live.postgres.data / "standby.signal", live.postgres.data / "postgresql.auto.conf"
    before = conf.read_text(encoding="utf-8")
    standby.touch()
    conf.write_text(before + "hot_standby = off\n", encoding="utf-8")
    shutil.chown(standby, live.postgres.user)
    with pytest.raises(EmbeddedPostgresError):
        # It runs, but accepts nobody.
        live.postgres.start()
    with process(live.environment, "worker") as worker:
        eventually(lambda: "waiting for the database" in log_of(live.home, "worker"))
        checked = live.samen("check-books")
        assert (checked.returncode, len(checked.stderr.splitlines())) == (1, 1)
        assert "It starts, stops or recovers." in checked.stderr
        assert worker.poll() is None
        assert '"sqlstate": "57P03"' in log_of(live.home, "worker")
        assert "Traceback" not in log_of(live.home, "worker")
        standby.unlink()
        conf.write_text(before, encoding="utf-8")
        live.postgres.stop()
        live.postgres.start()
        eventually(lambda: undelivered(live.postgres) == "0")
        assert worker.poll() is None
    assert worker.returncode == 0


def test_a_worker_waits_until_there_is_a_connection_left(live: Live) -> None:
    for limit, told in (("0", "It has no connection left."), ("-1", "")):
        sql(live.postgres, f"alter database samen connection limit {limit}")
        checked = live.samen("check-books")
        assert (checked.returncode, told in checked.stderr) == (1 if told else 0, True)
        if told:
            assert len(checked.stderr.splitlines()) == 1
    some = "select id from outbox order by id desc limit 20"
    sql(live.postgres, f"update outbox set delivered_at = null where id in ({some})")
    sql(live.postgres, "alter database samen connection limit 2")
    with process(live.environment, "worker") as worker:
        eventually(lambda: '"sqlstate": "53300"' in log_of(live.home, "worker"))
        assert worker.poll() is None
        sql(live.postgres, "alter database samen connection limit -1")
        eventually(lambda: undelivered(live.postgres) == "0")
        assert "Traceback" not in log_of(live.home, "worker")


def test_a_server_that_loses_its_database_says_so_at_every_door(live: Live) -> None:
    live.serve()
    live.postgres.stop()
    for _ in range(2):
        for path in ("/v1/catalogue/offerings?limit=1", "/v1/catalogue/offerings?minPrice=1", "/v1/cooperatives"):
            answer = httpx.get(live.url + path, timeout=10)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), path
            assert (answer.headers["Content-Type"], answer.headers["Retry-After"]) == (PROBLEM, "2")
        for field in ("catalogue", "cooperatives"):
            query = {"query": f"{{ {field} {{ edges {{ node {{ id }} }} }} }}"}
            answer = httpx.post(f"{live.url}/graphql", json=query, timeout=10)
            assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["unavailable"]
    assert httpx.get(f"{live.url}/healthz").status_code == 200
    # It checks once a second.
    eventually(lambda: httpx.get(f"{live.url}/readyz", timeout=10).status_code == 503, 10)
    live.postgres.start()
    live.await_ready()
    assert httpx.get(f"{live.url}/v1/catalogue/offerings?limit=1").status_code == 200
    live.stop_server()


def test_the_embedded_database_is_started_again_for_all_who_use_it(tmp_path: Path) -> None:
    """A server and a worker on one embedded database, whose postmaster is killed."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMEN_DATABASE_URL")}
    environment |= {"SAMEN_DATA_DIR": str(tmp_path), "SAMEN_PORT": str(port)}
    postgres, url = EmbeddedPostgres.at(tmp_path), f"http://127.0.0.1:{port}"
    subprocess.run([sys.executable, "-m", "app.cli", "demo"], env=environment, cwd=ROOT, check=True)
    try:
        with process(environment, "serve") as server:
            eventually(lambda: ready(url))
            with process(environment, "worker") as worker:
                for number in (1, 2):
                    eventually(lambda: undelivered(postgres) == "0")
                    kill(postgres)
                    eventually(lambda number=number: restarts(tmp_path) == number)
                    eventually(lambda: ready(url))
                    sql(postgres, "update outbox set delivered_at = null, next_try_at = now()")
                eventually(lambda: undelivered(postgres) == "0")
                assert (server.poll(), worker.poll()) == (None, None)
                told = log_of(tmp_path, "serve") + log_of(tmp_path, "worker")
                assert restarts(tmp_path) == 2
                assert "Traceback" not in told
                assert max(len(line) for line in told.splitlines()) < 700
        assert not postgres.running()
    finally:
        postgres.stop()
        shutil.rmtree(postgres.home)
