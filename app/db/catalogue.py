"""The catalogue's read model: public columns only, by a role that may select nothing else; one statement a page."""

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
_FILTERS = """
    ($1::text is null or c.search @@ websearch_to_tsquery('dutch', $1))
    and ($2::text is null or c.category = $2) and ($3::text is null or lower(c.town) = lower($3))
    and ($4::text is null or c.cooperative_slug = $4) and ($5::bigint is null or c.price_cents >= $5)
    and ($6::bigint is null or c.price_cents <= $6) and ($7::uuid is null or c.id < $7)
    and ($8::uuid is null or c.cooperative_id = $8)"""
_CURSOR = "rtrim(translate(encode(uuid_send(id), 'base64'), '+/', '-_'), '=')"
_PAGE = f"""
    with found as (select * from catalogue_offering c where {_FILTERS} order by c.id desc limit $9 + 1),
         page as (select * from found order by id desc limit $9),
         next as (select {_CURSOR} as cursor from page
                   where (select count(*) from found) > $9 order by id limit 1)
    select json_build_object(
        'items', coalesce((select json_agg(json_build_object({_OBJECT}) order by c.id desc) from page c), '[]'),
        'nextCursor', (select cursor from next))::text as body, (select cursor from next) as cursor"""
_ONE = f"select json_build_object({_OBJECT})::text as body from catalogue_offering c where c.id = $1"


async def catalogue_page(database: Database, query: CatalogueQuery) -> tuple[str, str | None]:
    """A page as JSON text, `{"items": [...], "nextCursor": …}`, newest first; and the cursor by itself."""
    row = await database.one(
        _PAGE,
        *(query.text, query.category, query.town, query.cooperative, query.min_price_cents, query.max_price_cents),
        *(query.page.after, query.seller_id, query.page.limit),
    )
    assert row is not None  # noqa: S101  an aggregate always answers
    return row["body"], row["cursor"]


async def catalogue_offering(database: Database, offering_id: UUID) -> str | None:
    """One published offering as JSON text."""
    row = await database.one(_ONE, offering_id)
    return row["body"] if row else None
