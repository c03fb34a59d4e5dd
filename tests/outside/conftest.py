"""Tools of others: installed from their registry into `checks/`, or the test is skipped with the reason."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CHECKS = ROOT / "checks"
Tool = Callable[..., Awaitable[str]]
PERSONAL = ("PATH", "HOME", "LANG", "LC_ALL")


@pytest.fixture(scope="session")
def npm_tools() -> Path:
    """The folder of the programs that `checks/package-lock.json` names."""
    npm = shutil.which("npm") or pytest.skip("npm is not installed")
    with (Path(tempfile.gettempdir()) / f"samen-npm-{os.geteuid()}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done, wanted = CHECKS / "node_modules" / ".package-lock.json", CHECKS / "package-lock.json"
        if not done.exists() or done.stat().st_mtime < wanted.stat().st_mtime:
            command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            made = subprocess.run(command, cwd=CHECKS, capture_output=True, text=True, check=False)
            if made.returncode:
                pytest.skip(f"npm has no registry here: {made.stderr[-300:]}")
            done.touch()
    return CHECKS / "node_modules" / ".bin"


@pytest.fixture
def tool(npm_tools: Path) -> Tool:
    """Run a program on the project's folder while the server goes on; what it printed. Fails where it does."""

    async def run(program: str, *arguments: str | Path) -> str:
        command = npm_tools / program if (npm_tools / program).exists() else program
        process = await asyncio.create_subprocess_exec(
            *(str(command), *map(str, arguments)),
            cwd=ROOT,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await process.communicate())[0].decode()
        assert process.returncode == 0, printed[:4000] + " … " + printed[-2000:]
        return printed

    return run


def installed(folder: Path, command: list[str], wanted: Path) -> None:
    """What a lock file names, installed once; skips the test with the reason where there is no registry."""
    done = folder / ".installed"
    folder.mkdir(exist_ok=True)
    with (folder / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == wanted.read_text():
            return
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        assert "EUSAGE" not in made.stderr, made.stderr  # the lock file does not fit
        if made.returncode:
            pytest.skip(f"the tools of {wanted.name} cannot be installed here: {made.stderr[-300:]}")
        done.write_text(wanted.read_text())


async def ran(command: list[str], folder: Path, **environment: str) -> str:
    """What a program printed. Fails where it does."""
    inherited = {name: os.environ[name] for name in PERSONAL if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=inherited | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await asyncio.wait_for(process.communicate(), 90))[0].decode()
    assert process.returncode == 0, printed[-3000:]
    return printed
