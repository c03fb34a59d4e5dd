"""Bad debts: proposed by the treasurer, confirmed by a second person; borne by the makers or by the fund."""

from dataclasses import replace

import pytest

from tests.scenarios.jobs import COLLECTIVE, approved, join, line, look, plan, slot
from tests.scenarios.money import (
    boxes,
    completed,
    credit,
    decide,
    journals,
    legs,
    pay,
    propose,
    repay,
    results,
    seen,
    standing,
    step,
    undo,
    write_off,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import SAENS_TOIS, Caller, Json, Seller, World


async def partly_paid(world: World, buyer: Caller | None = None) -> tuple[Seller, Json]:
    """242.00 for 200.00 of work, of which 100.00 was paid; the fund gets 10 %."""
    seller, app = await world.cooperative(SAENS_TOIS), buyer or await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await pay(seller, order, "100.00")
    return seller, order


async def lost(seller: Seller, order: Json) -> str:
    found = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
    return str(found["writtenOff"]["amount"])


async def listed(seller: Seller) -> dict[str, list[str]]:
    """The orders that the treasurer finds by payment."""
    place = f"/v1/orders?cooperativeId={seller.id}&payment="
    found = {name: await seller.treasurer("GET", place + name) for name in ("unpaid", "paid", "written_off")}
    return {name: [order["id"] for order in page["items"]] for name, page in found.items()}


async def test_the_makers_share_what_came(world: World) -> None:
    """142.00 of 242.00: VAT 24.64, work 117.36. The 82.64 that is left is shared: fund 8.26, pot 74.38."""
    seller, order = await partly_paid(world)
    proposed = await propose(seller, order)
    assert (proposed["amount"]["amount"], proposed["borneBy"], proposed["state"]) == ("142.00", "makers", "proposed")
    assert await lost(seller, order) == "0.00"
    await world.work()
    tasks = (await seller.coordinator("GET", "/v1/tasks"))["items"]
    assert "confirm_write_off" in [task["what"] for task in tasks]
    done = await decide(seller.coordinator, proposed)
    assert done["state"] == "confirmed"
    await world.work()
    tasks = (await seller.coordinator("GET", "/v1/tasks"))["items"]
    assert "confirm_write_off" not in [task["what"] for task in tasks]
    (booked,) = await journals(seller, proposed)
    assert (booked["kind"], legs(booked)) == (
        "write_off",
        {"receivable_customer": "142.00", "vat": "-24.64", "to_share": "-117.36"},
    )
    assert results(booked) == {"cost/bad_debt": "-117.36", "members/to_share": "117.36"}
    assert await standing(world, seller) == {
        "bank": "-100.00",
        "vat": "17.36",
        "cooperative_fund": "8.26",
        "pot": "74.38",
    }
    assert await seen(seller, order) == ("written_off", "100.00", "0.00", "0.00", "0.00")
    assert await lost(seller, order) == "142.00"
    assert (await seller.treasurer("GET", f"/v1/orders/{order['id']}/credits")) == []
    await books_are_right(world)


async def test_the_fund_bears_it_and_the_makers_earn_all(world: World) -> None:
    """Pot 180.00, fund 20.00 − 117.36."""
    seller, order = await partly_paid(world)
    done = await write_off(seller, order, "142.00", "cooperative_fund")
    (booked,) = await journals(seller, done)
    assert legs(booked) == {"receivable_customer": "142.00", "vat": "-24.64", "cooperative_fund": "-117.36"}
    assert results(booked) == {"cost/bad_debt": "-117.36", "allotted/fund": "117.36"}
    assert await standing(world, seller) == {
        "bank": "-100.00",
        "vat": "17.36",
        "cooperative_fund": "-97.36",
        "pot": "180.00",
    }
    await books_are_right(world)


@pytest.mark.parametrize(
    ("borne_by", "left"),
    [
        ("makers", {"payable_member": "30.00", "cooperative_fund": "-30.00"}),
        # 170.00 is shared: 17.00 and 153.00. The fund bears 200.00.
        ("cooperative_fund", {"payable_member": "30.00", "cooperative_fund": "-183.00", "pot": "153.00"}),
    ],
)
async def test_nothing_was_ever_paid(world: World, borne_by: str, left: dict[str, str]) -> None:
    """All of 242.00, with costs of 30.00, which stay owed; then 100.00 comes after all."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await world.cost(seller, order, "30.00")
    await write_off(seller, order, None, borne_by)
    assert await standing(world, seller) == left
    assert await listed(seller) == {"unpaid": [], "paid": [], "written_off": [order["id"]]}
    await books_are_right(world)
    await pay(seller, order, "100.00")
    assert (await seen(seller, order))[0] == "written_off"
    found = await standing(world, seller)
    # 82.64 − 30.00 is shared by the makers: 5.26 and 47.38. Of the fund 117.36 is lost, in place of 200.00.
    assert (found["bank"], found["vat"]) == ("-100.00", "17.36")
    assert (found["cooperative_fund"], found["pot"]) == (
        ("5.26", "47.38") if borne_by == "makers" else ("-100.36", "153.00")
    )
    await books_are_right(world)


async def test_who_proposed_bought_or_made_it_does_not_confirm_it(world: World) -> None:
    buyer, person_id = await world.known()
    seller, order = await partly_paid(world, buyer)
    place = {"role": "coordinator", "cooperativeId": seller.id}
    maker_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    proposed = await propose(seller, order, "42.00")
    await decide(seller.member, proposed, status=404)
    for person in (person_id, maker_id):
        await world.network("POST", "/v1/offices", {"personId": person} | place)
    for who in (seller.treasurer, buyer, seller.member):
        assert (await decide(who, proposed, status=403))["code"] == "second_person_needed"
    for stranger, status in ((seller.controller, 404), (await world.app(), 404)):
        await decide(stranger, proposed, status=status)
    assert (await seen(seller, order))[3] == "142.00"
    assert (await decide(await world.approver(seller.id), proposed))["state"] == "confirmed"
    assert (await seen(seller, order))[3] == "100.00"
    assert (await decide(seller.coordinator, proposed, status=409))["code"] == "wrong_state"
    rest = await propose(seller, order)
    assert (await decide(seller.coordinator, rest, "withdraw", status=403))["code"] == "forbidden"
    assert (await decide(seller.treasurer, rest, "withdraw"))["state"] == "withdrawn"
    assert (await decide(seller.coordinator, rest, status=409))["code"] == "wrong_state"
    found = await seller.coordinator("GET", f"/v1/orders/{order['id']}/write-offs")
    assert [(one["amount"]["amount"], one["state"]) for one in found] == [
        ("42.00", "confirmed"),
        ("100.00", "withdrawn"),
    ]
    for officer, person in ((buyer, person_id), (seller.member, maker_id)):
        await world.network("POST", "/v1/offices", place | {"personId": person, "role": "treasurer"})
        own = replace(seller, treasurer=officer)
        assert (await propose(own, order, "1.00", status=403))["code"] == "second_person_needed"
    await books_are_right(world)


async def reason_of(who: Caller, write_off: Json) -> str | None:
    """Why the caller cannot confirm it."""
    found = await who("GET", f"/v1/write-offs/{write_off['id']}")
    (step,) = [step for step in found["availableTransitions"] if step["verb"] == "confirm"]
    assert step["allowed"] == (step["reason"] is None)
    return str(step["reason"]) if step["reason"] else None


async def test_the_customer_reads_why_the_price_is_lower_and_not_why_nobody_expects_it(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await completed(seller, app, order)
    await credit(seller, order, "42.00")
    await write_off(seller, order)
    for who, notes in ((seller.treasurer, ["klacht", "failliet"]), (app, ["klacht", ""]), (seller.member, ["", ""])):
        trail = await who("GET", f"/v1/orders/{order['id']}/events")
        assert [step["note"] for step in trail if step["verb"] in ("credit", "write_off")] == notes


async def test_nobody_writes_off_more_than_is_due_or_before_the_work_is_done(world: World) -> None:
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    assert (await propose(seller, order, status=409))["code"] == "nothing_open"
    await completed(seller, app, order)
    refused = await propose(seller, order, "242.01", status=422)
    assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", 24200)
    proposed = await propose(seller, order, "200.00")
    assert await reason_of(seller.coordinator, proposed) is None
    await pay(seller, order, "100.00")
    assert await reason_of(seller.coordinator, proposed) == "more_than_left"
    refused = await decide(seller.coordinator, proposed, status=422)
    assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", 14200)
    assert (await propose(seller, order, "42.00", status=409))["code"] == "nothing_open", "more is proposed already"
    assert (await decide(seller.treasurer, proposed, "withdraw"))["state"] == "withdrawn"
    await write_off(seller, order, "42.00", "cooperative_fund")
    refused = await propose(seller, order, "1.00", "makers", status=422)
    assert (refused["facts"]["rule"], refused["facts"]["value"]) == ("one_bearer", "cooperative_fund")
    rest = await propose(seller, order, "1.00")
    await pay(seller, order, "100.00")
    assert (await propose(seller, order, status=409))["code"] == "nothing_open"
    assert await reason_of(seller.coordinator, rest) == "nothing_open"
    assert (await decide(seller.treasurer, rest, "withdraw"))["state"] == "withdrawn"
    assert (await decide(seller.coordinator, proposed, status=409))["code"] == "wrong_state"
    await books_are_right(world)


async def test_money_that_comes_after_all_lowers_what_was_lost(world: World) -> None:
    """42.00 of the 142.00: 117.36 is shared by then. At last 108.00: 8.00 of it is too much."""
    seller, order = await partly_paid(world)
    await write_off(seller, order)
    late = await pay(seller, order, "42.00")
    assert (await seen(seller, order))[1:] == ("142.00", "0.00", "0.00", "0.00")
    assert await lost(seller, order) == "100.00"
    assert await standing(world, seller) == {
        "bank": "-142.00",
        "vat": "24.64",
        "cooperative_fund": "11.74",
        "pot": "105.62",
    }
    kinds = [journal["kind"] for journal in await journals(seller, order)]
    assert kinds == ["charge", "sale", "sale_reversal", "charge", "sale"]
    await books_are_right(world)
    await pay(seller, order, "108.00")
    assert (await seen(seller, order))[1:] == ("250.00", "0.00", "0.00", "8.00")
    assert await standing(world, seller) == {
        "bank": "-250.00",
        "customer_credit": "8.00",
        "vat": "42.00",
        "cooperative_fund": "20.00",
        "pot": "180.00",
    }
    await books_are_right(world)
    # The claim was never given up: without this payment 34.00 is due again.
    await undo(seller, late)
    assert (await seen(seller, order))[1:] == ("208.00", "0.00", "34.00", "0.00")
    await books_are_right(world)


async def test_a_credit_lowers_what_was_lost_before_it_owes_anything_back(world: World) -> None:
    """142.00 off the price replaces the bad debt; one euro more is 0.82 and 0.18 of VAT."""
    seller, order = await partly_paid(world)
    await write_off(seller, order)
    before = await standing(world, seller)
    given = await credit(seller, order, "142.00")
    assert await lost(seller, order) == "0.00"
    assert (await seen(seller, order))[1:] == ("100.00", "142.00", "0.00", "0.00")
    assert await standing(world, seller) == before
    (booked,) = await journals(seller, given)
    assert results(booked) == {"revenue/services/1a": "-117.36", "cost/bad_debt": "117.36"}
    await books_are_right(world)
    await credit(seller, order, "1.00")
    assert (await seen(seller, order))[1:] == ("100.00", "143.00", "0.00", "1.00")
    # Of 8.26 and 74.38 it takes 0.08 and 0.74.
    assert await standing(world, seller) == {
        "bank": "-100.00",
        "customer_credit": "1.00",
        "vat": "17.18",
        "cooperative_fund": "8.18",
        "pot": "73.64",
    }
    await repay(seller, order)
    await books_are_right(world)


async def test_a_part_is_written_off_by_rate(world: World) -> None:
    """121.00 and 109.00; 115.00 is lost: 60.50 and 54.50, half of each."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    offerings = [await world.offering(seller, "100.00"), await world.offering(seller, "100.00", vatClass="reduced")]
    lines = [{"offeringId": offering, "quantity": 1} for offering in offerings]
    order = await world.order(app, offerings[0], lines=lines)
    await completed(seller, app, order)
    await write_off(seller, order, "115.00")
    assert await boxes(seller) == {"1a": "10.50", "1b": "4.50"}
    await pay(seller, order, "115.00")
    assert (await standing(world, seller))["pot"] == "90.00"
    await books_are_right(world)


async def test_before_the_customer_agrees_nothing_is_shared(world: World) -> None:
    """Written off after delivery: it is shared once the order is completed."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await step(seller.member, order, "accept", "deliver")
    await pay(seller, order, "100.00")
    await write_off(seller, order)
    assert (await standing(world, seller))["to_share"] == "82.64"
    await books_are_right(world)
    await step(app, order, "complete")
    assert (await standing(world, seller))["pot"] == "74.38"
    await books_are_right(world)


async def test_the_leads_fund_bears_what_a_customer_of_a_job_does_not_pay(world: World) -> None:
    """The partner has its 50.00 by approval; the lead has 50.00, and loses 100.00 of the work."""
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 5000, seats=2), lines=[line("100.00")])
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    job = await approved(job, lead, other)
    order = {"id": job["orderId"]}
    assert (await propose(lead, order, None, "makers", status=422))["facts"]["rule"] == "one_bearer"
    done = await write_off(lead, order)
    assert done["borneBy"] == "cooperative_fund"
    assert (await world.balances(lead))["cooperative_fund"] == "-50.00"
    assert (await world.balances(other))["cooperative_fund"] == "50.00"
    assert (await look(lead.coordinator, job))["state"] == "settled"
    await books_are_right(world)
