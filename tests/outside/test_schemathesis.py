"""Thousands of requests made from the contract alone, by two cooperatives that must not see each other's objects."""

import asyncio
import json
from pathlib import Path

import httpx

from tests.outside.conftest import CHECKS, Tool
from tests.world import World


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


async def test_graphql_starves_nobody(world: World, address: str, tool: Tool, schemathesis: Path) -> None:
    """Operations made from the schema, as many as there are fields; an honest client beside them is always answered."""
    token, done = world.person().token, asyncio.Event()

    async def honest() -> list[float]:
        seconds = []
        async with httpx.AsyncClient(base_url=f"http://{address}", timeout=20) as client:
            while not done.is_set():
                began = asyncio.get_running_loop().time()
                query = {"query": "{ catalogue(first: 5) { edges { node { title } } } }"}
                answer = await client.post("/graphql", json=query)
                assert "errors" not in answer.json()
                seconds.append(asyncio.get_running_loop().time() - began)
                await asyncio.sleep(0.05)
        return seconds

    beside = asyncio.create_task(honest())
    try:
        asked = f"{schemathesis} run http://{address}/graphql -H 'Authorization: Bearer {token}' --max-examples 3"
        # It takes every refusal for a server's error; ours say what they are.
        printed = await tool("sh", "-c", f"{asked} --generation-deterministic --workers 2 --no-color || true")
    finally:
        done.set()
    answered = await beside
    assert "generated" in printed
    assert '"code": "internal"' not in printed
    assert '"code":"internal"' not in printed
    assert len(answered) > 20
    assert max(answered) < 10
