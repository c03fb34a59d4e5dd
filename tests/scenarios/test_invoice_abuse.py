"""What somebody who means harm, or makes a mistake, does with invoices."""

from app.keys import people_issuer
from tests.scenarios.jobs import delivered, join, move, plan, slot
from tests.scenarios.money import boxes, credit, pay, step, undo
from tests.scenarios.papers import COMPANY, invoices_of, selling
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_invoice_privacy import Buyer
from tests.world import OTHER_IBAN, Caller, Json, World

MONTHLY: Json = COMPANY | {"buyer": COMPANY["buyer"] | {"billing": "monthly"}}


async def test_a_credit_of_before_another_vat_is_not_undone(world: World) -> None:
    """Lodging of 2025, credited by half, supplied in 2026 at 21 %: the credit stays, and the books stay right."""
    with world.clock.at("2025-12-29"):
        seller, _, app = await selling(world)
        offering = await world.offering(seller, "109.00", vatClass="lodging", priceBasis="incl")
        order = await world.order(app, offering, 2, contact=COMPANY)
        await step(seller.member, order, "accept")
        given = await credit(seller, order, lines=[{"orderLineId": order["lines"][0]["id"], "quantity": 1}])
    with world.clock.at("2026-01-02"):
        await step(seller.member, order, "deliver")
        await world.work()
        await books_are_right(world)
        assert (await undo(seller, given, status=409))["code"] == "not_reversible"
        await books_are_right(world)


async def test_a_job_that_goes_on_with_another_vat_gets_a_final_invoice(world: World) -> None:
    """109.00 at 9 % was invoiced; it is supplied again at 21 %: a final of 0.00 takes one rate off for the other."""
    with world.clock.at("2025-12-28"):
        seller, _, app = await selling(world)
        offering = await world.offering(seller, "109.00", vatClass="lodging", priceBasis="incl")
        order = await world.order(app, offering, contact=COMPANY)
        await step(seller.member, order, "accept")
        job = await plan(world, seller, slot("Koken", 10000), orderId=order["id"])
        await join(seller.coordinator, job, seller.member_id, 0)
        await delivered(job, seller)
        await world.work()
        await move(seller.treasurer, job, "dispute", reason="nog niet goed")
        await move(seller.coordinator, job, "resume")
    with world.clock.at("2026-01-05"):
        await move(seller.coordinator, job, "deliver")
        await world.work()
        first, final = await invoices_of(app, order)
        assert (first["gross"]["amount"], final["kind"], final["gross"]["amount"]) == ("109.00", "final", "0.00")
        rates = {group["vatPercent"]: group["vat"]["amount"] for group in final["paper"]["groups"]}
        assert rates == {"21": "18.92", "9": "-9.00"}
        assert await boxes(seller) == {"1a": "18.92"}
        await books_are_right(world)


async def test_after_an_erasure_no_app_reads_what_is_issued_later(world: World) -> None:
    seller = await world.cooperative()
    await seller.can_invoice()
    bird, app = Buyer(world), await world.app()
    scopes = frozenset({"orders:read", "orders:write"})
    token = world.keys.token(
        issuer=people_issuer(world.settings),
        audience="samen",
        subject=bird.me.login,
        client_id=app.login,
        scopes=scopes,
    )
    order, _ = await bird.bought(seller, "200.00", bird.company, Caller(world.client, token, bird.me.login))
    await bird.me("DELETE", "/v1/me", status=204)
    await credit(seller, order, "50.00")
    await world.work()
    assert await invoices_of(app, order) == []
    assert [one["kind"] for one in await invoices_of(seller.treasurer, order)] == ["standard", "credit_note"]


async def test_the_link_of_one_order_does_not_show_the_others_of_the_month(world: World) -> None:
    with world.clock.at("2027-03-05"):
        seller, _, app = await selling(world)
        titles = {"Geheime klus": "10.00", "Koffie": "1.00"}
        orders = [
            await world.order(app, await world.offering(seller, price, title=title), contact=MONTHLY)
            for title, price in titles.items()
        ]
        for order in orders:
            await world.deliver(seller, order)
    with world.clock.at("2027-04-03"):
        await world.invoice()
        (invoice,) = await invoices_of(app, orders[1])
        place = orders[1]["statusUrl"].removeprefix(world.settings.public_url)
        shown = await world.visitor("GET", place)
        assert shown["invoices"] == []
        hidden = await world.client.get(f"{place}/invoices/{invoice['number']}/invoice.pdf")
        assert hidden.status_code == 404
        assert "13.31" not in str(shown)


async def test_an_invoice_for_a_reversed_credit_names_the_account_of_today(world: World) -> None:
    """121.00 came already of 242.00: nothing is asked of it again, and its account is the new one."""
    seller, _, app = await selling(world)
    order = await world.order(app, await world.offering(seller, "200.00"), contact=COMPANY)
    await world.deliver(seller, order)
    await world.work()
    given = await credit(seller, order, "121.00")
    await pay(seller, order, "121.00")
    await seller.pays_to(OTHER_IBAN, "Nieuw")
    await undo(seller, given)
    paper = (await invoices_of(app, order))[-1]["paper"]
    assert (paper["seller"]["iban"], paper["payable"]["amount"]) == (OTHER_IBAN, "121.00")
    assert [line["role"] for line in paper["lines"]] == ["supply"]
    await books_are_right(world)
