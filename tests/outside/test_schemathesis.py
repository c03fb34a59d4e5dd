"""Thousands of requests made from the contract alone, by two cooperatives that must not see each other's objects."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.live import served
from tests.outside.conftest import CHECKS, ROOT, ran
from tests.walls.sample import Sample
from tests.world import Caller, Json, Seller, World

FOUND = {200, 201, 202, 204, 403, 409, 412, 422}
"""Statuses that only an operation gives that found its object."""
PUBLIC = {"/catalogue/offerings/{offering_id}", "/cooperatives/{cooperative_id}", "/municipalities/{municipality_id}"}
PUBLIC |= {"/order-status/{token}", "/order-status/{token}/qr.svg"}
RUNS = [
    (1, 1, ["orders", "catalogue", "payments", "webhooks"], "examples,coverage,fuzzing"),
    (2, 2, ["members", "apps"], "coverage,fuzzing"),
    (13, 2, ["spending", "costs", "people"], "coverage,fuzzing,stateful"),
]
"""For each run: a seed, how many requests are made up for an operation, the nouns with boundary values whose links are
followed, and the phases."""


@dataclass
class Heard:
    """The answers of each operation about an object; `read` are the paths where somebody saw one."""

    statuses: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    read: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def listening(self, app: ASGIApp) -> ASGIApp:
        """The application, recorded."""
        paths = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))["paths"]
        operations = [(method.upper(), path) for path, item in paths.items() for method in item if "{" in path]
        patterns = [(*key, re.compile("/v1" + re.sub(r"{\w+}", "[^/]*", key[1]))) for key in operations]

        async def listen(scope: Scope, receive: Receive, send: Send) -> None:
            async def tell(message: Message) -> None:
                for method, path, pattern in patterns if message["type"] == "http.response.start" else ():
                    if method == scope["method"] and pattern.fullmatch(scope["path"]):
                        self.statuses[f"{method} {path}"].add(message["status"])
                        if (method, message["status"]) == ("GET", 200):
                            self.read[path].add(f"{scope['path']}?{scope['query_string'].decode()}")
                await send(message)

            await app(scope, receive, tell)

        return listen

    def unmet(self) -> set[str]:
        """The operations that never met an object."""
        return {operation for operation, seen in self.statuses.items() if not seen & FOUND}


async def same_for_both(heard: Heard, peers: dict[str, Caller]) -> set[str]:
    """The operations that show both peers the same object."""
    found = set()
    for path, address in [(path, address) for path, known in heard.read.items() for address in known]:
        headers = [{"Authorization": f"Bearer {peers[name].token}"} for name in ("one", "two")]
        first, second = [await peers["one"].client.get(address, headers=header) for header in headers]
        if first.status_code == second.status_code == 200 and first.content == second.content:
            found.add(path)
    return found


@pytest.fixture(scope="module")
async def peers(world: World, sample: Sample) -> dict[str, Caller]:
    """The callers, who must not see each other's objects: coordinators who are treasurers too."""
    sellers: dict[str, Seller] = {"one": sample.seller, "two": await world.cooperative()}
    for seller in sellers.values():
        person = (await seller.coordinator("GET", "/v1/me"))["person"]["id"]
        office = {"personId": person, "role": "treasurer", "cooperativeId": seller.id}
        await world.approver(seller.id)
        await world.network("POST", "/v1/offices", office, key=f"peers-{seller.id}")
    return {name: seller.coordinator for name, seller in sellers.items()}


@pytest.fixture
async def ids(world: World, sample: Sample) -> dict[str, list[str]]:
    """The objects of one cooperative, for the parameters of the contract; made again if a run may delete them."""
    seller: Seller = sample.seller
    found = {name: str(value) for name, value in sample.values.items() if name.endswith("_id") or name == "source"}
    body: Json = {"name": "Winkel", "scopes": ["offerings:read", "events:read"], "cooperativeIds": [seller.id]}
    found["app_id"] = (await seller.coordinator("POST", "/v1/apps", body))["app"]["id"]
    hook = {"url": "https://example.org/hook"}
    hook = await seller.coordinator("POST", f"/v1/apps/{found['app_id']}/webhooks", hook)
    jam = await world.offering(seller, kind="goods", stock=9)
    order = await world.order(sample.buyer, jam)
    found["hold_id"] = (await seller.coordinator("POST", f"/v1/offerings/{jam}/holds", {"quantity": 1}))["id"]
    found |= {"webhook_id": hook["webhook"]["id"], "token": order["statusUrl"].rpartition("/")[2]}
    found["year"] = "2019"  # the one whose numbers have to be checked
    return {name: [value] for name, value in found.items()} | {"if-match": ['"1"', '"2"', '"3"']}


def config(ids: dict[str, list[str]], tags: list[str], auth: Path) -> str:
    """Most requests name existing objects; some name none, or one from an earlier answer."""
    parts = [
        (CHECKS / "schemathesis.toml").read_text(encoding="utf-8"),
        f'[auth.wfc]\npath = "{auth}"\npeers = ["one", "two"]\n',
    ]
    off = ", ".join(f"{phase} = {{ enabled = false }}" for phase in ("coverage", "stateful"))
    parts.append(f"[[operations]]\nexclude-tag = {json.dumps(tags)}\nphases = {{ {off} }}\n")
    parts += [f"[dictionaries.{name}]\nvalues = {json.dumps(values)}\n" for name, values in ids.items()]
    parts.append("[parameters]")
    for name in ids:
        place = "header" if name == "if-match" else "path"
        parts.append(f'"{place}.{name}" = {{ dictionary = "{name}", probability = 0.5 }}')
    return "\n".join(parts)


@pytest.mark.parametrize(("seed", "examples", "tags", "phases"), RUNS)
async def test_every_request_is_answered_as_the_contract_says(
    app: FastAPI,
    ids: dict[str, list[str]],
    peers: dict[str, Caller],
    schemathesis: Path,
    tmp_path: Path,
    seed: int,
    examples: int,
    tags: list[str],
    phases: str,
) -> None:
    """All checks pass; and what one cooperative reads, the other requests too and must not get."""
    heard = Heard()
    auth = [
        {"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {peers[name].token}"}]}
        for name in peers
    ]
    (tmp_path / "auth.json").write_text(json.dumps({"auth": auth}), encoding="utf-8")
    (tmp_path / "schemathesis.toml").write_text(config(ids, tags, tmp_path / "auth.json"), encoding="utf-8")
    report = tmp_path / "report.json"
    how = ["--phases", phases, "--seed", str(seed), "--max-examples", str(examples)]
    how += ["--auth-wfc-user", "one", "--workers", "1"]
    how += ["--no-color", "--warnings", "off", "--report", "json", "--report-json-path", str(report)]
    async with served(heard.listening(app)) as address:
        command = [str(schemathesis), "--config-file", str(tmp_path / "schemathesis.toml"), "run", *how]
        hooks = {"SCHEMATHESIS_HOOKS": "schemathesis_rest", "PYTHONPATH": str(CHECKS)}
        printed = await ran([*command, f"http://{address}/v1/openapi.json"], tmp_path, **hooks)
    assert json.loads(report.read_text(encoding="utf-8"))["test_cases"]["generated"] >= 1000
    assert len(heard.statuses) > 165
    assert len(heard.unmet()) < len(heard.statuses) / 10, heard.unmet()
    assert "stateful" not in phases or int(re.findall(r"API Links: +(\d+) covered", printed)[0]) > 0
    assert len(heard.read) > 60
    assert await same_for_both(heard, peers) <= PUBLIC
