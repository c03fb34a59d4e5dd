"""Verify a chain of seals from its text alone: hashes of legs, of journals, of links."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass
class Verified:
    """The result of a verification: the numbers that were read, and the faults."""

    links: int = 0
    journals: int = 0
    digests: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def verify_chain(lines: Iterable[str]) -> Verified:
    """Checks every link and journal of an export, oldest first; it trusts nothing but SHA-256."""
    found, open_link, content = Verified(), None, b""
    for text in lines:
        row = json.loads(text)
        if "seal" in row:
            _close(found, open_link, content)
            open_link, content = row, bytes.fromhex(row["previous"])
            before = found.digests[-1] if found.digests else ""
            found.links += 1
            if row["seal"] != found.links or row["previous"] != before:
                found.wrong.append(f"link {row['seal']} does not follow the one before")
            found.digests.append(row["digest"])
        else:
            found.journals += 1
            content += _journal(found, row)
    _close(found, open_link, content)
    return found


def _close(found: Verified, link: dict[str, str] | None, content: bytes) -> None:
    if link is not None and hashlib.sha256(content).hexdigest() != link["digest"]:
        found.wrong.append(f"link {link['seal']} has another digest")


def _journal(found: Verified, row: dict[str, str]) -> bytes:
    journal, content = json.loads(row["journal"]), json.loads(row["legs"])
    # Journals without result lines have their legs alone, as all had in earlier versions.
    parts = content.values() if isinstance(content, dict) else (content,)
    if hashlib.sha256(row["journal"].encode()).hexdigest() != row["rowHash"]:
        found.wrong.append(f"journal {journal[0]} has another hash")
    if hashlib.sha256(row["legs"].encode()).hexdigest() != journal[-1]:
        found.wrong.append(f"journal {journal[0]} has other legs")
    if any(sum(line["cents"] for line in part) for part in parts):
        found.wrong.append(f"journal {journal[0]} does not sum to zero")
    return bytes.fromhex(row["rowHash"])
