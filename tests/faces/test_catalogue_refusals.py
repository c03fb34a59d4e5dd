"""Both faces read and refuse searches of the catalogue in the same way."""

from typing import Any

import pytest

from tests.world import World

DOCUMENT = """query ($text: String, $category: String, $town: String, $cooperative: String, $minPrice: MoneyInput) {
    catalogue(text: $text, category: $category, town: $town, cooperative: $cooperative, minPrice: $minPrice) {
      edges { node { title kind priceUnit vatClass } } } }"""


@pytest.mark.parametrize(
    ("wrong", "codes"),
    [
        ({"text": "x" * 201}, ["string_too_long"]),
        ({"text": "burger 123456782"}, ["citizen_number_in_text"]),
        ({"text": "a\u200bb", "category": "x" * 61}, ["text_malformed", "string_too_long"]),
        ({"town": "x" * 81, "cooperative": "x" * 61}, ["string_too_long", "string_too_long"]),
        ({"town": "Breda\nBest", "minPrice": "1.000"}, ["text_malformed", "string_pattern_mismatch"]),
        ({"minPrice": "9999999999"}, ["amount_out_of_range"]),
        ({"minPrice": "-1"}, ["string_pattern_mismatch"]),
    ],
)
async def test_what_is_typed_wrong_is_refused_alike(world: World, wrong: dict[str, str], codes: list[str]) -> None:
    answer = await world.client.get("/v1/catalogue/offerings", params=wrong, headers={"Accept-Language": "en"})
    variables: dict[str, Any] = dict(wrong)
    if "minPrice" in wrong:
        variables["minPrice"] = {"amount": wrong["minPrice"]}
    told = (await world.visitor.graphql(DOCUMENT, **variables))["errors"][0]["extensions"]
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (told["status"], told["code"]) == (400, "bad_request")
    assert problem["errors"] == told["errors"]
    assert [(error["field"], error["code"]) for error in told["errors"]] == list(zip(wrong, codes, strict=True))


async def test_a_blank_text_is_left_out_and_another_currency_refused(world: World) -> None:
    seller = await world.cooperative()
    await world.offering(seller, title="Heg knippen")
    found = await world.visitor("GET", f"/v1/catalogue/offerings?cooperative={seller.slug}&text=%20&town=")
    assert [row["title"] for row in found["items"]] == ["Heg knippen"]
    shown = await world.visitor.graphql(DOCUMENT, cooperative=f" {seller.slug} ", text=" ")
    (edge,) = shown["data"]["catalogue"]["edges"]
    assert edge["node"] == {"title": "Heg knippen", "kind": "SERVICE", "priceUnit": "PIECE", "vatClass": "STANDARD"}
    refused = await world.visitor.graphql(DOCUMENT, minPrice={"amount": "1.00", "currency": "USD"})
    assert [error["field"] for error in refused["errors"][0]["extensions"]["errors"]] == ["minPrice"]
