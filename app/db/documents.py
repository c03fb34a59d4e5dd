"""Documents: table and queries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.db.store import Store
from app.domain.documents import Attachment, Document, MediaType


class DocumentRow(SQLModel, table=True):
    """A trigger refuses a sixth one that people add to a thing."""

    __tablename__ = "document"
    __table_args__ = (
        Index(
            "document_made_once",
            "owner_id",
            "media_type",
            unique=True,
            postgresql_where=sql_text("added_by is null"),
        ),
        Index(
            "document_added_once", "owner_id", "sha256", unique=True, postgresql_where=sql_text("added_by is not null")
        ),
        c.check(
            "document_media_type",
            "media_type in ('application/pdf', 'application/xml')"
            " or media_type in ('image/jpeg', 'image/png') and added_by is not null",
        ),
        c.check("document_content", "sha256 = encode(sha256(content), 'hex') and octet_length(content) <= 10485760"),
        *c.longest("document", name=120),
    )
    id: UUID = c.key()
    cooperative_id: UUID = c.link("cooperative", index=False)
    owner_id: UUID = c.link(None, index=False)
    name: str = c.text()
    media_type: str = c.text()
    sha256: str = c.text()
    content: bytes = Field(sa_type=LargeBinary, nullable=False)
    made_at: datetime = c.when()
    added_by: UUID | None = c.link("person", null=True, index=False)


attachments = Store(DocumentRow, Attachment, size="octet_length(t.content)")
"""Files that people added, without their contents."""
_ATTACHED = f"{attachments.select} where t.owner_id = $1 and t.added_by is not null"


async def attachments_of(tx: Tx, owner_id: UUID) -> list[Attachment]:
    """The files that people added to a thing, oldest first."""
    return [attachments.load(row) for row in await tx.rows(f"{_ATTACHED} order by t.id", owner_id)]


async def find_attached(tx: Tx, document_id: UUID) -> Document | None:
    """A file that somebody added, with its content."""
    row = await tx.row("select * from document where id = $1 and added_by is not null", document_id)
    return _document(row) if row else None


async def find_document(tx: Tx, owner_id: UUID, media_type: MediaType) -> Document | None:
    """The document that was made of a thing, if it is made."""
    sql = "select * from document where owner_id = $1 and media_type = $2 and added_by is null"
    row = await tx.row(sql, owner_id, media_type)
    return _document(row) if row else None


async def keep_documents(tx: Tx, *documents: Document) -> None:
    """Store documents; one that is there already stays as it is."""
    sql = """insert into document (id, cooperative_id, owner_id, name, media_type, sha256, content, made_at, added_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing"""
    for one in documents:
        values = (
            one.id,
            one.cooperative_id,
            one.owner_id,
            one.name,
            one.media_type,
            one.sha256,
            one.content,
            one.made_at,
            one.added_by,
        )
        await tx.value(sql, *values)


def _document(row: Any) -> Document:
    return Document(**{**dict(row), "media_type": MediaType(row["media_type"])})
