"""Restricted funds, barter, and deliveries within one legal entity."""

import asyncio

from tests.scenarios.test_first_sale import books_are_right
from tests.world import Caller, Json, Seller, World


def euro(amount: str) -> Json:
    return {"amount": amount}


async def fund_of(seller: Seller, title: str, *purposes: str) -> str:
    body = {"title": title, "purposes": list(purposes)}
    return f"/v1/funds/{(await seller.treasurer('POST', f'/v1/cooperatives/{seller.id}/funds', body))['id']}"


async def test_prize_money_and_a_grant_are_for_their_purposes_to_the_last_cent(world: World) -> None:
    """Fund 500000: one cent over is refused; an insurance invoice booked on a grant for housing is refused."""
    seller = await world.cooperative()
    fund = await fund_of(seller, "Appeltje van Oranje", "coordinatie", "huisvesting")
    prize = {"amount": euro("5000.00"), "giver": "Oranje Fonds"}
    booked = await seller.treasurer("POST", f"{fund}/donations", prize)
    assert booked["entries"][1]["reason"] == "Donation by Oranje Fonds for: Appeltje van Oranje."
    rent: Json = {"purpose": "huisvesting", "supplier": "Woonbedrijf", "title": "Huur"}
    over = await seller.treasurer("POST", f"{fund}/expenses", rent | {"amount": euro("5000.01")}, status=409)
    assert over["code"] == "below_floor"
    insurance = rent | {"purpose": "verzekering", "amount": euro("10.00")}
    refused = await seller.treasurer("POST", f"{fund}/expenses", insurance, status=409)
    assert (refused["code"], refused["facts"]["known"]) == ("purpose_not_allowed", ["coordinatie", "huisvesting"])
    await seller.coordinator("POST", f"{fund}/donations", prize, status=403)
    sent = {"Authorization": f"Bearer {seller.treasurer.token}"}
    answers = await asyncio.gather(
        *(
            world.client.post(
                f"{fund}/expenses", json=rent | {"amount": euro("2000.00")}, headers=sent | {"Idempotency-Key": f"x{n}"}
            )
            for n in range(4)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert (await seller.treasurer("GET", fund))["balance"]["amount"] == "1000.00"
    await books_are_right(world)


async def test_a_donation_to_the_roof(world: World) -> None:
    seller = await world.cooperative()
    fund = await fund_of(seller, "Nieuw dak", "dak")
    await seller.treasurer("POST", f"{fund}/donations", {"amount": euro("7.50"), "giver": "een buurvrouw"})
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/funds")
    assert [(row["title"], row["balance"]["amount"]) for row in found["items"]] == [("Nieuw dak", "7.50")]
    await (await world.cooperative()).treasurer("GET", fund, status=404)
    await books_are_right(world)


async def minutes(who: Caller, member_id: str) -> int:
    return int((await who("GET", f"/v1/members/{member_id}/minutes"))["minutes"])


async def test_a_haircut_for_a_car_wash(world: World) -> None:
    """+60 and −60 minutes, no euro anywhere, no invoice; at most 90 minutes of debt."""
    seller = await world.cooperative([{"kind": "barter", "debtLimitMinutes": 90}, {"kind": "pot"}])
    noor, noor_id = seller.member, seller.member_id
    sam, sam_id = await world.member(seller)
    place = f"/v1/cooperatives/{seller.id}/barters"
    cut: Json = {"giverId": noor_id, "receiverId": sam_id, "minutes": 60, "title": "Knippen"}
    await sam("POST", place, cut, status=403)
    trade = await noor("POST", place, cut)
    await world.work()
    assert [task["text"] for task in (await sam("GET", "/v1/tasks"))["items"]] == [
        "Is this trade right: Knippen? Say yes or no."
    ]
    path = f"/v1/barters/{trade['id']}/transitions"
    await noor("POST", path, {"verb": "confirm"}, status=403)
    await sam("POST", path, {"verb": "confirm"})
    assert (await sam("POST", path, {"verb": "confirm"}, status=409))["code"] == "wrong_state"
    assert (await minutes(noor, noor_id), await minutes(sam, sam_id)) == (60, -60)
    second = await noor("POST", place, cut | {"minutes": 31})
    path = f"/v1/barters/{second['id']}/transitions"
    refused = await sam("POST", path, {"verb": "confirm"}, status=409)
    assert (refused["code"], refused["facts"]) == ("debt_limit_reached", {"owed": 91, "limit": 90})
    wash = await sam("POST", place, {"giverId": sam_id, "receiverId": noor_id, "minutes": 60, "title": "Wassen"})
    await noor("POST", f"/v1/barters/{wash['id']}/transitions", {"verb": "confirm"})
    assert (await minutes(noor, noor_id), await minutes(sam, sam_id)) == (0, 0)
    assert await world.balances(seller) == {}
    assert (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/journals"))["items"] == []
    assert (await world.thermometer(seller))["balance"]["amount"] == "0.00"
    none = await world.cooperative()
    other, other_id = await world.member(none)
    trade = {"giverId": other_id, "receiverId": none.member_id, "minutes": 60, "title": "Knippen"}
    assert (await other("POST", f"/v1/cooperatives/{none.id}/barters", trade, status=409))["code"] == "rule_missing"
    await books_are_right(world)


async def test_nobody_goes_beyond_the_limit_with_several_trades_at_once(world: World) -> None:
    seller = await world.cooperative([{"kind": "barter", "debtLimitMinutes": 90}, {"kind": "pot"}])
    sam, sam_id = await world.member(seller)
    place = f"/v1/cooperatives/{seller.id}/barters"
    body = {"giverId": seller.member_id, "receiverId": sam_id, "minutes": 60, "title": "Knippen"}
    trades = [await seller.member("POST", place, body) for _ in range(4)]
    sent = {"Authorization": f"Bearer {sam.token}"}
    answers = await asyncio.gather(
        *(
            world.client.post(
                f"/v1/barters/{trade['id']}/transitions",
                json={"verb": "confirm"},
                headers=sent | {"Idempotency-Key": trade["id"]},
            )
            for trade in trades
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await minutes(sam, sam_id) == -60
    await books_are_right(world)


async def test_a_farm_delivers_to_its_sister_restaurant(world: World) -> None:
    """One legal entity: 12000, no VAT, no invoice, both books balance separately. Another entity: an order."""
    farm, restaurant = await world.cooperative(), await world.cooperative()
    place = f"/v1/cooperatives/{farm.id}/internal-deliveries"
    body = {"toCooperativeId": restaurant.id, "amount": euro("120.00"), "title": "Groente", "deliveredOn": "2026-03-05"}
    made = await farm.treasurer("POST", place, body)
    path = f"/v1/internal-deliveries/{made['id']}/transitions"
    await farm.treasurer("POST", path, {"verb": "confirm"}, status=404)
    await restaurant.treasurer("POST", path, {"verb": "confirm"})
    assert await world.balances(farm) == {"receivable_cooperative": "-120.00", "cooperative_fund": "120.00"}
    assert await world.balances(restaurant) == {"payable_cooperative": "120.00", "cooperative_fund": "-120.00"}
    other = {"slug": "c-elders", "name": "Elders", "legalForm": "cooperative_ua", "kvkNumber": "90000022"}
    other |= {"municipalityId": farm.municipality_id, "town": "Breda"}
    elsewhere = await world.network("POST", "/v1/cooperatives", other)
    refused = await farm.treasurer("POST", place, body | {"toCooperativeId": elsewhere["id"]}, status=409)
    assert refused["code"] == "other_legal_entity"
    received = f"/v1/cooperatives/{restaurant.id}/internal-deliveries?received=true"
    assert [row["state"] for row in (await restaurant.treasurer("GET", received))["items"]] == ["confirmed"]
    await books_are_right(world)


async def test_three_gifts_cost_nothing(world: World) -> None:
    """Total 0, nothing in the books, no payment expected; a price above 0 is refused."""
    seller, app = await world.cooperative([{"kind": "collective"}]), await world.app()
    offering = await world.offering(seller, "0.00", kind="giveaway", stock=5)
    order = await world.order(app, offering, 3)
    assert order["gross"]["amount"] == "0.00"
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    await world.work()
    assert (await seller.treasurer("GET", "/v1/tasks"))["items"] == []
    assert await world.balances(seller) == {}
    assert (await world.visitor("GET", f"/v1/catalogue/offerings/{offering}"))["left"] == 2
    body: Json = {"memberId": seller.member_id, "kind": "giveaway", "title": "Stoel", "category": "wonen"}
    body |= {"priceUnit": "piece", "price": euro("0.01"), "vatClass": "standard", "town": "Amersfoort"}
    refused = await seller.member("POST", f"/v1/cooperatives/{seller.id}/offerings", body, status=422)
    assert refused["facts"]["rule"] == "a_giveaway_is_free"
    await books_are_right(world)


async def test_a_collective_buys_the_fridge_when_seven_of_nine_say_yes(world: World) -> None:
    """75 % of nine is seven: the seventh vote decides; nobody votes twice, even if all vote at once."""
    seller = await world.cooperative([{"kind": "vote", "percent": "75"}, {"kind": "collective"}])
    everybody = [seller.member, *[(await world.member(seller, f"Lid {n}"))[0] for n in range(8)]]
    await world.sale(seller, await world.app(), "600.00")
    fridge: Json = {"title": "Koelkast", "supplier": "Witgoed", "amount": euro("349.00")}
    made = await everybody[3]("POST", f"/v1/cooperatives/{seller.id}/ballots", fridge)
    assert (made["needed"], made["members"], made["state"]) == (7, 9, "open")
    place = f"/v1/ballots/{made['id']}"
    await everybody[0]("POST", f"{place}/votes", {"yes": False})
    twice = await everybody[0]("POST", f"{place}/votes", {"yes": True}, status=409)
    assert twice["code"] == "already_exists"
    await seller.treasurer("POST", f"{place}/votes", {"yes": True}, status=403)
    await seller.treasurer("POST", f"{place}/payments", {}, status=409)
    answers = await asyncio.gather(
        *(
            world.client.post(
                f"{place}/votes",
                json={"yes": True},
                headers={"Authorization": f"Bearer {who.token}", "Idempotency-Key": who.login},
            )
            for who in everybody[1:]
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201] * 7 + [409]
    await world.work()
    assert [task["what"] for task in (await seller.treasurer("GET", "/v1/tasks"))["items"]] == ["pay_purchase"]
    paid = await seller.treasurer("POST", f"{place}/payments", {})
    assert (paid["state"], paid["yes"], paid["no"]) == ("paid", 7, 1)
    assert (await world.balances(seller))["cooperative_fund"] == "251.00"
    assert "memberId" not in str(await everybody[0]("GET", f"/v1/cooperatives/{seller.id}/ballots"))
    await books_are_right(world)


async def test_a_ballot_that_cannot_be_won_is_over(world: World) -> None:
    seller = await world.cooperative([{"kind": "vote", "percent": "75"}, {"kind": "collective"}])
    body: Json = {"title": "Bus", "supplier": "Garage", "amount": euro("9000.00")}
    made = await seller.coordinator("POST", f"/v1/cooperatives/{seller.id}/ballots", body)
    lost = await seller.member("POST", f"/v1/ballots/{made['id']}/votes", {"yes": False})
    assert lost["state"] == "rejected"
    pots = await world.cooperative()
    refused = await pots.member("POST", f"/v1/cooperatives/{pots.id}/ballots", body, status=409)
    assert refused["code"] == "rule_missing"
    await world.person()("GET", f"/v1/cooperatives/{seller.id}/ballots", status=404)


async def test_a_fund_pays_nothing_before_it_has_the_money(world: World) -> None:
    """Given on the 5th: nothing is paid from it on the 4th, and money spent on the 10th cannot be spent on the 6th."""
    with world.clock.at("2026-03-01"):
        seller = await world.cooperative()
    with world.clock.at("2026-03-12"):
        made = await seller.treasurer(
            "POST", f"/v1/cooperatives/{seller.id}/funds", {"title": "Dak", "purposes": ["dak"]}
        )
        place = f"/v1/funds/{made['id']}"
        await seller.treasurer("POST", f"{place}/donations", amount("10.00", giver="Jo", paidOn="2026-03-05"))
        spent = {"purpose": "dak", "supplier": "S", "title": "T"}
        early = await seller.treasurer(
            "POST", f"{place}/expenses", amount("1.00", paidOn="2026-03-04", **spent), status=409
        )
        assert early["code"] == "below_floor"
        assert "fund" in early["detail"]
        await seller.treasurer("POST", f"{place}/expenses", amount("8.00", paidOn="2026-03-10", **spent))
        await seller.treasurer("POST", f"{place}/expenses", amount("3.00", paidOn="2026-03-06", **spent), status=409)
        await seller.treasurer("POST", f"{place}/expenses", amount("2.00", paidOn="2026-03-06", **spent))


def amount(euro: str, **more: str) -> Json:
    return {"amount": {"amount": euro}} | more
