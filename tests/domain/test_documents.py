"""The type of a file is that of its content."""

import pytest

from app.domain.documents import MOST_BYTES, MediaType, type_of
from app.domain.errors import RuleRefused


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7", MediaType.PDF),
        (b"\xff\xd8\xff\xe1", MediaType.JPEG),
        (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
        (b"<?xml version='1.0'?>", MediaType.XML),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", MediaType.XML),
        (b"%PDF-".ljust(MOST_BYTES), MediaType.PDF),
    ],
)
def test_by_its_first_bytes(content: bytes, expected: MediaType) -> None:
    assert type_of(content) is expected


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file_size"),
        (b"%PDF-".ljust(MOST_BYTES + 1), "file_size"),
        (b"<html>", "file_type"),
        (b" %PDF-1.7", "file_type"),
        (b"\xef\xbb\xbf%PDF-1.7", "file_type"),
        (b"GIF89a", "file_type"),
    ],
)
def test_others_are_refused(content: bytes, rule: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        type_of(content)
    assert refused.value.facts["rule"] == rule
