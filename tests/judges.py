"""Judges of electronic invoices: the schema of UBL 2.1 and the official rule sets, from the folder `SAMEN_JUDGES`.

CONTRIBUTING.md says what the folder holds. None of it belongs to the project.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from app.adapters.ubl import PEPPOL_BIS, SI_UBL

FOLDER = Path(os.environ.get("SAMEN_JUDGES") or "/nowhere")
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
SKELETON = FOLDER / "validation" / "convert" / "convert_xsl"
RULES = {
    "SI-UBL 2.0": FOLDER / "validation" / "xsl" / "si-ubl-2.0.xsl",
    "Peppol BIS 3": FOLDER / "peppol-bis-invoice-3" / "rules" / "sch" / "PEPPOL-EN16931-UBL.sch",
    "EN 16931": FOLDER / "eInvoicing-EN16931" / "ubl" / "xslt" / "EN16931-UBL-validation.xslt",
}
SCHEMAS = FOLDER / "ubl-2.1" / "maindoc"
ASKS_FOR = {"SI-UBL 2.0": SI_UBL, "Peppol BIS 3": PEPPOL_BIS}
"""The format that a rule set is for. A file of the other one is judged as if it were of this."""

needs_judges = pytest.mark.skipif(
    "SAMEN_JUDGES" not in os.environ,
    reason="SAMEN_JUDGES names no folder with the rules of electronic invoices (CONTRIBUTING.md)",
)


def findings(xml: bytes) -> list[str]:
    """All that schema and rules say about a file; of rules for the other format only what they refuse."""
    tree = etree.fromstring(xml)
    schema = _schema(etree.QName(tree).localname)
    said = [] if schema.validate(tree) else [f"UBL 2.1: {error.message}" for error in schema.error_log]
    format_id = tree.find("{*}CustomizationID").text
    for name in RULES:
        asked = ASKS_FOR.get(name, format_id)
        only = {"fatal"} if asked != format_id else None
        said += [f"{name}: {one}" for one in judged(name, xml.replace(format_id.encode(), asked.encode()), only)]
    return said


def judged(name: str, xml: bytes, flags: set[str] | None = None) -> list[str]:
    """What a rule set says, by id and text. A rule that stops with an error refuses the file, too."""
    from saxonche import PySaxonApiError

    processor = _processor()
    try:
        report = _rules(name).transform_to_string(xdm_node=processor.parse_xml(xml_text=xml.decode()))
    except PySaxonApiError as error:
        return [f"stopped: {error}"]
    failed = etree.fromstring(report.encode()).iter(f"{SVRL}failed-assert", f"{SVRL}successful-report")
    return [
        f"{one.get('id')} ({one.get('flag')}): {' '.join(one.findtext(f'{SVRL}text').split())[:300]}"
        for one in failed
        if flags is None or one.get("flag") in flags
    ]


@cache
def _schema(name: str) -> Any:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"UBL-{name}-2.1.xsd"))


@cache
def _processor() -> Any:
    from saxonche import PySaxonProcessor

    return PySaxonProcessor(license=False)


@cache
def _rules(name: str) -> Any:
    """A compiled rule set. A schematron becomes a stylesheet first, by the skeleton of ISO."""
    compiler = _processor().new_xslt30_processor()
    path = RULES[name]
    if path.suffix != ".sch":
        return compiler.compile_stylesheet(stylesheet_file=str(path))
    text = path.read_text(encoding="utf-8")
    for step in ("iso_dsdl_include.xsl", "iso_abstract_expand.xsl", "iso_svrl_for_xslt2.xsl"):
        stylesheet = compiler.compile_stylesheet(stylesheet_file=str(SKELETON / step))
        text = stylesheet.transform_to_string(xdm_node=_processor().parse_xml(xml_text=text))
    return compiler.compile_stylesheet(stylesheet_text=text)
