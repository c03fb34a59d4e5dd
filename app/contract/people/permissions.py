"""Permissions and obligations that a municipality gives; their text is sealed, and members see who read it."""

from datetime import date, datetime

from app.contract.operation import Noun
from app.contract.shape import shape
from app.contract.transitions import Step, steps
from app.domain.people import permissions as domain
from app.domain.people.permissions import PERMISSION, PermissionKind, PermissionState
from app.ids import AppId, CooperativeId, MemberId, MunicipalityId, PermissionId, PermissionReadId, PersonId
from app.usecases.people import permissions as usecases


@shape(domain.Permission)
class Permission:
    """The dates of a permission or an obligation."""

    id: PermissionId
    cooperative_id: CooperativeId
    """The cooperative of the member."""
    municipality_id: MunicipalityId
    """The municipality that gave it."""
    member_id: MemberId
    """The member."""
    kind: PermissionKind
    """Whether it is a permission or an obligation."""
    starts_on: date
    """Its first day."""
    until: date
    """Its last day."""
    state: PermissionState
    """Whether it is valid."""
    withdrawn_from: date | None
    """The first day on which it is not valid any more, if it was withdrawn."""
    given_at: datetime
    """When it was given."""
    version: int
    available_transitions: list[Step] = steps("PermissionTransition", PERMISSION)


@shape(domain.PermissionNote)
class PermissionNote:
    """The text of a permission."""

    permission_id: PermissionId
    """The permission."""
    note: str
    """Its text, which is sealed in the database."""


@shape(domain.PermissionRead)
class PermissionRead:
    """A record that somebody other than the member read the text of a permission."""

    id: PermissionReadId
    permission_id: PermissionId
    """The permission that was read."""
    at: datetime
    """When it was read."""
    person_id: PersonId | None
    """The person who read it."""
    app_id: AppId | None
    """The app through which it was read."""


ONE = "/permissions/{permission_id}"
permissions = Noun("permissions")
permissions.get("/cooperatives/{cooperative_id}/permissions", usecases.list_permissions, Permission)
permissions.post(
    "/cooperatives/{cooperative_id}/permissions", usecases.give_permission, Permission, opens="/permissions"
)
permissions.get(ONE, usecases.get_permission, Permission)
permissions.get(f"{ONE}/note", usecases.read_permission_note, PermissionNote)
permissions.post(f"{ONE}/withdrawals", usecases.withdraw_permission, Permission)
permissions.get("/members/{member_id}/permission-reads", usecases.list_permission_reads, PermissionRead)
