"""People, their offices, and the caller."""

from datetime import datetime

from app.contract.operation import Key, Noun
from app.contract.shape import computed, shape
from app.domain.access import Role
from app.domain.actors import Holding as DomainHolding
from app.domain.people import persons as domain
from app.ids import AppId, CooperativeId, MemberId, MunicipalityId, OfficeId, PersonId
from app.usecases.people import persons as usecases
from app.usecases.people.persons import add_person, change_me, end_office, get_me, get_person, give_office, list_offices


@shape(domain.Person)
class Person:
    """A person, known by the tokens of a login provider."""

    id: PersonId
    name: str
    """The name."""
    email: str | None
    """The address for messages about tasks; null: no mail."""
    version: int


@shape(domain.Office)
class Office:
    """A role that a person holds at a cooperative, at a municipality or in the network."""

    id: OfficeId
    person_id: PersonId
    """The person who holds it."""
    role: Role
    """The role."""
    cooperative_id: CooperativeId | None
    """The cooperative, if it is an office there."""
    municipality_id: MunicipalityId | None
    """The municipality, if it is an office there."""
    given_at: datetime
    """Since when the person holds it."""
    given_by: PersonId | None
    """Who gave it; null if the system did, or if nobody noted it."""
    ended_at: datetime | None
    """When it ended; null while it is in force."""
    ended_by: PersonId | None
    """Who ended it."""


@shape(DomainHolding)
class Holding:
    """A role of the caller at a cooperative, at a municipality or in the network."""

    role: Role
    """The role."""
    cooperative_id: CooperativeId | None
    """The cooperative, if it is a role there."""
    municipality_id: MunicipalityId | None
    """The municipality, if it is a role there."""
    member_id: MemberId | None
    """The member that it belongs to."""


@shape(usecases.Me)
class Me:
    """The caller and their roles."""

    person: Person | None
    """The person of the token; null if they are not known yet, or if the caller is an app."""
    app_id: AppId | None
    """The calling app."""
    roles: list[str] = computed(lambda me, _: list(me.roles))
    """All roles of the caller, at any place."""
    holdings: list[Holding]
    """The roles with their places."""


people = Noun("people")
people.get("/me", get_me, Me, holds="person")
people.patch("/me", change_me, Me)
people.post("/people", add_person, Person, key=Key.KEPT, opens="/people")
people.get("/people/{person_id}", get_person, Person)
people.get("/cooperatives/{cooperative_id}/offices", list_offices, Office)
people.post("/offices", give_office, Office, key=Key.KEPT)
people.delete("/offices/{office_id}", end_office, Office)
