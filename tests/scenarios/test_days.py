"""Every day that people type has bounds; impossible days in old books are reported, and block nothing."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from app.db.books.invariants import broken
from app.db.engine import Tx
from tests.scenarios import buying, jobs
from tests.scenarios.test_first_sale import books_are_right
from tests.scenarios.test_nettings import owing
from tests.world import Caller, Json, World

EURO: Json = {"amount": {"amount": "1.00"}}
LEGS = (("cooperative_fund", 100), ("payable_member", -100))


def _is_refused(answer: Json, field: str, first: str, last: str) -> None:
    assert answer["code"] == "day_out_of_range", answer
    assert answer["facts"] == {"field": field, "first": first, "last": last}


async def test_money_of_a_fund_has_a_day_since_the_books_began(world: World) -> None:
    with world.clock.at("2026-11-20"):
        seller = await world.cooperative()
        body = {"title": "Dak", "purposes": ["dak"]}
        fund = (await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/funds", body))["id"]
        gift = EURO | {"giver": "Buurt"}
        place = f"/v1/funds/{fund}/donations"
        refused = await seller.treasurer("POST", place, gift | {"paidOn": "2025-12-31"}, status=422)
        assert refused["code"] == "day_out_of_range"
        for day in ("2026-11-21", "0206-02-03", "1826-02-03"):
            (fault,) = (await seller.treasurer("POST", place, gift | {"paidOn": day}, status=400))["errors"]
            assert (fault["field"], fault["code"]) == ("paidOn", "day_out_of_range")
        await seller.treasurer("POST", f"/v1/funds/{fund}/donations", gift | {"paidOn": "2026-01-01"})
        spent = EURO | {"purpose": "dak", "supplier": "S", "title": "T", "paidOn": "2020-01-01"}
        answer = await seller.treasurer("POST", f"/v1/funds/{fund}/expenses", spent, status=422)
        _is_refused(answer, "paidOn", "2026-01-01", "2026-11-20")
        assert "from 1 January 2026 to 20 November 2026" in answer["detail"]
        query = """mutation($f: UUID!, $d: Date!) { spendFund(idempotencyKey: "k", fundId: $f, input: {purpose: "dak",
                   supplier: "S", title: "T", amount: {amount: "1.00"}, paidOn: $d}) { id } }"""
        said = await seller.treasurer.graphql(query, f=fund, d="2020-01-01")
        assert said["errors"][0]["extensions"]["code"] == "day_out_of_range"
        dutch = await seller.treasurer(
            "POST", f"/v1/funds/{fund}/expenses", spent, status=422, headers={"Accept-Language": "nl"}
        )
        assert "van 1 januari 2026 tot en met 20 november 2026" in dutch["detail"]


async def test_books_that_were_opened_begin_on_that_day(world: World) -> None:
    with world.clock.at("2026-07-10"):
        seller = await world.cooperative()
        place = f"/v1/cooperatives/{seller.id}/opening-balances"
        accounts = [{"kind": kind, "amount": {"amount": "5.00"}} for kind in ("bank", "cooperative_fund")]
        opening: Json = {"accounts": accounts}
        for day in ("2062-01-01", "0026-01-01", "2026-07-11"):
            (fault,) = (await seller.treasurer("POST", place, opening | {"asOf": day}, status=400))["errors"]
            assert (fault["field"], fault["code"]) == ("asOf", "day_out_of_range")
            assert "from 1 January 2000 to 10 July 2026" in fault["message"]
        await seller.treasurer("POST", place, opening | {"asOf": "2026-07-01"})
        fund = await seller.treasurer(
            "POST", f"/v1/cooperatives/{seller.id}/funds", {"title": "Dak", "purposes": ["dak"]}
        )
        gift = EURO | {"giver": "Buurt", "paidOn": "2026-06-30"}
        refused = await seller.treasurer("POST", f"/v1/funds/{fund['id']}/donations", gift, status=422)
        _is_refused(refused, "paidOn", "2026-07-01", "2026-07-10")


async def test_what_happened_is_after_what_it_belongs_to(world: World) -> None:
    """Payments, deliveries, allowances, hours, settlements of a purchase."""
    rules: list[Json] = [{"kind": "hourly_allowance", "perHour": "4.50"}, {"kind": "collective"}]
    with world.clock.at("2026-11-20"):
        seller, app = await world.cooperative(rules), await world.app()
        order = await world.order(app, await world.offering(seller))
        await world.deliver(seller, order)
    with world.clock.at("2026-11-25"):
        # Money may come before the order, but not before the books: the agreement of this year began them.
        place, paid = f"/v1/orders/{order['id']}", {"amount": order["gross"]}
        for path in ("payments", "repayments"):
            early = paid | {"paidOn": "2025-12-31"}
            refused = await seller.treasurer("POST", f"{place}/{path}", early, status=422)
            _is_refused(refused, "paidOn", "2026-01-01", "2026-11-25")
            await seller.treasurer("POST", f"{place}/{path}", paid | {"paidOn": "2026-11-19"})

        hours = {"kind": "hourly_allowance", "minutes": 60}
        place = f"/v1/members/{seller.member_id}/allowances"
        for day in ("2025-12-31", "2026-11-26"):
            refused = await seller.treasurer("POST", place, hours | {"day": day}, status=422)
            assert refused["code"] == "day_out_of_range"
        (fault,) = (await seller.treasurer("POST", place, hours | {"day": "0001-01-01"}, status=400))["errors"]
        assert (fault["field"], fault["code"]) == ("day", "day_out_of_range")

        other = await world.cooperative()
        delivered = EURO | {"toCooperativeId": other.id, "title": "Groente", "deliveredOn": "2020-01-01"}
        refused = await seller.treasurer(
            "POST", f"/v1/cooperatives/{seller.id}/internal-deliveries", delivered, status=422
        )
        assert refused["code"] == "day_out_of_range"
    await books_are_right(world)


async def test_a_month_of_long_ago_is_closed_only_if_a_slip_opened_it(world: World) -> None:
    """In both faces; `check_close` lets the mistaken month through."""
    with world.clock.at("2026-11-20"):
        seller = await world.cooperative()
        body = {"month": "0206-02"}
        refused = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/periods", body, status=422)
        _is_refused(refused, "month", "2000-01-01", "2026-11-20")
        query = """mutation($c: UUID!) { closeMonth(idempotencyKey: "m", cooperativeId: $c,
                   input: {month: "0206-02"}) { month } }"""
        said = await seller.treasurer.graphql(query, c=seller.id)
        assert said["errors"][0]["extensions"]["code"] == "day_out_of_range"


async def test_a_signed_agreement_begins_within_two_years(world: World) -> None:
    with world.clock.at("2026-11-20"):
        seller = await world.cooperative()
        body: Json = {"title": "x", "rules": [{"kind": "pot"}], "examples": [{"name": "n", "net": "0", "expected": {}}]}
        place = f"/v1/cooperatives/{seller.id}/agreements"
        for day in ("2062-01-01", "0001-01-01", "9999-12-31"):
            (fault,) = (await seller.treasurer("POST", place, body | {"activeFrom": day}, status=400))["errors"]
            assert (fault["field"], fault["code"]) == ("activeFrom", "day_out_of_range")
            assert "from 1 January 2000 to 20 November 2028" in fault["message"]
        made = await seller.treasurer("POST", place, body | {"activeFrom": "2028-11-20"})
        tag = {"If-Match": f'"{made["version"]}"'}
        change = {"activeFrom": "2028-11-21"}
        refused = await seller.treasurer("PATCH", f"/v1/agreements/{made['id']}", change, status=400, headers=tag)
        assert refused["errors"][0]["code"] == "day_out_of_range"


async def test_what_is_planned_is_within_ten_years(world: World) -> None:
    with world.clock.at("2026-11-20"):
        seller, app = await world.cooperative(), await world.app()
        offering = await world.offering(seller)
        body = {"lines": [{"offeringId": offering, "quantity": 1}], "contact": {"name": "J", "email": "j@example.org"}}
        wanted = body | {"neededAt": "9999-12-31T23:59:59Z"}
        (fault,) = (await app("POST", "/v1/orders", wanted, status=400))["errors"]
        assert (fault["field"], fault["code"]) == ("neededAt", "day_out_of_range")
        given = {"memberId": seller.member_id, "startsOn": "2026-01-01", "until": "2099-12-31"}
        manager = await world.officer("case_manager", municipalityId=seller.municipality_id)
        place = f"/v1/cooperatives/{seller.id}/permissions"
        (fault,) = (await manager("POST", place, given, status=400))["errors"]
        assert (fault["field"], fault["code"]) == ("until", "day_out_of_range")
        (fault,) = (await jobs.plan(world, seller, status=400, endsAt="2999-01-01T00:00:00Z"))["errors"]
        assert (fault["field"], fault["code"]) == ("endsAt", "day_out_of_range")
        statement = f"/v1/cooperatives/{seller.id}/statement?since=0001-01-01&until=2026-12-31"
        (fault,) = (await seller.treasurer("GET", statement, status=400))["errors"]
        assert (fault["field"], fault["code"]) == ("since", "day_out_of_range")


@pytest.mark.parametrize("day", ["1795910400", "1795910400.5", "20261101", "2026-11-01T00:00:00Z", "2026-W45-1"])
async def test_rest_takes_no_count_of_seconds_for_a_day(world: World, day: str) -> None:
    seller, app = await world.cooperative(), await world.app()
    order = await world.order(app, await world.offering(seller))
    await world.deliver(seller, order)
    paid = {"amount": order["gross"], "paidOn": day}
    refused = await seller.treasurer("POST", f"/v1/orders/{order['id']}/payments", paid, status=400)
    assert refused["errors"][0]["field"] == "paidOn"
    if day[:4] != "2026":
        wanted = {"lines": [{"offeringId": str(seller.id), "quantity": 1}], "neededAt": day}
        refused = await app("POST", "/v1/orders", wanted, status=400)
        assert refused["errors"][0]["field"] == "neededAt"
    await seller.treasurer("GET", f"/v1/cooperatives/{seller.id}/statement?since={day}&until=2026-12-31", status=400)


async def _as_owner(database_url: str, sql: str, *arguments: Any) -> Any:
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


FOLLOWS = {
    "journal.period",
    "journal_reversal.day",
    "member_month.month",
    "fund_month.month",
    "period.month",
    "vat_rate.from_date",
}
"""Days that are derived from others, or come with the code."""


async def test_the_database_guards_every_day(database_url: str, world: World) -> None:
    columns = await _as_owner(
        database_url,
        """select c.table_name || '.' || c.column_name as name, c.table_name, c.column_name
             from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and c.data_type = 'date' and t.table_type = 'BASE TABLE'""",
    )
    triggers = await _as_owner(database_url, "select tgrelid::regclass::text as t, tgname as n from pg_trigger")
    there = {(row["t"].strip('"'), row["n"]) for row in triggers}
    for row in columns:
        if row["name"] not in FOLLOWS:
            for kind in ("in_range", "stays_in_range"):
                assert (row["table_name"], f"{row['column_name']}_{kind}") in there, row["name"]
    for column in ("needed_at_in_range", "needed_at_stays_in_range"):
        assert ("order", column) in there


@pytest.mark.parametrize("day", ["infinity", "-infinity", "1999-12-31", "2200-01-01"])
async def test_the_database_takes_no_day_that_cannot_be(world: World, database_url: str, day: str) -> None:
    seller = await world.cooperative()
    sql = f"update agreement set active_from = '{day}'::date where id = $1"
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await _as_owner(database_url, sql, seller.agreement_id)
    assert refused.value.constraint_name == "agreement_active_from_in_range"
    sql = "insert into agreement select (jsonb_populate_record(a, jsonb_build_object('id', gen_random_uuid(), "
    sql += f"'number', 99, 'active_from', '{day}'))).* from agreement a where id = $1"
    with pytest.raises(asyncpg.CheckViolationError):
        await _as_owner(database_url, sql, seller.agreement_id)


async def test_books_that_hold_an_infinite_day_are_told_and_can_be_mended(world: World, database_url: str) -> None:
    """No invariant goes blind; the rows can still be moved on. All of it is rolled back."""
    rules: list[Json] = [{"kind": "premium", "count": 2, "yearlyCap": "100.00"}, {"kind": "collective"}]
    with world.clock.at("2026-11-20"):
        seller = await world.cooperative(rules)
        await world.lower_floor(seller)
        place = f"/v1/members/{seller.member_id}/allowances"
        granted = await seller.treasurer("POST", place, {"kind": "premium"} | EURO)
    day = "'-infinity'::date"
    slips = {
        f"update allowance set day = {day} where id = $1": granted["id"],
        f"update journal set effective_on = {day}, period = {day} where source_id = $1": granted["id"],
        f"update fund_month set month = {day} where cooperative_id = $1": seller.id,
        f"update agreement set active_from = {day} where id = $1": seller.agreement_id,
    }
    connection = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("set local session_replication_role = replica")
        for sql, row_id in slips.items():
            await connection.execute(sql, row_id)
        await connection.execute("set local session_replication_role = origin")
        found = await broken(Tx(connection, datetime.now(UTC)))
        assert not [row for rows in found.values() for row in rows if "cannot be asked" in row], found
        told = next(rows for name, rows in found.items() if name.startswith("I24"))
        assert {row.split()[0] for row in told} == {"journal", "agreement"}
        assert not any(rows for name, rows in found.items() if name.startswith("I9"))

        sql = "update allowance set day = day, state = 'reversed', reversed_by = granted_by where id = $1"
        await connection.execute(sql, granted["id"])
        original = await connection.fetchrow("select * from journal where source_id = $1", granted["id"])
        legs = [{"kind": kind, "cents": cents, "rule": "reversal", "facts": {}} for kind, cents in LEGS]
        undone = {
            name: original[name] for name in ("cooperative_id", "source_type", "source_id", "currency", "agreement_id")
        }
        undone |= {"id": uuid.uuid4(), "kind": "allowance_reversal", "part": 1, "reverses": original["id"]}
        undone |= {"effective_on": "-infinity", "legs": [legs[0], legs[1] | {"member": seller.member_id}]}
        await connection.execute("select post_journals($1::text::jsonb)", json.dumps([undone], default=str))
        found = await broken(Tx(connection, datetime.now(UTC)))
        told = next(rows for name, rows in found.items() if name.startswith("I24"))
        assert [row.split()[0] for row in told] == ["agreement"]
    finally:
        await transaction.rollback()
        await connection.close()


async def _too_early(who: Caller, path: str, body: Json, field: str, first: str) -> None:
    """The day before `first` is refused, with its field."""
    day = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    refused = await who("POST", path, body | {field: day}, status=422)
    assert (refused["code"], refused["facts"]["field"], refused["facts"]["first"]) == ("day_out_of_range", field, first)


async def test_a_purchase_of_the_pot_and_a_joint_one_are_paid_after_they_were_planned(world: World) -> None:
    with world.clock.at("2026-11-10"):
        seller = await buying.rich(world)
        ask = {"purpose": "materiaal", "title": "Garen", "supplier": "De Spoel", "amount": {"amount": "10.00"}}
        asked = await seller.member("POST", f"/v1/members/{seller.member_id}/spending-requests", ask)
        place = f"/v1/spending-requests/{asked['id']}"
        await seller.coordinator("POST", f"{place}/transitions", {"verb": "approve"})
        purchase = await buying.plan(world, seller)
        await buying.mine(seller, purchase, 10)
    with world.clock.at("2026-11-20"):
        await _too_early(seller.treasurer, f"{place}/payments", {}, "paidOn", "2026-11-10")
        await seller.treasurer("POST", f"{place}/payments", {"paidOn": "2026-11-10"})
        await world.work()
        await buying.move(seller.coordinator, purchase, "order")
        article = purchase["articles"][0]["id"]
        await seller.coordinator("POST", f"/v1/purchase-articles/{article}/receipts", {"units": 10})
        await buying.move(seller.coordinator, purchase, "receive")
        total = {"total": {"amount": "10.00"}}
        place = f"/v1/joint-purchases/{purchase['id']}/settlements"
        await _too_early(seller.treasurer, place, total, "paidOn", "2026-11-10")
        await seller.treasurer("POST", place, total | {"paidOn": "2026-11-10"})
    await books_are_right(world)


async def test_a_ballot_and_a_remittance_are_paid_after_they_were_asked(world: World) -> None:
    rules: list[Json] = [
        {"kind": "vote", "percent": "50"},
        {"kind": "remit_above", "basis": "cooperative_year", "threshold": "0", "percent": "50"},
        {"kind": "collective"},
    ]
    with world.clock.at("2026-10-10"):
        seller = await world.cooperative(rules)
        await world.sale(seller, await world.app(), "100.00")
    with world.clock.at("2026-11-10"):
        bus = {"title": "Bus", "supplier": "Garage", "amount": {"amount": "10.00"}}
        ballot = await seller.member("POST", f"/v1/cooperatives/{seller.id}/ballots", bus)
        await seller.member("POST", f"/v1/ballots/{ballot['id']}/votes", {"yes": True})
        await world.close_month(seller, "2026-10")
        reported = await seller.treasurer("POST", f"/v1/cooperatives/{seller.id}/remittances", {"through": "2026-10"})
        place = f"/v1/remittances/{reported['id']}"
        await seller.controller("POST", f"{place}/invoices", {"reference": "F1"})
    with world.clock.at("2026-11-20"):
        await _too_early(seller.treasurer, f"/v1/ballots/{ballot['id']}/payments", {}, "paidOn", "2026-11-10")
        await seller.treasurer("POST", f"/v1/ballots/{ballot['id']}/payments", {"paidOn": "2026-11-10"})
        await _too_early(seller.treasurer, f"{place}/payments", {}, "paidOn", "2026-11-10")
        # November lowered what is owed to 45.00: the invoice of 50.00 is paid all the same, and not beside a payout.
        payouts = f"/v1/cooperatives/{seller.id}/payouts"
        town: Json = {"creditor": {"kind": "municipality", "id": seller.municipality_id}}
        await seller.treasurer("POST", payouts, town | {"amount": {"amount": "45.01"}}, status=409)
        paid = await seller.treasurer("POST", payouts, town | {"amount": {"amount": "45.00"}})
        await seller.treasurer("POST", f"{place}/payments", {"paidOn": "2026-11-10"}, status=409)
        await world.undo(seller, paid)
        await seller.treasurer("POST", f"{place}/payments", {"paidOn": "2026-11-10"})
        await seller.treasurer("POST", payouts, town | {"amount": {"amount": "0.01"}}, status=409)
        assert (await seller.treasurer("GET", place))["state"] == "settled"
    await books_are_right(world)


async def test_hours_are_worked_since_the_job_was_put_down(world: World) -> None:
    with world.clock.at("2026-11-10"):
        lead = await world.cooperative()
        job = await jobs.plan(world, lead, jobs.slot("Koken", 1, kind="hours"))
        part = await jobs.join(lead.member, job, lead.member_id)
        await jobs.agreed(job, lead)
        await jobs.move(lead.coordinator, job, "start")
    with world.clock.at("2026-11-20"):
        place, worked = f"/v1/assignment-parts/{part['id']}/hours", {"minutes": 60}
        await _too_early(lead.member, place, worked, "day", "2026-11-10")
        await lead.member("POST", place, worked | {"day": "2026-11-10"})


async def test_a_netting_is_paid_in_the_month_that_it_clears_or_later(world: World) -> None:
    with world.clock.at("2026-11-10"):
        lead, other = await owing(world)
    with world.clock.at("2026-11-20"):
        made = await lead.treasurer("POST", f"/v1/cooperatives/{lead.id}/nettings", {"withCooperativeId": other.id})
        place = f"/v1/nettings/{made['id']}/confirmations"
        await _too_early(lead.treasurer, place, {"cooperativeId": lead.id}, "paidOn", "2026-11-01")
        await lead.treasurer("POST", place, {"cooperativeId": lead.id, "paidOn": "2026-11-01"})
