"""An upgrade gives old lines their net and VAT and old contacts a buyer; no order costs a cent more or less."""

import asyncio
import os
from collections.abc import Iterator

import asyncpg
import pytest

from app.db.embedded import EmbeddedPostgres
from app.db.engine import opened
from app.db.logins import BOOKS_ROLE, logins_at
from app.db.selling.orders import orders
from app.domain.people.addresses import PostalAddress
from app.domain.selling.customers import Buyer, BuyerType
from app.domain.vat import PriceBasis
from app.migrations import migrate_to_head
from tests.older import execute, restored

PLANTED = """
    set session_replication_role = replica;
    create schema seen;
    create table seen.planted as select id, row_number() over (order by id) as place from "order"
     where buyer_id is null and sale_parts = 0 order by id limit 2;
    delete from order_line where order_id in (select id from seen.planted where place = 1);
    insert into order_line (id, order_id, offering_id, edition, member_id, title, price_unit, quantity,
                            unit_price_cents, vat_class, vat_basis_points, counts_stock, purchase_cents)
    select uuidv7(), p.id, null, 0, null, l.title, l.unit, l.quantity, l.cents, l.class, l.rate, false, l.purchase
      from seen.planted p cross join (values
           (1, 'a', 'piece', 1, 3, 'standard', 2100, null), (2, 'b', 'piece', 1, 3, 'standard', 2100, null),
           (3, 'c', 'piece', 1, 3, 'standard', 2100, null), (4, 'coat', 'piece', 1, 3185, 'margin', 2100, 710),
           (5, 'lesson', 'hour', 2, 2500, 'reduced', 900, null), (6, 'gift', 'piece', 1, 0, 'zero', 0, null))
           l (place, title, unit, quantity, cents, class, rate, purchase)
     where p.place = 1 order by l.place;
    update "order" set net_cents = 7764, vat_cents = 882, contact = contact || '{"organisation": "De Kern",
        "address": "Markt 1\\n4811 AB Breda", "reference": "123456782"}'
     where id = (select id from seen.planted where place = 1);
    update "order" set contact = '{"name": "\u2013"}' where id = (select id from seen.planted where place = 2);
    insert into customer (id, person_id, contact, version)
    select uuidv7(), id, '{"name": "Jo", "email": "jo@example.org", "phone": null, "organisation": null,
        "address": null, "reference": null}', 1 from person where id not in (select person_id from customer) limit 1;
    update offering set vat_class = 'margin', purchase_cents = 100
     where id = (select min(id::text)::uuid from offering);
"""
"""An order with lines of several rates for an organisation, an order of somebody who was erased, and a card."""
TOTALS = 'select id, net_cents, vat_cents from "order" order by id'


@pytest.fixture(scope="module", params=["0030", "0045"])
def url(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, database_url: str) -> Iterator[str]:
    assert database_url, "it has made the roles"
    name = f"samen_prices_{request.param}_{os.getpid()}"
    url = restored(postgres, name, request.param)
    asyncio.run(execute(url, PLANTED))
    asyncio.run(execute(url, f"create table seen.totals as {TOTALS}"))
    migrate_to_head(url)
    yield url
    postgres.command("dropdb", "--force", name)


@pytest.fixture
async def superuser(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(url.replace("samen@", "postgres@"))


async def test_no_order_costs_a_cent_more_or_less(superuser: asyncpg.Connection) -> None:
    assert await superuser.fetchval("select count(*) from seen.totals") > 5
    assert await superuser.fetch(TOTALS) == await superuser.fetch("select * from seen.totals order by id")
    differ = """select o.id from order_line l join "order" o on o.id = l.order_id group by o.id
                having sum(l.net_cents) <> o.net_cents or sum(l.vat_cents) <> o.vat_cents"""
    assert await superuser.fetch(differ) == []
    await superuser.close()


async def test_the_vat_of_a_rate_is_shared_over_its_lines(url: str, superuser: asyncpg.Connection) -> None:
    order_id = await superuser.fetchval("select id from seen.planted where place = 1")
    await superuser.close()
    async with opened(logins_at(url), role=BOOKS_ROLE) as books, books.transaction() as tx:
        order = await orders.get(tx, order_id)
    lines = {line.title: (line.net_cents, line.vat_cents, line.gross_cents) for line in order.lines}
    assert lines == {
        "a": (3, 1, 4),
        "b": (3, 1, 4),
        "c": (3, 0, 3),
        "coat": (2_755, 430, 3_185),
        "lesson": (5_000, 450, 5_450),
        "gift": (0, 0, 0),
    }
    assert {line.title for line in order.lines if line.basis is PriceBasis.INCL} == {"coat"}
    assert {line.title: line.minutes for line in order.lines if line.minutes is not None} == {"lesson": 120}
    assert sum(group.vat_cents for group in order.vat_groups) == order.vat_cents == 882


async def test_an_organisation_is_a_company(url: str, superuser: asyncpg.Connection) -> None:
    known, erased = await superuser.fetch("select id from seen.planted order by place")
    left = "select count(*) from {} where contact ?| array['organisation', 'address', 'reference']"
    for table in ('"order"', "customer", "assignment_customer"):
        assert await superuser.fetchval(left.format(table)) == 0
    assert await superuser.fetchval("""select contact ->> 'name' from "order" where id = $1""", erased["id"]) == "–"
    card = await superuser.fetchval("select contact ->> 'buyer' from customer order by id desc limit 1")
    assert card == '{"buyer_type": "consumer"}'
    await superuser.close()
    async with opened(logins_at(url), role=BOOKS_ROLE) as books, books.transaction() as tx:
        buyer = (await orders.get(tx, known["id"])).contact.buyer
        assert (await orders.get(tx, erased["id"])).contact.buyer == Buyer()
    address = PostalAddress(street="Markt 1\n4811 AB Breda", postcode="", town="")
    assert not address.complete
    assert buyer == Buyer(
        buyer_type=BuyerType.BUSINESS,
        organisation="De Kern",
        purchase_order="123456782",
        postal_address=address,
    )


async def test_what_consumers_pay_is_shown(superuser: asyncpg.Connection) -> None:
    wrong = """select o.id from offering o join vat_rate r using (vat_class)
                where r.from_date = (select max(from_date) from vat_rate v
                                      where v.vat_class = o.vat_class and v.from_date <= current_date)
                  and (o.price_basis, o.consumer_price_cents) is distinct from
                      (case vat_class when 'margin' then 'incl' else 'excl' end,
                       price_cents + case vat_class when 'margin' then 0
                                          else (price_cents * r.basis_points + 5000) / 10000 end)"""
    assert await superuser.fetch(wrong) == []
    assert await superuser.fetchval("select count(*) from offering where price_basis = 'incl'") == 1
    await superuser.close()


async def test_answers_under_a_request_key_have_the_amounts_too(superuser: asyncpg.Connection) -> None:
    amounts = """select (r.line ->> 'gross_cents')::bigint as answered, l.gross_cents as stored
                   from idempotency i
                  cross join lateral jsonb_array_elements(i.outcome #> '{result,lines}') r(line)
                   join order_line l on l.id::text = r.line ->> 'id'"""
    rows = await superuser.fetch(amounts)
    assert len(rows) > 5
    assert all(row["answered"] == row["stored"] for row in rows)
    old = "select count(*) from idempotency where outcome #> '{result,contact}' ? 'reference'"
    assert await superuser.fetchval(old) == 0
    await superuser.close()
