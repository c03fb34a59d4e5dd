"""Seals: an export verifies from its text alone, and each way to change it afterwards is noticed."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from app.domain.books.seals import verify_chain

Row = dict[str, Any]


def sha(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def journal(name: str, *cents: int) -> Row:
    """A journal as the export writes it: its last field is the hash of its legs."""
    legs = json.dumps([{"cents": one} for one in cents])
    text = json.dumps([name, "sale", sha(legs)])
    return {"journal": text, "legs": legs, "rowHash": sha(text)}


def link(number: int, previous: str, journals: list[Row]) -> list[Row]:
    """A link of the chain, followed by the journals that it seals."""
    content = bytes.fromhex(previous) + b"".join(bytes.fromhex(one["rowHash"]) for one in journals)
    return [{"seal": number, "previous": previous, "digest": sha(content)}, *journals]


def chain() -> list[Row]:
    """Two links: of two journals, and of one."""
    first = link(1, "", [journal("a", 100, -100), journal("b", 5, 5, -10)])
    return [*first, *link(2, first[0]["digest"], [journal("c", 1, -1)])]


def lines(rows: list[Row]) -> list[str]:
    return [json.dumps(row) for row in rows]


def test_an_export_as_it_was_sealed_verifies() -> None:
    rows = chain()
    found = verify_chain(lines(rows))
    assert (found.links, found.journals, found.wrong) == (2, 3, [])
    assert found.digests == [rows[0]["digest"], rows[3]["digest"]]


def test_an_export_of_nothing_has_nothing_wrong() -> None:
    found = verify_chain([])
    assert (found.links, found.journals, found.digests, found.wrong) == (0, 0, [], [])


def _another_amount(rows: list[Row]) -> None:
    rows[1]["legs"] = rows[1]["legs"].replace("100", "900")


def _another_journal(rows: list[Row]) -> None:
    rows[1]["journal"] = rows[1]["journal"].replace("sale", "gift")


def _another_journal_with_its_hash(rows: list[Row]) -> None:
    rows[1] = journal("x", 100, -100)


def _unbalanced(rows: list[Row]) -> None:
    rows[4:] = [journal("c", 1, -2)]
    rows[3] = link(2, rows[0]["digest"], rows[4:])[0]


def _without_a_journal(rows: list[Row]) -> None:
    del rows[2]


def _with_a_journal_more(rows: list[Row]) -> None:
    rows.append(journal("d", 7, -7))


def _in_another_order(rows: list[Row]) -> None:
    rows[1], rows[2] = rows[2], rows[1]


def _without_the_first_link(rows: list[Row]) -> None:
    del rows[:3]


def _with_a_link_made_anew(rows: list[Row]) -> None:
    rows[:3] = link(1, "", [journal("x", 1, -1), journal("b", 5, 5, -10)])


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (_another_amount, ["journal a has other legs"]),
        (_another_journal, ["journal a has another hash"]),
        (_another_journal_with_its_hash, ["link 1 has another digest"]),
        (_unbalanced, ["journal c does not sum to zero"]),
        (_without_a_journal, ["link 1 has another digest"]),
        (_with_a_journal_more, ["link 2 has another digest"]),
        (_in_another_order, ["link 1 has another digest"]),
        (_without_the_first_link, ["link 2 does not follow the one before"]),
        (_with_a_link_made_anew, ["link 2 does not follow the one before"]),
    ],
    ids=lambda value: value.__name__.strip("_").replace("_", " ") if callable(value) else "",
)
def test_what_was_changed_afterwards_is_noticed(change: Callable[[list[Row]], None], wrong: list[str]) -> None:
    rows = chain()
    change(rows)
    found = verify_chain(lines(rows)).wrong
    assert all(one in found for one in wrong), found
