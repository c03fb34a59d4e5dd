"""REST: members and their thermometer."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.adapters.drawings import thermometer_svg
from app.adapters.messages import explain
from app.api.deps import LanguageDep, MustHaveSeenDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import (
    Day,
    Flag,
    In,
    Money,
    Name,
    Note,
    Out,
    PageOut,
    TransitionOut,
    Version,
    When,
    Written,
    given,
    money,
)
from app.domain.actors import Actor
from app.domain.members import MEMBERSHIP, Destination, Member, MemberState
from app.domain.thermometer import Thermometer
from app.domain.transitions import available
from app.usecases.members import (
    change_member,
    get_member,
    get_thermometer,
    list_member_events,
    list_members,
    move_member,
    refer_member,
    register_member,
    set_goal,
)
from app.vocabulary import MoneyIn

router = noun("members")


class MemberIn(In):
    name: Name
    trade_name: Name
    person_id: UUID | None = None
    candidate: Flag = False


class ReferralIn(In):
    """Somebody whom the municipality refers; what is told here the coordinator reads, and nobody else."""

    name: Name
    trade_name: Name
    note: Note = ""


class MemberChange(In):
    name: Name = ""
    trade_name: Name = ""
    person_id: UUID | None = None


class MemberMove(In):
    verb: Literal["take_in", "start_trial", "admit", "reject", "withdraw", "pause", "resume", "exit"]
    destination: Destination | None = None
    note: Note = ""


class GoalIn(In):
    text: Annotated[str, Field(max_length=200)] | None
    amount: MoneyIn | None


class MemberOut(Out):
    id: UUID
    cooperative_id: UUID
    name: str
    trade_name: str
    person_id: UUID | None
    state: MemberState
    goal_text: str | None
    goal: Money | None = money("goal_cents")
    trial_until: Day | None
    exited_on: Day | None
    destination: Destination | None
    version: Version
    available_transitions: list[TransitionOut] = []

    @classmethod
    def of(cls, member: Member, actor: Actor, language: str) -> "MemberOut":
        found = available(
            MEMBERSHIP,
            member,
            lambda right: actor.may(right, member.cooperative_id, own=actor.as_member(member.id)),
        )
        return cls.model_validate(member).model_copy(
            update={"available_transitions": TransitionOut.all_of(found, language)}
        )


class MemberEventOut(Out):
    id: UUID
    verb: str
    state: MemberState
    at: When
    person_id: UUID | None
    app_id: UUID | None
    note: str


class MovementOut(Out):
    journal_id: UUID
    line: int
    journal_kind: str
    effective_on: Day
    booked_at: When
    amount: Money = money("cents")
    balance_after: Money = money("balance_after_cents")
    order_reference: str | None
    title: str | None
    reason: str = ""


class ThermometerOut(Out):
    member_id: UUID
    cooperative_id: UUID
    name: str
    kind: Literal["pot", "collective"]
    balance: Money = money("balance_cents")
    reserved: Money = money("reserved_cents")
    pending: Money = money("pending_cents")
    held: Money = money("held_cents")
    year: int
    year_total: Money = money("year_total_cents")
    threshold: Money | None = money("threshold_cents")
    room_left: Money | None = money("room_left_cents")
    goal_text: str | None
    goal: Money | None = money("goal_cents")
    movements: list[MovementOut]

    @classmethod
    def of(cls, thermometer: Thermometer, language: str) -> "ThermometerOut":
        shown = cls.model_validate(thermometer)
        for movement, out in zip(thermometer.movements, shown.movements, strict=True):
            out.reason = explain(movement.rule, movement.facts, language)
        return shown


@router.get("/cooperatives/{cooperative_id}/members")
async def list_all(
    cooperative_id: UUID, run: RunDep, language: LanguageDep, page: PageDep, request: Request, response: Response
) -> PageOut[MemberOut]:
    """The members of a cooperative, for its staff."""
    found = await run(list_members, cooperative_id=cooperative_id, page=page)
    link_next(request, response, found)
    return PageOut.of(found, lambda member: MemberOut.of(member, run.actor, language))


@router.post("/cooperatives/{cooperative_id}/members", status_code=201)
async def register(
    cooperative_id: UUID, body: MemberIn, run: RunDep, language: LanguageDep, response: Response
) -> MemberOut:
    """Register a member."""
    member = await run(
        register_member,
        cooperative_id=cooperative_id,
        name=body.name,
        trade_name=body.trade_name,
        person_id=body.person_id,
        candidate=body.candidate,
    )
    response.headers["Location"] = f"/v1/members/{member.id}"
    tag(response, member.version)
    return MemberOut.of(member, run.actor, language)


@router.post("/cooperatives/{cooperative_id}/referrals", status_code=201)
async def refer(
    cooperative_id: UUID, body: ReferralIn, run: RunDep, language: LanguageDep, response: Response
) -> MemberOut:
    """Refer somebody to a cooperative, for a case manager of its municipality."""
    member = await run(
        refer_member,
        cooperative_id=cooperative_id,
        name=body.name,
        trade_name=body.trade_name,
        note=body.note,
    )
    tag(response, member.version)
    return MemberOut.of(member, run.actor, language)


@router.get("/members/{member_id}")
async def get(member_id: UUID, run: RunDep, language: LanguageDep, response: Response) -> MemberOut:
    """One member, for the staff and the member."""
    member = await run(get_member, member_id=member_id)
    tag(response, member.version)
    return MemberOut.of(member, run.actor, language)


@router.patch("/members/{member_id}")
async def change(
    member_id: UUID, body: MemberChange, run: RunDep, language: LanguageDep, seen: MustHaveSeenDep, response: Response
) -> MemberOut:
    """Change what the body names."""
    member = await run(change_member, member_id=member_id, expected_version=seen, changes=given(body))
    tag(response, member.version)
    return MemberOut.of(member, run.actor, language)


@router.post("/members/{member_id}/transitions")
async def move(
    member_id: UUID, body: MemberMove, run: RunDep, language: LanguageDep, seen: SeenDep, response: Response
) -> MemberOut:
    """Take in, start a trial, admit, reject, withdraw, pause, resume or exit; to pause no reason is asked."""
    member = await run(
        move_member,
        member_id=member_id,
        verb=body.verb,
        destination=body.destination,
        note=body.note,
        expected_version=seen,
    )
    tag(response, member.version)
    return MemberOut.of(member, run.actor, language)


@router.get("/members/{member_id}/events")
async def events(member_id: UUID, run: RunDep) -> list[MemberEventOut]:
    """What happened to a membership, oldest first."""
    return [MemberEventOut.model_validate(event) for event in await run(list_member_events, member_id=member_id)]


@router.put("/members/{member_id}/goal")
async def goal(
    member_id: UUID, body: GoalIn, run: RunDep, language: LanguageDep, seen: MustHaveSeenDep, response: Response
) -> MemberOut:
    """What the member saves for; null takes the goal away."""
    cents = body.amount.cents if body.amount else None
    member = await run(set_goal, member_id=member_id, text=body.text, cents=cents or None, expected_version=seen)
    tag(response, member.version)
    return MemberOut.of(member, run.actor, language)


@router.get("/members/{member_id}/thermometer")
async def thermometer(
    member_id: UUID,
    run: RunDep,
    language: LanguageDep,
    response: Response,
    movements: Annotated[int, Query(ge=0, le=100), Written] = 20,
) -> ThermometerOut:
    """How full the savings pot is and why: every line with its reason."""
    response.headers["Cache-Control"] = "no-store"
    return ThermometerOut.of(await run(get_thermometer, member_id=member_id, movements=movements), language)


@router.get(
    "/members/{member_id}/thermometer.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}, "description": "The drawn thermometer"}},
)
async def thermometer_picture(member_id: UUID, run: RunDep, language: LanguageDep) -> Response:
    """The thermometer as a picture."""
    found = await run(get_thermometer, member_id=member_id, movements=0)
    headers = {"Cache-Control": "no-store"}
    return Response(thermometer_svg(found, language), media_type="image/svg+xml", headers=headers)
