"""REST: offerings and holds on their stock."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.api.deps import KeyedDep, LanguageDep, MustHaveSeenDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import (
    In,
    Money,
    Name,
    Number,
    Out,
    PageOut,
    Quantity,
    Slug,
    Text,
    TransitionOut,
    Url,
    Version,
    When,
    given,
    money,
)
from app.domain.actors import Actor
from app.domain.offerings import OFFERING, HiddenBy, Offering, OfferingKind, OfferingState, PriceUnit
from app.domain.transitions import available
from app.domain.vat import VatClass
from app.usecases.offerings import (
    add_offering,
    change_offering,
    get_offering,
    hold_stock,
    list_offerings,
    move_offering,
    release_hold,
    set_stock,
)
from app.vocabulary import WHOLE, MoneyIn

router = noun("offerings")
Tags = Annotated[list[Slug], Field(max_length=20)]
Town = Annotated[str, Field(min_length=1, max_length=80)]
LeadTime = Annotated[int, Field(strict=True, ge=0, le=525_600, description="Minutes"), WHOLE]


class OfferingIn(In):
    member_id: UUID
    kind: OfferingKind
    title: Name
    text: Text = ""
    category: Slug
    price_unit: PriceUnit
    price: Annotated[MoneyIn, Field(description="Net of VAT, per unit")]
    vat_class: VatClass
    town: Town
    tags: Tags = []
    image_url: Url | None = None
    lead_time_minutes: LeadTime = 0
    stock: Annotated[Number, Field(description="Units in all, for goods; null is unlimited")] | None = None
    purchase_price: Annotated[MoneyIn, Field(description="Of a unit, under the margin scheme")] | None = None


class OfferingChange(In):
    title: Name = ""
    text: Text = ""
    category: Slug = ""
    price_unit: PriceUnit = PriceUnit.PIECE
    price: MoneyIn | None = None
    vat_class: VatClass = VatClass.STANDARD
    town: Town = ""
    tags: Tags = []
    image_url: Url | None = None
    lead_time_minutes: LeadTime = 0
    purchase_price: MoneyIn | None = None


class StockIn(In):
    stock: Number | None


class OfferingMove(In):
    verb: Literal["submit", "publish", "send_back", "withdraw", "pause", "resume", "archive"]


class HoldIn(In):
    quantity: Quantity
    minutes: Annotated[int, Field(strict=True, ge=1, le=60), WHOLE] = 15


class OfferingOut(Out):
    id: UUID
    cooperative_id: UUID
    member_id: UUID
    kind: OfferingKind
    title: str
    text: str
    category: str
    price_unit: PriceUnit
    price: Money = money("price_cents")
    vat_class: VatClass
    town: str
    tags: list[str]
    image_url: str | None
    lead_time_minutes: int
    stock: int | None
    purchase_price: Money | None = money("purchase_cents")
    left: int | None
    state: OfferingState
    hidden_by: Annotated[list[HiddenBy], Field(description="Why it is paused; it is shown once this is empty.")]
    edition: int
    source: str | None
    external_id: str | None
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, offering: Offering, actor: Actor, language: str) -> "OfferingOut":
        own = actor.as_member(offering.member_id)
        found = available(OFFERING, offering, lambda right: actor.may(right, offering.cooperative_id, own=own))
        return cls.model_validate(offering).model_copy(
            update={"available_transitions": TransitionOut.all_of(found, language)}
        )


class HoldOut(Out):
    id: UUID
    offering_id: UUID
    quantity: int
    expires_at: When
    state: str


@router.get("/cooperatives/{cooperative_id}/offerings")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    language: LanguageDep,
    page: PageDep,
    request: Request,
    response: Response,
    state: OfferingState | None = None,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[OfferingOut]:
    """Offerings of a cooperative in every state; the world reads the catalogue."""
    found = await run(list_offerings, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda offering: OfferingOut.of(offering, run.actor, language))


@router.post("/cooperatives/{cooperative_id}/offerings", status_code=201)
async def add(
    cooperative_id: UUID, body: OfferingIn, run: RunDep, language: LanguageDep, response: Response
) -> OfferingOut:
    """Write an offering as a draft."""
    contents = body.model_dump(exclude={"member_id", "price", "purchase_price", "stock"})
    contents |= {"price_cents": body.price.cents, "tags": tuple(body.tags)}
    contents |= {"purchase_cents": body.purchase_price.cents if body.purchase_price else None}
    offering = await run(
        add_offering, cooperative_id=cooperative_id, member_id=body.member_id, contents=contents, stock=body.stock
    )
    response.headers["Location"] = f"/v1/offerings/{offering.id}"
    tag(response, offering.version)
    return OfferingOut.of(offering, run.actor, language)


@router.get("/offerings/{offering_id}")
async def get(offering_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> OfferingOut:
    """One offering in any state, for those who belong to the cooperative."""
    offering = await run(get_offering, offering_id=offering_id)
    tag(response, offering.version)
    return OfferingOut.of(offering, run.actor, language)


@router.patch("/offerings/{offering_id}")
async def change(
    offering_id: UUID,
    body: OfferingChange,
    run: RunDep,
    language: LanguageDep,
    seen: MustHaveSeenDep,
    response: Response,
) -> OfferingOut:
    """Change what the body names; a published offering gets a new edition, orders keep theirs."""
    changes = given(body)
    if body.price is not None:
        changes["price_cents"] = body.price.cents
    changes.pop("price", None)
    if "purchase_price" in changes:
        changes.pop("purchase_price")
        changes["purchase_cents"] = body.purchase_price.cents if body.purchase_price else None
    if "tags" in changes:
        changes["tags"] = tuple(body.tags)
    offering = await run(change_offering, offering_id=offering_id, expected_version=seen, changes=changes)
    tag(response, offering.version)
    return OfferingOut.of(offering, run.actor, language)


@router.put("/offerings/{offering_id}/stock")
async def stock(
    offering_id: UUID, body: StockIn, run: RunDep, language: LanguageDep, response: Response
) -> OfferingOut:
    """How many units there are in all; null is unlimited. Last writer wins: it is a count."""
    offering = await run(set_stock, offering_id=offering_id, stock=body.stock)
    tag(response, offering.version)
    return OfferingOut.of(offering, run.actor, language)


@router.post("/offerings/{offering_id}/transitions")
async def move(
    offering_id: UUID, body: OfferingMove, run: RunDep, language: LanguageDep, seen: SeenDep, response: Response
) -> OfferingOut:
    """Submit, publish, send back, pause, resume or archive."""
    offering = await run(move_offering, offering_id=offering_id, verb=body.verb, expected_version=seen)
    tag(response, offering.version)
    return OfferingOut.of(offering, run.actor, language)


@router.post("/offerings/{offering_id}/holds", status_code=201)
async def hold(offering_id: UUID, body: HoldIn, keyed: KeyedDep) -> HoldOut:
    """Keep units apart during a checkout; name the hold in the order."""
    _, once = keyed
    made = await once(hold_stock, offering_id=offering_id, quantity=body.quantity, minutes=body.minutes)
    return HoldOut.model_validate(made)


@router.delete("/holds/{hold_id}")
async def release(hold_id: UUID, run: RunDep) -> HoldOut:
    """Give held units back before the time."""
    return HoldOut.model_validate(await run(release_hold, hold_id=hold_id))
