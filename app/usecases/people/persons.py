"""Persons, the offices they hold, and the caller's own account."""

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.municipalities import municipalities
from app.db.people.persons import add_person as save_person
from app.db.people.persons import delete_office, ensure_person, lend_staff_view, offices, people
from app.domain.access import Right, Role
from app.domain.actors import Actor, Holding
from app.domain.errors import AlreadyExists, NotFound, RuleRefused
from app.domain.people.persons import ERASED, OFFICES, Office, Person
from app.ids import CooperativeId, MunicipalityId, OfficeId, PersonId
from app.usecases.declared.audit import shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.vocabulary import Doc, Email, EmailOrNone, Issuer, Name, Subject, Version

TasksEmail = Annotated[Email | None, Doc("The address for messages about tasks; null: no mail.")]

UNTOUCHED = 1
"""The version of a person who has not changed their own account yet."""


@dataclass(frozen=True)
class Me:
    """The caller and their roles."""

    person: Person | None
    app_id: UUID | None
    roles: tuple[str, ...]
    holdings: tuple[Holding, ...]

    @property
    def version(self) -> int | None:
        """The version of the person; None if the person is not known yet."""
        return self.person.version if self.person else None


async def get_me(tx: Tx, actor: Actor) -> Me:
    """The person behind the token, with their roles at each cooperative or municipality."""
    actor.require(Right.READ_SELF)
    person = await people.find(tx, id=actor.person_id) if actor.person_id else None
    return Me(person, actor.app_id, tuple(sorted(actor.roles)), actor.holdings)


async def add_person(
    tx: Tx, actor: Actor, *, issuer: Issuer, subject: Subject, name: Name, email: EmailOrNone = None
) -> Person:
    """Register a person by the issuer and subject of their token. A repeat returns the same person.

    The e-mail address is kept for a new person only: known persons change it themselves, so the answer then holds none.
    Only the network sees what was already known. The network may set the address until the person has set one
    themselves.
    """
    actor.require(Right.ADD_PERSON)
    person_id, new = await save_person(tx, issuer, subject, name, email)
    known = await people.find(tx, id=person_id) if Role.NETWORK in actor.roles else None
    if known is not None and email is not None and (known.email is None or known.version == UNTOUCHED):
        known = await people.save(tx, replace(known, email=email))
    return known or Person(id=person_id, issuer=issuer, subject=subject, name=name, email=email if new else None)


async def change_me(tx: Tx, actor: Actor, *, email: TasksEmail, expected_version: Version | None = None) -> Me:
    """Change the e-mail address for messages about the caller's tasks; null: no mail.

    Raises Stale, NotFound if the person is not known yet.
    """
    actor.require(Right.CHANGE_SELF, own=actor.as_self())
    if actor.person_id is None:
        raise NotFound
    person = await people.get(tx, actor.person_id, lock=True)
    expect(person.version, expected_version)
    changed = await people.change(tx, person, replace(person, email=email))
    return Me(changed, actor.app_id, tuple(sorted(actor.roles)), actor.holdings)


@shows_private
@reads_by_id(people)
async def get_person(tx: Tx, actor: Actor, *, person_id: PersonId) -> Person:
    """A person, for themselves and the network. Staff know their members by the member's own name. Raises NotFound."""
    own = actor.as_customer(person_id, None)
    actor.require(Right.READ_PERSON, person_id, own=own)
    return await people.get(tx, person_id)


async def give_office(
    tx: Tx,
    actor: Actor,
    *,
    person_id: PersonId,
    role: Role,
    cooperative_id: CooperativeId | None = None,
    municipality_id: MunicipalityId | None = None,
) -> Office:
    """Give a person an office at a cooperative, a municipality or in the network.

    Raises RuleRefused if the place does not fit the role, AlreadyExists.
    """
    actor.require(Right.GIVE_OFFICE)
    if (await people.get(tx, person_id)).issuer == ERASED:
        raise NotFound
    place = OFFICES.get(role)
    fits = (cooperative_id is not None) == (place == "cooperative") and (municipality_id is not None) == (
        place == "municipality"
    )
    if place is None or not fits:
        raise RuleRefused(rule="office_place", value=role)
    if cooperative_id is not None:
        await cooperatives.get(tx, cooperative_id)
    if municipality_id is not None:
        await municipalities.get(tx, municipality_id)
    office = Office(uuid7(), person_id, role, cooperative_id, municipality_id)
    await offices.add_new(tx, office, taken=AlreadyExists(what="office", value=role))
    return office


@shows_private
async def list_offices(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> list[Office]:
    """The offices at a cooperative and who holds them."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_READINESS, cooperative_id)
    await lend_staff_view(tx, cooperative_id)
    return await offices.all(tx, cooperative_id=cooperative_id)


async def end_office(tx: Tx, actor: Actor, *, office_id: OfficeId) -> Office:
    """Take an office back, from the next request on. Raises NotFound."""
    actor.require(Right.GIVE_OFFICE)
    office = await offices.get(tx, office_id)
    await delete_office(tx, office_id)
    return office


@dataclass(frozen=True)
class Appointed:
    """An officer of the network; `new` if they held no such office before."""

    person: Person
    office: Office
    new: bool


async def appoint_network(tx: Tx, actor: Actor, *, issuer: str, subject: str, name: str) -> Appointed:
    """Make somebody an officer of the network. Only the command line calls this, as the system."""
    actor.require(Right.RUN_TIMER)
    person_id = await ensure_person(tx, issuer, subject, name)
    office = await offices.find(tx, person_id=person_id, role=Role.NETWORK)
    new = office is None
    if office is None:
        office = Office(uuid7(), person_id, Role.NETWORK)
        await offices.add(tx, office)
    return Appointed(await people.get(tx, person_id), office, new=new)
