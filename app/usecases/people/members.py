"""Members: the coordinator registers them; their goal and their thermometer are their own."""

from dataclasses import replace
from datetime import datetime, time
from typing import Annotated
from uuid import UUID

from app.db.earning.agreements import agreement_on
from app.db.earning.thermometer import member_balances
from app.db.engine import Tx, uuid7
from app.db.market.offerings import hide_offerings_of, show_offerings_of
from app.db.people.cooperatives import cooperatives
from app.db.people.members import member_events, members, was_linked
from app.db.people.persons import lend_staff_view, offices_at
from app.db.platform.outbox import start_timer, tell
from app.db.selling.assignments import leave_queues
from app.domain.access import Right, Role
from app.domain.actors import Actor
from app.domain.days import AMSTERDAM
from app.domain.errors import AlreadyExists, OfficesApart, SecondPersonNeeded
from app.domain.ledger import AccountKind
from app.domain.page import Page, PageRequest
from app.domain.people.members import (
    MEMBERSHIP,
    SELLING,
    Destination,
    Member,
    MemberEvent,
    MemberState,
    MemberVerb,
    add_months,
    transition,
)
from app.domain.people.power import PowerKind
from app.domain.rules import Exit
from app.domain.transitions import Case, find
from app.ids import CooperativeId, MemberId, PersonId
from app.usecases.declared.audit import gives_power, shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.trails import note_member, note_power
from app.vocabulary import AmountOrNone, Doc, Flag, Form, Goal, Name, Note, TradeName, Version

Candidate = Annotated[Flag, Doc("Whether to register a candidate, who gets to know the cooperative first.")]


class MemberChange(Form):
    """The fields of a member that change."""

    name: Name = ""
    trade_name: TradeName = ""
    person_id: PersonId | None = None


@shows_private
async def list_members(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest) -> Page[Member]:
    """The members of a cooperative, for its staff."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_MEMBER, cooperative_id)
    return await members.page(tx, page, cooperative_id=cooperative_id)


@shows_private
@reads_by_id(members)
async def get_member(tx: Tx, actor: Actor, *, member_id: MemberId) -> Member:
    """One member, for the staff and the member. Raises NotFound."""
    member = await members.get(tx, member_id)
    actor.require(Right.READ_MEMBER, member.cooperative_id, own=actor.as_member(member_id))
    return member


@gives_power
async def register_member(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    name: Name,
    trade_name: TradeName,
    person_id: PersonId | None = None,
    candidate: Candidate = False,
) -> Member:
    """Register a member, or a candidate. The given person may log in as this member.

    Raises AlreadyExists for a person who is a member already, OfficesApart for its outside approver.
    """
    # The lock keeps somebody from becoming a member and the outside approver at the same moment.
    await cooperatives.get(tx, cooperative_id, lock=person_id is not None)
    actor.require(Right.WRITE_MEMBER, cooperative_id)
    await _may_be_linked(tx, actor, cooperative_id, person_id)
    state = MemberState.CANDIDATE if candidate else MemberState.MEMBER
    member = Member(
        id=uuid7(), cooperative_id=cooperative_id, name=name, trade_name=trade_name, person_id=person_id, state=state
    )
    added = await _add(tx, actor, member, "register")
    await _note_link(tx, actor, PowerKind.MEMBER_LINKED, added)
    return added


async def refer_member(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, name: Name, trade_name: TradeName, note: Note = ""
) -> Member:
    """Refer somebody to a cooperative, as a case manager of its municipality. The coordinator decides about it.

    Only the coordinator and the writer of the note can read it.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.REFER_MEMBER, cooperative_id, municipality_id=cooperative.municipality_id)
    await lend_staff_view(tx, cooperative_id)
    member = await _add(
        tx,
        actor,
        Member(id=uuid7(), cooperative_id=cooperative_id, name=name, trade_name=trade_name, state=MemberState.REFERRED),
        "refer",
        note,
    )
    await tell(tx, "member.referred", cooperative_id, member.id)
    return member


async def _add(tx: Tx, actor: Actor, member: Member, verb: str, note: str = "") -> Member:
    await members.add_new(tx, member, taken=AlreadyExists(what="member", value=str(member.person_id)))
    await note_member(tx, actor, member, verb, note)
    return await members.get(tx, member.id)


@gives_power
async def change_member(
    tx: Tx, actor: Actor, *, member_id: MemberId, expected_version: Version | None, changes: MemberChange
) -> Member:
    """Change a member. Fields that are left out keep their value.

    Once a person is linked to the member, only the network changes that link. Nobody links themselves. Raises Stale,
    SecondPersonNeeded, Forbidden, OfficesApart for the outside approver.
    """
    member = await members.get(tx, member_id, lock=True)
    actor.require(Right.WRITE_MEMBER, member.cooperative_id)
    expect(member.version, expected_version)
    changed = replace(member, **changes.named())
    if changed.person_id != member.person_id:
        await cooperatives.get(tx, member.cooperative_id, lock=True)
        await _may_be_linked(tx, actor, member.cooperative_id, changed.person_id)
        if member.person_id is not None or await was_linked(tx, member_id):
            actor.require(Right.RELINK_MEMBER)
        await note_member(tx, actor, member, "link")
        await _note_link(tx, actor, PowerKind.MEMBER_UNLINKED, member)
        await _note_link(tx, actor, PowerKind.MEMBER_LINKED, changed)
    return await members.change(tx, member, changed)


async def _may_be_linked(tx: Tx, actor: Actor, cooperative_id: UUID, person_id: UUID | None) -> None:
    """Nobody registers or links themselves as a member. Raises SecondPersonNeeded, OfficesApart."""
    if person_id is None:
        return
    if person_id == actor.person_id:
        raise SecondPersonNeeded(verb="link_member")
    offices = await offices_at(tx, cooperative_id)
    if any(office.role is Role.APPROVER and office.person_id == person_id for office in offices):
        raise OfficesApart(how="outside")


async def _note_link(tx: Tx, actor: Actor, kind: PowerKind, member: Member) -> None:
    """Adds to the trail of power who may log in as the member, if anybody may."""
    if member.person_id is not None:
        place = {"cooperative_id": member.cooperative_id, "member_id": member.id}
        await note_power(tx, actor, kind, person_id=member.person_id, **place)


async def set_goal(
    tx: Tx,
    actor: Actor,
    *,
    member_id: MemberId,
    text: Goal | None,
    amount: AmountOrNone | None,
    expected_version: Version | None = None,
) -> Member:
    """Set what the member saves for and how much it costs; null removes the goal."""
    member = await members.get(tx, member_id, lock=True)
    actor.require(Right.SET_GOAL, member.cooperative_id, own=actor.as_member(member_id))
    expect(member.version, expected_version)
    cents = amount.cents if amount else 0
    return await members.change(tx, member, replace(member, goal_text=text, goal_cents=cents or None))


@gives_power
async def move_member(
    tx: Tx,
    actor: Actor,
    *,
    member_id: MemberId,
    verb: MemberVerb,
    destination: Destination | None = None,
    note: Note = "",
    expected_version: Version | None = None,
) -> Member:
    """Take in, start a trial, admit, reject, withdraw, pause, resume, exit or come back. A pause needs no reason.

    A member who comes back has the pot and the debt of before; what they earn pays the debt first. Raises WrongState,
    Stale, OfficesApart for the outside approver, RuleMissing if the agreement has no trial, RuleRefused for an exit
    without a destination.
    """
    member = await members.get(tx, member_id, lock=True)
    actor.require(find(MEMBERSHIP, verb).right, member.cooperative_id, own=actor.as_member(member_id))
    expect(member.version, expected_version)
    moved = transition(Case(member, actor, tx.now), verb, destination=destination)
    if verb is MemberVerb.COME_BACK:
        await _may_be_linked(tx, actor, member.cooperative_id, member.person_id)
    await lend_staff_view(tx, member.cooperative_id)
    saved = await members.save(tx, moved)
    await note_member(tx, actor, saved, verb, note)
    await _follow_on_the_market(tx, saved)
    empty = verb == "exit" and not (await member_balances(tx, member)).get(AccountKind.POT)
    await tell(tx, f"member.{verb}", member.cooperative_id, member_id, **({"empty": True} if empty else {}))
    agreement = await agreement_on(tx, member.cooperative_id, tx.today) if verb == "admit" else None
    exit_rule = agreement.the(Exit) if agreement else None
    if verb == "start_trial" and saved.trial_until is not None:
        due = datetime.combine(saved.trial_until, time(), AMSTERDAM)
        await start_timer(tx, "trial_end", member.cooperative_id, member_id, due)
    elif verb == "admit" and exit_rule and exit_rule.target_months:
        due = datetime.combine(add_months(tx.today, exit_rule.target_months), time(), AMSTERDAM)
        await start_timer(tx, "exit_target", member.cooperative_id, member_id, due)
    return saved


async def _follow_on_the_market(tx: Tx, member: Member) -> None:
    """Show the member's offerings while they sell, and hide them while they do not."""
    if member.state in SELLING:
        await _back_on_the_market(tx, member)
    else:
        await _off_the_market(tx, member)


async def _off_the_market(tx: Tx, member: Member) -> None:
    """Take the member's offerings off the market, and the member off all waiting lists."""
    for offering_id in await hide_offerings_of(tx, member.id):
        await tell(tx, "offering.paused", member.cooperative_id, offering_id)
    await leave_queues(tx, member.id)


async def _back_on_the_market(tx: Tx, member: Member) -> None:
    """Show the offerings that the pause hid; offerings that the maker hid stay hidden."""
    for offering_id in await show_offerings_of(tx, member.id):
        await tell(tx, "offering.resumed", member.cooperative_id, offering_id)


async def end_trial(tx: Tx, actor: Actor, *, member_id: UUID) -> None:
    """Timer of a trial: asks the coordinator to admit the member or to part; changes nothing itself."""
    actor.require(Right.RUN_TIMER)
    member = await members.get(tx, member_id)
    if member.state is MemberState.TRIAL:
        await tell(tx, "member.trial_ended", member.cooperative_id, member_id)


async def remind_of_exit(tx: Tx, actor: Actor, *, member_id: UUID) -> None:
    """Timer of an exit target: asks the coordinator to talk about it; changes nothing itself."""
    actor.require(Right.RUN_TIMER)
    member = await members.get(tx, member_id)
    if member.state in (MemberState.MEMBER, MemberState.PAUSED):
        await tell(tx, "member.exit_target", member.cooperative_id, member_id)


@shows_private
@reads_by_id(members, (member_events, "member_id"))
async def list_member_events(tx: Tx, actor: Actor, *, member_id: MemberId) -> list[MemberEvent]:
    """The history of a membership, oldest first. Only the coordinator and the writer of a note can read it."""
    member = await get_member(tx, actor, member_id=member_id)
    found = await member_events.all(tx, member_id=member_id)
    if actor.may(Right.WRITE_MEMBER, member.cooperative_id):
        return found
    return [event if event.person_id == actor.person_id else replace(event, note="") for event in found]
