"""REST: earnings."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Request, Response

from app.api.agreements import LegOut
from app.api.deps import KeyedDep, LanguageDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Line, Money, Out, PageOut, TransitionOut, Version, money
from app.domain.actors import Actor
from app.domain.earnings import HELD, Earning, EarningState
from app.domain.transitions import available
from app.usecases.earnings import decide_held, get_earning, list_earnings

router = noun("earnings")


class EarningOut(Out):
    id: UUID
    order_id: UUID
    cooperative_id: UUID
    member_id: UUID
    work_date: Day
    net: Money = money("net_cents")
    costs: Money = money("cost_cents")
    kept: Money = money("kept_cents")
    state: EarningState
    agreement_id: UUID | None
    journal_id: UUID | None
    held: Money = money("held_cents")
    held_because: str | None
    to_member_id: UUID | None
    reason: str
    legs: list[LegOut]
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, earning: Earning, actor: Actor, language: str) -> "EarningOut":
        found = available(HELD, earning, lambda right: actor.may(right, earning.cooperative_id))
        more: dict[str, Any] = {"legs": [LegOut.of(leg, language) for leg in earning.legs]}
        more |= {"available_transitions": TransitionOut.all_of(found, language)}
        return cls.model_validate(earning).model_copy(update=more)


class HeldMove(In):
    verb: Literal["release", "transfer", "forfeit"]
    to_member_id: UUID | None = None
    reason: Line = ""


@router.get("/cooperatives/{cooperative_id}/earnings")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    page: PageDep,
    language: LanguageDep,
    request: Request,
    response: Response,
    state: EarningState | None = None,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[EarningOut]:
    """The earnings of a cooperative for its staff; a member sees their own."""
    found = await run(list_earnings, cooperative_id=cooperative_id, page=page, state=state, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, lambda earning: EarningOut.of(earning, run.actor, language))


@router.get("/earnings/{earning_id}")
async def get(earning_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> EarningOut:
    """One earning, with where every cent of it went and why."""
    found = await run(get_earning, earning_id=earning_id)
    tag(response, found.version)
    return EarningOut.of(found, run.actor, language)


@router.post("/earnings/{earning_id}/transitions")
async def decide(
    earning_id: UUID, body: HeldMove, keyed: KeyedDep, seen: SeenDep, language: LanguageDep, response: Response
) -> EarningOut:
    """Release, transfer or forfeit what is held; once."""
    run, once = keyed
    decided = await once(
        decide_held,
        earning_id=earning_id,
        verb=body.verb,
        to_member_id=body.to_member_id,
        reason=body.reason,
        expected_version=seen,
    )
    tag(response, decided.version)
    return EarningOut.of(decided, run.actor, language)
