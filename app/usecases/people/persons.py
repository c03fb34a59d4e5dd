"""Persons, the offices they hold, and the caller's own account."""

from dataclasses import dataclass, replace
from typing import Annotated
from uuid import UUID

from app.db.engine import Tx, uuid7
from app.db.people.cooperatives import cooperatives
from app.db.people.members import members
from app.db.people.municipalities import municipalities
from app.db.people.persons import add_person as save_person
from app.db.people.persons import end_office as save_end
from app.db.people.persons import ensure_person, lend_staff_view, offices, offices_at, offices_of, people
from app.domain.access import Right, Role
from app.domain.actors import Actor, Holding
from app.domain.errors import AlreadyExists, NotFound
from app.domain.people.members import FORMER
from app.domain.people.persons import ERASED, Office, Person, check_apart, check_outside, check_place
from app.domain.people.power import PowerKind
from app.ids import CooperativeId, MunicipalityId, OfficeId, PersonId
from app.usecases.declared.audit import gives_power, shows_private
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.version import expect
from app.usecases.shared.trails import note_power
from app.vocabulary import Doc, Email, EmailOrNone, Issuer, Name, Reason, Subject, Version

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


@gives_power
async def give_office(
    tx: Tx,
    actor: Actor,
    *,
    person_id: PersonId,
    role: Role,
    cooperative_id: CooperativeId | None = None,
    municipality_id: MunicipalityId | None = None,
    reason: Reason = "",
) -> Office:
    """Give a person an office at a cooperative, a municipality or in the network.

    Nobody is coordinator and treasurer of one cooperative, unless it has an outside approver: somebody of the network
    or of its umbrella. Officers of the umbrella may name one too. Raises RuleRefused if the place does not fit the
    role, OfficesApart, AlreadyExists.
    """
    await _may_give(tx, actor, role, cooperative_id)
    if (await people.get(tx, person_id)).issuer == ERASED:
        raise NotFound
    check_place(role, cooperative_id, municipality_id)
    if cooperative_id is not None:
        await _may_hold(tx, person_id, role, cooperative_id)
    if municipality_id is not None:
        await municipalities.get(tx, municipality_id)
    office = Office(
        id=uuid7(),
        person_id=person_id,
        role=role,
        given_at=tx.now,
        cooperative_id=cooperative_id,
        municipality_id=municipality_id,
        given_by=actor.person_id,
    )
    await offices.add_new(tx, office, taken=AlreadyExists(what="office", value=role))
    await _note(tx, actor, PowerKind.OFFICE_GIVEN, office, reason)
    return office


async def _may_give(tx: Tx, actor: Actor, role: Role | None, cooperative_id: UUID | None) -> None:
    """The network gives all offices. Officers of an umbrella may also name the outside approver of its parts."""
    part = await cooperatives.find(tx, id=cooperative_id) if role is Role.APPROVER and cooperative_id else None
    if part is None or part.umbrella_id is None or not actor.may(Right.NAME_APPROVER, part.umbrella_id):
        actor.require(Right.GIVE_OFFICE)


async def _may_hold(tx: Tx, person_id: UUID, role: Role, cooperative_id: UUID) -> None:
    """Checks the person's other offices, under a lock: of two offices that exclude each other only one is given."""
    cooperative = await cooperatives.get(tx, cooperative_id, lock=True)
    await lend_staff_view(tx, cooperative_id)
    held = await offices_of(tx, person_id)
    if role is Role.APPROVER:
        member = await members.find(tx, cooperative_id=cooperative_id, person_id=person_id)
        belongs = member is not None and member.state not in FORMER
        check_outside(held, cooperative_id, cooperative.umbrella_id, is_member=belongs)
    approvers = [office for office in await offices_at(tx, cooperative_id) if office.role is Role.APPROVER]
    check_apart(role, held, cooperative_id, has_approver=bool(approvers))


async def _note(tx: Tx, actor: Actor, kind: PowerKind, office: Office, reason: str = "") -> None:
    await note_power(
        tx,
        actor,
        kind,
        person_id=office.person_id,
        cooperative_id=office.cooperative_id,
        municipality_id=office.municipality_id,
        role=office.role,
        reason=reason,
    )


@shows_private
async def list_offices(tx: Tx, actor: Actor, *, cooperative_id: CooperativeId) -> list[Office]:
    """The offices at a cooperative and who holds them now."""
    await cooperatives.get(tx, cooperative_id)
    actor.require(Right.READ_READINESS, cooperative_id)
    await lend_staff_view(tx, cooperative_id)
    return await offices_at(tx, cooperative_id)


@gives_power
async def end_office(tx: Tx, actor: Actor, *, office_id: OfficeId) -> Office:
    """Take an office back, from the next request on. Its row stays, with its dates. Raises NotFound."""
    office = await offices.find(tx, id=office_id)
    await _may_give(tx, actor, office.role if office else None, office.cooperative_id if office else None)
    if office is not None and office.cooperative_id is not None:
        await lend_staff_view(tx, office.cooperative_id)
    ended = await save_end(tx, office_id, actor.person_id)
    if ended is None:
        raise NotFound
    await _note(tx, actor, PowerKind.OFFICE_ENDED, ended)
    return ended


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
    office = next((one for one in await offices_of(tx, person_id) if one.role is Role.NETWORK), None)
    new = office is None
    if office is None:
        office = Office(id=uuid7(), person_id=person_id, role=Role.NETWORK, given_at=tx.now)
        await offices.add(tx, office)
        await _note(tx, actor, PowerKind.OFFICE_GIVEN, office)
    return Appointed(await people.get(tx, person_id), office, new=new)
