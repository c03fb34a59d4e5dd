"""The storefront, built as its README says, with somebody who shops there in a real browser."""

import asyncio
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.outside.conftest import ROOT, installed, ran
from tests.world import World

SOURCE = ROOT / "examples" / "storefront"
HOME = Path(tempfile.gettempdir()) / f"samen-storefront-{os.geteuid()}"
BUILT = ("node_modules", "dist", "made")


@pytest.fixture
def chromium() -> str:
    """The browser of Debian, installed where we may; skips the test with the reason where it cannot be had."""
    if not shutil.which("chromium") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], capture_output=True, check=False)
    return shutil.which("chromium") or pytest.skip("chromium is not installed")


@pytest.fixture
def storefront(tmp_path: Path) -> Path:
    """Its folder, copied, with what its lock file names."""
    npm = shutil.which("npm") or pytest.skip("npm is not installed")
    HOME.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(SOURCE / name, HOME)
    installed(HOME, [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], SOURCE / "package-lock.json")
    folder = tmp_path / "examples" / "storefront"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns(*BUILT))
    (folder / "node_modules").symlink_to(HOME / "node_modules")
    (tmp_path / "openapi").symlink_to(ROOT / "openapi")
    return folder


@pytest.fixture
async def shop(storefront: Path, address: str, world: World) -> AsyncIterator[str]:
    """Where the built page is served, beside the live server."""
    await ran(["npm", "run", "build"], storefront)
    body = {"name": "Winkel", "scopes": ["catalogue:read", "orders:write"], "cooperativeIds": []}
    made = await world.network("POST", "/v1/apps", body)
    settings = {"SAMEN_URL": f"http://{address}", "PORT": "0", "CLIENT_ID": made["app"]["id"]}
    process = await asyncio.create_subprocess_exec(
        *("node", "server.mjs"),
        cwd=storefront,
        env={"PATH": os.environ["PATH"], "CLIENT_SECRET": made["clientSecret"]} | settings,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    yield (await asyncio.wait_for(process.stdout.readline(), 20)).decode().strip()
    process.kill()
    await process.wait()


async def test_somebody_shops_on_a_phone(chromium: str, shop: str, storefront: Path, world: World) -> None:
    seller, word = await world.cooperative(), uuid.uuid4().hex[:10]
    await world.offering(seller, title=f"Tuinbeurt {word}")
    maker = {"SELLER_TOKEN": seller.member.token or ""}
    printed = await ran(["npm", "test"], storefront, SHOP_URL=shop, CHROMIUM=chromium, WORD=word, **maker)
    orders = (await seller.member("GET", "/v1/orders"))["items"]
    assert [(order["state"], order["reference"] in printed) for order in orders] == [("accepted", True)]
