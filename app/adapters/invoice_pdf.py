"""The printed form of an invoice: one PDF that is PDF/A-3a, for archives, and PDF/UA-1, for screen readers."""

import json
import logging
import tempfile
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from app.adapters.invoice_texts import printed
from app.adapters.print_fonts import BREAK, FONT_FOLDERS, drawable
from app.domain.selling.invoices import InvoicePaper

TEMPLATE = Path(__file__).parent / "templates" / "invoice.typ"
STRICT = False
"""Whether a warning of the typesetter is an error. The tests set it."""
NOT_DRAWN = ("document", "code_text")
"""The texts that readers tell, but that stand on no page: they need no places to break."""
DRAWING = "code"

log = logging.getLogger("samen.invoices")
_one_at_a_time = Lock()


class TypesettingWarned(Exception):
    """The typesetter warned, for instance of a font that is missing."""


def invoice_pdf(paper: InvoicePaper, *, ubl: bytes | None) -> bytes:
    """The PDF of an invoice, with its UBL attached if there is one: the same bytes for the same input.

    Texts go in as data, never as markup, and the typesetter can read no file but the template and the fonts.
    """
    inputs = {"texts": json.dumps(_drawable(printed(paper)), ensure_ascii=False)}
    if ubl is not None:
        inputs["ubl"] = ubl.decode()
    moment = datetime.combine(paper.issued_on, time(), UTC)
    with _one_at_a_time:
        file, warnings = _compiler().compile_with_warnings(
            _template(),
            format="pdf",
            sys_inputs=inputs,
            pdf_standards=["a-3a", "ua-1"],
            timestamp=moment,
        )
    if not isinstance(file, bytes):
        raise TypeError("the typesetter gave no file")
    for warning in warnings:
        if STRICT:
            raise TypesettingWarned(warning.diagnostic)
        log.warning("the typesetter warned", extra={"invoice": paper.number, "warning": warning.message})
    return file


def _drawable(texts: Any, name: str = "") -> Any:
    """The texts with no character that the fonts lack."""
    if isinstance(texts, dict):
        return {key: _drawable(value, key) for key, value in texts.items()}
    if isinstance(texts, list):
        return [_drawable(value, name) for value in texts]
    if not isinstance(texts, str) or name == DRAWING:
        return texts
    return drawable(texts).replace(BREAK, "") if name in NOT_DRAWN else drawable(texts)


@cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()


@cache
def _compiler() -> typst.Compiler:
    """The typesetter with our fonts alone. Its root is an empty folder, which is removed at once."""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONT_FOLDERS))
    with tempfile.TemporaryDirectory() as root:
        return typst.Compiler(root=root, font_paths=fonts, ignore_system_fonts=True)
