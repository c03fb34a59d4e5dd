"""An order gets other lines at its delivery only: by the staff's view, like the old ones but for their VAT."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.walls.cast import Cast
from tests.walls.sample import Sample
from tests.world import GUEST

NEW = """
    insert into order_line (id, order_id, offering_id, edition, member_id, title, price_unit, quantity,
                            unit_price_cents, vat_class, vat_basis_points, counts_stock, goods, minutes, basis,
                            net_cents, vat_cents, gross_cents, terms, replaces)
    select uuidv7(), order_id, offering_id, edition, member_id, title, price_unit, {quantity}, unit_price_cents,
           'exempt', 0, counts_stock, goods, minutes, basis, gross_cents, 0, gross_cents, 2, array[id]
      from order_line where order_id = $1 returning 1"""
DELIVERED = """
    update "order" set state = 'delivered', delivered_at = now(), terms = 2, vat_cents = {vat},
                       net_cents = net_cents + vat_cents where id = $1 returning 1"""
AMOUNTS = 'update "order" set net_cents = net_cents - 1, vat_cents = vat_cents + 1 where id = $1 returning 1'


@pytest.fixture(scope="module")
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The superuser's, which takes any login; everything is rolled back."""
    superuser = await asyncpg.connect(database_url.replace("samen@", "postgres@"))
    yield superuser
    await superuser.close()


@pytest.fixture(scope="module")
async def order(sample: Sample) -> str:
    """An accepted order of a consumer."""
    offering = await sample.world.offering(sample.seller, "10.00")
    placed = await sample.world.order(sample.buyer, offering, contact=GUEST)
    place = f"/v1/orders/{placed['id']}/transitions"
    await sample.seller.member("POST", place, {"verb": "accept"})
    return str(placed["id"])


@pytest.mark.parametrize(
    ("who", "statements", "passes"),
    [
        pytest.param("coordinator", (NEW, DELIVERED), True, id="delivered with new lines"),
        pytest.param("coordinator", (NEW,), False, id="new lines without a delivery"),
        pytest.param("coordinator", (NEW.replace("{quantity}", "2"), DELIVERED), False, id="another quantity"),
        pytest.param("coordinator", (NEW, DELIVERED.replace("{vat}", "1")), False, id="another sum"),
        pytest.param("coordinator", (DELIVERED,), False, id="other terms without lines"),
        pytest.param("coordinator", (NEW, NEW, DELIVERED), False, id="a line twice"),
        pytest.param("coordinator", (AMOUNTS,), False, id="other amounts"),
        pytest.param("sister-coordinator", (NEW,), False, id="of another cooperative"),
        pytest.param("member", (NEW, DELIVERED), False, id="a member without the staff's view"),
        pytest.param("app", (NEW, DELIVERED), False, id="the app that placed it"),
    ],
)
async def test_lines_come_with_a_delivery(
    connection: asyncpg.Connection, everybody: Cast, order: str, who: str, statements: tuple[str, ...], passes: bool
) -> None:
    await connection.execute("begin")
    try:
        await connection.execute("set session authorization samen_app")
        caller = everybody.identity(who)
        await connection.fetchval("select enter($1, $2, $3)", caller.issuer, caller.subject, caller.client_id)
        try:
            filled = [sql.replace("{quantity}", "quantity").replace("{vat}", "0") for sql in statements]
            done = all([await connection.fetch(sql, order) for sql in filled])
            await connection.execute("set constraints all immediate")
        except asyncpg.InsufficientPrivilegeError:
            done = False
        assert done is passes
    finally:
        await connection.execute("rollback; reset session authorization")
