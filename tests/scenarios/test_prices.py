"""What is shown is what is charged: consumers multiply, companies pay by the offering's own basis."""

import pytest

from app.domain.vat import VatClass
from app.worker import Worker
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_small_business import choose
from tests.world import GUEST, MARKET, Caller, Json, Seller, World

FIRM: Json = {"buyerType": "business", "organisation": "De Kern", "kvkNumber": "90000011", "postalAddress": MARKET}
COMPANY: Json = GUEST | {"buyer": FIRM}
PUBLIC: Json = {"buyerType": "public", "organisation": "Gemeente Breda", "postalAddress": MARKET}


async def placed(
    buyer: Caller, offering: str, contact: Json = GUEST, status: int | None = None, **line: object
) -> Json:
    body = {"lines": [{"offeringId": offering} | (line or {"quantity": 1})], "contact": contact}
    answer: Json = await buyer("POST", "/v1/orders", body, status=status)
    found: Json = answer.get("order", answer)
    return found


def costs(order: Json) -> tuple[str, str, str]:
    return order["gross"]["amount"], order["net"]["amount"], order["vat"]["amount"]


async def shown(world: World, offering: str) -> Json:
    found: Json = await world.visitor("GET", f"/v1/catalogue/offerings/{offering}")
    return found


@pytest.mark.parametrize(
    ("price", "basis", "vat_class", "quantity", "unit", "consumer", "company"),
    [
        ("12.50", "excl", "reduced", 2, "13.63", ("27.26", "25.01", "2.25"), ("27.25", "25.00", "2.25")),
        ("13.63", "incl", "reduced", 2, "13.63", ("27.26", "25.01", "2.25"), ("27.26", "25.01", "2.25")),
        ("0.02", "incl", "standard", 100, "0.02", ("2.00", "1.65", "0.35"), ("2.00", "1.65", "0.35")),
        ("0.02", "excl", "standard", 100, "0.02", ("2.00", "1.65", "0.35"), ("2.42", "2.00", "0.42")),
        ("10.00", "incl", "standard", 100, "10.00", ("1000.00", "826.45", "173.55"), ("1000.00", "826.45", "173.55")),
        ("9.99", "incl", "standard", 3, "9.99", ("29.97", "24.77", "5.20"), ("29.97", "24.77", "5.20")),
    ],
)
async def test_what_is_shown_is_what_is_charged(
    world: World,
    price: str,
    basis: str,
    vat_class: str,
    quantity: int,
    unit: str,
    consumer: tuple[str, str, str],
    company: tuple[str, str, str],
) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, price, priceBasis=basis, vatClass=vat_class)
    seen = await shown(world, offering)
    assert (seen["price"]["amount"], seen["priceInclVat"]["amount"]) == (unit, unit)
    assert (seen["sellerPrice"]["amount"], seen["priceBasis"]) == (price, basis)
    bought = await placed(app, offering, quantity=quantity)
    assert costs(bought) == consumer
    (line,) = bought["lines"]
    assert (line["unitPrice"]["amount"], line["basis"]) == (unit, "incl")
    assert (line["gross"]["amount"], line["net"]["amount"], line["vat"]["amount"]) == consumer
    for_company = await placed(app, offering, COMPANY, quantity=quantity)
    assert costs(for_company) == company
    assert (for_company["lines"][0]["unitPrice"]["amount"], for_company["lines"][0]["basis"]) == (price, basis)
    (group,) = for_company["vatGroups"]
    assert (group["vatClass"], group["basis"], group["net"]["amount"]) == (vat_class, basis, company[1])
    await books_are_right(world)


async def test_three_lines_share_the_net_of_their_rate(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offerings = [await world.offering(seller, "9.99", priceBasis="incl") for _ in range(3)]
    bread = await world.offering(seller, "2.18", priceBasis="incl", vatClass="reduced")
    lines = [{"offeringId": one, "quantity": 1} for one in (*offerings, bread)]
    order = (await app("POST", "/v1/orders", {"lines": lines, "contact": GUEST}))["order"]
    nets = sorted(line["net"]["amount"] for line in order["lines"] if line["gross"]["amount"] == "9.99")
    assert nets == ["8.25", "8.26", "8.26"]
    assert costs(order) == ("32.15", "26.77", "5.38")
    groups = {
        (g["vatPercent"], g["net"]["amount"], g["vat"]["amount"], g["gross"]["amount"]) for g in order["vatGroups"]
    }
    assert groups == {("21", "24.77", "5.20", "29.97"), ("9", "2.00", "0.18", "2.18")}
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.pay(seller, order)
    assert (await world.balances(seller))["vat"] == "5.38"
    await books_are_right(world)


async def test_people_state_prices_with_vat_and_partners_systems_without(world: World) -> None:
    seller = await world.cooperative()
    partner = await world.app(["offerings:read", "offerings:write"], [seller.id])
    body: Json = {"memberId": seller.member_id, "kind": "goods", "title": "Jam", "category": "eten", "town": "Breda"}
    body |= {"priceUnit": "piece", "price": {"amount": "4.00"}, "vatClass": "reduced"}
    place = f"/v1/cooperatives/{seller.id}/offerings"
    mine = await seller.member("POST", place, body)
    assert (mine["priceBasis"], mine["consumerPrice"]["amount"]) == ("incl", "4.00")
    put = f"{place}/by-external-id/winkel/JAM"
    theirs = await partner("PUT", put, body, status=201)
    assert (theirs["priceBasis"], theirs["consumerPrice"]["amount"]) == ("excl", "4.36")
    assert (await partner("PUT", put, body))["version"] == theirs["version"]
    stated = await partner("PUT", put, body | {"priceBasis": "incl"})
    assert (stated["priceBasis"], stated["consumerPrice"]["amount"]) == ("incl", "4.00")
    # Unsaid is without VAT, whatever it was before.
    assert (await partner("PUT", put, body))["priceBasis"] == "excl"
    match = {"If-Match": f'"{mine["version"]}"'}
    changed = await seller.member("PATCH", f"/v1/offerings/{mine['id']}", {"priceBasis": "excl"}, headers=match)
    assert (changed["price"]["amount"], changed["consumerPrice"]["amount"]) == ("4.00", "4.36")


async def test_a_file_says_per_row_whether_vat_is_inside(world: World) -> None:
    seller = await world.cooperative()
    partner = await world.app(["offerings:read", "offerings:write"], [seller.id])
    head = "externalId;kind;title;category;priceUnit;price;vatClass;town;priceBasis\n"
    rows = "A;goods;Jam;eten;piece;4,00;reduced;Breda;incl\nB;goods;Jam;eten;piece;4,00;reduced;Breda;\n"
    place = f"/v1/cooperatives/{seller.id}"
    answer = await world.client.post(
        f"{place}/offering-imports?source=winkel&memberId={seller.member_id}",
        content=(head + rows).encode(),
        headers={"Authorization": f"Bearer {partner.token}", "Content-Type": "text/csv", "Idempotency-Key": "basis"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["created"] == 2, answer.text
    for name, basis, price in (("A", "incl", "4.00"), ("B", "excl", "4.36")):
        found = await partner("GET", f"{place}/offerings/by-external-id/winkel/{name}")
        assert (found["priceBasis"], found["consumerPrice"]["amount"]) == (basis, price)


async def test_the_basis_is_a_part_of_the_edition(world: World) -> None:
    seller = await world.cooperative()
    offering = await world.offering(seller, "10.00")
    version = (await seller.member("GET", f"/v1/offerings/{offering}"))["version"]
    changed = await seller.member(
        "PATCH", f"/v1/offerings/{offering}", {"priceBasis": "incl"}, headers={"If-Match": f'"{version}"'}
    )
    assert (changed["edition"], changed["consumerPrice"]["amount"]) == (2, "10.00")


async def test_the_catalogue_compares_what_consumers_pay(world: World) -> None:
    seller = await world.cooperative()
    dear, cheap = await world.offering(seller, "10.00"), await world.offering(seller, "10.00", priceBasis="incl")

    async def found(**limits: str) -> set[str]:
        asked = "&".join(f"{name}={value}" for name, value in limits.items())
        page = await world.visitor("GET", f"/v1/catalogue/offerings?cooperative={seller.slug}&{asked}")
        return {one["id"] for one in page["items"]}

    assert await found(maxPrice="12.09") == {cheap}
    assert await found(minPrice="12.10") == {dear}
    assert await found(minPrice="10.00", maxPrice="12.10") == {dear, cheap}
    query = """query($id: UUID!) { catalogueOffering(id: $id) {
        price { amount } sellerPrice { amount } priceBasis } }"""
    answer = await world.visitor.graphql(query, id=dear)
    expected = {"price": {"amount": "12.10"}, "sellerPrice": {"amount": "10.00"}, "priceBasis": "EXCL"}
    assert answer["data"]["catalogueOffering"] == expected


async def test_a_new_rate_is_shown_from_its_first_day(world: World) -> None:
    """Lodging: 9 % until 2025, 21 % from 2026. Until the worker wrote the new price, the old one is charged."""
    with world.clock.at("2025-12-30"):
        seller, app = await world.cooperative(), await world.app()
        offering = await world.offering(seller, "100.00", vatClass="lodging")
        fixed = await world.offering(seller, "109.00", vatClass="lodging", priceBasis="incl")
        assert (await shown(world, offering))["price"]["amount"] == "109.00"
        assert costs(await placed(app, offering)) == ("109.00", "100.00", "9.00")
    with world.clock.at("2026-01-01"):
        app = await world.app()
        assert costs(await placed(app, offering)) == ("109.00", "90.08", "18.92")
        worker = Worker(world.worker_database, now=world.clock)
        await worker.price()
        assert (await shown(world, offering))["price"]["amount"] == "121.00"
        assert costs(await placed(app, offering)) == ("121.00", "100.00", "21.00")
        assert costs(await placed(app, fixed)) == ("109.00", "90.08", "18.92")
        assert costs(await placed(app, offering, COMPANY)) == ("121.00", "100.00", "21.00")
    with world.clock.at("2025-12-30"):
        # A worker does this once a day.
        await worker.price()
        assert (await shown(world, offering))["price"]["amount"] == "109.00"
        await worker.price()
    await books_are_right(world)


async def test_the_scheme_changes_every_price_of_its_seller_alone(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    mine = {
        await world.offering(seller, "10.00", vatClass=one, priceBasis=basis): (one, basis)
        for one in VatClass
        if one is not VatClass.MARGIN
        for basis in ("incl", "excl")
    }
    theirs = await world.offering(other, "10.00")
    before = {one: (await shown(world, one))["price"]["amount"] for one in mine}
    rates = {"standard": "12.10", "reduced": "10.90", "lodging": "12.10"}
    assert before == {one: rates.get(c, "10.00") if basis == "excl" else "10.00" for one, (c, basis) in mine.items()}
    versions = {one: (await seller.member("GET", f"/v1/offerings/{one}"))["version"] for one in mine}
    await choose(world, seller, world.clock.today.isoformat())
    assert {(await shown(world, one))["price"]["amount"] for one in mine} == {"10.00"}
    assert (await shown(world, theirs))["price"]["amount"] == "12.10"
    await choose(world, seller, None)
    assert {one: (await shown(world, one))["price"]["amount"] for one in mine} == before
    # Neither an edition nor a version: nobody edited them.
    assert {one: (await seller.member("GET", f"/v1/offerings/{one}"))["version"] for one in mine} == versions


async def test_an_hourly_price_counts_minutes(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "25.00", priceUnit="hour", priceBasis="incl")
    fifty = await placed(app, offering, minutes=50)
    assert fifty["gross"]["amount"] == "20.83"
    (line,) = fifty["lines"]
    assert (line["minutes"], line["quantity"], line["unitPrice"]["amount"]) == (50, 1, "25.00")
    hours = await placed(app, offering, quantity=2)
    assert (hours["gross"]["amount"], hours["lines"][0]["minutes"]) == ("50.00", 120)
    lines = [{"offeringId": offering, "minutes": 20}] * 3
    thrice = await app("POST", "/v1/orders", {"lines": lines, "contact": GUEST})
    assert thrice["order"]["gross"]["amount"] == "24.99"
    wrongs: list[Json] = [{"quantity": 1, "minutes": 60}, {"edition": 1}]
    for wrong in wrongs:
        refused = await placed(app, offering, status=400, **wrong)
        assert [one["code"] for one in refused["errors"]] == ["quantity_or_minutes"]
    piece = await world.offering(seller, "25.00")
    refused = await placed(app, piece, status=422, minutes=60)
    assert refused["facts"]["rule"] == "minutes_are_of_an_hourly_price"
    assert (await placed(app, piece))["lines"][0]["minutes"] is None
    await books_are_right(world)


async def test_minutes_hold_the_hours_that_they_begin(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "25.00", kind="goods", stock=2, priceUnit="hour")
    await placed(app, offering, minutes=61)
    assert (await shown(world, offering))["left"] == 0
    assert (await placed(app, offering, status=409, minutes=1))["code"] == "sold_out"


async def test_a_public_body_says_what_its_invoice_needs(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "100.00")
    number, reference = {"oin": "00000001234567890000"}, {"purchaseOrder": "123456782"}

    async def order(buyer: Json, status: int | None = None) -> Json:
        return await placed(app, offering, GUEST | {"buyer": PUBLIC | buyer}, status)

    assert (await order(number, 422))["code"] == "buyer_reference_needed"
    assert (await order(number | {"purchaseOrder": "   ", "buyerReference": "\t"}, 422))[
        "code"
    ] == "buyer_reference_needed"
    assert (await order(reference, 422))["code"] == "buyer_number_needed"
    assert (await order(reference | {"kvkNumber": " "}, 422))["code"] == "buyer_number_needed"
    stated = number | reference | {"vatId": "nl 1234.56.782.b90"}
    buyer = (await order(stated))["contact"]["buyer"]
    assert (buyer["buyerType"], buyer["purchaseOrder"], buyer["vatId"]) == ("public", "123456782", "NL123456782B90")
    assert buyer["postalAddress"] == MARKET | {"country": "NL"}
    assert (await order({"kvkNumber": "09066027", "buyerReference": "K 7"}))["contact"]["buyer"][
        "kvkNumber"
    ] == "09066027"
    for wrong in ({"oin": "123"}, {"kvkNumber": "9066027"}, {"vatId": "NL123456789B14"}, {"buyerType": "club"}):
        assert (await order(wrong, 400))["code"] == "bad_request"
    for wrong in ({"country": "nl"}, {"country": "XX"}, {"postcode": "48"}, {"street": ""}):
        assert (await order(stated | {"postalAddress": MARKET | wrong}, 400))["code"] == "bad_request"


async def test_a_public_body_that_asks_for_a_job_says_it_too(world: World) -> None:
    seller = await world.cooperative()
    body: Json = {"title": "Feest", "startsAt": "2030-01-01T10:00:00Z", "endsAt": "2030-01-01T12:00:00Z"}
    body |= {"lines": [{"title": "Feest", "quantity": 1, "unitPrice": {"amount": "10.00"}, "vatClass": "standard"}]}
    contact = GUEST | {"buyer": PUBLIC}
    place = f"/v1/cooperatives/{seller.id}/assignments"
    refused = await seller.coordinator("POST", place, body | {"contact": contact}, status=422)
    assert refused["code"] == "buyer_reference_needed"


async def test_a_contact_card_keeps_who_buys(world: World) -> None:
    seller, buyer = await world.cooperative(), world.person()
    offering = await world.offering(seller, "12.50", vatClass="reduced")
    await buyer("PUT", "/v1/me/contact", COMPANY)
    order = (await buyer("POST", "/v1/orders", {"lines": [{"offeringId": offering, "quantity": 2}]}))["order"]
    assert order["contact"]["buyer"]["organisation"] == "De Kern"
    assert costs(order) == ("27.25", "25.00", "2.25")
    place = (
        'mutation($i: PlaceOrderInput!) { placeOrder(idempotencyKey: "wie", input: $i) { order { gross { amount } } } }'
    )
    line = {"offeringId": offering, "quantity": 2}
    stated = {"lines": [line], "contact": GUEST | {"buyer": {"buyerType": "CONSUMER"}}}
    answer = await buyer.graphql(place, i=stated)
    assert answer["data"]["placeOrder"]["order"]["gross"]["amount"] == "27.26"


async def change(seller: Seller, offering: str, **changes: object) -> None:
    version = (await seller.member("GET", f"/v1/offerings/{offering}"))["version"]
    await seller.member("PATCH", f"/v1/offerings/{offering}", changes, headers={"If-Match": f'"{version}"'})


async def test_each_buyer_is_told_of_their_own_price(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "10.00")
    # The same for a consumer, but not for a company.
    await change(seller, offering, price={"amount": "12.10"}, priceBasis="incl")
    assert costs(await placed(app, offering, quantity=1, edition=1)) == ("12.10", "10.00", "2.10")
    refused = await placed(app, offering, COMPANY, 409, quantity=1, edition=1)
    assert (refused["code"], refused["facts"]["price_cents"]) == ("price_changed", 1210)
    await change(seller, offering, price={"amount": "11.00"}, priceBasis="excl")
    refused = await placed(app, offering, COMPANY, 409, quantity=1, edition=2)
    assert "€11.00 without VAT" in refused["detail"]
    refused = await placed(app, offering, GUEST, 409, quantity=1, edition=2)
    assert "now €13.31. Show" in refused["detail"]


async def test_a_hold_keeps_what_a_consumer_saw(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "12.50", kind="goods", stock=9, vatClass="reduced")
    hold = await app("POST", f"/v1/offerings/{offering}/holds", {"quantity": 2})
    await change(seller, offering, price={"amount": "99.00"}, priceBasis="incl")
    assert costs(await placed(app, offering, quantity=2, holdId=hold["id"])) == ("27.26", "25.01", "2.25")
