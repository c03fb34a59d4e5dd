"""Files of bills, claims and purchases: by content, private, five at most."""

import asyncio
import hashlib

import pytest

from tests.scenarios.bills import PDF, enter, line, step, supplier, upload
from tests.scenarios.test_bills import rich, tasks
from tests.scenarios.test_claims import _claim
from tests.scenarios.test_spending import ask, may_buy
from tests.world import SCOPE, Caller, Json, Seller, World

PNG, JPEG, XML = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff\xe0...", b'\xef\xbb\xbf<?xml version="1.0"?><Invoice/>'


async def bill_of(world: World, seller: Seller) -> tuple[Json, str]:
    today = f"{world.clock():%Y-%m-%d}"
    bill = await enter(seller, await supplier(seller), line("10.00", "2.10"), billedOn=today)
    return bill, f"/v1/bills/{bill['id']}"


async def test_files_of_a_bill_are_what_was_sent(world: World) -> None:
    seller = await rich(world)
    bill, place = await bill_of(world, seller)
    await step(seller.coordinator, bill, "approve")
    assert await tasks(world, seller) == ["bill_without_file"]
    added = await upload(seller.coordinator, place, name="rekening één.pdf")
    assert (added["mediaType"], added["size"], added["sha256"]) == (
        "application/pdf",
        len(PDF),
        hashlib.sha256(PDF).hexdigest(),
    )
    assert await tasks(world, seller) == []
    assert (await upload(seller.treasurer, place, name="nog eens.pdf"))["id"] == added["id"]
    for content, kind in ((PNG, "image/png"), (JPEG, "image/jpeg"), (XML, "application/xml")):
        assert (await upload(seller.treasurer, place, content))["mediaType"] == kind
    listed = await seller.treasurer("GET", f"{place}/documents")
    assert [one["name"] for one in listed] == ["rekening één.pdf", "rekening.pdf", "rekening.pdf", "rekening.pdf"]
    headers = {"Authorization": f"Bearer {seller.treasurer.token}"}
    answer = await world.client.get(f"/v1/documents/{added['id']}", headers=headers)
    assert (answer.content, answer.headers["content-type"]) == (PDF, "application/pdf")
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''rekening%20%C3%A9%C3%A9n.pdf"
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == ("no-store", "nosniff")


async def test_a_sixth_file_another_type_and_one_too_large_are_refused(world: World) -> None:
    seller = await world.cooperative()
    _, place = await bill_of(world, seller)
    for content in (b"", b"GIF89a", b"<html>", b"MZ"):
        assert (await upload(seller.treasurer, place, content, status=422))["code"] == "rule_refused"
    largest = PDF.ljust(10_485_760, b".")
    assert (await upload(seller.treasurer, place, largest))["size"] == 10_485_760
    assert (await upload(seller.treasurer, place, largest + b".", status=413))["code"] == "too_large"
    sent = [upload_status(seller.treasurer, place, PDF + bytes([65 + number])) for number in range(6)]
    assert sorted(await asyncio.gather(*sent)) == [201, 201, 201, 201, 422, 422]
    assert len(await seller.treasurer("GET", f"{place}/documents")) == 5


async def upload_status(who: Caller, place: str, content: bytes) -> int:
    headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "application/pdf"}
    answer = await who.client.post(f"{place}/documents", params={"name": "x"}, content=content, headers=headers)
    return answer.status_code


@pytest.mark.parametrize("noun", ["claim", "purchase"])
async def test_a_member_adds_the_receipt_of_a_claim_or_a_purchase(world: World, noun: str) -> None:
    seller = await world.cooperative([may_buy(), *SCOPE])
    app = await world.app()
    if noun == "claim":
        order = await world.order(app, await world.offering(seller, "200.00"))
        place = f"/v1/cost-claims/{(await _claim(seller, order, '10.00'))['id']}"
    else:
        await world.sale(seller, app, "150.00")
        place = f"/v1/spending-requests/{(await ask(seller, '89.00'))['id']}"
    added = await upload(seller.member, place)
    colleague, _ = await world.member(seller)
    approver = await world.approver(seller.id)
    for who in (seller.member, seller.coordinator, seller.treasurer):
        assert [one["id"] for one in await who("GET", f"{place}/documents")] == [added["id"]]
    for stranger in (colleague, approver, (await world.cooperative()).treasurer):
        headers = {"Authorization": f"Bearer {stranger.token}"}
        assert (await world.client.get(f"{place}/documents", headers=headers)).status_code in (403, 404)
        assert (await world.client.get(f"/v1/documents/{added['id']}", headers=headers)).status_code in (403, 404)
