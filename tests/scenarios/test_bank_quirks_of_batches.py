"""Batches of payments, as banks really book, refuse and return them."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.bank_files import SUPPLIER, US, detail, entry, tag
from tests.scenarios.quirks import PAINTER, Books, balance_of, bill, books, known_as, paid, payee, sent
from tests.scenarios.statements import lines_of
from tests.scenarios.test_first_sale import books_are_right
from tests.world import Json, World

pytestmark = pytest.mark.usefixtures("april")


@pytest.fixture
def april(world: World) -> Iterator[None]:
    with world.clock.at("2026-04-20"):
        yield


async def states(made: Books, batch: Json) -> list[str]:
    """The states of its payments."""
    found = await made.seller.treasurer("GET", f"/v1/payment-batches/{batch['id']}/payment-items")
    return [item["state"] for item in found["items"]]


async def test_money_comes_in_within_a_batch_that_goes_out(world: World) -> None:
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "100.00")
    _, (item,) = await sent(made, (supplier_id, "100.00"))
    out = detail("-100.00", of=US, to=SUPPLIER, refs=known_as(item))
    await made.bring(entry("-90.00", out, detail("10.00", of=PAINTER)))
    assert await made.places() == ["-100.00 item 100.00", "10.00 open"]
    await books_are_right(world)


async def test_a_batch_that_the_bank_booked_as_one(world: World) -> None:
    """By its id, though another batch has the same total."""
    made = await books(world)
    one, other = await payee(made, SUPPLIER), await payee(made, PAINTER)
    await bill(made, one, "1", "463.00")
    await bill(made, other, "2", "463.00")
    batch, _ = await sent(made, (one, "100.00"), (one, "363.00"))
    await sent(made, (other, "463.00"))
    padded = tag("Btch", tag("PmtInfId", f"{batch['id'].replace('-', '')}   "))
    await made.bring(entry("-463.00", padded, version=2), version=2)
    (place,) = await made.places()
    assert sorted(place.split(" item ")) == ["-463.00", "100.00", "363.00"]
    assert (await made.seller.treasurer("GET", f"/v1/payment-batches/{batch['id']}"))["state"] == "done"
    # By its total, now that only one batch has it.
    await made.bring(entry("-463.00", version=2, reference="C2"), version=2)
    assert (await made.places())[1] == "-463.00 item 463.00"
    assert await balance_of(made, "in_transit") == "0.00"
    await books_are_right(world)


async def test_a_total_that_two_batches_have_is_suggested(world: World) -> None:
    made = await books(world)
    one, other = await payee(made, SUPPLIER), await payee(made, PAINTER)
    for supplier_id in (one, other):
        await bill(made, supplier_id, "1", "100.00")
        await sent(made, (supplier_id, "100.00"))
    made.day = date(2026, 4, 17)
    await made.bring(entry("-100.00"))
    assert await made.places() == ["-100.00 open"]
    assert await made.suggested("-100.00") == ["batch item 100.00", "batch item 100.00"]


async def test_a_return_without_its_id_is_placed_by_hand(world: World) -> None:
    """The bank repeats the parties of the payment, so the debtor is the cooperative itself."""
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "100.00")
    _, (item,) = await sent(made, (supplier_id, "100.00"))
    await made.bring(entry("-100.00", detail("-100.00", of=US, to=SUPPLIER, refs=known_as(item))))
    reason = tag("RtrInf", tag("Rsn", tag("Cd", "AC04")), tag("AddtlInf", "rekening opgeheven"))
    await made.bring(entry("100.00", detail("100.00", of=US, to=SUPPLIER, more=reason)))
    assert await made.places() == ["-100.00 item 100.00", "100.00 open"]
    back = (await lines_of(made.seller))[0]
    assert (back["counterpartyIban"], back["returnReason"], back["text"]) == (SUPPLIER[1], "AC04", "rekening opgeheven")
    await made.seller.treasurer("POST", f"/v1/bank-lines/{back['id']}/matches", {"parts": [{"itemId": item["id"]}]})
    assert (await balance_of(made, "payable_supplier"), await balance_of(made, "in_transit")) == ("100.00", "0.00")
    await books_are_right(world)


async def test_a_return_stands_before_its_payment(world: World) -> None:
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "100.00")
    batch, (item,) = await sent(made, (supplier_id, "100.00"))
    reason = tag("RtrInf", tag("Rsn", tag("Cd", "AC04")))
    back = entry("100.00", detail("100.00", of=US, to=SUPPLIER, refs=known_as(item), more=reason), reference="B2")
    out = entry("-100.00", detail("-100.00", of=US, to=SUPPLIER, refs=known_as(item)), reference="B1")
    await made.bring(back, out)
    assert sorted(await made.places()) == ["-100.00 item 100.00", "100.00 item 100.00"]
    assert (await balance_of(made, "payable_supplier"), await balance_of(made, "in_transit")) == ("100.00", "0.00")
    assert await states(made, batch) == ["returned"]
    await books_are_right(world)


async def test_a_receiver_who_sends_it_back_is_no_return(world: World) -> None:
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "100.00")
    batch, (item,) = await sent(made, (supplier_id, "100.00"))
    await made.bring(entry("-100.00", detail("-100.00", of=US, to=SUPPLIER, refs=known_as(item))))
    await made.bring(paid("100.00", "retour", of=SUPPLIER))
    assert await made.places() == ["-100.00 item 100.00", "100.00 open"]
    assert await states(made, batch) == ["paid"]


async def test_the_bank_refused_one_payment_of_a_batch(world: World) -> None:
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "463.00")
    batch, (refused, _) = await sent(made, (supplier_id, "100.00"), (supplier_id, "363.00"))
    less = entry("-363.00", tag("Btch", tag("PmtInfId", batch["id"].replace("-", ""))), version=2)
    await made.bring(less, version=2)
    assert await made.places() == ["-363.00 open"]
    assert (await made.suggested("-363.00"))[0].startswith("batch ")
    refuse = {"verb": "refuse", "reason": "rekening onbekend"}
    await made.seller.treasurer("POST", f"/v1/payment-items/{refused['id']}/transitions", refuse)
    assert (await made.suggested("-363.00"))[0] == "batch item 363.00"
    assert await balance_of(made, "payable_supplier") == "100.00"


@pytest.mark.parametrize("number", ["F2026-71", "F2026-72"])
async def test_a_line_that_names_a_bill_is_the_payment_on_its_way(world: World, number: str) -> None:
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    for one in ("F2026-71", "F2026-72"):
        await bill(made, supplier_id, one, "121.00")
    await made.bring(paid("1.00", "gift"))
    batch, _ = await sent(made, (supplier_id, "121.00"))
    # More days later than what is only in transit may wait.
    with world.clock.at("2026-05-04"):
        made.day = date(2026, 5, 1)
        await made.bring(paid("-121.00", f"factuur {number}"))
        assert (await made.places())[1:] == ["-121.00 item 121.00"]
        assert await states(made, batch) == ["paid"]
        assert await balance_of(made, "payable_supplier") == "121.00"
        # The oldest is paid, so it is no place; the other one is.
        await made.bring(paid("-121.00", "factuur F2026-71"))
        await made.bring(paid("-121.00", "factuur F2026-72"))
        assert (await made.places())[2:] == ["-121.00 open", f"-121.00 {SUPPLIER[0]}"]
        assert await balance_of(made, "payable_supplier") == "0.00"
    await books_are_right(world)


async def test_the_rent_is_no_batch_of_the_same_total(world: World) -> None:
    made = await books(world)
    supplier_id = await payee(made, SUPPLIER)
    await bill(made, supplier_id, "1", "100.00")
    await made.bring(paid("1.00", "gift"))
    batch, _ = await sent(made, (supplier_id, "100.00"))
    rule = {"text": "huur maart", "category": "cost/rent"}
    await made.seller.treasurer("POST", f"/v1/cooperatives/{made.seller.id}/bank-rules", rule)
    with world.clock.at("2026-05-04"):
        made.day = date(2026, 5, 1)
        await made.bring(paid("-100.00", "huur maart", to=PAINTER))
    assert (await made.places())[1:] == ["-100.00 cost/rent"]
    assert await states(made, batch) == ["sent"]
