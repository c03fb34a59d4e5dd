"""REST: what everybody wishes of a joint purchase, what they get, and the order to the supplier."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.adapters.allocation_format import AllocationFormat, ArticleFormat
from app.adapters.supplier_order import as_csv
from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import In, Money, Out, PageOut, Units, Version, money
from app.domain.allocation import SharingRule
from app.usecases.joint_purchases import get_allocation
from app.usecases.purchase_settlements import credit_wish, get_supplier_order
from app.usecases.wishes import list_wishes, lock_wish, wish_for
from app.vocabulary import MoneyIn

TOO_EARLY: dict[str, Any] = {"description": "Still open: nothing is ordered yet."}
router = noun("joint purchases")


class WishIn(In):
    """`quantity` for sure and up to `tolerance` more to fill a pack; both 0 withdraws."""

    article_id: UUID
    quantity: Units
    tolerance: Units = 0
    member_id: UUID | None = None
    cooperative_id: UUID | None = None


class LockIn(In):
    units: Units | None


class CreditIn(In):
    amount: MoneyIn
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class WishOut(Out):
    """What was wished, is set apart, was got and was paid; `paidBy` the pot of the member or the cooperative's fund."""

    id: UUID
    purchase_id: UUID
    article_id: UUID
    cooperative_id: UUID
    member_id: UUID | None
    paid_by: str
    quantity: int
    tolerance: int
    reserved: Money = money("reserved_cents")
    locked_units: int | None
    units: int
    charged: Money = money("charged_cents")
    credited: Money = money("credited_cents")
    version: Version


class SupplierOrderLineOut(Out):
    article: str
    unit: str
    packs: int
    pack_units: int
    units: int
    pack_price: Money = money("pack_price_cents")
    net: Money = money("net_cents")
    gross: Money = money("gross_cents")


class SupplierOrderOut(Out):
    """What to order; amounts without VAT per pack and in all, with VAT in `gross` and `total`."""

    supplier: str
    title: str
    lines: list[SupplierOrderLineOut]
    delivery: Money = money("delivery_cents")
    discount: Money = money("discount_cents")
    total: Money = money("total_cents")


@router.get("/joint-purchases/{purchase_id}/wishes")
async def wishes(
    purchase_id: UUID,
    run: RunDep,
    page: PageDep,
    request: Request,
    response: Response,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[WishOut]:
    """All wishes for the lead's staff, those of their cooperative for a partner's, their own for members."""
    found = await run(list_wishes, purchase_id=purchase_id, page=page, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, WishOut.model_validate)


@router.post("/wishes", status_code=201)
async def wish(body: WishIn, keyed: KeyedDep, response: Response) -> WishOut:
    """Wish for an article, or change what one wished; it is reserved on the pot or on the cooperative's fund."""
    _, once = keyed
    made = await once(
        wish_for,
        article_id=body.article_id,
        units=body.quantity,
        tolerance=body.tolerance,
        member_id=body.member_id,
        cooperative_id=body.cooperative_id,
    )
    tag(response, made.version)
    return WishOut.model_validate(made)


@router.post("/wishes/{wish_id}/locks", status_code=201)
async def lock(wish_id: UUID, body: LockIn, keyed: KeyedDep, seen: SeenDep, response: Response) -> WishOut:
    """Set by hand what a wish gets; null shares it out again."""
    _, once = keyed
    locked = await once(lock_wish, wish_id=wish_id, units=body.units, expected_version=seen)
    tag(response, locked.version)
    return WishOut.model_validate(locked)


@router.get("/joint-purchases/{purchase_id}/allocation")
async def allocation(
    purchase_id: UUID, run: RunDep, language: LanguageDep, rule: SharingRule | None = None
) -> AllocationFormat:
    """Who gets what and why, without names, with all that it follows from; before closing by any rule."""
    whole = await run(get_allocation, purchase_id=purchase_id, rule=rule)
    made = [ArticleFormat.of(a.id, a.title, whole.inputs[a.id], language) for a in whole.articles]
    return AllocationFormat(articles=made)


@router.get("/joint-purchases/{purchase_id}/supplier-order", responses={409: TOO_EARLY})
async def supplier_order(purchase_id: UUID, run: RunDep) -> SupplierOrderOut:
    """What to order from the supplier. For the lead's staff."""
    return SupplierOrderOut.model_validate(await run(get_supplier_order, purchase_id=purchase_id))


@router.get(
    "/joint-purchases/{purchase_id}/supplier-order.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "A line an article"}, 409: TOO_EARLY},
)
async def supplier_order_csv(purchase_id: UUID, run: RunDep) -> Response:
    """The same as CSV."""
    found = await run(get_supplier_order, purchase_id=purchase_id)
    headers = {"Content-Disposition": f'attachment; filename="order-{purchase_id}.csv"'}
    return Response(as_csv(found), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/wishes/{wish_id}/credits", status_code=201)
async def credit(wish_id: UUID, body: CreditIn, keyed: KeyedDep, response: Response) -> WishOut:
    """What the supplier gave back for one line, to who had paid it."""
    _, once = keyed
    credited = await once(credit_wish, wish_id=wish_id, cents=body.amount.cents, reason=body.reason)
    tag(response, credited.version)
    return WishOut.model_validate(credited)
