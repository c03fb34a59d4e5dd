"""A partner sends its own list, one offering at a time or a whole file; a repeat changes nothing."""

import csv
import io
import json
import time
from typing import Any

import httpx
import pytest

from app.api.offering_imports import AT_ONCE
from tests.scenarios.test_webhooks import feed
from tests.world import Caller, Json, Seller, World

NDJSON = "application/x-ndjson"
SCOPES = ["catalogue:read", "offerings:read", "offerings:write", "events:read"]
LINE: Json = {
    "kind": "goods",
    "title": "Jam",
    "category": "eten",
    "priceUnit": "piece",
    "vatClass": "reduced",
    "price": {"amount": "3.50"},
    "town": "Breda",
    "stock": 12,
}


async def partner_of(world: World, seller: Seller) -> Caller:
    return await world.app(SCOPES, [seller.id])


def place(seller: Seller, external_id: str) -> str:
    return f"/v1/cooperatives/{seller.id}/offerings/by-external-id/winkel/{external_id}"


async def send(
    caller: Caller,
    seller: Seller,
    body: str | bytes,
    kind: str = "application/x-ndjson",
    status: int = 201,
    **query: str,
) -> Json:
    """A file, streamed in parts."""

    async def parts() -> Any:
        raw = body.encode() if isinstance(body, str) else body
        for start in range(0, len(raw), 777):
            yield raw[start : start + 777]

    asked = "&".join(f"{name}={value}" for name, value in ({"source": "winkel"} | query).items())
    path = f"/v1/cooperatives/{seller.id}/offering-imports?{asked}"
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": kind, "Accept-Language": "en"}
    answer: httpx.Response = await caller.client.post(path, content=parts(), headers=headers)
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


def lines(seller: Seller, count: int, **more: Any) -> str:
    rows = [LINE | {"externalId": f"SKU-{n}", "memberId": seller.member_id} | more for n in range(count)]
    return "".join(json.dumps(row) + "\n" for row in rows)


def counts(found: Json) -> tuple[int, int, int, int]:
    return (found["created"], found["changed"], found["unchanged"], found["refused"])


async def test_one_offering_as_the_partner_has_it(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    body = LINE | {"memberId": seller.member_id}
    made = await partner("PUT", place(seller, "SKU-1"), body, status=201)
    assert (made["state"], made["source"], made["externalId"]) == ("in_review", "winkel", "SKU-1")
    headers = {"Authorization": f"Bearer {partner.token}"}
    other = await partner.client.put(place(seller, "SKU-2"), json=body, headers=headers)
    assert (other.status_code, other.headers["location"]) == (201, f"/v1/offerings/{other.json()['id']}")
    again = await partner.client.put(place(seller, "SKU-2"), json=body, headers=headers)
    assert (again.status_code, "location" in again.headers) == (200, False)
    same = await partner("PUT", place(seller, "SKU-1"), body)
    assert (same["id"], same["version"]) == (made["id"], made["version"])
    await seller.coordinator("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "publish"})
    dearer = await partner("PUT", place(seller, "SKU-1"), body | {"price": {"amount": "4.00"}, "stock": 3})
    assert (dearer["edition"], dearer["price"]["amount"], dearer["stock"]) == (2, "4.00", 3)
    assert (await partner("GET", place(seller, "SKU-1")))["version"] == dearer["version"]
    gone = await partner("PUT", place(seller, "SKU-1"), body | {"offered": False})
    assert gone["state"] == "paused"
    assert (await partner("PUT", place(seller, "SKU-1"), body))["state"] == "published"
    await world.work()
    events = (await feed(partner))["items"]
    told = [event["type"].partition(".")[2] for event in events if event["data"]["subjectId"] == made["id"]]
    assert told == ["submitted", "published", "changed", "stock_set", "changed", "paused", "resumed"]


async def test_what_is_not_offered_any_more_needs_no_review(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    body = LINE | {"memberId": seller.member_id}
    made = await partner("PUT", place(seller, "SKU-9"), body, status=201)
    await world.work()
    assert (await partner("PUT", place(seller, "SKU-9"), body | {"offered": False}))["state"] == "draft"
    transitions = f"/v1/offerings/{made['id']}/transitions"
    await seller.coordinator("POST", transitions, {"verb": "publish"}, status=409)
    await world.work()
    open_tasks = (await seller.coordinator("GET", "/v1/tasks"))["items"]
    assert [task for task in open_tasks if task["subjectId"] == made["id"]] == []
    assert (await partner("PUT", place(seller, "SKU-9"), body))["state"] == "in_review"
    assert (await seller.member("POST", transitions, {"verb": "withdraw"}))["state"] == "draft"
    await world.work()
    events = (await feed(partner))["items"]
    told = [event["type"].partition(".")[2] for event in events if event["data"]["subjectId"] == made["id"]]
    assert told == ["submitted", "withdrawn", "submitted", "withdrawn"]


async def test_what_a_partner_may_not_put(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    partner = await partner_of(world, seller)
    body = LINE | {"memberId": seller.member_id}
    await partner("PUT", place(seller, "SKU-1"), body | {"memberId": other.member_id}, status=422)
    await partner("PUT", place(other, "SKU-1"), body | {"memberId": other.member_id}, status=404)
    await (await partner_of(world, other))("PUT", place(seller, "SKU-1"), body, status=404)
    await seller.member("PUT", place(seller, "SKU-1"), body, status=403)
    await partner("PUT", place(seller, "SKU-1"), body | {"state": "published"}, status=400)
    # With stock.
    await partner("PUT", place(seller, "SKU-1"), body | {"kind": "service"}, status=422)
    await partner("PUT", place(seller, "a%20b"), body, status=400)
    await partner("GET", place(seller, "SKU-1"), status=404)
    # An article number, not a citizen number.
    made = await partner("PUT", place(seller, "123456782"), body, status=201)
    _, colleague = await world.member(seller)
    await partner("PUT", place(seller, "123456782"), body | {"memberId": colleague}, status=422)
    await seller.coordinator("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "publish"})
    await seller.coordinator("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "archive"})
    await partner("PUT", place(seller, "123456782"), body, status=409)
    assert (await partner("PUT", place(seller, "123456782"), body | {"offered": False}))["state"] == "archived"


async def test_a_file_is_taken_in_once(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    text = lines(seller, 1200)
    rehearsed = await send(partner, seller, text, dryRun="true")
    assert (counts(rehearsed), rehearsed["dryRun"]) == ((1200, 0, 0, 0), True)
    await partner("GET", place(seller, "SKU-7"), status=404)
    first = await send(partner, seller, text)
    assert (counts(first), first["state"], first["rows"]) == ((1200, 0, 0, 0), "done", 1200)
    before = (await partner("GET", place(seller, "SKU-7")))["version"]
    again = await send(partner, seller, text)
    assert counts(again) == (0, 0, 1200, 0)
    assert (await partner("GET", place(seller, "SKU-7")))["version"] == before
    changed = await send(partner, seller, lines(seller, 2, title="Jam van pruimen") + lines(seller, 4))
    # There and back again: two of them changed twice.
    assert counts(changed) == (0, 4, 2, 0)
    listed = (await partner("GET", f"/v1/cooperatives/{seller.id}/offering-imports"))["items"]
    assert [found["id"] for found in listed] == [changed["id"], again["id"], first["id"], rehearsed["id"]]
    assert (await seller.coordinator("GET", f"/v1/offering-imports/{first['id']}"))["rows"] == 1200


async def test_rows_that_are_wrong_hold_up_no_others(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    partner = await partner_of(world, seller)
    good = LINE | {"externalId": "A", "memberId": seller.member_id}
    rows = [
        json.dumps(good),
        "{not json",
        json.dumps(good | {"externalId": "B", "price": {"amount": "-1"}}),
        json.dumps(good | {"externalId": "C", "memberId": other.member_id}),
        json.dumps(good | {"externalId": "D", "text": "bsn 111222333"}),
        json.dumps({"externalId": "E"}),
        json.dumps(good | {"externalId": "F", "kind": "service", "vatClass": "standard"}),
        "[]",
        json.dumps(good | {"externalId": "G"}),
    ]
    made = await send(partner, seller, "\r\n".join(rows))
    assert counts(made) == (2, 0, 0, 7)
    refused = (await partner("GET", f"/v1/offering-imports/{made['id']}/rows?outcome=refused"))["items"]
    by_number = {row["number"]: row for row in refused}
    assert sorted(by_number) == [2, 3, 4, 5, 6, 7, 8]
    assert [error["field"] for error in by_number[3]["errors"]] == ["price.amount"]
    assert by_number[4]["errors"][0]["message"].startswith("The cooperative has no member")
    assert by_number[5]["errors"][0]["code"] == "citizen_number_in_text"
    assert len(by_number[6]["errors"]) == 8
    assert by_number[8]["errors"][0]["message"] == "An object with fields belongs here."
    assert by_number[3]["externalId"] == "B"
    await (await partner_of(world, other))("GET", f"/v1/offering-imports/{made['id']}", status=404)
    await other.coordinator("GET", f"/v1/offering-imports/{made['id']}/rows", status=404)


async def test_a_spreadsheet_as_excel_saves_it(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    out = io.StringIO()
    names = [
        "externalId",
        "kind",
        "title",
        "text",
        "category",
        "priceUnit",
        "price",
        "vatClass",
        "town",
        "stock",
        "tags",
    ]
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(names)
    cheese = ["K-1", "goods", 'Kaas "jong"', "regel 1\nregel 2; en meer", "eten", "piece", "1.234,50", "reduced"]
    writer.writerow([*cheese, "Breda", "7", "kaas, jong"])
    writer.writerow(["K-2", "service", "Knippen", "", "haar", "hour", "25", "standard", "Breda", "", ""])
    writer.writerow(["K-3", "service", "Duur", "", "haar", "hour", "veel", "standard", "Breda", "", ""])
    raw = b"\xef\xbb\xbf" + out.getvalue().encode()
    made = await send(partner, seller, raw, "text/csv", memberId=seller.member_id)
    assert counts(made) == (2, 0, 0, 1)
    found = await partner("GET", place(seller, "K-1"))
    assert (found["title"], found["price"]["amount"], found["stock"]) == ('Kaas "jong"', "1234.50", 7)
    assert (found["text"], found["tags"]) == ("regel 1\nregel 2; en meer", ["kaas", "jong"])
    assert counts(await send(partner, seller, raw, "text/csv; charset=utf-8", memberId=seller.member_id)) == (
        0,
        0,
        2,
        1,
    )
    plain = raw.removeprefix(b"\xef\xbb\xbf").decode().replace(";", ",", 10)
    plain = ",".join(names) + "\nK-9,service,Knippen,,haar,hour,25.00,standard,Breda,,\n"
    assert counts(await send(partner, seller, plain, "text/csv", memberId=seller.member_id)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("body", "kind", "rule", "said"),
    [
        (b"externalId;title\nK\xe9", "text/csv", "file_not_utf8", "CSV UTF-8"),
        (b"naam;prijs\nJam;3", "text/csv", "columns_missing", "naam, prijs"),
        (b"externalId;naam;x\nA;Jam;1", "text/csv", "columns_unknown", "naam, x"),
        (b"externalId;title;Title\nA;Jam;1", "text/csv", "columns_twice", "title"),
        (b'externalId;title\nA;Jam\nB;"x\n' + b"D;Jam\n" * 30_000, "text/csv", "quote_open", "On line 3"),
        (b'externalId;title\nA;"Jam\nB;"Kaas"\n', "text/csv", "quote_open", "On line 2"),
        (b'externalId;title;text;town\nA;"Jam\nB;TV 32";Breda\n', "text/csv", "quote_open", "On line 2"),
        (b"externalId;title\rA;Jam", "text/csv", "not_csv", "new-line"),
        (b"", "text/csv", "file_empty", "not a single row"),
        (b"\xef\xbb\xbf", "text/csv", "file_empty", "not a single row"),
        (b"externalId;title\r\n;\r\n\r\n", "text/csv", "file_empty", "not a single row"),
        (b"\n \n", "application/x-ndjson", "file_empty", "not a single row"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(world: World, body: bytes, kind: str, rule: str, said: str) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    refused = await send(partner, seller, body, kind, 422)
    assert (refused["facts"]["rule"], said in refused["detail"]) == (rule, True)
    found = await partner("GET", f"/v1/offering-imports/{refused['facts']['importId']}")
    assert (found["state"], said in found["reason"]) == ("stopped", True)


async def test_no_row_holds_up_the_server_or_the_rest_of_its_file(world: World) -> None:
    """A quote that is never closed, thousands of fields, endless brackets, characters that cannot be stored."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    began = time.process_time()
    await send(partner, seller, b'externalId\n"' + b"\n" * 260_000, "text/csv", 422)
    many = {f"f{n}": n for n in range(1200)} | {"externalId": "M"}
    good = json.loads(lines(seller, 1))
    odd = {"externalId": "A\u0000B", "title\u0000": "x"}
    rows = [json.dumps(many), "[" * 9000, json.dumps(odd), json.dumps(good)]
    made = await send(partner, seller, "\n".join(rows))
    assert counts(made) == (1, 0, 0, 3)
    # It took five seconds for the first alone.
    assert time.process_time() - began < 3
    refused = (await partner("GET", f"/v1/offering-imports/{made['id']}/rows?outcome=refused"))["items"]
    assert [len(row["errors"]) for row in refused][:2] == [1, 1]
    assert [row["externalId"] for row in refused] == ["M", "", ""]


async def test_what_is_wrong_is_said_by_its_column(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    head = "externalId;kind;title;category;priceUnit;price;vatClass;town\n"
    rows = ["A;goods;Jam;eten;piece;veel;reduced;Breda", "B;goods;bsn 111222333;eten;piece;3,50;reduced;Breda"]
    rows += ["C;goods;Jam;Eten;piece;3,50;reduced;Breda", "D;goods;Jam;eten;piece;3,50;reduced;Breda;te;veel"]
    made = await send(partner, seller, head + "\n".join(rows), "text/csv", memberId=seller.member_id)
    found = (await partner("GET", f"/v1/offering-imports/{made['id']}/rows"))["items"]
    said = [(row["errors"][0]["field"], row["errors"][0]["message"]) for row in found]
    assert said[0] == ("price", "Give an amount, such as 12,50 or 12.50.")
    assert said[1][0] == "title"
    assert "in 'title'" in said[1][1]
    assert said[2] == ("category", "Use small letters, digits and hyphens, such as tuin-en-park.")
    assert said[3] == ("", "This row has more cells than there are columns.")
    nobody = await send(partner, seller, head + rows[0].replace("veel", "3"), "text/csv")
    (row,) = (await partner("GET", f"/v1/offering-imports/{nobody['id']}/rows"))["items"]
    assert (row["errors"][0]["field"], "?memberId=" in row["errors"][0]["message"]) == ("memberId", True)


async def test_a_large_file_is_never_in_memory_as_a_whole(world: World) -> None:
    """At most a few hundred rows are read ahead of the writes, and the progress can be seen meanwhile."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    sent, ahead, seen = 0, list[int](), list[int]()
    text = lines(seller, 3000).encode().splitlines(keepends=True)

    async def parts() -> Any:
        nonlocal sent
        for start in range(0, len(text), 100):
            yield b"".join(text[start : start + 100])
            sent = start + 100
            (found,) = (await partner("GET", f"/v1/cooperatives/{seller.id}/offering-imports?limit=1"))["items"]
            ahead.append(sent - found["rows"])
            seen.append(found["rows"])

    path = f"/v1/cooperatives/{seller.id}/offering-imports?source=winkel"
    headers = {"Authorization": f"Bearer {partner.token}", "Content-Type": NDJSON}
    answer = await partner.client.post(path, content=parts(), headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["created"] == 3000
    assert max(ahead) <= AT_ONCE + 200
    assert seen == sorted(seen)
    assert len(set(seen)) >= 5


async def test_a_file_names_its_kind_and_its_source(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    assert (await send(partner, seller, "{}", "application/json", 400))["code"] == "not_a_file_of_rows"
    await send(partner, seller, "", source="Niet Goed", status=400)
    await send(seller.member, seller, "", status=403)
    await send(await partner_of(world, await world.cooperative()), seller, "", status=404)
    await send(partner, seller, "", status=422)


async def test_the_same_by_graphql(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    put = """mutation($c: UUID!, $m: UUID!) { putOffering(cooperativeId: $c, source: "winkel", externalId: "G-1",
        input: {memberId: $m, kind: GOODS, title: "Jam", category: "eten", priceUnit: PIECE, vatClass: REDUCED,
                price: {amount: "3.50"}, town: "Breda", stock: 2}) { id state version } }"""
    for _ in range(2):
        found = (await partner.graphql(put, c=seller.id, m=seller.member_id))["data"]["putOffering"]
        assert (found["state"], found["version"]) == ("IN_REVIEW", 1)
    await send(partner, seller, lines(seller, 2) + "nee")
    read = """query($c: UUID!) { offeringByExternalId(cooperativeId: $c, source: "winkel", externalId: "G-1") { title }
        offeringImports(cooperativeId: $c) { edges { node { id created refused } } } }"""
    data = (await partner.graphql(read, c=seller.id))["data"]
    (edge,) = data["offeringImports"]["edges"]
    assert (edge["node"]["created"], edge["node"]["refused"]) == (2, 1)
    rows = """query($i: UUID!) { offeringImport(id: $i) { rows state }
        offeringImportRows(importId: $i, outcome: REFUSED) { edges { node { number errors { code } } } } }"""
    data = (await partner.graphql(rows, i=edge["node"]["id"]))["data"]
    assert data["offeringImport"]["rows"] == 3
    assert [edge["node"]["number"] for edge in data["offeringImportRows"]["edges"]] == [3]
