"""Third-party linters and audits find nothing in the two contracts."""

from pathlib import Path

from tests.outside.conftest import CHECKS, Tool
from tests.world import World

OPENAPI = "openapi/openapi.json"


async def test_the_dutch_api_design_rules(tool: Tool) -> None:
    rules = CHECKS / "nl-api-design-rules.spectral.yaml"
    assert rules.exists()  # a linter without rules finds nothing
    printed = await tool("spectral", "lint", "--fail-severity", "warn", "-r", rules, OPENAPI)
    assert "No results" in printed


async def test_redocly(tool: Tool) -> None:
    printed = await tool("redocly", "lint", "--max-problems", "20", OPENAPI)
    assert "Your API description is valid" in printed
    assert "Warning was generated" not in printed


async def test_the_graphql_schema_by_the_rules_of_relay(bench: Path, tool: Tool) -> None:
    await tool("eslint", "-c", bench / "eslint.config.mjs", "--max-warnings", "0", "openapi/schema.graphql")


async def test_graphql_over_http(world: World, address: str, bench: Path, tool: Tool) -> None:
    """All except the three audits of GET, which is deliberately off."""
    token = world.person().token or ""
    printed = await tool("node", bench / "graphql-audit.mjs", f"http://{address}/graphql", token)
    assert "58 of 61 ok" in printed


async def test_the_events_by_the_rules_of_asyncapi(tool: Tool) -> None:
    rules = CHECKS / "asyncapi.spectral.yaml"
    printed = await tool("spectral", "lint", "--fail-severity", "warn", "-r", rules, "openapi/asyncapi.json")
    assert "No results" in printed
