"""Persons, known by (issuer, subject) of their token, and the offices that they hold."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.access import Role
from app.domain.errors import OfficesApart, RuleRefused

OFFICES = {
    Role.COORDINATOR: "cooperative",
    Role.TREASURER: "cooperative",
    Role.APPROVER: "cooperative",
    Role.CASE_MANAGER: "municipality",
    Role.CONTROLLER: "municipality",
    Role.NETWORK: "network",
}
"""The place of each office. Members and customers have roles without an office."""
OFFICERS = frozenset({Role.COORDINATOR, Role.TREASURER})
"""The officers of a cooperative, who keep an eye on each other."""


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


@dataclass(frozen=True, kw_only=True)
class Office:
    """A role that a person holds at a cooperative, at a municipality or in the network, until it ends.

    Nobody is named as giver if the command line gave it, or if it is older than this trail.
    """

    id: UUID
    person_id: UUID
    role: Role
    given_at: datetime
    cooperative_id: UUID | None = None
    municipality_id: UUID | None = None
    given_by: UUID | None = None
    ended_at: datetime | None = None
    ended_by: UUID | None = None


def check_place(role: Role, cooperative_id: UUID | None, municipality_id: UUID | None) -> None:
    """Checks that an office has the place of its role. Raises RuleRefused."""
    place = OFFICES.get(role)
    at_cooperative, at_municipality = place == "cooperative", place == "municipality"
    fits = (cooperative_id is not None) == at_cooperative and (municipality_id is not None) == at_municipality
    if place is None or not fits:
        raise RuleRefused(rule="office_place", value=role)


def check_apart(role: Role, held: Iterable[Office], cooperative_id: UUID, *, has_approver: bool) -> None:
    """Checks that one person may get this office beside the ones in force that they hold.

    Raises OfficesApart for coordinator and treasurer of one cooperative without an outside approver, and for an
    approver who would also be an officer.
    """
    here = {office.role for office in held if office.cooperative_id == cooperative_id}
    if Role.APPROVER in here and role is not Role.APPROVER:
        raise OfficesApart(how="outside")
    if here & OFFICERS < OFFICERS <= here | {role} and not has_approver:
        raise OfficesApart


def check_outside(held: Iterable[Office], cooperative_id: UUID, umbrella_id: UUID | None, *, is_member: bool) -> None:
    """Checks that a person can be the outside approver of a cooperative: of the network or of its umbrella.

    Raises OfficesApart for its own members and officers, RuleRefused for anybody else.
    """
    offices = tuple(held)
    if is_member or any(office.cooperative_id == cooperative_id and office.role in OFFICERS for office in offices):
        raise OfficesApart(how="outside")
    umbrellas = (office.cooperative_id for office in offices if office.role in OFFICERS)
    if not any(office.role is Role.NETWORK for office in offices) and (
        umbrella_id is None or umbrella_id not in umbrellas
    ):
        raise RuleRefused(rule="approver_from_outside", value="")
