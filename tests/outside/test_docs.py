"""The programs in the guides run unchanged, against a server like the reader's."""

import ast
import asyncio
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import Live
from tests.outside.conftest import ROOT, ran
from tests.receiver import receiving
from tests.scenarios.papers import COMPANY
from tests.world import Caller, World

DOCS = ROOT / "docs"
YEAR = r"(?<=VU)\d{4}(?=-)"
"""The year in the number of an invoice."""


def blocks(text: str, language: str) -> list[str]:
    """Every block in one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for name, block in found if name == language]


def program(page: str, language: str) -> str:
    """Every block of a page in one language, one after another."""
    found = blocks((DOCS / page).read_text(encoding="utf-8"), language)
    assert found
    return "\n".join(found)


async def python(page: str, tmp_path: Path, **environment: str) -> str:
    (tmp_path / "guide.py").write_text(program(page, "python"), encoding="utf-8")
    return await ran([sys.executable, "guide.py"], tmp_path, **environment)


async def compiled(page: str, typescript: Path, bench: Path, folder: Path, **environment: str) -> str:
    """Checked by the strict compiler, and run only if it finds nothing."""
    modules = folder / "node_modules"
    modules.mkdir()
    (modules / "@types").symlink_to(typescript / "@types")
    (modules / "standardwebhooks").symlink_to(bench / "node_modules" / "standardwebhooks")
    (folder / "guide.mts").write_text(program(page, "ts"), encoding="utf-8")
    strict = ["--strict", "--noUncheckedIndexedAccess", "--noEmitOnError", "--skipLibCheck", "--types", "node"]
    strict += ["--target", "es2022", "--module", "nodenext"]
    await ran([str(typescript / ".bin" / "tsc"), *strict, "guide.mts"], folder)
    return await ran(["node", "guide.mjs"], folder, **environment)


async def node(page: str, bench: Path, **environment: str) -> str:
    """Run in the folder of the npm packages."""
    file = bench / f"guide-{page.replace('/', '-')}.mjs"
    file.write_text(program(page, "js"), encoding="utf-8")
    return await ran(["node", file.name], bench, **environment)


async def credentials(world: World, scopes: list[str], cooperative_ids: list[str]) -> dict[str, str]:
    body = {"name": "Gids", "scopes": scopes, "cooperativeIds": cooperative_ids}
    made = await world.network("POST", "/v1/apps", body)
    return {"CLIENT_ID": made["app"]["id"], "CLIENT_SECRET": made["clientSecret"]}


async def test_the_guide_for_an_app(world: World, address: str, tmp_path: Path) -> None:
    seller = await world.cooperative()
    await seller.can_invoice()
    offering = await world.offering(seller, title="Tuinbeurt")
    scopes = ["catalogue:read", "orders:read", "orders:write", "events:read"]
    environment = await credentials(world, scopes, [])
    form = {"grant_type": "client_credentials"} | {name.lower(): value for name, value in environment.items()}
    token = (await world.client.post("/oauth/token", data=form)).json()["access_token"]
    # An order of the app that is invoiced, so that there is a paper to pull.
    order = await world.order(Caller(world.client, token, environment["CLIENT_ID"]), offering, contact=COMPANY)
    await world.deliver(seller, order)

    async def work() -> None:
        while True:
            await world.work()
            await world.send()
            await asyncio.sleep(0.2)

    working = asyncio.create_task(work())
    try:
        # The second run tidies up after the first.
        for _ in range(2):
            printed = await python("getting-started/app.md", tmp_path, SAMEN_URL=f"http://{address}", **environment)
    finally:
        working.cancel()
    assert "reconciled up to" in printed
    (number,) = re.findall(r"^(\S+) 242.00 unpaid$", printed, re.MULTILINE)
    assert (tmp_path / f"{number}.pdf").read_bytes().startswith(b"%PDF-")


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
    """One received webhook as environment variables."""
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


async def test_a_webhook_is_verified_in_typescript(
    delivered: dict[str, str], typescript: Path, bench: Path, tmp_path: Path
) -> None:
    assert await compiled("webhooks.md", typescript, bench, tmp_path, **delivered) == "order.placed\n"


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Live]:
    """What `make run` starts: the demo network behind a server."""
    live = Live.at(tmp_path / "home")
    loaded = live.samen("demo")
    assert loaded.returncode == 0, loaded.stderr
    live.serve()
    yield live
    live.stop()


async def test_the_first_sale_of_the_readme(network: Live, tmp_path: Path) -> None:
    """The calls unchanged, except for the port, in a folder with the program where `make run` puts it."""
    story = (
        (ROOT / "README.md")
        .read_text(encoding="utf-8")
        .partition("## A first sale in six calls")[2]
        .partition("\n## ")[0]
    )
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    script = "\n".join(blocks(story, "sh")).replace("http://127.0.0.1:8000", network.url)
    environment = {name: value for name, value in network.environment.items() if name.startswith("SAMEN_")}
    printed = await ran(["sh", "-euc", script], tmp_path, **environment, SAMEN_URL=network.url)
    states, thermometer, invoice = (re.sub(YEAR, "…", text) for text in blocks(story, ""))
    printed = re.sub(YEAR, "…", printed)
    assert printed.startswith(states)
    assert printed.endswith(invoice)
    assert (tmp_path / "invoice.pdf").read_bytes().startswith(b"%PDF-")
    shown, said = (ast.literal_eval(text) for text in (printed.removeprefix(states).removesuffix(invoice), thermometer))
    changing = {"journalId", "effectiveOn", "bookedAt", "orderReference", "balanceAfter", "reason"}
    assert shown.keys() == said.keys()
    assert {key: shown[key] for key in shown.keys() - changing} == {key: said[key] for key in said.keys() - changing}
    amounts = r"\d+\.\d\d"
    assert re.sub(amounts, "…", shown["reason"]) == re.sub(amounts, "…", said["reason"])


async def test_the_guide_to_invoices(network: Live, tmp_path: Path) -> None:
    people = {
        "PENNINGMEESTER": "vrije-uitloop-penningmeester",
        "COORDINATOR": "vrije-uitloop-coordinator",
        "NOOR": "noor",
        "KLANT": "klant",
    }
    tokens = {name: network.person(login) for name, login in people.items()}
    for _ in range(2):  # a reader may run it again
        printed = await python("invoices.md", tmp_path, SAMEN_URL=network.url, **tokens)
    assert re.fullmatch(r"VU\d{4}-\d{5} 96.80\n", printed)


async def test_the_guide_to_a_month(network: Live, tmp_path: Path) -> None:
    people = {
        "PENNINGMEESTER": "saens-tois-penningmeester",
        "COORDINATOR": "saens-tois-coordinator",
        "MEES": "mees",
        "KLANT": "klant",
    }
    tokens = {name: network.person(login) for name, login in people.items()}
    for _ in range(2):  # a reader may run it again
        printed = await python("books.md", tmp_path, SAMEN_URL=network.url, **tokens)
    assert re.fullmatch(r"\d{4}-\d\d is closed; open lines: 0\n", printed)


async def test_the_login_of_the_api_guide(world: World, address: str, tmp_path: Path) -> None:
    (command,) = blocks((DOCS / "api.md").read_text(encoding="utf-8"), "sh")
    environment = await credentials(world, ["catalogue:read"], [])
    for name, value in environment.items():
        command = command.replace(f"{name.lower()}=…", f"{name.lower()}={value}")
    printed = await ran(["sh", "-euc", command.replace("127.0.0.1:8000", address)], tmp_path)
    assert json.loads(printed)["scope"] == "catalogue:read"


async def test_the_agreement_of_the_api_guide_can_be_signed(world: World) -> None:
    problem, agreement = (json.loads(block) for block in blocks((DOCS / "api.md").read_text(encoding="utf-8"), "json"))
    seller = await world.cooperative()
    drafted = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", agreement)
    place = f"/v1/agreements/{drafted['id']}"
    await seller.treasurer("POST", f"{place}/tests")
    assert all(found["passed"] for found in await seller.treasurer("GET", f"{place}/example-results"))
    await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"})
    offering = await world.offering(seller, kind="goods", stock=3, title="Boodschappentas van gordijnstof")
    lines = [{"offeringId": offering, "quantity": 4}]
    body = {"lines": lines, "contact": {"name": "Jo", "email": "jo@example.org"}}
    refused = await world.person()("POST", "/v1/orders", body, status=409)
    assert {name: refused[name] for name in problem} == problem
