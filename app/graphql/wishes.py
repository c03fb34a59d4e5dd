"""GraphQL: who gets what of a joint purchase."""

from datetime import datetime
from uuid import UUID

import strawberry

from app.adapters.allocation_format import ArticleFormat
from app.domain.allocation import SharingRule
from app.graphql.context import Info
from app.usecases.joint_purchases import get_allocation


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
class WishQuery:
    @strawberry.field(description="Who gets what and why, without names; before closing by any rule.")
    async def allocation(
        self, info: Info, purchase_id: UUID, rule: SharingRule | None = None
    ) -> list[ArticleAllocation]:
        whole = await info.context.run(get_allocation, purchase_id=purchase_id, rule=rule)
        shown = [ArticleFormat.of(a.id, a.title, whole.inputs[a.id], info.context.language) for a in whole.articles]
        return [ArticleAllocation.of(article) for article in shown]
