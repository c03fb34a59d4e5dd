"""Logs are one JSON object a line, with a trace id and without private data."""

import importlib
import inspect
import json
import logging
import pkgutil
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

import app.usecases
from app.adapters.logs import JsonLines
from app.usecases.declared.audit import is_private
from tests.world import GUEST, MARKET, Caller, Json, World

MATCH = {"If-Match": '"1"'}
LOOKS = ("get_", "list_", "read_", "export_", "preview_", "trace_", "replay_agreement", "recompute_")
"""The prefixes of read-only use cases."""
NOT_PRIVATE = {
    "agreements.get_agreement": "how a cooperative shares out, the same for all of its members",
    "agreements.get_example_results": "sums of made-up examples",
    "agreements.replay_agreement": "by pseudonym",
    "agreements.list_agreement_templates": "public",
    "agreements.list_agreements": "how a cooperative shares out, the same for all of its members",
    "allowances.list_legal_limits": "public",
    "apps.get_app": "an app is nobody's private life",
    "apps.list_apps": "an app is nobody's private life",
    "apps.list_client_keys": "public keys of an app",
    "assignment_terms.get_terms": "what cooperatives agree with each other",
    "assignment_terms.list_signatures": "who signed for a cooperative did so by office",
    "assignments.get_assignment": "a job and its open seats, without who has them",
    "assignments.list_assignments": "jobs and their open seats, without who has them",
    "ballots.list_ballots": "what was asked and decided; who said what only they themselves see",
    "guest_orders.get_guest_order": "for who has its link; without name and address",
    "guest_orders.get_guest_files": "for who has its link; what an invoice of the order shows",
    "guest_orders.get_guest_payment": "for who has its link; the seller's own account",
    "invoice_series.list_invoice_series": "how many numbers a cooperative gave",
    "purchase_invoices.list_due_purchases": "for the worker alone: ids",
    "invoice_months.list_due_invoices": "for the worker alone: ids",
    "invoice_months.list_missing": "for the worker alone: ids",
    "invoices.get_paper": "for the worker alone, which makes the files",
    "ledger.list_periods": "which months are closed",
    "cooperatives.get_cooperative": "public",
    "cooperatives.get_readiness": "what a cooperative still has to arrange",
    "cooperatives.list_cooperatives": "public",
    "customers.get_my_contact": "only ever the caller's own",
    "deliveries.list_deliveries": "between cooperatives",
    "events.get_lag": "seconds",
    "feed.list_events": "ids and states; who wants to know more asks for it, and that is a line",
    "flows.get_statement": "totals of a cooperative",
    "funds.get_fund": "what a cooperative keeps for a purpose",
    "funds.list_funds": "what a cooperative keeps for a purpose",
    "joint_purchases.get_allocation": "wishes without names, for all who take part to work out again",
    "joint_purchases.get_joint_purchase": "articles and what is missing of each",
    "joint_purchases.list_joint_purchases": "what is bought together",
    "municipalities.get_municipality": "public",
    "municipalities.list_municipalities": "public",
    "nettings.get_netting": "between cooperatives",
    "nettings.get_netting_statement": "between cooperatives",
    "nettings.list_nettings": "between cooperatives",
    "nettings.list_credit_limits": "between cooperatives",
    "transit_items.list_transit_to_watch": "for the worker alone: ids",
    "nettings.list_pairs_to_net": "for the worker alone: between cooperatives",
    "offering_imports.get_import": "how a file of offerings fared",
    "offering_imports.get_offering_of": "made to be published",
    "offering_imports.list_import_rows": "made to be published",
    "offering_imports.list_imports": "how files of offerings fared",
    "offerings.get_offering": "made to be published",
    "offerings.list_holds": "units, without who holds them",
    "offerings.list_offerings": "made to be published",
    "parts.list_slots": "seats of a job, without who has them",
    "persons.get_me": "only ever the caller's own",
    "power.list_my_power_events": "only ever the caller's own",
    "privacy.export_me": "only ever the caller's own",
    "purchase_costs.get_supplier_order": "packs and prices",
    "remittances.get_remittance_owed": "one sum for all members together",
    "seals.get_seals": "hashes",
    "seals.list_book_checks": "which invariants held",
    "tasks.list_tasks": "what there is to do, by id; who looks at it asks for it, and that is a line",
    "webhooks.get_webhook": "an address of an app",
    "webhooks.list_deliveries": "what was sent to an app: ids and states",
    "webhooks.list_webhooks": "addresses of an app",
}
"""Reads without an audit line, and why they show nobody's private data."""


def looks() -> dict[str, Callable[..., Any]]:
    """Every read-only use case, as noun.verb."""
    found: dict[str, Callable[..., Any]] = {}
    for module in pkgutil.walk_packages(app.usecases.__path__, "app.usecases."):
        if module.name.startswith(("app.usecases.declared", "app.usecases.shared")):
            continue
        noun = module.name.rpartition(".")[2]
        loaded = importlib.import_module(module.name)
        for name, verb in inspect.getmembers(loaded, inspect.iscoroutinefunction):
            if verb.__module__ == loaded.__name__ and name.startswith(LOOKS):
                found[f"{noun}.{name}"] = verb
    return found


def test_every_look_is_in_the_audit_log_or_shows_nothing_private() -> None:
    """A new read is in neither list: its author decides."""
    unmarked = {name for name, verb in looks().items() if not is_private(verb)}
    assert unmarked == set(NOT_PRIVATE)


def audited(caplog: pytest.LogCaptureFixture) -> list[Json]:
    """The lines of the audit log."""
    return [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "samen.audit"]


async def test_what_staff_see_of_a_customer_is_in_the_audit_log_and_what_customers_see_of_themselves_is_not(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    seller, buyer = await world.cooperative(), world.person()
    order = await world.order(buyer, await world.offering(seller))
    path = f"/v1/orders/{order['id']}"
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        caplog.clear()
        for who in (buyer, seller.coordinator):
            for shown in (path, f"{path}/events", f"{path}/payments", "/v1/orders"):
                await who("GET", shown)
            await who.graphql(f'{{ order(id: "{order["id"]}") {{ contact {{ name }} }} }}')
    verbs = ("get_order", "list_order_events", "list_payments", "list_orders", "get_order")
    staff = seller.coordinator.login
    lines = audited(caplog)
    assert [(line["message"], line["verb"], line["subject"]) for line in lines] == [("read", v, staff) for v in verbs]
    assert GUEST["name"] not in json.dumps(lines)


async def test_who_asks_for_what_is_private_without_a_token_is_in_the_audit_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        caplog.clear()
        await world.visitor("GET", "/v1/orders", status=401)
        await world.visitor("POST", "/v1/orders", {"lines": []}, status=401)
        await world.visitor.graphql("{ orders { edges { cursor } } }")
        await world.visitor("GET", "/v1/cooperatives")
    lines = audited(caplog)
    assert [(line["message"], line["code"], line.get("verb")) for line in lines] == [
        ("refused", "unauthenticated", None),
        ("refused", "unauthenticated", None),
        ("refused", "unauthenticated", "list_orders"),
    ]
    assert all(line["trace_id"] for line in lines)


async def test_an_id_that_is_refused_is_in_the_audit_log_however_it_is_asked_for(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Also if `node` finds it in no table: an id of another cooperative looks like an unknown one."""
    order = await world.order(world.person(), await world.offering(await world.cooperative()))
    other = await world.cooperative()
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        for unseen in (order["id"], str(uuid.uuid4())):
            caplog.clear()
            await other.coordinator.graphql(f'{{ node(id: "{unseen}") {{ id }} }}')
            (line,) = audited(caplog)
            assert (line["message"], line["code"], line["about"]) == ("refused", "not_found", {"id": unseen})


async def test_a_request_is_one_line_with_its_trace_and_no_secret(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    with caplog.at_level(logging.INFO, logger="samen.access"):
        caplog.clear()
        headers = {"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"}
        await world.visitor("GET", order["statusUrl"], headers=headers)
        for page in (order["statusUrl"], order["statusUrl"][:-1] + "!"):
            await world.client.get(page, headers=headers | {"Accept": "text/html"})
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if record.name == "samen.access"]
    assert [(line["method"], line["route"], line["status"], line["trace_id"]) for line in lines] == [
        ("GET", "/v1/order-status/{token}", status, "ab" * 16) for status in (200, 200, 404)
    ]
    assert [line.get("code") for line in lines] == [None, None, "not_found"]
    assert order["statusUrl"].rsplit("/", 1)[1][:-1] not in json.dumps(lines)


def accessed(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int, str | None]]:
    """Route, status and code of the lines of the access log."""
    lines = [record.__dict__ for record in caplog.records if record.name == "samen.access"]
    return [(line["route"], line["status"], line.get("code")) for line in lines]


async def test_the_access_log_has_the_code_of_a_refusal(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal of a use case, of a form, of the router and of a token; a success has no code."""
    buyer = world.person()
    offering = await world.offering(await world.cooperative(), kind="goods", stock=1)
    holds = f"/v1/offerings/{offering}/holds"
    with caplog.at_level(logging.INFO, logger="samen.access"):
        caplog.clear()
        await buyer("POST", holds, {"quantity": 1})
        await buyer("POST", holds, {"quantity": 1}, status=409)
        await buyer("POST", holds, {"quantity": "?"}, status=400)
        await buyer("GET", "/v1/nergens", status=404)
        await world.visitor("GET", "/v1/orders", status=401)
    route = "/v1/offerings/{offering_id}/holds"
    assert accessed(caplog) == [
        (route, 201, None),
        (route, 409, "sold_out"),
        (route, 400, "bad_request"),
        ("-", 404, "not_found"),
        ("/v1/orders", 401, "unauthenticated"),
    ]


async def test_the_access_log_has_the_codes_of_a_graphql_document_once_each(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    unknown = uuid.uuid4()
    with caplog.at_level(logging.INFO, logger="samen.access"):
        caplog.clear()
        await world.person().graphql("{ cooperatives { edges { cursor } } }")
        await world.person().graphql("{ nothing }")
        order = f'order(id: "{unknown}") {{ id }}'
        await world.person().graphql(f'{{ a: {order} b: {order} cooperative(id: "{unknown}") {{ id }} }}')
        await world.visitor.graphql(f'{{ orders {{ edges {{ cursor }} }} cooperative(id: "{unknown}") {{ id }} }}')
    codes = [code and sorted(code.split(",")) for _, _, code in accessed(caplog)]
    assert codes == [None, ["bad_request"], ["not_found"], ["not_found", "unauthenticated"]]


async def test_nothing_private_is_on_any_line_of_any_logger(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the input, nor the output, nor the errors, even at the debug level."""
    seller, app, canary = await world.cooperative(), await world.app(), f"kanarie-{uuid.uuid4().hex}"
    offering, line = await world.offering(seller), f"/v1/orders/{canary}?naam={canary}"
    contact: Json = {"name": canary, "email": f"{canary}@example.org", "phone": "+31 6 99887766"}
    contact["buyer"] = {"postalAddress": MARKET | {"street": f"{canary} 1"}}
    login = {"grant_type": "client_credentials", "client_id": app.login, "client_secret": canary}
    with caplog.at_level(logging.DEBUG):
        caplog.clear()
        order = await world.order(app, offering, contact=contact, note=canary)
        shown = await seller.coordinator("GET", f"/v1/orders/{order['id']}")
        await app("POST", "/v1/orders", {"lines": canary, "contact": {"name": canary}}, status=400)
        await app("GET", line, status=400)
        await app("GET", f"/v1/nergens/{canary}", status=404)
        await world.visitor("GET", order["statusUrl"])
        await Caller(world.client, canary, "forger")("GET", "/v1/me", status=401)
        await world.client.post("/oauth/token", data=login)
        await app.graphql(f'query ($x: UUID!) {{ order(id: $x) {{ id }} member(id: "{canary}") {{ id }} }}', x=canary)
        await world.work()
    assert shown["contact"]["name"] == canary
    # Of the test's own client.
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    told = "\n".join(JsonLines().format(record) for record in ours)
    private = (canary, "99887766", order["statusUrl"].rsplit("/", 1)[1], str(app.token), str(seller.coordinator.token))
    assert (len(ours) > 8, [one for one in private if one in told]) == (True, [])


async def test_a_client_that_goes_away_is_no_fault(
    world: World, app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    """It disconnects in the middle of its request: one line with 499, and no error."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"99"), (b"host", b"test")]
    scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
    scope |= {"http_version": "1.1", "scheme": "http", "client": ("127.0.0.1", 1), "server": ("test", 80)}

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(_: object) -> None:
        raise AssertionError("nobody is there")

    with caplog.at_level(logging.INFO):
        await app(scope, receive, send)
    access = [record.__dict__["status"] for record in caplog.records if record.name == "samen.access"]
    assert access == [499]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


def test_an_exception_is_part_of_its_line() -> None:
    try:
        raise ValueError("x")
    except ValueError:
        record = logging.LogRecord("samen", logging.ERROR, "f", 1, "broken", (), __import__("sys").exc_info())
    line = json.loads(JsonLines().format(record))
    assert (line["level"], line["message"]) == ("error", "broken")
    assert "ValueError: x" in line["exception"]


async def test_refusals_and_looks_at_private_things_are_in_the_audit_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    path, about = f"/v1/members/{seller.member_id}", {"member_id": seller.member_id}
    look = "query Look($id: UUID!) { member(id: $id) { name } }"
    with caplog.at_level(logging.INFO, logger="samen.audit"):
        caplog.clear()
        await seller.member("GET", path)
        await seller.coordinator("GET", path)
        await seller.coordinator.graphql(look, id=seller.member_id)
        await seller.member("PATCH", path, {"name": "canary"}, status=403, headers=MATCH)
        await other.coordinator("GET", path, status=404)
        await other.coordinator.graphql(look, id=seller.member_id)
        await Caller(world.client, "forged", "nobody")("GET", path, status=401)
    lines = audited(caplog)
    ours, theirs = seller.coordinator.login, other.coordinator.login
    assert [(line["message"], line.get("verb"), line.get("subject"), line.get("code")) for line in lines] == [
        ("read", "get_member", ours, None),
        ("read", "get_member", ours, None),
        ("refused", "change_member", seller.member.login, "forbidden"),
        ("refused", "get_member", theirs, "not_found"),
        ("refused", "get_member", theirs, "not_found"),
        ("refused", None, None, "token_refused"),
    ]
    assert all(line["about"] == about and line["trace_id"] for line in lines[:-1])
    assert "canary" not in json.dumps(lines)
