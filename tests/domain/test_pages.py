"""Pages: a cursor leads back to its row, and a page says whether more follows."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import BadCursor
from app.domain.page import PageRequest, cursor_of, cut, parse_cursor


@dataclass(frozen=True)
class Row:
    id: UUID


ROWS = [Row(UUID(int=1)) for _ in range(3)]


@given(st.uuids())
def test_a_cursor_leads_back_to_its_row(row_id: UUID) -> None:
    assert parse_cursor(cursor_of(row_id)) == row_id


@pytest.mark.parametrize(
    "cursor", ["", "x", cursor_of(UUID(int=0))[:-1] + "B", cursor_of(UUID(int=0)) + "A", "é" * 22, "A" * 21 + "A\n"]
)
def test_what_is_no_cursor(cursor: str) -> None:
    with pytest.raises(BadCursor):
        parse_cursor(cursor)


@pytest.mark.parametrize(("limit", "shown", "more"), [(2, 2, True), (3, 3, False), (4, 3, False)])
def test_a_page_says_whether_more_follows(limit: int, shown: int, more: bool) -> None:
    page = cut(ROWS, PageRequest(limit))
    assert (list(page.rows), page.has_next) == (ROWS[:shown], more)
    assert page.end_cursor == cursor_of(ROWS[shown - 1].id)
    assert page.map(lambda row: Row(row.id)) == page


def test_an_empty_page_has_no_end() -> None:
    assert parse_cursor(None) is None
    assert cut(list[Row](), PageRequest()).end_cursor is None
