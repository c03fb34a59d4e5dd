"""Books of before the chart are carried over: nothing that is booked changes, and the books are right."""

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import opened
from app.db.logins import BOOKS_ROLE, WORKER_ROLE, logins_at
from app.migrations import migrate_to_head
from app.running.run import SystemRun
from app.usecases.ledger import check_books
from app.worker import Worker
from tests.older import execute, restored

SEEN = """
    create schema seen;
    create table seen.journal as select * from journal;
    create table seen.entry as select * from entry;
    create table seen.balance as
    select a.cooperative_id, a.kind, a.member_id, sum(e.cents) as cents
      from account a join entry e on e.account_id = a.id group by 1, 2, 3;
    create table seen.moment as select clock_timestamp() as at;
    grant usage on schema seen to public;
    grant select on all tables in schema seen to public"""


@pytest.fixture(scope="module")
def url(postgres: EmbeddedPostgres, database_url: str) -> Iterator[str]:
    """Books of 0047 with money of every kind, carried over; `database_url` has made the roles by then."""
    assert database_url
    name = f"samen_upgrade_books_{os.getpid()}"
    url = restored(postgres, name, "0047")
    asyncio.run(execute(url, SEEN))
    migrate_to_head(url)
    yield url
    postgres.command("dropdb", "--force", name)


async def asked(url: str, sql: str) -> list[Any]:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


async def test_the_books_are_right(url: str) -> None:
    async with opened(logins_at(url), role=WORKER_ROLE) as worker:
        # What was booked a day ago is to be sealed, and the dump grows old.
        await Worker(worker).guard()
    async with opened(logins_at(url), role=BOOKS_ROLE) as books:
        found = await SystemRun(books)(check_books)
    assert found
    assert not any(found.values()), {name: rows for name, rows in found.items() if rows}


async def test_nothing_that_is_booked_changes(url: str) -> None:
    for table in ("journal", "entry"):
        changed = f"select count(*) from (select * from seen.{table} except select * from {table}) c"
        assert (await asked(url, changed))[0][0] == 0
        assert (await asked(url, f"select count(*) from seen.{table}"))[0][0] > 500
    kinds = {row[0]: row[1] for row in await asked(url, "select kind, count(*) from journal group by 1")}
    assert min(kinds[kind] for kind in ("classification", "charge", "cost")) >= 10


async def test_what_the_books_said_a_day_before_they_still_say(url: str) -> None:
    differs = """
        select count(*) from seen.balance b full join (
            select a.cooperative_id, a.kind, a.member_id, sum(e.cents) as cents
              from account a join entry e on e.account_id = a.id join journal j on j.id = e.journal_id
             where j.booked_at <= (select at from seen.moment) group by 1, 2, 3) n
            on n.cooperative_id = b.cooperative_id and n.kind = b.kind and n.member_id is not distinct from b.member_id
         where n.cents is distinct from b.cents"""
    assert (await asked(url, differs))[0][0] == 0


async def test_only_what_was_due_or_owed_moved_between_accounts(url: str) -> None:
    """Members keep what they had, money is where it was, and VAT has left the account without a box."""
    moved = """
        select a.kind, sum(e.cents)::bigint as cents from entry e join account a on a.id = e.account_id
          join journal j on j.id = e.journal_id where j.booked_at > (select at from seen.moment) group by 1"""
    found = {row["kind"]: row["cents"] for row in await asked(url, moved)}
    assert not {"bank", "pot", "held", "training_pot", "restricted_fund", "reserved"} & set(found)
    rest = """select count(*) from account a join balance b on b.account_id = a.id
               where a.kind = 'vat' and a.party is null and b.posted <> 0"""
    assert (await asked(url, rest))[0][0] == 0
    facts = """select count(*) from entry e join account a on a.id = e.account_id
                where a.kind = 'vat' and a.party is not null
                  and not e.facts ?& array['box', 'rate', 'base', 'taxDay']"""
    assert (await asked(url, facts))[0][0] == 0


async def test_twice_adds_nothing(url: str) -> None:
    kinds = "select kind, count(*) from journal group by 1 order by 1"
    before = await asked(url, kinds)
    await execute(url, "insert into books_to_carry_over select id from cooperative")
    await asyncio.to_thread(migrate_to_head, url)
    assert await asked(url, kinds) == before
    assert (await asked(url, "select count(*) from books_to_carry_over"))[0][0] == 0


async def test_a_credit_in_parts_of_two_rates_has_its_lines(url: str) -> None:
    """33.33 of Noor's 100.00 at 9 % and Sam's 100.00 at 21 %: by what each of them gave up."""
    sql = """select c.net_cents, c.vat_cents, array_agg(l.net_cents order by o.vat_basis_points) as nets,
                    array_agg(l.vat_cents order by o.vat_basis_points) as vats
               from credit c join credit_line l on l.credit_id = c.id join order_line o on o.id = l.order_line_id
              where c.net_cents + c.vat_cents = 3333 group by c.id having count(*) = 2"""
    (row,) = await asked(url, sql)
    assert sum(row["nets"]) == row["net_cents"] > 0
    assert sum(row["vats"]) == row["vat_cents"] > 0


async def test_costs_that_old_refunds_took_off_are_owed_again(url: str) -> None:
    """200.00 with 30.00 of costs, half given back: 15.00 was taken off the costs; the fund bears it."""
    sql = """select a.kind, e.cents from journal j join entry e on e.journal_id = j.id
                join account a on a.id = e.account_id
              where j.kind = 'cost' and j.booked_at > (select at from seen.moment)
                and j.id in (select journal_id from entry where rule = 'costs_above_net')"""
    found = {(row["kind"], row["cents"]) for row in await asked(url, sql)}
    assert {("payable_member", 1500), ("cooperative_fund", -1500)} <= found


async def test_what_is_unpaid_has_the_timer_of_its_vat(url: str) -> None:
    unpaid = """select count(*) as orders, count(t.id) as timers from "order" o
                  left join timer t on t.subject_id = o.id and t.kind = 'vat_unpaid'
                   and (t.due_at at time zone 'Europe/Amsterdam')::date = due_on(o) + interval '1 year'
                 where o.state in ('delivered', 'completed') and o.buyer_id is null and o.vat_cents > 0
                   and o.paid_cents < price_left(o)"""
    (row,) = await asked(url, unpaid)
    assert row["orders"] == row["timers"] > 0
    others = """select count(*) from timer t join "order" o on o.id = t.subject_id
                 where t.kind = 'vat_unpaid' and (o.paid_cents >= price_left(o) or o.buyer_id is not null)"""
    assert (await asked(url, others))[0][0] == 0
