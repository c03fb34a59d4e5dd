"""What invoices and shops show of a cooperative: who sets it, who reads it, and what is still missing."""

import pytest

from tests.scenarios.test_small_business import choose
from tests.world import Json, World

ADDRESS: Json = {"street": "Ginnekenstraat 1", "postcode": "4811jd", "town": "Breda"}
DETAILS: Json = {
    "legalName": "Coöperatie De Vrije Uitloop U.A.",
    "postalAddress": ADDRESS,
    "email": "hallo@example.org",
    "phone": "076 123 45 67",
    "vatId": "nl 9000.00110.b88",
    "oin": "00000001900000110000",
    "paymentDays": 30,
}
SHOWN = DETAILS | {"postalAddress": ADDRESS | {"postcode": "4811 JD", "country": "NL"}, "vatId": "NL900000110B88"}
ANY: Json = {"If-Match": "*"}


async def test_the_treasurer_sets_them_and_everybody_reads_them(world: World) -> None:
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}"
    fresh = await world.visitor("GET", place)
    assert fresh["paymentDays"] == 14
    assert all(fresh[name] is None for name in DETAILS if name != "paymentDays")
    await seller.treasurer("PATCH", f"{place}/invoice-details", DETAILS, headers={"If-Match": '"1"'})
    found = await world.visitor("GET", place)
    assert {name: found[name] for name in DETAILS} == SHOWN
    assert found["name"] == fresh["name"]


async def test_fields_that_are_left_out_stay_and_null_clears(world: World) -> None:
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.treasurer("PATCH", place, DETAILS, headers=ANY)
    found = await seller.coordinator("PATCH", place, {"vatId": None, "email": " "}, headers=ANY)
    assert {name: found[name] for name in DETAILS} == SHOWN | {"vatId": None, "email": None}


async def test_both_faces_set_them(world: World) -> None:
    seller = await world.cooperative()
    document = """mutation It($id: UUID!, $input: InvoiceDetailsChangeInput!) {
      changeInvoiceDetails(id: $id, input: $input, expectedVersion: 1) {
        legalName vatId oin paymentDays email phone postalAddress { street postcode town country } } }"""
    written = await seller.coordinator.graphql(document, id=seller.id, input=DETAILS)
    assert written["data"]["changeInvoiceDetails"] == SHOWN


async def test_others_do_not_set_them(world: World) -> None:
    seller, other = await world.cooperative(), await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.member("PATCH", place, DETAILS, headers=ANY, status=403)
    await seller.controller("PATCH", place, DETAILS, headers=ANY, status=404)
    await other.treasurer("PATCH", place, DETAILS, headers=ANY, status=404)
    await seller.treasurer("PATCH", place, DETAILS, status=428)


async def test_what_an_invoice_lacks_stops_no_sale(world: World) -> None:
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}"

    async def ready() -> tuple[bool, list[str]]:
        found = await seller.treasurer("GET", f"{place}/readiness")
        return found["ready"], found["missing"]

    assert await ready() == (True, ["invoice_details"])
    await seller.pays_to()
    for given in ({"legalName": DETAILS["legalName"]}, {"postalAddress": ADDRESS}, {"invoicePrefix": "LACKS"}):
        assert await ready() == (True, ["invoice_details"])
        await seller.treasurer("PATCH", f"{place}/invoice-details", given, headers=ANY)
    assert await ready() == (True, ["invoice_details"])
    # Under the small-business scheme an invoice has no VAT id.
    await choose(world, seller, f"{world.clock().year}-01-01")
    assert await ready() == (True, [])
    await seller.coordinator("PATCH", place, {"smallBusinessFrom": None}, headers=ANY)
    await seller.treasurer("PATCH", f"{place}/invoice-details", {"vatId": DETAILS["vatId"]}, headers=ANY)
    assert await ready() == (True, [])


async def test_the_last_of_them_may_be_the_bank_account(world: World) -> None:
    seller = await world.cooperative()
    await world.network("PATCH", f"/v1/cooperatives/{seller.id}", {"kvkNumber": "90000022"}, headers=ANY)
    details = DETAILS | {"invoicePrefix": "LAST"}
    place = f"/v1/cooperatives/{seller.id}"
    await seller.treasurer("PATCH", f"{place}/invoice-details", details, headers=ANY)
    assert (await seller.treasurer("GET", f"{place}/readiness"))["missing"] == ["invoice_details"]
    await seller.pays_to()
    assert (await seller.treasurer("GET", f"{place}/readiness"))["missing"] == []


async def test_a_builder_gives_a_cooperative_all_of_them(world: World) -> None:
    one, other = await world.cooperative(), await world.cooperative()
    assert await one.can_invoice() != await other.can_invoice()
    for seller in (one, other):
        found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/readiness")
        assert found["missing"] == []


CITIZEN = "111222333"
"""A number that passes the check of a citizen number (BSN)."""


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"vatId": "NL900000110B89"}, ("vatId", "vat_id_malformed")),
        ({"vatId": "US123456789"}, ("vatId", "vat_id_malformed")),
        ({"vatId": "90000011"}, ("vatId", "string_pattern_mismatch")),
        ({"oin": "0000000190000011000"}, ("oin", "string_pattern_mismatch")),
        ({"paymentDays": 91}, ("paymentDays", "less_than_equal")),
        ({"paymentDays": -1}, ("paymentDays", "greater_than_equal")),
        ({"legalName": f"Coöperatie {CITIZEN}"}, ("legalName", "citizen_number_in_text")),
        ({"postalAddress": ADDRESS | {"postcode": "4811"}}, ("postalAddress.postcode", "postcode_malformed")),
        ({"postalAddress": {"street": "x", "town": "x"}}, ("postalAddress.postcode", "postcode_malformed")),
        ({"postalAddress": ADDRESS | {"country": "XX"}}, ("postalAddress.country", "country_unknown")),
        ({"postalAddress": ADDRESS | {"street": CITIZEN}}, ("postalAddress.street", "citizen_number_in_text")),
    ],
)
async def test_what_is_typed_wrong_is_told_by_its_field(world: World, given: Json, fault: tuple[str, str]) -> None:
    seller = await world.cooperative()
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    refused = await seller.treasurer("PATCH", place, given, headers=ANY, status=400)
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [fault]


async def test_a_vat_id_and_an_oin_may_look_like_a_citizen_number(world: World) -> None:
    """The VAT id of a legal entity holds a number of the same form, with the same check."""
    seller = await world.cooperative()
    given: Json = {"vatId": f"NL{CITIZEN}B01", "oin": f"00000003{CITIZEN}000"}
    given |= {"postalAddress": {"street": "Grote Markt 1", "town": "Antwerpen", "country": "BE"}}
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    found = await seller.treasurer("PATCH", place, given, headers=ANY)
    assert (found["vatId"], found["oin"]) == (given["vatId"], given["oin"])
    assert found["postalAddress"]["postcode"] == ""
