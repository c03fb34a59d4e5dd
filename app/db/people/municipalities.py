"""Municipalities: table and queries."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.people.municipalities import Municipality


class MunicipalityRow(SQLModel, table=True):
    __tablename__ = "municipality"
    __table_args__ = (
        UniqueConstraint("cbs_code"),
        c.check("municipality_cbs_code", "cbs_code ~ '^GM[0-9]{4}$'"),
        *c.longest("municipality", name=100),
    )
    id: UUID = c.key()
    cbs_code: str = c.text()
    name: str = c.text()
    version: int


municipalities = Store(MunicipalityRow, Municipality)
