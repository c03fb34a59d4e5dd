"""Apps: table and queries. The secret is kept as its SHA-256; it has 256 random bits, so that is enough."""

from datetime import datetime
from uuid import UUID

from sqlmodel import SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.apps import App


class AppRow(SQLModel, table=True):
    __tablename__ = "app"
    __table_args__ = (*c.longest("app", name=120),)
    id: UUID = c.key()
    name: str = c.text()
    scopes: list[str] = c.texts()
    cooperative_ids: list[UUID] = c.ids()
    redirect_uris: list[str] = c.texts()
    rate_class: str = c.text()
    secret_hash: str | None = c.text(null=True)
    disabled_at: datetime | None = c.when(null=True)
    version: int


apps = Store(AppRow, App)


async def set_secret(tx: Tx, app_id: UUID, secret_hash: str) -> None:
    await tx.value("update app set secret_hash = $2 where id = $1", app_id, secret_hash)


async def scopes_of_client(tx: Tx, client_id: str, secret_hash: str) -> list[str] | None:
    """The scopes of the app with this id and secret, None where there is none or it is disabled."""
    scopes: list[str] | None = await tx.value("select client_scopes($1, $2)", client_id, secret_hash)
    return scopes
