"""The catalogue's read model: public columns only, by a role that may select nothing else; one statement a page."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from app.db.engine import Database
from app.domain.market.catalogue import CatalogueQuery
from app.domain.selection import TYPENAME, Chosen

Columns = Mapping[str, Any]
"""Field → its expression, or the columns of its value."""


def _money(cents: str) -> Columns:
    return {"amount": f"to_char({cents} / 100.0, 'FM999999990.00')", "currency": "'EUR'"}


COLUMNS: Columns = {
    "id": "c.id",
    "title": "c.title",
    "text": "c.text",
    "category": "c.category",
    "tags": "c.tags",
    "kind": "c.kind",
    "priceUnit": "c.price_unit",
    "price": _money("c.consumer_price_cents"),
    "priceInclVat": _money("c.consumer_price_cents"),
    "sellerPrice": _money("c.price_cents"),
    "priceBasis": "c.price_basis",
    "vatClass": "c.vat_class",
    "vatPercent": "c.vat_percent",
    "town": "c.town",
    "imageUrl": "c.image_url",
    "leadTimeMinutes": "c.lead_time_minutes",
    "left": "c.left_units",
    "edition": "c.edition",
    "maker": "c.maker",
    "cooperative": {"id": "c.cooperative_id", "slug": "c.cooperative_slug", "name": "c.cooperative_name"},
}
"""Field of the catalogue → its expression. Nothing else can be asked for."""
CHOICES: Columns = {
    "kind": "c.kind",
    "priceUnit": "c.price_unit",
    "priceBasis": "c.price_basis",
    "vatClass": "c.vat_class",
}
NAMED: Columns = {**COLUMNS, **{name: f"upper({column})" for name, column in CHOICES.items()}}
"""The same for GraphQL, which calls the values of enumerations by their names."""


def _object(fields: Iterable[tuple[str, str]]) -> str:
    pairs = [f"'{key}', {expression}" for key, expression in fields]
    return f"json_build_object({', '.join(pairs)})"


def _whole(columns: Columns) -> str:
    """Every column, nested ones too, as one JSON object."""
    return _object((name, value if isinstance(value, str) else _whole(value)) for name, value in columns.items())


def _part(columns: Columns, fields: Iterable[Chosen]) -> str:
    """The chosen columns as one JSON object, in the order and under the keys that were asked for."""
    return _object((field.key, _expression(columns, field)) for field in fields)


def _expression(columns: Columns, field: Chosen) -> str:
    if field.name == TYPENAME:
        return f"'{field.of}'"
    value = columns[field.name]
    return value if isinstance(value, str) else _part(value, field.fields)


_OBJECT = _whole(COLUMNS)
_FILTERS = {
    "text": "c.search @@ websearch_to_tsquery('dutch', {})",
    "category": "c.category = {}",
    "town": "lower(c.town) = lower({})",
    "cooperative": "c.cooperative_slug = {}",
    "min_price_cents": "c.consumer_price_cents >= {}",
    "max_price_cents": "c.consumer_price_cents <= {}",
    "after": "c.id < {}",
}
"""What can be looked for → its condition. A statement holds those that are given alone, so that each has its index."""
_CURSOR = "rtrim(translate(encode(uuid_send(c.id), 'base64'), '+/', '-_'), '=')"


def _rows(given: tuple[str, ...]) -> str:
    """The rows of a page and one more as `found`; $1 is its size, then come what the filters compare with."""
    conditions = [_FILTERS[name].format(f"${number}") for number, name in enumerate(given, 2)]
    where = f"where {' and '.join(conditions)}" if conditions else ""
    return f"""
        with found as (select * from catalogue_offering c {where} order by c.id desc limit $1 + 1),
             page as (select * from found order by id desc limit $1)"""


def _list(each: str) -> str:
    return f"coalesce((select json_agg({each} order by c.id desc) from page c), '[]')"


@lru_cache
def _page(given: tuple[str, ...]) -> str:
    """The statement of a page."""
    return f"""{_rows(given)},
             next as (select {_CURSOR} as cursor from page c
                       where (select count(*) from found) > $1 order by id limit 1)
        select json_build_object('items', {_list(_OBJECT)}, 'nextCursor', (select cursor from next))::text as body,
               (select cursor from next) as cursor"""


@lru_cache(maxsize=256)
def _connection(given: tuple[str, ...], fields: tuple[Chosen, ...]) -> str:
    """The statement of a page as a connection, with what is asked of it alone."""
    page_info = {
        "hasNextPage": "(select count(*) from found) > $1",
        "hasPreviousPage": "true" if "after" in given else "false",
        "startCursor": f"(select {_CURSOR} from page c order by id desc limit 1)",
        "endCursor": f"(select {_CURSOR} from page c order by id limit 1)",
    }
    columns: dict[str, Any] = {"pageInfo": page_info}
    parts = [
        (field.key, _list(_part({"cursor": _CURSOR, "node": NAMED}, field.fields)))
        if field.name == "edges"
        else (field.key, _expression(columns, field))
        for field in fields
    ]
    return f"{_rows(given)} select {_object(parts)}::text as body"


@lru_cache(maxsize=256)
def _one(shown: str) -> str:
    return f"select {shown}::text as body from catalogue_offering c where c.id = $1"


def _given(query: CatalogueQuery) -> dict[str, Any]:
    """The filters of a search with their values."""
    asked = {name: query.page.after if name == "after" else getattr(query, name) for name in _FILTERS}
    return {name: value for name, value in asked.items() if value is not None}


async def catalogue_page(database: Database, query: CatalogueQuery) -> tuple[str, str | None]:
    """A page as JSON text, `{"items": [...], "nextCursor": …}`, newest first; and the cursor by itself."""
    given = _given(query)
    row = await database.only(_page(tuple(given)), query.page.limit, *given.values())
    return row["body"], row["cursor"]


async def catalogue_connection(database: Database, query: CatalogueQuery, fields: tuple[Chosen, ...]) -> str:
    """A page as the JSON text of a connection that holds these fields."""
    given = _given(query)
    row = await database.only(_connection(tuple(given), fields), query.page.limit, *given.values())
    return str(row["body"])


async def catalogue_offering(
    database: Database, offering_id: UUID, fields: tuple[Chosen, ...] | None = None
) -> str | None:
    """One published offering as JSON text: these fields of it, or all."""
    shown = _OBJECT if fields is None else _part(NAMED, fields)
    row = await database.one(_one(shown), offering_id)
    return row["body"] if row else None
