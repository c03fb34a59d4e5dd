"""What a reader asks of a public type: field names as a tree, each under the name that the answer gives it."""

from typing import NamedTuple

TYPENAME = "__typename"
"""The field that every type has: its own name."""


class Chosen(NamedTuple):
    """One field of the type `of`: `key` is what the answer calls it, `fields` is what is asked of its value."""

    key: str
    name: str
    of: str
    fields: tuple["Chosen", ...] = ()
