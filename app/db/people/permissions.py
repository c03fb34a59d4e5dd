"""Permissions and the log of who read what they say: tables and queries."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.people.permissions import Permission, PermissionRead


class PermissionRow(SQLModel, table=True):
    __tablename__ = "permission"
    __table_args__ = (
        c.check("permission_kind", "kind in ('permission', 'obligation')"),
        c.check("permission_state", "(state = 'withdrawn') = (withdrawn_from is not null)"),
        c.check("permission_dates", "until >= starts_on"),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative")
    municipality_id: UUID = c.link("municipality")
    member_id: UUID = c.link("member")
    kind: str = c.text()
    starts_on: date = c.day()
    until: date = c.day()
    given_by: UUID = c.link("person", index=False)
    given_at: datetime = c.when()
    state: str = c.text()
    withdrawn_from: date | None = c.day(null=True)
    sealed: bytes | None = Field(sa_type=LargeBinary, nullable=True)
    version: int


class SealedKeyRow(SQLModel, table=True):
    """The wrapped key of one member's sealed facts; without it they are gone."""

    __tablename__ = "sealed_key"
    member_id: UUID = Field(foreign_key="member.id", primary_key=True)
    cooperative_id: UUID = c.link("cooperative")
    wrapped: bytes = Field(sa_type=LargeBinary, nullable=False)


class PermissionReadRow(SQLModel, table=True):
    """Append-only: triggers refuse any change."""

    __tablename__ = "permission_read"
    id: UUID = c.key()
    permission_id: UUID = c.link("permission", index=False)
    member_id: UUID = c.link("member")
    cooperative_id: UUID = c.link("cooperative", index=False)
    at: datetime = c.when()
    person_id: UUID | None = c.link("person", null=True, index=False)
    app_id: UUID | None = c.link("app", null=True, index=False)


permissions = Store(
    PermissionRow,
    Permission,
    fixed=("cooperative_id", "municipality_id", "member_id", "kind", "starts_on", "until", "given_by", "given_at"),
)
permission_reads = Store(PermissionReadRow, PermissionRead)


async def member_key(tx: Tx, member_id: UUID, cooperative_id: UUID) -> bytes:
    """The wrapped key of a member's sealed facts, which is made with the first of them. For the staff's view."""
    sql = """insert into sealed_key (member_id, cooperative_id, wrapped) values ($1, $2, $3)
             on conflict (member_id) do update set cooperative_id = excluded.cooperative_id returning wrapped"""
    wrapped: bytes = await tx.value(sql, member_id, cooperative_id, tx.sealing.new_key())
    return wrapped


async def seal_note(tx: Tx, permission: Permission, note: str) -> None:
    """Put what the permission says beside it, sealed under the member's key."""
    wrapped = await member_key(tx, permission.member_id, permission.cooperative_id)
    sealed = tx.sealing.seal(wrapped, note, permission.id.bytes)
    await tx.value("update permission set sealed = $2 where id = $1", permission.id, sealed)


async def open_note(tx: Tx, permission: Permission) -> str:
    """The text of the permission; empty where it says nothing or the member's key is gone."""
    sql = """select p.sealed, k.wrapped from permission p join sealed_key k on k.member_id = p.member_id
              where p.id = $1 and p.sealed is not null"""
    row = await tx.row(sql, permission.id)
    return "" if row is None else tx.sealing.open(row["wrapped"], row["sealed"], permission.id.bytes)
