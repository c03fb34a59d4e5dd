"""What a cooperative owes its creditors, and money that goes to them."""

import asyncio

import pytest

from tests.scenarios.money import credit
from tests.world import SAENS_TOIS, VRIJE_UITLOOP, Caller, Json, Seller, World


def euro(text: str) -> Json:
    return {"amount": text, "currency": "EUR"}


async def claim(seller: Seller, order: Json, amount: str, **payee: str) -> Json:
    """An approved cost of an order, for who advanced it."""
    body = {"orderLineId": order["lines"][0]["id"], "category": "materiaal", "amount": {"amount": amount}}
    body |= {"receipt": "bon 12", "payee": "member", **payee}
    claimed: Json = await seller.member("POST", f"/v1/orders/{order['id']}/cost-claims", body)
    await seller.treasurer("POST", f"/v1/cost-claims/{claimed['id']}/transitions", {"verb": "approve"})
    return claimed


async def payables(seller: Seller) -> list[Json]:
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/payables")
    items: list[Json] = found["items"]
    return items


async def owed(seller: Seller, kind: str) -> Json:
    (only,) = [one for one in await payables(seller) if one["creditor"]["kind"] == kind]
    return only


async def pay_out(seller: Seller, creditor: Json, amount: str, status: int = 201, **more: str) -> Json:
    body = {"creditor": creditor, "amount": {"amount": amount}, **more}
    place = f"/v1/cooperatives/{seller.id}/payouts"
    made: Json = await seller.treasurer("POST", place, body, status=status)
    return made


@pytest.fixture
async def seller(world: World) -> Seller:
    return await world.cooperative(VRIJE_UITLOOP)


@pytest.fixture
def buyer(world: World) -> Caller:
    return world.person()


async def test_a_member_is_paid_what_they_advanced_the_oldest_first(
    world: World, seller: Seller, buyer: Caller
) -> None:
    order = await world.order(buyer, await world.offering(seller, "200.00"))
    await world.deliver(seller, order)
    await claim(seller, order, "36.30")
    await claim(seller, order, "10.00")
    member = await owed(seller, "member")
    assert (member["name"], member["balance"]) == ("Noor", euro("46.30"))
    assert [(part["kind"], part["amount"], part["left"]) for part in member["parts"]] == [
        ("cost", euro("36.30"), euro("36.30")),
        ("cost", euro("10.00"), euro("10.00")),
    ]
    paid = await pay_out(seller, member["creditor"], "40.00", reason="bonnen van maart")
    assert (paid["method"], paid["reversedOn"], paid["journalId"]) == ("bank", None, paid["id"])
    left = await owed(seller, "member")
    assert (left["balance"], [part["left"] for part in left["parts"]]) == (euro("6.30"), [euro("6.30")])
    balances = await world.balances(seller)
    assert (balances["bank"], balances["payable_member"]) == ("40.00", "6.30")
    await pay_out(seller, member["creditor"], "6.30", method="cash")
    assert await payables(seller) == []
    assert (await world.balances(seller))["cash"] == "6.30"
    await world.guard()


async def test_nobody_records_a_payout_to_themselves(world: World, seller: Seller, buyer: Caller) -> None:
    order = await world.order(buyer, await world.offering(seller, "200.00"))
    await world.deliver(seller, order)
    await claim(seller, order, "36.30")
    member = (await owed(seller, "member"))["creditor"]
    person_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    office = {"personId": person_id, "role": "treasurer", "cooperativeId": seller.id}
    await world.network("POST", "/v1/offices", office)
    place, body = f"/v1/cooperatives/{seller.id}/payouts", {"creditor": member, "amount": euro("36.30")}
    assert (await seller.member("POST", place, body, status=403))["code"] == "second_person_needed"
    await seller.treasurer("POST", place, body)


async def test_nobody_is_paid_more_than_they_are_owed(world: World, seller: Seller, buyer: Caller) -> None:
    order = await world.order(buyer, await world.offering(seller))
    await world.deliver(seller, order)
    await claim(seller, order, "10.00")
    creditor = (await owed(seller, "member"))["creditor"]
    refused = await pay_out(seller, creditor, "10.01", status=409)
    assert (refused["code"], refused["facts"]["owed_cents"]) == ("nothing_owed", 1000)
    answers = await asyncio.gather(
        *(
            seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/payouts", {"creditor": creditor, "amount": amount})
            for amount in [{"amount": "6.00"}] * 3
        ),
        return_exceptions=True,
    )
    assert [isinstance(one, AssertionError) for one in answers].count(True) == 2
    assert (await owed(seller, "member"))["balance"] == euro("4.00")
    await world.guard()


async def test_a_payout_is_undone_and_what_was_paid_is_undone_after_it(
    world: World, seller: Seller, buyer: Caller
) -> None:
    order = await world.order(buyer, await world.offering(seller))
    await world.deliver(seller, order)
    claimed = await claim(seller, order, "30.00")
    creditor = (await owed(seller, "member"))["creditor"]
    paid = await pay_out(seller, creditor, "30.00")
    refused = await world.undo(seller, claimed, status=409)
    assert (refused["code"], refused["facts"]["journal_id"]) == ("reverse_that_first", paid["id"])
    await world.undo(seller, paid)
    assert (await seller.treasurer("GET", f"/v1/payouts/{paid['id']}"))["reversedOn"]
    (part,) = (await owed(seller, "member"))["parts"]
    assert (part["kind"], part["left"]) == ("cost", euro("30.00"))
    await world.undo(seller, claimed)
    assert await payables(seller) == []
    assert (await world.balances(seller))["bank"] == "0.00"
    await world.guard()


async def test_a_customer_gets_back_what_is_owed_and_no_more(world: World, seller: Seller, buyer: Caller) -> None:
    order = await world.sale(seller, buyer, "100.00")
    await credit(seller, order, "21.00")
    customer = await owed(seller, "customer")
    assert (customer["creditor"]["id"], customer["name"], customer["balance"]) == (
        order["id"],
        "Jo de Wit",
        euro("21.00"),
    )
    assert (await pay_out(seller, customer["creditor"], "22.00", status=409))["code"] == "nothing_owed"
    paid = await pay_out(seller, customer["creditor"], "21.00")
    (repayment,) = await seller.treasurer("GET", f"/v1/orders/{order['id']}/repayments")
    assert (repayment["amount"], repayment["method"]) == (euro("21.00"), "bank_transfer")
    assert await payables(seller) == []
    await seller.treasurer("POST", f"/v1/journals/{paid['journalId']}/reversals", {"reason": "vergissing"})
    assert (await seller.treasurer("GET", f"/v1/payouts/{paid['id']}"))["reversedOn"]
    assert (await owed(seller, "customer"))["balance"] == euro("21.00")
    await world.guard()


async def test_the_cooperative_gets_back_what_it_laid_out(world: World, seller: Seller, buyer: Caller) -> None:
    order = await world.order(buyer, await world.offering(seller))
    await claim(seller, order, "12.10", payee="cooperative")
    own = await owed(seller, "cooperative")
    assert own["creditor"]["id"] == seller.id
    await pay_out(seller, own["creditor"], "12.10", method="cash")
    assert await payables(seller) == []
    await world.guard()


async def test_a_supplier_is_paid(world: World, seller: Seller, buyer: Caller) -> None:
    order = await world.order(buyer, await world.offering(seller))
    await claim(seller, order, "36.30", payee="supplier", supplier="Bouwmaat")
    supplier = await owed(seller, "supplier")
    assert (supplier["name"], supplier["balance"]) == ("Bouwmaat", euro("36.30"))
    paid = await pay_out(seller, supplier["creditor"], "36.30")
    found = await seller.treasurer("GET", f"/v1/suppliers/{paid['creditor']['id']}")
    assert found["name"] == "Bouwmaat"
    assert await payables(seller) == []
    await world.guard()


async def test_another_cooperative_gets_it_in_its_books_too(world: World) -> None:
    seller, sister = await world.cooperative(SAENS_TOIS), await world.cooperative(SAENS_TOIS)
    for place in (seller, sister):
        kvk = {"kvkNumber": "90000029"}
        await world.network("PATCH", f"/v1/cooperatives/{place.id}", kvk, headers={"If-Match": "*"})
    body = {"toCooperativeId": seller.id, "amount": {"amount": "50.00"}, "title": "Salade"}
    delivery = await sister.treasurer("POST", f"/v1/cooperatives/{sister.id}/internal-deliveries", body)
    await seller.treasurer("POST", f"/v1/internal-deliveries/{delivery['id']}/transitions", {"verb": "confirm"})
    paid = await pay_out(seller, (await owed(seller, "cooperative"))["creditor"], "50.00")
    theirs = await world.balances(sister)
    assert (theirs["receivable_cooperative"], theirs["bank"]) == ("0.00", "-50.00")
    await world.guard()
    await world.undo(seller, paid)
    assert (await world.balances(sister))["receivable_cooperative"] == "-50.00"
    assert (await world.balances(seller))["bank"] == "0.00"
    await world.guard()


async def test_only_creditors_of_the_cooperative_are_found(world: World, seller: Seller) -> None:
    other = await world.cooperative()
    for kind in ("supplier", "member", "municipality", "cooperative", "customer"):
        stranger = {"kind": kind, "id": other.member_id if kind == "member" else other.agreement_id}
        assert (await pay_out(seller, stranger, "1.00", status=404))["code"] == "not_found"
    body = {"creditor": {"kind": "member", "id": seller.member_id}, "amount": {"amount": "1.00"}}
    await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/payouts", body, status=403)
    await seller.member("GET", f"/v1/cooperatives/{seller.id}/payables", status=403)
    await other.treasurer("GET", f"/v1/cooperatives/{seller.id}/payouts", status=404)


REMITS: list[Json] = [{"kind": "remit_above", "threshold": "100.00", "percent": "50"}, {"kind": "pot"}]


async def test_payouts_to_the_municipality_settle_its_oldest_invoice(world: World, buyer: Caller) -> None:
    with world.clock.at("2026-03-10"):
        seller = await world.cooperative(REMITS)
        await world.sale(seller, buyer, "300.00")
    with world.clock.at("2026-04-02"):
        place = f"/v1/cooperatives/{seller.id}"
        await world.close_month(seller, "2026-03")
        remittance = await seller.treasurer("POST", f"{place}/remittances", {"through": "2026-03"})
        one = f"/v1/remittances/{remittance['id']}"
        municipality = (await owed(seller, "municipality"))["creditor"]
        first = await pay_out(seller, municipality, "60.00")
        await seller.controller("POST", f"{one}/invoices", {"reference": "BR-1"})
        assert (await seller.treasurer("GET", one))["state"] == "invoiced"
        await pay_out(seller, municipality, "40.00")
        settled = await seller.treasurer("GET", one)
        assert (settled["state"], settled["settledOn"]) == ("settled", "2026-04-02")
        assert (await seller.treasurer("GET", f"{place}/remittance-owed"))["owed"] == euro("0.00")
        assert (await pay_out(seller, municipality, "0.01", status=409))["code"] == "nothing_owed"
        await world.undo(seller, first)
        assert (await seller.treasurer("GET", one))["state"] == "invoiced"
        refused = await seller.treasurer("POST", f"{one}/payments", {}, status=409)
        assert (refused["code"], refused["facts"]["owed_cents"]) == ("nothing_owed", 6000)
        await pay_out(seller, municipality, "60.00")
        assert (await seller.treasurer("GET", one))["state"] == "settled"
    await world.guard()
