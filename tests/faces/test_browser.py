"""GraphiQL and the REST documentation in a real browser that has no internet."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import tools
from tests.live import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    made = Live.at(tmp_path_factory.mktemp("browser"))
    made.serve()
    yield made
    made.stop()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/graphql", ["graphiql-container", "Execute query", "catalogue"]),
        ("/docs", ["opblock-tag-section", "operations-tag-orders", "operations-tag-ledger"]),
    ],
)
def test_the_page_comes_alive_without_the_internet(live: Live, tmp_path: Path, path: str, shown: list[str]) -> None:
    command = [
        *(tools.chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-quic"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", f"--user-data-dir={tmp_path}"),
        *("--virtual-time-budget=15000", "--dump-dom", f"{live.url}{path}"),
    ]
    for _ in range(5):  # the browser's virtual time may end before a slow machine has drawn the page
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if all(text in done.stdout for text in shown):
            break
    for text in shown:
        assert text in done.stdout, done.stderr[-2000:]
