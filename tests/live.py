"""A separate server process, on its own PostgreSQL with production's durability; it can be killed."""

import asyncio
import base64
import contextlib
import inspect
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvicorn

from app.adapters.tokens import KeyRing, new_key
from app.db.embedded import EmbeddedPostgres
from app.db.logins import OWNER_SETTING, SETTINGS, Logins, logins_at
from app.domain.access import Scope
from app.main import VERSION, build
from app.migrations import migrate_to_head
from app.settings import Settings
from app.transport.connections import Bounded
from tests.tls import Tls

ROOT = Path(__file__).parent.parent
SEALING = base64.b64encode(bytes(32)).decode()
SOCKET = ".s.PGSQL.5432"
RATES = ("VISITOR", "STANDARD", "PARTNER")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def until(look: Callable[[], Any], seconds: float = 30) -> None:
    """Waits until `look`, a function or a coroutine function, returns true. Raises AssertionError after the seconds."""
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        seen = look()
        if (await seen) if inspect.isawaitable(seen) else seen:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came")


@contextlib.asynccontextmanager
async def served(
    app: Any, port: int = 0, *, connections_per_address: int = 0, prefix: str = "", tls: Tls | None = None
) -> AsyncIterator[str]:
    """Serves an application on a real port in this process; yields its URL. With `tls` it speaks HTTPS."""
    config = Bounded(
        app,
        version=VERSION,
        prefix=prefix,
        connections_per_address=connections_per_address,
        port=port,
        log_level="error",
        lifespan="off",
        ssl_certfile=tls.certificate if tls else None,
        ssl_keyfile=tls.key if tls else None,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def in_production(settings: Settings, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """An application in production mode, called without a token; bugs show only as in production."""
    app = build(settings.model_copy(update={"environment": "production"}), logins_at(database_url))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


class Wire:
    """A proxy between server and PostgreSQL; while `cut`, the answers to commits are lost."""

    def __init__(self, postgres: EmbeddedPostgres, folder: Path) -> None:
        self.folder, self.cut = folder, False
        self._to = str(postgres.socket_dir / SOCKET)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / SOCKET))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        """One connection, both ways, until either end closes."""
        with near, socket.socket(socket.AF_UNIX) as far:
            try:
                far.connect(self._to)
            except OSError:
                return
            lost = threading.Event()
            back = threading.Thread(target=self._pump, args=(far, near, lost, True), daemon=True)
            back.start()
            self._pump(near, far, lost, False)
            back.join()

    def _pump(self, source: socket.socket, sink: socket.socket, lost: threading.Event, answers: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.cut and not answers and b"COMMIT;" in data:
                    lost.set()
                if not (answers and lost.is_set()):
                    sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


def settings_of(logins: Logins) -> dict[str, str]:
    """The settings with these addresses."""
    return {variable: logins.of(role) for role, variable in SETTINGS.items()} | {OWNER_SETTING: logins.owners()}


@dataclass(kw_only=True)
class Live:
    """`samen serve` on `postgres`."""

    home: Path
    postgres: EmbeddedPostgres
    keys: str
    port: int
    process: subprocess.Popen[bytes] | None = None
    wire: Wire | None = None
    database_url: str = ""
    """If it is not its own PostgreSQL."""
    rates: tuple[int, int, int] = (1_000_000_000,) * 3
    """For visitors, people and partners."""
    more: dict[str, str] = field(default_factory=dict)
    """Additional settings, which override those."""
    files: int | None = None
    """The most open files and connections of the server; None: as many as this process."""

    @classmethod
    def at(cls, home: Path) -> "Live":
        made = cls(
            home=home,
            postgres=EmbeddedPostgres.at(home),
            keys=json.dumps({"keys": [new_key()]}),
            port=free_port(),
        )
        made.postgres.start()
        migrate_to_head(made.postgres.url())
        return made

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def _database_url(self) -> str:
        if self.wire is None:
            return self.database_url or self.postgres.url()
        return self.postgres.url().replace(str(self.postgres.socket_dir), str(self.wire.folder))

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            **settings_of(logins_at(self._database_url)),
            "SAMEN_DATA_DIR": str(self.home),
            "SAMEN_SIGNING_KEYS": self.keys,
            "SAMEN_SEALING_KEY": SEALING,
            "SAMEN_PORT": str(self.port),
            "SAMEN_PUBLIC_URL": self.url,
            "SAMEN_LOG_LEVEL": "ERROR",
            "SAMEN_POOL_SIZE": "20",
            **{f"SAMEN_RATE_{name}": str(rate) for name, rate in zip(RATES, self.rates, strict=True)},
            **self.more,
        }

    def samen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command beside the server."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, encoding="utf-8", check=False
        )

    def serve(self) -> None:
        """Start the server and wait until it is ready."""
        command = [sys.executable, "-m", "app.cli", "serve"]
        limited = ["prlimit", f"--nofile={self.files}", *command] if self.files else command
        self.process = subprocess.Popen(limited, env=self.environment, cwd=ROOT)
        self.await_ready()

    def await_ready(self, seconds: float = 60) -> None:
        """A start takes ten seconds of a processor; several may start at once."""
        ends = time.monotonic() + seconds
        with httpx.Client(base_url=self.url, timeout=2) as client:
            while time.monotonic() < ends:
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/readyz").status_code == 200:
                        return
                time.sleep(0.1)
        raise AssertionError("the server is not ready")

    def kill_server(self) -> None:
        """Like a power cut: no handler runs. Just before, it sent some commits whose answers it never got."""
        assert self.process is not None
        assert self.wire is not None
        self.wire.cut = True
        time.sleep(0.1)
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.wire.cut = False

    def kill_postgres(self) -> None:
        """All processes at once, directly after it got some commits whose answers nobody receives."""
        assert self.wire is not None
        self.wire.cut = True
        time.sleep(0.1)
        postmaster = psutil.Process(
            int((self.postgres.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        )
        for process in (postmaster, *postmaster.children(recursive=True)):
            process.kill()
        self.wire.cut = False

    def person(self, login: str) -> str:
        return KeyRing.of(self.keys).token(
            issuer=f"{self.environment['SAMEN_PUBLIC_URL']}/people",
            audience="samen",
            subject=login,
            client_id="tests",
            scopes=list(Scope),
        )

    def stop_server(self) -> int:
        """Stop the server gracefully; the database stays. Returns its exit code."""
        if self.process is None or self.process.poll() is not None:
            return 0
        self.process.terminate()
        return self.process.wait(30)

    def stop(self) -> int:
        """Stop both gracefully; returns the server's exit code."""
        code = self.stop_server()
        self.postgres.stop()
        shutil.rmtree(self.postgres.home)
        return code


@contextlib.contextmanager
def demo_by_wire(folder: Path) -> Iterator[Live]:
    """The demo network, served over a wire to its database that a test can cut."""
    made = Live.at(folder)
    assert made.samen("demo").returncode == 0
    with tempfile.TemporaryDirectory(prefix="wire") as place:
        made.wire = Wire(made.postgres, Path(place))
        made.serve()
        yield made
        made.stop()
        made.wire.close()
