"""Documents: table and queries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.db import columns as c
from app.db.engine import Tx
from app.domain.documents import Document, MediaType


class DocumentRow(SQLModel, table=True):
    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("owner_id", "media_type"),
        c.check("document_media_type", "media_type in ('application/pdf', 'application/xml')"),
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


async def find_document(tx: Tx, owner_id: UUID, media_type: MediaType) -> Document | None:
    """The document of a thing, if it is made."""
    row = await tx.row("select * from document where owner_id = $1 and media_type = $2", owner_id, media_type)
    return Document(**{**dict(row), "media_type": MediaType(row["media_type"])}) if row else None


async def keep_documents(tx: Tx, *documents: Document) -> None:
    """Store documents that were made; one that is there already stays as it is."""
    sql = """insert into document (id, cooperative_id, owner_id, name, media_type, sha256, content, made_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing"""
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
        )
        await tx.value(sql, *values)
