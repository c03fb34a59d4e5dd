"""Unmodified clients, made from the contracts by third-party generators, browse, order and follow."""

import shutil
from pathlib import Path

import pytest

from tests import tools
from tests.outside.conftest import CLIENTS, ROOT, ran
from tests.world import World


@pytest.fixture(scope="session")
def python() -> Path:
    """The folder with the generators in Python."""
    return tools.pip(CLIENTS / "python.txt")


@pytest.fixture
async def shop(world: World, address: str) -> dict[str, str]:
    """The URL and credentials; there is an offering."""
    await world.offering(await world.cooperative(), title="Tuinbeurt")
    return {"SAMEN_URL": f"http://{address}", "TOKEN": world.person().token or ""}


async def test_openapi_fetch_apollo_and_urql(typescript: Path, shop: dict[str, str], tmp_path: Path) -> None:
    work = tmp_path / "checks" / "clients"
    shutil.copytree(CLIENTS, work, ignore=shutil.ignore_patterns("node_modules", "made"))
    (tmp_path / "openapi").symlink_to(ROOT / "openapi")
    (work / "node_modules").symlink_to(typescript)
    programs = typescript / ".bin"
    types = [programs / "openapi-typescript", "../../openapi/openapi.json", "-o", "made/rest.ts"]
    await ran([str(part) for part in (*types, "--default-non-nullable", "false")], work)
    await ran([str(programs / "graphql-codegen"), "--config", "codegen.ts"], work)
    await ran([str(programs / "tsc"), "-p", "."], work)
    for client, state in (("rest", "placed"), ("apollo", "PLACED"), ("urql", "PLACED")):
        printed = await ran(["node", f"made/js/{client}.js"], work, **shop)
        assert printed.split() == [state, "not_found"], client


async def test_openapi_python_client(python: Path, shop: dict[str, str], tmp_path: Path) -> None:
    command = [str(python / "openapi-python-client"), "generate", "--meta", "none"]
    contract = str(ROOT / "openapi" / "openapi.json")
    await ran([*command, "--path", contract, "--output-path", "made_rest"], tmp_path)
    shutil.copy(CLIENTS / "rest.py", tmp_path)
    printed = await ran([str(python / "python"), "rest.py"], tmp_path, **shop)
    assert printed.split() == ["placed", "not_found"]


async def test_ariadne_codegen(python: Path, shop: dict[str, str], tmp_path: Path) -> None:
    for name in ("ariadne.toml", "shop.graphql", "graph.py"):
        shutil.copy(CLIENTS / name, tmp_path)
    shutil.copy(ROOT / "openapi" / "schema.graphql", tmp_path)
    await ran([str(python / "ariadne-codegen"), "--config", "ariadne.toml"], tmp_path)
    printed = await ran([str(python / "python"), "graph.py"], tmp_path, **shop)
    assert printed.split() == ["PLACED", "not_found"]
