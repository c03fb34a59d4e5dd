"""Short names for the column types that the tables share."""

from typing import Any

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Date, DateTime, ForeignKey, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field


def key() -> Any:
    """The primary key, a UUIDv7 made by the application."""
    return Field(sa_type=Uuid, primary_key=True)


def link(to: str | None = None, *, null: bool = False, index: bool = True) -> Any:
    """An id of a row in table `to`."""
    arguments = (ForeignKey(f"{to}.id"),) if to else ()
    return Field(sa_type=Uuid, sa_column_args=arguments, nullable=null, index=index)


def text(*, null: bool = False, index: bool = False, default: str | None = None) -> Any:
    kwargs = {"server_default": default} if default is not None else {}
    return Field(sa_type=Text, nullable=null, index=index, sa_column_kwargs=kwargs)


def cents(*, null: bool = False) -> Any:
    """Whole cents; BIGINT."""
    return Field(sa_type=BigInteger, nullable=null)


def when(*, null: bool = False) -> Any:
    return Field(sa_type=DateTime(timezone=True), nullable=null)


def day(*, null: bool = False) -> Any:
    return Field(sa_type=Date, nullable=null)


def json(*, null: bool = False) -> Any:
    return Field(sa_type=JSONB, nullable=null)


def texts() -> Any:
    return Field(sa_type=ARRAY(Text), nullable=False)


def ids() -> Any:
    return Field(sa_type=ARRAY(Uuid), nullable=False)


def check(name: str, sql: str) -> CheckConstraint:
    return CheckConstraint(sql, name=name)


def longest(table: str, **lengths: int) -> list[CheckConstraint]:
    """A CHECK for the greatest length of each text."""
    return [check(f"{table}_{name}_length", f"char_length({name}) <= {n}") for name, n in lengths.items()]
