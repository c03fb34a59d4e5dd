"""The programs of the guides run as they stand, against a server that is as real as the reader's."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from tests.outside.conftest import ROOT, ran
from tests.receiver import receiving
from tests.world import World

DOCS = ROOT / "docs"


def program(page: str, language: str) -> str:
    """Every block of a page in one language, one after another."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", (DOCS / page).read_text(), re.DOTALL | re.MULTILINE)
    assert blocks
    return "\n".join(blocks)


async def python(page: str, tmp_path: Path, **environment: str) -> str:
    (tmp_path / "guide.py").write_text(program(page, "python"))
    return await ran([sys.executable, "guide.py"], tmp_path, **environment)


async def node(page: str, bench: Path, **environment: str) -> str:
    """Run where the npm packages are."""
    file = bench / f"guide-{page.replace('/', '-')}.mjs"
    file.write_text(program(page, "js"))
    return await ran(["node", file.name], bench, **environment)


async def credentials(world: World, scopes: list[str], cooperative_ids: list[str]) -> dict[str, str]:
    body = {"name": "Gids", "scopes": scopes, "cooperativeIds": cooperative_ids}
    made = await world.network("POST", "/v1/apps", body)
    return {"CLIENT_ID": made["app"]["id"], "CLIENT_SECRET": made["clientSecret"]}


async def test_the_guide_for_an_app(world: World, address: str, tmp_path: Path) -> None:
    await world.offering(await world.cooperative(), title="Tuinbeurt")
    scopes = ["catalogue:read", "orders:read", "orders:write", "events:read"]
    environment = await credentials(world, scopes, [])

    async def work() -> None:
        while True:
            await world.work()
            await world.send()
            await asyncio.sleep(0.2)

    working = asyncio.create_task(work())
    try:
        for _ in range(2):  # the second time it tidies up after the first
            printed = await python("getting-started/app.md", tmp_path, SAMEN_URL=f"http://{address}", **environment)
    finally:
        working.cancel()
    assert "reconciled up to" in printed


async def test_the_guide_for_a_partner(world: World, address: str, tmp_path: Path) -> None:
    seller = await world.cooperative()
    environment = {"SAMEN_URL": f"http://{address}", "TOKEN": seller.coordinator.token or ""}
    printed = await python("getting-started/partner.md", tmp_path, **environment)
    assert "201 in_review" in printed


async def test_the_guide_for_a_frontend(world: World, address: str, bench: Path) -> None:
    await world.offering(await world.cooperative(), title="Tuinbeurt")
    token = world.person().token or ""
    printed = await node("getting-started/frontend.md", bench, SAMEN_URL=f"http://{address}", TOKEN=token)
    assert printed.splitlines()[-1] == "PLACED"


@pytest.fixture
async def delivered(world: World) -> dict[str, str]:
    """One webhook as it came in, as environment."""
    app = await world.app(["catalogue:read", "orders:read", "orders:write", "events:read"])
    async with receiving() as receiver:
        body = {"url": receiver.url, "kinds": ["order.placed"]}
        hook = await app("POST", f"/v1/apps/{app.login}/webhooks", body)
        await world.order(app, await world.offering(await world.cooperative()))
        await world.work()
        await world.send()
        ((headers, raw),) = receiver.calls
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    found = {name.replace("-", "_").upper(): headers[name] for name in names}
    return found | {"WEBHOOK_SECRET": hook["secret"], "BODY": raw.decode()}


async def test_a_webhook_is_verified_in_python(delivered: dict[str, str], tmp_path: Path) -> None:
    assert await python("webhooks.md", tmp_path, **delivered) == "order.placed\n"


async def test_a_webhook_is_verified_in_typescript(delivered: dict[str, str], bench: Path) -> None:
    assert await node("webhooks.md", bench, **delivered) == "order.placed\n"
