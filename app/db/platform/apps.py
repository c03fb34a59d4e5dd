"""Apps: table and queries. The secret is kept as its SHA-256; it has 256 random bits, so that is enough.

A new secret overwrites the hash of the old one at once. When each was given, and by whom, is in the trail of power.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.errors import ClientRefused
from app.domain.platform.apps import App, Granted, RateClass


class AppRow(SQLModel, table=True):
    __tablename__ = "app"
    __table_args__ = (
        c.check("app_disabled_by", "disabled_at is not null or disabled_by is null"),
        *c.longest("app", name=120),
    )
    id: UUID = c.key()
    name: str = c.text()
    scopes: list[str] = c.texts()
    cooperative_ids: list[UUID] = c.ids()
    redirect_uris: list[str] = c.texts()
    rate_class: str = c.text()
    secret_hash: str | None = c.text(null=True)
    registered_at: datetime = c.when()
    registered_by: UUID | None = c.link("person", null=True, index=False)
    disabled_at: datetime | None = c.when(null=True)
    disabled_by: UUID | None = c.link("person", null=True, index=False)
    keys: list[Any] = c.json()
    last_used_at: datetime | None = c.when(null=True)
    version: int


class AssertionRow(SQLModel, table=True):
    """An assertion is good once."""

    __tablename__ = "client_assertion"
    app_id: UUID = Field(sa_type=Uuid, primary_key=True)
    assertion_id: str = Field(sa_type=Text, primary_key=True)
    ends_at: datetime = c.when()


apps = Store(AppRow, App, fixed=("registered_at", "registered_by", "last_used_at"))


async def set_secret(tx: Tx, app_id: UUID, secret_hash: str) -> None:
    await tx.value("update app set secret_hash = $2 where id = $1", app_id, secret_hash)


async def grants_of_client(tx: Tx, client_id: str, secret_hash: str) -> Granted | None:
    """The scopes and the rate of the app with this id and secret; None if there is none, or it is disabled.

    Raises ClientRefused for one that has keys: it signs.
    """
    found = await tx.value("select use_client($1, $2, $3)", client_id, secret_hash, tx.now)
    if found and found.get("signs"):
        raise ClientRefused(how="signs")
    return _granted(found)


async def keys_of_client(tx: Tx, client_id: str) -> list[dict[str, str]]:
    """The public keys of an app that is not disabled."""
    keys: list[dict[str, str]] = await tx.value("select client_keys($1)", client_id)
    return keys


async def use_assertion(tx: Tx, client_id: str, assertion_id: str, ends_at: datetime) -> Granted | None:
    """The scopes and the rate of the app that signed this assertion; None if it was used before."""
    return _granted(await tx.value("select use_assertion($1, $2, $3, $4)", client_id, assertion_id, ends_at, tx.now))


def _granted(found: dict[str, Any] | None) -> Granted | None:
    return Granted(frozenset(found["scopes"]), RateClass(found["rate_class"])) if found else None
