"""Bills: entered, approved by a second person, paid by what the cooperative chooses, with their VAT."""

import asyncio
from typing import Any

import pytest

from tests.scenarios.bills import booked, enter, euro, line, step, supplier
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_second_person import statuses, umbrella_of
from tests.scenarios.test_small_business import choose
from tests.scenarios.test_spending import ask, may_buy, pot
from tests.scenarios.test_spending import step as step_with_purchase
from tests.world import SCOPE, Json, Seller, World

FUND: list[Json] = [
    {"kind": "share_of_surplus", "to": "cooperative_fund", "percent": "40"},
    {"kind": "share_of_surplus", "to": "training_pot", "percent": "10"},
    {"kind": "pot"},
]


async def rich(world: World) -> Seller:
    """A cooperative with 400.00 in its fund and 100.00 in its training pot."""
    seller = await world.cooperative(FUND)
    await world.sale(seller, await world.app(), "1000.00")
    return seller


async def dated(world: World, **more: Any) -> Json:
    return {"billedOn": world.clock.today.isoformat()} | more


async def tasks(world: World, seller: Seller) -> list[str]:
    await world.work()
    found = (await seller.treasurer("GET", "/v1/tasks"))["items"]
    return sorted(one["what"] for one in found if "bill" in one["what"])


async def test_a_second_person_approves_a_bill_that_the_fund_pays(world: World) -> None:
    """Material 30.00 + 6.30: supplier +36.30, 5b −6.30, fund −30.00; and back again, by two people."""
    seller = await rich(world)
    shop = await supplier(seller)
    bill = await enter(seller, shop, line("30.00", "6.30"), **await dated(world))
    assert (bill["state"], bill["net"]["amount"], bill["vat"]["amount"], bill["amount"]["amount"]) == (
        "received",
        "30.00",
        "6.30",
        "36.30",
    )
    assert await tasks(world, seller) == ["approve_bill"]
    assert (await step(seller.treasurer, bill, "approve", status=403))["code"] == "second_person_needed"
    approved = await step(seller.coordinator, bill, "approve")
    assert (approved["state"], approved["deductedVat"]["amount"]) == ("approved", "6.30")
    assert await booked(seller, bill) == {"payable_supplier": "36.30", "5b": "-6.30", "cooperative_fund": "-30.00"}
    assert (await world.balances(seller))["cooperative_fund"] == "370.00"
    assert await tasks(world, seller) == ["bill_without_file"]
    await books_are_right(world)
    journal = await world.journal(seller, bill["id"])
    assert journal["entries"][0]["reason"] == "Bill 2026-7."
    place = f"/v1/journals/{journal['id']}/reversals"
    await seller.treasurer("POST", place, {"reason": "dubbel"})
    assert (await seller.treasurer("POST", place, {"reason": "dubbel"}, status=403))["code"] == "second_person_needed"
    await seller.coordinator("POST", place, {"reason": "klopt"})
    again = await seller.treasurer("GET", f"/v1/bills/{bill['id']}")
    assert (again["state"], again["approvedBy"], again["deductedVat"]["amount"]) == ("received", None, "0.00")
    assert (await world.balances(seller))["cooperative_fund"] == "400.00"
    assert await tasks(world, seller) == ["approve_bill"]
    await step(seller.coordinator, bill, "approve")
    await books_are_right(world)


@pytest.mark.parametrize("role", ["coordinator", "treasurer", "approver", "umbrella"])
async def test_whoever_may_be_the_second_person(world: World, role: str) -> None:
    seller = await rich(world)
    umbrella = await umbrella_of(world, seller)
    bill = await enter(seller, await supplier(seller), line("30.00", "6.30"), **await dated(world))
    second = {
        "coordinator": seller.coordinator,
        "treasurer": await world.officer("treasurer", cooperativeId=seller.id),
        "approver": await world.approver(seller.id),
        "umbrella": umbrella.treasurer,
    }[role]
    assert (await second("GET", f"/v1/cooperatives/{seller.id}/bills?state=received"))["items"][0]["id"] == bill["id"]
    assert (await step(second, bill, "approve"))["state"] == "approved"
    place = f"/v1/journals/{(await world.journal(seller, bill['id']))['id']}/reversals"
    await seller.treasurer("POST", place, {"reason": "dubbel"})
    assert (await second("POST", place, {"reason": "klopt"}))["state"] == "booked"
    await books_are_right(world)


@pytest.mark.parametrize(
    ("treatment", "stated", "expected"),
    [
        ("reverse_charged", None, {"payable_supplier": "100.00", "2a": "21.00", "5b": "-21.00"}),
        ("eu", None, {"payable_supplier": "100.00", "4b": "21.00", "5b": "-21.00"}),
        ("outside_eu", None, {"payable_supplier": "100.00", "4a": "21.00", "5b": "-21.00"}),
        ("foreign", "21.00", {"payable_supplier": "121.00"}),
    ],
)
async def test_vat_that_a_supplier_does_not_charge(
    world: World, treatment: str, stated: str | None, expected: dict[str, str]
) -> None:
    """100.00 without VAT: the cooperative owes 21.00 and deducts it; another country's VAT is cost."""
    seller = await rich(world)
    bill = await enter(
        seller, await supplier(seller), line("100.00", stated), **await dated(world, vatTreatment=treatment)
    )
    await step(seller.coordinator, bill, "approve")
    cost = "-121.00" if stated else "-100.00"
    assert await booked(seller, bill) == expected | {"cooperative_fund": cost}
    await books_are_right(world)


async def test_under_the_small_business_scheme_no_vat_is_deducted(world: World) -> None:
    """A reverse-charged bill of 100.00 costs 121.00, of which 21.00 is owed."""
    seller = await world.cooperative(FUND)
    await choose(world, seller, world.clock.today.isoformat())
    await world.sale(seller, await world.app(), "1000.00")
    more = await dated(world, vatTreatment="reverse_charged")
    bill = await enter(seller, await supplier(seller), line("100.00", None), **more)
    await step(seller.coordinator, bill, "approve")
    assert await booked(seller, bill) == {"payable_supplier": "100.00", "2a": "21.00", "cooperative_fund": "-121.00"}
    await books_are_right(world)


async def test_a_bill_is_entered_once_and_its_vat_is_right(world: World) -> None:
    seller = await rich(world)
    shop, day = await supplier(seller), await dated(world)
    bill = await enter(seller, shop, line("30.00", "6.30"), number="F-7", **day)
    assert (await enter(seller, shop, line("1.00", "0.21"), number="f-7", status=409, **day))[
        "code"
    ] == "already_exists"
    await enter(seller, await supplier(seller, "Ander"), line("30.00", "6.30"), number="F-7", **day)
    wrong = await enter(seller, shop, line("30.00", "6.33"), number="F-8", status=422, **day)
    assert (wrong["code"], wrong["detail"]) == (
        "vat_differs",
        "The VAT at 21 % is €6.30, but the lines have €6.33. Check net amount, rate and VAT.",
    )
    assert (await step(seller.treasurer, bill, "reject", status=422))["code"] == "reason_needed"
    disputed = await step(seller.treasurer, bill, "dispute", "te duur")
    assert (disputed["state"], disputed["reason"]) == ("disputed", "te duur")
    await step(seller.treasurer, bill, "reject", "niet van ons")
    assert (await step(seller.coordinator, bill, "approve", status=409))["code"] == "wrong_state"
    await enter(seller, shop, line("30.00", "6.30"), number="F-7", **day)
    early = await enter(seller, shop, line("1.00", "0.21"), number="F-9", status=422, billedOn="2001-01-01")
    assert early["code"] == "day_out_of_range"
    stranger = await world.cooperative()
    await enter(stranger, shop, line("1.00", "0.21"), number="F-9", status=404, **day)
    await stranger.treasurer("GET", f"/v1/bills/{bill['id']}", status=404)
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/bills?creditorId={shop}&state=received")
    assert [one["number"] for one in found["items"]] == ["F-7"]


async def test_a_credit_note_takes_off_its_bill(world: World) -> None:
    """Of 36.30 a note takes off 12.10: the fund gets 10.00 back, and 2.10 of the VAT is owed again."""
    seller = await rich(world)
    shop, day = await supplier(seller), await dated(world)
    bill = await enter(seller, shop, line("30.00", "6.30"), **day)
    await step(seller.coordinator, bill, "approve")
    back = line("-10.00", "-2.10")
    more = day | {"creditsId": bill["id"]}
    assert (await enter(seller, shop, line("1.00", "0.21"), number="C1", status=422, **more))["code"] == "rule_refused"
    note = await enter(seller, shop, back, number="C1", **more)
    assert note["amount"]["amount"] == "-12.10"
    await step(seller.coordinator, note, "approve")
    assert await booked(seller, note) == {"payable_supplier": "-12.10", "5b": "2.10", "cooperative_fund": "10.00"}
    assert (await seller.treasurer("GET", f"/v1/bills/{bill['id']}"))["credited"]["amount"] == "12.10"
    assert (await world.balances(seller))["payable_supplier"] == "24.20"
    await books_are_right(world)


async def test_a_note_stands_on_its_approved_bill_and_takes_off_no_more(world: World) -> None:
    """Of 36.30, two notes of 24.20 do not go off; a bill with a note is not undone before it."""
    seller = await rich(world)
    shop, day = await supplier(seller), await dated(world)
    bill = await enter(seller, shop, line("30.00", "6.30"), **day)
    more = day | {"creditsId": bill["id"]}
    first, second = [await enter(seller, shop, line("-20.00", "-4.20"), number=n, **more) for n in ("C1", "C2")]
    assert (await step(seller.coordinator, first, "approve", status=422))["facts"]["rule"] == "credited_bill_first"
    await step(seller.coordinator, bill, "approve")
    asked = [(seller.coordinator, f"/v1/bills/{one['id']}/transitions") for one in (first, second)]
    assert sorted(await statuses(world, {"verb": "approve"}, *asked)) == [200, 422]
    credited = (await seller.treasurer("GET", f"/v1/bills/{bill['id']}"))["credited"]["amount"]
    assert credited == "24.20"
    place = f"/v1/journals/{(await world.journal(seller, bill['id']))['id']}/reversals"
    undone = await seller.treasurer("POST", place, {"reason": "vergissing"}, status=409)
    assert undone["code"] == "reverse_that_first"
    rejected = await enter(seller, shop, line("1.00", "0.21"), number="3", **day)
    await step(seller.treasurer, rejected, "reject", reason="dubbel")
    late = day | {"creditsId": rejected["id"]}
    await enter(seller, shop, line("-1.00", "-0.21"), number="C3", status=422, **late)
    await books_are_right(world)


async def test_the_training_pot_and_a_restricted_fund_pay_no_more_than_they_have(world: World) -> None:
    seller = await rich(world)
    shop, day = await supplier(seller), await dated(world)
    course = {"category": "training"}
    dear = await enter(
        seller, shop, line("100.01", None, "0", **course), number="1", payer={"kind": "training_pot"}, **day
    )
    refused = await step(seller.coordinator, dear, "approve", status=409)
    assert (refused["code"], refused["facts"]) == ("below_floor", {"how": "training_pot"})
    fits = await enter(
        seller, shop, line("100.00", None, "0", **course), number="2", payer={"kind": "training_pot"}, **day
    )
    await step(seller.coordinator, fits, "approve")
    assert await booked(seller, fits) == {"payable_supplier": "100.00", "training_pot": "-100.00"}
    roof = {"title": "Dak", "purposes": ["dak"]}
    fund = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/funds", roof)
    await seller.treasurer("POST", f"/v1/funds/{fund['id']}/donations", {"amount": euro("50.00"), "giver": "Jo"})
    payer: Json = {"kind": "restricted_fund", "subjectId": fund["id"]}
    tiles = line("50.00", "10.50")
    assert (await enter(seller, shop, tiles, number="3", payer=payer, status=422, **day))["code"] == "reason_needed"
    wrong = payer | {"purpose": "feest"}
    assert (await enter(seller, shop, tiles, number="3", payer=wrong, status=409, **day))[
        "code"
    ] == "purpose_not_allowed"
    right = payer | {"purpose": "dak"}
    bill = await enter(seller, shop, tiles, number="3", payer=right, **day)
    assert bill["payer"] == right
    await step(seller.coordinator, bill, "approve")
    assert await booked(seller, bill) == {"payable_supplier": "60.50", "5b": "-10.50", "restricted_fund": "-50.00"}
    more = await enter(seller, shop, line("0.01", None, "0"), number="4", payer=right, **day)
    assert (await step(seller.coordinator, more, "approve", status=409))["code"] == "below_floor"
    await books_are_right(world)


async def test_a_purchase_of_a_member_pays_what_it_reserved(world: World) -> None:
    """89.00 is reserved; the bill of 66.00 + 13.86 costs 66.00, so 23.00 returns to the pot."""
    seller, app = await world.cooperative([may_buy(), *SCOPE]), await world.app()
    await world.sale(seller, app, "150.00")
    asked = await ask(seller, "89.00")
    (payer, shop, day) = ({"kind": "spending", "subjectId": asked["id"]}, await supplier(seller), await dated(world))
    bill = await enter(seller, shop, line("66.00", "13.86", category="equipment"), payer=payer, **day)
    assert (await step(seller.coordinator, bill, "approve", status=409))["code"] == "wrong_state"
    await step_with_purchase(seller.treasurer, asked, "approve")
    await step(seller.coordinator, bill, "approve")
    assert await booked(seller, bill) == {
        "payable_supplier": "79.86",
        "5b": "-13.86",
        "reserved": "-89.00",
        "pot": "23.00",
    }
    assert await pot(world, seller) == ("76.50", "0.00")
    settled = await seller.treasurer("GET", f"/v1/spending-requests/{asked['id']}")
    assert (settled["state"], settled["spent"]["amount"], settled["receipt"]) == ("settled", "66.00", "2026-7")
    await books_are_right(world)
    place = f"/v1/journals/{(await world.journal(seller, bill['id']))['id']}/reversals"
    await seller.treasurer("POST", place, {"reason": "dubbel"})
    await seller.coordinator("POST", place, {"reason": "klopt"})
    assert await pot(world, seller) == ("53.50", "89.00")
    dear = await enter(seller, shop, line("89.01", None, "0"), number="8", payer=payer, **day)
    assert (await step(seller.coordinator, dear, "approve", status=422))["code"] == "number_out_of_range"
    await books_are_right(world)


async def test_a_member_and_another_cooperative_send_bills(world: World) -> None:
    """Nobody approves their own; another cooperative is a supplier of its name, so that nothing is netted."""
    seller, other = await rich(world), await world.cooperative()
    day, own = await dated(world), line("20.00", None, "0", category="travel")
    theirs: Json = {"kind": "member", "id": seller.member_id}
    bill = await enter(seller, "", own, creditor=theirs, **day)
    await step(seller.coordinator, bill, "approve")
    assert await booked(seller, bill) == {"payable_member": "20.00", "cooperative_fund": "-20.00"}
    bill = await enter(seller, "", own, creditor={"kind": "cooperative", "id": other.id}, **day)
    assert bill["creditor"]["kind"] == "supplier"
    name = (await seller.treasurer("GET", f"/v1/suppliers/{bill['creditor']['id']}"))["name"]
    assert name == (await seller.treasurer("GET", f"/v1/cooperatives/{other.id}"))["name"]
    await step(seller.coordinator, bill, "approve")
    me = {"kind": "cooperative", "id": seller.id}
    await enter(seller, "", own, number="9", creditor=me, status=404, **day)
    await books_are_right(world)


async def test_two_people_who_approve_at_once_book_it_once(world: World) -> None:
    seller = await rich(world)
    bill = await enter(seller, await supplier(seller), line("30.00", "6.30"), **await dated(world))
    second = await world.officer("treasurer", cooperativeId=seller.id)
    place = f"/v1/bills/{bill['id']}/transitions"
    asked = [(who, place) for who in (seller.coordinator, second)]
    assert sorted(await statuses(world, {"verb": "approve"}, *asked)) == [200, 409]
    assert (await world.balances(seller))["payable_supplier"] == "36.30"
    await asyncio.sleep(0)
    await books_are_right(world)


async def test_what_a_sender_got_pays_the_oldest_bill_first(world: World) -> None:
    """Bills of 36.30, of which a note took off 12.10, and 60.50: 50.00 pays the first and 25.80 of the second."""
    seller = await rich(world)
    shop, day = await supplier(seller), await dated(world)
    first = await enter(seller, shop, line("30.00", "6.30"), number="1", **day)
    await step(seller.coordinator, first, "approve")
    second = await enter(seller, shop, line("50.00", "10.50"), number="2", **day)
    await step(seller.coordinator, second, "approve")
    note = await enter(seller, shop, line("-10.00", "-2.10"), number="3", creditsId=first["id"], **day)
    await step(seller.coordinator, note, "approve")
    creditor = {"kind": "supplier", "id": shop}
    paid = await seller.treasurer(
        "POST", f"/v1/cooperatives/{seller.id}/payouts", {"creditor": creditor, "amount": euro("50.00")}
    )

    async def amounts(*bills: Json) -> list[str]:
        return [(await seller.treasurer("GET", f"/v1/bills/{one['id']}"))["paid"]["amount"] for one in bills]

    assert await amounts(first, second, note) == ["24.20", "25.80", "0.00"]
    place = f"/v1/journals/{(await world.journal(seller, first['id']))['id']}/reversals"
    await seller.treasurer("POST", f"/v1/journals/{paid['id']}/reversals", {"reason": "vergissing"})
    assert await amounts(first, second) == ["0.00", "0.00"]
    assert (await seller.treasurer("POST", place, {"reason": "dubbel"}, status=409))["code"] == "reverse_that_first"
    of_note = f"/v1/journals/{(await world.journal(seller, note['id']))['id']}/reversals"
    for one in (of_note, place):
        for who in (seller.treasurer, seller.coordinator):
            await who("POST", one, {"reason": "dubbel"})
    await books_are_right(world)
