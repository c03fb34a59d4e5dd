"""A partner's stock: the units left change by the difference in the source's number; sales here stay sold."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from app.domain.market.offering_imports import restocked
from app.domain.market.offerings import Offering, OfferingKind, PriceUnit
from app.domain.vat import VatClass
from tests.scenarios.test_offering_imports import LINE, counts, lines, partner_of, place, send
from tests.world import GUEST, Caller, Json, Seller, World


def offering(**more: Any) -> Offering:
    return Offering(
        id=UUID(int=1),
        cooperative_id=UUID(int=2),
        member_id=UUID(int=3),
        kind=OfferingKind.GOODS,
        title="Jam",
        text="",
        category="eten",
        price_unit=PriceUnit.PIECE,
        price_cents=350,
        vat_class=VatClass.REDUCED,
        town="Breda",
        **more,
    )


@pytest.mark.parametrize(
    ("stock", "held", "said", "new", "left", "next_left"),
    [
        # total, held, reported before; reported now; left now; left if the source then reports 12
        (7, 0, 12, 12, 7, 7),
        (7, 0, 12, 20, 15, 7),
        (7, 0, 12, 8, 3, 7),
        (7, 0, 12, 3, 0, 7),
        (7, 0, 12, 0, 0, 7),
        (12, 5, 12, 12, 7, 7),
        (12, 5, 12, 3, 0, 7),
        (9, 2, 12, 20, 15, 7),
        (7, 0, None, 12, 12, 12),
        (12, 5, None, 12, 7, 7),
        (12, 5, None, 3, 0, 7),
        (None, 0, None, 12, 12, 12),
    ],
)
def test_what_is_left_after_the_source_says_a_number(
    stock: int | None, held: int, said: int | None, new: int, left: int, next_left: int
) -> None:
    after = restocked(offering(stock=stock, held=held, said=said), new)
    assert (after.left, after.held) == (left, held)
    assert restocked(after, new) == after
    assert restocked(after, 12).left == next_left


async def published(world: World, stock: int = 12) -> tuple[Seller, Caller, Json, Json]:
    seller = await world.cooperative()
    partner = await partner_of(world, seller)
    body = LINE | {"memberId": seller.member_id, "stock": stock}
    made = await partner("PUT", place(seller, "SKU-0"), body, status=201)
    await seller.coordinator("POST", f"/v1/offerings/{made['id']}/transitions", {"verb": "publish"})
    return seller, partner, body, made


async def left(world: World, made: Json) -> int:
    return int((await world.visitor("GET", f"/v1/catalogue/offerings/{made['id']}"))["left"])


async def sell(world: World, seller: Seller, made: Json, quantity: int) -> Json:
    order = await world.order(await world.app(), made["id"], quantity)
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    return order


async def test_the_same_number_again_sells_nothing_twice(world: World) -> None:
    seller, partner, body, made = await published(world)
    await sell(world, seller, made, 5)
    before = (await partner("GET", place(seller, "SKU-0")))["version"]
    assert (await partner("PUT", place(seller, "SKU-0"), body))["version"] == before
    assert await left(world, made) == 7
    again = await send(partner, seller, lines(seller, 1))
    assert (counts(again), await left(world, made)) == ((0, 0, 1, 0), 7)
    more = await send(partner, seller, lines(seller, 1, stock=20))
    assert (counts(more), await left(world, made)) == ((0, 1, 0, 0), 15)
    await send(partner, seller, lines(seller, 1, stock=2))
    assert await left(world, made) == 0
    await partner("PUT", place(seller, "SKU-0"), body)
    assert await left(world, made) == 7
    rehearsed = await send(partner, seller, lines(seller, 1, stock=30), dryRun="true")
    assert (counts(rehearsed), await left(world, made)) == ((0, 1, 0, 0), 7)


async def test_what_is_held_counts_as_sold_until_it_comes_back(world: World) -> None:
    seller, partner, body, made = await published(world)
    app = await world.app()
    hold = await app("POST", f"/v1/offerings/{made['id']}/holds", {"quantity": 3, "minutes": 5})
    order = await world.order(app, made["id"], 4)
    await partner("PUT", place(seller, "SKU-0"), body)
    assert await left(world, made) == 5
    # All of it is held.
    assert (await partner("PUT", place(seller, "SKU-0"), body | {"stock": 2}))["stock"] == 7
    assert await left(world, made) == 0
    await partner("PUT", place(seller, "SKU-0"), body)
    await app("DELETE", f"/v1/holds/{hold['id']}")
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "cancel"})
    await partner("PUT", place(seller, "SKU-0"), body)
    assert await left(world, made) == 12


async def test_a_sale_during_an_import_and_two_imports_at_once(world: World) -> None:
    """In any interleaving, 60 units less the sold ones are left."""
    seller, partner, _, made = await published(world, 40)
    app = await world.app()
    text = lines(seller, 300, stock=60)

    async def buy() -> None:
        for _ in range(10):
            body = {"lines": [{"offeringId": made["id"], "quantity": 1}], "contact": GUEST}
            order = (await app("POST", "/v1/orders", body))["order"]
            await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})

    await asyncio.gather(buy(), *(send(partner, seller, text) for _ in range(3)), buy())
    assert await left(world, made) == 40


async def test_a_number_typed_by_hand_stands_until_the_source_says_another(world: World) -> None:
    seller, partner, body, made = await published(world)
    await seller.coordinator("PUT", f"/v1/offerings/{made['id']}/stock", {"stock": 4})
    await partner("PUT", place(seller, "SKU-0"), body)
    assert await left(world, made) == 4
    await partner("PUT", place(seller, "SKU-0"), body | {"stock": 15})
    assert await left(world, made) == 7


async def test_the_first_number_after_the_upgrade_is_taken_as_it_is(world: World) -> None:
    """Earlier numbers of the source are not known then."""
    seller, partner, body, made = await published(world)
    await sell(world, seller, made, 5)
    async with world.books.transaction() as tx:
        await tx.value("update stock set said = null where offering_id = $1::text::uuid", made["id"])
    before = (await partner("GET", place(seller, "SKU-0")))["version"]
    same = await partner("PUT", place(seller, "SKU-0"), body | {"stock": 7})
    assert (same["version"], await left(world, made)) == (before, 7)
    await sell(world, seller, made, 2)
    await partner("PUT", place(seller, "SKU-0"), body | {"stock": 7})
    assert await left(world, made) == 5
