"""Everything that can be read, by every role that has no business there: refused, and nothing leaks out of it.

Made from the contracts: an operation or a field that is added is in here by itself.
"""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type, is_required_argument

from app.api.contract import OPEN_TO_ALL
from app.cli import contracts
from app.graphql.schema import schema
from tests import test_walls
from tests.world import Caller, Json, Seller, World

CANARY = f"kanarie-{uuid4().hex[:8]}"
sample = test_walls.sample
OWN_ROWS = {"people_export", "orders_list_all", "tasks_list_all", "people_me", "customers_get", "events_events"}
"""For every token, on rows of its own: the scenarios hold that they are. Here only what they tell is looked at."""
QUERY: Json = {"from": "2026-01-01", "until": "2026-12-31", "month": "2026-03", "format": "csv"}
DEPTH = 3


@pytest.fixture(scope="module")
async def planted(world: World, sample: dict[str, Any]) -> dict[str, Any]:
    """Private words everywhere: in names, contacts, notes, reasons, goals."""
    seller: Seller = sample["seller"]
    body = {"name": CANARY, "tradeName": CANARY}
    await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body)
    contact = {"name": CANARY, "email": f"{CANARY}@example.org", "address": CANARY, "organisation": CANARY}
    buyer = await world.app()
    order = await world.order(buyer, await world.offering(seller), contact=contact, note=CANARY)
    await world.deliver(seller, order)
    claim = {
        "orderLineId": order["lines"][0]["id"],
        "category": "verf",
        "amount": {"amount": "1.00"},
        "payee": "member",
    }
    await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", claim | {"receipt": CANARY})
    goal = {"text": CANARY, "amount": {"amount": "5.00"}}
    match = {"If-Match": f'"{(await seller.member("GET", f"/v1/members/{seller.member_id}"))["version"]}"'}
    await seller.member("PUT", f"/v1/members/{seller.member_id}/goal", goal, headers=match)
    wanted = {"purpose": "gereedschap", "title": CANARY, "supplier": CANARY, "amount": {"amount": "1.00"}}
    asked = await seller.member("POST", f"/v1/members/{seller.member_id}/spending-requests", wanted)
    draft: Json = {"kind": "service", "title": CANARY, "category": "tuin", "priceUnit": "piece", "vatClass": "standard"}
    draft |= {"memberId": seller.member_id, "price": {"amount": "1.00"}, "town": "Breda"}
    unseen = await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", draft)
    ids = {"order_id": order["id"], "request_id": asked["id"], "offering_id": unseen["id"]}
    return {name: str(value) for name, value in sample.items() if name.endswith("_id") or name == "source"} | ids


@pytest.fixture(scope="module")
async def strangers(world: World) -> dict[str, Caller]:
    """Every role, somewhere else."""
    other = await world.cooperative()
    manager = await world.officer("case_manager", municipalityId=other.municipality_id)
    found = {"visitor": world.visitor, "customer": world.person(), "app": await world.app(), "member": other.member}
    found |= {"partner app": await world.app(["orders:read", "offerings:read", "events:read"], [other.id])}
    found |= {"coordinator": other.coordinator, "treasurer": other.treasurer}
    return found | {"case manager": manager, "controller": other.controller}


def readings(planted: dict[str, str]) -> dict[str, str]:
    """Every GET of the contract with ids of somebody's, by operation id."""
    found = {}
    for path, item in json.loads(contracts()["openapi.json"])["paths"].items():
        if "get" not in item:
            continue
        address = re.sub(r"{(\w+)}", lambda name: planted.get(name.group(1), str(uuid4())), path)
        needed = [q["name"] for q in item["get"].get("parameters", ()) if q.get("required") and q["in"] == "query"]
        query = "&".join(f"{name}={QUERY.get(name, planted['cooperative_id'])}" for name in needed)
        found[item["get"]["operationId"]] = f"/v1{address}" + (f"?{query}" if query else "")
    return found


async def asked(caller: Caller, path: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
    answer = await caller.client.get(path, headers=headers)
    return answer.status_code, answer.text


async def test_no_stranger_reads_by_rest(
    world: World, planted: dict[str, str], sample: dict[str, Any], strangers: dict[str, Caller]
) -> None:
    seller: Seller = sample["seller"]
    collective: Seller = sample["collective"]
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    insiders = [seller.coordinator, seller.treasurer, seller.member, seller.controller, manager, world.network]
    partner: Seller = sample["partner"]
    insiders += [collective.member, collective.treasurer, partner.member]
    let_in, leaks, nobody, seen = [], [], [], 0
    for operation, path in readings(planted).items():
        entitled = [await asked(insider, path) for insider in insiders]
        seen += sum(CANARY in text for _, text in entitled)
        if not any(status == 200 for status, _ in entitled):
            nobody.append(operation)
        for role, stranger in strangers.items():
            status, text = await asked(stranger, path)
            if CANARY in text:
                leaks.append((operation, role))
            if status not in (401, 403, 404) and operation not in OPEN_TO_ALL | OWN_ROWS | PUBLIC:
                let_in.append((operation, role, status))
    assert leaks == []
    assert {operation for operation, _, _ in let_in} == set()
    assert seen > 10  # the canary sings for those who may hear it
    assert set(nobody) <= UNKNOWN


PUBLIC = {"catalogue_search", "catalogue_get", "agreements_list_templates", "allowances_limits"}
"""The catalogue, templates and legal limits: nobody's rows."""
UNKNOWN = {"orders_guest_status", "catalogue_get", "customers_get"} | {
    *("joint_purchases_supplier_order", "joint_purchases_supplier_order_csv")
}
"""Nothing is there under the ids of this sample."""


def documents(planted: dict[str, str]) -> dict[str, str]:
    """Every field of Query with ids of somebody's and everything below it, by name."""
    query = schema._schema.query_type
    assert query is not None
    found = {}
    for name, field in query.fields.items():
        given = {argument: planted.get(_snake(argument)) for argument in field.args}
        if "id" in field.args:
            given["id"] = planted.get(f"{_snake(name)}_id", planted["order_id"])
        stated = [f'{argument}: "{value}"' for argument, value in given.items() if value and argument != "state"]
        missing = [a for a, it in field.args.items() if is_required_argument(it) and not given.get(a)]
        if missing:
            continue
        arguments = f"({', '.join(stated)})" if stated else ""
        found[name] = f"{{ {name}{arguments} {_chosen(field, DEPTH)} }}"
    return found


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _chosen(field: GraphQLField, depth: int) -> str:
    """All leaves, and what lies below as far as it needs no arguments."""
    kind = get_named_type(field.type)
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = []
    for name, inner in kind.fields.items():
        if any(is_required_argument(argument) for argument in inner.args.values()):
            continue
        if is_leaf_type(get_named_type(inner.type)):
            parts.append(name)
        elif depth:
            below = _chosen(inner, depth - 1)
            parts += [f"{name} {below}"] if below else []
    return f"{{ {' '.join(parts)} }}" if parts else ""


async def test_no_stranger_reads_by_graphql(
    planted: dict[str, str], sample: dict[str, Any], strangers: dict[str, Caller]
) -> None:
    seller: Seller = sample["seller"]
    leaks, seen, tried = [], 0, documents(planted)
    assert len(tried) > 50
    for name, document in tried.items():
        for insider in (seller.coordinator, seller.treasurer, seller.member):
            seen += CANARY in str(await insider.graphql(document))
        for role, stranger in strangers.items():
            if CANARY in str(await stranger.graphql(document)):
                leaks.append((name, role))
    assert leaks == []
    assert seen > 5


async def test_what_is_given_beside_the_contract_is_refused(world: World, sample: dict[str, Any]) -> None:
    """Mass assignment: fields that the server decides are no fields of a request."""
    seller: Seller = sample["seller"]
    offering: Json = {
        "memberId": seller.member_id,
        "kind": "service",
        "title": "x",
        "category": "tuin",
        "town": "Breda",
    }
    offering |= {"priceUnit": "piece", "price": {"amount": "1"}, "vatClass": "standard"}
    place = f"/v1/cooperatives/{seller.id}/offerings"
    theirs: list[Json] = [{"state": "published"}, {"id": str(uuid4())}, {"edition": 3}, {"left": 4}]
    for extra in theirs:
        await seller.member("POST", place, offering | extra, status=400)
    line = {"offeringId": str(sample["offering_id"]), "quantity": 1}
    mine: list[Json] = [{"paid": {"amount": "9"}}, {"state": "completed"}, {"gross": {"amount": "0"}}]
    for extra in mine:
        contact = {"name": "Jo", "email": "jo@example.org"}
        await world.person()("POST", "/v1/orders", {"lines": [line], "contact": contact} | extra, status=400)
