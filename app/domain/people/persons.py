"""Persons, known by (issuer, subject) of their token, and the offices that they hold."""

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
"""The place of each office. Members and customers have roles without an office."""


ERASED = "erased"
"""The issuer of a person who was erased."""


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
