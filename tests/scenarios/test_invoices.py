"""Invoices of orders: numbered, issued by the worker after supply; deposits; credit notes of what goes back."""

from tests.scenarios.money import boxes, credit, pay, standing, step, undo
from tests.scenarios.papers import COMPANY, invoices_of, selling, sums
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, World


async def test_what_was_delivered_is_invoiced_by_the_worker(world: World) -> None:
    """A company's order of 200.00 excl: 242.00, number 1 of its year, due in 14 days; again nothing happens."""
    seller, prefix, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    assert await invoices_of(app, order) == []
    await world.deliver(seller, order)
    await world.work()
    (invoice,) = await invoices_of(app, order)
    assert invoice["number"] == f"{prefix}{invoice['issuedOn'][:4]}-00001"
    assert (invoice["kind"], invoice["state"], invoice["payment"]) == ("standard", "issued", "unpaid")
    assert sums(invoice) == ("200.00", "42.00", "242.00")
    seen = await app("GET", f"/v1/orders/{order['id']}")
    assert (invoice["dueOn"], invoice["rfReference"]) == (seen["dueOn"], seen["rfReference"])
    assert invoice["paper"]["buyer"]["name"] == "Bos Bouw B.V."
    assert await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {}) == invoice
    await pay(seller, order, "242.00")
    (paid,) = await invoices_of(app, order)
    assert (paid["payment"], paid["due"]["amount"], paid["digest"]) == ("paid", "0.00", invoice["digest"])
    await books_are_right(world)


async def test_a_deposit_and_its_final_invoice(world: World) -> None:
    """907.50: a deposit of 30 % asks 272.25 (225.00 + 47.25) and is charged; the final invoice asks 635.25."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "750.00"), contact=COMPANY)
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    deposit = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"percent": "30"})
    assert (deposit["kind"], sums(deposit)) == ("deposit", ("225.00", "47.25", "272.25"))
    assert await boxes(seller) == {"1a": "47.25"}
    assert (await standing(world, seller))["receivable_customer"] == "-272.25"
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "deliver"})
    await world.work()
    _, final = await invoices_of(app, order)
    assert (final["kind"], sums(final)) == ("final", ("525.00", "110.25", "635.25"))
    assert [line["depositNumber"] for line in final["paper"]["lines"]] == [None, deposit["number"]]
    assert await boxes(seller) == {"1a": "157.50"}
    await pay(seller, order, "272.25")
    assert [one["payment"] for one in await invoices_of(app, order)] == ["paid", "unpaid"]
    await books_are_right(world)


async def test_a_credit_gives_a_note_and_its_reversal_an_invoice(world: World) -> None:
    """Half of 242.00 back: a note of 121.00 in the same transaction; undone, an invoice of 121.00 that refers to it."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    await world.deliver(seller, order)
    await world.work()
    given = await credit(seller, order, "121.00")
    invoice, note = await invoices_of(app, order)
    assert (note["kind"], sums(note), note["creditId"]) == ("credit_note", ("100.00", "21.00", "121.00"), given["id"])
    assert ([one["number"] for one in note["paper"]["refersTo"]], note["payment"]) == ([invoice["number"]], None)
    assert (await invoices_of(app, order))[0]["due"]["amount"] == "121.00"
    await undo(seller, given)
    *_, again = await invoices_of(app, order)
    assert (again["kind"], sums(again), again["refersTo"]) == ("standard", ("100.00", "21.00", "121.00"), [note["id"]])
    await books_are_right(world)


async def test_cancelling_credits_the_deposits(world: World) -> None:
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "750.00"), contact=COMPANY)
    await seller.member("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "accept"})
    deposit = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"amount": {"amount": "100.00"}})
    await step(app, order, "cancel")
    _, note = await invoices_of(app, order)
    assert (sums(note), note["refersTo"]) == (sums(deposit), [deposit["id"]])
    assert await boxes(seller) in ({}, {"1a": "0.00"})
    await books_are_right(world)


async def test_a_consumer_gets_a_simplified_invoice(world: World) -> None:
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "20.00"), contact=GUEST)
    await world.deliver(seller, order)
    await world.work()
    (invoice,) = await invoices_of(app, order)
    assert (invoice["kind"], invoice["paper"]["buyer"], sums(invoice)) == (
        "simplified",
        None,
        ("20.00", "4.20", "24.20"),
    )
