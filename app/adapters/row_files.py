"""Streams of rows, JSON lines or CSV as Excel writes it, one row at a time and in bounded memory."""

import asyncio
import csv
import json
import re
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

LONGEST_ROW = 100_000
"""Bytes of a row: as many as the body of one offering may have."""
MOST_LINES = 500_000
"""Lines of a file. Empty lines count: each of them costs time."""
SLICE = 32_768
"""Bytes that are split into lines at a time."""
TURN = 100
"""Lines after which the event loop serves other callers."""
LINES = AsyncIterator[tuple[int, str | None]]
"""The number of each line, and its text without the line end; None if the line is too long."""
DELIMITERS = (";", ",", "\t")


class Unreadable(Exception):
    """The file cannot be read further. `rule` and `value` give the reason."""

    def __init__(self, rule: str, value: str = "") -> None:
        super().__init__(rule)
        self.rule, self.value = rule, value


class BadRow(NamedTuple):
    """A row that is refused before its fields are validated: the code and the facts of its error."""

    code: str
    facts: dict[str, str]


TOO_LONG = BadRow("row_too_long", {"longest": str(LONGEST_ROW)})


async def json_rows(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, Any]]:
    """Number and value of each line; a BadRow if a line is too long or not JSON.

    Raises Unreadable if the file has no row, is not UTF-8, or has too many lines.
    """
    empty = True
    async for number, line in _lines(body):
        if line is None:
            yield number, TOO_LONG
        elif line.strip():
            yield number, _json(line)
        else:
            continue
        empty = False
    if empty:
        raise Unreadable("file_empty")


async def csv_rows(body: AsyncIterator[bytes], columns: frozenset[str]) -> AsyncIterator[tuple[int, Any]]:
    """The first line's number, and the cells by column, of each record; the heading names the columns.

    Empty cells and records without any text are left out. A record that is too long or not CSV becomes a BadRow. Raises
    Unreadable if a quote stays open (the rows after it would become its text), if the heading has no `externalId` or
    other columns than `columns`, and for the reasons of `json_rows`.
    """
    lines, empty = _lines(body), True
    names, delimiter = await _heading(lines, columns)
    async for number, record, several in _records(lines, delimiter):
        row = TOO_LONG if record is None else _row(record, names, delimiter)
        if several and (isinstance(row, BadRow) or "" in row or len(_cells(str(record), delimiter)) != len(names)):
            raise Unreadable("quote_open", str(number))
        if row:
            empty = False
            yield number, row
    if empty:
        raise Unreadable("file_empty")


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return BadRow("json_invalid", {})


async def _heading(lines: LINES, columns: frozenset[str]) -> tuple[list[str], str]:
    """The column of each cell, and the delimiter; Excel may write a line `sep=;` before it, with the delimiter."""
    told, known = "", {name.lower(): name for name in columns}
    async for _, text in lines:
        line = (text or "").strip("\r")
        if len(line) == len("sep=;") and line.lower().startswith("sep="):
            told = line[-1]
            continue
        delimiter = told or max(DELIMITERS, key=line.count)
        if not line.strip(f"{delimiter} "):
            continue
        try:
            cells = [cell.strip() for cell in _cells(line, delimiter)]
        except csv.Error as error:
            raise Unreadable("not_csv", str(error)[:100]) from None
        names = [known.get(cell.lower(), cell) for cell in cells]
        named = [name for name in names if name]
        if "externalId" not in named:
            raise Unreadable("columns_missing", ", ".join(named)[:100])
        if unknown := sorted(set(named) - columns):
            raise Unreadable("columns_unknown", ", ".join(unknown)[:100])
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise Unreadable("columns_twice", ", ".join(twice)[:100])
        return names, delimiter
    raise Unreadable("file_empty")


async def _records(lines: LINES, delimiter: str) -> AsyncIterator[tuple[int, str | None, bool]]:
    """The first line's number and the text of each record, and whether it has several lines."""
    begun, first, size, within = list[str](), 0, 0, False
    async for number, line in lines:
        first = first if begun else number
        size += LONGEST_ROW if line is None else len(line) + 1
        if within and size > LONGEST_ROW:
            raise Unreadable("quote_open", str(first))
        if line is not None:
            begun.append(line)
            within = _within_quotes(line, delimiter, within)
        if not within:
            yield first, None if line is None else "\n".join(begun).rstrip("\r"), len(begun) > 1
            begun, size = [], 0
    if within:
        raise Unreadable("quote_open", str(first))


def _within_quotes(line: str, delimiter: str, within: bool) -> bool:
    """Whether the line ends inside a quoted cell, given that it begins inside one; a quote opens a cell only at its
    start.
    """
    if '"' not in line:
        return within
    at = 0
    while True:
        if not within and not line.startswith('"', at):
            at = line.find(delimiter, at) + 1
            if not at:
                return False
            continue
        at = line.find('"', at if within else at + 1) + 1
        if not at:
            return True
        # A doubled quote is a quote in the text.
        within = line.startswith('"', at)
        at = at + 1 if within else line.find(delimiter, at) + 1
        if not within and not at:
            return False


def _row(record: str, names: list[str], delimiter: str) -> dict[str, str] | BadRow:
    """The cells by column; text in a column without a name is under ""."""
    try:
        cells = [cell.strip() for cell in _cells(record, delimiter)]
    except csv.Error:
        return BadRow("not_csv", {})
    row = {name: cell for name, cell in zip(names, cells, strict=False) if cell}
    return row | ({"": "cells without a column"} if any(cells[len(names) :]) else {})


def _cells(record: str, delimiter: str) -> list[str]:
    return next(csv.reader([record], delimiter=delimiter, strict=True), [])


async def _lines(body: AsyncIterator[bytes]) -> LINES:
    """Raises Unreadable if the file is not UTF-8 or has too many lines."""
    number, waiting, too_long = 0, bytearray(), False
    async for part in body:
        for start in range(0, len(part), SLICE):
            await asyncio.sleep(0)
            *ended, rest = part[start : start + SLICE].split(b"\n")
            for end in ended:
                number += 1
                waiting += end
                yield number, None if too_long or len(waiting) > LONGEST_ROW else _text(waiting, number)
                waiting, too_long = bytearray(), False
                if number % TURN == 0:
                    await asyncio.sleep(0)
                if number >= MOST_LINES:
                    raise Unreadable("too_many_lines", str(MOST_LINES))
            waiting += rest
            if too_long or len(waiting) > LONGEST_ROW:
                waiting, too_long = bytearray(), True
    if waiting or too_long:
        yield number + 1, None if too_long else _text(waiting, number + 1)


def _text(line: bytearray, number: int) -> str:
    """A line as text, without the byte order mark that Excel puts at the start of a file."""
    try:
        return (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).decode()
    except UnicodeDecodeError:
        raise Unreadable("file_not_utf8") from None


_DUTCH_AMOUNT = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+,[0-9]{1,2}|[0-9]+,[0-9]{1,2}")
"""Points separate groups of three digits, and only before a decimal comma: `1.234` alone is ambiguous."""


def decimal_of(cell: str) -> str:
    """An amount in Dutch form, `1.234,50` or `12,5`, with a decimal point; any other cell unchanged."""
    return cell.replace(".", "").replace(",", ".") if _DUTCH_AMOUNT.fullmatch(cell) else cell
