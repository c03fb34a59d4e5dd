"""Bad input: every fault gives a clear error that says what to do, and nothing is half written."""

from typing import Any

import pytest

from tests.world import GUEST, World

LINE = {"offeringId": "00000000-0000-0000-0000-000000000001", "quantity": 1}
BAD_ORDERS: dict[str, tuple[dict[str, Any], int, str]] = {
    "a field by its inner name": (
        {"lines": [{"offering_id": None, "quantity": 1}], "contact": GUEST},
        400,
        "bad_request",
    ),
    "unknown field": ({"lines": [LINE], "contact": GUEST, "discount": "10"}, 400, "bad_request"),
    "unknown field inside": ({"lines": [LINE | {"price": "0"}], "contact": GUEST}, 400, "bad_request"),
    "false for a number": ({"lines": [LINE | {"quantity": False}], "contact": GUEST}, 400, "bad_request"),
    "true for a number": ({"lines": [LINE | {"quantity": True}], "contact": GUEST}, 400, "bad_request"),
    "text for a number": ({"lines": [LINE | {"quantity": "2"}], "contact": GUEST}, 400, "bad_request"),
    "a fraction": ({"lines": [LINE | {"quantity": 1.5}], "contact": GUEST}, 400, "bad_request"),
    "zero": ({"lines": [LINE | {"quantity": 0}], "contact": GUEST}, 400, "bad_request"),
    "negative": ({"lines": [LINE | {"quantity": -3}], "contact": GUEST}, 400, "bad_request"),
    "huge": ({"lines": [LINE | {"quantity": 10**30}], "contact": GUEST}, 400, "bad_request"),
    "no lines": ({"lines": [], "contact": GUEST}, 400, "bad_request"),
    "too many lines": ({"lines": [LINE] * 51, "contact": GUEST}, 400, "bad_request"),
    "no id": ({"lines": [LINE | {"offeringId": "1 or 1=1"}], "contact": GUEST}, 400, "bad_request"),
    "a time without a zone": ({"lines": [LINE], "contact": GUEST, "neededAt": "2030-01-01T10:00"}, 400, "bad_request"),
    "over-long text": ({"lines": [LINE], "contact": GUEST, "note": "x" * 2001}, 400, "bad_request"),
    "no e-mail address": ({"lines": [LINE], "contact": {"name": "Jo", "email": "jo"}}, 400, "bad_request"),
    "no way to reach": ({"lines": [LINE], "contact": {"name": "Jo"}}, 422, "contact_incomplete"),
    "unknown offering": ({"lines": [LINE], "contact": GUEST}, 404, "not_found"),
    "a citizen number": (
        {"lines": [LINE], "contact": GUEST, "note": "mijn bsn is 111222333"},
        400,
        "bad_request",
    ),
    "a citizen number with dots": (
        {"lines": [LINE], "contact": GUEST | {"buyer": {"organisation": "111.222.333"}}},
        400,
        "bad_request",
    ),
    "a glued citizen number": (
        {"lines": [LINE], "contact": GUEST, "note": "BSN111222333"},
        400,
        "bad_request",
    ),
}


@pytest.mark.parametrize("case", BAD_ORDERS)
async def test_bad_orders_by_rest(world: World, case: str) -> None:
    body, status, code = BAD_ORDERS[case]
    app = await world.app()
    problem = await app("POST", "/v1/orders", body, status=status)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["detail"]
    if status == 400:
        assert problem["errors"][0]["field"]
    assert (await app("GET", "/v1/orders"))["items"] == []


PLACE = """mutation ($lines: [OrderLineInput!]!, $note: String = "", $email: String) {
  placeOrder(idempotencyKey: "k", input: {lines: $lines, note: $note, contact: {name: "Jo", email: $email}}) {
    order { id } } }"""


@pytest.mark.parametrize(
    ("line", "note", "email", "code"),
    [
        (LINE | {"quantity": -3}, "", "jo@example.org", "greater_than_equal"),
        (LINE | {"quantity": 100_001}, "", "jo@example.org", "less_than_equal"),
        (LINE | {"quantity": 10**12}, "", "jo@example.org", "bad_request"),
        (LINE | {"quantity": False}, "", "jo@example.org", "bad_request"),
        (LINE | {"price": 1}, "", "jo@example.org", "bad_request"),
        (LINE, "x" * 2001, "jo@example.org", "string_too_long"),
        (LINE, "", "jo", "string_pattern_mismatch"),
        (LINE, "", "jan@example..org", "email_malformed"),
        (LINE, "bsn 111222333", "jo@example.org", "citizen_number_in_text"),
        (LINE, "", None, "contact_incomplete"),
        (LINE, "", "jo@example.org", "not_found"),
    ],
)
async def test_bad_orders_by_graphql(
    world: World, line: dict[str, Any], note: str, email: str | None, code: str
) -> None:
    app = await world.app()
    answer = await app.graphql(PLACE, lines=[line], note=note, email=email)
    assert told(answer) == [code]
    assert (await app("GET", "/v1/orders"))["items"] == []


def told(answer: dict[str, Any]) -> list[str]:
    """The codes of an answer's errors; if a form refuses it, the codes of its faults."""
    said = [error["extensions"] for error in answer["errors"]]
    return [one["code"] for error in said for one in error.get("errors", [error])]


async def test_the_message_comes_in_the_readers_language(world: World) -> None:
    app, body = await world.app(), {"lines": [LINE], "contact": {"name": "Jo"}}
    dutch = await app("POST", "/v1/orders", body, status=422, headers={"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.5"})
    english = await app("POST", "/v1/orders", body, status=422, headers={"Accept-Language": "en-GB,en"})
    assert dutch["detail"] == "Geef een naam en een e-mailadres of telefoonnummer."
    assert english["detail"] == "Give a name and an e-mail address or telephone number."


async def test_more_than_the_stock(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, kind="goods", stock=3)
    gone = "00000000-0000-0000-0000-000000000009"
    somebody = {"name": "Sam", "tradeName": "Sam", "personId": gone}
    await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", somebody, status=404)
    body = {"lines": [{"offeringId": offering, "quantity": 4}], "contact": GUEST}
    problem = await app("POST", "/v1/orders", body, status=409)
    assert problem["detail"] == "There are 3 left of 'Tuinonderhoud'. Order fewer."
    twice = {"lines": [{"offeringId": offering, "quantity": 2}] * 2, "contact": GUEST}
    assert (await app("POST", "/v1/orders", twice, status=409))["code"] == "sold_out"
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 3


@pytest.mark.parametrize("amount", ["-1", "1e3", "0.001", "abc", "99999999999999", "", None, 5, False])
async def test_amounts_that_are_none(world: World, amount: object) -> None:
    seller = await world.cooperative()
    body: dict[str, object] = {
        "memberId": seller.member_id,
        "kind": "service",
        "title": "x",
        "category": "tuin",
        "priceUnit": "piece",
    }
    body |= {"price": {"amount": amount}, "vatClass": "standard", "town": "Breda"}
    await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", body, status=400)


@pytest.mark.parametrize(
    ("lines", "needed_at", "key", "code"),
    [
        ([], None, "k", "too_short"),
        ([LINE] * 51, None, "k", "too_long"),
        ([LINE], "2030-01-01T10:00:00", "k", "timezone_aware"),
        ([LINE], "2199-01-01T10:00:00Z", "k", "day_out_of_range"),
        ([LINE], None, "a\nb", "string_pattern_mismatch"),
        ([LINE], None, "", "string_pattern_mismatch"),
        ([LINE], None, "x" * 201, "string_too_long"),
    ],
)
async def test_what_the_schema_of_graphql_cannot_say(
    world: World, lines: list[Any], needed_at: str | None, key: str, code: str
) -> None:
    text = """mutation ($lines: [OrderLineInput!]!, $neededAt: DateTime, $key: String!) {
      placeOrder(idempotencyKey: $key, input: {
        lines: $lines, neededAt: $neededAt, contact: {name: "Jo", phone: "0612345678"}}) { order { id } } }"""
    answer = await (await world.app()).graphql(text, lines=lines, neededAt=needed_at, key=key)
    assert told(answer) == [code]


@pytest.mark.parametrize("flag", [0, 1, "false", "no", None])
async def test_a_flag_is_true_or_false(world: World, flag: object) -> None:
    seller = await world.cooperative()
    body = {"name": "Sam", "tradeName": "Sam", "candidate": flag}
    problem = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/members", body, status=400)
    assert [error["field"] for error in problem["errors"]] == ["candidate"]
    wanted = {"purpose": "gereedschap", "title": "Pomp", "amount": {"amount": "1.00"}, "toMember": flag, "draft": flag}
    place = f"/v1/members/{seller.member_id}/spending-requests"
    problem = await seller.member("POST", place, wanted, status=400)
    assert [error["field"] for error in problem["errors"]] == ["toMember", "draft"]


@pytest.mark.parametrize(("query", "code"), [("%00", "text_malformed"), ("x" * 5000, None), ("%0Atuin", None)])
async def test_the_catalogue_answers_any_text(world: World, query: str, code: str | None) -> None:
    answer = await world.client.get(f"/v1/catalogue/offerings?text={query}")
    assert answer.status_code in ((400,) if code else (200, 400)), answer.text
    assert code is None or answer.json()["errors"][0]["code"] == code


@pytest.mark.parametrize("tag", ['"²"', '"' + "9" * 5000 + '"', '"-1"', '"1.0"', '"٣"'])
async def test_an_if_match_of_nonsense_is_stale(world: World, tag: str) -> None:
    seller = await world.cooperative()
    headers = {b"If-Match": tag.encode(), b"Authorization": f"Bearer {seller.coordinator.token}".encode()}
    answer = await world.client.patch(f"/v1/members/{seller.member_id}", json={"name": "Nora"}, headers=headers)
    assert answer.status_code == 412


async def test_one_line_is_one_line(world: World) -> None:
    seller = await world.cooperative()
    body: dict[str, Any] = {
        "memberId": seller.member_id,
        "kind": "service",
        "title": "Tuin\r\nBcc: x@y.nl",
        "category": "tuin",
    }
    body |= {"priceUnit": "piece", "price": {"amount": "1.00"}, "vatClass": "standard", "town": "Breda"}
    place = f"/v1/cooperatives/{seller.id}/offerings"
    (fault,) = (await seller.member("POST", place, body, status=400))["errors"]
    assert (fault["field"], fault["code"]) == ("title", "text_malformed")
    await seller.member("POST", place, body | {"title": "Tuin", "text": "Twee\nregels"})


async def test_what_must_be_sent_along(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    headers = {"Authorization": f"Bearer {app.token}"}
    answer = await app.client.post("/v1/orders", json={"lines": [LINE], "contact": GUEST}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert answer.headers["content-type"] == "application/problem+json"
    place = f"/v1/members/{seller.member_id}"
    assert (await seller.coordinator("PATCH", place, {"name": "Nora"}, status=428))["code"] == "if_match_missing"
    stale = await seller.coordinator("PATCH", place, {"name": "Nora"}, status=412, headers={"If-Match": '"99"'})
    assert stale["code"] == "stale"
    changed = await seller.coordinator("PATCH", place, {"name": "Nora"}, headers={"If-Match": '"1"'})
    assert (changed["name"], changed["version"]) == ("Nora", 2)


async def test_unknown_query_parameters_are_refused(world: World) -> None:
    problem = await world.visitor("GET", "/v1/catalogue/offerings?txt=tuin", status=400)
    assert problem["errors"] == [
        {"field": "txt", "code": "extra_forbidden", "message": "This field is not known here."}
    ]
    await world.visitor("GET", "/v1/catalogue/offerings?after=%21%21", status=400)
    await world.visitor("GET", "/v1/catalogue/offerings?limit=101", status=400)


async def test_each_field_says_what_to_do_in_the_callers_language(world: World) -> None:
    app, seller = await world.app(), await world.cooperative()
    line = {"offeringId": "x", "quantity": "2"}
    body = {"lines": [line], "contact": {"email": "jo", "phone": "1"}, "note": "x" * 501, "neededAt": 3, "more": 1}
    dutch: dict[str, str] = {}
    english: dict[str, str] = {}
    for language, texts in (("nl", dutch), ("en", english)):
        problem = await app("POST", "/v1/orders", body, status=400, headers={"Accept-Language": language})
        texts |= {error["field"]: error["message"] for error in problem["errors"]}
    assert dutch["lines.0.offeringId"] == "Vul een id in, zoals die uit een ander antwoord komt."
    assert dutch["contact.name"] == "Dit ontbreekt."
    assert english["contact.email"] == "Give an e-mail address, such as jo@example.org."
    assert english["more"] == "This field is not known here."
    assert set(dutch) == set(english)
    assert not set(dutch.values()) & set(english.values())
    place = f"/v1/cooperatives/{seller.id}/split-previews"
    problem = await seller.coordinator("POST", place, {"net": {"amount": "1,50"}}, status=400)
    assert [error["message"] for error in problem["errors"] if error["field"].endswith("amount")] == [
        "Give an amount, such as 12.50: with a point, two digits after it at most, and not too large."
    ]
    lost = await app("POST", "/v1/orders", {"lines": [LINE]}, status=422)
    assert lost["code"] == "contact_incomplete"
    wanted = {"lines": [LINE], "contact": GUEST}
    lost = await app("POST", "/v1/orders", wanted, status=404)
    assert LINE["offeringId"] in lost["detail"]


async def test_a_body_that_is_too_large(world: World) -> None:
    app = await world.app()
    headers = {"Authorization": f"Bearer {app.token}", "Idempotency-Key": "k", "Content-Type": "application/json"}
    whole = await app.client.post("/v1/orders", content=b" " * 100_001, headers=headers)

    async def dribble() -> Any:
        for _ in range(30):
            yield b" " * 5_000

    chunked = await app.client.post("/v1/orders", content=dribble(), headers=headers)
    assert (whole.status_code, chunked.status_code) == (413, 413)


async def test_no_such_path_and_no_such_method(world: World) -> None:
    assert (await world.visitor("GET", "/v1/nothing", status=404))["code"] == "not_found"
    assert (await world.visitor("DELETE", "/v1/orders", status=405))["code"] == "method_not_allowed"


async def test_states_name_what_is_possible(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    by_verb = {t["verb"]: t for t in order["availableTransitions"]}
    assert by_verb["cancel"]["allowed"]
    assert (by_verb["accept"]["allowed"], by_verb["accept"]["reason"]) == (False, "forbidden")
    assert by_verb["accept"]["message"] == "You may not do this. Ask the cooperative who may."
    assert by_verb["cancel"]["message"] is None
    document = "query ($id: UUID!) { order(id: $id) { availableTransitions { verb reason message } } }"
    told = (await app.graphql(document, id=order["id"]))["data"]["order"]["availableTransitions"]
    assert told == [
        {"verb": step["verb"].upper(), "reason": step["reason"], "message": step["message"]}
        for step in order["availableTransitions"]
    ]
    problem = await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"}, status=409)
    assert problem["availableTransitions"] == ["accept", "refuse", "cancel"]
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel"}, status=403)


async def test_a_paid_order_is_cancelled_and_the_money_owed_back(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller, kind="goods", stock=2))
    place = f"/v1/orders/{order['id']}"
    await seller.member("POST", f"{place}/transitions", {"verb": "accept"})
    assert (await seller.treasurer("POST", f"{place}/repayments", {}, status=409))["code"] == "nothing_owed"
    wrong: Any = {"amount": {"amount": "1.00"}, "paidOn": "2020-01-01"}
    refused = await seller.treasurer("POST", f"{place}/payments", wrong, status=422)
    assert (refused["code"], refused["facts"]["field"]) == ("day_out_of_range", "paidOn")
    (fault,) = (await seller.treasurer("POST", f"{place}/payments", wrong | {"paidOn": "2999-01-01"}, status=400))[
        "errors"
    ]
    assert (fault["field"], fault["code"]) == ("paidOn", "day_out_of_range")
    await world.pay(seller, order)
    too_much: Any = {"amount": {"amount": "242.01"}}
    for path, body in (("repayments", too_much), ("credits", too_much | {"reason": "x"})):
        refused = await seller.treasurer("POST", f"{place}/{path}", body, status=422)
        assert "€242.00" in refused["detail"]
    cancelled = await app("POST", f"{place}/transitions", {"verb": "cancel"})
    assert (cancelled["state"], cancelled["owedBack"]["amount"]) == ("cancelled", "242.00")
    await seller.treasurer("POST", f"{place}/repayments", {})
    given = await seller.treasurer("GET", place)
    assert (given["payment"], given["owedBack"]["amount"]) == ("unpaid", "0.00")
    offering = order["lines"][0]["offeringId"]
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 2


async def test_a_body_of_another_kind_is_told_which_one_belongs_there(world: World) -> None:
    app = await world.app()
    headers = {"Authorization": f"Bearer {app.token}", "Accept-Language": "en", "Idempotency-Key": "a"}
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        sent = headers | ({"Content-Type": kind} if kind else {})
        refused = await world.client.post("/v1/orders", content=b'{"lines": []}', headers=sent)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")
        assert "application/json" in refused.json()["detail"]
    login = await world.client.post("/oauth/token", json={"grant_type": "client_credentials"})
    assert (login.status_code, login.json()["error"]) == (415, "invalid_request")
    assert "application/x-www-form-urlencoded" in login.json()["detail"]
    broken = await world.client.post(
        "/v1/orders", content=b"{", headers=headers | {"Content-Type": "application/json; charset=utf-8"}
    )
    assert [(error["field"], error["message"]) for error in broken.json()["errors"]] == [
        ("body", "This is not valid JSON.")
    ]


async def test_what_is_refused_says_where_to_go_from_there(world: World) -> None:
    app, person = await world.app(), world.person()
    wrong = await person("GET", "/orders", status=404)
    assert "/v1" in wrong["detail"]
    gone = await person("PUT", "/v1/orders", {}, status=405)
    assert "GET, POST" in gone["detail"]
    seller = await world.cooperative()
    partner = await world.app(["catalogue:read"], [seller.id])
    assert "whoever registered" in (await partner("GET", "/v1/apps", status=403))["detail"]
    town = {"cbsCode": "GM9999", "name": "Nergens"}
    assert "for people only" in (await partner("POST", "/v1/municipalities", town, status=403))["detail"]
    body = {"lines": [{"offeringId": await world.offering(seller), "quantity": 1}], "contact": GUEST}
    past = await app("POST", "/v1/orders", body | {"neededAt": "2020-01-01T10:00:00Z"}, status=422)
    assert past["detail"] == "This moment has passed. Choose a later one."


CONTACTS: list[tuple[dict[str, Any], Any]] = [
    ({"email": "", "phone": "0612345678"}, (None, "0612345678")),
    ({"email": " jo@example.org ", "phone": "  "}, ("jo@example.org", None)),
    ({"phone": "0475/12.34.56"}, (None, "0475/12.34.56")),
    ({"phone": "+32 475 12 34 56"}, (None, "+32 475 12 34 56")),
    ({"phone": "------"}, "string_pattern_mismatch"),
    ({"phone": "()    "}, "string_pattern_mismatch"),
    ({"phone": "12345"}, "string_pattern_mismatch"),
    ({"email": " ", "phone": ""}, "contact_incomplete"),
]


@pytest.mark.parametrize(("reached", "expected"), CONTACTS)
async def test_a_contact_as_forms_in_a_browser_send_it(world: World, reached: dict[str, Any], expected: Any) -> None:
    """Blank fields are null, blanks around an address are dropped, and a telephone number has digits."""
    app, offering = await world.app(), await world.offering(await world.cooperative())
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": {"name": "Jo", **reached}}
    text = """mutation ($input: PlaceOrderInput!) {
      placeOrder(idempotencyKey: "k", input: $input) { order { contact { email phone } } } }"""
    answer = await app.graphql(text, input=body)
    if isinstance(expected, str):
        assert told(answer) == [expected]
        problem = await app("POST", "/v1/orders", body, status=422 if expected == "contact_incomplete" else 400)
        assert [fault["code"] for fault in problem.get("errors", [problem])] == [expected]
        return
    placed = await app("POST", "/v1/orders", body)
    contacts = (answer["data"]["placeOrder"]["order"]["contact"], placed["order"]["contact"])
    assert [(contact["email"], contact["phone"]) for contact in contacts] == [expected] * 2


async def test_a_field_is_known_by_its_name_of_the_contract_alone(world: World) -> None:
    seller = await world.cooperative()
    body = {"counted_on": "2026-01-01", "amount": {"amount": "0.00"}}
    refused = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/cash-counts", body, status=400)
    assert {fault["field"]: fault["code"] for fault in refused["errors"]} == {
        "countedOn": "missing",
        "counted_on": "extra_forbidden",
    }
