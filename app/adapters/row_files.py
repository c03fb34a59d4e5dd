"""Files of rows as they stream in, JSON lines or CSV as Excel writes it, one row at a time and in bounded memory."""

import csv
import json
from collections.abc import AsyncIterator
from typing import Any

LONGEST_ROW = 20_000
"""Bytes."""


class Unreadable(Exception):
    """The file cannot be read on: it is not what it says, or not in UTF-8."""


async def records(body: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """The lines of a body without their ends; a line break within quotes belongs to its CSV record.

    Raises Unreadable for bytes that are no UTF-8 and for a record of more than 20,000 bytes.
    """
    waiting, begun = b"", b""
    async for part in body:
        *lines, waiting = (waiting + part).split(b"\n")
        for line in lines:
            begun += line + b"\n"
            if begun.count(b'"') % 2 == 0:
                yield _text(begun)
                begun = b""
        if len(begun) + len(waiting) > LONGEST_ROW:
            raise Unreadable("a row is longer than 20,000 bytes, or a quote is never closed")
    if begun + waiting:
        yield _text(begun + waiting)


async def json_rows(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, Any]]:
    """Number and value of each line; a line that is no JSON comes as the text of what is wrong with it."""
    number = 0
    async for part in _lines(body):
        number += 1
        if not part.strip():
            continue
        try:
            yield number, json.loads(part)
        except ValueError as error:
            yield number, str(error)


async def csv_rows(body: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, dict[str, str]]]:
    """Number and cells by column of each record; the first one names the columns. Empty cells are left out.

    Raises Unreadable where the first line names no columns.
    """
    number, names, delimiter = 0, [""], ";"
    async for record in records(body):
        number += 1
        if not record.strip():
            continue
        if number == 1 or names == [""]:
            delimiter = ";" if record.count(";") >= record.count(",") else ","
            names = [name.strip() for name in next(csv.reader([record], delimiter=delimiter))]
            if "externalId" not in names:
                raise Unreadable("the first line has to name the columns, externalId among them")
            continue
        cells = next(csv.reader([record], delimiter=delimiter))
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=False) if cell.strip()}
        yield number, row | ({"": "more cells than columns"} if len(cells) > len(names) else {})


async def _lines(body: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Lines, whatever quotes they hold."""
    waiting = b""
    async for part in body:
        *lines, waiting = (waiting + part).split(b"\n")
        for line in lines:
            yield _text(line)
        if len(waiting) > LONGEST_ROW:
            raise Unreadable("a row is longer than 20,000 bytes")
    if waiting:
        yield _text(waiting)


def _text(line: bytes) -> str:
    """A line as text, without Excel's mark at the beginning of a file and the end of the line."""
    try:
        return line.removeprefix(b"\xef\xbb\xbf").decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Unreadable("it is not in UTF-8; save it as 'CSV UTF-8'") from None


def decimal_of(cell: str) -> str:
    """A number as Dutch spreadsheets write it, `1.234,50` or `12,5`, with a decimal point."""
    return cell.replace(".", "").replace(",", ".") if "," in cell else cell
