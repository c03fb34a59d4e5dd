"""The examples in the contract can be sent unchanged."""

import json
import uuid
from pathlib import Path

import pytest

from tests.world import Json, World

CONTRACT: Json = json.loads(
    (Path(__file__).parent.parent.parent / "openapi" / "openapi.json").read_text(encoding="utf-8")
)
BODIES = [
    (method, path, kind, body)
    for path, item in CONTRACT["paths"].items()
    for method, operation in item.items()
    if "requestBody" in operation
    for kind, body in operation["requestBody"]["content"].items()
    # The other form of a file, whose lines are bodies of the upsert; and files that are no text.
    if kind != "application/x-ndjson" and body["schema"].get("format") != "binary"
]


@pytest.mark.parametrize(("method", "path", "kind", "body"), BODIES, ids=[f"{b[0]} {b[1]} {b[2]}" for b in BODIES])
async def test_every_body_has_an_example_that_fits(world: World, method: str, path: str, kind: str, body: Json) -> None:
    """The form accepts it; a missing right or object is another matter."""
    example, place = body["example"], f"/v1{path}?source=till" if path.endswith("-imports") else f"/v1{path}"
    for name in ("external_id", "source"):
        place = place.replace(f"{{{name}}}", "sku-42")
    place = place.replace("{year}", "2026")
    while "{" in place:
        start, _, rest = place.partition("{")
        place = f"{start}{uuid.uuid4()}{rest.partition('}')[2]}"
    stated = CONTRACT["paths"][path][method]
    named = {one["name"].lower() for one in stated.get("parameters", ())}
    headers = {"Authorization": f"Bearer {world.person().token}"}
    headers |= {"If-Match": '"1"'} if "428" in stated["responses"] else {}
    headers |= {"Idempotency-Key": uuid.uuid4().hex} if "idempotency-key" in named else {}
    if path.startswith("/oauth/"):
        answer = await world.client.post(path, data=example)
        assert answer.json()["code"] == "client_refused"
        return
    if kind == "application/json":
        answer = await world.client.request(method, place, json=example, headers=headers)
    else:
        answer = await world.client.request(method, place, content=example, headers=headers | {"Content-Type": kind})
    assert answer.is_success or answer.json()["code"] in ("not_found", "forbidden", "rule_refused"), answer.text
