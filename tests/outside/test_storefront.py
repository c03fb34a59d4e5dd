"""The storefront, built by its README, with a customer in a real browser."""

import asyncio
import os
import shutil
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import tools
from tests.outside.conftest import ROOT, ran
from tests.world import World

SOURCE = ROOT / "examples" / "storefront"
BUILT = ("node_modules", "dist", "made")


@pytest.fixture
def storefront(tmp_path: Path) -> Path:
    """A copy of its folder, with the packages of its lock file."""
    modules = tools.npm(SOURCE / "package-lock.json")
    folder = tmp_path / "examples" / "storefront"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns(*BUILT))
    (folder / "node_modules").symlink_to(modules)
    (tmp_path / "openapi").symlink_to(ROOT / "openapi")
    return folder


@pytest.fixture
async def shop(storefront: Path, address: str, world: World) -> AsyncIterator[str]:
    """The URL of the built page, beside the live server."""
    await ran(["npm", "run", "build"], storefront)
    body = {"name": "Winkel", "scopes": ["catalogue:read", "orders:write"], "cooperativeIds": []}
    made = await world.network("POST", "/v1/apps", body)
    settings = {"SAMEN_URL": f"http://{address}", "PORT": "0", "CLIENT_ID": made["app"]["id"]}
    process = await asyncio.create_subprocess_exec(
        "node",
        "server.mjs",
        cwd=storefront,
        env={"PATH": os.environ["PATH"], "CLIENT_SECRET": made["clientSecret"]} | settings,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    yield (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
    process.kill()
    await process.wait()


async def test_somebody_shops_on_a_phone(shop: str, storefront: Path, world: World) -> None:
    chromium = tools.chromium()
    seller, word = await world.cooperative(), uuid.uuid4().hex[:10]
    await world.offering(seller, title=f"Tuinbeurt {word}")
    maker = {"SELLER_TOKEN": seller.member.token or ""}
    printed = await ran(["npm", "test"], storefront, SHOP_URL=shop, CHROMIUM=chromium, WORD=word, **maker)
    orders = (await seller.member("GET", "/v1/orders"))["items"]
    assert [(order["state"], order["reference"] in printed) for order in orders] == [("accepted", True)]
