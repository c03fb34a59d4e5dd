"""The first statement of a bank account, in books that exist: from then on only its lines move the bank."""

from uuid import UUID

from app.db import ledger
from app.db.engine import uuid7
from app.domain.ledger import AccountKind, JournalKind, Leg, Posting
from tests.scenarios.statements import line, lines_of, move, stated, statement, type_in
from tests.scenarios.test_bank_statements import with_account
from tests.scenarios.test_first_sale import books_are_right
from tests.world import OTHER_IBAN, Json, Seller, World


async def pay(world: World, seller: Seller, price: str, day: str) -> Json:
    """A payment of an order, recorded on its day."""
    with world.clock.at(day):
        order = await world.order(world.person(), await world.offering(seller, price))
        return await world.pay(seller, order)


async def in_transit(seller: Seller) -> dict[str, str]:
    """What waits for a line, by its journal."""
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/transit-items?limit=100")
    return {one["id"]: one["amount"]["amount"] for one in found["items"]}


async def test_what_was_recorded_since_its_first_day_waits_for_its_line(world: World) -> None:
    seller = await with_account(world)
    await pay(world, seller, "100.00", "2026-02-20")
    later = await pay(world, seller, "50.00", "2026-03-05")
    await stated(seller, "2026-03-01", "2026-03-31", "121.00", line("2026-03-06", "1.00"))
    journal = await world.journal(seller, later["id"])
    assert await in_transit(seller) == {journal["id"]: "60.50"}
    held = await world.balances(seller)
    assert (held["bank"], held["suspense"]) == ("-122.00", "1.00")
    assert [one["isDifference"] for one in await lines_of(seller)] == [False]
    moved = await world.journal(seller, journal["id"], "in_transit")
    assert moved["effectiveOn"] == "2026-03-05"
    await books_are_right(world)


async def test_a_payment_and_its_reversal_close_each_other(world: World) -> None:
    seller = await with_account(world)
    paid = await pay(world, seller, "50.00", "2026-03-05")
    with world.clock.at("2026-03-07"):
        await world.undo(seller, paid)
    await stated(seller, "2026-03-01", "2026-03-31", "0.00")
    assert await in_transit(seller) == {}
    assert (await world.balances(seller))["bank"] == "0.00"
    await books_are_right(world)


async def test_what_undoes_an_older_payment_waits(world: World) -> None:
    """Whether it was undone before the statement came or after it."""
    seller = await with_account(world)
    one, other = await pay(world, seller, "50.00", "2026-02-05"), await pay(world, seller, "10.00", "2026-02-06")
    first, second = [await world.journal(seller, paid["id"]) for paid in (one, other)]
    with world.clock.at("2026-03-07"):
        await world.undo(seller, one)
    await stated(seller, "2026-03-01", "2026-03-31", "72.60")
    await world.undo(seller, other)
    assert await in_transit(seller) == {first["id"]: "-60.50", second["id"]: "-12.10"}
    assert (await world.balances(seller))["bank"] == "-72.60"
    await books_are_right(world)


async def test_what_the_statement_says_beyond_the_books_is_a_line(world: World) -> None:
    seller = await with_account(world)
    await pay(world, seller, "100.00", "2026-02-20")
    await stated(seller, "2026-03-01", "2026-03-31", "100.00")
    (difference,) = await lines_of(seller)
    assert (difference["isDifference"], difference["amount"]["amount"], difference["day"]) == (
        True,
        "-21.00",
        "2026-03-01",
    )
    held = await world.balances(seller)
    assert (held["bank"], held["suspense"]) == ("-100.00", "-21.00")
    await books_are_right(world)


async def test_an_opening_stays_at_the_bank_whatever_its_day(world: World) -> None:
    seller = await with_account(world)
    accounts = [{"kind": kind, "amount": {"amount": "500.00"}} for kind in ("bank", "cooperative_fund")]
    body = {"asOf": "2026-03-01", "accounts": accounts, "dryRun": False}
    await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/opening-balances", body)
    await stated(seller, "2026-03-01", "2026-03-31", "500.00")
    assert (await in_transit(seller), await lines_of(seller)) == ({}, [])
    assert (await world.balances(seller))["bank"] == "-500.00"


async def test_a_second_account_begins_with_a_difference(world: World) -> None:
    seller = await with_account(world)
    await pay(world, seller, "100.00", "2026-02-20")
    await stated(seller, "2026-03-01", "2026-03-31", "100.00")
    await seller.pays_to(OTHER_IBAN)
    await stated(seller, "2026-03-01", "2026-03-31", "21.00", iban=OTHER_IBAN)
    assert [one["amount"]["amount"] for one in await lines_of(seller)] == ["21.00", "-21.00"]
    held = await world.balances(seller)
    assert (held["bank"], held["suspense"]) == ("-121.00", "0.00")
    await books_are_right(world)


async def test_it_begins_after_the_last_closed_month(world: World) -> None:
    seller = await with_account(world)
    with world.clock.at("2026-03-20"):
        await stated(seller, "2026-02-01", "2026-02-28", "0.00")
        await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/periods", {"month": "2026-02"})
    await seller.pays_to(OTHER_IBAN)
    early = statement("2026-02-28", "2026-03-31", "0.00", iban=OTHER_IBAN)
    refused = await type_in(seller, early, status=422)
    assert (refused["code"], refused["facts"]["first"]) == ("day_out_of_range", "2026-03-01")
    await stated(seller, "2026-03-01", "2026-03-31", "0.00", iban=OTHER_IBAN)


async def test_what_was_cash_is_in_cash(world: World) -> None:
    """Books of an earlier version hold cash at the bank."""
    seller = await with_account(world)
    order = await world.order(world.person(), await world.offering(seller, "50.00"))
    cash = {"amount": order["gross"], "method": "cash"}
    paid = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", cash)
    bank = Leg(kind=AccountKind.BANK, cents=-6050, rule="payment", facts={})
    async with world.books.transaction() as tx:
        await ledger.post(
            tx,
            Posting(
                id=uuid7(),
                cooperative_id=UUID(seller.id),
                kind=JournalKind.PAYMENT,
                source_type="payment",
                source_id=UUID(paid["id"]),
                part=2,
                effective_on=tx.today,
                legs=(bank, Leg(kind=AccountKind.CASH, cents=6050, rule="payment", facts={})),
            ),
        )
    assert (await world.balances(seller))["cash"] == "0.00"
    await stated(seller, "2026-03-01", "2026-03-31", "0.00")
    held = await world.balances(seller)
    assert (held["bank"], held["cash"], held.get("in_transit", "0.00")) == ("0.00", "-60.50", "0.00")


async def test_of_two_first_statements_the_second_has_to_join_on(world: World) -> None:
    seller = await with_account(world)
    await pay(world, seller, "100.00", "2026-02-20")
    body = statement("2026-03-01", "2026-03-31", "121.00")
    one, other = (
        await type_in(seller, body),
        await type_in(seller, body | {"closing": {"amount": "122.00"}, "lines": [line("2026-03-10", "1.00")]}),
    )
    await move(seller.coordinator, one)
    assert (await move(seller.coordinator, other, status=409))["code"] == "statement_differs"
    assert (await world.balances(seller))["bank"] == "-121.00"
