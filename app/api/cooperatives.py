"""REST: cooperatives and their readiness."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import Field

from app.api.deps import MustHaveSeenDep, PageDep, RunDep, link_next, noun, tag
from app.api.models import Day, In, Name, Out, PageOut, Short, Slug, Text, Version, given
from app.domain.cooperatives import LegalForm
from app.usecases.cooperatives import (
    add_cooperative,
    change_cooperative,
    get_cooperative,
    get_readiness,
    list_cooperatives,
)

router = noun("cooperatives", "/cooperatives")
Kvk = Annotated[str, Field(pattern=r"^[0-9]{8}$", examples=["12345678"])]


class CooperativeIn(In):
    slug: Slug
    name: Name
    legal_form: LegalForm
    municipality_id: UUID
    town: Name
    about: Text = ""
    kvk_number: Kvk | None = None
    umbrella_id: UUID | None = None


class CooperativeChange(In):
    name: Name = ""
    town: Name = ""
    about: Text = ""
    kvk_number: Kvk | None = None
    umbrella_id: UUID | None = None
    small_business_from: Day | None = None


class CooperativeOut(Out):
    id: UUID
    slug: str
    name: str
    legal_form: LegalForm
    municipality_id: UUID
    town: Short
    about: str
    kvk_number: str | None
    umbrella_id: UUID | None
    small_business_from: Day | None
    version: Version


class ReadinessOut(Out):
    cooperative_id: UUID
    ready: bool
    missing: list[str]


@router.get("")
async def list_all(
    run: RunDep,
    page: PageDep,
    request: Request,
    response: Response,
    municipality_id: Annotated[UUID | None, Query(alias="municipalityId")] = None,
    umbrella_id: Annotated[UUID | None, Query(alias="umbrellaId")] = None,
) -> PageOut[CooperativeOut]:
    """Cooperatives, newest first; of one municipality or under one umbrella."""
    found = await run(list_cooperatives, page=page, municipality_id=municipality_id, umbrella_id=umbrella_id)
    link_next(request, response, found)
    return PageOut.of(found, CooperativeOut.model_validate)


@router.post("", status_code=201)
async def add(body: CooperativeIn, run: RunDep, response: Response) -> CooperativeOut:
    """Add a cooperative; for the network."""
    added = await run(add_cooperative, **body.model_dump())
    response.headers["Location"] = f"/v1/cooperatives/{added.id}"
    tag(response, added.version)
    return CooperativeOut.model_validate(added)


@router.get("/{cooperative_id}")
async def get(cooperative_id: UUID, run: RunDep, response: Response) -> CooperativeOut:
    """One cooperative."""
    found = await run(get_cooperative, cooperative_id=cooperative_id)
    tag(response, found.version)
    return CooperativeOut.model_validate(found)


@router.patch("/{cooperative_id}")
async def change(
    cooperative_id: UUID, body: CooperativeChange, run: RunDep, seen: MustHaveSeenDep, response: Response
) -> CooperativeOut:
    """Change what the body names."""
    changed = await run(change_cooperative, cooperative_id=cooperative_id, expected_version=seen, changes=given(body))
    tag(response, changed.version)
    return CooperativeOut.model_validate(changed)


@router.get("/{cooperative_id}/readiness")
async def readiness(cooperative_id: UUID, run: RunDep) -> ReadinessOut:
    """What the cooperative still lacks before it can sell."""
    return ReadinessOut.model_validate(await run(get_readiness, cooperative_id=cooperative_id))
