"""Reads JSON from untrusted sources within limits; every fault raises the same kind of error."""

import json
import re
from itertools import accumulate
from typing import Any

_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_STEP = {"[": 1, "{": 1, "]": -1, "}": -1}


def read_json(text: str | bytes, *, deepest: int | None = None) -> Any:
    """The value of a JSON text. Raises ValueError if it is not valid.

    Also for bytes that are not UTF-8, more than `deepest` levels, more levels or digits than Python's parser accepts,
    NaN, and numbers that are infinite as a float.
    """
    plain = text.decode() if isinstance(text, bytes) else text
    if deepest is not None and levels_of(plain) > deepest:
        raise ValueError("too many levels")
    try:
        return json.loads(plain, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("too many levels") from None


def levels_of(text: str) -> int:
    """The depth of the nested brackets in a JSON text; brackets inside strings do not count."""
    steps = (_STEP.get(found[0], 0) for found in _STRING_OR_BRACKET.finditer(text))
    return max(accumulate(steps), default=0)


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number
