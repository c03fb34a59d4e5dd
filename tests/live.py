"""A server of its own, as a process, on a PostgreSQL of its own with production's durability; it can be killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from app.adapters.tokens import KeyRing, new_key
from app.cli import migrate_to_head
from app.db.embedded import EmbeddedPostgres
from app.domain.access import Scope

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Live:
    """`samen serve` on `postgres`."""

    postgres: EmbeddedPostgres
    keys: str
    port: int
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(cls, home: Path) -> "Live":
        made = cls(EmbeddedPostgres.at(home), json.dumps({"keys": [new_key()]}), free_port())
        made.postgres.start()
        migrate_to_head(made.postgres.url())
        return made

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "SAMEN_DATABASE_URL": self.postgres.url(),
            "SAMEN_SIGNING_KEYS": self.keys,
            "SAMEN_PORT": str(self.port),
            "SAMEN_PUBLIC_URL": self.url,
            "SAMEN_LOG_LEVEL": "ERROR",
            "SAMEN_POOL_SIZE": "20",
        }

    def samen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command beside the server."""
        command = [sys.executable, "-m", "app.cli", *arguments]
        return subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)

    def serve(self) -> None:
        """Start the server and wait until it is ready."""
        self.process = subprocess.Popen([sys.executable, "-m", "app.cli", "serve"], env=self.environment, cwd=ROOT)
        self.await_ready()

    def await_ready(self, seconds: float = 30) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("the server is not ready")

    def kill_server(self) -> None:
        """As a power cut would: no handler runs."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def kill_postgres(self) -> None:
        """All of its processes at once; the server is held meanwhile, so that some commits have no reader."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(0.1)
        postmaster = psutil.Process(int((self.postgres.data / "postmaster.pid").read_text().splitlines()[0]))
        for process in (postmaster, *postmaster.children(recursive=True)):
            process.kill()
        self.process.send_signal(signal.SIGCONT)

    def person(self, login: str) -> str:
        return KeyRing.of(self.keys).token(
            issuer=f"{self.url}/people", audience="samen", subject=login, client_id="tests", scopes=list(Scope)
        )

    def stop(self) -> int:
        """Stop gracefully; returns the server's exit code."""
        code = 0
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            code = self.process.wait(30)
        self.postgres.stop()
        return code
