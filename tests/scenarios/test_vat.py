"""VAT that the buyer declares, and VAT that is due with the money: by the cash method, and unpaid a year after due."""

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.jobs import COLLECTIVE, agreed, approved, delivered, join, line, look, move, net, plan, sign, slot
from tests.scenarios.money import boxes, credit, pay, repay, undo, write_off
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_small_business import choose
from tests.world import GUEST, MARKET, Caller, Json, Seller, World

FIRM: Json = {"buyerType": "business", "organisation": "Bouw BV", "postalAddress": MARKET}
CONTRACTOR: Json = FIRM | {"vatId": "NL123456782B90"}
BELGIAN: Json = FIRM | {"vatId": "BE0123456749"}
BELGIAN |= {"postalAddress": {"street": "Grote Markt 1", "town": "Antwerpen", "country": "BE"}}


async def vat_of(world: World, seller: Seller, kind: str) -> list[tuple[str, dict[str, int]]]:
    """The day and the legs of VAT of each journal of a kind, by box."""
    sql = """select j.effective_on::text as day, jsonb_object_agg(a.party, e.cents) as legs
               from journal j join entry e on e.journal_id = j.id join account a on a.id = e.account_id
              where j.cooperative_id = $1 and j.kind = $2 and a.kind = 'vat' group by j.id order by j.id"""
    async with world.books.transaction() as tx:
        return [(row["day"], row["legs"]) for row in await tx.rows(sql, seller.id, kind)]


async def results(world: World, seller: Seller) -> dict[str, int]:
    sql = """select r.category, sum(r.cents)::bigint as cents from result_line r join journal j on j.id = r.journal_id
              where j.cooperative_id = $1 group by 1 having sum(r.cents) <> 0"""
    async with world.books.transaction() as tx:
        return {row["category"]: row["cents"] for row in await tx.rows(sql, seller.id)}


async def placed(who: Caller, offering: str, buyer: Json | None, status: int | None = None, **more: object) -> Json:
    contact = GUEST | ({"buyer": buyer} if buyer else {})
    body = {"lines": [{"offeringId": offering, "quantity": 1} | more], "contact": contact}
    answer: Json = await who("POST", "/v1/orders", body, status=status)
    found: Json = answer.get("order", answer)
    return found


async def by_cash(seller: Seller, status: int | None = None, **more: object) -> Json:
    place = f"/v1/cooperatives/{seller.id}"
    body = {"cashMethodFrom": "2026-01-01", "cashMethodGround": "mostly_private"} | more
    answer: Json = await seller.coordinator("PATCH", place, body, status=status, headers={"If-Match": "*"})
    return answer


async def done(world: World, seller: Seller, buyer: Caller, order: Json) -> None:
    await world.deliver(seller, order)
    await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})


async def test_a_contractor_pays_work_without_vat_and_declares_it(world: World) -> None:
    """121.00 with VAT inside is 100.00 for a contractor, and so is 100.00 without; a resident pays 121.00."""
    seller, app = await world.cooperative(COLLECTIVE), await world.app()
    inside = await world.offering(seller, "121.00", priceBasis="incl")
    order = await placed(app, inside, CONTRACTOR, reverseCharged=True)
    assert (order["net"]["amount"], order["vat"]["amount"], order["gross"]["amount"]) == ("100.00", "0.00", "100.00")
    (one,) = order["lines"]
    assert (one["vatClass"], one["unitPrice"]["amount"], one["basis"]) == ("reverse_charged", "100.00", "excl")
    assert (await placed(app, inside, CONTRACTOR))["gross"]["amount"] == "121.00"
    assert (await placed(app, inside, None))["vat"]["amount"] == "21.00"
    on_top = await world.offering(seller, "100.00", vatClass="reduced")
    assert (await placed(app, on_top, CONTRACTOR, reverseCharged=True))["gross"]["amount"] == "100.00"
    await done(world, seller, app, order)
    await world.pay(seller, order)
    assert await boxes(seller) == {}
    assert (await results(world, seller))["revenue/services/1e"] == 10_000
    assert (await world.balances(seller))["cooperative_fund"] == "100.00"
    await books_are_right(world)


async def test_who_may_not_have_the_vat_reversed(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    work = await world.offering(seller, "100.00")
    refused = await placed(app, work, FIRM, 422, reverseCharged=True)
    assert refused["code"] == "vat_id_needed"
    private = CONTRACTOR | {"buyerType": "consumer"}
    refused = await placed(app, work, private, 422, reverseCharged=True)
    assert refused["facts"]["rule"] == "companies_declare_vat"
    for other in (
        await world.offering(seller, "100.00", kind="goods"),
        await world.offering(seller, "100.00", vatClass="exempt"),
        await world.offering(seller, "100.00", vatClass="lodging"),
    ):
        refused = await placed(app, other, CONTRACTOR, 422, reverseCharged=True)
        assert refused["facts"]["rule"] == "reverse_charge_is_for_work"
    for_companies = await world.offering(seller, "100.00", vatClass="reverse_charged")
    assert (await placed(app, for_companies, None, 422))["facts"]["rule"] == "companies_declare_vat"
    assert (await placed(app, for_companies, FIRM, 422))["code"] == "vat_id_needed"
    assert (await placed(app, for_companies, CONTRACTOR))["gross"]["amount"] == "100.00"


async def test_the_price_that_a_contractor_saw(world: World) -> None:
    """Another price is told without VAT; the same one under another edition is no reason."""
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "121.00", priceBasis="incl")
    place = f"/v1/offerings/{offering}"
    await seller.coordinator("PATCH", place, {"text": "Ook heggen."}, headers={"If-Match": "*"})
    same = await placed(app, offering, CONTRACTOR, reverseCharged=True, edition=1)
    assert same["gross"]["amount"] == "100.00"
    await seller.coordinator("PATCH", place, {"price": {"amount": "242.00"}}, headers={"If-Match": "*"})
    refused = await placed(app, offering, CONTRACTOR, 409, reverseCharged=True, edition=1)
    assert (refused["code"], refused["facts"]["price_cents"]) == ("price_changed", 20_000)


async def test_under_the_small_business_scheme_nothing_is_reversed(world: World) -> None:
    """No VAT is charged at all, and none is inside the price: a contractor pays it like everybody."""
    seller, app = await world.cooperative(), await world.app()
    await choose(world, seller, f"{world.clock().year}-01-01")
    offering = await world.offering(seller, "121.00", priceBasis="incl")
    order = await placed(app, offering, FIRM, reverseCharged=True)
    assert (order["gross"]["amount"], order["lines"][0]["vatClass"]) == ("121.00", "exempt")


async def test_supplies_to_other_states_are_listed_by_vat_id(world: World) -> None:
    seller, app = await world.cooperative(COLLECTIVE), await world.app()
    offering = await world.offering(seller, "100.00", vatClass="intra_eu")
    refused = await placed(app, offering, CONTRACTOR, 422)
    assert (refused["code"], "another country" in refused["detail"]) == ("vat_id_needed", True)
    assert (await placed(app, offering, None, 422))["facts"]["rule"] == "companies_declare_vat"
    order = await placed(app, offering, BELGIAN)
    await done(world, seller, app, order)
    await world.pay(seller, order)
    await seller.refund(order["id"], {"reason": "klacht", "amount": {"amount": "40.00"}})
    sql = """select e.facts ->> 'vatId' as vat_id, sum((e.facts ->> 'euServices')::bigint)::bigint as cents
               from entry e join journal j on j.id = e.journal_id
              where j.cooperative_id = $1 and e.facts ? 'euServices' group by 1"""
    async with world.books.transaction() as tx:
        assert [tuple(row) for row in await tx.rows(sql, seller.id)] == [("BE0123456749", 6_000)]
    assert (await results(world, seller))["revenue/services/3b"] == 6_000
    await books_are_right(world)


async def test_the_cash_method_begins_with_a_year_and_has_a_ground(world: World) -> None:
    seller = await world.cooperative()
    for body in (
        {"cashMethodFrom": "2026-02-01"},
        {"cashMethodGround": None},
        {"cashMethodUntil": "2027-06-30"},
        {"cashMethodUntil": "2026-01-01"},
        {"cashMethodFrom": None, "cashMethodGround": None, "cashMethodUntil": "2027-01-01"},
    ):
        assert (await by_cash(seller, 422, **body))["code"] == "rule_refused"
    found = await by_cash(seller, cashMethodUntil="2027-01-01")
    assert (found["cashMethodFrom"], found["cashMethodUntil"]) == ("2026-01-01", "2027-01-01")
    assert (await by_cash(seller, cashMethodFrom=None, cashMethodGround=None, cashMethodUntil=None))[
        "cashMethodGround"
    ] is None


async def test_under_the_cash_method_vat_is_due_as_the_money_comes(world: World) -> None:
    """242.00 of March: 100.00 on 12 April is 17.36 of VAT, the rest on 20 May 24.64; taken back, credited, repaid."""
    with world.clock.at("2026-03-28"):
        seller, app = await world.cooperative(), await world.app()
        await by_cash(seller)
        order = await world.order(app, await world.offering(seller, "200.00"))
        await done(world, seller, app, order)
        assert await boxes(seller) == {"later": "42.00"}
        await books_are_right(world)
    with world.clock.at("2026-05-20"):
        first = await pay(seller, order, "100.00", paidOn="2026-04-12")
        assert await boxes(seller) == {"1a": "17.36", "later": "24.64"}
        await pay(seller, order, "142.00", paidOn="2026-05-20")
        assert await boxes(seller) == {"1a": "42.00"}
        assert await vat_of(world, seller, "vat_due") == [
            ("2026-04-12", {"1a": 1736, "later": -1736}),
            ("2026-05-20", {"1a": 2464, "later": -2464}),
        ]
        assert (await world.balances(seller))["pot"] == "170.00"
        await undo(seller, first)
        assert await boxes(seller) == {"1a": "24.64", "later": "17.36"}
        await books_are_right(world)
        await credit(seller, order, "100.00")
        assert await boxes(seller) == {"1a": "24.64"}
        await credit(seller, order, "42.00")
        await repay(seller, order)
        assert await boxes(seller) == {"1a": "17.36"}
        await books_are_right(world)


async def test_an_advance_and_what_is_lost_under_the_cash_method(world: World) -> None:
    """100.00 before the work is due at once; 142.00 that never comes takes its VAT off what was for later."""
    with world.clock.at("2026-03-28"):
        seller, app = await world.cooperative(), await world.app()
        await by_cash(seller)
        order = await world.order(app, await world.offering(seller, "200.00"))
        await pay(seller, order, "100.00", paidOn="2026-03-28")
        assert await boxes(seller) == {"1a": "17.36"}
        await done(world, seller, app, order)
        assert await boxes(seller) == {"1a": "17.36", "later": "24.64"}
        await write_off(seller, order)
        assert await boxes(seller) == {"1a": "17.36"}
        await books_are_right(world)
        await pay(seller, order, "42.00", paidOn="2026-03-28")
        assert await boxes(seller) == {"1a": "24.64"}
        await books_are_right(world)


async def test_what_was_supplied_keeps_its_method(world: World) -> None:
    with world.clock.at("2026-12-30"):
        seller, app = await world.cooperative(), await world.app()
        await by_cash(seller, cashMethodUntil="2027-01-01")
        old = await world.order(app, await world.offering(seller, "200.00"))
        new = await world.order(app, await world.offering(seller, "100.00"))
        await world.deliver(seller, old)
        await seller.member("POST", f"/v1/orders/{new['id']}/transitions", {"verb": "accept"})
    with world.clock.at("2027-01-01"):
        await seller.member("POST", f"/v1/orders/{new['id']}/transitions", {"verb": "deliver"})
        assert await boxes(seller) == {"later": "42.00", "1a": "21.00"}
        await world.pay(seller, old)
        assert await boxes(seller) == {"1a": "63.00"}


async def test_unpaid_a_year_after_it_was_due_its_vat_goes_back(world: World) -> None:
    """100.00 of 242.00 came: 1a −24.64, later +24.64; paid after all, it returns on that day."""
    with world.clock.at("2026-03-28"):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller, "200.00"))
        await done(world, seller, app, order)
        await pay(seller, order, "100.00", paidOn="2026-03-28")
    with world.clock.at("2027-04-10"):
        await world.work()
        assert await boxes(seller) == {"1a": "42.00"}
    with world.clock.at("2027-04-13"):
        await world.work()
        assert await boxes(seller) == {"1a": "17.36", "later": "24.64"}
        assert await vat_of(world, seller, "vat_due") == [("2027-04-11", {"1a": -2464, "later": 2464})]
        await books_are_right(world)
        await pay(seller, order, "142.00", paidOn="2027-04-13")
        assert await boxes(seller) == {"1a": "42.00"}
        await books_are_right(world)


async def test_paid_in_time_nothing_goes_back_and_due_again_it_does(world: World) -> None:
    with world.clock.at("2026-03-28"):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller, "200.00"))
        await done(world, seller, app, order)
        payment = await pay(seller, order, "242.00", paidOn="2026-03-28")
    with world.clock.at("2027-06-01"):
        await world.work()
        assert await vat_of(world, seller, "vat_due") == []
        await undo(seller, payment)
        assert await boxes(seller) == {"1a": "42.00"}
        await world.work(timedelta(minutes=1))
        assert await boxes(seller) == {"later": "42.00"}
        await books_are_right(world)


async def test_the_year_holds_without_a_worker(world: World) -> None:
    """Whoever records the money finds that the VAT went back in time."""
    with world.clock.at("2026-03-28"):
        seller, app = await world.cooperative(), await world.app()
        order = await world.order(app, await world.offering(seller, "200.00"))
        await done(world, seller, app, order)
    with world.clock.at("2027-04-20"):
        await pay(seller, order, "100.00", paidOn="2027-04-20")
        assert await vat_of(world, seller, "vat_due") == [
            ("2027-04-11", {"1a": -4200, "later": 4200}),
            ("2027-04-20", {"1a": 1736, "later": -1736}),
        ]
        await world.work()
        assert await boxes(seller) == {"1a": "17.36", "later": "24.64"}
        await books_are_right(world)


async def test_the_year_counts_from_the_last_delivery_of_a_job(world: World) -> None:
    with world.clock.at("2026-03-28"):
        lead = await world.cooperative(COLLECTIVE)
        job = await plan(world, lead, slot("Koken", 10000))
        await join(lead.coordinator, job, lead.member_id)
        await delivered(job, lead)
    with world.clock.at("2026-04-05"):
        await move(lead.treasurer, job, "request_changes", reason="gebeld: nog niet klaar")
        await move(lead.coordinator, job, "deliver")
    with world.clock.at("2027-04-13"):
        await world.work()
        assert await boxes(lead) == {"1a": "21.00"}
    with world.clock.at("2027-04-19"):
        await world.work()
        assert await boxes(lead) == {"later": "21.00"}
        await books_are_right(world)


async def job_of_two(world: World, lead: Seller, partner: Seller, **more: Any) -> Json:
    """A job of 300.00 with VAT, of which a partner does 100.00."""
    roles = [slot("Tuin", 20000, kind="fixed"), slot("Snoeien", 1, kind="rest")]
    job = await plan(world, lead, *roles, lines=[line("300.00")], realProperty=True, **more)
    for number, seller in enumerate((lead, partner)):
        await join(seller.coordinator, job, seller.member_id, number)
    return job


async def test_work_on_buildings_is_reverse_charged_between_cooperatives(world: World) -> None:
    """100.00 of the partner: 1e there; 2a +21.00 and 5b −21.00 at the lead; half credited, half of it goes back."""
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await job_of_two(world, lead, partner)
    assert job["realProperty"] is True
    job = await approved(job, lead, partner)
    assert await boxes(lead) == {"1a": "63.00", "2a": "21.00", "5b": "-21.00"}
    assert (await boxes(partner), (await results(world, partner))["revenue/services/1e"]) == ({}, 10_000)
    assert (await world.balances(lead))["payable_cooperative"] == "100.00"
    assert (await results(world, lead))["cost/subcontracted"] == -10_000
    sql = """select a.party, e.facts ->> 'rate' as rate, e.facts ->> 'base' as base, e.facts ? 'taxDay' as dated
               from entry e join journal j on j.id = e.journal_id join account a on a.id = e.account_id
              where j.cooperative_id = $1 and a.party in ('2a', '5b') order by 1"""
    async with world.books.transaction() as tx:
        found = [tuple(row) for row in await tx.rows(sql, lead.id)]
    assert found == [("2a", "2100", "10000", True), ("5b", "2100", "10000", True)]
    await books_are_right(world)
    await lead.refund(job["orderId"], {"reason": "half", "amount": {"amount": "181.50"}})
    assert await boxes(lead) == {"1a": "31.50", "2a": "10.50", "5b": "-10.50"}
    assert (await results(world, partner))["revenue/services/1e"] == 5_000
    await books_are_right(world)
    await lead.refund(job["orderId"], {"reason": "alles"})
    assert (await boxes(lead), await boxes(partner)) == ({}, {})
    await books_are_right(world)


async def test_without_vat_a_partner_reverses_none_and_a_lead_bears_it(world: World) -> None:
    """A partner under the scheme: neither 2a nor 5b. A lead under it: 2a without 5b, 21.00 of its fund."""
    year = f"{world.clock().year}-01-01"
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await choose(world, partner, year)
    await approved(await job_of_two(world, lead, partner), lead, partner)
    assert (await boxes(lead), await boxes(partner)) == ({"1a": "63.00"}, {})
    small, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await choose(world, small, year)
    job = await approved(await job_of_two(world, small, other), small, other)
    assert await boxes(small) == {"2a": "21.00"}
    assert (await world.balances(small))["cooperative_fund"] == "179.00"
    assert (await results(world, small))["cost/subcontracted"] == -12_100
    await books_are_right(world)
    await small.refund(job["orderId"], {"reason": "alles"})
    assert (await boxes(small), (await world.balances(small))["cooperative_fund"]) == ({}, "0.00")
    await books_are_right(world)


async def test_a_job_for_another_state_needs_its_vat_id(world: World) -> None:
    lead = await world.cooperative(COLLECTIVE)
    for buyer, refused in ((None, "companies_declare_vat"), (CONTRACTOR, None)):
        contact = GUEST | ({"buyer": buyer} if buyer else {})
        job = await plan(world, lead, slot("Koken", 10000), lines=[line("100.00", "intra_eu")], contact=contact)
        await join(lead.coordinator, job, lead.member_id)
        await sign(lead, job)
        answer = await move(lead.coordinator, job, "agree", status=422)
        assert (answer["facts"].get("rule"), answer["code"]) == (
            refused,
            "rule_refused" if refused else "vat_id_needed",
        )
    job = await plan(
        world,
        lead,
        slot("Koken", 10000),
        lines=[line("100.00", "intra_eu")],
        contact=GUEST | {"buyer": BELGIAN},
    )
    await join(lead.coordinator, job, lead.member_id)
    await agreed(job, lead)
    order = await lead.treasurer("GET", f"/v1/orders/{(await look(lead.treasurer, job))['orderId']}")
    assert order["vat"]["amount"] == "0.00"


async def test_a_change_of_real_property_needs_all_signatures_again(world: World) -> None:
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await job_of_two(world, lead, partner)
    seen = await look(lead.coordinator, job)
    place = f"/v1/assignments/{job['id']}"
    changed = await lead.coordinator("PATCH", place, {"realProperty": False}, headers={"If-Match": "*"})
    assert (changed["realProperty"], changed["terms"]) == (False, seen["terms"] + 1)


@pytest.mark.parametrize("vat_class", ["reverse_charged", "intra_eu"])
async def test_seats_and_articles_name_the_vat_of_the_work(world: World, vat_class: str) -> None:
    lead = await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Tuin", 10000))
    body = slot("Koken", 10000, vatClass=vat_class)
    refused = await lead.coordinator("POST", f"/v1/assignments/{job['id']}/slots", body, status=422)
    assert refused["facts"]["rule"] == "the_job_reverses_vat"


async def test_the_vat_of_a_charge_is_due_when_it_is_netted(world: World) -> None:
    """A partner under the cash method: the lead deducts 21.00 at once, the partner owes it once it is paid."""
    year = world.clock().year
    lead, partner = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    await by_cash(partner, cashMethodFrom=f"{year}-01-01")
    job = await plan(world, lead, slot("Koken", 10000), lines=[line("100.00")])
    await join(partner.coordinator, job, partner.member_id)
    await approved(job, lead, partner)
    assert (await boxes(lead), await boxes(partner)) == ({"1a": "21.00", "5b": "-21.00"}, {"later": "21.00"})
    await books_are_right(world)
    netting = await net(lead, partner)
    assert await boxes(partner) == {"1a": "21.00"}
    await books_are_right(world)
    for side in (lead, partner):
        await world.undo(side, netting)
    assert await boxes(partner) == {"later": "21.00"}
    await books_are_right(world)
    await net(lead, partner)
    assert await boxes(partner) == {"1a": "21.00"}
