"""Permissions and obligations of a member, given by the municipality with dates; the text is sealed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Right
from app.domain.errors import RuleRefused
from app.domain.transitions import Case, Process, Transition, move, of_staff_and_municipality


class PermissionKind(StrEnum):
    """The kind of permission."""

    PERMISSION = "permission"
    OBLIGATION = "obligation"


class PermissionVerb(StrEnum):
    """Steps of a permission."""

    WITHDRAW = "withdraw"


class PermissionState(StrEnum):
    """The state of a permission."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Permission:
    """Valid from `starts_on` through `until`, both days included; after a withdrawal until the day before it."""

    id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    member_id: UUID
    kind: PermissionKind
    starts_on: date
    until: date
    given_by: UUID
    given_at: datetime
    state: PermissionState = PermissionState.GIVEN
    withdrawn_from: date | None = None
    version: int = 1

    def covers(self, day: date) -> bool:
        ended = self.withdrawn_from is not None and day >= self.withdrawn_from
        return self.starts_on <= day <= self.until and not ended


@dataclass(frozen=True)
class PermissionNote:
    """The text of a permission, unsealed."""

    permission_id: UUID
    note: str


@dataclass(frozen=True, kw_only=True)
class PermissionRead:
    """A record that somebody read the sealed text of a permission."""

    id: UUID
    permission_id: UUID
    member_id: UUID
    cooperative_id: UUID
    at: datetime
    person_id: UUID | None = None
    app_id: UUID | None = None


PERMISSION: Process[Permission] = Process(
    verbs=PermissionVerb,
    states=PermissionState,
    rights=of_staff_and_municipality,
    rows=(Transition("withdraw", ("given",), "withdrawn", Right.GIVE_PERMISSION),),
)


def check_dates(starts_on: date, until: date) -> None:
    """Raises RuleRefused if it would end before it begins."""
    if until < starts_on:
        raise RuleRefused(rule="until_not_before_start", value=until.isoformat())


def withdrawn(case: Case[Permission]) -> Permission:
    """The permission, ended today; work done before stays covered. Raises WrongState."""
    state = PermissionState(move(PERMISSION, case, "withdraw"))
    return replace(case.thing, state=state, withdrawn_from=case.today)


def permitted(permissions: Iterable[Permission], day: date) -> bool:
    """Whether a permission covers the day."""
    return any(p.kind is PermissionKind.PERMISSION and p.covers(day) for p in permissions)
