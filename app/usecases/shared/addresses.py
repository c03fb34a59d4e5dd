"""What identifies an organisation on paper: its postal address, VAT id and OIN."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from stdnum.eu import vat
from stdnum.exceptions import ValidationError
from stdnum.nl import postcode as dutch_postcode

from app.domain.people.addresses import COUNTRIES, NETHERLANDS, PostalAddress
from app.vocabulary import BlankIsNone, Doc, Form, Text, Town


def _compact(value: Any) -> Any:
    """The number in capitals, without blanks, dots and hyphens."""
    return value.upper().translate(_SEPARATORS) if isinstance(value, str) else value


_SEPARATORS = str.maketrans("", "", " \t\u00a0\u202f.-")


def _vat_id(number: str) -> str:
    """The number, if its member state and its check digits are right; no register is queried.

    Raises PydanticCustomError.
    """
    try:
        return str(vat.validate(number))
    except ValidationError:
        raise PydanticCustomError("vat_id_malformed", "this is no VAT id") from None


def _country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country_unknown", "this is no country")
    return code


VatId = Annotated[
    str,
    Field(max_length=20, pattern=r"^[A-Z]{2}[0-9A-Z+*]{2,13}$", examples=["NL123456782B90"]),
    BeforeValidator(_compact),
    AfterValidator(_vat_id),
    Doc("The VAT identification number, with its country."),
]
VatIdOrNone = Annotated[VatId | None, BlankIsNone(20)]
Oin = Annotated[
    str,
    Field(max_length=20, pattern=r"^[0-9]{20}$", examples=["00000001234567890000"]),
    BeforeValidator(_compact),
    Doc("The identification number of a Dutch public body (OIN)."),
]
OinOrNone = Annotated[Oin | None, BlankIsNone(20)]
Street = Annotated[str, Text(1, 120), Doc("The street and the number of the house.")]
Postcode = Annotated[str, Text(0, 12), Doc("The postcode. Outside the Netherlands it may be left out.")]
Country = Annotated[
    str,
    Field(pattern=r"^[A-Z]{2}$", examples=[NETHERLANDS]),
    AfterValidator(_country),
    Doc("The country, as its code of two letters (ISO 3166-1)."),
]


class PostalAddressInput(Form):
    """A postal address. A Dutch postcode is four digits and two letters."""

    street: Street
    # Before the postcode, whose form depends on it.
    country: Country = NETHERLANDS
    postcode: Annotated[Postcode, Field(validate_default=True)] = ""
    town: Annotated[Town, Doc("The town.")]

    @field_validator("postcode")
    @classmethod
    def _postcode(cls, postcode: str, info: ValidationInfo) -> str:
        """A Dutch postcode as it is printed: `4811 AB`. Raises PydanticCustomError."""
        if info.data.get("country") != NETHERLANDS:
            return postcode
        try:
            return str(dutch_postcode.validate(postcode))
        except ValidationError:
            raise PydanticCustomError("postcode_malformed", "this is no Dutch postcode") from None

    @property
    def address(self) -> PostalAddress:
        """The address as the domain's type."""
        return PostalAddress(street=self.street, postcode=self.postcode, town=self.town, country=self.country)
