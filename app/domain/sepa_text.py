"""Texts as European banks take them: letters without accents, digits, and a few signs."""

import re
import unicodedata

from anyascii import anyascii

LONGEST_NAME, LONGEST_TEXT = 70, 140
"""Characters of a holder's name and of the text of a payment."""
_REFUSED = re.compile(r"[^A-Za-z0-9 /\-?:().,'+]")
_PASSPORT = str.maketrans(
    {"Ю": "Iu", "ю": "iu", "Я": "Ia", "я": "ia", "Й": "I", "й": "i", "Ъ": "Ie", "ъ": "ie", "Ь": "", "ь": ""}
)
"""Cyrillic letters that passports spell otherwise than the library (ICAO Doc 9303-3); banks know holders by those."""


def sepa_text(text: str, longest: int | None = None) -> str:
    """The text in the characters of the European Payments Council; if `longest` is given, cut to that.

    Other alphabets are spelled in Latin letters, `&` becomes `+`, other signs a blank, and pictures are left out. What
    is left of a name may be nothing: ask `keeps_a_letter`.
    """
    known = unicodedata.normalize("NFC", text).translate(_PASSPORT)
    spelled = "".join(anyascii(sign) for sign in known if not _is_picture(sign))
    return " ".join(_REFUSED.sub(" ", spelled.replace("&", "+")).split())[:longest].strip()


def keeps_a_letter(text: str) -> bool:
    """Whether a name can be written at all: without a letter, banks refuse it."""
    return any(sign.isalpha() for sign in sepa_text(text))


def _is_picture(sign: str) -> bool:
    """Pictures and invisible signs: the library spells `:sunflower:`."""
    return unicodedata.category(sign) in ("So", "Sk", "Cf")
