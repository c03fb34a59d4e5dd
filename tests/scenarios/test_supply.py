"""VAT is that of the day of supply: orders over New Year, when lodging went from 9 to 21 %."""

from tests.scenarios.jobs import agreed, join, line, look, move, plan, slot
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_small_business import accept, choose, costs, deliver, spells
from tests.world import GUEST, MARKET, Json, Seller, World

COMPANY: Json = GUEST | {"buyer": {"buyerType": "business", "postalAddress": MARKET}}
NEEDED = "2026-01-10T15:00:00+01:00"


async def inn(world: World) -> tuple[Seller, str]:
    """A cooperative whose agreement was in force in 2025, and a room of 100.00 without VAT."""
    seller = await world.cooperative([{"kind": "pot"}])
    return seller, await world.offering(seller, "100.00", vatClass="lodging", title="Kamer")


async def test_an_order_shows_the_rate_of_the_day_on_which_it_is_needed(world: World) -> None:
    with world.clock.at("2025-12-30"):
        seller, room = await inn(world)
        app = await world.app()
        now = await world.order(app, room)
        assert costs(now) == ("109.00", "100.00", "9.00")
        later = await world.order(app, room, neededAt=NEEDED)
        assert (*costs(later), later["lines"][0]["unitPrice"]["amount"]) == ("109.00", "90.08", "18.92", "109.00")
        assert costs(await world.order(app, room, neededAt=NEEDED, contact=COMPANY)) == ("121.00", "100.00", "21.00")
        await accept(seller, later)
    with world.clock.at("2026-01-11"):
        after = await deliver(seller, later)
        assert (*costs(after), after["terms"]) == ("109.00", "90.08", "18.92", 1)
        assert after["lines"][0]["id"] == later["lines"][0]["id"]
    await books_are_right(world)


async def test_a_delivery_over_new_year_gets_the_new_rate(world: World) -> None:
    """A consumer's gross stays, a company's net; claims and credits that name the old line go on."""
    with world.clock.at("2025-12-30"):
        seller, room = await inn(world)
        app = await world.app()
        orders = [await world.order(app, room), await world.order(app, room, contact=COMPANY)]
        assert {costs(order) for order in orders} == {("109.00", "100.00", "9.00")}
        for order in orders:
            await accept(seller, order)
            await world.pay(seller, order)
        claim = {"orderLineId": orders[0]["lines"][0]["id"], "category": "materiaal", "amount": {"amount": "10.00"}}
        claim |= {"payee": "member", "receipt": "bon 1"}
        claimed = await seller.member("POST", f"/v1/orders/{orders[0]['id']}/cost-claims", claim)
    with world.clock.at("2026-01-11"):
        consumer, company = [await deliver(seller, order) for order in orders]
        assert (*costs(consumer), consumer["due"]["amount"]) == ("109.00", "90.08", "18.92", "0.00")
        assert (*costs(company), company["due"]["amount"]) == ("121.00", "100.00", "21.00", "12.00")
        for before, after in zip(orders, (consumer, company), strict=True):
            assert (after["terms"], after["lines"][0]["replaces"]) == (2, [before["lines"][0]["id"]])
            assert after["lines"][0]["vatClass"] == "lodging"
        place = f"/v1/cost-claims/{claimed['id']}/transitions"
        assert (await seller.treasurer("POST", place, {"verb": "approve"}))["state"] == "approved"
        more = await seller.member("POST", f"/v1/orders/{orders[0]['id']}/cost-claims", claim)
        assert more["orderLineId"] == consumer["lines"][0]["id"]
        place = f"/v1/cost-claims/{more['id']}/transitions"
        await seller.treasurer("POST", place, {"verb": "reject", "reason": "dubbel"})
        balances = await world.balances(seller)
        assert (balances["vat"], balances["receivable_customer"]) == ("39.92", "-12.00")
        body: Json = {"reason": "lawaai", "lines": [{"orderLineId": orders[0]["lines"][0]["id"], "quantity": 1}]}
        credit = await seller.treasurer("POST", f"/v1/orders/{orders[0]['id']}/credits", body)
        assert credit["lines"][0]["orderLineId"] == consumer["lines"][0]["id"]
        assert (await world.balances(seller))["vat"] == "21.00"
    await books_are_right(world)


async def test_what_was_credited_before_supply_keeps_its_vat(world: World) -> None:
    """10.90 of 109.00 back at 9 % is 10.00 + 0.90; the other 98.10 are 81.07 + 17.03 at 21 %."""
    with world.clock.at("2025-12-30"):
        seller, room = await inn(world)
        app = await world.app()
        orders = [await world.order(app, room), await world.order(app, room, contact=COMPANY)]
        for order in orders:
            await accept(seller, order)
            body = {"reason": "klein", "amount": {"amount": "10.90"}}
            await seller.treasurer("POST", f"/v1/orders/{order['id']}/credits", body)
    with world.clock.at("2026-01-11"):
        consumer, company = [await deliver(seller, order) for order in orders]
        assert (*costs(consumer), consumer["due"]["amount"]) == ("109.00", "91.07", "17.93", "98.10")
        assert (*costs(company), company["due"]["amount"]) == ("119.80", "100.00", "19.80", "108.90")
        assert (await world.balances(seller))["vat"] == "35.93"
        for order in orders:
            await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
            due = (await app("GET", f"/v1/orders/{order['id']}"))["due"]
            await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", {"amount": due})
        assert (await world.balances(seller))["pot"] == "171.07"
        for order in orders:
            await seller.treasurer("POST", f"/v1/orders/{order['id']}/credits", {"reason": "brand"})
        assert (await world.balances(seller))["vat"] == "0.00"
    await books_are_right(world)


async def test_a_job_over_new_year_pays_the_parts_that_were_signed(world: World) -> None:
    """Of 109.00 that a consumer pays, 90.08 is left without VAT; the parts are those of 100.00: the fund bears 9.92."""
    with world.clock.at("2025-12-30"):
        seller, room = await inn(world)
        app = await world.app()
        order = await world.order(app, room)
        await accept(seller, order)
        job = await plan(world, seller, slot("Ontvangst", 10000), orderId=order["id"])
        await join(seller.member, job, seller.member_id)
        await agreed(job, seller)
        await move(seller.coordinator, job, "start")
    with world.clock.at("2026-01-05"):
        await move(seller.coordinator, job, "deliver")
        after = await seller.treasurer("GET", f"/v1/orders/{order['id']}")
        assert (*costs(after), after["terms"]) == ("109.00", "90.08", "18.92", 2)
        await move(seller.treasurer, job, "approve", reason="gebeld")
        balances = await world.balances(seller)
        assert (balances["vat"], balances["pot"], balances["cooperative_fund"]) == ("18.92", "100.00", "-9.92")
    await books_are_right(world)


async def test_a_job_that_is_delivered_twice_is_stated_twice(world: World) -> None:
    """The order of a job shows the rate of its start; the rate of a delivery that is taken back is taken back too."""
    with world.clock.at("2025-12-28"):
        seller, _ = await inn(world)
        job = await plan(world, seller, slot("Ontvangst", 10000), lines=[line("100.00", "lodging", title="Kamer")])
        await join(seller.member, job, seller.member_id)
        await agreed(job, seller)
        place = f"/v1/orders/{(await look(seller.treasurer, job))['orderId']}"
        assert costs(await seller.treasurer("GET", place)) == ("109.00", "100.00", "9.00")
        await move(seller.coordinator, job, "start")
        await move(seller.coordinator, job, "deliver")
        await move(seller.treasurer, job, "request_changes", reason="nog een nacht")
    with world.clock.at("2026-01-05"):
        await move(seller.coordinator, job, "deliver")
        after = await seller.treasurer("GET", place)
        assert (*costs(after), after["terms"]) == ("121.00", "100.00", "21.00", 2)
        assert (await world.balances(seller))["vat"] == "21.00"
        await move(seller.treasurer, job, "approve", reason="gebeld")
    await books_are_right(world)


async def test_a_partners_charge_that_crosses_the_limit_carries_vat(world: World) -> None:
    """The lead, which charges VAT, reclaims it; the partner's scheme has ended."""
    with world.clock.at("2026-03-10"):
        lead, partner = await world.cooperative([{"kind": "pot"}]), await world.cooperative([{"kind": "pot"}])
        await choose(world, partner, "2026-01-01")
        app = await world.app()
        await world.sale(partner, app, "19950.00")
        job = await plan(world, lead, slot("Koken", 10000))
        await join(partner.member, job, partner.member_id)
        await agreed(job, lead, partner)
        for verb in ("start", "deliver"):
            await move(lead.coordinator, job, verb)
        await move(lead.treasurer, job, "approve", reason="gebeld")
        assert (await world.balances(partner))["vat"] == "21.00"
        assert (await world.balances(lead))["vat"] == "0.00"
        assert await spells(world, partner) == [("2026-01-01", "2026-03-10")]
    await books_are_right(world)
