"""An agreement that is signed late does not touch booked work; and no sale slips in while it is signed."""

import asyncio
from typing import Any

import asyncpg
import httpx

from tests.live import until
from tests.scenarios.test_first_sale import books_are_right
from tests.world import NOTHING, Caller, Json, Seller, World

WAITING = """select count(*) from pg_stat_activity
              where wait_event_type = 'Lock' and datname = current_database()"""

HALF: list[Json] = [{"kind": "remit_above", "threshold": "100.00", "percent": "50"}, {"kind": "pot"}]
ALL: list[Json] = [{"kind": "remit_above", "threshold": "0.00", "percent": "100"}, {"kind": "pot"}]


async def _draft(seller: Seller, rules: list[Json], active_from: str, title: str = "Later") -> str:
    body = {"title": title, "activeFrom": active_from, "rules": rules, "examples": NOTHING}
    drafted = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/agreements", body)
    return f"/v1/agreements/{drafted['id']}"


async def _half_signed(seller: Seller, rules: list[Json], active_from: str) -> str:
    place = await _draft(seller, rules, active_from)
    await seller.treasurer("POST", f"{place}/tests")
    await seller.treasurer("POST", f"{place}/signatures", {"side": "cooperative"})
    return place


async def _completed(world: World, seller: Seller, app: Caller, net: str = "500.00") -> Json:
    order = await world.order(app, await world.offering(seller, net))
    await world.deliver(seller, order)
    await app("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    return order


async def _earning(seller: Seller, order: Json) -> Json:
    found = await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/earnings")
    mine: Json = next(earning for earning in found["items"] if earning["orderId"] == order["id"])
    return mine


async def test_work_that_is_booked_keeps_its_agreement(world: World) -> None:
    """500.00 in May under half above 100.00; in June all above 0.00 from 1 May on: refused, already at the test."""
    with world.clock.at("2026-05-10"):
        seller, app = await world.cooperative(HALF), await world.app()
        early = await _half_signed(seller, ALL, "2026-05-01")
        order = await world.sale(seller, app, "500.00")
        refused = await seller.controller("POST", f"{early}/signatures", {"side": "municipality"}, status=409)
        assert (refused["code"], refused["facts"]) == (
            "work_booked_already",
            {"first": "2026-05-10", "earliest": "2026-05-11"},
        )
        assert "10 May 2026" in refused["detail"]
        assert "11 May 2026" in refused["detail"]
    with world.clock.at("2026-06-10"):
        late = await _draft(seller, ALL, "2026-05-10", "Even later")
        told = await seller.treasurer("POST", f"{late}/tests", status=409)
        assert told["code"] == "work_booked_already"
        asked = "mutation($i: UUID!) { tryAgreement(id: $i) { id } }"
        said = await seller.treasurer.graphql(asked, i=late.rpartition("/")[2])
        assert said["errors"][0]["extensions"]["code"] == "work_booked_already"
        await world.agreement(seller, ALL, NOTHING, "2026-05-11")
        balances = await world.balances(seller)
        assert (balances["pot"], balances["payable_municipality"]) == ("300.00", "200.00")
        assert (await _earning(seller, order))["agreementId"] == seller.agreement_id
    await books_are_right(world)


async def test_allowances_and_months_that_the_books_began_with_are_booked_work_too(world: World) -> None:
    rules: list[Json] = [{"kind": "hourly_allowance", "perHour": "4.50"}, {"kind": "collective"}]
    with world.clock.at("2026-05-10"):
        seller = await world.cooperative(rules)
        place = f"/v1/members/{seller.member_id}/allowances"
        granted = await seller.treasurer("POST", place, {"kind": "hourly_allowance", "minutes": 60})
        late = await _draft(seller, rules, "2026-05-01")
        assert (await seller.treasurer("POST", f"{late}/tests", status=409))["facts"]["first"] == "2026-05-10"
        await world.undo(seller, granted)
        await seller.treasurer("POST", f"{late}/tests")

        running = await world.cooperative(HALF)
        euro = {"amount": "10.00"}
        opening = {"asOf": "2026-05-01", "accounts": [{"kind": "bank", "amount": euro}]}
        opening |= {"pots": [{"memberId": running.member_id, "month": "2026-03", "amount": euro}]}
        opening |= {"totals": [{"memberId": running.member_id, "month": "2026-03", "amount": euro}]}
        await running.treasurer("POST", f"/v1/cooperatives/{running.id}/opening-balances", opening)
        late = await _draft(running, ALL, "2026-02-01")
        found = await running.treasurer("POST", f"{late}/tests", status=409)
        assert found["facts"] == {"first": "2026-03-01", "earliest": "2026-03-02"}


async def test_a_sale_that_is_booked_anew_keeps_its_version(world: World, database_url: str) -> None:
    """Old books may have a version that was signed late: a corrected payment takes nothing from anybody."""
    with world.clock.at("2026-05-10"):
        seller, app = await world.cooperative(HALF), await world.app()
        late = await _half_signed(seller, ALL, "2026-05-01")
        order = await _completed(world, seller, app)
        paid = await world.pay(seller, order)
        connection = await asyncpg.connect(database_url)
        try:
            await connection.execute(
                """update agreement set municipality_signed_at = now(), municipality_signed_by = (
                       select id from person where id <> cooperative_signed_by limit 1) where id = $1""",
                late.rpartition("/")[2],
            )
        finally:
            await connection.close()
        await world.undo(seller, paid)
        await world.pay(seller, order)
        balances = await world.balances(seller)
        assert (balances["pot"], balances["payable_municipality"]) == ("300.00", "200.00")
        assert (await _earning(seller, order))["agreementId"] == seller.agreement_id
    await books_are_right(world)


async def _send(caller: Caller, path: str, body: Json, key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key}
    return await caller.client.post(path, json=body, headers=headers)


async def test_a_sale_and_a_signature_at_once_come_in_one_order_or_the_other(world: World) -> None:
    """Either refused after the sale, or signed before it, so that the sale is split by it."""
    outcomes = set()
    for number in range(8):
        with world.clock.at("2026-05-10"):
            seller, app = await world.cooperative(HALF), await world.app()
            late = await _half_signed(seller, ALL, "2026-05-01")
            order = await _completed(world, seller, app)
            acts: list[Any] = [
                _send(seller.treasurer, f"/v1/orders/{order['id']}/payments", {"amount": order["gross"]}, "pay"),
                _send(seller.controller, f"{late}/signatures", {"side": "municipality"}, "sign"),
            ]
            answers = await asyncio.gather(*(acts if number % 2 else reversed(acts)))
            paid, signed = answers if number % 2 else reversed(answers)
            assert paid.status_code == 201, paid.text
            version = (await _earning(seller, order))["agreementId"]
            if signed.status_code == 200:
                assert version == late.rpartition("/")[2]
            else:
                assert (signed.status_code, version) == (409, seller.agreement_id)
                assert signed.json()["code"] == "work_booked_already"
            outcomes.add(signed.status_code)
    assert outcomes <= {200, 409}
    await books_are_right(world)


async def test_a_sale_that_read_the_agreement_before_it_was_signed_reads_it_again(
    world: World, database_url: str
) -> None:
    """The sale waits for its member's year with the old version; the new one is signed; the sale continues."""
    with world.clock.at("2026-05-10"):
        seller, app = await world.cooperative(HALF), await world.app()
        # This creates the year.
        await world.sale(seller, app, "10.00")
        await world.agreement(seller, HALF, NOTHING, "2026-05-11")
    with world.clock.at("2026-05-12"):
        late = await _half_signed(seller, ALL, "2026-05-12")
        order = await _completed(world, seller, app)
        connection = await asyncpg.connect(database_url)
        observer = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
        try:
            held = connection.transaction()
            await held.start()
            await connection.execute("set local role samen_books")
            await connection.fetch("select 1 from member_year where member_id = $1 for update", seller.member_id)
            body = {"amount": order["gross"]}
            paying = asyncio.create_task(_send(seller.treasurer, f"/v1/orders/{order['id']}/payments", body, "pay"))
            # It has read the version.
            await until(lambda: observer.fetchval(WAITING))
            signed = await _send(seller.controller, f"{late}/signatures", {"side": "municipality"}, "sign")
            assert signed.status_code == 200, signed.text
            await held.rollback()
        finally:
            await connection.close()
            await observer.close()
        assert (await paying).status_code == 201
        assert (await _earning(seller, order))["agreementId"] == late.rpartition("/")[2]
    await books_are_right(world)
