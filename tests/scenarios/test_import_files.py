"""Real files of partners: open quotes, Excel's habits, amounts in two forms, rows that are too long."""

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from app.adapters.row_files import MOST_LINES, decimal_of
from tests.scenarios.test_offering_imports import LINE, NDJSON, counts, partner_of, place, send
from tests.world import Caller, Seller, World

HEAD = "externalId;kind;title;text;category;priceUnit;price;vatClass;town"


def row(external_id: str, *, title: str = "Jam", text: str = "", price: str = "3,50") -> str:
    return f"{external_id};goods;{title};{text};eten;piece;{price};reduced;Breda"


async def test_an_open_quote_swallows_no_rows(world: World) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    rows = [HEAD, row("A"), row("B"), row("C", text='"Lekker'), row("D"), row("E")]
    refused = await send(partner, seller, "\n".join(rows), "text/csv", 422, memberId=seller.member_id)
    assert (refused["facts"]["rule"], refused["facts"]["value"]) == ("quote_open", "4")
    found = await partner("GET", f"/v1/offering-imports/{refused['facts']['importId']}")
    assert (found["state"], found["created"], found["rows"]) == ("stopped", 2, 2)


async def test_a_quote_inside_a_cell_is_text(world: World) -> None:
    """Such as the inch sign. A badly quoted cell affects only its own row."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    rows = [HEAD, row("F", title='TV 32"'), row("G", title='"TV" 32'), row("H", title='"TV 32"""'), row("I")]
    made = await send(partner, seller, "\n".join(rows), "text/csv", memberId=seller.member_id)
    assert counts(made) == (3, 0, 0, 1)
    (bad,) = (await partner("GET", f"/v1/offering-imports/{made['id']}/rows?outcome=refused"))["items"]
    assert (bad["number"], bad["errors"][0]["code"]) == (3, "not_csv")
    for name in ("F", "H"):
        assert (await partner("GET", place(seller, name)))["title"] == 'TV 32"'


async def test_excel_in_dutch(world: World) -> None:
    """`sep=;`, capitals, empty columns and rows, WAAR and ONWAAR, cells of two lines; a number is that of its line."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    rows = [
        "sep=;",
        HEAD.replace("externalId", "ExternalID").replace("title", "TITLE") + ";offered;;",
        row("A", text='"een\ntwee"') + ";WAAR;;",
        ";" * 12,
        row("B", price="x") + ";waar;;",
        row("C") + ";ONWAAR;;",
        row("D") + ";misschien;;",
        row("E") + ";ja;;te veel",
    ]
    made = await send(partner, seller, "\r\n".join(rows), "text/csv", memberId=seller.member_id)
    assert counts(made) == (2, 0, 0, 3)
    found = (await partner("GET", f"/v1/offering-imports/{made['id']}/rows"))["items"]
    assert [(one["number"], one["externalId"], one["outcome"]) for one in found] == [
        (3, "A", "created"),
        (6, "B", "refused"),
        (7, "C", "created"),
        (8, "D", "refused"),
        (9, "E", "refused"),
    ]
    assert found[3]["errors"][0]["message"] == "Give yes or no."
    assert (await partner("GET", place(seller, "A")))["text"] == "een\ntwee"
    assert (await partner("GET", place(seller, "C")))["state"] == "draft"
    tabs = "\n".join([HEAD, row("T")]).replace(";", "\t")
    assert counts(await send(partner, seller, tabs, "text/csv", memberId=seller.member_id)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        ("12,50", "12.50"),
        ("12.50", "12.50"),
        ("12,5", "12.50"),
        ("1.234,50", "1234.50"),
        ("25", "25.00"),
        ("12.50,00", None),
        ("1.23,45", None),
        (".123,45", None),
        ("1.234", None),
        ("1,234.50", None),
        ("1,2,3", None),
        ("12,505", None),
        ("١٢,٥٠", None),
        ("1 234,50", None),
        ("-1,00", None),
    ],
)
async def test_an_amount_is_read_in_one_way_or_refused(world: World, price: str, amount: str | None) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    body = f"{HEAD}\n{row('A', price=price)}"
    made = await send(partner, seller, body, "text/csv", memberId=seller.member_id)
    assert counts(made) == ((1, 0, 0, 0) if amount else (0, 0, 0, 1))
    if amount:
        assert (await partner("GET", place(seller, "A")))["price"]["amount"] == amount


def test_points_of_an_amount_stand_between_groups_of_three() -> None:
    good = {"1.234,5": "1234.5", "1.234.567,89": "1234567.89", "0,99": "0.99"}
    assert {cell: decimal_of(cell) for cell in good} == good
    assert [decimal_of(cell) for cell in ("12.50,00", "1.2345,00", "1..234,00", ",50")] == [
        "12.50,00",
        "1.2345,00",
        "1..234,00",
        ",50",
    ]


async def test_a_row_may_be_as_long_as_one_offering_by_itself(world: World) -> None:
    """4,000 characters are allowed, however many bytes JSON makes of them; a longer row is refused alone."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    good = LINE | {"memberId": seller.member_id}
    rows = [
        json.dumps(good | {"externalId": "A", "text": "Українська " * 360}),
        json.dumps(good | {"externalId": "B", "text": "😀" * 4000}),
        json.dumps(good | {"externalId": "C", "text": "x" * 150_000}),
        json.dumps(good | {"externalId": "D", "text": "x" * 4001}),
        json.dumps(good | {"externalId": "E"}),
    ]
    made = await send(partner, seller, "\n".join(rows))
    assert counts(made) == (3, 0, 0, 2)
    refused = (await partner("GET", f"/v1/offering-imports/{made['id']}/rows?outcome=refused"))["items"]
    codes = [(one["number"], one["errors"][0]["code"]) for one in refused]
    assert codes == [(3, "row_too_long"), (4, "string_too_long")]
    assert len((await partner("GET", place(seller, "A")))["text"]) > 3850
    table = "\n".join([HEAD, row("F"), row("G", text="x" * 150_000), row("H")])
    made = await send(partner, seller, table, "text/csv", memberId=seller.member_id)
    assert counts(made) == (2, 0, 0, 1)


async def post(address: str, caller: Caller, seller: Seller, body: AsyncIterator[bytes], kind: str) -> httpx.Response:
    path = f"http://{address}/v1/cooperatives/{seller.id}/offering-imports?source=winkel"
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": kind}
    async with httpx.AsyncClient(timeout=120) as client:
        return await client.post(path, content=body, headers=headers)


async def repeated(part: bytes, times: int) -> AsyncIterator[bytes]:
    for _ in range(times):
        yield part


HOSTILE = {
    "empty lines": (b"\n" * 50_000, 60, NDJSON),
    "empty lines of a table": (b"externalId\n" + b"\n" * 50_000, 60, "text/csv"),
    "rows without cells": (b"externalId;title\n" + b";\n" * 50_000, 3, "text/csv"),
    "deep nesting": ((b"[" * 50_000 + b"\n" + b'{"a":' * 900 + b"1" + b"}" * 900 + b"\n") * 2, 15, NDJSON),
    "many errors": (json.dumps({"tags": ["-"] * 15_000}).encode() + b"\n", 30, NDJSON),
    "one line": (b"x" * 900_000, 100, NDJSON),
    "one cell": (b"externalId;title\nA;" + b"x" * 900_000, 100, "text/csv"),
    "quotes": (b'externalId;title\nA;"' + b'"";' * 30_000, 30, "text/csv"),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_others_are_answered_while_a_bad_file_is_read(world: World, address: str, kind: str) -> None:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    part, times, content_type = HOSTILE[kind]
    sending = asyncio.create_task(post(address, partner, seller, repeated(part, times), content_type))
    waits, began = list[float](), time.perf_counter()
    async with httpx.AsyncClient(timeout=20) as client:
        while not sending.done() or len(waits) < 3:
            asked = time.perf_counter()
            answer = await client.get(f"http://{address}/v1/cooperatives?limit=1")
            waits.append(time.perf_counter() - asked)
            assert answer.status_code == 200
            await asyncio.sleep(0.02)
    answer = await sending
    assert time.perf_counter() - began < 60
    assert sorted(waits)[len(waits) * 9 // 10] < 1
    assert answer.status_code in (201, 422)
    if answer.status_code == 201:
        assert answer.json()["refused"] == answer.json()["rows"] > 0
    else:
        assert answer.json()["code"] == "rule_refused"


async def test_a_file_has_an_end(world: World) -> None:
    """Lines count even if they are empty."""
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    refused = await send(partner, seller, b"\n" * (MOST_LINES + 5), status=422)
    assert refused["facts"]["rule"] == "too_many_lines"
