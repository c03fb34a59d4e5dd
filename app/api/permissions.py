"""REST: what a municipality permits a member or asks of them; its text is sealed, every reading is shown."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.api.deps import KeyedDep, PageDep, RunDep, SeenDep, link_next, noun, tag
from app.api.models import Day, In, Note, Out, PageOut, Version, When
from app.domain.permissions import PermissionKind, PermissionState
from app.usecases.permissions import (
    get_permission,
    give_permission,
    list_permission_reads,
    list_permissions,
    read_permission_note,
    withdraw_permission,
)

router = noun("permissions")


class PermissionIn(In):
    member_id: UUID
    starts_on: Day
    until: Day
    kind: PermissionKind = PermissionKind.PERMISSION
    note: Note = ""


class PermissionOut(Out):
    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    member_id: UUID
    kind: PermissionKind
    starts_on: Day
    until: Day
    state: PermissionState
    withdrawn_from: Day | None
    given_at: When
    version: Version


class PermissionNoteOut(Out):
    permission_id: UUID
    note: str


class PermissionReadOut(Out):
    id: UUID
    permission_id: UUID
    at: When
    person_id: UUID | None
    app_id: UUID | None


@router.get("/cooperatives/{cooperative_id}/permissions")
async def list_all(
    cooperative_id: UUID,
    run: RunDep,
    page: PageDep,
    request: Request,
    response: Response,
    member_id: Annotated[UUID | None, Query(alias="memberId")] = None,
) -> PageOut[PermissionOut]:
    """The dates, for the coordinator and the municipality's case managers; a member sees their own."""
    found = await run(list_permissions, cooperative_id=cooperative_id, page=page, member_id=member_id)
    link_next(request, response, found)
    return PageOut.of(found, PermissionOut.model_validate)


@router.post("/cooperatives/{cooperative_id}/permissions", status_code=201)
async def give(cooperative_id: UUID, body: PermissionIn, keyed: KeyedDep, response: Response) -> PermissionOut:
    """Permit a member to earn from a day through another, or ask something of them; the note is sealed."""
    _, once = keyed
    given = await once(
        give_permission,
        cooperative_id=cooperative_id,
        member_id=body.member_id,
        starts_on=body.starts_on,
        until=body.until,
        kind=body.kind,
        note=body.note,
    )
    response.headers["Location"] = f"/v1/permissions/{given.id}"
    tag(response, given.version)
    return PermissionOut.model_validate(given)


@router.get("/permissions/{permission_id}")
async def get(permission_id: UUID, run: RunDep, response: Response) -> PermissionOut:
    """The dates of one permission."""
    found = await run(get_permission, permission_id=permission_id)
    tag(response, found.version)
    return PermissionOut.model_validate(found)


@router.get("/permissions/{permission_id}/note")
async def note(permission_id: UUID, run: RunDep, response: Response) -> PermissionNoteOut:
    """What a permission says; who is not the member leaves a line in the log that the member sees."""
    response.headers["Cache-Control"] = "no-store"
    return PermissionNoteOut.model_validate(await run(read_permission_note, permission_id=permission_id))


@router.post("/permissions/{permission_id}/withdrawals", status_code=201)
async def withdraw(permission_id: UUID, keyed: KeyedDep, seen: SeenDep, response: Response) -> PermissionOut:
    """End a permission today; what was worked before stays covered."""
    _, once = keyed
    ended = await once(withdraw_permission, permission_id=permission_id, expected_version=seen)
    tag(response, ended.version)
    return PermissionOut.model_validate(ended)


@router.get("/members/{member_id}/permission-reads")
async def reads(member_id: UUID, run: RunDep) -> list[PermissionReadOut]:
    """Who read what a member's permissions say, oldest first."""
    found = await run(list_permission_reads, member_id=member_id)
    return [PermissionReadOut.model_validate(read) for read in found]
