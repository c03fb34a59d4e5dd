"""An Idempotency-Key is never ignored: it is required, optional, or refused."""

import uuid
from typing import Any, cast

import pytest

from app.contract.operation import Key, Noun
from app.contract.shape import Read, shape
from app.contract.tables import TABLES
from app.domain.people.municipalities import Municipality
from app.usecases.people.municipalities import add_municipality
from tests.faces.test_http import bearer
from tests.world import Caller, Json, World, municipality_codes

KEY = "Idempotency-Key"
POSTED = {row.id: row.key for table in TABLES for row in table.operations if row.method == "POST" and not row.asks}


async def sent(world: World, who: Caller, method: str, path: str, body: Any, **headers: str) -> Any:
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return await world.client.request(method, path, json=body, headers=bearer(who) | more)


def town() -> Json:
    return {"cbsCode": f"GM{next(municipality_codes)}", "name": "Breda"}


async def twice(world: World, who: Caller, path: str, body: Any, status: int) -> Json:
    """The same request twice under a key, then once with another body: one act, one answer."""
    key = uuid.uuid4().hex
    first, again = [await sent(world, who, "POST", path, body, Idempotency_Key=key) for _ in range(2)]
    assert (first.status_code, again.status_code) == (status, status), first.text + again.text
    assert first.json() == again.json()
    assert first.headers.get("etag") == again.headers.get("etag")
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    made: Json = first.json()
    return made


def test_every_change_by_post_says_what_it_does_with_a_key() -> None:
    assert set(POSTED.values()) <= {Key.NEEDED, Key.KEPT, Key.REFUSED}
    kept = [name for name, key in POSTED.items() if key is Key.KEPT]
    assert len(kept) > 7


def test_what_tells_a_secret_is_kept_under_no_key() -> None:
    @shape(Municipality)
    class Told:
        """An object with its secret."""

        client_secret: str = cast("str", Read(lambda _, __: ""))

    noun = Noun("told")
    noun.post("/told", add_municipality, Told, key=Key.REFUSED)
    with pytest.raises(ValueError, match="never ignored"):
        noun.post("/told", add_municipality, Told, key=Key.NONE)
    with pytest.raises(ValueError, match="secret"):
        noun.post("/told", add_municipality, Told)


async def test_an_answer_is_kept_under_a_key_that_nobody_asked_for(world: World) -> None:
    """Every such row. A second request without a key is a second act."""
    seller = await world.cooperative()
    place, network = f"/v1/cooperatives/{seller.id}", world.network
    breda = town()
    municipality = await twice(world, network, "/v1/municipalities", breda, 201)
    slug = f"c-{uuid.uuid4().hex[:12]}"
    made: Json = {"slug": slug, "name": slug, "legalForm": "cooperative_ua", "kvkNumber": "90000011", "town": "Breda"}
    await twice(world, network, "/v1/cooperatives", made | {"municipalityId": municipality["id"]}, 201)
    person: Json = {"issuer": "https://id.example", "subject": uuid.uuid4().hex, "name": "P"}
    person_id = (await twice(world, network, "/v1/people", person, 201))["id"]
    office: Json = {"personId": person_id, "role": "treasurer", "cooperativeId": seller.id}
    await twice(world, network, "/v1/offices", office, 201)
    member = await twice(world, seller.coordinator, f"{place}/members", {"name": "Sam", "tradeName": "Sam"}, 201)
    await twice(world, seller.coordinator, f"/v1/members/{member['id']}/transitions", {"verb": "pause"}, 200)
    listed = await seller.coordinator("GET", f"{place}/members")
    assert [one["name"] for one in listed["items"]].count("Sam") == 1
    offering: Json = {"memberId": seller.member_id, "kind": "service", "title": "Tuin", "category": "tuin"}
    offering |= {"priceUnit": "piece", "price": {"amount": "1.00"}, "vatClass": "standard", "town": "Breda"}
    written = await twice(world, seller.member, f"{place}/offerings", offering, 201)
    await twice(world, seller.member, f"/v1/offerings/{written['id']}/transitions", {"verb": "submit"}, 200)


async def test_a_refusal_is_given_again_and_says_so(world: World) -> None:
    breda = town()
    await world.network("POST", "/v1/municipalities", breda)
    first, again = [
        await sent(world, world.network, "POST", "/v1/municipalities", breda, Idempotency_Key=breda["cbsCode"])
        for _ in range(2)
    ]
    assert (first.status_code, again.status_code) == (409, 409)
    assert (first.headers.get("idempotency-replayed"), again.headers["idempotency-replayed"]) == (None, "true")
    other = await sent(world, world.network, "POST", "/v1/municipalities", town(), Idempotency_Key=breda["cbsCode"])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert "idempotency-replayed" not in other.headers
    for odd in ("", " ", "ë"):
        headers = {name.encode(): value.encode() for name, value in (bearer(world.network) | {KEY: odd}).items()}
        refused = await world.client.post("/v1/municipalities", json=town(), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")


async def test_both_faces_share_a_key_and_say_that_they_answer_again(world: World) -> None:
    add = """mutation($key: String, $input: AddMunicipalityInput!) {
        addMunicipality(idempotencyKey: $key, input: $input) { id } }"""
    breda, key = town(), uuid.uuid4().hex
    made = await sent(world, world.network, "POST", "/v1/municipalities", breda, Idempotency_Key=key)
    again = await world.network.graphql(add, key=key, input=breda)
    assert again["data"]["addMunicipality"]["id"] == made.json()["id"]
    assert again["extensions"] == {"idempotencyReplayed": [key]}
    other = await world.network.graphql(add, input=town())
    assert (other["data"]["addMunicipality"]["id"] != made.json()["id"], "extensions" in other) == (True, False)


async def test_where_nothing_is_kept_a_key_is_refused(world: World) -> None:
    """Answers with a secret, reads, and operations that do nothing twice."""
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}"
    for method, path in (
        ("POST", "/v1/apps"),
        ("POST", f"/v1/apps/{seller.id}/secrets"),
        ("POST", f"/v1/apps/{seller.id}/webhooks"),
        ("POST", f"/v1/webhooks/{seller.id}/secrets"),
        ("POST", f"{place}/split-previews"),
        ("POST", "/v1/recomputations"),
        ("PATCH", place),
        ("PUT", "/v1/me/contact"),
        ("DELETE", f"/v1/offices/{seller.id}"),
        ("POST", "/oauth/token"),
    ):
        answer = await sent(world, world.network, method, path, {}, Idempotency_Key="a")
        told = answer.json()
        assert (answer.status_code, told["code"]) == (400, "bad_request"), path
        assert [(one["field"], one["code"]) for one in told["errors"]] == [(KEY, "key_not_kept")], path


async def test_a_file_is_taken_in_once_under_a_key(world: World) -> None:
    """The same holds for the decision about it. Another file needs another key."""
    seller, key = await world.cooperative(), uuid.uuid4().hex
    place = f"/v1/cooperatives/{seller.id}/offering-imports"
    table = "externalId;kind;title;category;priceUnit;price;vatClass;town\nA;goods;Jam;eten;piece;3,50;reduced;Breda\n"
    headers = bearer(seller.coordinator) | {"Content-Type": "text/csv", KEY: key}
    asked = {"source": "till", "memberId": seller.member_id}
    first, again = [
        await world.client.post(place, content=table, params=asked, headers=headers) for table in (table, table * 2)
    ]
    assert (first.status_code, first.json()["created"]) == (201, 1), first.text
    assert (again.status_code, again.json(), again.headers["etag"]) == (201, first.json(), first.headers["etag"])
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    assert len((await seller.coordinator("GET", place))["items"]) == 1
    other = await world.client.post(place, content=table, params=asked | {"source": "shop"}, headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"
    moves = f"/v1/offering-imports/{first.json()['id']}/transitions"
    await twice(world, seller.coordinator, moves, {"verb": "publish"}, 200)


async def test_a_version_that_nobody_checks_is_refused(world: World) -> None:
    """If it were ignored, the caller would believe that nothing was overwritten. A read changes nothing."""
    seller = await world.cooperative()
    offering = await world.offering(seller)
    for method, path, body in (
        ("PUT", f"/v1/offerings/{offering}/stock", {"stock": 3}),
        ("POST", f"/v1/cooperatives/{seller.id}/members", {"name": "Sam", "tradeName": "Sam"}),
        ("DELETE", f"/v1/offices/{seller.id}", None),
    ):
        for seen in ('"1"', "*"):
            answer = await sent(world, seller.coordinator, method, path, body, If_Match=seen)
            told = answer.json()
            assert (answer.status_code, [one["field"] for one in told["errors"]]) == (400, ["If-Match"]), path
    read = await sent(world, seller.coordinator, "GET", f"/v1/offerings/{offering}", None, If_Match='"1"')
    assert read.status_code == 200
