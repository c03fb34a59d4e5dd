"""The catalogue's read model: public columns only, by a role that may select nothing else; one statement a page."""

from functools import lru_cache
from uuid import UUID

from app.db.engine import Database
from app.domain.catalogue import CatalogueQuery


def _money(cents: str) -> str:
    return f"json_build_object('amount', to_char({cents} / 100.0, 'FM999999990.00'), 'currency', 'EUR')"


COLUMNS = {
    "id": "c.id",
    "title": "c.title",
    "text": "c.text",
    "category": "c.category",
    "tags": "c.tags",
    "kind": "c.kind",
    "priceUnit": "c.price_unit",
    "price": _money("c.price_cents"),
    "priceInclVat": _money("c.price_incl_vat_cents"),
    "vatClass": "c.vat_class",
    "vatPercent": "c.vat_percent",
    "town": "c.town",
    "imageUrl": "c.image_url",
    "leadTimeMinutes": "c.lead_time_minutes",
    "left": "c.left_units",
    "edition": "c.edition",
    "maker": "c.maker",
    "cooperative": "json_build_object('id', c.cooperative_id, 'slug', c.cooperative_slug, 'name', c.cooperative_name)",
}
"""Field of the catalogue → its expression. Nothing else can be asked for."""

_OBJECT = ", ".join(f"'{field}', {expression}" for field, expression in COLUMNS.items())
_FILTERS = {
    "text": "c.search @@ websearch_to_tsquery('dutch', {})",
    "category": "c.category = {}",
    "town": "lower(c.town) = lower({})",
    "cooperative": "c.cooperative_slug = {}",
    "min_price_cents": "c.price_cents >= {}",
    "max_price_cents": "c.price_cents <= {}",
    "seller_id": "c.cooperative_id = {}",
    "after": "c.id < {}",
}
"""What can be looked for → its condition. A statement holds those that are given alone, so that each has its index."""
_CURSOR = "rtrim(translate(encode(uuid_send(id), 'base64'), '+/', '-_'), '=')"
_ONE = f"select json_build_object({_OBJECT})::text as body from catalogue_offering c where c.id = $1"


@lru_cache
def _page(given: tuple[str, ...]) -> str:
    """The statement of a page; $1 is its size, then come what the filters compare with."""
    conditions = [_FILTERS[name].format(f"${number}") for number, name in enumerate(given, 2)]
    where = f"where {' and '.join(conditions)}" if conditions else ""
    return f"""
        with found as (select * from catalogue_offering c {where} order by c.id desc limit $1 + 1),
             page as (select * from found order by id desc limit $1),
             next as (select {_CURSOR} as cursor from page
                       where (select count(*) from found) > $1 order by id limit 1)
        select json_build_object(
            'items', coalesce((select json_agg(json_build_object({_OBJECT}) order by c.id desc) from page c), '[]'),
            'nextCursor', (select cursor from next))::text as body, (select cursor from next) as cursor"""


async def catalogue_page(database: Database, query: CatalogueQuery) -> tuple[str, str | None]:
    """A page as JSON text, `{"items": [...], "nextCursor": …}`, newest first; and the cursor by itself."""
    asked = {name: query.page.after if name == "after" else getattr(query, name) for name in _FILTERS}
    given = {name: value for name, value in asked.items() if value is not None}
    row = await database.one(_page(tuple(given)), query.page.limit, *given.values())
    assert row is not None  # noqa: S101  an aggregate always answers
    return row["body"], row["cursor"]


async def catalogue_offering(database: Database, offering_id: UUID) -> str | None:
    """One published offering as JSON text."""
    row = await database.one(_ONE, offering_id)
    return row["body"] if row else None
