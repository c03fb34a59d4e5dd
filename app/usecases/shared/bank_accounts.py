"""What identifies a bank account: its IBAN and the name of its holder."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from stdnum import iban
from stdnum.exceptions import ValidationError

from app.domain.sepa_text import LONGEST_NAME, keeps_a_letter, sepa_text
from app.vocabulary import Doc, Text


def _compact(value: Any) -> Any:
    """The IBAN in capitals, without blanks."""
    if not isinstance(value, str) or not value.isascii():
        return value
    return "".join(value.split()).upper()


def _valid(number: str) -> str:
    """The IBAN, if its country, its length and its check digits are right; no bank is asked.

    Raises PydanticCustomError.
    """
    try:
        # The numbers of banks that a country has are not checked: new ones come up.
        return str(iban.validate(number, check_country=False))
    except ValidationError:
        raise PydanticCustomError("iban_malformed", "this is no IBAN") from None


Iban = Annotated[
    str,
    Field(max_length=34, pattern=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$", examples=["NL91ABNA0417164300"]),
    BeforeValidator(_compact),
    AfterValidator(_valid),
    Doc("The IBAN of the account."),
]


def _written(name: str) -> str:
    """The name, if it fits a file of payments, where other alphabets are spelled. Raises PydanticCustomError."""
    if not keeps_a_letter(name):
        raise PydanticCustomError("name_without_letter", "a name without a letter")
    if len(sepa_text(name)) > LONGEST_NAME:
        raise PydanticCustomError("name_too_long_for_banks", "too long once it is spelled as banks take it")
    return name


HolderName = Annotated[
    str, Text(1, 70), AfterValidator(_written), Doc("The holder of the account, as the bank knows it.")
]
"""As long as a QR code for payments takes it (EPC069-12)."""
