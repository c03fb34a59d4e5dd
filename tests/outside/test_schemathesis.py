"""Thousands of requests made from the contract alone, by two cooperatives that must not see each other's objects."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.outside.conftest import CHECKS, Tool
from tests.world import World

HOME = Path(tempfile.gettempdir()) / "samen-schemathesis"


@pytest.fixture(scope="session")
def schemathesis() -> Path:
    """The program in an environment of its own: it needs other versions than the project."""
    program = HOME / "bin" / "schemathesis"
    pip = [str(HOME / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r"]
    steps = [[sys.executable, "-m", "venv", str(HOME)], [*pip, str(CHECKS / "schemathesis.txt")]]
    for command in steps if not program.exists() else ():
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.skip(f"schemathesis cannot be installed here: {made.stderr[-300:]}")
    return program


async def test_every_request_is_answered_as_the_contract_says(
    world: World, address: str, tool: Tool, schemathesis: Path, tmp_path: Path
) -> None:
    """Every check and every phase, the same cases each time; other ones with another seed."""
    people = [await world.cooperative(), await world.cooperative()]
    await world.sale(people[0], await world.app(), "10.00")
    tokens = [f"Bearer {seller.coordinator.token}" for seller in people]
    entries = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": token}]}
        for name, token in zip(("one", "two"), tokens, strict=True)
    ]
    (tmp_path / "auth.json").write_text(json.dumps({"auth": entries}))
    config = f'[auth.wfc]\npath = "{tmp_path / "auth.json"}"\npeers = ["one", "two"]\n\n'
    (tmp_path / "schemathesis.toml").write_text(config + (CHECKS / "schemathesis.toml").read_text())
    printed = await tool(
        *(str(schemathesis), "--config-file", tmp_path / "schemathesis.toml", "run"),
        *(f"http://{address}/v1/openapi.json", "--max-examples", "3", "--generation-deterministic", "--workers", "1"),
    )
    assert "generated" in printed
