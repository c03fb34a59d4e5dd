"""REST: what a member asks to buy from the pot."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.api.books import JournalOut
from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, Flag, In, Line, Money, MoneyIn, Out, PageOut, Short, TransitionOut, Version, When, money
from app.domain import spending as domain
from app.domain.actors import Actor
from app.domain.spending import SPENDING, SpendingState
from app.domain.transitions import available
from app.usecases.spending import (
    get_spending,
    list_spending,
    move_spending,
    pay_spending,
    request_spending,
    settle_pot,
    settle_spending,
)

router = noun("spending")


class SpendingIn(In):
    purpose: Annotated[str, Field(min_length=1, max_length=60)]
    title: Annotated[str, Field(min_length=1, max_length=200)]
    amount: MoneyIn
    supplier: Short = ""
    to_member: Flag = False
    draft: Flag = False


class SpendingMove(In):
    verb: Literal["submit", "ask_more", "consent", "refuse_consent", "approve", "reject", "cancel"]
    reason: Line = ""


class SpendingPayment(In):
    paid_on: Day | None = None


class SpendingSettlement(In):
    receipt: Annotated[str, Field(min_length=1, max_length=500)]
    amount: MoneyIn


class LotOut(Out):
    """What of a purchase was earned in one month, named by its first day."""

    month: Day
    amount: Money = money("cents")


class SpendingOut(Out):
    id: UUID
    cooperative_id: UUID
    member_id: UUID
    purpose: str
    policy: str
    title: str
    supplier: str
    amount: Money = money("cents")
    reserved: Money = money("reserved_cents")
    state: SpendingState
    requested_at: When
    consented_at: When | None
    paid_on: Day | None
    spent: Money | None = money("spent_cents")
    receipt: str
    reason: str
    lots: list[LotOut]
    agreement_id: UUID
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, request: domain.Request, actor: Actor, language: str) -> "SpendingOut":
        place: dict[str, Any] = {"municipality_id": request.municipality_id, "own": actor.as_member(request.member_id)}
        found = available(SPENDING, request, lambda right: actor.may(right, request.cooperative_id, **place))
        more = {"available_transitions": TransitionOut.all_of(found, language)}
        return cls.model_validate(request).model_copy(update=more)


@router.get("/cooperatives/{cooperative_id}/spending-requests")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    language: LanguageDep,
    page: PageDep,
    request: Request,
    response: Response,
    state: SpendingState | None = None,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[SpendingOut]:
    """The requests of a cooperative for its staff; a member sees their own, a case manager those to consent to."""
    found = await run(list_spending, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda row: SpendingOut.of(row, run.actor, language))


@router.post("/members/{member_id}/spending-requests", status_code=201)
async def ask(
    member_id: UUID, body: SpendingIn, keyed: KeyedDep, language: LanguageDep, response: Response
) -> SpendingOut:
    """Ask for a purchase from one's own pot; its amount is reserved at once, unless it is a draft."""
    run, once = keyed
    made = await once(
        request_spending,
        member_id=member_id,
        purpose=body.purpose,
        title=body.title,
        cents=body.amount.cents,
        supplier=body.supplier,
        to_member=body.to_member,
        draft=body.draft,
    )
    response.headers["Location"] = f"/v1/spending-requests/{made.id}"
    tag(response, made.version)
    return SpendingOut.of(made, run.actor, language)


@router.post("/members/{member_id}/pot-settlements", status_code=201)
async def settle_at_exit(member_id: UUID, keyed: KeyedDep, language: LanguageDep) -> JournalOut:
    """Give the pot of a member who left to whom the agreement names."""
    _, once = keyed
    return JournalOut.of(await once(settle_pot, member_id=member_id), language)


@router.get("/spending-requests/{request_id}")
async def get(request_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> SpendingOut:
    """One request, with what the caller can do next."""
    found = await run(get_spending, request_id=request_id)
    tag(response, found.version)
    return SpendingOut.of(found, run.actor, language)


@router.post("/spending-requests/{request_id}/transitions")
async def decide(
    request_id: UUID, body: SpendingMove, keyed: KeyedDep, language: LanguageDep, seen: SeenDep, response: Response
) -> SpendingOut:
    """Submit, ask for more, consent, approve, refuse with a reason, or cancel."""
    run, once = keyed
    moved = await once(move_spending, request_id=request_id, verb=body.verb, reason=body.reason, expected_version=seen)
    tag(response, moved.version)
    return SpendingOut.of(moved, run.actor, language)


@router.post("/spending-requests/{request_id}/payments", status_code=201)
async def pay(
    request_id: UUID, body: SpendingPayment, keyed: KeyedDep, language: LanguageDep, seen: SeenDep, response: Response
) -> SpendingOut:
    """Record that the supplier was paid."""
    run, once = keyed
    paid = await once(pay_spending, request_id=request_id, paid_on=body.paid_on, expected_version=seen)
    tag(response, paid.version)
    return SpendingOut.of(paid, run.actor, language)


@router.post("/spending-requests/{request_id}/settlements", status_code=201)
async def settle(
    request_id: UUID,
    body: SpendingSettlement,
    keyed: KeyedDep,
    language: LanguageDep,
    seen: SeenDep,
    response: Response,
) -> SpendingOut:
    """Settle with the receipt; what was paid too much comes back into the pot."""
    run, once = keyed
    settled = await once(
        settle_spending,
        request_id=request_id,
        receipt=body.receipt,
        cents=body.amount.cents,
        expected_version=seen,
    )
    tag(response, settled.version)
    return SpendingOut.of(settled, run.actor, language)
