"""REST: the public catalogue; the database's JSON is passed through as it is."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.api.deps import PageDep, WiringDep
from app.api.models import MoneyOut, Out, PageOut
from app.domain.catalogue import CatalogueQuery
from app.domain.money import cents_of

router = APIRouter(prefix="/catalogue/offerings", tags=["catalogue"])
Search = Annotated[str | None, Query(max_length=200)]
Amount = Annotated[str | None, Field(pattern=r"^\d{1,10}(\.\d{1,2})?$")]
CACHE = {"Cache-Control": "public, max-age=15", "Vary": "Accept-Encoding"}


class SellerOut(Out):
    id: UUID
    slug: str
    name: str


class CatalogueOfferingOut(Out):
    """A published offering with public facts only; prices are net, and including VAT of today."""

    id: UUID
    title: str
    text: str
    category: str
    tags: list[str]
    kind: str
    price_unit: str
    price: MoneyOut
    price_incl_vat: MoneyOut
    vat_class: str
    vat_percent: str
    town: str
    image_url: str | None
    lead_time_minutes: int
    left: int | None
    edition: int
    maker: str
    cooperative: SellerOut


@router.get("", response_model=PageOut[CatalogueOfferingOut])
async def search(
    wired: WiringDep,
    page: PageDep,
    request: Request,
    text: Search = None,
    category: Search = None,
    town: Search = None,
    cooperative: Annotated[str | None, Query(max_length=60, description="The slug")] = None,
    min_price: Annotated[Amount, Query(alias="minPrice", examples=["25.00"])] = None,
    max_price: Annotated[Amount, Query(alias="maxPrice")] = None,
) -> Response:
    """Published offerings of all cooperatives, newest first; text is searched with Dutch stemming."""
    query = CatalogueQuery(
        page,
        *(text, category, town, cooperative),
        min_price_cents=cents_of(min_price) if min_price else None,
        max_price_cents=cents_of(max_price) if max_price else None,
    )
    body, cursor = await wired.catalogue.page(query)
    headers = dict(CACHE)
    if cursor:
        following = request.url.include_query_params(after=cursor)
        headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return Response(body, media_type="application/json", headers=headers)


@router.get("/{offering_id}", response_model=CatalogueOfferingOut)
async def get(offering_id: UUID, wired: WiringDep) -> Response:
    """One published offering."""
    body = await wired.catalogue.offering(offering_id)
    return Response(body, media_type="application/json", headers=CACHE)
