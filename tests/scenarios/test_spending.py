"""Spending from the pot: reserved on request, decided by somebody else, paid to a supplier, never to the member."""

import asyncio
from typing import Any

import pytest

from tests.scenarios.test_first_sale import books_are_right
from tests.world import SAENS_TOIS, SCOPE, Caller, Json, Seller, World


def may_buy(policy: str = "allowed", purpose: str = "gereedschap") -> Json:
    return {"kind": "spending", "purpose": purpose, "policy": policy}


async def ask(seller: Seller, amount: str, *, status: int | None = None, **more: Any) -> Any:
    body = {"purpose": "gereedschap", "title": "Pomp", "supplier": "De Schuur", "amount": {"amount": amount}} | more
    return await seller.member("POST", f"/v1/members/{seller.member_id}/spending-requests", body, status=status)


async def step(who: Caller, asked: Json, verb: str, reason: str = "", status: int | None = None) -> Any:
    place = f"/v1/spending-requests/{asked['id']}"
    return await who("POST", f"{place}/transitions", {"verb": verb, "reason": reason}, status=status)


async def pot(world: World, seller: Seller) -> tuple[str, str]:
    found = await world.thermometer(seller)
    return found["balance"]["amount"], found["reserved"]["amount"]


async def test_a_pump_from_the_pot(world: World) -> None:
    """15000 − 5 % = 14250; pump 8900: 5350 left. The months in which the money was earned stay with the purchase."""
    seller, app = await world.cooperative([may_buy(), *SCOPE]), await world.app()
    await world.sale(seller, app, "150.00")
    asked = await ask(seller, "89.00")
    assert (asked["state"], await pot(world, seller)) == ("submitted", ("53.50", "89.00"))
    await step(seller.member, asked, "approve", status=403)
    assert [task["what"] for task in await tasks(world, seller.treasurer)] == ["decide_spending"]
    await step(seller.treasurer, asked, "approve")
    assert (await ask(seller, "53.51", status=409))["code"] == "below_floor"
    place = f"/v1/spending-requests/{asked['id']}"
    await seller.coordinator("POST", f"{place}/payments", {}, status=403)
    paid = await seller.treasurer("POST", f"{place}/payments", {})
    month = f"{world.clock():%Y-%m}-01"
    assert (paid["state"], paid["lots"]) == (
        "paid",
        [{"month": month, "amount": {"amount": "89.00", "currency": "EUR"}}],
    )
    settled = await seller.treasurer(
        "POST", f"{place}/settlements", {"receipt": "bon 7", "amount": {"amount": "80.00"}}
    )
    assert (settled["state"], settled["spent"]["amount"]) == ("settled", "80.00")
    assert await pot(world, seller) == ("62.50", "0.00")
    assert await tasks(world, seller.treasurer) == []
    movements = (await world.thermometer(seller))["movements"]
    assert movements[0]["reason"] == "Pomp was cheaper. The rest comes back."
    await books_are_right(world)


async def tasks(world: World, who: Caller) -> list[Json]:
    await world.work()
    found: list[Json] = (await who("GET", "/v1/tasks"))["items"]
    return found


async def test_cash_is_refused_and_a_training_is_paid(world: World) -> None:
    """30000 − 10 % = 27000; cash-out 5000 refused with a plain reason; training 19900 approved: 7100 left."""
    rules = [may_buy(purpose="opleiding"), may_buy("forbidden", "koelkast"), *SAENS_TOIS]
    seller = await world.cooperative(rules)
    await world.sale(seller, await world.app(), "300.00")
    refused = await ask(seller, "50.00", status=422, toMember=True)
    assert refused["code"] == "no_cash_out"
    assert refused["detail"].startswith("The savings pot pays no cash out.")
    unknown = await ask(seller, "50.00", status=422, purpose="vakantie")
    assert (unknown["code"], unknown["facts"]["known"]) == ("purpose_unknown", ["opleiding", "koelkast"])
    assert (await ask(seller, "50.00", status=409, purpose="koelkast"))["code"] == "spending_forbidden"
    assert (await ask(seller, "50.00", status=422, purpose="opleiding", supplier=""))["code"] == "reason_needed"
    asked = await ask(seller, "199.00", purpose="opleiding", title="Vakdiploma")
    await step(seller.coordinator, asked, "approve")
    await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
    assert await pot(world, seller) == ("71.00", "0.00")
    await books_are_right(world)


@pytest.mark.parametrize("policy", ["allowed", "needs_municipal_consent", "forbidden"])
async def test_the_fridge_under_three_policies(world: World, policy: str) -> None:
    """Pot 60000, request 34900: the agreement and a person decide, never the software."""
    seller = await world.cooperative([may_buy(policy, "huishouden"), {"kind": "pot"}])
    manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
    await world.sale(seller, await world.app(), "600.00")
    if policy == "forbidden":
        assert (await ask(seller, "349.00", status=409, purpose="huishouden"))["code"] == "spending_forbidden"
        return
    asked = await ask(seller, "349.00", purpose="huishouden", title="Koelkast")
    place = f"/v1/spending-requests/{asked['id']}"
    listing = f"/v1/cooperatives/{seller.id}/spending-requests"
    if policy == "allowed":
        await manager("GET", place, status=404)
        assert (await manager("GET", listing))["items"] == []
    else:
        blocked = (await seller.treasurer("GET", place))["availableTransitions"]
        reasons = {step["verb"]: step["reason"] for step in blocked if not step["allowed"]}
        assert reasons["approve"] == "consent_needed"
        assert "The municipality has to consent to this first." in {step["message"] for step in blocked}
        assert (await step(seller.treasurer, asked, "approve", status=409))["code"] == "wrong_state"
        assert [row["id"] for row in (await manager("GET", listing))["items"]] == [asked["id"]]
        assert (await step(manager, asked, "refuse_consent", status=422))["code"] == "reason_needed"
        await step(seller.treasurer, asked, "consent", status=403)
        await step(manager, asked, "consent")
        await step(manager, asked, "approve", status=404)
    await step(seller.treasurer, asked, "approve")
    await seller.treasurer("POST", f"{place}/payments", {})
    assert await pot(world, seller) == ("251.00", "0.00")
    await books_are_right(world)


async def test_a_refusal_or_a_cancellation_gives_back_to_the_cent(world: World) -> None:
    seller = await world.cooperative([may_buy(), {"kind": "pot"}])
    await world.sale(seller, await world.app(), "100.00")
    draft = await ask(seller, "33.33", draft=True)
    assert (draft["state"], await pot(world, seller)) == ("draft", ("100.00", "0.00"))
    await seller.treasurer("GET", f"/v1/spending-requests/{draft['id']}", status=404)
    listing = f"/v1/cooperatives/{seller.id}/spending-requests"
    assert (await seller.treasurer("GET", listing))["items"] == []
    await step(seller.member, draft, "submit")
    more = await step(seller.treasurer, draft, "ask_more", "Welke pomp?")
    assert (more["state"], more["reason"], await pot(world, seller)) == (
        "incomplete",
        "Welke pomp?",
        ("100.00", "0.00"),
    )
    await step(seller.member, draft, "submit")
    assert (await step(seller.treasurer, draft, "reject", status=422))["code"] == "reason_needed"
    refused = await step(seller.treasurer, draft, "reject", "Er is er al een in de schuur.")
    assert (refused["state"], await pot(world, seller)) == ("rejected", ("100.00", "0.00"))
    second = await ask(seller, "100.00")
    await step(seller.treasurer, second, "approve")
    await step(seller.member, second, "cancel")
    assert await pot(world, seller) == ("100.00", "0.00")
    assert len((await seller.member("GET", listing))["items"]) == 2
    await books_are_right(world)


async def test_a_refund_after_the_pot_was_spent_is_a_debt_that_later_earnings_repay_first(world: World) -> None:
    seller, app = await world.cooperative([may_buy(), {"kind": "pot"}]), await world.app()
    order = await world.sale(seller, app, "100.00")
    asked = await ask(seller, "80.00")
    await step(seller.treasurer, asked, "approve")
    await seller.treasurer("POST", f"/v1/spending-requests/{asked['id']}/payments", {})
    await seller.refund(order["id"], {"reason": "klacht"})
    balances = await world.balances(seller)
    assert (balances["pot"], balances["receivable_member"]) == ("0.00", "-80.00")
    await books_are_right(world)
    await world.sale(seller, app, "50.00")
    balances = await world.balances(seller)
    assert (balances["pot"], balances["receivable_member"]) == ("0.00", "-30.00")
    last = await world.sale(seller, app, "50.00")
    balances = await world.balances(seller)
    assert (balances["pot"], balances["receivable_member"]) == ("20.00", "0.00")
    await seller.refund(last["id"], {"reason": "klacht", "amount": {"amount": "30.25"}})
    balances = await world.balances(seller)
    assert (balances["pot"], balances["receivable_member"]) == ("0.00", "-5.00")
    await books_are_right(world)


async def test_two_requests_and_two_approvers_at_once(world: World) -> None:
    """The pot pays for one of them; one decision counts."""
    seller = await world.cooperative([may_buy(), {"kind": "pot"}])
    await world.sale(seller, await world.app(), "100.00")
    sent = {"Authorization": f"Bearer {seller.member.token}"}
    body = {"purpose": "gereedschap", "title": "Pomp", "supplier": "De Schuur", "amount": {"amount": "60.00"}}
    path = f"/v1/members/{seller.member_id}/spending-requests"
    answers = await asyncio.gather(
        *(world.client.post(path, json=body, headers=sent | {"Idempotency-Key": f"a{n}"}) for n in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    asked = next(answer.json() for answer in answers if answer.status_code == 201)
    place = f"/v1/spending-requests/{asked['id']}/transitions"
    answers = await asyncio.gather(
        *(
            world.client.post(
                place,
                json={"verb": verb, "reason": "x"},
                headers={"Authorization": f"Bearer {who.token}", "Idempotency-Key": f"{verb}{who.login}"},
            )
            for verb in ("approve", "reject")
            for who in (seller.treasurer, seller.coordinator)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    await books_are_right(world)


async def test_money_that_comes_back_repays_a_debt_first(world: World) -> None:
    """100.00 earned: 60.00 spent, 40.00 reserved; all refunded: 100.00 owed. Money that returns is not spent again."""
    seller, app = await world.cooperative([may_buy(), {"kind": "pot"}]), await world.app()
    order = await world.sale(seller, app, "100.00")
    paid, open_request = await ask(seller, "60.00"), await ask(seller, "40.00")
    await step(seller.treasurer, paid, "approve")
    await seller.treasurer("POST", f"/v1/spending-requests/{paid['id']}/payments", {})
    await seller.refund(order["id"], {"reason": "klacht"})
    balances = await world.balances(seller)
    assert (balances["pot"], balances["reserved"], balances["receivable_member"]) == ("0.00", "40.00", "-100.00")
    await step(seller.member, open_request, "cancel")
    balances = await world.balances(seller)
    assert (balances["pot"], balances["reserved"], balances["receivable_member"]) == ("0.00", "0.00", "-60.00")
    back = {"receipt": "bon 7", "amount": {"amount": "45.00"}}
    await seller.treasurer("POST", f"/v1/spending-requests/{paid['id']}/settlements", back)
    balances = await world.balances(seller)
    assert (balances["pot"], balances["receivable_member"]) == ("0.00", "-45.00")
    assert (await ask(seller, "0.01", status=409))["code"] == "below_floor"
    await books_are_right(world)


async def test_months_are_used_up_once_and_come_back_with_what_was_too_much(world: World) -> None:
    """January 50.00 and March 50.00. 60.00 takes January and 10.00 of March; 45.00 on the receipt gives March back."""
    seller = await world.cooperative([may_buy(), {"kind": "pot"}])
    app = await world.app()
    for day in ("2026-01-10", "2026-03-10"):
        with world.clock.at(day):
            await world.sale(seller, app, "50.00")

    async def lots(asked: Json, *, pay: bool = False) -> list[tuple[str, str]]:
        place = f"/v1/spending-requests/{asked['id']}"
        if pay:
            await step(seller.treasurer, asked, "approve")
            await seller.treasurer("POST", f"{place}/payments", {})
        found = await seller.treasurer("GET", place)
        return [(lot["month"][:7], lot["amount"]["amount"]) for lot in found["lots"]]

    first, second = await ask(seller, "60.00"), await ask(seller, "20.00")
    assert await lots(first, pay=True) == [("2026-01", "50.00"), ("2026-03", "10.00")]
    assert await lots(second, pay=True) == [("2026-03", "20.00")]
    receipt = {"receipt": "bon", "amount": {"amount": "45.00"}}
    await seller.treasurer("POST", f"/v1/spending-requests/{first['id']}/settlements", receipt)
    assert await lots(first) == [("2026-01", "45.00")]
    assert await lots(await ask(seller, "35.00"), pay=True) == [("2026-01", "5.00"), ("2026-03", "30.00")]
    assert await pot(world, seller) == ("0.00", "0.00")
    await books_are_right(world)


async def test_two_purchases_paid_at_once_use_different_months(world: World) -> None:
    seller = await world.cooperative([may_buy(), {"kind": "pot"}])
    app = await world.app()
    for day in ("2026-01-10", "2026-03-10"):
        with world.clock.at(day):
            await world.sale(seller, app, "50.00")
    asked = [await ask(seller, "10.00") for _ in range(10)]
    for one in asked:
        await step(seller.treasurer, one, "approve")
    paid = await asyncio.gather(
        *(seller.treasurer("POST", f"/v1/spending-requests/{one['id']}/payments", {}) for one in asked)
    )
    months = sorted(lot["month"][:7] for one in paid for lot in one["lots"])
    assert months == ["2026-01"] * 5 + ["2026-03"] * 5
    await books_are_right(world)
