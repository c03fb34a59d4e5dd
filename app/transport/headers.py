"""Request headers about what a caller has, saw or prefers (RFC 9110, sections 12 and 13)."""

import re

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from app.adapters.messages import language_of
from app.vocabulary import ANY_VERSION, Version

_TAG = re.compile('(W/)?"([^"]*)"')
"""An entity tag: whether it is weak, and the text between its quotes."""
_VERSION = re.compile("([0-9]{1,9})(-[0-9a-f]+)?")
"""Our ETag: the version, and a hash of the content behind it."""
_QUALITY = re.compile("[01]([.][0-9]{0,3})?")


def listed(headers: Headers, name: str) -> str | None:
    """A list header, joined if it came in several lines; None if it is missing."""
    return ", ".join(headers.getlist(name)) if name in headers else None


def language_at(connection: HTTPConnection) -> str:
    """The language of the answer; its headers name it."""
    language = language_of(listed(connection.headers, "accept-language"))
    connection.state.language = language
    return language


def versions_of(if_match: str) -> Version:
    """The versions that the caller saw.

    A tag that is not one of our versions never matches. A version may come without its hash, because a caller that
    reads `version` in a body has no other. A weak tag counts as a strong one (unlike section 13.1.1): a proxy that
    compresses an answer weakens its tag, but not the version in it.
    """
    text = if_match.strip()
    if text == ANY_VERSION:
        return ANY_VERSION
    if text.isascii() and text.isdigit():
        # Some clients lose the quotes.
        text = f'"{text}"'
    found = (_VERSION.fullmatch(opaque) for _, opaque in _TAG.findall(text))
    versions = sorted({int(version[1]) for version in found if version is not None})
    return versions[0] if len(versions) == 1 else versions


def is_known(tag: str, if_none_match: str) -> bool:
    """Whether `If-None-Match` names an entity tag or has `*`; weak ones count too (section 13.1.2)."""
    return if_none_match.strip() == "*" or tag.strip('"') in (opaque for _, opaque in _TAG.findall(if_none_match))


def wants(connection: HTTPConnection, usual: str, other: str) -> str:
    """The media type that the caller prefers out of two (section 12.5.1); the usual one if both are equal.

    The answer says that it depends on `Accept`.
    """
    connection.state.chosen = True
    accept = listed(connection.headers, "accept") or "*/*"
    return other if _weight(accept, other) > _weight(accept, usual) else usual


def _weight(accept: str, kind: str) -> float:
    """The weight of a media type in `Accept`: the closest range counts."""
    ranges = {kind: 3, f"{kind.partition('/')[0]}/*": 2, "*/*": 1}
    closest, weight = 0, 0.0
    for one in accept.lower().split(","):
        name, *parameters = [part.strip() for part in one.split(";")]
        given = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if ranges.get(name, 0) > closest and _QUALITY.fullmatch(given):
            closest, weight = ranges[name], float(given)
    return weight
