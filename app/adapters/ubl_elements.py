"""Elements of UBL 2.1. One without a value is left out, as the formats refuse empty elements."""

from typing import Any

from lxml import etree

from app.domain.money import CURRENCY, decimal_text

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
CBC, CAC = f"{UBL}CommonBasicComponents-2", f"{UBL}CommonAggregateComponents-2"
NAMESPACES = {"cbc": CBC, "cac": CAC}

Element = Any
"""An element of the tree; lxml has no types."""


def cbc(name: str, text: str | None, **attributes: str) -> Element | None:
    """An element with a text; None if that is blank."""
    if not (written := trimmed(text)):
        return None
    element = etree.Element(f"{{{CBC}}}{name}", attributes, nsmap=NAMESPACES)
    element.text = written
    return element


def cac(name: str, *parts: Element | None) -> Element | None:
    """An element with others in it; None if there are none."""
    if not (present := [part for part in parts if part is not None]):
        return None
    element = etree.Element(f"{{{CAC}}}{name}", nsmap=NAMESPACES)
    element.extend(present)
    return element


def trimmed(text: str | None) -> str:
    return (text or "").strip()


def amount(name: str, cents: int) -> Element | None:
    return cbc(name, decimal_text(cents), currencyID=CURRENCY)


def tax_scheme(name: str = "VAT") -> Element | None:
    return cac("TaxScheme", cbc("ID", name))
