"""Third-party tools and how tests run them; `tests/tools.py` installs them."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests import tools
from tests.walls.sample import Sample, sampled
from tests.world import World

ROOT = Path(__file__).parent.parent.parent
CHECKS = ROOT / "checks"
CLIENTS = CHECKS / "clients"
Tool = Callable[..., Awaitable[str]]
PERSONAL = ("PATH", "HOME", "LANG", "LC_ALL")


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the scripts in `checks/`, beside the npm packages that they use."""
    modules = tools.npm(CHECKS / "package-lock.json")
    folder = tmp_path_factory.mktemp("checks")
    for script in CHECKS.glob("*.mjs"):
        shutil.copy(script, folder)
    (folder / "node_modules").symlink_to(modules)
    return folder


@pytest.fixture(scope="session")
def typescript() -> Path:
    """The packages that the clients in TypeScript need."""
    return tools.npm(CLIENTS / "package-lock.json")


@pytest.fixture(scope="package")
async def sample(world: World) -> Sample:
    """A cooperative with an object for every id in the contract."""
    return await sampled(world)


@pytest.fixture(scope="session")
def schemathesis() -> Path:
    """The program in an environment of its own."""
    return tools.pip(CHECKS / "schemathesis.txt") / "schemathesis"


@pytest.fixture
def tool(bench: Path) -> Tool:
    """Runs an npm program, or one at a path, in the project's folder; returns its output. Fails if it fails."""

    async def run(program: str, *arguments: str | Path) -> str:
        command = bench / "node_modules" / ".bin" / program
        return await ran([str(command if command.exists() else program), *map(str, arguments)], ROOT)

    return run


async def ran(command: list[str], folder: Path, **environment: str) -> str:
    """The output of a program while the server was running. Fails if it fails."""
    status, printed = await ended(command, folder, environment)
    assert status == 0, f"{status}: {printed[:4000]} … {printed[-2000:]}"
    return printed


async def ended(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int | None, str]:
    """The exit code of a program, and its output."""
    inherited = {name: os.environ[name] for name in PERSONAL if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        env=inherited | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed = (await asyncio.wait_for(process.communicate(), 150))[0].decode()
    return process.returncode, printed
