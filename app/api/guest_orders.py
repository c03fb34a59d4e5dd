"""REST: the page behind a guest's status link, at the address of its JSON; and the QR code of the payment."""

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import HTTPException, Path, Query, Request, Response
from markupsafe import Markup

from app.adapters.epc import epc_svg
from app.adapters.message_catalogues import message_catalogue
from app.adapters.messages import language_of
from app.adapters.papers import files_of
from app.adapters.ubl import invoice_ubl
from app.api.deps import RunDep, noun_router
from app.api.pages import HEADERS, PageRoute, html_page
from app.contract.selling.guest_orders import ELECTRONIC, FILE, QR, STATUS, electronic_link, invoice_link
from app.domain.days import day_of
from app.domain.documents import MediaType
from app.domain.errors import NotFound
from app.domain.selling.guest_orders import HowToPay
from app.domain.selling.references import in_fours
from app.transport.codes import note_code
from app.transport.headers import language_at
from app.transport.wiring import wiring_of
from app.usecases.selling.guest_orders import StatusToken, get_guest_files, get_guest_order, get_guest_payment
from app.usecases.shared.order_filters import InvoiceNumber
from app.vocabulary import doc_of

SVG, TEXTS = "image/svg+xml", "status"
pages = noun_router("orders", route_class=PageRoute)
"""Routes that come before the operations of the same paths."""
router = noun_router("orders")
TokenPath = Annotated[StatusToken, Path(description=doc_of(StatusToken))]
NumberPath = Annotated[InvoiceNumber, Path(description="The number of the invoice.")]


@pages.get(STATUS, include_in_schema=False, name=get_guest_order.__name__)
async def page(
    token: TokenPath, request: Request, run: RunDep, language: Annotated[str | None, Query(max_length=20)] = None
) -> Response:
    """The order as a page, in the language of the link or else of the browser."""
    spoken = language_at(request) if language is None else language_of(language)
    request.state.language = spoken
    try:
        order = await run(get_guest_order, token=token)
    except NotFound as refusal:
        note_code(request, refusal.code)
        return html_page("unknown_order.html", spoken, section=TEXTS, status=404)
    written, demand = message_catalogue(spoken).writers["day"], order.demand

    def day(moment: datetime) -> str:
        return written(day_of(moment).isoformat())

    return html_page(
        "guest_order.html",
        spoken,
        section=TEXTS,
        order=order,
        accept_by=day_of(order.accept_by).isoformat(),
        demand=demand,
        late=demand is not None and demand.due_on is not None and demand.due_on < run.today,
        month_over=order.delivered_at is not None and day_of(order.delivered_at) < run.today.replace(day=1),
        pay=order.how_to_pay,
        qr=_drawn(order.how_to_pay),
        invoices=order.invoices,
        link=lambda invoice: invoice_link(invoice, wiring_of(request).base),
        electronic=lambda invoice: electronic_link(invoice, wiring_of(request).base),
        in_fours=in_fours,
        day=day,
    )


@router.get(
    QR,
    response_class=Response,
    responses={200: {"content": {SVG: {}}, "description": "The code (EPC069-12), on a white ground"}},
)
async def guest_payment_qr(token: TokenPath, run: RunDep) -> Response:
    """The QR code that pays what is due of a guest's order, as a picture. 404 if there is nothing to pay."""
    drawn = _drawn(await run(get_guest_payment, token=token))
    if drawn is None:
        raise HTTPException(404)
    return Response(drawn, media_type=SVG, headers={"X-Robots-Tag": HEADERS["X-Robots-Tag"]})


@router.get(
    FILE,
    response_class=Response,
    responses={200: {"content": {MediaType.PDF.value: {}}, "description": "The invoice, as PDF/A-3a"}},
)
async def guest_invoice(token: TokenPath, number: NumberPath, run: RunDep) -> Response:
    """An invoice or a credit note of a guest's order, as PDF."""
    found = await run(get_guest_files, token=token, number=number, media_type=MediaType.PDF)
    # The worker makes the files within seconds, and stores them; until then they are made of the same paper.
    content = found.content or (await asyncio.to_thread(files_of, found.paper))[MediaType.PDF]
    return _file(content, f"{found.paper.number}.pdf", MediaType.PDF)


@router.get(
    ELECTRONIC,
    response_class=Response,
    responses={200: {"content": {MediaType.XML.value: {}}, "description": "The electronic invoice, as UBL 2.1"}},
)
async def guest_electronic_invoice(token: TokenPath, number: NumberPath, run: RunDep) -> Response:
    """The electronic invoice or credit note of a company's order. 404 for private people, who have none."""
    found = await run(get_guest_files, token=token, number=number, media_type=MediaType.XML)
    content = found.content or invoice_ubl(found.paper)
    if content is None:
        raise NotFound
    return _file(content, f"{found.paper.number}.xml", MediaType.XML)


def _file(content: bytes, name: str, media_type: MediaType) -> Response:
    """A private file, which opens in the browser."""
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Robots-Tag": HEADERS["X-Robots-Tag"],
    }
    return Response(content, media_type=media_type, headers=headers)


def _drawn(pay: HowToPay | None) -> Markup | None:
    """The QR code as markup; None if there is nothing to pay."""
    if pay is None:
        return None
    svg = epc_svg(name=pay.name, iban=pay.iban, cents=pay.amount_cents, reference=pay.reference)
    return None if svg is None else Markup(svg)  # noqa: S704  drawn by us: its text is in the dots
