"""Both faces give the same answers, and match their contracts."""

import ast
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from graphql import build_schema, is_specified_scalar_type

from app.adapters.message_catalogues import DEFAULT, languages
from app.adapters.messages import templates
from app.api.contract import METHODS
from app.api.problem_types import statuses
from app.contract.tables import TABLES
from app.domain.errors import DomainError
from app.domain.platform.events import OPENS
from app.reference import contracts, pages
from app.settings import Settings
from tests.live import in_production
from tests.world import GUEST, SCOPE, Json, World

ROOT = Path(__file__).parent.parent.parent

REST_ONLY = {"check_client", "check_assertion", "list_client_keys", "export_books", "export_sealed", "export_me"} | {
    "start_import",
    "import_rows",
    "finish_import",
    "renew_import",
    "get_guest_files",
    "get_guest_payment",
    "find_invoice_file",
    "keep_invoice_files",
    "print_order_account",
    "add_bill_document",
    "add_claim_document",
    "add_spending_document",
    "get_document",
    "list_own_ibans",
    "import_statements",
    "find_payment_file",
    "keep_payment_file",
}

GRAPHQL_ONLY = {"find_tables"}

NO_FACE = {"get_lag"}


def used_verbs(face: str) -> set[str]:
    """The use cases that a face imports."""
    found = set()
    for file in (ROOT / "app" / face).glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and re.match(
                r"app\.usecases\.(?!declared\.|shared\.)", node.module or ""
            ):
                found |= {alias.name for alias in node.names if alias.name[0].islower()}
    return found - {"own_roles"} | {row.use_case.__name__ for table in TABLES for row in table.operations}


def test_every_verb_exists_in_both_faces() -> None:
    rest, graphql = used_verbs("api"), used_verbs("graphql")
    assert rest - graphql == REST_ONLY | NO_FACE
    assert graphql - rest == GRAPHQL_ONLY
    assert len(rest) > 50


def test_the_errors_of_an_operation_are_the_last_sentence_of_its_use_case() -> None:
    """The contracts take an operation's statuses from there, and leave that sentence out of its description."""
    known = {error.__name__ for error in DomainError.known.values()}
    raising = 0
    for operation in (one for table in TABLES for one in table.operations):
        text = " ".join((inspect.getdoc(operation.use_case) or "").split())
        raised = text.partition("Raises ")[2]
        raising += bool(raised)
        assert ". " not in raised, operation.id
        assert set(re.findall(r"\b[A-Z]\w+", raised)) <= known, operation.id
    assert raising > 80


def test_the_exported_contracts_are_the_real_ones() -> None:
    """If the change was intended: `make contracts`, and a line in the CHANGELOG."""
    real = contracts()
    assert {name: (ROOT / "openapi" / name).read_text(encoding="utf-8") for name in real} == real


@pytest.mark.parametrize("name", ["settings.md", "errors.md", "access.md"])
def test_the_pages_made_from_code_are_up_to_date(name: str) -> None:
    """`make contracts` writes them."""
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == pages()[name]


@pytest.mark.parametrize("language", languages())
def test_every_code_has_words_in_every_language(language: str) -> None:
    """Words of its own: what a catalogue lacks is said in Dutch."""
    assert set(statuses()) <= set(templates("refusal", language))
    tasks = {opening.what for openings in OPENS.values() for opening in openings}
    # Another text, if the customer was mailed about it.
    assert tasks == {what.removesuffix("_mailed") for what in templates("task", language)}
    for section in ("refusal", "reason", "task"):
        dutch, texts = templates(section, DEFAULT), templates(section, language)
        assert all(texts.values())
        assert language == DEFAULT or {code for code in texts if texts[code] == dutch[code]} == set()


def test_every_reason_why_a_step_is_blocked_has_words() -> None:
    """The reasons of all guards, read from the code."""
    processes = [
        file for file in (ROOT / "app" / "domain").rglob("*.py") if "Transition(" in file.read_text(encoding="utf-8")
    ]
    answers = {
        constant.value
        for file in processes
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(function, ast.FunctionDef) and function.returns and ast.unparse(function.returns) == "str | None"
        for answer in ast.walk(function)
        if isinstance(answer, ast.Return)
        for constant in ast.walk(answer)
        if isinstance(constant, ast.Constant) and isinstance(constant.value, str)
    }
    # Those that are no step of a process.
    assert answers | {"numbers_checked", "batches_checked", "still_a_member", "went_out_first"} == set(
        templates("blocked", DEFAULT)
    )


def test_the_contract_follows_the_dutch_rules_in_the_small() -> None:
    contract = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    assert contract["servers"] == [{"url": "/v1"}]
    assert contract["openapi"].startswith("3.1")
    for path, operations in contract["paths"].items():
        for part in path.strip("/").split("/"):
            assert part.startswith("{") or part == part.lower().replace("_", "-"), path
        for operation in (operations[method] for method in METHODS if method in operations):
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "query":
                    assert "_" not in parameter["name"], (path, parameter["name"])


async def test_the_first_sale_by_graphql(world: World) -> None:
    seller, app = await world.cooperative(SCOPE), await world.app()
    offering = await world.offering(seller, "150.00")
    found = await world.visitor.graphql(
        """query ($slug: String) { catalogue(first: 5, cooperative: $slug, text: "tuinen") {
             pageInfo { hasNextPage endCursor } edges { cursor node { id title price { amount } priceInclVat { amount }
             maker cooperative { slug } } } } }""",
        slug=seller.slug,
    )
    node = found["data"]["catalogue"]["edges"][0]["node"]
    assert (node["id"], node["priceInclVat"]["amount"], node["maker"]) == (offering, "181.50", "De Groene Hoek")

    place = """mutation ($key: String!, $lines: [OrderLineInput!]!, $contact: ContactInput) {
      placeOrder(idempotencyKey: $key, input: {lines: $lines, contact: $contact}) {
        statusUrl order { id state gross { amount currency } cooperative { slug }
          availableTransitions { verb allowed reason } } } }"""
    lines = [{"offeringId": offering, "quantity": 1}]
    placed = await app.graphql(place, key="sale-1", lines=lines, contact=GUEST)
    again = await app.graphql(place, key="sale-1", lines=lines, contact=GUEST)
    assert placed["data"] == again["data"]
    assert again["extensions"] == {"idempotencyReplayed": ["sale-1"]}
    order = placed["data"]["placeOrder"]["order"]
    assert (order["gross"], order["cooperative"]["slug"]) == ({"amount": "181.50", "currency": "EUR"}, seller.slug)

    move = """mutation ($id: UUID!, $verb: OrderVerb!, $key: String!) {
      moveOrder(id: $id, input: {verb: $verb}, idempotencyKey: $key) { state workDate } }"""
    for caller, verb in ((seller.member, "ACCEPT"), (seller.member, "DELIVER"), (app, "COMPLETE")):
        answer = await caller.graphql(move, id=order["id"], verb=verb, key=f"{order['id']}-{verb}")
        assert "errors" not in answer, answer
    pay = """mutation ($id: UUID!) {
      recordPayment(orderId: $id, input: {amount: {amount: "181.50"}}, idempotencyKey: "p") { id } }"""
    assert "errors" not in await seller.treasurer.graphql(pay, id=order["id"])

    full = await seller.member.graphql(
        """query ($m: UUID!, $c: UUID!) {
          thermometer(memberId: $m) { kind balance { amount } movements { amount { amount } reason } svg }
          earnings(cooperativeId: $c) { edges { node { kept { amount }
            legs { kind amount { amount } reason } } } } }""",
        m=seller.member_id,
        c=seller.id,
    )
    assert full["data"]["thermometer"]["balance"]["amount"] == "142.50"
    assert full["data"]["thermometer"]["svg"].startswith("<svg")
    legs = full["data"]["earnings"]["edges"][0]["node"]["legs"]
    assert [leg["amount"]["amount"] for leg in legs] == ["7.50", "142.50"]
    stranger = await app.graphql("query ($m: UUID!) { thermometer(memberId: $m) { name } }", m=seller.member_id)
    assert stranger["errors"][0]["extensions"]["code"] == "not_found"


async def test_a_change_by_graphql_names_only_what_changes(world: World) -> None:
    seller = await world.cooperative()
    offering = await world.offering(seller, "100.00")
    version = (await seller.coordinator("GET", f"/v1/offerings/{offering}"))["version"]
    change = """mutation ($id: UUID!, $v: Int!, $input: OfferingChangeInput!) {
      changeOffering(id: $id, expectedVersion: $v, input: $input) { title price { amount } edition version } }"""
    body = {"price": {"amount": "120.00"}}
    done = await seller.member.graphql(change, id=offering, v=version, input=body)
    changed = done["data"]["changeOffering"]
    assert (changed["title"], changed["price"]["amount"], changed["edition"]) == ("Tuinonderhoud", "120.00", 2)
    stale = await seller.member.graphql(change, id=offering, v=version, input=body)
    assert stale["errors"][0]["extensions"]["code"] == "stale"
    empty = await seller.member.graphql(change, id=offering, v=version + 1, input={"title": None})
    told = [(one["field"], one["code"]) for one in empty["errors"][0]["extensions"]["errors"]]
    assert told == [("title", "string_type")]
    rename = """mutation ($id: UUID!) {
      changeMember(id: $id, expectedVersion: 1, input: {tradeName: "Groen"}) { name tradeName } }"""
    renamed = await seller.coordinator.graphql(rename, id=seller.member_id)
    assert renamed["data"]["changeMember"] == {"name": "Noor", "tradeName": "Groen"}
    about = """mutation ($id: UUID!) { changeCooperative(id: $id, expectedVersion: 1, input: {about: "Hoi"}) {
      about kvkNumber } }"""
    written = await seller.coordinator.graphql(about, id=seller.id)
    assert written["data"]["changeCooperative"] == {"about": "Hoi", "kvkNumber": "90000011"}


async def test_pages_are_stable_while_rows_are_added(world: World) -> None:
    seller = await world.cooperative()
    made = [await world.offering(seller, title=f"Klus {number}") for number in range(5)]
    first = await world.visitor("GET", f"/v1/catalogue/offerings?cooperative={seller.slug}&limit=2")
    await world.offering(seller, title="Later")
    path = f"/v1/catalogue/offerings?cooperative={seller.slug}&limit=10&after={first['nextCursor']}"
    rest = await world.visitor("GET", path)
    assert [item["id"] for item in first["items"] + rest["items"]] == made[::-1]
    assert rest["nextCursor"] is None
    answer = await world.client.get(f"/v1/catalogue/offerings?cooperative={seller.slug}&limit=2")
    assert 'rel="next"' in answer.headers["link"]


async def test_the_catalogue_finds_by_stem_category_town_and_price_and_shows_nothing_private(world: World) -> None:
    seller = await world.cooperative()
    await world.offering(seller, "80.00", title="Fietsen repareren", category="fiets", town="Delft")
    await world.offering(seller, "20.00", title="Band plakken", category="fiets", town="Breda")
    base = f"/v1/catalogue/offerings?cooperative={seller.slug}"

    async def titles(query: str) -> list[str]:
        return [item["title"] for item in (await world.visitor("GET", base + query))["items"]]

    assert await titles("&text=fiets") == ["Band plakken", "Fietsen repareren"]
    assert await titles("&text=reparerend") == await titles("&text=repareren")
    assert await titles("&town=delft") == ["Fietsen repareren"]
    assert await titles("&category=fiets&maxPrice=50.00") == ["Band plakken"]
    assert await titles("&minPrice=50.00") == ["Fietsen repareren"]
    assert await titles("&text=nergens") == []
    everything = json.dumps(await world.visitor("GET", base))
    for private in (seller.member.login, seller.member_id, '"Noor"'):
        assert private not in everything


async def test_graphql_over_http(world: World) -> None:
    post = world.client.post
    body = {"query": "{ __typename }"}
    plain = await post("/graphql", json=body)
    assert plain.headers["content-type"].startswith("application/json")
    modern = await post("/graphql", json=body, headers={"Accept": "application/graphql-response+json"})
    assert modern.headers["content-type"].startswith("application/graphql-response+json")
    broken = await post(
        "/graphql", json={"query": "{ nothing }"}, headers={"Accept": "application/graphql-response+json"}
    )
    assert broken.status_code == 400
    assert "Did you mean" not in broken.text
    assert (await world.client.get("/graphql?query={__typename}")).headers["content-type"].startswith("text/html")
    batch = await post("/graphql", json=[body, body])
    assert batch.status_code == 400


async def test_a_bug_is_masked_in_both_faces(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        async def page(self, *_: object, **__: object) -> None:
            raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("app.usecases.people.municipalities.municipalities", Broken())
    problem = await world.visitor("GET", "/v1/municipalities", status=500)
    assert problem["code"] == "internal"
    assert problem["traceId"] in problem["detail"]
    plain = await world.client.get("/v1/municipalities")
    assert (plain.status_code, plain.headers["cache-control"]) == (500, "no-store")
    assert plain.headers["trace-id"] == plain.json()["traceId"]
    answer = await world.visitor.graphql("{ municipalities { edges { node { id } } } }")
    assert answer["errors"][0]["extensions"]["code"] == "internal"
    assert "secret" not in json.dumps([problem, answer])


async def test_every_answer_carries_its_headers(world: World) -> None:
    answer = await world.client.get("/v1/municipalities", headers={"traceparent": f"00-{'ab' * 16}-{'cd' * 8}-01"})
    assert answer.headers["trace-id"] == "ab" * 16
    assert answer.headers["api-version"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (await world.client.get("/v1/openapi.json")).json()["info"]["title"] == "Samen"


@pytest.mark.parametrize("path", ["/docs", "/graphql"])
async def test_the_pages_for_people_need_no_internet(world: World, path: str) -> None:
    page = (await world.client.get(path)).text
    assert "http" not in page.replace("http-equiv", "")
    for asset in [part.split('"')[0] for part in page.split('src="')[1:] + page.split('href="')[1:]]:
        assert (await world.client.get(asset)).status_code == 200, asset


async def test_the_probes(world: World) -> None:
    assert await world.visitor("GET", "/healthz") == {"status": "ok"}
    assert (await world.visitor("GET", "/readyz"))["status"] == "ok"


async def test_it_is_not_ready_on_a_schema_older_than_itself(settings: Settings, database_url: str) -> None:
    """A newer schema is an upgrade under way, during which the older version keeps serving."""
    owner = await asyncpg.connect(database_url)
    current = await owner.fetchval("select version_num from alembic_version")
    try:
        for revision, status in (("0033", 503), ("9999", 200)):
            await owner.execute("update alembic_version set version_num = $1", revision)
            async with in_production(settings, database_url) as client:
                answer = await client.get("/readyz", headers={"Accept-Language": "en"})
            assert answer.status_code == status, answer.text
            assert status == 200 or (answer.json()["code"], "samen migrate" in answer.text) == ("not_migrated", True)
    finally:
        await owner.execute("update alembic_version set version_num = $1", current)
        await owner.close()


async def test_a_guest_follows_the_order_by_its_link(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    seen = await world.visitor("GET", order["statusUrl"])
    assert (seen["reference"], seen["state"], seen["gross"]["amount"]) == (order["reference"], "placed", "242.00")
    assert "Jo de Wit" not in json.dumps(seen)
    await world.visitor("GET", order["statusUrl"][:-1] + "!", status=404)


async def test_a_person_orders_for_themselves(world: World) -> None:
    seller, klant = await world.cooperative(), world.person()
    offering = await world.offering(seller)
    line = {"lines": [{"offeringId": offering, "quantity": 1}]}
    await klant("POST", "/v1/orders", line, status=422)
    card = await klant("PUT", "/v1/me/contact", GUEST)
    assert (await klant("PUT", "/v1/me/contact", GUEST, status=412, headers={"If-Match": '"9"'}))["code"] == "stale"
    placed = await klant("POST", "/v1/orders", line)
    order = placed["order"]
    assert (order["contact"]["name"], placed["statusUrl"], card["version"]) == ("Jo de Wit", None, 1)
    assert [o["id"] for o in (await klant("GET", "/v1/orders"))["items"]] == [order["id"]]
    await world.person()("GET", f"/v1/orders/{order['id']}", status=404)
    done = await klant("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel", "note": "toch niet"})
    assert done["state"] == "cancelled"


async def test_an_agreement_whose_examples_fail_cannot_be_signed(world: World) -> None:
    seller = await world.cooperative()
    rules = [{"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "10"}, {"kind": "pot"}]
    wrong = [{"name": "Klus", "net": "100.00", "expected": {"cooperative_fund": "10.00", "pot": "91.00"}}]
    body = {"title": "2030", "activeFrom": "2028-01-01", "rules": rules, "examples": wrong}
    draft = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
    place = f"/v1/agreements/{draft['id']}"
    problem = await seller.treasurer("POST", f"{place}/tests", status=409)
    assert problem["facts"]["examples"][0]["actual"] == {"cooperative_fund": 1000, "pot": 9000}
    assert (await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"}, status=409))[
        "code"
    ] == "wrong_state"
    right = [{"name": "Klus", "net": "100.00", "expected": {"cooperative_fund": "10.00", "pot": "90.00"}}]
    fixed = await seller.treasurer("PATCH", place, {"examples": right}, headers={"If-Match": '"1"'})
    assert fixed["state"] == "draft"
    assert (await seller.treasurer("POST", f"{place}/tests"))["state"] == "tested"
    await seller.treasurer("POST", f"{place}/signatures", {"side": "municipality"}, status=403)
    await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"})
    signed = await seller.controller("POST", f"{place}/signatures", {"side": "municipality"})
    assert signed["state"] == "signed"
    await seller.treasurer("PATCH", place, {"title": "x"}, status=409, headers={"If-Match": f'"{signed["version"]}"'})
    active = await seller.treasurer("GET", f"/v1/agreements/{seller.agreement_id}")
    assert (active["state"], active["supersededFrom"]) == ("active", "2028-01-01")


async def test_unknown_keys_of_an_agreement_are_refused(world: World) -> None:
    seller = await world.cooperative()
    rules = [{"kind": "pot", "bonus": "5"}]
    examples = [{"name": "x", "net": "1.00", "expected": {"pot": "1.00"}}]
    body = {"title": "x", "activeFrom": "2028-01-01", "rules": rules, "examples": examples}
    refused = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body, status=400)
    draft = """mutation ($c: UUID!, $input: DraftAgreementInput!) {
        draftAgreement(cooperativeId: $c, input: $input) { id } }"""
    answer = await seller.treasurer.graphql(draft, c=seller.id, input=body)
    assert [fault["field"] for fault in refused["errors"]] == ["rules.0.pot.bonus"]
    assert answer["errors"][0]["extensions"]["errors"] == refused["errors"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "bonus"},
        {},
        {"kind": "share_of_surplus", "to": "nobody", "percent": "100.01"},
        {"kind": "remit_above", "threshold": "1000000000.01", "percent": "5,5"},
        {"kind": "cost_category", "name": "Verf", "yearlyCap": "-1", "approveFirst": "yes"},
        {"kind": "premium", "count": 0, "yearlyCap": "1_0", "law": "123456782"},
    ],
)
async def test_a_rule_that_is_written_wrong_is_refused_alike_by_both_faces(world: World, wrong: Json) -> None:
    seller = await world.cooperative()
    example = {"name": " ", "net": "1000000000.01", "costs": "x", "expected": {"pot": "1", "bank": "1"}}
    body = {"title": "x", "activeFrom": "2028-01-01", "rules": [wrong], "examples": [example]}
    refused = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body, status=400)
    draft = """mutation ($c: UUID!, $input: DraftAgreementInput!) {
        draftAgreement(cooperativeId: $c, input: $input) { id } }"""
    answer = await seller.treasurer.graphql(draft, c=seller.id, input=body)
    assert answer["errors"][0]["extensions"]["errors"] == refused["errors"]
    faults = {fault["field"]: fault["code"] for fault in refused["errors"]}
    assert faults["examples.0.net"] == "amount_out_of_range"
    assert {"examples.0.name", "examples.0.costs", "examples.0.expected.bank.[key]"} <= faults.keys()
    assert any(field.startswith("rules.0") for field in faults)


async def test_readiness_names_what_is_missing(world: World) -> None:
    body: dict[str, object] = {"slug": "leeg", "name": "Leeg", "legalForm": "cooperative_ua", "town": "Breda"}
    made = await world.network("POST", "/v1/cooperatives", body | {"municipalityId": await world.municipality()})
    found = await world.network("GET", f"/v1/cooperatives/{made['id']}/readiness")
    missing = ["coordinator", "treasurer", "second_approver", "kvk_number", "member", "agreement"]
    missing.append("invoice_details")
    assert (found["ready"], found["missing"]) == (False, missing)
    seller = await world.cooperative()
    assert (await seller.coordinator("GET", f"/v1/cooperatives/{seller.id}/readiness"))["ready"]
    place = f"/v1/cooperatives/{made['id']}"
    tail = await world.network("PATCH", place, {"umbrellaId": made["id"]}, status=422, headers={"If-Match": '"1"'})
    assert tail["facts"]["rule"] == "umbrella_is_a_tree"


def undescribed(document: Json) -> Iterator[str]:
    """The fields and parameters of an OpenAPI document without words; an enumeration has its own."""
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        for field, stated in schema.get("properties", {}).items():
            named = schemas.get(stated.get("$ref", "").rpartition("/")[2], {})
            if not stated.get("description") and not ("enum" in named and named.get("description")):
                yield f"{name}.{field}"
    for path, item in document["paths"].items():
        for method in METHODS & item.keys():
            yield from [f"{method} {path}"] * (not item[method].get("description"))
            for one in item[method].get("parameters", ()):
                yield from [f"{method} {path} {one['name']}"] * (not one.get("description"))


def test_both_contracts_say_what_everything_is_for() -> None:
    """Each operation, field, argument, type and enumeration."""
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    schema = build_schema((ROOT / "openapi" / "schema.graphql").read_text(encoding="utf-8"))
    kinds = [
        one for name, one in schema.type_map.items() if not name.startswith("__") and not is_specified_scalar_type(one)
    ]
    fields = {f"{kind}.{name}": one for kind in kinds for name, one in getattr(kind, "fields", {}).items()}
    assert [kind.name for kind in kinds if not kind.description] == []
    assert [name for name, field in fields.items() if not field.description] == []
    arguments = {
        f"{name}.{arg}": given for name, one in fields.items() for arg, given in getattr(one, "args", {}).items()
    }
    assert [name for name, argument in arguments.items() if not argument.description] == []
    assert list(undescribed(document)) == []
    assert len(kinds) > 200
    assert len(fields) > 1200


def test_what_a_location_names_can_be_read() -> None:
    declared = [operation for table in TABLES for operation in table.operations]
    read = {re.sub(r"{\w+}", "{}", one.path) for one in declared if one.method == "GET"}
    opening = [one for one in declared if one.opens]
    assert [one.id for one in opening if f"{one.opens}/{{}}" not in read] == []
    assert len(opening) > 10
