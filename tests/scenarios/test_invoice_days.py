"""When invoices are issued: by the worker after supply, once a month, when asked; and the year of a number."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

from app.db.selling.invoices import orders_without_invoice
from tests.live import until
from tests.scenarios.model_invoices import sweep
from tests.scenarios.money import boxes, pay
from tests.scenarios.papers import (
    ADDRESS,
    COMPANY,
    COUNCIL,
    file_of,
    invoices_of,
    papers_are_right,
    selling,
    sums,
    text_of,
)
from tests.scenarios.test_first_sale import books_are_right
from tests.world import GUEST, Caller, Json, Seller, World

MONTHLY: Json = COMPANY | {"buyer": COMPANY["buyer"] | {"billing": "monthly"}}


@contextmanager
def moment(world: World, text: str) -> Iterator[None]:
    """The clock stands at a moment, such as 2026-12-31T23:30Z."""
    before, world.clock.fixed = world.clock.fixed, datetime.fromisoformat(text)
    try:
        yield
    finally:
        world.clock.fixed = before


async def supplied(
    world: World, seller: Seller, app: Caller, offering: str, contact: Json = COMPANY, **more: Any
) -> Json:
    order = await world.order(app, offering, contact=contact, **more)
    await world.deliver(seller, order)
    await world.work()
    return order


async def alarms(seller: Seller) -> list[Json]:
    """The facts of each open task about missing invoices."""
    found = await seller.treasurer("GET", "/v1/tasks?limit=100")
    return [one["facts"] for one in found["items"] if one["what"] == "issue_invoices"]


async def test_a_private_person_gets_one_above_100_if_an_address_is_known(world: World) -> None:
    """Above 100.00 none by itself; asked with an address, there is one. Up to 100.00 it names nobody, unless asked."""
    seller, _, app = await selling(world)
    dear, cheap = await world.offering(seller, "200.00"), await world.offering(seller, "50.00")
    order = await supplied(world, seller, app, dear, GUEST)
    await sweep(world)
    assert await invoices_of(app, order) == []
    place = f"/v1/orders/{order['id']}/invoices"
    assert (await app("POST", place, {}, status=422))["code"] == "buyer_address_needed"
    asked = await app("POST", place, {"postalAddress": ADDRESS})
    assert (asked["kind"], asked["paper"]["buyer"]["postalAddress"]["street"]) == ("standard", "Spoorlaan 9")
    assert await app("POST", place, {"postalAddress": ADDRESS}) == asked
    known = await supplied(world, seller, app, dear, GUEST | {"buyer": {"postalAddress": ADDRESS}})
    assert [one["kind"] for one in await invoices_of(app, known)] == ["standard"]
    small = await supplied(world, seller, app, cheap, GUEST)
    assert [one["kind"] for one in await invoices_of(app, small)] == ["simplified"]
    await papers_are_right(world, seller)
    await books_are_right(world)


async def test_a_gift_takes_no_number(world: World) -> None:
    """Nor does an order that was credited whole before its invoice."""
    seller, _, app = await selling(world)
    gift = await supplied(world, seller, app, await world.offering(seller, "0.00"))
    back = await world.order(app, await world.offering(seller, "20.00"), contact=COMPANY)
    await seller.treasurer("POST", f"/v1/orders/{back['id']}/credits", {"reason": "mislukt"})
    await world.deliver(seller, back)
    await sweep(world)
    for order in (gift, back):
        assert await invoices_of(app, order) == []
        refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/invoices", {}, status=409)
        assert refused["code"] == "nothing_open"
    order = await supplied(world, seller, app, await world.offering(seller, "20.00"))
    (invoice,) = await invoices_of(app, order)
    assert invoice["number"].endswith("-00001")


async def test_what_a_company_pays_before_supply_is_a_deposit_by_itself(world: World) -> None:
    """A public body too; of a private person the money is told on the invoice. A second payment is a second deposit."""
    seller, _, app = await selling(world)
    offering = await world.offering(seller, "200.00")
    orders = [await world.order(app, offering, contact=one) for one in (COMPANY, COUNCIL, GUEST)]
    for order in orders:
        await pay(seller, order, "100.00")
        await world.work()
    await pay(seller, orders[0], "142.00")
    await world.work()
    found = [[(one["kind"], sums(one)) for one in await invoices_of(app, order)] for order in orders]
    first = ("deposit", ("82.64", "17.36", "100.00"))
    assert found == [[first, ("deposit", ("117.36", "24.64", "142.00"))], [first], []]
    assert await boxes(seller) == {"1a": "76.72"}
    await papers_are_right(world, seller)
    await books_are_right(world)


async def test_money_before_supply_is_invoiced_once_the_cooperative_can(world: World) -> None:
    """It paid before the cooperative had all details: the sweep finds it, and what was supplied."""
    seller, _, app = await selling(world)
    details = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.treasurer("PATCH", details, {"legalName": None}, headers={"If-Match": "*"})
    offering = await world.offering(seller, "200.00")
    paid = await world.order(app, offering, contact=COMPANY)
    await pay(seller, paid, "100.00")
    late = await supplied(world, seller, app, offering)
    await sweep(world)
    assert [await invoices_of(app, order) for order in (paid, late)] == [[], []]
    await seller.treasurer("PATCH", details, {"legalName": "Buurtwerk U.A."}, headers={"If-Match": "*"})
    await sweep(world)
    assert [[one["kind"] for one in await invoices_of(app, order)] for order in (paid, late)] == [
        ["deposit"],
        ["standard"],
    ]


async def test_one_invoice_a_month_on_the_third(world: World) -> None:
    """Lodging 109.00 of 30 December 2025 is 100.00 + 9.00; that of 2 January is on February's: 90.08 + 18.92."""
    with world.clock.at("2025-12-30"):
        seller, _, app = await selling(world)
        night = await world.offering(seller, "109.00", vatClass="lodging", priceBasis="incl")
        orders = [await supplied(world, seller, app, night, MONTHLY) for _ in range(2)]
    with world.clock.at("2026-01-02"):
        later = await supplied(world, seller, app, night, MONTHLY)
        await sweep(world)
        assert await invoices_of(app, orders[0]) == []
    with world.clock.at("2026-01-03"):
        await sweep(world)
        await sweep(world)
        (december,) = await invoices_of(app, orders[0])
        assert [december] == await invoices_of(app, orders[1])
        assert (december["kind"], sums(december), december["dueOn"]) == (
            "collective",
            ("200.00", "18.00", "218.00"),
            "2026-01-17",
        )
        assert (december["issuedOn"], december["number"][-10:]) == ("2026-01-03", "2026-00001")
        assert [line["orderReference"] for line in december["paper"]["lines"]] == [one["reference"] for one in orders]
        assert await invoices_of(app, later) == []
    with world.clock.at("2026-02-03"):
        await sweep(world)
        (january,) = await invoices_of(app, later)
        assert (january["kind"], sums(january)) == ("collective", ("90.08", "18.92", "109.00"))
    with world.clock.at("2026-03-05"):
        before = await file_of(world, app, december)
        await pay(seller, orders[0], "109.00")
        (after,) = await invoices_of(app, orders[0])
        assert (after["payment"], after["due"]["amount"], after["digest"]) == ("overdue", "109.00", december["digest"])
        assert (sums(after), await file_of(world, app, after)) == (sums(december), before)
        await papers_are_right(world, seller)
        await books_are_right(world)


async def test_what_deposits_asked_beyond_a_price_of_the_month_is_credited(world: World) -> None:
    """Lodging without VAT inside: 121.00 was asked and paid for 2026; it was supplied in 2025 for 109.00."""
    with world.clock.at("2025-12-29"):
        seller, _, app = await selling(world)
        night = await world.offering(seller, "100.00", vatClass="lodging")
        needed: Json = {"neededAt": "2026-01-05T12:00:00Z"}
        early, other = [await world.order(app, night, contact=MONTHLY, **needed) for _ in range(2)]
        assert early["gross"]["amount"] == "121.00"
        await pay(seller, early, "121.00")
        await world.work()
        for order in (early, other):
            await world.deliver(seller, order)
        await world.work()
    with world.clock.at("2026-01-03"):
        await sweep(world)
        deposit, note = await invoices_of(app, early)
        assert (sums(deposit), note["kind"], sums(note)[2]) == (("100.00", "21.00", "121.00"), "credit_note", "12.00")
        assert (await app("GET", f"/v1/orders/{early['id']}"))["owedBack"]["amount"] == "12.00"
        (collective,) = await invoices_of(app, other)
        assert sums(collective) == ("100.00", "9.00", "109.00")
        await papers_are_right(world, seller)
        await books_are_right(world)


async def test_the_guard_issues_what_was_left_and_the_fifteenth_tells_the_rest(world: World) -> None:
    with world.clock.at("2026-09-20"):
        seller, _, app = await selling(world)
        details = f"/v1/cooperatives/{seller.id}/invoice-details"
        await seller.treasurer("PATCH", details, {"legalName": None}, headers={"If-Match": "*"})
        offering = await world.offering(seller, "200.00")
        left, rest = [await supplied(world, seller, app, offering) for _ in range(2)]
        private = await supplied(world, seller, app, offering, GUEST)
    with world.clock.at("2026-10-10"):
        await sweep(world)
        assert await invoices_of(app, left) == []
        assert await alarms(seller) == []
    with world.clock.at("2026-10-15"):
        await sweep(world)
        await sweep(world)
        assert [(one["count"], one["month"]) for one in await alarms(seller)] == [(2, "2026-09")]
        await seller.treasurer("PATCH", details, {"legalName": "Buurtwerk U.A."}, headers={"If-Match": "*"})
        await sweep(world)
        for order in (left, rest):
            (invoice,) = await invoices_of(app, order)
            assert (invoice["issuedOn"], invoice["paper"]["suppliedFrom"]) == ("2026-10-15", "2026-09-20")
        assert await invoices_of(app, private) == []


async def test_the_year_of_a_number_is_that_of_amsterdam(world: World) -> None:
    """2026-12-31T23:30Z is 1 January 2027; what was delivered at 22:59Z was supplied in 2026, with the VAT of 2026."""
    with moment(world, "2026-12-31T22:40:00+00:00"):
        seller, prefix, app = await selling(world)
        offering = await world.offering(seller, "200.00")
        first = await supplied(world, seller, app, offering)
        late = await world.order(app, offering, contact=COMPANY)
        await seller.member("POST", f"/v1/orders/{late['id']}/transitions", {"verb": "accept"})
    with moment(world, "2026-12-31T22:59:00+00:00"):
        await seller.member("POST", f"/v1/orders/{late['id']}/transitions", {"verb": "deliver"})
    with moment(world, "2026-12-31T23:30:00+00:00"):
        await world.work()
        (old,), (new,) = await invoices_of(app, first), await invoices_of(app, late)
        assert (old["number"], old["issuedOn"]) == (f"{prefix}2026-00001", "2026-12-31")
        assert (new["number"], new["issuedOn"]) == (f"{prefix}2027-00001", "2027-01-01")
        assert new["paper"]["suppliedFrom"] == "2026-12-31"
        assert "31 december 2026" in text_of(await file_of(world, app, new))
        (day,) = await days_of_vat(world, late)
        assert day == "2026-12-31"
        await papers_are_right(world, seller)


async def days_of_vat(world: World, order: Json) -> set[str]:
    """The days on which the VAT of an order is due."""
    sql = """select distinct e.facts ->> 'taxDay' as day from entry e join journal j on j.id = e.journal_id
              join account a on a.id = e.account_id where j.source_id = $1 and a.kind = 'vat'"""
    async with world.books.transaction() as tx:
        return {row["day"] for row in await tx.rows(sql, order["id"])}


async def test_whoever_waits_for_a_number_over_midnight_gets_one_of_the_new_year(
    world: World, superuser: asyncpg.Connection
) -> None:
    """Somebody holds the series of 2026 while the clock passes midnight."""
    with moment(world, "2026-12-31T22:30:00+00:00"):
        seller, prefix, app = await selling(world)
        offering = await world.offering(seller, "200.00")
        await supplied(world, seller, app, offering)
        order = await world.order(app, offering, contact=COMPANY)
        await world.deliver(seller, order)
    holding = superuser.transaction()
    await holding.start()
    await superuser.execute("select 1 from invoice_series where cooperative_id = $1 for update", seller.id)
    with moment(world, "2026-12-31T22:59:59+00:00"):
        waiter = asyncio.create_task(world.work())
        sql = """select count(*) from pg_stat_activity
                  where wait_event_type = 'Lock' and query like '%next_invoice_number%'"""

        async def waits() -> bool:
            # Within a transaction statistics stand still.
            await superuser.execute("select pg_stat_clear_snapshot()")
            return bool(await superuser.fetchval(sql))

        await until(waits)
        await asyncio.sleep(1.5)
        await holding.rollback()
        await waiter
    with moment(world, "2026-12-31T23:00:05+00:00"):
        (invoice,) = await invoices_of(app, order)
        assert (invoice["number"], invoice["issuedOn"]) == (f"{prefix}2027-00001", "2027-01-01")


async def test_a_prefix_that_is_changed_goes_on_in_the_series(world: World) -> None:
    seller, prefix, app = await selling(world)
    offering = await world.offering(seller, "50.00")
    first = await supplied(world, seller, app, offering)
    other = f"Z{prefix[1:]}"
    place = f"/v1/cooperatives/{seller.id}/invoice-details"
    await seller.treasurer("PATCH", place, {"invoicePrefix": other}, headers={"If-Match": "*"})
    second = await supplied(world, seller, app, offering)
    year = datetime.now(UTC).year
    numbers = [(await invoices_of(app, one))[0]["number"] for one in (first, second)]
    assert numbers == [f"{prefix}{year}-00001", f"{other}{year}-00002"]
    again = await seller.treasurer("POST", f"/v1/orders/{first['id']}/credits", {"reason": "stuk"})
    assert again["id"]
    assert (await invoices_of(app, first))[1]["number"] == f"{other}{year}-00003"
    await books_are_right(world)


async def test_orders_that_cannot_be_invoiced_keep_no_other_waiting(world: World) -> None:
    """Private people without an address, above 100.00, are not among those that the sweep takes in turns.

    Neither are those that are invoiced by the month; they are read once their month is over.
    """
    seller, _, app = await selling(world)
    offering, orders = await world.offering(seller, "200.00"), []
    for contact in (GUEST, COMPANY, MONTHLY):
        orders.append(await world.order(app, offering, contact=contact))
        await world.deliver(seller, orders[-1])
    async with world.books.transaction() as tx:
        month = tx.today.replace(day=1)
        later = (month + timedelta(days=31)).replace(day=1)
        asked = ((month, 1000), (month, 0), (later, 0))
        found = [{str(one.id) for one in await orders_without_invoice(tx, *one)} for one in asked]
    assert [[order["id"] in ids for order in orders] for ids in found] == [
        [False, True, False],
        [False, False, False],
        [False, False, True],
    ]
