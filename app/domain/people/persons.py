"""People, known by (issuer, subject) of their token, and the offices that they hold."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.access import Role

OFFICES = {
    Role.COORDINATOR: "cooperative",
    Role.TREASURER: "cooperative",
    Role.CASE_MANAGER: "municipality",
    Role.CONTROLLER: "municipality",
    Role.NETWORK: "network",
}
"""Where each office is held. A member is a member, a customer a customer: no office."""


ERASED = "erased"
"""The issuer of somebody who was forgotten."""


@dataclass(frozen=True, kw_only=True)
class Person:
    id: UUID
    issuer: str
    subject: str
    name: str
    email: str | None = None
    version: int = 1


@dataclass(frozen=True)
class Office:
    """A role that a person holds at a cooperative, at a municipality or in the network."""

    id: UUID
    person_id: UUID
    role: Role
    cooperative_id: UUID | None = None
    municipality_id: UUID | None = None
