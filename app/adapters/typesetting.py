"""Typesets papers with `typst`: a PDF that is PDF/A-3a, for archives, and PDF/UA-1, for screen readers."""

import json
import logging
import tempfile
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from app.adapters.print_fonts import BREAK, FONT_FOLDERS, drawable

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "page"
"""The template of what all papers share; it comes before each of them."""
STRICT = False
"""Whether a warning of the typesetter is an error. The tests set it."""
NOT_PRINTED = ("document",)
"""The texts of every paper that readers tell, but that stand on no page: they need no places to break."""

log = logging.getLogger("samen.typesetting")
_one_at_a_time = Lock()


class TypesettingWarned(Exception):
    """The typesetter warned, for instance of a font that is missing."""


def typeset(
    template: str,
    texts: Mapping[str, Any],
    day: date,
    *,
    as_they_are: Collection[str] = (),
    not_printed: Collection[str] = (),
    attached: Mapping[str, str] | None = None,
) -> bytes:
    """The PDF of these texts by a template, dated `day`: the same bytes for the same input.

    Texts go in as data, never as markup, and the typesetter can read no file but the template and the fonts. Texts with
    a name among `as_they_are` stay unchanged, such as drawings; those `not_printed` get no places to break.
    """
    unbroken = {*NOT_PRINTED, *not_printed}
    shown = _drawable(texts, frozenset(as_they_are), frozenset(unbroken))
    inputs = {"texts": json.dumps(shown, ensure_ascii=False), **(attached or {})}
    with _one_at_a_time:
        file, warnings = _compiler().compile_with_warnings(
            template_of(template),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=datetime.combine(day, time(), UTC),
        )
    if not isinstance(file, bytes):
        raise TypeError("the typesetter gave no file")
    for warning in warnings:
        if STRICT:
            raise TypesettingWarned(warning.diagnostic)
        log.warning("the typesetter warned", extra={"template": template, "warning": warning.message})
    return file


def _drawable(texts: Any, as_they_are: frozenset[str], unbroken: frozenset[str], name: str = "") -> Any:
    """The texts with no character that the fonts lack."""
    if isinstance(texts, Mapping):
        return {key: _drawable(value, as_they_are, unbroken, key) for key, value in texts.items()}
    if isinstance(texts, list):
        return [_drawable(value, as_they_are, unbroken, name) for value in texts]
    if not isinstance(texts, str) or name in as_they_are:
        return texts
    return drawable(texts).replace(BREAK, "") if name in unbroken else drawable(texts)


@cache
def template_of(name: str) -> bytes:
    """The template of a paper, after what all papers share."""
    return b"\n".join((TEMPLATES / f"{one}.typ").read_bytes() for one in (PAGE, name))


@cache
def _compiler() -> typst.Compiler:
    """The typesetter with our fonts alone. Its root is an empty folder, which is removed at once."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONT_FOLDERS))
    with tempfile.TemporaryDirectory() as root:
        return typst.Compiler(root=root, font_paths=fonts, ignore_system_fonts=True)
