"""REST: municipalities."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from app.api.deps import PageDep, RunDep, link_next, noun, tag
from app.api.models import In, Name, Out, PageOut, Version
from app.usecases.municipalities import add_municipality, get_municipality, list_municipalities

router = noun("municipalities", "/municipalities")


class MunicipalityIn(In):
    cbs_code: Annotated[str, Field(pattern=r"^GM[0-9]{4}$", examples=["GM0758"])]
    name: Name


class MunicipalityOut(Out):
    id: UUID
    cbs_code: str
    name: str
    version: Version


@router.get("")
async def list_all(run: RunDep, page: PageDep, request: Request, response: Response) -> PageOut[MunicipalityOut]:
    """All municipalities, newest first."""
    found = await run(list_municipalities, page=page)
    link_next(request, response, found)
    return PageOut.of(found, MunicipalityOut.model_validate)


@router.post("", status_code=201)
async def add(body: MunicipalityIn, run: RunDep, response: Response) -> MunicipalityOut:
    """Add a municipality; for the network."""
    added = await run(add_municipality, cbs_code=body.cbs_code, name=body.name)
    response.headers["Location"] = f"/v1/municipalities/{added.id}"
    tag(response, added.version)
    return MunicipalityOut.model_validate(added)


@router.get("/{municipality_id}")
async def get(municipality_id: UUID, run: RunDep, response: Response) -> MunicipalityOut:
    """One municipality."""
    found = await run(get_municipality, municipality_id=municipality_id)
    tag(response, found.version)
    return MunicipalityOut.model_validate(found)
