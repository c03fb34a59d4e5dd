"""Third-party programs, installed once a user.

If they are unreachable, tests are skipped; if they do not fit, they fail.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest

HOME = Path(tempfile.gettempdir()) / f"samen-tools-{os.geteuid()}"
NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retry-mintimeout=500", "--fetch-retry-factor=2")
PIP = ("install", "--quiet", "--disable-pip-version-check", "--retries=2", "--require-hashes")
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
NPM_AWAY = re.compile(r"code (ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH)\b")
PIP_AWAY = re.compile(r"connection broken by .*(NewConnection|NameResolution|ConnectTimeout|ReadTimeout|ProtocolError)")
PIP_NONE = "No matching distribution found"


def missing(reason: str) -> NoReturn:
    """Skips the test, but fails on CI, where everything must be available."""
    if os.environ.get("CI") == "true" and shutil.which("npm"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@contextlib.contextmanager
def alone(name: str) -> Iterator[None]:
    """One process at a time."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    with (HOME / f"{name}.lock").open("w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def npm(lock: Path) -> Path:
    """The `node_modules` of a `package-lock.json`."""
    program = shutil.which("npm") or missing("npm is not installed")
    folder = _folder(*(lock.with_name(name) for name in NPM_FILES))
    with alone(folder.name):
        if not (folder / ".installed").exists():
            folder.mkdir(exist_ok=True)
            for beside in NPM_FILES:
                shutil.copy(lock.with_name(beside), folder)
            _run([program, *NPM], folder)
    return folder / "node_modules"


def pip(lock: Path) -> Path:
    """The folder of the programs of a requirements file, apart, because they need other versions."""
    folder = _folder(lock)
    with alone(folder.name):
        if not (folder / ".installed").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", folder], check=True)
            _run(
                [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), *PIP, "-r", str(lock)], folder
            )
    return folder / "bin"


def chromium() -> str:
    """The browser."""
    return debian("chromium")


def debian(name: str) -> str:
    """A program of the Debian package of its name; as root on Debian it is installed on first use."""
    said = ""
    with alone("debian"):
        if _program(name) is None and os.geteuid() == 0 and shutil.which("apt-get"):
            said = _install(name)
    return _program(name) or missing(f"{name} is not installed: apt-get install {name}\n{said[-1000:]}")


def _install(package: str) -> str:
    """Installs a Debian package and what an earlier, broken installation left; returns what was printed."""
    # The package must not start its server.
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    wait = ("-o", "DPkg::Lock::Timeout=120")
    said = []
    for command in (
        ["dpkg", "--configure", "-a"],
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", *wait, package],
    ):
        # apt itself gives up if nobody answers. It is not killed: a broken installation would make all later ones fail.
        made = subprocess.run(
            command,
            env=quiet,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        said.append(made.stdout)
    return "\n".join(said)


def _program(name: str) -> str | None:
    """The path of a program; Debian's servers are outside the usual PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _folder(first: Path, *more: Path) -> Path:
    """Its name depends on the contents of the files, so that no run changes another's tools."""
    content = hashlib.sha256(sys.version.encode())
    for file in (first, *more):
        content.update(file.read_bytes())
    return HOME / f"{first.parent.name}-{first.stem}-{content.hexdigest()[:16]}"


def _run(command: list[str], folder: Path) -> None:
    """Installs; only an unreachable registry is a reason to skip."""
    made = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    if made.returncode == 0:
        (folder / ".installed").touch()
        return
    said = f"{made.stderr[:1000]} … {made.stderr[-1000:]}"
    if NPM_AWAY.search(made.stderr) or (PIP_AWAY.search(made.stderr) and PIP_NONE in made.stderr):
        missing(f"the registry of {folder.name} cannot be reached: {said}")
    pytest.fail(f"{folder.name} cannot be installed: {said}", pytrace=False)
