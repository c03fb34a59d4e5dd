"""GraphQL: what everybody wishes of a joint purchase, what they get, and the order to the supplier."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.adapters.allocation_format import ArticleFormat
from app.domain import joint_purchases as domain
from app.domain import purchase_costs
from app.domain.allocation import SharingRule
from app.graphql.context import Info
from app.graphql.types import Connection, Money, MoneyInput, Node, page_of, show, stated
from app.usecases.joint_purchases import get_allocation
from app.usecases.purchase_settlements import credit_wish, get_supplier_order
from app.usecases.wishes import list_wishes, lock_wish, wish_for


@strawberry.type(description="What was wished, is set apart, was got and was paid, by pot or account.")
class Wish(Node):
    purchase_id: UUID
    article_id: UUID
    cooperative_id: UUID
    member_id: UUID | None
    paid_by: str
    quantity: int
    tolerance: int
    reserved: Money
    locked_units: int | None
    units: int
    charged: Money
    credited: Money
    version: int

    @classmethod
    def of(cls, wish: domain.Wish) -> "Wish":
        return show(cls, wish)


@strawberry.type(description="From here on a wish stood at `quantity`, and `tolerance` more; `number` is its place.")
class WishChange:
    number: int
    at: datetime
    quantity: int
    tolerance: int


@strawberry.type(description="What a wish gets and why; without a name, so that anybody can work it out again.")
class AllocatedWish:
    wish: UUID
    locked: int | None
    changes: list[WishChange]
    firm: int
    tolerance: int
    units: int
    reason: str


@strawberry.type(description="Who gets what of one article, with all that it follows from.")
class ArticleAllocation:
    article: UUID
    title: str
    rule: SharingRule
    pack_units: int
    minimum_units: int
    packs: int
    units: int
    left: int
    digest: str
    wishes: list[AllocatedWish]

    @classmethod
    def of(cls, shown: ArticleFormat) -> "ArticleAllocation":
        result = shown.result
        assert result is not None  # noqa: S101  made by `of` with its result
        wishes = [
            AllocatedWish(
                wish=wish.wish,
                locked=wish.locked,
                changes=[WishChange(**change.model_dump()) for change in wish.changes],
                firm=line.firm,
                tolerance=line.tolerance,
                units=line.units,
                reason=line.reason,
            )
            for wish, line in zip(shown.wishes, result.lines, strict=True)
        ]
        return cls(
            article=shown.article,
            title=shown.title,
            rule=shown.rule,
            pack_units=shown.pack_units,
            minimum_units=shown.minimum_units,
            packs=result.packs,
            units=result.units,
            left=result.left,
            digest=result.digest,
            wishes=wishes,
        )


@strawberry.type
class OrderedLine:
    article: str
    unit: str
    packs: int
    pack_units: int
    units: int
    pack_price: Money
    net: Money
    gross: Money


@strawberry.type(description="What to order; without VAT per pack and in all, with VAT in `gross` and `total`.")
class SupplierOrder:
    supplier: str
    title: str
    lines: list[OrderedLine]
    delivery: Money
    discount: Money
    total: Money

    @classmethod
    def of(cls, order: purchase_costs.SupplierOrder) -> "SupplierOrder":
        return show(cls, order, lines=[show(OrderedLine, line) for line in order.lines])


@strawberry.type
class WishQuery:
    @strawberry.field(description="All wishes for the lead's staff, a partner's staff theirs, members their own.")
    async def wishes(
        self, info: Info, purchase_id: UUID, first: int = 20, after: str | None = None, member_id: UUID | None = None
    ) -> Connection[Wish]:
        page = page_of(first, after)
        found = await info.context.run(list_wishes, purchase_id=purchase_id, page=page, member_id=member_id)
        return Connection.of(found, Wish.of, page)

    @strawberry.field(description="Who gets what and why, without names; before closing by any rule.")
    async def allocation(
        self, info: Info, purchase_id: UUID, rule: SharingRule | None = None
    ) -> list[ArticleAllocation]:
        whole = await info.context.run(get_allocation, purchase_id=purchase_id, rule=rule)
        shown = [ArticleFormat.of(a.id, a.title, whole.inputs[a.id], info.context.language) for a in whole.articles]
        return [ArticleAllocation.of(article) for article in shown]

    @strawberry.field(description="What to order from the supplier. For the lead's staff.")
    async def supplier_order(self, info: Info, purchase_id: UUID) -> SupplierOrder:
        return SupplierOrder.of(await info.context.run(get_supplier_order, purchase_id=purchase_id))


@strawberry.type
class WishMutation:
    @strawberry.mutation(description="Wish for an article, or change what one wished; it is reserved at once.")
    async def wish_for(
        self,
        info: Info,
        idempotency_key: str,
        article_id: UUID,
        quantity: int,
        tolerance: int = 0,
        member_id: UUID | None = None,
        cooperative_id: UUID | None = None,
    ) -> Wish:
        made = await info.context.keyed(idempotency_key)(
            wish_for,
            article_id=article_id,
            units=quantity,
            tolerance=tolerance,
            member_id=member_id,
            cooperative_id=cooperative_id,
        )
        return Wish.of(made)

    @strawberry.mutation(description="Set by hand what a wish gets; null shares it out again.")
    async def lock_wish(
        self,
        info: Info,
        idempotency_key: str,
        id: UUID,
        units: int | None = strawberry.UNSET,
        expected_version: int | None = None,
    ) -> Wish:
        once, given = info.context.keyed(idempotency_key), stated("units", units)
        return Wish.of(await once(lock_wish, wish_id=id, units=given, expected_version=expected_version))

    @strawberry.mutation(description="What the supplier gave back for one line, to who had paid it.")
    async def credit_wish(self, info: Info, idempotency_key: str, id: UUID, amount: MoneyInput, reason: str) -> Wish:
        once = info.context.keyed(idempotency_key)
        return Wish.of(await once(credit_wish, wish_id=id, cents=amount.cents, reason=reason))
