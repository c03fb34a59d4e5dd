"""Sums of invoices to the cent, through the API: rounding, classes of VAT, deposits and credit notes."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from tests.scenarios.money import amount, credit, journals, legs, pay, undo
from tests.scenarios.papers import (
    ADDRESS,
    COMPANY,
    file_of,
    invoices_of,
    papers_are_right,
    selling,
    sums,
    text_of,
    ubl_of,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, Caller, Json, Seller, World

NEIGHBOUR: Json = GUEST | {"buyer": {"postalAddress": ADDRESS}}
"""A private person with an address."""


async def ordered(world: World, app: Caller, *lines: Json, contact: Json = COMPANY) -> Json:
    order: Json = (await app("POST", "/v1/orders", {"lines": list(lines), "contact": contact}))["order"]
    return order


async def supplied(world: World, seller: Seller, app: Caller, *lines: Json, contact: Json = COMPANY) -> Json:
    """An order that was delivered and invoiced."""
    order = await ordered(world, app, *lines, contact=contact)
    await world.deliver(seller, order)
    await world.work()
    return order


async def ask(seller: Seller, order: Json, status: int | None = None, **body: object) -> Json:
    made: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", body, status=status)
    return made


async def accepted(world: World, seller: Seller, app: Caller, price: str, **more: object) -> Json:
    """An accepted order of a company."""
    offering = await world.offering(seller, price, **more)
    order = await ordered(world, app, {"offeringId": offering, "quantity": 1})
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    return order


async def right(world: World, seller: Seller) -> None:
    await world.work()
    await papers_are_right(world, seller)
    await books_are_right(world)


async def test_a_discount_is_a_line_below_zero(world: World) -> None:
    """3 × 9.99 and 2.97 off: 27.00 = 22.31 + 4.69; the electronic line has a quantity below zero."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "9.99", priceBasis="incl")
    order = await ordered(world, app, {"offeringId": offering, "quantity": 3})
    await credit(seller, order, "2.97")
    await world.deliver(seller, order)
    await world.work()
    (invoice,) = await invoices_of(app, order)
    assert sums(invoice) == ("22.31", "4.69", "27.00")
    assert [line["net"]["amount"] for line in invoice["paper"]["lines"]] == ["24.77", "-2.46"]
    assert await ubl_of(world, app, invoice, "//cbc:InvoicedQuantity") == ["3", "-1"]
    assert all(not price.startswith("-") for price in await ubl_of(world, app, invoice, "//cbc:PriceAmount"))
    await right(world, seller)


async def test_a_credit_note_is_the_negation_to_the_half_cent(world: World) -> None:
    """0.50 at 9 % carries 0.05, and so does its credit note."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "0.50", vatClass="reduced")
    order = await supplied(world, seller, app, {"offeringId": offering, "quantity": 1})
    await credit(seller, order)
    assert [sums(one) for one in await invoices_of(app, order)] == [("0.50", "0.05", "0.55")] * 2
    await right(world, seller)


async def test_a_gross_amount_that_no_net_reaches_stays(world: World) -> None:
    """100.00 is 82.64 + 17.36, though 21 % of 82.64 is 17.35."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "100.00", priceBasis="incl")
    order = await supplied(world, seller, app, {"offeringId": offering, "quantity": 1})
    (invoice,) = await invoices_of(app, order)
    assert sums(invoice) == ("82.64", "17.36", "100.00")
    assert await ubl_of(world, app, invoice, "//cbc:PayableRoundingAmount") == []
    assert await ubl_of(world, app, invoice, "//cbc:PayableAmount") == ["100.00"]
    await right(world, seller)


async def test_hours_are_minutes(world: World) -> None:
    """50 minutes at 25.00 are 20.83; three times 20 minutes are 24.99."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "25.00", priceUnit="hour")
    once = await supplied(world, seller, app, {"offeringId": offering, "minutes": 50})
    (invoice,) = await invoices_of(app, once)
    assert sums(invoice)[0] == "20.83"
    assert await ubl_of(world, app, invoice, "//cbc:InvoicedQuantity[@unitCode='MIN']") == ["50"]
    thrice = await supplied(world, seller, app, *({"offeringId": offering, "minutes": 20} for _ in range(3)))
    (invoice,) = await invoices_of(app, thrice)
    assert sums(invoice)[0] == "24.99"
    await right(world, seller)


async def test_six_decimals_that_are_not_enough(world: World) -> None:
    """40,600 × 0.53 with VAT: the electronic line has the price of all."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "0.53", priceBasis="incl")
    order = await supplied(world, seller, app, *({"offeringId": offering, "quantity": 10_000} for _ in range(4)))
    (invoice,) = await invoices_of(app, order)
    assert sums(invoice)[2] == "21200.00"
    await right(world, seller)


async def test_a_coat_and_a_lesson_are_one_group_without_vat(world: World) -> None:
    """Second-hand 31.85 and exempt 25.00: one group E of 56.85 with both reasons; on paper both stand apart."""
    seller, _, app = await selling(world)
    more: Json = {"kind": "goods", "vatClass": "margin", "purchasePrice": {"amount": "7.10"}, "stock": 1}
    coat = await world.offering(seller, "31.85", title="Jas", **more)
    lesson = await world.offering(seller, "25.00", title="Les", vatClass="exempt")
    order = await supplied(world, seller, app, *({"offeringId": one, "quantity": 1} for one in (coat, lesson)))
    (invoice,) = await invoices_of(app, order)
    assert await ubl_of(world, app, invoice, "//cac:TaxSubtotal/cbc:TaxableAmount") == ["56.85"]
    assert await ubl_of(world, app, invoice, "//cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == ["E"]
    text = text_of(await file_of(world, app, invoice))
    assert "gebruikte goederen" in text
    assert "31,85" in text
    assert "25,00" in text
    await right(world, seller)


async def test_three_deposits_of_a_third(world: World) -> None:
    """33.34, 33.33 and 33.33 carry 5.79, 5.78 and 5.79; the final has its number, asks nothing and is paid at once."""
    seller, _, app = await selling(world)
    order = await accepted(world, seller, app, "100.00", priceBasis="incl")
    made = [await ask(seller, order, **amount(cents)) for cents in ("33.34", "33.33", "33.33")]
    assert [sums(one)[1] for one in made] == ["5.79", "5.78", "5.79"]
    await pay(seller, order, "100.00")
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    await world.work()
    *deposits, final = await invoices_of(app, order)
    assert [one["payment"] for one in deposits] == ["paid"] * 3
    assert (final["kind"], sums(final), final["payment"]) == ("final", ("0.00", "0.00", "0.00"), "paid")
    assert final["number"].endswith("-00004")
    assert [line["depositNumber"] for line in final["paper"]["lines"][1:]] == [one["number"] for one in deposits]
    assert final["paper"]["payable"]["amount"] == "0.00"
    await right(world, seller)


async def test_a_deposit_of_two_rates_and_its_final(world: World) -> None:
    """30 % of 98.10 (9 %) and 121.00: 27.00 + 2.43 and 30.00 + 6.30; left 63.00 + 5.67 and 70.00 + 14.70."""
    seller, _, app = await selling(world)
    reduced = await world.offering(seller, "90.00", vatClass="reduced")
    standard = await world.offering(seller, "100.00")
    order = await ordered(world, app, *({"offeringId": one, "quantity": 1} for one in (reduced, standard)))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await ask(seller, order, percent="30")
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    await world.work()
    found = [
        [(group["net"]["amount"], group["vat"]["amount"]) for group in one["paper"]["groups"]]
        for one in await invoices_of(app, order)
    ]
    assert found == [[("27.00", "2.43"), ("30.00", "6.30")], [("63.00", "5.67"), ("70.00", "14.70")]]
    await right(world, seller)


async def test_the_vat_of_a_deposit_stands_once(world: World) -> None:
    """907.50: the final's tax total is 110.25 and 635.25 is to be paid; the deposit is a line of quantity −1."""
    seller, _, app = await selling(world)
    order = await accepted(world, seller, app, "750.00")
    deposit = await ask(seller, order, percent="30")
    assert await ubl_of(world, app, deposit, "//cbc:InvoiceTypeCode") == ["380"]
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    await world.work()
    _, final = await invoices_of(app, order)
    for path, expected in (
        ("/*/cac:TaxTotal/cbc:TaxAmount", ["110.25"]),
        ("//cbc:PayableAmount", ["635.25"]),
        ("//cbc:PrepaidAmount", []),
        ("//cbc:InvoicedQuantity", ["1", "-1"]),
        ("//cac:InvoiceLine/cbc:LineExtensionAmount", ["750.00", "-225.00"]),
    ):
        assert await ubl_of(world, app, final, path) == expected, path
    assert deposit["number"].encode() in await file_of(world, app, final, "xml")
    charges = [legs(one) for one in await journals(seller, order) if one["kind"] == "charge"]
    assert charges == [
        {"receivable_customer": "-272.25", "vat": "47.25", "advance": "225.00"},
        {"receivable_customer": "-635.25", "vat": "110.25", "advance": "-225.00", "to_share": "750.00"},
    ]
    await right(world, seller)


async def test_money_that_came_before_is_told(world: World) -> None:
    """100.00 of 242.00 came the day before, of a private person: 142.00 is asked; money after it is on no file."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    order = await ordered(world, app, {"offeringId": offering, "quantity": 1}, contact=NEIGHBOUR)
    await pay(seller, order, "100.00")
    await world.deliver(seller, order)
    await world.work()
    (invoice,) = await invoices_of(app, order)
    paper = invoice["paper"]
    assert (invoice["kind"], sums(invoice)[2], paper["received"]["amount"], paper["payable"]["amount"]) == (
        "standard",
        "242.00",
        "100.00",
        "142.00",
    )
    assert (invoice["payment"], invoice["due"]["amount"]) == ("partly_paid", "142.00")
    before = await file_of(world, app, invoice)
    assert "142,00" in text_of(before)
    await pay(seller, order, "142.00")
    assert await file_of(world, app, invoice) == before
    assert (await invoices_of(app, order))[0]["payment"] == "paid"
    await right(world, seller)


async def test_piece_by_piece_and_all_at_once_give_the_same(world: World) -> None:
    """3 × 9.99 back one at a time: VAT 1.73, 1.74, 1.73; net 8.26, 8.25, 8.26."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "9.99", priceBasis="incl")
    order = await supplied(world, seller, app, {"offeringId": offering, "quantity": 3})
    line = {"orderLineId": order["lines"][0]["id"], "quantity": 1}
    for _ in range(3):
        await credit(seller, order, lines=[line])
    invoice, *notes = await invoices_of(app, order)
    assert [sums(one)[:2] for one in notes] == [("8.26", "1.73"), ("8.25", "1.74"), ("8.26", "1.73")]
    assert sums(invoice) == ("24.77", "5.20", "29.97")
    assert (invoice["due"]["amount"], invoice["payment"]) == ("0.00", "credited")
    await right(world, seller)


async def test_two_credits_at_once_give_one_note(world: World) -> None:
    """29.97, two of 20.00 in parallel: one note, one refusal with what is left, one number."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "29.97", priceBasis="incl")
    order = await supplied(world, seller, app, {"offeringId": offering, "quantity": 1})
    place, body = f"/v1/orders/{order['id']}/credits", {"reason": "klacht"} | amount("20.00")

    async def post() -> tuple[int, Json]:
        headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Idempotency-Key": uuid.uuid4().hex}
        answer = await world.client.post(place, json=body, headers=headers)
        return answer.status_code, answer.json()

    answers = sorted(await asyncio.gather(post(), post()), key=lambda one: one[0])
    assert [status for status, _ in answers] == [201, 422]
    assert (answers[1][1]["code"], answers[1][1]["facts"]) == ("more_than_left", {"left_cents": 997})
    assert [one["number"][-5:] for one in await invoices_of(app, order)] == ["00001", "00002"]
    await right(world, seller)


async def test_half_of_a_final_back_if_only_the_deposit_was_paid(world: World) -> None:
    """907.50 = 272.25 + 635.25; 453.75 back: one note of 375.00 + 78.75 for both; 181.50 is due."""
    seller, _, app = await selling(world)
    order = await accepted(world, seller, app, "750.00")
    deposit = await ask(seller, order, percent="30")
    await pay(seller, order, "272.25")
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    await world.work()
    await credit(seller, order, "453.75")
    first, final, note = await invoices_of(app, order)
    assert (first["id"], sums(note)) == (deposit["id"], ("375.00", "78.75", "453.75"))
    assert note["refersTo"] == [first["id"], final["id"]]
    path = "//cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID"
    assert await ubl_of(world, app, note, path) == [first["number"], final["number"]]
    assert [first["due"]["amount"], final["due"]["amount"]] == ["0.00", "181.50"]
    assert (await app("GET", f"/v1/orders/{order['id']}"))["due"]["amount"] == "181.50"
    await right(world, seller)


async def test_a_note_keeps_the_names_of_its_invoice(world: World) -> None:
    """The customer moved, and the cooperative has another name, address and account since."""
    seller, _, _ = await selling(world)
    person = world.person()
    contact: Json = {"name": "Anne Bos", "email": "anne@example.org", "buyer": COMPANY["buyer"]}
    await person("PUT", "/v1/me/contact", contact)
    offering = await world.offering(seller, "200.00")
    order = (await person("POST", "/v1/orders", {"lines": [{"offeringId": offering, "quantity": 1}]}))["order"]
    await world.deliver(seller, order)
    await world.work()
    moved = contact["buyer"] | {"postalAddress": ADDRESS | {"street": "Elders 2"}, "organisation": "Bos Groep"}
    await person("PUT", "/v1/me/contact", contact | {"buyer": moved}, headers={"If-Match": "*"})
    changed: Json = {"legalName": "Andere Naam U.A.", "postalAddress": ADDRESS, "oin": "00000001001299757000"}
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.treasurer("PATCH", place, changed, headers={"If-Match": "*"})
    await credit(seller, order, "121.00")
    invoice, note = await invoices_of(person, order)
    for party in ("seller", "buyer"):
        assert note["paper"][party] == invoice["paper"][party]
    text = text_of(await file_of(world, seller.treasurer, note))
    assert "Andere Naam" not in text
    assert "Elders" not in text
    assert "Bos Bouw B.V." in text
    await right(world, seller)


@pytest.mark.parametrize("verb", ["refuse", "cancel", "expire"])
async def test_whatever_ends_an_order_credits_its_deposits(world: World, verb: str) -> None:
    """A company paid before anybody accepted: its deposit is credited, and the money is owed back."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    order = await ordered(world, app, {"offeringId": offering, "quantity": 1})
    await pay(seller, order, "100.00")
    await world.work()
    (deposit,) = await invoices_of(app, order)
    assert (deposit["kind"], sums(deposit), deposit["payment"]) == ("deposit", ("82.64", "17.36", "100.00"), "paid")
    if verb == "expire":
        await world.work(timedelta(days=3))
    else:
        who = app if verb == "cancel" else seller.member
        reason = {"note": "geen tijd"} if verb == "refuse" else {}
        await who("POST", f"/v1/orders/{order['id']}/transitions", {"verb": verb} | reason)
    _, note = await invoices_of(app, order)
    assert (sums(note), note["refersTo"]) == (sums(deposit), [deposit["id"]])
    assert (await app("GET", f"/v1/orders/{order['id']}"))["owedBack"]["amount"] == "100.00"
    await right(world, seller)


async def test_a_deposit_of_an_order_of_which_a_rate_was_credited_whole(world: World) -> None:
    seller, _, app = await selling(world)
    named = [await world.offering(seller, "100.00"), await world.offering(seller, "50.00", vatClass="reduced")]
    order = await ordered(world, app, *({"offeringId": one, "quantity": 1} for one in named))
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    await credit(seller, order, lines=[{"orderLineId": order["lines"][1]["id"], "quantity": 1}])
    assert sums(await ask(seller, order, percent="50")) == ("50.00", "10.50", "60.50")
    await right(world, seller)


async def test_a_credit_that_was_noted_in_part_is_undone_after_the_final(world: World) -> None:
    """Half of 121.00 was asked, 80.00 is credited: a note of 19.50. Undone after the final, all is asked again."""
    seller, _, app = await selling(world)
    order = await accepted(world, seller, app, "100.00")
    await ask(seller, order, percent="50")
    given = await credit(seller, order, "80.00")
    _, note = await invoices_of(app, order)
    assert sums(note)[2] == "19.50"
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    await world.work()
    await undo(seller, given)
    *_, final, again = await invoices_of(app, order)
    assert (sums(final)[2], sums(again)[2], again["refersTo"]) == ("0.00", "80.00", [note["id"]])
    assert (await app("GET", f"/v1/orders/{order['id']}"))["due"]["amount"] == "121.00"
    await right(world, seller)
