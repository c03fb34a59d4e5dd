"""The trail of power: who got which office, app or membership, from whom, when and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.access import Role


class PowerKind(StrEnum):
    """What happened to somebody's power."""

    OFFICE_GIVEN = "office_given"
    OFFICE_ENDED = "office_ended"
    MEMBER_LINKED = "member_linked"
    MEMBER_UNLINKED = "member_unlinked"
    APP_REGISTERED = "app_registered"
    SCOPES_CHANGED = "scopes_changed"
    KEYS_CHANGED = "keys_changed"
    SECRET_ROTATED = "secret_rotated"  # noqa: S105  the name of an event
    APP_DISABLED = "app_disabled"
    APP_ENABLED = "app_enabled"


OF_OFFICES = (PowerKind.OFFICE_GIVEN, PowerKind.OFFICE_ENDED)
"""The kinds that all members of a cooperative may see."""


@dataclass(frozen=True, kw_only=True)
class PowerEvent:
    """One event, about a person or an app; append-only. Whoever did it is a person, an app, or both.

    `role`, `scopes` and `keys` (the `kid` of each) are what the person or the app has from then on, or had until then.
    """

    id: UUID
    kind: PowerKind
    at: datetime
    person_id: UUID | None = None
    app_id: UUID | None = None
    cooperative_id: UUID | None = None
    municipality_id: UUID | None = None
    member_id: UUID | None = None
    role: Role | None = None
    scopes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    by_person_id: UUID | None = None
    by_app_id: UUID | None = None
    reason: str = ""
