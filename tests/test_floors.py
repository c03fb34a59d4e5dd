"""The minimal writes of the benchmark have the same columns as the tables: a new column must be added there too."""

import uuid
from urllib.parse import urlsplit

import asyncpg

from app.db.embedded import EmbeddedPostgres
from bench.floors.catalogue import ONE, PAGE
from bench.reads import CATEGORIES, FILL, WORDS
from bench.writes import prepared
from tests.world import World


async def test_the_floors_fit_the_tables(world: World, postgres: EmbeddedPostgres, database_url: str) -> None:
    seller, buyer = await world.cooperative(), await world.app()
    offering = await world.offering(seller)
    order = await world.order(buyer, offering)
    await world.deliver(seller, order)
    await buyer("POST", f"/v1/orders/{order['id']}/transitions", {"verb": "complete"})
    name = urlsplit(database_url).path.removeprefix("/")
    owner = await asyncpg.connect(postgres.url(name, user="postgres"))
    try:
        undone = owner.transaction()
        await undone.start()
        await prepared(owner)
        await owner.execute(FILL, 10, list(WORDS), list(CATEGORIES))
        assert await owner.fetchval(PAGE, "tuin", "straat5")
        assert await owner.fetchval(ONE, uuid.UUID(offering))
        assert await owner.fetchval("select bench.place($1, $2)", uuid.uuid4().hex, uuid.UUID(offering))
        assert await owner.fetchval("select bench.pay($1, 1)", uuid.uuid4().hex)
        await owner.execute("set local role samen_app")
        who = ("http://test/people", seller.treasurer.login)
        await owner.execute("select bench.ruled($1, $2, $3, $4)", *who, uuid.uuid4().hex, uuid.UUID(order["id"]))
        assert await owner.fetchval('select paid_cents from "order" where id = $1', uuid.UUID(order["id"])) == 24200
        await undone.rollback()
    finally:
        await owner.close()
