"""GraphiQL and the REST documentation in a real browser that has no internet."""

import asyncio
from pathlib import Path

import pytest

from tests import tools


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/graphql", ["graphiql-container", "Execute query", "catalogue"]),
        ("/docs", ["opblock-tag-section", "operations-tag-orders", "operations-tag-ledger"]),
    ],
)
async def test_the_page_comes_alive_without_the_internet(
    address: str, tmp_path: Path, path: str, shown: list[str]
) -> None:
    command = [
        tools.chromium(),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
        f"--user-data-dir={tmp_path}",
        "--virtual-time-budget=15000",
        "--dump-dom",
        f"http://{address}{path}",
    ]
    for _ in range(5):  # the browser's virtual time may end before a slow machine has drawn the page
        pipe = asyncio.subprocess.PIPE
        browser = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)
        page, said = [text.decode() for text in await asyncio.wait_for(browser.communicate(), 120)]
        if all(text in page for text in shown):
            break
    for text in shown:
        assert text in page, said[-2000:]
