"""GraphQL: the public catalogue."""

import json
from typing import Any
from uuid import UUID

import strawberry

from app.domain.catalogue import CatalogueQuery as Query
from app.domain.page import cursor_of
from app.domain.selection import Chosen
from app.graphql.context import Info
from app.graphql.types import Connection, Edge, Money, MoneyInput, Node, connect, page_of
from app.usecases.catalogue import Catalogue


@strawberry.type
class CatalogueSeller:
    id: UUID
    slug: str
    name: str


@strawberry.type(description="A published offering with public facts only; prices are net, and including VAT of today.")
class CatalogueOffering(Node):
    title: str
    text: str
    category: str
    tags: list[str]
    kind: str
    price_unit: str
    price: Money
    price_incl_vat: Money
    vat_class: str
    vat_percent: str
    town: str
    image_url: str | None
    lead_time_minutes: int
    left: int | None
    edition: int
    maker: str
    cooperative: CatalogueSeller

    @classmethod
    def of(cls, row: dict[str, Any]) -> "CatalogueOffering":
        return cls(
            id=UUID(row["id"]),
            title=row["title"],
            text=row["text"],
            category=row["category"],
            tags=row["tags"],
            kind=row["kind"],
            price_unit=row["priceUnit"],
            price=Money(**row["price"]),
            price_incl_vat=Money(**row["priceInclVat"]),
            vat_class=row["vatClass"],
            vat_percent=row["vatPercent"],
            town=row["town"],
            image_url=row["imageUrl"],
            lead_time_minutes=row["leadTimeMinutes"],
            left=row["left"],
            edition=row["edition"],
            maker=row["maker"],
            cooperative=CatalogueSeller(
                id=UUID(row["cooperative"]["id"]),
                slug=row["cooperative"]["slug"],
                name=row["cooperative"]["name"],
            ),
        )


def query_of(
    first: int,
    after: str | None = None,
    text: str | None = None,
    category: str | None = None,
    town: str | None = None,
    cooperative: str | None = None,
    min_price: MoneyInput | None = None,
    max_price: MoneyInput | None = None,
) -> Query:
    """What is looked for. Raises RuleRefused, BadCursor, AmountOutOfRange."""
    return Query(
        page_of(first, after),
        *(text, category, town, cooperative),
        min_price_cents=min_price.cents if min_price else None,
        max_price_cents=max_price.cents if max_price else None,
    )


async def connection_text(catalogue: Catalogue, fields: tuple[Chosen, ...], **arguments: Any) -> str:
    """A page with these fields as JSON, as the field `catalogue` would show it."""
    return await catalogue.connection(query_of(**arguments), fields)


async def offering_text(catalogue: Catalogue, fields: tuple[Chosen, ...], id: UUID) -> str:
    """These fields of an offering as JSON, as the field `catalogueOffering` would show it."""
    return await catalogue.offering(id, fields)


@strawberry.type
class CatalogueQuery:
    @strawberry.field(description="Published offerings of all cooperatives, newest first; text with Dutch stemming.")
    async def catalogue(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        text: str | None = None,
        category: str | None = None,
        town: str | None = None,
        cooperative: str | None = None,
        min_price: MoneyInput | None = None,
        max_price: MoneyInput | None = None,
    ) -> Connection[CatalogueOffering]:
        query = query_of(first, after, text, category, town, cooperative, min_price, max_price)
        body, cursor = await info.context.catalogue.page(query)
        rows = [CatalogueOffering.of(row) for row in json.loads(body)["items"]]
        return connect([Edge(cursor=cursor_of(row.id), node=row) for row in rows], cursor is not None, query.page)

    @strawberry.field(description="One published offering.")
    async def catalogue_offering(self, info: Info, id: UUID) -> CatalogueOffering:
        return CatalogueOffering.of(json.loads(await info.context.catalogue.offering(id)))
