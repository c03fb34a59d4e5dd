"""REST: restricted funds, barter in minutes, deliveries within one legal entity."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Money, Out, PageOut, Version, When, money
from app.contract.books import Journal
from app.contract.shape import Viewer, show
from app.domain.barters import BarterState
from app.domain.deliveries import DeliveryState
from app.usecases.barters import answer_barter, get_minutes, list_barters, propose_barter
from app.usecases.deliveries import answer_delivery, list_deliveries, propose_delivery
from app.usecases.funds import add_fund, donate, get_fund, list_funds, spend_fund
from app.vocabulary import WHOLE, MoneyIn

router = noun("funds")
Title = Annotated[str, Field(min_length=1, max_length=200)]
Purpose = Annotated[str, Field(min_length=1, max_length=60)]
Party = Annotated[str, Field(min_length=1, max_length=120)]


class FundIn(In):
    title: Title
    purposes: Annotated[list[Purpose], Field(min_length=1, max_length=20)]


class FundOut(Out):
    id: UUID
    cooperative_id: UUID
    title: str
    purposes: list[str]
    balance: Money = money("balance_cents")
    version: Version


class DonationIn(In):
    amount: MoneyIn
    giver: Party
    paid_on: Day | None = None


class FundExpenseIn(In):
    amount: MoneyIn
    purpose: Purpose
    supplier: Party
    title: Title
    paid_on: Day | None = None


class BarterIn(In):
    giver_id: UUID
    receiver_id: UUID
    minutes: Annotated[int, Field(strict=True, ge=1, le=44_640), WHOLE]
    title: Title


class BarterMove(In):
    verb: Literal["confirm", "decline", "cancel"]


class BarterOut(Out):
    id: UUID
    cooperative_id: UUID
    giver_id: UUID
    receiver_id: UUID
    minutes: int
    title: str
    proposed_at: When
    state: BarterState
    version: Version


class MinutesOut(Out):
    """Below zero: owes."""

    minutes: int


class DeliveryIn(In):
    to_cooperative_id: UUID
    amount: MoneyIn
    title: Title
    delivered_on: Day | None = None


class DeliveryMove(In):
    verb: Literal["confirm", "decline"]


class DeliveryOut(Out):
    id: UUID
    from_cooperative_id: UUID
    to_cooperative_id: UUID
    amount: Money = money("cents")
    title: str
    delivered_on: Day
    state: DeliveryState
    version: Version


@router.get("/cooperatives/{cooperative_id}/funds")
async def list_all(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[FundOut]:
    """The restricted funds with what stands in them. For the staff."""
    found = await run(list_funds, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, FundOut.model_validate)


@router.post("/cooperatives/{cooperative_id}/funds", status_code=201)
async def add(cooperative_id: UUID, body: FundIn, keyed: KeyedDep, response: Response) -> FundOut:
    """Set up a fund with what it may be spent on."""
    _, once = keyed
    made = await once(add_fund, cooperative_id=cooperative_id, title=body.title, purposes=tuple(body.purposes))
    response.headers["Location"] = f"/v1/funds/{made.id}"
    tag(response, made.version)
    return FundOut.model_validate(made)


@router.get("/funds/{fund_id}")
async def get(fund_id: UUID, run: RunDep, response: Response) -> FundOut:
    """One fund with what stands in it."""
    found = await run(get_fund, fund_id=fund_id)
    tag(response, found.version)
    return FundOut.model_validate(found)


@router.post("/funds/{fund_id}/donations", status_code=201)
async def donation(fund_id: UUID, body: DonationIn, keyed: KeyedDep, language: LanguageDep) -> Journal:
    """Record money that came for a fund: a gift, a prize, a grant."""
    run, once = keyed
    made = await once(donate, fund_id=fund_id, cents=body.amount.cents, giver=body.giver, paid_on=body.paid_on)
    return show(Journal, made, Viewer(run.actor, language))


@router.post("/funds/{fund_id}/expenses", status_code=201)
async def expense(fund_id: UUID, body: FundExpenseIn, keyed: KeyedDep, language: LanguageDep) -> Journal:
    """Pay something from a fund, for one of its purposes."""
    run, once = keyed
    made = await once(
        spend_fund,
        fund_id=fund_id,
        cents=body.amount.cents,
        purpose=body.purpose,
        supplier=body.supplier,
        title=body.title,
        paid_on=body.paid_on,
    )
    return show(Journal, made, Viewer(run.actor, language))


@router.get("/cooperatives/{cooperative_id}/barters")
async def barter_list(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response
) -> PageOut[BarterOut]:
    """The trades of a cooperative for its staff; a member sees those they are in."""
    found = await run(list_barters, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, BarterOut.model_validate)


@router.post("/cooperatives/{cooperative_id}/barters", status_code=201)
async def propose(cooperative_id: UUID, body: BarterIn, keyed: KeyedDep, response: Response) -> BarterOut:
    """Say that one member worked for another; the other confirms."""
    _, once = keyed
    parties = {"giver_id": body.giver_id, "receiver_id": body.receiver_id}
    made = await once(propose_barter, cooperative_id=cooperative_id, **parties, minutes=body.minutes, title=body.title)
    tag(response, made.version)
    return BarterOut.model_validate(made)


@router.post("/barters/{barter_id}/transitions")
async def answer(barter_id: UUID, body: BarterMove, keyed: KeyedDep, seen: SeenDep, response: Response) -> BarterOut:
    """Confirm or decline (who received), or cancel (who gave); confirmed, the minutes change hands."""
    _, once = keyed
    moved = await once(answer_barter, barter_id=barter_id, verb=body.verb, expected_version=seen)
    tag(response, moved.version)
    return BarterOut.model_validate(moved)


@router.get("/members/{member_id}/minutes")
async def minutes(member_id: UUID, run: RunDep) -> MinutesOut:
    """The minutes that a member has to spend."""
    return MinutesOut(minutes=await run(get_minutes, member_id=member_id))


@router.get("/cooperatives/{cooperative_id}/internal-deliveries")
async def delivery_list(
    cooperative_id: UUID, run: RunDep, page: PageDep, request: Request, response: Response, received: bool = False
) -> PageOut[DeliveryOut]:
    """What a cooperative delivered, or received, within its legal entity. For the treasurer."""
    found = await run(list_deliveries, cooperative_id=cooperative_id, page=page, received=received)
    link_next(request, response, found)
    return PageOut.of(found, DeliveryOut.model_validate)


@router.post("/cooperatives/{cooperative_id}/internal-deliveries", status_code=201)
async def deliver(cooperative_id: UUID, body: DeliveryIn, keyed: KeyedDep, response: Response) -> DeliveryOut:
    """Say what was delivered to another cooperative of the same legal entity: no VAT, no invoice."""
    _, once = keyed
    made = await once(
        propose_delivery,
        cooperative_id=cooperative_id,
        to_cooperative_id=body.to_cooperative_id,
        cents=body.amount.cents,
        title=body.title,
        delivered_on=body.delivered_on,
    )
    tag(response, made.version)
    return DeliveryOut.model_validate(made)


@router.post("/internal-deliveries/{delivery_id}/transitions")
async def confirm(
    delivery_id: UUID, body: DeliveryMove, keyed: KeyedDep, seen: SeenDep, response: Response
) -> DeliveryOut:
    """Confirm or decline what was delivered; confirmed, it stands in both books."""
    _, once = keyed
    moved = await once(answer_delivery, delivery_id=delivery_id, verb=body.verb, expected_version=seen)
    tag(response, moved.version)
    return DeliveryOut.model_validate(moved)
