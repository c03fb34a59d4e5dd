"""Documents: private files about a thing, kept as they were made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class MediaType(StrEnum):
    """The type of a document."""

    PDF = "application/pdf"
    XML = "application/xml"

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return self.value.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file about the thing `owner_id`; `sha256` in hexadecimal digits. There is one of each type."""

    id: UUID
    cooperative_id: UUID
    owner_id: UUID
    name: str
    media_type: MediaType
    sha256: str
    content: bytes
    made_at: datetime


def sha256_of(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
