"""The prefix of invoice numbers: what it is, and who has used it in a legal entity."""

import asyncio

import pytest

from tests.scenarios.test_invoice_details import ANY
from tests.world import Json, Seller, World

kvk_numbers = iter(range(91_000_000, 92_000_000))


async def entity(world: World, *sellers: Seller, kvk: str | None = None, status: int = 200) -> str:
    """Makes cooperatives one legal entity, of a new KvK number unless it is named."""
    number = kvk or str(next(kvk_numbers))
    for seller in sellers:
        body = {"kvkNumber": number}
        await world.network("PATCH", f"/v1/cooperatives/{seller.id}", body, headers=ANY, status=status)
    return number


async def prefix(seller: Seller, text: str | None, status: int = 200) -> Json:
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    answer: Json = await seller.treasurer("PATCH", place, {"invoicePrefix": text}, headers=ANY, status=status)
    return answer


async def pair(world: World) -> tuple[Seller, Seller, str]:
    """Two cooperatives of one legal entity, and its number."""
    one, other = await world.cooperative(), await world.cooperative()
    return one, other, await entity(world, one, other)


async def test_everybody_sees_it(world: World) -> None:
    seller = await world.cooperative()
    await entity(world, seller)
    assert (await prefix(seller, "BRD"))["invoicePrefix"] == "BRD"
    assert (await world.visitor("GET", f"/v1/cooperatives/{seller.id}"))["invoicePrefix"] == "BRD"
    assert (await prefix(seller, " "))["invoicePrefix"] is None
    assert (await prefix(seller, None))["invoicePrefix"] is None


async def test_one_that_was_used_stays_taken_in_its_legal_entity(world: World) -> None:
    """The same cooperative may take it again; another legal entity may have it too."""
    one, other, _ = await pair(world)
    await prefix(one, "BRD")
    refused = await prefix(other, "BRD", 409)
    assert (refused["code"], "KvK" in refused["detail"]) == ("already_exists", True)
    await prefix(one, "BRE")
    await prefix(other, "BRD", 409)
    await prefix(one, None)
    await prefix(other, "BRE", 409)
    assert (await prefix(one, "BRD"))["invoicePrefix"] == "BRD"
    assert (await prefix(other, "ADM"))["invoicePrefix"] == "ADM"
    stranger = await world.cooperative()
    await entity(world, stranger)
    assert (await prefix(stranger, "BRD"))["invoicePrefix"] == "BRD"


async def test_a_refused_change_changes_nothing_else(world: World) -> None:
    one, other, _ = await pair(world)
    await prefix(one, "BRD")
    place = f"/v1/cooperatives/{other.id}"
    body = {"invoicePrefix": "BRD", "legalName": "Nieuw"}
    await other.treasurer("PATCH", f"{place}/invoice-details", body, headers=ANY, status=409)
    assert (await world.visitor("GET", place))["legalName"] is None


async def test_of_two_who_take_it_at_once_one_does(world: World) -> None:
    one, other, _ = await pair(world)

    async def take(seller: Seller) -> int:
        place, sent = f"/v1/cooperatives/{seller.id}/invoice-details", {"If-Match": "*"}
        sent["Authorization"] = f"Bearer {seller.treasurer.token}"
        return (await world.client.patch(place, json={"invoicePrefix": "BRD"}, headers=sent)).status_code

    assert sorted(await asyncio.gather(take(one), take(other))) == [200, 409]


async def test_under_another_kvk_number_it_has_to_be_free_too(world: World) -> None:
    one, other, number = await pair(world)
    await prefix(one, "BRD")
    await prefix(other, "ADM")
    mover = await world.cooperative()
    await entity(world, mover)
    await prefix(mover, "BRD")
    await entity(world, mover, kvk=number, status=409)
    await prefix(mover, "OLD")
    await prefix(mover, "NEW")
    await entity(world, mover, kvk=number)
    # What it used before came along, unless another cooperative has it there.
    await prefix(one, "OLD", 409)
    await prefix(mover, "BRD", 409)
    assert (await prefix(mover, "OLD"))["invoicePrefix"] == "OLD"


async def test_without_a_kvk_number_it_is_taken_within_the_cooperative(world: World) -> None:
    one, other = await world.cooperative(), await world.cooperative()
    for seller in (one, other):
        await world.network("PATCH", f"/v1/cooperatives/{seller.id}", {"kvkNumber": None}, headers=ANY)
        assert (await prefix(seller, "BRD"))["invoicePrefix"] == "BRD"
    number = await entity(world, one)
    await entity(world, other, kvk=number, status=409)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RF", "prefix_of_references"),
        ("RFX", "prefix_of_references"),
        ("brd", "string_pattern_mismatch"),
        ("BR1", "string_pattern_mismatch"),
        ("B-D", "string_pattern_mismatch"),
        ("BREDABO", "string_too_long"),
    ],
)
async def test_what_it_may_be(world: World, text: str, code: str) -> None:
    """`RF2026-00088` would read as a creditor reference (ISO 11649)."""
    seller = await world.cooperative()
    assert [(one["field"], one["code"]) for one in (await prefix(seller, text, 400))["errors"]] == [
        ("invoicePrefix", code)
    ]


async def test_it_may_begin_with_an_r(world: World) -> None:
    seller = await world.cooperative()
    await entity(world, seller)
    assert (await prefix(seller, "RAF"))["invoicePrefix"] == "RAF"
