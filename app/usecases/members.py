"""Members: registered by the coordinator; their goal is their own, their thermometer is theirs to see."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from asyncpg import ForeignKeyViolationError, UniqueViolationError

from app.db.agreements import agreement_on
from app.db.cooperatives import cooperatives
from app.db.earnings import earnings, year_totals
from app.db.engine import Tx, uuid7
from app.db.ledger import member_balances, pot_movements
from app.db.members import members
from app.domain.access import Actor, Right, Role
from app.domain.earnings import EarningState
from app.domain.errors import AlreadyExists, NotFound
from app.domain.ledger import AccountKind
from app.domain.members import MEMBERSHIP, Member, MemberState
from app.domain.orders import AMSTERDAM
from app.domain.page import Page, PageRequest
from app.domain.thermometer import Thermometer
from app.domain.transitions import move
from app.usecases.steps.version import expect


def own_roles(actor: Actor, member_id: UUID) -> tuple[Role, ...]:
    """What the actor is to this member: the member itself, or nobody."""
    return (Role.MEMBER,) if member_id in actor.member_ids() else ()


async def list_members(tx: Tx, actor: Actor, *, cooperative_id: UUID, page: PageRequest) -> Page[Member]:
    """The members of a cooperative, for its staff."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_MEMBER, cooperative_id)
    return await members.page(tx, page, cooperative_id=cooperative_id)


async def get_member(tx: Tx, actor: Actor, *, member_id: UUID) -> Member:
    """One member, for the staff and the member. Raises NotFound."""
    member = await members.get(tx, member_id)
    actor.require(Right.READ_MEMBER, member.cooperative_id, own=own_roles(actor, member_id))
    return member


async def register_member(
    tx: Tx, actor: Actor, *, cooperative_id: UUID, name: str, trade_name: str, person_id: UUID | None = None
) -> Member:
    """Register a member; `person_id` is who may log in as them. Raises AlreadyExists for a person who is one."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.WRITE_MEMBER, cooperative_id)
    member = Member(uuid7(), cooperative_id, name, trade_name, person_id)
    try:
        await members.add(tx, member)
    except UniqueViolationError:
        raise AlreadyExists(what="member", value=str(person_id)) from None
    except ForeignKeyViolationError:
        raise NotFound from None
    return member


async def change_member(
    tx: Tx, actor: Actor, *, member_id: UUID, expected_version: int | None, changes: dict[str, Any]
) -> Member:
    """Change name, trade name or login of a member. Raises Stale."""
    member = await members.get(tx, member_id, lock=True)
    actor.require(Right.WRITE_MEMBER, member.cooperative_id)
    expect(member.version, expected_version)
    return await members.save(tx, replace(member, **changes))


async def set_goal(
    tx: Tx, actor: Actor, *, member_id: UUID, text: str | None, cents: int | None, expected_version: int | None = None
) -> Member:
    """What the member saves for, and how much that costs; None takes the goal away."""
    member = await members.get(tx, member_id, lock=True)
    actor.require(Right.SET_GOAL, member.cooperative_id, own=own_roles(actor, member_id))
    expect(member.version, expected_version)
    return await members.save(tx, replace(member, goal_text=text, goal_cents=cents))


async def move_member(
    tx: Tx, actor: Actor, *, member_id: UUID, verb: str, expected_version: int | None = None
) -> Member:
    """Pause or resume a membership; no reason is asked. Raises WrongState."""
    member = await members.get(tx, member_id, lock=True)
    actor.require(Right.WRITE_MEMBER, member.cooperative_id)
    expect(member.version, expected_version)
    return await members.save(tx, replace(member, state=MemberState(move(MEMBERSHIP, member, verb))))


async def get_thermometer(tx: Tx, actor: Actor, *, member_id: UUID, movements: int = 20) -> Thermometer:
    """How full a member's savings pot is and why, with its last movements."""
    member = await members.get(tx, member_id)
    actor.require(Right.READ_THERMOMETER, member.cooperative_id, own=own_roles(actor, member_id))
    today = tx.now.astimezone(AMSTERDAM).date()
    agreement = await agreement_on(tx, member.cooperative_id, today)
    remittance = agreement.remittance if agreement else None
    balances = await member_balances(tx, member)
    pending = await earnings.all(tx, member_id=member_id, state=EarningState.PENDING)
    return Thermometer(
        member_id=member.id,
        cooperative_id=member.cooperative_id,
        name=member.name,
        kind="collective" if agreement and agreement.collective else "pot",
        balance_cents=balances.get(AccountKind.POT, 0),
        pending_cents=sum(earning.net_cents for earning in pending),
        held_cents=balances.get(AccountKind.HELD, 0),
        year=today.year,
        year_total_cents=sum(m.kept_cents for m in await year_totals(tx, member_id, today.year)),
        threshold_cents=remittance.threshold_cents if remittance else None,
        goal_text=member.goal_text,
        goal_cents=member.goal_cents,
        movements=tuple(await pot_movements(tx, member, movements)),
    )
