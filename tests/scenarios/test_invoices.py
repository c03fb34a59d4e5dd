"""Invoices of orders: numbered, issued by the worker after supply; deposits; credit notes of what goes back."""

from tests.scenarios.money import boxes, credit, pay, standing, step, undo, write_off
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


async def test_an_invoice_for_a_reversed_credit_counts_the_money_that_is_there(world: World) -> None:
    """242.00 was paid. 121.00 was credited and not paid back; undone, nothing is to be paid again."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    await world.deliver(seller, order)
    await world.work()
    await pay(seller, order, "242.00")
    given = await credit(seller, order, "121.00")
    await undo(seller, given)
    *_, again = await invoices_of(app, order)
    assert (again["gross"]["amount"], again["due"]["amount"], again["payment"]) == ("121.00", "0.00", "paid")
    paper = again["paper"]
    assert (paper["received"]["amount"], paper["payable"]["amount"]) == ("121.00", "0.00")
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


async def test_a_guest_finds_the_invoices_behind_the_status_link(world: World) -> None:
    """JSON and page name the invoice and its credit note, with links to the same files that the staff gets."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    await world.deliver(seller, order)
    await world.work()
    await credit(seller, order, "21.00")
    place = order["statusUrl"].removeprefix(world.settings.public_url)
    shown = (await world.visitor("GET", place))["invoices"]
    invoice, note = await invoices_of(app, order)
    assert [one["number"] for one in shown] == [invoice["number"], note["number"]]
    page = await world.client.get(place, headers={"Accept": "text/html", "Accept-Language": "nl"})
    for one in shown:
        link = one["pdf"].removeprefix(world.settings.public_url)
        assert f'href="{one["pdf"]}"' in page.text
        seen = await world.client.get(link)
        assert seen.content.startswith(b"%PDF-")
        theirs = next(mine for mine in (invoice, note) if mine["number"] == one["number"])
        staff = await world.client.get(
            f"/v1/invoices/{theirs['id']}/invoice.pdf", headers={"Authorization": f"Bearer {seller.treasurer.token}"}
        )
        assert staff.content == seen.content
    assert "€ 242,00" in page.text
    missing = await world.client.get(f"{place}/invoices/QQQ2026-00001/invoice.pdf")
    assert missing.status_code == 404


async def test_the_electronic_invoice_is_for_companies(world: World) -> None:
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    theirs = await world.order(app, offering, contact=COMPANY)
    private = await world.order(app, offering, contact=GUEST)
    for order in (theirs, private):
        await world.deliver(seller, order)
    await world.work()
    headers = {"Authorization": f"Bearer {app.token}"}
    (invoice,), (simplified,) = await invoices_of(app, theirs), await invoices_of(app, private)
    found = await world.client.get(f"/v1/invoices/{invoice['id']}/invoice.xml", headers=headers)
    assert found.headers["content-type"].startswith("application/xml")
    assert invoice["number"].encode() in found.content
    assert (await world.client.get(f"/v1/invoices/{simplified['id']}/invoice.xml", headers=headers)).status_code == 404
    assert (await world.client.get(f"/v1/invoices/{simplified['id']}/invoice.pdf", headers=headers)).status_code == 200


async def test_invoices_and_orders_are_found_by_number(world: World) -> None:
    seller, prefix, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY, externalReference="A-17")
    await world.deliver(seller, order)
    await world.work()
    (invoice,) = await invoices_of(app, order)
    number = invoice["number"]

    async def found(what: str, query: str) -> list[str]:
        return [one["id"] for one in (await app("GET", f"/v1/{what}?{query}"))["items"]]

    assert await found("orders", f"invoiceNumber={number.lower()}") == [order["id"]]
    for query in (f"number={number}", "externalReference=A-17", "payment=unpaid", "buyer=bos", "buyerType=business"):
        assert await found("invoices", query) == [invoice["id"]], query
    assert await found("invoices", f"reference={order['reference']}&kind=standard") == [invoice["id"]]
    for query in (f"number={prefix}2026-99999", "payment=paid", "buyer=smit", "kind=deposit"):
        assert await found("invoices", query) == [], query


async def test_a_graph_reads_the_invoices_of_many_orders_at_once(world: World) -> None:
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    for _ in range(3):
        order = await world.order(app, offering, contact=COMPANY)
        await world.deliver(seller, order)
    await world.work()
    query = """{ orders { edges { node {
      reference invoice { number } invoices { number payment paper { gross { amount } } } } } } }"""
    data = (await app.graphql(query))["data"]
    nodes = [edge["node"] for edge in data["orders"]["edges"]]
    assert sorted(node["invoices"][0]["number"][-1] for node in nodes) == ["1", "2", "3"]
    assert all([node["invoice"]["number"]] == [one["number"] for one in node["invoices"]] for node in nodes)
    assert {node["invoices"][0]["paper"]["gross"]["amount"] for node in nodes} == {"60.50"}


async def test_what_was_credited_or_written_off_is_not_called_paid(world: World) -> None:
    """Half of 907.50 back before any money came: the deposit stays asked, the final one asks 181.50; then nothing."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "750.00"), contact=COMPANY)
    await step(seller.member, order, "accept")
    await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {"percent": "30"})
    await step(seller.member, order, "deliver")
    await world.work()
    await credit(seller, order, "453.75")
    deposit, final, _ = await invoices_of(app, order)
    assert [(one["payment"], one["due"]["amount"]) for one in (deposit, final)] == [
        ("unpaid", "272.25"),
        ("unpaid", "181.50"),
    ]
    await pay(seller, order, "272.25")
    await write_off(seller, order)
    deposit, final, _ = await invoices_of(app, order)
    assert [one["payment"] for one in (deposit, final)] == ["written_off", "written_off"]
    other = await world.order(app, await world.offering(seller, "20.00"), contact=GUEST)
    await world.deliver(seller, other)
    await world.work()
    await credit(seller, other)
    assert [one["payment"] for one in await invoices_of(app, other)] == ["credited", None]
    found = await seller.treasurer("GET", "/v1/invoices?payment=credited")
    assert [one["orderIds"] for one in found["items"]] == [[other["id"]]]
    assert (await seller.treasurer("GET", "/v1/invoices?payment=paid"))["items"] == []
    await books_are_right(world)
