"""GraphQL: what a municipality permits a member or asks of them; its text is sealed, every reading is shown."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from app.domain.permissions import PermissionKind, PermissionState
from app.graphql.context import Info
from app.graphql.types import Connection, Node, page_of, show
from app.usecases.permissions import (
    get_permission,
    give_permission,
    list_permission_reads,
    list_permissions,
    read_permission_note,
    withdraw_permission,
)

strawberry.enum(PermissionKind)
strawberry.enum(PermissionState)


@strawberry.type
class Permission(Node):
    cooperative_id: UUID
    municipality_id: UUID
    member_id: UUID
    kind: PermissionKind
    starts_on: date
    until: date
    state: PermissionState
    withdrawn_from: date | None
    given_at: datetime
    version: int


@strawberry.type
class PermissionRead:
    id: UUID
    permission_id: UUID
    at: datetime
    person_id: UUID | None
    app_id: UUID | None


@strawberry.type
class PermissionQuery:
    @strawberry.field(description="The dates, for the coordinator and case managers; a member sees their own.")
    async def permissions(
        self, info: Info, cooperative_id: UUID, first: int = 20, after: str | None = None, member_id: UUID | None = None
    ) -> Connection[Permission]:
        page = page_of(first, after)
        found = await info.context.run(list_permissions, cooperative_id=cooperative_id, page=page, member_id=member_id)
        return Connection.of(found, lambda row: show(Permission, row), page)

    @strawberry.field(description="The dates of one permission.")
    async def permission(self, info: Info, id: UUID) -> Permission:
        return show(Permission, await info.context.run(get_permission, permission_id=id))

    @strawberry.field(description="What a permission says; a reading by others is logged and shown to the member.")
    async def permission_note(self, info: Info, id: UUID) -> str:
        return (await info.context.run(read_permission_note, permission_id=id)).note

    @strawberry.field(description="Who read what a member's permissions say, oldest first.")
    async def permission_reads(self, info: Info, member_id: UUID) -> list[PermissionRead]:
        return [
            show(PermissionRead, read) for read in await info.context.run(list_permission_reads, member_id=member_id)
        ]


@strawberry.type
class PermissionMutation:
    @strawberry.mutation(description="Permit a member to earn for a time, or ask something; the note is sealed.")
    async def give_permission(
        self,
        info: Info,
        idempotency_key: str,
        cooperative_id: UUID,
        member_id: UUID,
        starts_on: date,
        until: date,
        kind: PermissionKind = PermissionKind.PERMISSION,
        note: str = "",
    ) -> Permission:
        given = await info.context.keyed(idempotency_key)(
            give_permission,
            cooperative_id=cooperative_id,
            member_id=member_id,
            starts_on=starts_on,
            until=until,
            kind=kind,
            note=note,
        )
        return show(Permission, given)

    @strawberry.mutation(description="End a permission today; what was worked before stays covered.")
    async def withdraw_permission(
        self, info: Info, idempotency_key: str, id: UUID, expected_version: int | None = None
    ) -> Permission:
        once = info.context.keyed(idempotency_key)
        return show(Permission, await once(withdraw_permission, permission_id=id, expected_version=expected_version))
