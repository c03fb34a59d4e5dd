"""REST: the public catalogue; the database's JSON is passed through unchanged."""

import re
from typing import Annotated, Any
from urllib.parse import parse_qsl
from uuid import UUID

from fastapi import Query, Request, Response
from starlette.datastructures import URL
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.deps import PageDep, WiringDep, noun_router
from app.api.models import PageOut
from app.contract.market.catalogue import CatalogueOffering
from app.domain.errors import DomainError
from app.domain.market.catalogue import CatalogueQuery
from app.domain.page import CURSOR, PageRequest, parse_cursor
from app.ids import OfferingId
from app.running.run import Unavailable
from app.transport.conditions import content_hash
from app.transport.wiring import Wiring
from app.usecases.market.catalogue import Category, HighestPrice, LowestPrice, Seller, Town, Words, query_of
from app.vocabulary import doc_of

router = noun_router("catalogue", prefix="/catalogue/offerings")
PLACE = "/v1/catalogue/offerings"
ONE = re.compile("/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORDS = re.compile(r"[^\x00]{0,60}")
FORMS = {
    **dict.fromkeys(("text", "category", "town", "cooperative"), _WORDS),
    "limit": re.compile("[1-9][0-9]?|100"),
    "after": re.compile(CURSOR),
}
"""The usual form of values, for the parameters of most requests."""
CACHE = {"Cache-Control": "public, max-age=15", "Vary": "Accept-Encoding"}


def _about(form: Any, **more: Any) -> Any:
    return Query(description=doc_of(form), **more)


PAGE = f"A page. Each: {CatalogueOffering.__doc__}"


@router.get("", response_model=PageOut[CatalogueOffering], response_description=PAGE)
async def search(
    wired: WiringDep,
    page: PageDep,
    request: Request,
    text: Annotated[Words | None, _about(Words)] = None,
    category: Annotated[Category | None, _about(Category)] = None,
    town: Annotated[Town | None, _about(Town)] = None,
    cooperative: Annotated[Seller | None, _about(Seller)] = None,
    min_price: Annotated[LowestPrice | None, _about(LowestPrice, alias="minPrice")] = None,
    max_price: Annotated[HighestPrice | None, _about(HighestPrice, alias="maxPrice")] = None,
) -> Response:
    """Published offerings of all cooperatives, newest first."""
    query = query_of(
        page,
        text=text,
        category=category,
        town=town,
        cooperative=cooperative,
        min_price=min_price,
        max_price=max_price,
    )
    return await _page(wired, query, request.url)


async def _page(wired: Wiring, query: CatalogueQuery, url: URL) -> Response:
    body, cursor = await wired.catalogue.page(query)
    if cursor is None:
        return _shared(body)
    following = url.include_query_params(after=cursor)
    return _shared(body, Link=f'<{following.path}?{following.query}>; rel="next"')


@router.get("/{offering_id}", response_model=CatalogueOffering, response_description=str(CatalogueOffering.__doc__))
async def get(offering_id: OfferingId, wired: WiringDep) -> Response:
    """One published offering."""
    return await _one(wired, offering_id)


async def _one(wired: Wiring, offering_id: UUID) -> Response:
    return _shared(await wired.catalogue.offering(offering_id))


def _shared(body: str, **more: str) -> Response:
    """An answer for every cache, with an ETag of its content."""
    content = body.encode()
    headers = CACHE | {"ETag": f'"{content_hash(content)}"'} | more
    return Response(content, media_type="application/json", headers=headers)


class Direct:
    """Fast path of the most frequent reads, past the framework.

    Anything unusual (an unknown parameter, a bad value, nothing found) takes the normal path and is answered there.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"].startswith(PLACE):
            wired: Wiring = scope["app"].state.wiring
            try:
                answer = await self._answer(wired, scope)
            except (DomainError, ValueError):
                answer = None
            except Unavailable:
                scope["route"] = self
                raise
            if answer is not None:
                scope["route"] = self
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, wired: Wiring, scope: Scope) -> Response | None:
        """The answer to a usual request. Raises DomainError, ValueError for any that must take the normal path."""
        asked = parse_qsl(scope["query_string"].decode(), keep_blank_values=True, strict_parsing=True)
        name = scope["path"].removeprefix(PLACE)
        if name:
            if asked or not ONE.fullmatch(name):
                return None
            scope["path_params"] = {"offering_id": name[1:]}
            return await _one(wired, UUID(name[1:]))
        given = dict(asked)
        fits = len(given) == len(asked) and all(key in FORMS and FORMS[key].fullmatch(given[key]) for key in given)
        if not fits:
            return None
        page = PageRequest(int(given.pop("limit", "20")), parse_cursor(given.pop("after", None)))
        return await _page(wired, query_of(page, **given), URL(scope=scope))
