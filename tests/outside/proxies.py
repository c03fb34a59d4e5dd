"""The configurations of `deploy/`, with other names, ports and paths, run by a user who is not root."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests import tools
from tests.live import free_port
from tests.outside.conftest import ROOT
from tests.tls import Tls

NOBODY = 65534
NAME = "samen.example.org"


@dataclass(frozen=True)
class Front:
    """Where a proxy listens, for `samen.test`."""

    port: int
    plain_port: int

    @property
    def url(self) -> str:
        return f"https://samen.test:{self.port}"

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"


def substituted(text: str, replaced: dict[str, str]) -> str:
    """The text with its placeholders replaced; each must exist."""
    for name, value in replaced.items():
        assert name in text, name
        text = text.replace(name, value)
    return text


@contextlib.contextmanager
def nginx(tls: Tls, servers: tuple[int, int], more: dict[str, str] | None = None) -> Iterator[Front]:
    """nginx before two processes on this machine; `more` is replaced first."""
    with _folder(tls) as folder:
        front = Front(free_port(), free_port())
        replaced = (more or {}) | {
            NAME: "samen.test",
            "/etc/samen/tls": str(folder),
            "/run/samen-nginx": str(folder),
            "listen 443": f"listen 127.0.0.1:{front.port}",
            "listen 80": f"listen 127.0.0.1:{front.plain_port}",
            "127.0.0.1:8001": f"127.0.0.1:{servers[0]}",
            "127.0.0.1:8002": f"127.0.0.1:{servers[1]}",
        }
        file = folder / "nginx.conf"
        file.write_text(substituted(_configuration("nginx.conf"), replaced), encoding="utf-8")
        with _running([tools.debian("nginx"), "-e", "stderr", "-c", str(file), "-g", "daemon off;"], front):
            yield front


@contextlib.contextmanager
def haproxy(tls: Tls, servers: tuple[int, int]) -> Iterator[Front]:
    """HAProxy before two processes on this machine."""
    with _folder(tls) as folder:
        front = Front(free_port(), free_port())
        both = folder / "haproxy.pem"
        both.write_bytes((folder / "certificate.pem").read_bytes() + (folder / "key.pem").read_bytes())
        replaced = {
            NAME: "samen.test",
            "/etc/samen/tls/haproxy.pem": str(both),
            "bind :443": f"bind 127.0.0.1:{front.port}",
            "bind :80": f"bind 127.0.0.1:{front.plain_port}",
            "127.0.0.1:8001": f"127.0.0.1:{servers[0]}",
            "127.0.0.1:8002": f"127.0.0.1:{servers[1]}",
        }
        file = folder / "haproxy.cfg"
        file.write_text(substituted(_configuration("haproxy.cfg"), replaced), encoding="utf-8")
        with _running([tools.debian("haproxy"), "-db", "-f", str(file)], front):
            yield front


def _configuration(name: str) -> str:
    return (ROOT / "deploy" / name).read_text(encoding="utf-8")


@contextlib.contextmanager
def _folder(tls: Tls) -> Iterator[Path]:
    """A folder for the proxy, writable for its user."""
    with tempfile.TemporaryDirectory(prefix="samen-proxy-") as made:
        folder = Path(made)
        shutil.copy(tls.certificate, folder / "certificate.pem")
        shutil.copy(tls.key, folder / "key.pem")
        if os.geteuid() == 0:
            for path in (folder, *folder.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        yield folder


@contextlib.contextmanager
def _running(command: list[str], front: Front) -> Iterator[None]:
    """A proxy, until the block ends; it logs each connection that a process refused."""
    who = NOBODY if os.geteuid() == 0 else None
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command,
            user=who,
            group=who,
            extra_groups=[] if who else None,
            stderr=said,
            # The checkout may be in a folder that `nobody` cannot enter.
            cwd="/",
        )
        try:
            ends = time.monotonic() + 10
            while not _listens(front.port):
                assert process.poll() is None, os.pread(said.fileno(), 4000, 0).decode()
                assert time.monotonic() < ends, f"{command[0]} does not listen"
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(20)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0
