"""The statement of account of a customer: to the cent what is due less what is owed back, and only to its parties."""

import csv
import io
from decimal import Decimal
from typing import Any

from pypdf import PdfReader

from tests.scenarios.jobs import party, three
from tests.scenarios.money import credit, pay, repay, seen, step, undo, write_off
from tests.scenarios.papers import COMPANY, invoices_of, selling
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_used_credit import use
from tests.world import GUEST, Caller, Json, Seller, World

Lines = list[tuple[str, str, str]]


async def account(who: Caller, order: Json, period: str = "", status: int = 200) -> Json:
    found: Json = await who("GET", f"/v1/orders/{order['id']}/account{period}", status=status)
    return found


def lines_of(shown: Json) -> Lines:
    """Kind, amount and balance of each entry."""
    return [(one["kind"], one["amount"]["amount"], one["balance"]["amount"]) for one in shown["entries"]]


async def exact(seller: Seller, *orders: Json) -> Lines:
    """The entries, after a check that the balance is what is due of these orders less what is owed back."""
    shown = await account(seller.treasurer, orders[0])
    balance = Decimal()
    for order in orders:
        found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
        balance += Decimal(found["due"]["amount"]) - Decimal(found["owedBack"]["amount"])
    assert shown["closing"]["amount"] == f"{balance:.2f}"
    assert shown["opening"]["amount"] == "0.00"
    return lines_of(shown)


async def asks(seller: Seller, order: Json, **body: Any) -> Json:
    invoice: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", body)
    return invoice


async def test_a_deposit_a_final_invoice_and_what_goes_back(world: World) -> None:
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "750.00"), contact=COMPANY)
    await step(seller.member, order, "accept")
    deposit = await asks(seller, order, percent="30")
    await pay(seller, order, "272.25")
    shown = await account(app, order)
    assert lines_of(shown) == [("invoice", "272.25", "272.25"), ("payment", "-272.25", "0.00")]
    assert [one["reference"] for one in shown["entries"]] == [deposit["number"], order["reference"]]
    await step(seller.member, order, "deliver")
    await world.work()
    final = (await invoices_of(app, order))[-1]
    assert await exact(seller, order) == [
        ("invoice", "272.25", "272.25"),
        ("invoice", "635.25", "907.50"),
        ("payment", "-272.25", "635.25"),
    ]
    given = await credit(seller, order, "100.00")
    wrong = await pay(seller, order, "535.26")
    assert Decimal((await account(app, order))["closing"]["amount"]) == Decimal("-0.01")
    await undo(seller, wrong)
    await undo(seller, given)
    found = await exact(seller, order)
    assert sorted(one[:2] for one in found) == sorted(
        [
            ("invoice", "272.25"),
            ("invoice", "635.25"),
            ("invoice", "100.00"),
            ("credit_note", "-100.00"),
            ("payment", "-272.25"),
            ("payment", "-535.26"),
            ("payment_reversal", "535.26"),
        ]
    )
    assert found[-1][2] == "635.25"
    assert final["number"] in {one["reference"] for one in (await account(app, order))["entries"]}
    await books_are_right(world)


async def test_a_credit_before_the_invoice_counts_once(world: World) -> None:
    """Without an invoice its price and its credits stand there; the invoice shows what is left of both."""
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller), contact=COMPANY)
    await credit(seller, order, "20.00")
    assert (await account(app, order))["entries"] == []
    await world.deliver(seller, order)
    given = await credit(seller, order, "22.00")
    await undo(seller, given)
    assert await exact(seller, order) == [
        ("order", "242.00", "242.00"),
        ("credit", "-20.00", "222.00"),
        ("credit", "-22.00", "200.00"),
        ("credit_reversal", "22.00", "222.00"),
    ]
    await seller.can_invoice()
    await asks(seller, order)
    assert await exact(seller, order) == [("invoice", "222.00", "222.00")]
    await books_are_right(world)


async def test_a_credit_beyond_the_deposits_is_undone_after_the_final_invoice(world: World) -> None:
    """242.00 with 200.00 asked, 100.00 credited: a note of 58.00. Undone after supply, all of 100.00 is asked again."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller), contact=COMPANY)
    await step(seller.member, order, "accept")
    await asks(seller, order, amount={"amount": "200.00"})
    given = await credit(seller, order, "100.00")
    assert lines_of(await account(app, order)) == [("invoice", "200.00", "200.00"), ("credit_note", "-58.00", "142.00")]
    await step(seller.member, order, "deliver")
    await world.work()
    await undo(seller, given)
    found = await exact(seller, order)
    assert sorted(one[:2] for one in found) == sorted(
        [("invoice", "200.00"), ("invoice", "0.00"), ("invoice", "100.00"), ("credit_note", "-58.00")]
    )
    assert found[-1][2] == "242.00"
    await books_are_right(world)


async def test_late_money_takes_the_place_of_a_write_off(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.deliver(seller, order)
    await pay(seller, order, "100.00")
    await write_off(seller, order, "142.00")
    assert await exact(seller, order) == [
        ("order", "242.00", "242.00"),
        ("payment", "-100.00", "142.00"),
        ("write_off", "-142.00", "0.00"),
    ]
    assert lines_of(await account(app, order))[-1] == ("write_off", "-142.00", "0.00")
    await pay(seller, order, "42.00")
    assert (await exact(seller, order))[-1] == ("write_off_reversal", "42.00", "0.00")
    written = (await seller.treasurer("GET", f"/v1/orders/{order['id']}/write-offs"))[0]
    await undo(seller, written)
    found = await exact(seller, order)
    assert [one[1] for one in found if one[0] == "write_off_reversal"] == ["42.00", "100.00"]
    for who in (seller.coordinator, app):
        assert lines_of(await account(who, order)) == found, "who sees no write-offs sees the same"
    await books_are_right(world)


async def test_what_one_order_owed_back_pays_another_one(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller)
    source, target = await world.order(app, offering), await world.order(app, offering)
    for order in (source, target):
        await world.deliver(seller, order)
    await pay(seller, source, "250.00")
    await use(seller, source, target)
    await credit(seller, source, "12.00")
    back = await repay(seller, source)
    found = await exact(seller, source, target)
    assert sorted(one[:2] for one in found) == sorted(
        [
            ("order", "242.00"),
            ("order", "242.00"),
            ("credit", "-12.00"),
            ("payment", "-250.00"),
            ("payment", "-8.00"),
            ("repayment", "8.00"),
            ("repayment", "12.00"),
        ]
    )
    assert found[-1][2] == "234.00"
    await undo(seller, back)
    assert ("repayment_reversal", "-12.00", "222.00") in await exact(seller, target, source)
    await credit(seller, target)
    assert await seen(seller, target) == ("refunded", "8.00", "242.00", "0.00", "8.00")
    assert (await account(app, target))["closing"]["amount"] == "-20.00"
    await exact(seller, source, target)
    called_off = await world.order(app, offering)
    await pay(seller, called_off, "5.00")
    await step(app, called_off, "cancel")
    assert (await exact(seller, source, target, called_off))[-1][2] == "-25.00"


async def test_one_invoice_of_several_orders_is_one_entry(world: World) -> None:
    monthly = COMPANY | {"buyer": COMPANY["buyer"] | {"billing": "monthly"}}
    with world.clock.at("2026-10-05"):
        seller, _, app = await selling(world)
        offering = await world.offering(seller)
        orders = [await world.order(app, offering, contact=monthly) for _ in range(3)]
        for order in orders:
            await world.deliver(seller, order)
        await pay(seller, orders[0], "242.00")
        assert [one[0] for one in await exact(seller, *orders)] == ["order"] * 3 + ["payment"]
    with world.clock.at("2026-11-04"):
        await world.invoice()
        shown = await account(app, orders[1])
        assert lines_of(shown) == [("payment", "-242.00", "-242.00"), ("invoice", "726.00", "484.00")]
        (invoice,) = await invoices_of(app, orders[2])
        last = shown["entries"][-1]
        assert (invoice["kind"], last["reference"], last["day"]) == ("collective", invoice["number"], "2026-11-04")
        await exact(seller, *orders)
        november = await account(app, orders[0], "?since=2026-11-01&until=2026-11-30")
        assert (november["opening"]["amount"], lines_of(november)) == ("-242.00", lines_of(shown)[1:])
        before = await account(app, orders[0], "?since=2025-11-01&until=2026-10-04")
        assert (before["opening"]["amount"], before["entries"], before["closing"]["amount"]) == ("0.00", [], "0.00")


async def test_everybody_sees_the_orders_that_are_theirs(world: World) -> None:
    """One customer at two apps, with a login too; and somebody else."""
    seller, one, other = await world.cooperative(), await world.app(), await world.app()
    offering = await world.offering(seller)
    customer, friend = world.person(), world.person()
    first = await world.order(one, offering)
    second = await world.order(other, offering, contact=GUEST | {"email": "JO@example.org"})
    third = await world.order(customer, offering)
    fourth = await world.order(friend, offering)
    stranger = await world.order(one, offering, contact={"name": "An", "phone": "+31612345678"})
    elsewhere = await world.cooperative()
    fifth = await world.order(one, await world.offering(elsewhere))
    for order in (first, second, third, fourth, stranger):
        await world.deliver(seller, order)
    await world.deliver(elsewhere, fifth)

    async def shown(who: Caller, order: Json) -> set[str]:
        return {entry["reference"] for entry in (await account(who, order))["entries"]}

    refs = [order["reference"] for order in (first, second, third, fourth)]
    assert await shown(seller.treasurer, first) == set(refs)
    assert await shown(seller.coordinator, third) == set(refs[:3]), "two logins are two customers"
    assert await shown(one, first) == {refs[0]}
    assert await shown(other, second) == {refs[1]}
    assert await shown(customer, third) == {refs[2]}
    assert await shown(one, stranger) == {stranger["reference"]} == await shown(seller.treasurer, stranger)
    assert await shown(elsewhere.treasurer, fifth) == {fifth["reference"]}
    partner = await world.app(cooperative_ids=[seller.id])
    for who in (seller.member, partner):
        await account(who, first, status=403)
    for who in (other, customer, elsewhere.treasurer):
        await account(who, first, status=404)
    await account(world.visitor, first, status=401)


async def test_a_charge_between_cooperatives_is_netted(world: World) -> None:
    with world.clock.at("2026-10-05"):
        uitloop, ons, scope = await three(world)
        job = await party(world, uitloop, ons, scope)
        found = (await ons.treasurer("GET", f"/v1/orders?cooperativeId={ons.id}"))["items"]
        charge = next(one for one in found if one["buyerId"])
        refused = await account(ons.treasurer, charge, status=422)
        assert (refused["code"], refused["facts"]["rule"]) == ("rule_refused", "charges_are_netted")
        order = await uitloop.treasurer("GET", f"/v1/orders/{job['orderId']}")
        await exact(uitloop, order)


async def test_the_files_say_the_same(world: World) -> None:
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller), contact=COMPANY | {"name": "=cmd()"})
    await world.deliver(seller, order)
    await world.work()
    await pay(seller, order, "42.00")
    shown, place = await account(app, order), f"/v1/orders/{order['id']}/account"
    rows = list(csv.reader(io.StringIO(await app("GET", f"{place}.csv"))))
    entries = [
        [one["day"], one["kind"], one["reference"], one["amount"]["amount"], one["balance"]["amount"]]
        for one in shown["entries"]
    ]
    assert rows == [
        ["day", "kind", "reference", "amount", "balance"],
        [shown["since"], "opening", "", "", "0.00"],
        *entries,
        [shown["until"], "closing", "", "", "200.00"],
    ]
    for language, said in (("nl", "Stand op"), ("en-GB", "still to be paid")):
        headers = {"Authorization": f"Bearer {app.token}", "Accept-Language": language}
        answer = await app.client.get(f"{place}.pdf", headers=headers)
        assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("application/pdf", "no-store")
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        assert all(one in text for one in (said, "200", "Bos Bouw B.V.", seller.slug, shown["entries"][0]["reference"]))
    document = """query It($id: UUID!) { orderAccount(orderId: $id, since: "2026-01-01") {
      seller customer opening { amount } closing { amount } entries { kind balance { amount } } } }"""
    answer = (await app.graphql(document, id=order["id"]))["data"]["orderAccount"]
    assert (answer["customer"], answer["closing"]) == ("Bos Bouw B.V.", {"amount": "200.00"})
    for period in ("?since=2026-02-01&until=2026-01-01", "?since=2024-01-01&until=2026-01-01"):
        for ending in ("", ".csv", ".pdf"):
            refused = await app("GET", f"{place}{ending}{period}", status=422)
            assert (refused["code"], refused["facts"]["field"]) == ("day_out_of_range", "until")
