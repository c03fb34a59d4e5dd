"""Credits by line and amount, deposits before supply, cash, and what goes back; through the public API, to the cent."""

import asyncio
from dataclasses import replace

import httpx

from tests.scenarios.money import (
    amount,
    boxes,
    credit,
    journals,
    legs,
    money_tasks,
    pay,
    repay,
    results,
    seen,
    standing,
    step,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, SAENS_TOIS, Caller, Json, Seller, World


async def of_two(world: World) -> tuple[Seller, Seller, Caller, Json]:
    """Noor's work for 100.00 at 21 % and Hassan's for 100.00 at 9 %, in one order that is done and paid."""
    noor, app = await world.cooperative(SAENS_TOIS), await world.app()
    caller, hassan_id = await world.member(noor, "Hassan")
    hassan = replace(noor, member=caller, member_id=hassan_id)
    offerings = [await world.offering(noor, "100.00"), await world.offering(hassan, "100.00", vatClass="reduced")]
    body = {"lines": [{"offeringId": offering, "quantity": 1} for offering in offerings], "contact": GUEST}
    order = (await app("POST", "/v1/orders", body))["order"]
    await world.deliver(noor, order)
    await step(app, order, "complete")
    await pay(noor, order, "230.00")
    return noor, hassan, app, order


async def pots(world: World, *sellers: Seller) -> list[str]:
    return [(await world.thermometer(seller, seller.member_id))["balance"]["amount"] for seller in sellers]


async def test_a_credit_by_line_takes_from_its_own_maker_and_rate(world: World) -> None:
    """Hassan's 109.00 goes back: 9.00 of VAT at 9 %, 10.00 of the fund, 90.00 of Hassan. Noor's work stays."""
    noor, hassan, _, order = await of_two(world)
    assert await pots(world, noor, hassan) == ["90.00", "90.00"]
    assert await boxes(noor) == {"1a": "21.00", "1b": "9.00"}
    given = await credit(noor, order, lines=[{"orderLineId": order["lines"][1]["id"], "quantity": 1}])
    assert [given[name]["amount"] for name in ("net", "vat", "gross")] == ["100.00", "9.00", "109.00"]
    assert [(line["quantity"], line["gross"]["amount"]) for line in given["lines"]] == [(1, "109.00")]
    (booked,) = await journals(noor, given)
    assert legs(booked) == {
        "customer_credit": "109.00",
        "vat": "-9.00",
        "cooperative_fund": "-10.00",
        "pot": "-90.00",
    }
    assert results(booked)["revenue/services/1b"] == "-100.00"
    assert await seen(noor, order) == ("partly_refunded", "230.00", "109.00", "0.00", "109.00")
    assert await pots(world, noor, hassan) == ["90.00", "0.00"]
    assert await boxes(noor) == {"1a": "21.00"}
    await repay(noor, order)
    assert await standing(world, noor) == {
        "bank": "-121.00",
        "vat": "21.00",
        "cooperative_fund": "10.00",
        "pot": "90.00",
    }
    again = {"orderLineId": order["lines"][1]["id"], "quantity": 1}
    assert (await credit(noor, order, status=422, lines=[again]))["code"] == "more_than_left"
    await books_are_right(world)


async def test_a_credit_by_amount_is_shared_over_what_is_left_of_all_lines(world: World) -> None:
    """23.00 of 230.00 is a tenth of each line: 12.10 and 10.90. The rest ends at zero, per rate."""
    noor, hassan, _, order = await of_two(world)
    given = await credit(noor, order, "23.00")
    assert [(line["net"]["amount"], line["vat"]["amount"]) for line in given["lines"]] == [
        ("10.00", "2.10"),
        ("10.00", "0.90"),
    ]
    assert await pots(world, noor, hassan) == ["81.00", "81.00"]
    assert await boxes(noor) == {"1a": "18.90", "1b": "8.10"}
    for part in ("0.01", "33.33", "77.77"):
        await credit(noor, order, part)
        await books_are_right(world)
    await credit(noor, order)
    await repay(noor, order)
    assert await standing(world, noor) == {}
    await books_are_right(world)


async def test_a_credit_names_units_or_an_amount_of_lines_of_its_order(world: World) -> None:
    noor, _, _, order = await of_two(world)
    other = (await of_two(world))[3]
    line, strange = order["lines"][0]["id"], other["lines"][0]["id"]
    both = {"orderLineId": line, "quantity": 1} | amount("1.00")
    for wrong, rule in (
        ([both], "quantity_or_amount"),
        ([{"orderLineId": line}], "quantity_or_amount"),
        ([{"orderLineId": line} | amount("1.00")] * 2, "each_line_once"),
    ):
        assert (await credit(noor, order, status=422, lines=wrong))["facts"]["rule"] == rule
    refused = await credit(noor, order, "1.00", status=422, lines=[{"orderLineId": line, "quantity": 1}])
    assert refused["facts"]["rule"] == "lines_or_amount"
    await credit(noor, order, status=404, lines=[{"orderLineId": strange, "quantity": 1}])
    too_much = await credit(noor, order, status=422, lines=[{"orderLineId": line} | amount("121.01")])
    assert (too_much["code"], too_much["facts"]["left_cents"]) == ("more_than_left", 12100)
    assert (await seen(noor, order))[2] == "0.00"
    await books_are_right(world)


async def test_three_units_come_back_one_by_one_and_the_last_cent_with_the_last(world: World) -> None:
    """29.97 for three has 5.20 of VAT; after one there is 3.47 in 19.98, after two 1.73 in 9.99."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    offering = await world.offering(seller, "9.99", priceBasis="incl", kind="goods", stock=3)
    order = await world.order(app, offering, 3)
    await world.deliver(seller, order)
    one = [{"orderLineId": order["lines"][0]["id"], "quantity": 1}]
    given = [await credit(seller, order, lines=one) for _ in range(3)]
    assert [tuple(each[name]["amount"] for name in ("gross", "vat", "net")) for each in given] == [
        ("9.99", "1.73", "8.26"),
        ("9.99", "1.74", "8.25"),
        ("9.99", "1.73", "8.26"),
    ]
    assert (await credit(seller, order, status=409, lines=one))["code"] == "nothing_open"
    assert await standing(world, seller) == {}
    await books_are_right(world)


async def test_two_credits_at_once_take_no_more_than_the_price(world: World) -> None:
    """20.00 twice of 29.97: one of them, and then 9.97 is left."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller, "9.99", priceBasis="incl"), 3)
    await world.deliver(seller, order)

    async def one(key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {seller.treasurer.token}", "Idempotency-Key": key}
        body = {"reason": "kapot"} | amount("20.00")
        return await world.client.post(f"/v1/orders/{order['id']}/credits", json=body, headers=headers)

    answers = sorted(await asyncio.gather(one("one"), one("two")), key=lambda answer: answer.status_code)
    assert [answer.status_code for answer in answers] == [201, 422]
    refused = answers[1].json()
    assert (refused["code"], refused["facts"]["left_cents"]) == ("more_than_left", 997)
    assert await seen(seller, order) == ("unpaid", "0.00", "20.00", "9.97", "0.00")
    await books_are_right(world)


async def test_costs_are_no_part_of_what_a_credit_takes(world: World) -> None:
    """200.00 with 30.00 of material, half back twice: 10.00 and 90.00, then 37.00 and 63.00. The shop keeps 30.00."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.sale(seller, app, "200.00", costs="30.00")
    booked = []
    for _ in range(2):
        given = await credit(seller, order, "121.00")
        booked += await journals(seller, given)
    assert [(legs(one)["cooperative_fund"], legs(one)["pot"]) for one in booked] == [
        ("-10.00", "-90.00"),
        ("-37.00", "-63.00"),
    ]
    await repay(seller, order)
    assert await standing(world, seller) == {"payable_member": "30.00", "cooperative_fund": "-30.00"}
    await books_are_right(world)


async def test_a_deposit_is_an_advance_with_its_vat_until_the_work_is_done(world: World) -> None:
    """100.00 of 242.00 is 82.64 and 17.36 of VAT; the rest is charged at supply."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await pay(seller, order, "100.00")
    assert await standing(world, seller) == {"bank": "-100.00", "vat": "17.36", "advance": "82.64"}
    (charge,) = await journals(seller, order)
    assert (charge["kind"], legs(charge), charge["results"]) == (
        "charge",
        {"receivable_customer": "-100.00", "vat": "17.36", "advance": "82.64"},
        [],
    )
    await books_are_right(world)
    await world.deliver(seller, order)
    assert await standing(world, seller) == {
        "bank": "-100.00",
        "receivable_customer": "-142.00",
        "vat": "42.00",
        "to_share": "200.00",
    }
    supply = (await journals(seller, order))[1]
    assert legs(supply) == {
        "receivable_customer": "-142.00",
        "vat": "24.64",
        "advance": "-82.64",
        "to_share": "200.00",
    }
    assert results(supply) == {"revenue/services/1a": "200.00", "members/to_share": "-200.00"}
    await step(app, order, "complete")
    await pay(seller, order, "142.00")
    assert await standing(world, seller) == {
        "bank": "-242.00",
        "vat": "42.00",
        "cooperative_fund": "20.00",
        "pot": "180.00",
    }
    await books_are_right(world)


async def test_a_deposit_of_an_order_that_is_cancelled_is_all_owed_back(world: World) -> None:
    """No VAT of it stays either."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await pay(seller, order, "100.00")
    await step(app, order, "cancel")
    assert await standing(world, seller) == {"bank": "-100.00", "customer_credit": "100.00"}
    cancel = (await journals(seller, order))[-1]
    assert (cancel["kind"], legs(cancel)) == (
        "cancel",
        {"vat": "-17.36", "advance": "-82.64", "customer_credit": "100.00"},
    )
    assert await seen(seller, order) == ("partly_paid", "100.00", "0.00", "0.00", "100.00")
    await repay(seller, order)
    assert await standing(world, seller) == {}
    await books_are_right(world)


async def test_a_deposit_that_goes_back_before_the_sale_is_due_again(world: World) -> None:
    """Before supply its advance goes too; after supply the price stays charged."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await pay(seller, order, "100.00")
    await repay(seller, order, "40.00")
    # 60.00 of 242.00: VAT 10.41.
    assert await standing(world, seller) == {"bank": "-60.00", "vat": "10.41", "advance": "49.59"}
    assert await seen(seller, order) == ("partly_paid", "60.00", "0.00", "182.00", "0.00")
    await world.deliver(seller, order)
    assert (await repay(seller, order, status=409))["code"] == "nothing_owed", "without an amount it is what is owed"
    await repay(seller, order, "60.00")
    assert await standing(world, seller) == {"receivable_customer": "-242.00", "vat": "42.00", "to_share": "200.00"}
    assert await seen(seller, order) == ("unpaid", "0.00", "0.00", "242.00", "0.00")
    await step(app, order, "complete")
    await pay(seller, order, "242.00")
    assert (await repay(seller, order, status=409))["code"] == "nothing_owed"
    await books_are_right(world)


async def test_a_price_that_is_lowered_before_supply_lowers_the_advance(world: World) -> None:
    """242.00 paid, 142.00 taken off: 100.00 stays as 82.64 and 17.36, and 142.00 is owed back."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await pay(seller, order, "242.00")
    assert await standing(world, seller) == {"bank": "-242.00", "vat": "42.00", "advance": "200.00"}
    await credit(seller, order, "142.00")
    assert await standing(world, seller) == {
        "bank": "-242.00",
        "vat": "17.36",
        "advance": "82.64",
        "customer_credit": "142.00",
    }
    await books_are_right(world)
    await repay(seller, order)
    await world.deliver(seller, order)
    assert await money_tasks(world, seller) == []
    await step(app, order, "complete")
    # A tenth of 82.64 is 8.264.
    assert await standing(world, seller) == {
        "bank": "-100.00",
        "vat": "17.36",
        "cooperative_fund": "8.26",
        "pot": "74.38",
    }
    await books_are_right(world)


async def test_cash_is_on_an_account_of_its_own(world: World) -> None:
    """Recorded by the treasurer at once; of a member at the door it counts once the treasurer confirms it."""
    seller, app = await world.cooperative(SAENS_TOIS), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.deliver(seller, order)
    await pay(seller, order, "100.00", method="cash")
    charged = {"vat": "42.00", "to_share": "200.00"}
    assert await standing(world, seller) == {"cash": "-100.00", "receivable_customer": "-142.00"} | charged
    await repay(seller, order, "30.00", method="cash")
    assert await standing(world, seller) == {"cash": "-70.00", "receivable_customer": "-172.00"} | charged
    await books_are_right(world)
    place = f"/v1/orders/{order['id']}/cash-receipts"
    told = await seller.member("POST", place, amount("172.00"))
    assert (told["state"], told["method"]) == ("to_confirm", "cash")
    assert await seen(seller, order) == ("partly_paid", "70.00", "0.00", "172.00", "0.00")
    decision = f"/v1/payments/{told['id']}/transitions"
    await seller.member("POST", decision, {"verb": "confirm"}, status=403)
    await seller.treasurer("POST", decision, {"verb": "confirm"})
    await seller.treasurer("POST", decision, {"verb": "confirm"}, status=409)
    assert await standing(world, seller) == {"cash": "-242.00"} | charged
    wrong = await seller.member("POST", place, amount("1.00"))
    await seller.treasurer("POST", f"/v1/payments/{wrong['id']}/transitions", {"verb": "reject"}, status=422)
    reject = {"verb": "reject", "reason": "niets ontvangen"}
    await seller.treasurer("POST", f"/v1/payments/{wrong['id']}/transitions", reject)
    assert await standing(world, seller) == {"cash": "-242.00"} | charged
    await app("POST", place, amount("1.00"), status=403)
    await books_are_right(world)


async def test_money_may_come_before_the_day_of_its_order(world: World) -> None:
    """Its VAT is of the day on which it came."""
    with world.clock.at("2026-03-10"):
        seller, app = await world.cooperative(SAENS_TOIS), await world.app()
        order = await world.order(app, await world.offering(seller))
        paid = await pay(seller, order, "100.00", paidOn="2026-02-27")
        for source in (order, paid):
            (booked,) = await journals(seller, source)
            assert (booked["effectiveOn"], booked["period"]) == ("2026-02-27", "2026-02-01")
    await books_are_right(world)


async def test_who_bought_or_made_it_does_not_credit_it(world: World) -> None:
    seller, (buyer, person_id) = await world.cooperative(SAENS_TOIS), await world.known()
    order = await world.order(buyer, await world.offering(seller))
    maker_id = (await seller.member("GET", "/v1/me"))["person"]["id"]
    for person, office in ((buyer, person_id), (seller.member, maker_id)):
        await world.network(
            "POST", "/v1/offices", {"personId": office, "role": "treasurer", "cooperativeId": seller.id}
        )
        own = replace(seller, treasurer=person)
        assert (await credit(own, order, "1.00", status=403))["code"] == "second_person_needed"
        assert (await repay(own, order, status=403))["code"] == "second_person_needed"
    for stranger, status in ((seller.coordinator, 403), (await world.app(), 404)):
        await credit(replace(seller, treasurer=stranger), order, "1.00", status=status)
    await books_are_right(world)


async def test_no_lines_are_not_all_lines_and_begun_hours_are_credited_by_amount(world: World) -> None:
    seller, app = await world.cooperative(), await world.app()
    offering = await world.offering(seller, "35.00", priceUnit="hour")
    body = {"lines": [{"offeringId": offering, "minutes": 90}], "contact": GUEST}
    order = (await app("POST", "/v1/orders", body))["order"]
    refused = await credit_lines(seller, order, [], 400)
    assert [one["code"] for one in refused["errors"]] == ["too_short"]
    line = {"orderLineId": order["lines"][0]["id"]}
    refused = await credit_lines(seller, order, [line | {"quantity": 1}], 422)
    assert refused["facts"]["rule"] == "amount_of_minutes"
    given = await credit_lines(seller, order, [line | {"amount": {"amount": "42.35"}}], 201)
    assert given["gross"]["amount"] == "42.35"
    rest = await credit_lines(seller, order, [line | {"quantity": 2}], 201)
    assert rest["gross"]["amount"] == "21.18"
    await books_are_right(world)


async def credit_lines(seller: Seller, order: Json, lines: list[Json], status: int) -> Json:
    body = {"reason": "klacht", "lines": lines}
    answer: Json = await seller.treasurer("POST", f"/v1/orders/{order['id']}/credits", body, status=status)
    return answer
