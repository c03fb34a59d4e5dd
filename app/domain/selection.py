"""The fields that a reader selects of a public type: field names as a tree, each under its name in the answer."""

from typing import NamedTuple

TYPENAME = "__typename"
"""The field of every type that holds the name of the type."""


class Chosen(NamedTuple):
    """A selected field of type `of`: `key` is its name in the answer, `fields` the selection inside its value."""

    key: str
    name: str
    of: str
    fields: tuple["Chosen", ...] = ()
