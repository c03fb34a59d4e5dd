"""What an invoice needs of its buyer is asked when they order, whichever way they do."""

import pytest

from tests.scenarios.test_prices import FIRM, PUBLIC, placed
from tests.world import GUEST, MARKET, Json, World

BODY = PUBLIC | {"oin": "00000001234567890000", "purchaseOrder": "123456782"}
JOB: Json = {
    "title": "Feest",
    "startsAt": "2030-01-01T10:00:00Z",
    "endsAt": "2030-01-01T12:00:00Z",
    "lines": [{"title": "Feest", "quantity": 1, "unitPrice": {"amount": "10.00"}, "vatClass": "standard"}],
}


@pytest.mark.parametrize("buyer", [FIRM, BODY], ids=["company", "public body"])
async def test_a_company_and_a_public_body_need_an_address(world: World, buyer: Json) -> None:
    seller, app, person = await world.cooperative(), await world.app(), world.person()
    offering = await world.offering(seller, "100.00")
    lines = [{"offeringId": offering, "quantity": 1}]
    good, bad = GUEST | {"buyer": buyer}, GUEST | {"buyer": buyer | {"postalAddress": None}}
    place = """mutation($i: PlaceOrderInput!, $k: String!) { placeOrder(idempotencyKey: $k, input: $i) { order {
      contact { buyer { postalAddress { street postcode town country } } } } } }"""
    jobs = f"/v1/cooperatives/{seller.id}/assignments"
    in_graphql = {"buyerType": str(buyer["buyerType"]).upper()}

    assert (await placed(app, offering, bad, 422))["code"] == "buyer_address_needed"
    contact = bad | {"buyer": bad["buyer"] | in_graphql}
    answer = await app.graphql(place, i={"lines": lines, "contact": contact}, k="a")
    assert answer["errors"][0]["extensions"]["code"] == "buyer_address_needed"
    refused = await seller.coordinator("POST", jobs, JOB | {"contact": bad}, status=422)
    assert refused["code"] == "buyer_address_needed"
    refused = await person("PUT", "/v1/me/contact", bad, status=422)
    assert refused["code"] == "buyer_address_needed"
    await person("GET", "/v1/me/contact", status=404)

    shown = MARKET | {"country": "NL"}
    assert (await placed(app, offering, good))["contact"]["buyer"]["postalAddress"] == shown
    contact = good | {"buyer": buyer | in_graphql}
    answer = await app.graphql(place, i={"lines": lines, "contact": contact}, k="b")
    assert answer["data"]["placeOrder"]["order"]["contact"]["buyer"]["postalAddress"] == shown
    await seller.coordinator("POST", jobs, JOB | {"contact": good})
    await person("PUT", "/v1/me/contact", good)
    order = (await person("POST", "/v1/orders", {"lines": lines}))["order"]
    assert order["contact"]["buyer"]["postalAddress"] == shown


async def test_a_refusal_says_what_to_do(world: World) -> None:
    app, offering = await world.app(), await world.offering(await world.cooperative(), "100.00")
    body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": GUEST | {"buyer": {"buyerType": "business"}}}
    told = {}
    for language in ("nl", "en"):
        refused = await app("POST", "/v1/orders", body, status=422, headers={"Accept-Language": language})
        told[language] = refused["detail"].rpartition(". ")[2]
    assert told == {"nl": "Vul straat, postcode en plaats in.", "en": "Give a street, a postcode and a town."}


async def test_a_private_person_needs_no_address(world: World) -> None:
    seller, app, person = await world.cooperative(), await world.app(), world.person()
    offering = await world.offering(seller, "100.00")
    for contact in (GUEST, GUEST | {"buyer": {"buyerType": "consumer", "organisation": "De Kern"}}):
        assert (await placed(app, offering, contact))["contact"]["buyer"]["postalAddress"] is None
        await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/assignments", JOB | {"contact": contact})
        await person("PUT", "/v1/me/contact", contact)


async def test_a_company_abroad_may_have_no_postcode(world: World) -> None:
    app, offering = await world.app(), await world.offering(await world.cooperative(), "100.00")
    address = {"street": "Grote Markt 1", "town": "Antwerpen", "country": "BE"}
    order = await placed(app, offering, GUEST | {"buyer": FIRM | {"postalAddress": address}})
    assert order["contact"]["buyer"]["postalAddress"] == address | {"postcode": ""}


async def test_a_customer_may_want_one_invoice_a_month(world: World) -> None:
    seller, app, person = await world.cooperative(), await world.app(), world.person()
    offering = await world.offering(seller, "100.00")
    assert (await placed(app, offering))["contact"]["buyer"]["billing"] == "per_order"
    monthly = GUEST | {"buyer": FIRM | {"billing": "monthly"}}
    order = await placed(app, offering, monthly)
    assert order["contact"]["buyer"]["billing"] == "monthly"
    assert (await seller.coordinator("GET", f"/v1/orders/{order['id']}"))["contact"]["buyer"]["billing"] == "monthly"
    change = """mutation($i: SetMyContactInput!) { setMyContact(input: $i) { contact { buyer { billing } } } }"""
    for typed, stored in (("MONTHLY", "monthly"), ("PER_ORDER", "per_order")):
        buyer = {"buyerType": "CONSUMER", "billing": typed}
        answer = await person.graphql(change, i=GUEST | {"buyer": buyer})
        assert answer["data"]["setMyContact"]["contact"]["buyer"]["billing"] == typed
        assert (await person("GET", "/v1/me/contact"))["contact"]["buyer"]["billing"] == stored
    wrong = GUEST | {"buyer": {"billing": "weekly"}}
    assert (await placed(app, offering, wrong, 400))["errors"][0]["field"] == "contact.buyer.billing"
