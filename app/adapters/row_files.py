"""Files of rows as they stream in, JSON lines or CSV as Excel writes it, one row at a time and in bounded memory."""

import csv
import json
from collections.abc import AsyncIterator
from typing import Any

LONGEST_ROW = 20_000
"""Bytes."""


class Unreadable(Exception):
    """The file cannot be read on: it is not what it says, or not in UTF-8. `rule` and `value` say why."""

    def __init__(self, rule: str, value: str = "") -> None:
        super().__init__(rule)
        self.rule, self.value = rule, value


async def records(body: AsyncIterator[bytes], *, quotes: bool = True) -> AsyncIterator[str]:
    """The lines of a body without their ends; with `quotes` a line break within them belongs to its CSV record.

    Raises Unreadable for bytes that are no UTF-8 and for a record of more than 20,000 bytes.
    """
    begun, size, within = list[bytes](), 0, False
    async for line in _lines(body):
        begun.append(line)
        size += len(line)
        if size > LONGEST_ROW:
            raise Unreadable("row_too_long", str(LONGEST_ROW))
        within ^= quotes and line.count(b'"') % 2 == 1
        if not within:
            yield _text(b"".join(begun))
            begun, size = [], 0
    if begun:
        yield _text(b"".join(begun))


async def json_rows(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, Any]]:
    """Number and value of each line; a line that is no JSON comes as the text of what is wrong with it."""
    number = 0
    async for line in records(body, quotes=False):
        number += 1
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            yield number, NotJson(str(error))


class NotJson(str):
    """What is wrong with a line that is no JSON."""


async def csv_rows(body: AsyncIterator[bytes], columns: frozenset[str]) -> AsyncIterator[tuple[int, dict[str, str]]]:
    """Number and cells by column of each record; the first one names the columns. Empty cells are left out.

    Raises Unreadable where the first line names no `externalId`, or what is none of `columns`.
    """
    number, names, delimiter = 0, [""], ";"
    async for record in records(body):
        number += 1
        if not record.strip():
            continue
        if names == [""]:
            delimiter = ";" if record.count(";") >= record.count(",") else ","
            names = [name.strip() for name in _cells(record, delimiter)]
            if "externalId" not in names:
                raise Unreadable("columns_missing", ", ".join(names)[:100])
            if unknown := sorted(set(names) - columns):
                raise Unreadable("columns_unknown", ", ".join(unknown)[:100])
            continue
        cells = _cells(record, delimiter)
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
        yield number, row | ({"": "more cells than columns"} if len(cells) > len(names) else {})


def _cells(record: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([record], delimiter=delimiter))
    except csv.Error as error:
        raise Unreadable("not_csv", str(error)[:100]) from None


async def _lines(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines with their ends, whatever quotes they hold. Raises Unreadable for one that never ends."""
    waiting = b""
    async for part in body:
        *lines, waiting = (waiting + part).split(b"\n")
        for line in lines:
            yield line + b"\n"
        if len(waiting) > LONGEST_ROW:
            raise Unreadable("row_too_long", str(LONGEST_ROW))
    if waiting:
        yield waiting


def _text(line: bytes) -> str:
    """A line as text, without Excel's mark at the beginning of a file and the end of the line."""
    try:
        return line.removeprefix(b"\xef\xbb\xbf").decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Unreadable("file_not_utf8") from None


def decimal_of(cell: str) -> str:
    """A number as Dutch spreadsheets write it, `1.234,50` or `12,5`, with a decimal point."""
    return cell.replace(".", "").replace(",", ".") if "," in cell else cell
