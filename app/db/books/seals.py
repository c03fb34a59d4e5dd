"""Seals over the journals, and the checks of the books: tables and queries."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.ledger import BookCheck, Seal


class SealRow(SQLModel, table=True):
    """A link of a cooperative's chain: SHA-256 over the link before it and the journals' hashes, in order."""

    __tablename__ = "seal"
    cooperative_id: UUID = Field(foreign_key="cooperative.id", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    journals: int
    previous: bytes = Field(sa_type=LargeBinary, nullable=False)
    digest: bytes = Field(sa_type=LargeBinary, nullable=False)
    sealed_at: datetime = c.when()


class SealItemRow(SQLModel, table=True):
    __tablename__ = "seal_item"
    __table_args__ = (UniqueConstraint("cooperative_id", "number", "position"),)
    journal_id: UUID = Field(primary_key=True)
    cooperative_id: UUID = c.link(None, index=False)
    number: int
    position: int


class BookCheckRow(SQLModel, table=True):
    __tablename__ = "book_check"
    __table_args__ = (Index("book_check_waiting", "asked_at", postgresql_where=sql_text("checked_at is null")),)
    id: UUID = c.key()
    asked_at: datetime = c.when()
    checked_at: datetime | None = c.when(null=True)
    broken: dict[str, Any] = c.json()


LINKS = 100

book_checks = Store(BookCheckRow, BookCheck)


async def seal_books(tx: Tx) -> int:
    """Seals the journals that were booked since the last seal. Returns the number of new links."""
    return int(await tx.value("select seal_books()"))


async def list_seals(tx: Tx, cooperative_id: UUID, limit: int) -> list[Seal]:
    """The newest links of a cooperative's chain, newest first."""
    sql = """select cooperative_id, number, journals, encode(previous, 'hex') as previous,
                    encode(digest, 'hex') as digest, sealed_at
               from seal where cooperative_id = $1 order by number desc limit $2"""
    return [Seal(**dict(row)) for row in await tx.rows(sql, cooperative_id, limit)]


async def sealed_journals(tx: Tx, cooperative_id: UUID) -> AsyncIterator[dict[str, Any]]:
    """Every link followed by its journals, as text that hashes to what was sealed, oldest first; `LINKS` at a time."""
    sql = """select s.number, encode(s.previous, 'hex') as previous, encode(s.digest, 'hex') as digest, s.sealed_at,
                    i.position, journal_text(j) as journal, encode(j.row_hash, 'hex') as row_hash,
                    booked_content(j.id)::text as legs
               from seal s join seal_item i using (cooperative_id, number) join journal j on j.id = i.journal_id
              where s.cooperative_id = $1 and s.number >= $2 and s.number < $2 + $3 order by s.number, i.position"""
    links = int(await tx.value("select count(*) from seal where cooperative_id = $1", cooperative_id))
    for first in range(1, 1 + links, LINKS):
        for row in await tx.rows(sql, cooperative_id, first, LINKS):
            if row["position"] == 1:
                yield {
                    "seal": row["number"],
                    "previous": row["previous"],
                    "digest": row["digest"],
                    "sealedAt": row["sealed_at"].isoformat(),
                }
            yield {"journal": row["journal"], "legs": row["legs"], "rowHash": row["row_hash"]}


async def waiting_check(tx: Tx) -> BookCheck | None:
    """The oldest check that was asked for and not run, or None."""
    sql = f"{book_checks.select} where t.checked_at is null order by t.asked_at limit 1"
    row = await tx.row(sql)
    return None if row is None else book_checks.load(row)


async def last_check(tx: Tx) -> datetime | None:
    """The moment of the last check of the books, or of the last request for one."""
    found: datetime | None = await tx.value("select max(asked_at) from book_check")
    return found


async def record_check(tx: Tx, check_id: UUID, at: datetime, broken: dict[str, list[str]]) -> None:
    await tx.value("update book_check set checked_at = $2, broken = $3 where id = $1", check_id, at, broken)
