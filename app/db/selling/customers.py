"""Customers: table and queries."""

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import SQLModel

from app.db import columns as c
from app.db.store import Store
from app.domain.selling.customers import Customer


class CustomerRow(SQLModel, table=True):
    __tablename__ = "customer"
    __table_args__ = (UniqueConstraint("person_id"),)
    id: UUID = c.key()
    person_id: UUID = c.link("person", index=False)
    contact: dict[str, Any] = c.json()
    version: int


customers = Store(CustomerRow, Customer, fixed=("person_id",))
