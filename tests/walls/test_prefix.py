"""On a shared host, every URL in an answer is below the installation's path."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.walls.cast import FAR, OWN, Cast
from tests.walls.matrix import matrix
from tests.walls.operations import operations
from tests.walls.rehearsal import Stand
from tests.walls.sample import Sample
from tests.walls.verbs import verbs_of_operations
from tests.world import GUEST

PREFIX = "/samen"


def texts(node: Any) -> Iterator[str]:
    """Every text of a JSON answer."""
    if isinstance(node, dict | list):
        for one in node.values() if isinstance(node, dict) else node:
            yield from texts(one)
    elif isinstance(node, str):
        yield node


def astray(text: str) -> list[str]:
    """The texts of an answer that are our URLs without the prefix."""
    try:
        said = json.loads(text)
    except ValueError:
        return []
    return [one for one in texts(said) if one.startswith(("/v1/", "/graphql", "/oauth/"))]


@pytest.mark.parametrize("stripped", [True, False], ids=["the-proxy-strips-it", "the-proxy-passes-it-on"])
async def test_every_address_in_an_answer_has_the_prefix(stand: Stand, everybody: Cast, stripped: bool) -> None:
    """Every operation, by a caller for whom it succeeds, and as a refusal: headers and bodies."""
    below, wrong, linked, located = stand.below(PREFIX), [], set(), set()
    for operation in operations(verbs_of_operations(stand.app)):
        columns = [*sorted(matrix()[operation.verb] & {*OWN, *FAR})[:2], "visitor"]
        for column in columns:
            ids = everybody.ids(column, operation.verb)
            headers, body = operation.sent(everybody.people[column], ids)
            address = operation.address(ids)
            if operation.method == "GET" and "limit" in {one["name"] for one in operation.stated.get("parameters", ())}:
                address += f"{'&' if '?' in address else '?'}limit=1"
            asked = address if stripped else f"{PREFIX}{address}"
            answer = await below.ask(operation.method, asked, headers, body)
            for name, value in answer.headers:
                if name == "location":
                    located.add(operation.name)
                    wrong += [] if value.startswith(f"{PREFIX}/v1/") else [(operation.name, name, value)]
                if name == "link":
                    linked.add(operation.name)
                    wrong += [] if value.startswith(f"<{PREFIX}/v1/") else [(operation.name, name, value)]
            wrong += [(operation.name, "body", text) for text in astray(answer.text)]
    assert wrong == []
    assert (len(located) > 8, len(linked) > 8, "catalogue_search" in linked) == (True, True, True), (located, linked)


async def test_graphql_too(stand: Stand, everybody: Cast, sample: Sample) -> None:
    below = stand.below(PREFIX)
    place = """mutation($id: UUID!, $contact: ContactInput) { placeOrder(idempotencyKey: "a", input: {contact: $contact,
               lines: [{offeringId: $id, quantity: 1}]}) { statusUrl } }"""
    variables = {"id": sample.ids["offering_id"], "contact": GUEST}
    for path in ("/graphql", f"{PREFIX}/graphql"):
        told = []
        for query in (place, "{ events(first: 100) { items { data { resource } } } }"):
            headers = {"Authorization": f"Bearer {everybody.people['app'].token}", "Content-Type": "application/json"}
            body = json.dumps({"query": query, "variables": variables if query is place else {}}).encode()
            answer = await below.ask("POST", path, headers, body)
            told.append(json.loads(answer.text)["data"])
            assert astray(answer.text) == []
        assert told[0]["placeOrder"]["statusUrl"].startswith("http://test/v1/order-status/")  # of the setting
        assert all(event["data"]["resource"].startswith(f"{PREFIX}/v1/") for event in told[1]["events"]["items"])
        assert told[1]["events"]["items"]
