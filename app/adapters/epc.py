"""QR codes for a payment, as banking apps read them: EPC069-12, version 002, SEPA credit transfer."""

import io

import segno

from app.domain.money import CURRENCY, decimal_text

MAX_NAME = 70
"""The characters of a name that the standard allows."""
MAX_BYTES = 331
"""The bytes of the largest code that the standard allows (version 13, error level M)."""
MAX_DUE_CENTS = 99_999_999_999
"""The highest amount that the standard allows."""


def epc_text(*, name: str, iban: str, cents: int, reference: str) -> str | None:
    """The content of the code; none if nothing is due, or if the amount is too large for a code.

    Lines are separated by line breaks, so a break in a name would move all that follows: blanks become one space.
    A longer name is cut. The reference goes without a text, as the standard allows one of the two.
    """
    if not 0 < cents <= MAX_DUE_CENTS:
        return None
    head = "BCD\n002\n1\nSCT\n\n"
    tail = f"\n{_compact(iban)}\n{CURRENCY}{decimal_text(cents)}\n\n{_compact(reference)}"
    room = MAX_BYTES - len(f"{head}{tail}".encode())
    short = " ".join(name.split())[:MAX_NAME].encode()[:room].decode(errors="ignore").strip()
    return f"{head}{short}{tail}"


def epc_svg(*, name: str, iban: str, cents: int, reference: str) -> str | None:
    """The code as SVG on a white ground, with a border of four modules; none if `epc_text` gives none.

    The white ground keeps it readable on a dark page. It has no size of its own and fills what it is put in.
    """
    text = epc_text(name=name, iban=iban, cents=cents, reference=reference)
    if text is None:
        return None
    # Level M is fixed by the standard. UTF-8 is what the third line of the content says.
    code = segno.make_qr(text, error="m", boost_error=False, encoding="utf-8")
    file = io.BytesIO()
    code.save(file, kind="svg", xmldecl=False, nl=False, light="white", border=4, omitsize=True)
    return file.getvalue().decode()


def _compact(text: str) -> str:
    return "".join(text.split())
