"""GraphQL: the public catalogue."""

import json
from typing import Annotated, Any
from uuid import UUID

import strawberry

from app.contract.market import catalogue as contract
from app.contract.market.catalogue import offering_of
from app.domain.market.catalogue import CatalogueQuery as Query
from app.domain.money import CURRENCY
from app.domain.page import cursor_of
from app.domain.selection import Chosen
from app.graphql.context import Info
from app.graphql.engine import type_of
from app.graphql.types import After, Connection, Edge, First, Id, MoneyInput, connect, page_of
from app.ids import OfferingId
from app.running.catalogue import Catalogue
from app.usecases.declared.forms import filled
from app.usecases.market.catalogue import Category, HighestPrice, LowestPrice, Seller, Town, Words, query_of
from app.vocabulary import Form, doc_of

CatalogueOffering = type_of(contract.CatalogueOffering)


def _about(form: Any) -> Any:
    return strawberry.argument(description=doc_of(form))


def _query(
    first: int,
    after: str | None = None,
    min_price: MoneyInput | None = None,
    max_price: MoneyInput | None = None,
    **given: str | None,
) -> Query:
    """The search parameters. Raises RuleRefused, BadCursor, Malformed."""
    page = page_of(first, after)
    return query_of(page, min_price=_text_of(min_price), max_price=_text_of(max_price), **given)


def _text_of(price: MoneyInput | None) -> str | None:
    """An amount in the form of a REST address. An amount in another currency gets a form that is refused."""
    if price is None:
        return None
    return price.amount if price.currency == CURRENCY else f"{price.amount} {price.currency}"


async def connection_text(catalogue: Catalogue, fields: tuple[Chosen, ...], **arguments: Any) -> str:
    """A page with these fields as JSON, as the field `catalogue` would show it."""
    return await catalogue.connection(_query(**arguments), fields)


async def offering_text(catalogue: Catalogue, fields: tuple[Chosen, ...], id: UUID) -> str:
    """These fields of an offering as JSON, as the field `catalogueOffering` would show it."""
    return await catalogue.offering(filled(_One, offering_id=id).offering_id, fields)


class _One(Form):
    offering_id: OfferingId


@strawberry.type
class CatalogueQuery:
    @strawberry.field(description="Published offerings of all cooperatives, newest first.")
    async def catalogue(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        text: Annotated[str | None, _about(Words)] = None,
        category: Annotated[str | None, _about(Category)] = None,
        town: Annotated[str | None, _about(Town)] = None,
        cooperative: Annotated[str | None, _about(Seller)] = None,
        min_price: Annotated[MoneyInput | None, _about(LowestPrice)] = None,
        max_price: Annotated[MoneyInput | None, _about(HighestPrice)] = None,
    ) -> Connection[CatalogueOffering] | None:  # type: ignore[valid-type]
        query = _query(
            first=first,
            after=after,
            text=text,
            category=category,
            town=town,
            cooperative=cooperative,
            min_price=min_price,
            max_price=max_price,
        )
        body, cursor = await info.context.catalogue.page(query)
        rows = [offering_of(row) for row in json.loads(body)["items"]]
        return connect([Edge(cursor=cursor_of(row.id), node=row) for row in rows], cursor is not None, query.page)

    @strawberry.field(description="One published offering.")
    async def catalogue_offering(self, info: Info, id: Id) -> CatalogueOffering | None:  # type: ignore[valid-type]
        return offering_of(json.loads(await info.context.catalogue.offering(filled(_One, offering_id=id).offering_id)))
