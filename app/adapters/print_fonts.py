"""The fonts of printed files, which come with the application, and texts made fit for them.

A PDF/A file may hold no character that its fonts lack, and the typesetter refuses one. People type such characters
(emoji, Chinese), so they are replaced: no text stops a file.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import fontpkg_heebo
import fontpkg_noto_sans
import fontpkg_noto_sans_arabic
from fontTools.ttLib import TTFont

REPLACEMENT = "\ufffd"
FAMILIES = ("Noto Sans", "Noto Sans Arabic", "Heebo")
"""In the order in which a character is looked for; Heebo has Hebrew."""
FONT_FOLDERS: tuple[Path, ...] = tuple(
    Path(package.ROOT) / "files" for package in (fontpkg_noto_sans, fontpkg_noto_sans_arabic, fontpkg_heebo)
)
BREAK = "\u200b"
"""A zero-width space: a line may break there."""
LONGEST_RUN = 12.0
"""The width that fits each column, in ems (multiples of the size of the letters)."""
PIECE = 6.0
"""The width of the pieces of a longer run, in ems."""
WIDEST = 3.0
"""The widest sign that is drawn, in ems: a title of wider ones would not fit on a page. One sign is wider, U+FDFD."""

_RUN = re.compile(r"\S+")


@cache
def _widths() -> tuple[dict[int, float], ...]:
    """The characters of each font, with their widths in ems."""
    return tuple(_widths_of(folder) for folder in FONT_FOLDERS)


def _widths_of(folder: Path) -> dict[int, float]:
    (file,) = (file for file in folder.glob("*.ttf") if "Italic" not in file.name)
    with TTFont(file, lazy=True) as font:
        ems, advances = font["head"].unitsPerEm, font["hmtx"].metrics
        widths = {point: advances[glyph][0] / ems for point, glyph in font.getBestCmap().items()}
    return {point: width for point, width in widths.items() if width <= WIDEST}


def drawable(text: str) -> str:
    """The text with U+FFFD for each character that no font has, and with places to break in long runs."""
    if text.isascii() and text.isprintable() and len(text) * _widest_of_ascii() <= LONGEST_RUN:
        return text
    return _RUN.sub(lambda run: _with_breaks(run[0]), "".join(_clusters(text)))


@cache
def _widest_of_ascii() -> float:
    return max(_widths()[0][point] for point in range(32, 127))


def _clusters(text: str) -> Iterator[str]:
    """Each character with its combining marks. All of them must be in one font, so marks that are not are replaced."""
    cluster = ""
    for character in text:
        if not _is_mark(character):
            yield cluster
            cluster = character if character.isspace() else _known(character)
        elif cluster and not cluster.isspace() and _in_one_font(cluster + character):
            cluster += character
        else:
            yield cluster
            cluster = REPLACEMENT
    yield cluster


def _is_mark(character: str) -> bool:
    return unicodedata.category(character).startswith("M")


def _known(character: str) -> str:
    """Private use is refused in PDF/A; of an unassigned character it is not known whether it is a mark."""
    refused = unicodedata.category(character) in ("Co", "Cn") or not _in_one_font(character)
    return REPLACEMENT if refused else character


def _in_one_font(cluster: str) -> bool:
    return any(all(ord(character) in widths for character in cluster) for widths in _widths())


def _width(character: str) -> float:
    return next((widths[ord(character)] for widths in _widths() if ord(character) in widths), 0.0)


def _with_breaks(run: str) -> str:
    """The run, with a place to break after each piece if it is too long for a column; never before a mark."""
    if sum(map(_width, run)) <= LONGEST_RUN:
        return run
    pieces, piece, filled = [], "", 0.0
    for character in run:
        width = _width(character)
        if piece and filled + width > PIECE and not _is_mark(character):
            pieces.append(piece)
            piece, filled = "", 0.0
        piece, filled = piece + character, filled + width
    return BREAK.join([*pieces, piece])
