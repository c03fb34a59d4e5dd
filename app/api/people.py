"""REST: people, their offices, and whoever asks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from app.api.deps import MustHaveSeenDep, RunDep, noun, tag
from app.api.models import Email, In, Name, Out, Version
from app.domain.access import Role
from app.usecases.people import Me, add_person, change_me, end_office, get_me, get_person, give_office
from app.usecases.privacy import erase_me, export_me

router = noun("people")


class PersonIn(In):
    issuer: Annotated[str, Field(min_length=1, max_length=300)]
    subject: Annotated[str, Field(min_length=1, max_length=300)]
    name: Name
    email: Email | None = None


class PersonOut(Out):
    id: UUID
    name: str
    email: str | None
    version: Version


class OfficeIn(In):
    person_id: UUID
    role: Role
    cooperative_id: UUID | None = None
    municipality_id: UUID | None = None


class OfficeOut(Out):
    id: UUID
    person_id: UUID
    role: Role
    cooperative_id: UUID | None
    municipality_id: UUID | None


class HoldingOut(Out):
    role: Role
    cooperative_id: UUID | None
    municipality_id: UUID | None
    member_id: UUID | None


class MeOut(Out):
    person: PersonOut | None
    app_id: UUID | None
    roles: list[str]
    holdings: list[HoldingOut]


class MeIn(In):
    email: Email | None


@router.get("/me")
async def me(run: RunDep, response: Response) -> MeOut:
    """Who the token is, and with which roles where."""
    return _shown(response, await run(get_me))


@router.patch("/me")
async def change(body: MeIn, run: RunDep, seen: MustHaveSeenDep, response: Response) -> MeOut:
    """Change the e-mail address to which the caller's tasks are sent; null: no mail."""
    return _shown(response, await run(change_me, email=body.email, expected_version=seen))


def _shown(response: Response, found: Me) -> MeOut:
    if found.person is not None:
        tag(response, found.person.version)
    return MeOut.model_validate(found)


@router.get("/me/export")
async def export(run: RunDep, response: Response) -> dict[str, Any]:
    """Everything that is held about the caller, to take along; amounts in cents."""
    response.headers["Content-Disposition"] = 'attachment; filename="samen.json"'
    return await run(export_me)


@router.delete("/me", status_code=204)
async def forget(run: RunDep) -> None:
    """Forget the caller. First end offices, membership and orders; amounts in the books stay, without a name."""
    await run(erase_me)


@router.post("/people", status_code=201)
async def add(body: PersonIn, run: RunDep, response: Response) -> PersonOut:
    """Make a person known by issuer and subject of their token. The address of somebody who was known stays."""
    added = await run(add_person, issuer=body.issuer, subject=body.subject, name=body.name, email=body.email)
    response.headers["Location"] = f"/v1/people/{added.id}"
    tag(response, added.version)
    return PersonOut.model_validate(added)


@router.get("/people/{person_id}")
async def get(person_id: UUID, run: RunDep, response: Response) -> PersonOut:
    """A person, for themselves, their cooperative's staff and the network."""
    found = await run(get_person, person_id=person_id)
    tag(response, found.version)
    return PersonOut.model_validate(found)


@router.post("/offices", status_code=201)
async def give(body: OfficeIn, run: RunDep, response: Response) -> OfficeOut:
    """Give a person an office at a cooperative, a municipality or in the network."""
    given = await run(
        give_office,
        person_id=body.person_id,
        role=body.role,
        cooperative_id=body.cooperative_id,
        municipality_id=body.municipality_id,
    )
    response.headers["Location"] = f"/v1/offices/{given.id}"
    return OfficeOut.model_validate(given)


@router.delete("/offices/{office_id}", status_code=204)
async def end(office_id: UUID, run: RunDep) -> None:
    """Take an office back."""
    await run(end_office, office_id=office_id)
