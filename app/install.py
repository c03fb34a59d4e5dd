"""Installs what `make` needs into the folder VENV; the stage is `run`, or `test` with the development tools.

It may be killed at any moment, and started twice at once: the second process waits for the first, and an incomplete
installation is made again.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

UNSAFE = re.compile(r'["$`\\:\n]')
"""Characters that must not be in the path of a virtual environment or of PostgreSQL."""
STAGES = {"run": ["requirements.txt", "pyproject.toml"], "test": ["requirements-dev.txt"]}
"""The files that list what to install, by stage; each stage needs the ones before."""


class Venv:
    """The virtual environment. A file beside it records a running installation, and whose environment it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started = folder.with_name(f"{folder.name}.installing")

    @property
    def ours(self) -> bool:
        """Whether it may be replaced: it is `.venv`, was made here, or does not exist yet."""
        made = (self.folder / ".made").exists() or not self.folder.exists() or not any(self.folder.iterdir())
        return made or self.folder == Path(".venv") or self._left() == "ours"

    def _left(self) -> str | None:
        """The owner of the environment of an installation that did not finish."""
        return self.started.read_text(encoding="utf-8") if self.started.exists() else None

    def installed(self, stage: str) -> bool:
        """Whether the stamp of the stage matches its files, at this path."""
        stamp = self.folder / f".{stage}"
        return stamp.exists() and stamp.read_text(encoding="utf-8") == _content(stage) and not self.started.exists()

    def install(self, stage: str) -> None:
        """Creates the environment if it is missing or incomplete, then installs the stage."""
        whole = (self.folder / "bin" / "pip").exists() and (self.folder / "pyvenv.cfg").exists()
        anew = not whole or self._left() is not None
        ours = self.ours
        if anew and not ours:
            sys.exit(
                f"{self.folder} is no whole virtual environment, and not one that `make` made."
                " Remove it, or name another: make VENV=FOLDER"
            )
        self.started.write_text("ours" if ours else "theirs", encoding="utf-8")
        if anew:
            self._run(sys.executable, "-m", "venv", "--clear", str(self.folder))
            (self.folder / ".made").touch()
        print("Installing." if stage == "run" else "Installing the tools.", flush=True)
        pip = (str(self.folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet", "install")
        self._run(*pip, "--require-hashes", "-r", STAGES[stage][0])
        if stage == "run":
            self._run(*pip, "--no-deps", "--no-build-isolation", "--no-index", "-e", ".")
        (self.folder / f".{stage}").write_text(_content(stage), encoding="utf-8")
        self.started.unlink()

    def _run(self, *command: str) -> None:
        code = subprocess.run(command, check=False).returncode  # noqa: S603  Python itself
        if code > 0:
            # It failed by itself, and left what was there.
            self.started.unlink()
        if code:
            sys.exit(1)


def _content(stage: str) -> str:
    """A hash of what the stage installs and where, because scripts contain the path of their interpreter."""
    content = hashlib.sha256(os.fsencode(Path.cwd()))
    for name in STAGES[stage]:
        content.update(Path(name).read_bytes())
    return content.hexdigest()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One installation at a time; the kernel releases the lock if this process is killed."""
    number = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another `make` is installing here. Waiting until it is done.", file=sys.stderr, flush=True)
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("Samen needs Python 3.11 or newer. If you have one by another name: make PYTHON=python3.13")
    folder = Path(os.environ.get("VENV") or ".venv")
    for path in (Path.cwd(), folder):
        if UNSAFE.search(str(path)):
            sys.exit(f'Samen cannot be installed in {path}: remove the characters " $ ` \\ : from its path.')
    wanted = list(STAGES)[: list(STAGES).index(sys.argv[1]) + 1]
    venv = Venv(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.parent):
        for stage in wanted:
            if not venv.installed(stage):
                venv.install(stage)


if __name__ == "__main__":
    main()
