"""People and the offices they hold; the account of whoever asks."""

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
from app.usecases.steps.audit import shows_private
from app.usecases.steps.reading import reads_by_id
from app.usecases.steps.version import expect
from app.vocabulary import Doc, Email, EmailOrNone, Issuer, Name, Subject, Version

TasksEmail = Annotated[Email | None, Doc("The address; null: no mail.")]

UNTOUCHED = 1
"""The version of a person who has changed nothing about themselves."""


@dataclass(frozen=True)
class Me:
    """Who asks, and what they hold."""

    person: Person | None
    app_id: UUID | None
    roles: tuple[str, ...]
    holdings: tuple[Holding, ...]

    @property
    def version(self) -> int | None:
        """The version of the person, if there is one."""
        return self.person.version if self.person else None


async def get_me(tx: Tx, actor: Actor) -> Me:
    """Who the token is, and with which roles where."""
    actor.require(Right.READ_SELF)
    person = await people.find(tx, id=actor.person_id) if actor.person_id else None
    return Me(person, actor.app_id, tuple(sorted(actor.roles)), actor.holdings)


async def add_person(
    tx: Tx, actor: Actor, *, issuer: Issuer, subject: Subject, name: Name, email: EmailOrNone = None
) -> Person:
    """Make a person known by issuer and subject of their token. The same again returns the same person.

    The address is kept for somebody new. Somebody known changes it themselves, so the answer then holds none. Only
    the network sees what was known before. Its word on the address wins until the person has said one themselves.
    """
    actor.require(Right.ADD_PERSON)
    person_id, new = await save_person(tx, issuer, subject, name, email)
    known = await people.find(tx, id=person_id) if Role.NETWORK in actor.roles else None
    if known is not None and email is not None and (known.email is None or known.version == UNTOUCHED):
        known = await people.save(tx, replace(known, email=email))
    return known or Person(id=person_id, issuer=issuer, subject=subject, name=name, email=email if new else None)


async def change_me(tx: Tx, actor: Actor, *, email: TasksEmail, expected_version: Version | None = None) -> Me:
    """Change the e-mail address to which the caller's tasks are sent; null: no mail.

    Raises Stale, NotFound for somebody unknown.
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
    """Who holds which office at a cooperative."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_READINESS, cooperative_id)
    await lend_staff_view(tx, cooperative_id)
    return await offices.all(tx, cooperative_id=cooperative_id)


async def end_office(tx: Tx, actor: Actor, *, office_id: OfficeId) -> Office:
    """Take an office back. It counts from the next request. Raises NotFound."""
    actor.require(Right.GIVE_OFFICE)
    office = await offices.get(tx, office_id)
    await delete_office(tx, office_id)
    return office


@dataclass(frozen=True)
class Appointed:
    """An officer of the network; `new` if they were none before."""

    person: Person
    office: Office
    new: bool


async def appoint_network(tx: Tx, actor: Actor, *, issuer: str, subject: str, name: str) -> Appointed:
    """Make somebody an officer of the network: from the command line only, where the system acts."""
    actor.require(Right.RUN_TIMER)
    person_id = await ensure_person(tx, issuer, subject, name)
    office = await offices.find(tx, person_id=person_id, role=Role.NETWORK)
    new = office is None
    if office is None:
        office = Office(uuid7(), person_id, Role.NETWORK)
        await offices.add(tx, office)
    return Appointed(await people.get(tx, person_id), office, new=new)
