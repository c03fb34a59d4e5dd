"""An upgrade makes a spell of the first day under the small-business scheme, and lines remember their VAT."""

import asyncio
import os
from collections.abc import Iterator
from datetime import date

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import opened
from app.db.logins import BOOKS_ROLE, logins_at
from app.db.people.cooperatives import cooperatives
from app.migrations import migrate_to_head
from tests.older import execute, restored

PLANTED = """
    set session_replication_role = replica;
    create schema seen;
    create table seen.planted as
        select o.id as order_id, o.cooperative_id, f.id as offering_id, f.edition,
               row_number() over (order by f.id) as place
          from (select id, cooperative_id from "order"
                 where paid_cents = 0 and refunded_cents = 0 and sale_parts = 0 and state in ('placed', 'accepted')
                   and buyer_id is null order by id limit 1) o
         cross join lateral (select e.offering_id as id, max(e.edition) as edition from offering_edition e
                              group by 1 order by 1 limit 3) f;
    update cooperative set small_business_from = '2026-02-01'
     where id = (select cooperative_id from seen.planted limit 1);
    create table seen.begun as select id, small_business_from from cooperative where small_business_from is not null;
    update offering_edition e set contents = contents || jsonb_build_object('vat_class',
               case p.place when 1 then 'lodging' when 2 then 'exempt' else 'standard' end)
      from seen.planted p where (p.offering_id, p.edition) = (e.offering_id, e.edition);
    delete from order_line where order_id in (select order_id from seen.planted);
    insert into order_line (id, order_id, offering_id, edition, member_id, title, price_unit, quantity,
                            unit_price_cents, vat_class, vat_basis_points, counts_stock)
    select uuidv7(), order_id, offering_id, edition, null, 'x', 'piece', 1, 100, 'exempt', 0, false from seen.planted;
    update "order" set net_cents = 300, vat_cents = 0 where id in (select order_id from seen.planted);
    create table seen.classes as
        select l.id, nullif(e.contents ->> 'vat_class', 'exempt') as taxed_as from order_line l
          join offering_edition e on e.offering_id = l.offering_id and e.edition = l.edition
         where l.order_id in (select order_id from seen.planted);
"""
"""A cooperative under the scheme, with an order whose lines have no VAT: two by the scheme, one by its nature."""


@pytest.fixture(scope="module", params=["0045", "0047"])
def url(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, database_url: str) -> Iterator[str]:
    assert database_url, "it has made the roles"
    name = f"samen_scheme_{request.param}_{os.getpid()}"
    url = restored(postgres, name, request.param)
    asyncio.run(execute(url, PLANTED))
    migrate_to_head(url)
    yield url
    postgres.command("dropdb", "--force", name)


async def test_the_day_becomes_a_spell_without_an_end(url: str) -> None:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    begun = {row["id"]: row["small_business_from"] for row in await connection.fetch("select * from seen.begun")}
    await connection.close()
    async with opened(logins_at(url), role=BOOKS_ROLE) as books, books.transaction() as tx:
        found = {one.id: one for one in await cooperatives.all(tx) if one.small_business_spells}
    assert date(2026, 2, 1) in begun.values()
    assert {place: one.small_business_from for place, one in found.items()} == begun
    assert {spell.until for one in found.values() for spell in one.small_business_spells} == {None}


async def test_lines_without_vat_know_their_class(url: str) -> None:
    connection = await asyncpg.connect(url.replace("samen@", "postgres@"))
    planted = await connection.fetch("select taxed_as from seen.classes order by 1")
    assert [row["taxed_as"] for row in planted] == ["lodging", "standard", None]
    differ = """select l.id from order_line l join seen.classes c using (id)
                 where l.taxed_as is distinct from c.taxed_as
                 union all
                select l.id from order_line l join "order" o on o.id = l.order_id
                 where l.taxed_as is not null
                   and (l.vat_class <> 'exempt' or o.cooperative_id not in (select id from seen.begun))"""
    assert await connection.fetch(differ) == []
    assert await connection.fetchval('select count(*) from "order" where terms <> 1') == 0
    await connection.close()
