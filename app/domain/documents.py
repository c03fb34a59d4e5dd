"""Documents: private files about a thing, kept as they came or were made."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.errors import RuleRefused

MOST_FILES = 5
"""The most files that people add to a bill, a claim or a purchase."""
MOST_BYTES = 10_485_760
"""The most bytes of a file."""


class MediaType(StrEnum):
    """The type of a document."""

    PDF = "application/pdf"
    XML = "application/xml"
    JPEG = "image/jpeg"
    PNG = "image/png"

    @property
    def ending(self) -> str:
        """How the name of such a file ends."""
        return self.value.rpartition("/")[2]


BEGINNINGS = {
    MediaType.PDF: b"%PDF-",
    MediaType.JPEG: b"\xff\xd8\xff",
    MediaType.PNG: b"\x89PNG\r\n\x1a\n",
    MediaType.XML: b"<?xml",
}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A file about the thing `owner_id`; `sha256` in hexadecimal digits.

    Of what the cooperative made itself, such as an invoice, there is one of each type; `added_by` is None then.
    """

    id: UUID
    cooperative_id: UUID
    owner_id: UUID
    name: str
    media_type: MediaType
    sha256: str
    content: bytes
    made_at: datetime
    added_by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that somebody added to `owner_id`, without its content."""

    id: UUID
    cooperative_id: UUID
    owner_id: UUID
    name: str
    media_type: MediaType
    sha256: str
    size: int
    made_at: datetime
    added_by: UUID


def sha256_of(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def type_of(content: bytes) -> MediaType:
    """The type of a file by its first bytes, whatever its name says.

    Raises RuleRefused for other types, and for a file that is empty or too large.
    """
    if not 0 < len(content) <= MOST_BYTES:
        raise RuleRefused(rule="file_size", value=str(len(content)))
    bare = content.removeprefix(BYTE_ORDER_MARK)
    for media_type, beginning in BEGINNINGS.items():
        if (bare if media_type is MediaType.XML else content).startswith(beginning):
            return media_type
    raise RuleRefused(rule="file_type", value="")
