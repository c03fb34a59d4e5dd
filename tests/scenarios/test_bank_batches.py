"""Payments of batches go out and come back by bank lines, whichever stands first."""

from tests.scenarios.bank import came, left_of, matched, place, reverse
from tests.scenarios.test_payment_batches import items_of, seller, sent
from tests.scenarios.test_payouts import payables
from tests.world import Json, Seller, World

__all__ = ["seller"]


async def states(seller: Seller, batch: Json) -> tuple[str, list[str]]:
    """The state of a batch, and those of its items: of the member, then of the supplier."""
    now = await seller.treasurer("GET", f"/v1/payment-batches/{batch['id']}")
    found = sorted(await items_of(seller, batch), key=lambda item: str(item["creditor"]["kind"]))
    return now["state"], [item["state"] for item in found]


async def on_its_way(world: World, seller: Seller) -> tuple[Json, str, str]:
    """A batch that is sent, and the ids of its items as the bank gets them."""
    await came(world, seller, ("0.01", "begin"))
    batch = await sent(seller)
    items = sorted(await items_of(seller, batch), key=lambda item: str(item["creditor"]["kind"]))
    member, supplier = (str(item["id"]).replace("-", "") for item in items)
    return batch, member, supplier


async def test_payments_go_out_by_their_ids_and_one_comes_back(world: World, seller: Seller) -> None:
    batch, member, supplier = await on_its_way(world, seller)
    assert (await world.balances(seller))["in_transit"] == "96.30"
    (first,) = await came(world, seller, ("-36.30", ""), end_to_end_id=member)
    await matched(world, seller, first)
    assert await states(seller, batch) == ("sent", ["paid", "sent"])
    # The return stands in the file before the payment that it returns.
    (back,) = await came(world, seller, ("60.00", ""), end_to_end_id=supplier, is_return=True, return_reason="AC04")
    await matched(world, seller, back)
    assert await states(seller, batch) == ("done", ["paid", "returned"])
    (out,) = await came(world, seller, ("-60.00", ""), end_to_end_id=supplier)
    await matched(world, seller, out)
    assert [await left_of(world, line) for line in (first, back, out)] == ["0.00", "0.00", "0.00"]
    assert (await world.balances(seller))["in_transit"] == "0.00"
    # The supplier is owed 100.00 again: 60.00 that came back, and what was not in the batch.
    assert [one["balance"]["amount"] for one in await payables(seller)] == ["100.00"]
    (match,) = await seller.treasurer("GET", f"/v1/bank-lines/{back}/matches")
    assert (match["rule"], (await reverse(seller, match, 409))["code"]) == ("end_to_end", "not_reversible")
    await world.guard()


async def test_a_batch_that_the_bank_books_as_one(world: World, seller: Seller) -> None:
    batch, *_ = await on_its_way(world, seller)
    number = batch["id"].replace("-", "")
    less, whole = await came(world, seller, ("-36.30", ""), ("-96.30", ""), batch_id=f"{number}   ")
    await matched(world, seller, less)
    assert (await states(seller, batch), await left_of(world, less)) == (("sent", ["sent", "sent"]), "-36.30")
    (suggestion,) = await seller.treasurer("GET", f"/v1/bank-lines/{less}/suggestions")
    assert (suggestion["rule"], len(suggestion["parts"])) == ("batch", 2)
    await matched(world, seller, whole)
    assert await states(seller, batch) == ("done", ["paid", "paid"])
    first, _ = await seller.treasurer("GET", f"/v1/bank-lines/{whole}/matches")
    # A part that was matched wrongly is on its way again.
    await reverse(seller, first)
    assert (await states(seller, batch))[0] == "sent"
    await place(seller, whole, {"itemId": first["targetId"]})
    assert await states(seller, batch) == ("done", ["paid", "paid"])
    assert (await world.balances(seller))["in_transit"] == "0.00"
    await world.guard()


async def test_a_payment_in_parts_is_paid_once_all_of_it_went_out(world: World, seller: Seller) -> None:
    batch, member, supplier = await on_its_way(world, seller)
    (rest,) = [item for item in await items_of(seller, batch) if item["id"].replace("-", "") == member]
    (item,) = [item for item in await items_of(seller, batch) if item["id"].replace("-", "") == supplier]
    one, two = await came(world, seller, ("-25.00", "deel 1"), ("-35.00", "deel 2"))
    (part,) = await place(seller, one, {"itemId": item["id"]})
    assert await states(seller, batch) == ("sent", ["sent", "sent"])
    # A part of it went out: it is not refused or withdrawn any more.
    steps = (f"/v1/payment-items/{item['id']}", "refuse"), (f"/v1/payment-batches/{batch['id']}", "withdraw")
    for where, verb in steps:
        refused = await seller.treasurer(
            "POST", f"{where}/transitions", {"verb": verb, "reason": "geweigerd"}, status=409
        )
        assert refused["facts"]["reason"] in ("payment_went_out", "payments_went_out")
    undone = await reverse(seller, {"journalId": item["id"]}, 409)
    assert undone["facts"]["reason"] == "payment_went_out"
    await place(seller, two, {"itemId": item["id"]})
    assert await states(seller, batch) == ("sent", ["sent", "paid"])
    # Without a part it is on its way again; without any, the bank may have refused it.
    await reverse(seller, part)
    assert await states(seller, batch) == ("sent", ["sent", "sent"])
    await place(seller, one, {"itemId": item["id"]})
    assert await states(seller, batch) == ("sent", ["sent", "paid"])
    refuse = {"verb": "refuse", "reason": "geweigerd"}
    await seller.treasurer("POST", f"/v1/payment-items/{rest['id']}/transitions", refuse)
    assert await states(seller, batch) == ("done", ["refused", "paid"])
    assert (await world.balances(seller))["in_transit"] == "0.00"
    await world.guard()


async def test_a_payment_that_did_not_go_out_does_not_come_back_by_hand(world: World, seller: Seller) -> None:
    batch, _, supplier = await on_its_way(world, seller)
    (item,) = [item for item in await items_of(seller, batch) if item["id"].replace("-", "") == supplier]
    back, out = await came(world, seller, ("60.00", "terug"), ("-60.00", "betaling"))
    refused = await place(seller, back, {"itemId": item["id"]}, status=409)
    assert (refused["code"], refused["facts"]["reason"]) == ("wrong_state", "went_out_first")
    assert await states(seller, batch) == ("sent", ["sent", "sent"])
    await place(seller, out, {"itemId": item["id"]})
    await place(seller, back, {"itemId": item["id"]})
    assert await states(seller, batch) == ("sent", ["sent", "returned"])
    await world.guard()
