"""Numbers are written in ASCII digits, and an amount in one way, whichever face or file it comes through."""

import uuid

import pytest

from tests.domain.test_money import NO_AMOUNTS
from tests.world import Json, World

PAY = """mutation($key: String!, $order: UUID!, $amount: String!) {
    recordPayment(idempotencyKey: $key, orderId: $order, input: {amount: {amount: $amount}}) {id}}"""
COUNT = """mutation($key: String!, $id: UUID!, $amount: String!) {
    countCash(idempotencyKey: $key, cooperativeId: $id, input: {countedOn: "2026-01-01", amount: {amount: $amount}}) {
    id}}"""
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


async def test_an_amount_that_is_written_otherwise_is_booked_by_neither_face(world: World) -> None:
    seller = await world.cooperative()
    order = await world.order(world.person(), await world.offering(seller))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    for text in NO_AMOUNTS:
        body = {"amount": {"amount": text}}
        refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", body, status=400)
        assert refused["errors"][0]["field"] == "amount.amount"
        answer = await seller.treasurer.graphql(PAY, key=uuid.uuid4().hex, order=order["id"], amount=text)
        assert answer["errors"][0]["extensions"]["errors"] == refused["errors"], text
        answer = await seller.treasurer.graphql(COUNT, key=uuid.uuid4().hex, id=seller.id, amount=text)
        assert answer["errors"][0]["extensions"]["errors"][0]["field"] == "amount.amount", text
    assert await seller.treasurer("GET", f"/v1/orders/{order['id']}/payments") == []
    paid = await seller.treasurer.graphql(PAY, key=uuid.uuid4().hex, order=order["id"], amount="12.5")
    assert "errors" not in paid
    (payment,) = await seller.treasurer("GET", f"/v1/orders/{order['id']}/payments")
    assert payment["amount"] == {"amount": "12.50", "currency": "EUR"}


@pytest.mark.parametrize("price", ["٣", "１２", "1_0", "1e2", "+5"])
async def test_a_file_takes_no_other_digits_either(world: World, price: str) -> None:
    seller = await world.cooperative()
    row = (
        f"externalId;kind;title;category;priceUnit;price;vatClass;town\nx;service;T;tuin;piece;{price};standard;Breda\n"
    )
    place = f"/v1/cooperatives/{seller.id}/offering-imports?source=x&memberId={seller.member_id}"
    headers = {"Authorization": f"Bearer {seller.coordinator.token}", "Content-Type": "text/csv"}
    headers["Idempotency-Key"] = uuid.uuid4().hex
    done = (await world.client.post(place, content=row.encode(), headers=headers)).json()
    assert (done["created"], done["refused"]) == (0, 1)


async def test_numbers_in_an_address_are_ascii_digits(world: World) -> None:
    seller = await world.cooperative()
    for text in ("٣", "1_0", " 5", "+5", "5.0", "1e1"):
        for path in ("/v1/orders", "/v1/events", f"/v1/cooperatives/{seller.id}/seals"):
            await seller.treasurer("GET", f"{path}?limit={text.replace('+', '%2B')}", status=400)
        await world.visitor("GET", f"/v1/catalogue/offerings?limit={text.replace('+', '%2B')}", status=400)
        await world.visitor("GET", f"/v1/catalogue/offerings?maxPrice={text.replace('+', '%2B')}x", status=400)
    assert (await seller.treasurer("GET", "/v1/orders?limit=05"))["items"] == []


async def test_ids_and_cursors_are_ascii(world: World) -> None:
    seller = await world.cooperative()
    page = "query($after: String) {cooperatives(after: $after) {edges {cursor}}}"
    for odd in (seller.id.translate(ARABIC), seller.id.replace("-", "_"), f" {seller.id}"[:36], f"{{{seller.id}}}"):
        answer = await world.visitor.graphql("query($id: UUID!) {cooperative(id: $id) {id}}", id=odd)
        assert answer["errors"][0]["extensions"]["code"] == "bad_request", odd
        if not odd.startswith("{"):
            await world.visitor("GET", f"/v1/cooperatives/{odd}", status=400)
    cursor = (await world.visitor.graphql("{cooperatives(first: 1) {edges {cursor}}}"))["data"]["cooperatives"][
        "edges"
    ][0]["cursor"]
    for odd in (f"{cursor}\n", f" {cursor}", f"{cursor}==", cursor[:-1] + "٣"):
        answer = await world.visitor.graphql(page, after=odd)
        assert answer["errors"][0]["extensions"]["code"] == "bad_cursor", odd


async def test_numbers_of_the_chamber_of_commerce_and_of_the_statistics_office_are_ascii(world: World) -> None:
    seller = await world.cooperative()
    place: Json = {"slug": uuid.uuid4().hex[:12], "name": "X", "legalForm": "informal", "town": "Breda"}
    place |= {"municipalityId": seller.municipality_id, "kvkNumber": "12345678".translate(ARABIC)}
    assert (await world.network("POST", "/v1/cooperatives", place, status=400))["errors"][0]["field"] == "kvkNumber"
    office = {"cbsCode": "GM٠٧٥٨", "name": "X"}
    assert (await world.network("POST", "/v1/municipalities", office, status=400))["errors"][0]["field"] == "cbsCode"
    answer = await world.network.graphql(
        'mutation($c: String!) {addMunicipality(input: {cbsCode: $c, name: "X"}) {id}}', c="GM٠٧٥٨"
    )
    assert answer["errors"][0]["extensions"]["code"] == "bad_request"
    assert answer["errors"][0]["extensions"]["errors"][0]["field"] == "cbsCode"


@pytest.mark.parametrize("day", ["20261129", "2026-W48-7", "2026-11-29T00:00:00Z", "1795910400"])
async def test_a_day_is_written_in_one_way(world: World, day: str) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    pay = """mutation($id: UUID!, $day: Date!) {
        recordPayment(orderId: $id, idempotencyKey: "een-dag", input: {amount: {amount: "1.00"}, paidOn: $day}) {
        id } }"""
    answer = await seller.treasurer.graphql(pay, id=order["id"], day=day)
    assert answer["errors"]
    assert (await seller.treasurer("GET", f"/v1/orders/{order['id']}"))["paid"]["amount"] == "0.00"
