"""Netting: proposed every month, with statements for both sides; books that do not match are noticed."""

from tests.scenarios.jobs import COLLECTIVE, approved, join, net, plan, slot, under
from tests.scenarios.test_first_sale import books_are_right
from tests.world import SAENS_TOIS, Json, Seller, World


async def owing(world: World) -> tuple[Seller, Seller]:
    """A lead that owes a partner 121.00 for its part."""
    lead, other = await world.cooperative(COLLECTIVE), await world.cooperative(COLLECTIVE)
    job = await plan(world, lead, slot("Koken", 10000))
    await join(other.member, job, other.member_id)
    await approved(job, lead, other)
    return lead, other


async def open_ones(seller: Seller) -> list[Json]:
    found = (await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/nettings"))["items"]
    return [netting for netting in found if netting["state"] == "proposed"]


async def asked_to_confirm(world: World, seller: Seller) -> int:
    """The number of the treasurer's tasks to confirm a netting."""
    await world.work()
    tasks = (await seller.treasurer("GET", "/v1/tasks"))["items"]
    return [task["what"] for task in tasks].count("confirm_netting")


async def test_each_month_proposes_itself_once(world: World) -> None:
    with world.clock.at("2026-10-05"):
        lead, other = await owing(world)
        await world.net()
        await world.net()
        proposed = await open_ones(lead)
        assert proposed == await open_ones(other)
        assert [abs(float(netting["net"]["amount"])) for netting in proposed] == [121.0]
        assert [await asked_to_confirm(world, seller) for seller in (lead, other)] == [1, 1]
        place, body = f"/v1/nettings/{proposed[0]['id']}", {"cooperativeId": other.id}
        await other.treasurer("POST", f"{place}/refusals", body | {"reason": ""}, status=422)
        declined = await other.treasurer("POST", f"{place}/refusals", body | {"reason": "de uren kloppen niet"})
        assert declined["state"] == "declined"
        await world.net()
        assert await open_ones(lead) == []
    with world.clock.at("2026-11-01"):
        await world.net()
        (again,) = await open_ones(lead)
        place = f"/v1/nettings/{again['id']}/confirmations"
        paid = {"cooperativeId": lead.id, "paidOn": "2026-10-31"}
        (fault,) = (await lead.treasurer("POST", place, paid | {"paidOn": "2026-11-02"}, status=400))["errors"]
        assert (fault["field"], fault["code"]) == ("paidOn", "day_out_of_range")
        await lead.treasurer("POST", place, paid)
        await lead.treasurer("POST", place, paid, status=409)
        assert [await asked_to_confirm(world, seller) for seller in (lead, other)] == [0, 1]
        await other.treasurer("POST", place, {"cooperativeId": other.id, "paidOn": "2026-11-01"}, status=422)
        await other.treasurer("POST", place, {"cooperativeId": lead.id}, status=404)
        done = await other.treasurer("POST", place, {"cooperativeId": other.id})
        assert (done["state"], done["paidOn"]) == ("confirmed", "2026-10-31")
        await books_are_right(world)


async def statement(seller: Seller, netting: Json) -> Json:
    place = f"/v1/nettings/{netting['id']}/statement"
    csv = await seller.treasurer("GET", f"{place}.csv?cooperativeId={seller.id}")
    found: Json = await seller.treasurer("GET", f"{place}?cooperativeId={seller.id}")
    assert len(csv.splitlines()) == 1 + len(found["lines"])
    return found


async def test_the_statements_of_both_sides_mirror_and_begin_where_the_last_one_ended(world: World) -> None:
    """121.00 one way; then 60.50 for a part the other way, and 17.36 of the first given back, with 3.65 VAT."""
    lead, other = await owing(world)
    first = await net(lead, other)
    assert [(await statement(side, first))["total"]["amount"] for side in (lead, other)] == ["-121.00", "121.00"]
    job = await plan(world, other, slot("Poetsen", 5000, seats=2))
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    await approved(job, other, lead)
    order = (await lead.treasurer("GET", f"/v1/orders?cooperativeId={lead.id}"))["items"]
    first_order = next(row for row in order if row["buyerId"] is None)
    off = {"reason": "klacht", "amount": {"amount": "21.00"}}
    await lead.refund(first_order["id"], off)
    second = await net(other, lead)
    stated = [await statement(side, second) for side in (lead, other)]
    assert [found["total"]["amount"] for found in stated] == ["81.51", "-81.51"]
    assert [line["amount"]["amount"] for line in stated[0]["lines"]] == ["60.50", "21.01"]
    charges = (await lead.treasurer("GET", f"/v1/orders?cooperativeId={lead.id}"))["items"]
    assert {row["payment"] for row in charges if row["buyerId"]} == {"paid"}
    charge = next(row for row in charges if row["buyerId"])
    refused = await lead.refund(charge["id"], {"reason": "x"}, 422)
    assert refused["facts"]["rule"] == "charges_are_netted"
    stranger = await world.cooperative()
    await stranger.treasurer("GET", f"/v1/nettings/{first['id']}", status=404)
    await stranger.treasurer("GET", f"/v1/nettings/{first['id']}/statement?cooperativeId={lead.id}", status=404)
    await lead.treasurer("GET", f"/v1/nettings/{first['id']}/statement?cooperativeId={other.id}", status=404)
    await books_are_right(world)


async def test_an_umbrella_books_its_share_with_the_netting_and_gives_back_with_the_next(world: World) -> None:
    umbrella = await world.cooperative(COLLECTIVE)
    child = await under(world, umbrella)
    order = await world.sale(child, await world.app(), "300.00")
    await net(umbrella, child)
    assert (await world.balances(umbrella))["cooperative_fund"] == "30.00"
    await child.refund(order["id"], {"reason": "klacht"})
    await net(child, umbrella)
    for seller in (umbrella, child):
        assert set((await world.balances(seller)).values()) == {"0.00"}
    await books_are_right(world)
    body = {"withCooperativeId": child.id}
    again = await umbrella.treasurer("POST", f"/v1/cooperatives/{umbrella.id}/nettings", body, status=409)
    assert again["code"] == "nothing_to_net"
    itself = {"withCooperativeId": umbrella.id}
    await umbrella.treasurer("POST", f"/v1/cooperatives/{umbrella.id}/nettings", itself, status=422)


async def test_what_a_pot_says_of_a_part_names_the_job(world: World) -> None:
    lead, other = await world.cooperative(SAENS_TOIS), await world.cooperative(SAENS_TOIS)
    job = await plan(world, lead, slot("Koken", 5000, seats=2))
    for seller in (lead, other):
        await join(seller.member, job, seller.member_id)
    await approved(job, lead, other)
    for seller in (lead, other):
        (movement,) = (await world.thermometer(seller))["movements"]
        assert (movement["title"], movement["amount"]["amount"]) == ("Buurtfeest", "45.00")
