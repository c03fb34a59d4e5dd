"""The reference of an order, alone and as a creditor reference (ISO 11649), which banks check."""

LENGTH = 8
"""The characters of an order's reference."""
RF = "RF"


def rf_of(reference: str) -> str:
    """The creditor reference: `RF`, two check digits (ISO 7064, MOD 97-10), and the reference itself."""
    return f"{RF}{_check_digits(reference):02}{reference}"


def reference_in(text: str) -> str | None:
    """The order's reference in what people type: that itself or its RF form, with blanks, in small letters.

    None if it is neither, or if the check digits are wrong.
    """
    plain = "".join(text.split()).upper()
    reference = plain[-LENGTH:]
    if not (reference.isascii() and reference.isalnum() and len(reference) == LENGTH):
        return None
    return reference if plain in (reference, rf_of(reference)) else None


def in_fours(text: str) -> str:
    """An IBAN or a reference in groups of four, as people read it."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def _check_digits(reference: str) -> int:
    digits = "".join(str(int(letter, 36)) for letter in f"{reference}{RF}00")
    return 98 - int(digits) % 97
