"""Permissions and obligations: case managers give them, their text is sealed, and members see who read it."""

from datetime import datetime, time, timedelta
from typing import Annotated
from uuid import UUID

from app.db.earning.agreements import agreement_on
from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.permissions import open_note, permission_reads, permissions, seal_note
from app.db.people.persons import lend_staff_view
from app.db.platform.outbox import start_timer, tell
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.days import AMSTERDAM
from app.domain.errors import NotFound, SecondPersonNeeded
from app.domain.page import Page, PageRequest
from app.domain.people.permissions import (
    Permission,
    PermissionKind,
    PermissionNote,
    PermissionRead,
    check_dates,
    permitted,
    withdrawn,
)
from app.domain.rules import PermissionNeeded
from app.domain.transitions import Case
from app.ids import CooperativeId, MemberId, PermissionId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.vocabulary import Day, Doc, Note, Version

FirstDay = Annotated[Day, Doc("The first day on which it is valid.")]
LastDay = Annotated[Day, Doc("The last day on which it is valid.")]

WARN_DAYS = 30
"""Days of warning before a permission ends, if the agreement does not set them."""


async def give_permission(
    tx: Tx,
    actor: Actor,
    *,
    cooperative_id: CooperativeId,
    member_id: MemberId,
    starts_on: FirstDay,
    until: LastDay,
    kind: PermissionKind = PermissionKind.PERMISSION,
    note: Note = "",
) -> Permission:
    """Permit a member to earn from a day through another, or ask something of them. The note is sealed.

    Raises RuleRefused if the last day is before the first.
    """
    cooperative = await cooperatives.get(tx, cooperative_id)
    actor.require(Right.GIVE_PERMISSION, cooperative_id, municipality_id=cooperative.municipality_id)
    if member_id in actor.member_ids():
        raise SecondPersonNeeded(verb="give_permission")
    check_dates(starts_on, until)
    await lend_staff_view(tx, cooperative_id)
    member = await members.find(tx, id=member_id, cooperative_id=cooperative_id)
    if member is None:
        raise NotFound
    given = Permission(
        id=uuid7(),
        cooperative_id=cooperative_id,
        municipality_id=cooperative.municipality_id,
        member_id=member_id,
        kind=kind,
        starts_on=starts_on,
        until=until,
        given_by=actor.person,
        given_at=tx.now,
    )
    await permissions.add(tx, given)
    if note:
        await seal_note(tx, given, note)
    if kind is PermissionKind.PERMISSION:
        await tell(tx, "permission.given", cooperative_id, member_id)
        agreement = await agreement_on(tx, cooperative_id, tx.today)
        rule = agreement.the(PermissionNeeded) if agreement else None
        due = until - timedelta(days=rule.warn_days if rule else WARN_DAYS)
        at = datetime.combine(due, time(), AMSTERDAM)
        await start_timer(tx, "permission_lapses", cooperative_id, given.id, at)
    return given


async def withdraw_permission(
    tx: Tx, actor: Actor, *, permission_id: PermissionId, expected_version: Version | None = None
) -> Permission:
    """End a permission today. Work done before stays covered. Raises WrongState, Stale."""
    permission = await permissions.get(tx, permission_id, lock=True)
    actor.require(Right.GIVE_PERMISSION, permission.cooperative_id, municipality_id=permission.municipality_id)
    expect(permission.version, expected_version)
    ended = withdrawn(Case(permission, actor, tx.now))
    if permission.kind is PermissionKind.PERMISSION:
        await lend_staff_view(tx, permission.cooperative_id)
        await tell(tx, "permission.lapses", permission.cooperative_id, permission.member_id)
    return await permissions.save(tx, ended)


@shows_private
async def list_permissions(
    tx: Tx, actor: Actor, *, cooperative_id: CooperativeId, page: PageRequest, member_id: MemberId | None = None
) -> Page[Permission]:
    """The dates of a cooperative's permissions, for its coordinator and case managers. A member sees their own."""
    cooperative = await cooperatives.get(tx, cooperative_id)
    there = actor.members_at(cooperative_id)
    place, own = cooperative.municipality_id, actor.as_member(*there)
    actor.require(Right.READ_PERMISSION, cooperative_id, municipality_id=place, own=own)
    office = actor.may(Right.READ_PERMISSION, cooperative_id, municipality_id=place)
    seen = member_id if office else tuple(m for m in there if member_id in (None, m))
    return await permissions.page(tx, page, cooperative_id=cooperative_id, member_id=seen)


@shows_private
@reads_by_id(permissions)
async def get_permission(tx: Tx, actor: Actor, *, permission_id: PermissionId) -> Permission:
    """The dates of one permission. Raises NotFound."""
    permission = await permissions.get(tx, permission_id)
    own = actor.as_member(permission.member_id)
    place = permission.municipality_id
    actor.require(Right.READ_PERMISSION, permission.cooperative_id, municipality_id=place, own=own)
    return permission


@shows_private
async def read_permission_note(tx: Tx, actor: Actor, *, permission_id: PermissionId) -> PermissionNote:
    """Read the text of a permission.

    If somebody else than the member reads it, a log that the member sees records this.
    """
    permission = await get_permission(tx, actor, permission_id=permission_id)
    await lend_staff_view(tx, permission.cooperative_id)
    if not actor.as_member(permission.member_id):
        await permission_reads.add(
            tx,
            PermissionRead(
                id=uuid7(),
                permission_id=permission_id,
                member_id=permission.member_id,
                cooperative_id=permission.cooperative_id,
                at=tx.now,
                person_id=actor.person_id,
                app_id=actor.app_id,
            ),
        )
    return PermissionNote(permission_id, await open_note(tx, permission))


@shows_private
async def list_permission_reads(tx: Tx, actor: Actor, *, member_id: MemberId) -> list[PermissionRead]:
    """The people who read the text of a member's permissions, oldest reading first."""
    member = await members.get(tx, member_id)
    actor.require(Right.READ_PERMISSION, member.cooperative_id, own=actor.as_member(member_id))
    return await permission_reads.all(tx, member_id=member_id)


async def warn_of_lapse(tx: Tx, actor: Actor, *, permission_id: UUID) -> None:
    """Timer of a permission: asks the coordinator for the next one, unless there is one already."""
    actor.require(Right.RUN_TIMER)
    permission = await permissions.get(tx, permission_id)
    others = await permissions.all(tx, member_id=permission.member_id)
    if not permitted(others, permission.until + timedelta(days=1)):
        await tell(tx, "permission.lapses", permission.cooperative_id, permission.member_id)
