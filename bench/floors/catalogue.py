"""The floor of the reads: a bare ASGI app that passes on what one hand-written SQL statement built.

`SAMEN_FLOOR` is the database. `/page` is twenty offerings by category and text, `/one?ID` one of them.
"""

import os
import uuid
from typing import Any

import asyncpg

OFFERING = """json_build_object('id', o.id, 'title', o.title, 'text', o.text, 'category', o.category, 'tags', o.tags,
    'price', o.price_cents, 'vatClass', o.vat_class, 'town', o.town, 'left', s.units - s.held, 'maker', m.trade_name,
    'cooperative', json_build_object('id', c.id, 'slug', c.slug, 'name', c.name))"""
FROM = """from offering o join cooperative c on c.id = o.cooperative_id join member m on m.id = o.member_id
    left join stock s on s.offering_id = o.id where o.state = 'published'"""
PAGE = f"""select json_build_object('items', json_agg(found.item))::text from (
    select {OFFERING} as item {FROM} and o.category = $1 and o.search @@ websearch_to_tsquery('dutch', $2)
     order by o.id desc limit 20) found"""
ONE = f"select {OFFERING}::text {FROM} and o.id = $1"
HEAD = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]}
pool: Any = None


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    global pool  # noqa: PLW0603
    if scope["type"] == "lifespan":
        await receive()
        pool = await asyncpg.create_pool(os.environ["SAMEN_FLOOR"], min_size=10, max_size=10)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await pool.close()
        await send({"type": "lifespan.shutdown.complete"})
        return
    query = scope["query_string"].decode()
    if scope["path"] == "/page":
        body = await pool.fetchval(PAGE, *query.split("&"))
    else:
        body = await pool.fetchval(ONE, uuid.UUID(query))
    await send(HEAD)
    await send({"type": "http.response.body", "body": body.encode()})
