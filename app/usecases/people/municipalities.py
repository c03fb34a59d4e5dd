"""Municipalities: listed for everybody, added by the network."""

from typing import Annotated

from app.db.engine import Tx, uuid7
from app.db.people.municipalities import municipalities
from app.domain.access import Right
from app.domain.actors import Actor
from app.domain.errors import AlreadyExists
from app.domain.page import Page, PageRequest
from app.domain.people.municipalities import Municipality
from app.ids import MunicipalityId
from app.usecases.declared.reading import reads_by_id
from app.usecases.declared.visitors import open_to_visitors
from app.vocabulary import CbsCode, Doc, Text

MunicipalityName = Annotated[str, Text(1, 100), Doc("Its name.")]


@open_to_visitors
async def list_municipalities(tx: Tx, actor: Actor, *, page: PageRequest) -> Page[Municipality]:
    """All municipalities, newest first."""
    actor.require(Right.READ_PUBLIC)
    return await municipalities.page(tx, page)


@open_to_visitors
@reads_by_id(municipalities)
async def get_municipality(tx: Tx, actor: Actor, *, municipality_id: MunicipalityId) -> Municipality:
    """One municipality. Raises NotFound."""
    actor.require(Right.READ_PUBLIC)
    return await municipalities.get(tx, municipality_id)


async def add_municipality(tx: Tx, actor: Actor, *, cbs_code: CbsCode, name: MunicipalityName) -> Municipality:
    """Add a municipality by its code at Statistics Netherlands; for the network. Raises AlreadyExists."""
    actor.require(Right.WRITE_MUNICIPALITY)
    municipality = Municipality(uuid7(), cbs_code, name)
    await municipalities.add_new(tx, municipality, taken=AlreadyExists(what="municipality", value=cbs_code))
    return municipality
