"""Elements of ISO 20022 files, all of one namespace."""

from typing import Any

from lxml import etree

Element = Any
"""An element of the tree; lxml has no types."""


class Elements:
    """Makes the elements of one kind of file."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def element(self, name: str, *parts: Element | tuple[str, str], **attributes: str) -> Element:
        """An element with others in it; a pair is one of a name and a text."""
        made = etree.Element(f"{{{self.namespace}}}{name}", attributes, nsmap={None: self.namespace})
        made.extend(self.text(*part) if isinstance(part, tuple) else part for part in parts)
        return made

    def text(self, name: str, text: str, **attributes: str) -> Element:
        made = self.element(name, **attributes)
        made.text = text
        return made

    def nested(self, name: str, *names: str, text: str) -> Element:
        """Elements within each other, the innermost of which has a text."""
        first, *rest = names
        return self.element(name, self.nested(first, *rest, text=text) if rest else (first, text))


def file_of(tree: Element) -> bytes:
    """The bytes of a file: the same ones for the same tree."""
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))
