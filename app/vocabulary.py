"""Forms: the type and limits of everything that people type, for every face and every use case.

A form is an annotated type. It cleans its input and refuses bad values. Its result is valid input again, since REST
validates twice. The error texts are in `app/adapters/fields.py`, by code.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from email_validator import EmailNotValidError, validate_email
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, core_schema
from stdnum.nl import bsn

from app.domain.days import HAPPENED, Bounds, day_of, span_of
from app.domain.errors import AmountOutOfRange
from app.domain.money import AMOUNT, CURRENCY, MAX_CENTS, cents_of, decimal_text
from app.ids import Names


@dataclass(frozen=True)
class Doc:
    """The description of a form. The last one counts: a parameter may describe it better than its form does."""

    text: str

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return handler(schema) | {"description": self.text}


def doc_of(hint: Any) -> str | None:
    """The description of a form; for an enumeration, its docstring."""
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return " ".join((hint.__doc__ or "").split())
    marks = getattr(hint, "__metadata__", ())
    own = [one.words for one in marks if isinstance(one, Names)]
    own += [one.text for one in marks if isinstance(one, Doc)]
    inner = [found for one in get_args(hint)[:2] if (found := doc_of(one))]
    return next(iter(own[::-1] + inner), None)


class Form(BaseModel):
    """An input of several fields: unknown fields are refused, and a value cannot change after validation."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        alias_generator=to_camel,
        validate_by_alias=True,
        validate_by_name=True,
    )

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        """Puts the description of each field in both contracts."""
        for field in cls.model_fields.values():
            field.description = field.description or doc_of(field.rebuild_annotation())
        cls.model_rebuild(force=True)

    def named(self) -> dict[str, Any]:
        """The fields that the caller sent, for a change that may leave out any."""
        return {name: getattr(self, name) for name in self.model_fields_set}


# --- texts ---

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\u2800\u3164\ufeff\uffa0\ufff9-\ufffb]"
)
"""Invisible characters, line separators and direction marks."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML forbids: control characters, surrogates, noncharacters."""
_BLANKS = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
"""Blanks that are not a single space. Most texts have none, and import files are long, so this is checked first."""
_APOSTROPHES = str.maketrans("‘’‛ʼ´`", "''''''")
_IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
"""A digit of any script."""
_DIGITS = re.compile(
    r"(?:(?<![0-9a-z])|(?<=bsn))[0-9](?:(?:[ ./\-_·]{1,2}|,(?=[0-9]{3}))?[0-9])*(?![0-9a-z])", re.IGNORECASE
)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_PHONE = re.compile(r"(?<![0-9a-z])(?:\+|00(?=[1-9]))[0-9]+\)?(?: ?\(0\))?(?:[ ./\-]?[0-9])*", re.IGNORECASE)
"""A telephone number with its country code: neither it nor a part of it is a citizen number."""


def _of_nobody(text: str) -> str:
    """The text, if it holds no citizen number (BSN). Raises PydanticCustomError."""
    if len(_DIGIT.findall(text)) < 9:
        return text
    plain = _PHONE.sub(" ", _IDENTIFIER.sub(" ", _in_ascii(text)))
    for groups in (re.split("[^0-9]", run) for run in _DIGITS.findall(plain)):
        for first in range(len(groups)):
            for last in range(first + 1, len(groups) + 1):
                number = "".join(groups[first:last])
                if len(number) == 9 and bsn.is_valid(number):
                    raise PydanticCustomError("citizen_number_in_text", "a text holds a citizen number")
    return text


def _in_ascii(text: str) -> str:
    """The text with its digits as 0 to 9 and its dashes as hyphens, in whatever script they were typed."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return _DIGIT.sub(lambda digit: str(int(digit[0])), text)


@dataclass(frozen=True)
class Text:
    """A text of `shortest` to `longest` characters after cleaning; of one line, or `several`; with a `pattern`.

    `number`: the text is the number of a document, which may look like a citizen number by chance.
    """

    shortest: int
    longest: int
    several: bool = False
    pattern: str | None = None
    number: bool = False

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        limited: CoreSchema = core_schema.str_schema(
            min_length=self.shortest or None, max_length=self.longest, pattern=self.pattern
        )
        if not self.number:
            limited = core_schema.no_info_after_validator_function(_of_nobody, limited)
        return core_schema.no_info_before_validator_function(self._clean, limited)

    def _clean(self, value: Any) -> Any:
        """NFC, one apostrophe, single blanks, none at the ends. Raises PydanticCustomError."""
        if not isinstance(value, str):
            return value
        if _UNSEEN.search(value) or _CONTROL.search(value):
            raise PydanticCustomError("text_malformed", "a text holds invisible characters")
        text = unicodedata.normalize("NFC", value).translate(_APOSTROPHES).replace("\r\n", "\n").replace("\r", "\n")
        if not self.several and "\n" in text.strip():
            raise PydanticCustomError("text_malformed", "a text of one line holds line breaks")
        return "\n".join(_BLANKS.sub(" ", line).strip() for line in text.strip().split("\n"))


@dataclass(frozen=True)
class BlankIsNone:
    """For an optional text: a blank one becomes null, since browser forms send an empty text."""

    longest: int = 1000
    """The most blanks: as many as the form takes characters."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._read, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        stated = handler(schema)
        (text, *_) = stated["anyOf"]
        text["pattern"] = f"^ *$|{text['pattern']}"
        return stated

    def _read(self, value: Any) -> Any:
        blank = isinstance(value, str) and not value.strip() and len(value) <= self.longest
        return None if blank else value


Name = Annotated[str, Text(1, 120), Doc("The name.")]
TradeName = Annotated[str, Text(1, 120), Doc("The name in the shop.")]
Goal = Annotated[str, Text(0, 200, several=True), Doc("The goal that is saved for.")]
Slug = Annotated[str, Text(0, 60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$"), Doc("Its name in links.")]
Town = Annotated[str, Text(1, 80), Doc("The town where it is.")]
About = Annotated[str, Text(0, 4000, several=True), Doc("A description for others.")]
KvkNumber = Annotated[
    str,
    Field(max_length=8, pattern=r"^[0-9]{8}$", examples=["12345678"]),
    Doc("Its number in the trade register (KvK)."),
]
KvkNumberOrNone = Annotated[KvkNumber | None, BlankIsNone(8)]
Title = Annotated[str, Text(1, 200), Doc("The name.")]
Purpose = Annotated[str, Text(1, 60), Doc("The purpose, as the agreement names it.")]
Supplier = Annotated[str, Text(0, 120), Doc("The supplier that sells it.")]
SupplierName = Annotated[str, Text(1, 120), Doc("The supplier that sells it.")]
"""For when there must be one."""
Reference = Annotated[str, Text(1, 60, number=True), Doc("The other side's own number for it.")]
Receipt = Annotated[str, Text(1, 500), Doc("The number or place of the receipt.")]
Proof = Annotated[str, Text(0, 500), Doc("The proof: a number, a shop or a link.")]
Reason = Annotated[str, Text(0, 500, several=True), Doc("The reason, in plain words.")]
StatedReason = Annotated[str, Text(1, 500, several=True), Doc("The reason, in plain words.")]
"""A reason that is required."""
Place = Annotated[str, Text(0, 200), Doc("The place.")]
Note = Annotated[str, Text(0, 2000, several=True), Doc("A note.")]
Organisation = Annotated[str, Text(0, 120), Doc("The customer's organisation.")]
OrderNumber = Annotated[str, Text(0, 60, number=True), Doc("Your own order number.")]
ExternalId = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9._~:@-]{1,100}$", examples=["SKU-42"]),
    Doc("The id in your own system."),
]
Source = Annotated[
    Slug, Field(examples=["woocommerce"]), Doc("Your system, such as `woocommerce`. External ids are unique within it.")
]
HTTP = "[Hh][Tt][Tt][Pp][Ss]?"
Url = Annotated[
    str,
    Field(max_length=1000, pattern=rf"^{HTTP}://[!-~]+$"),
    AfterValidator(lambda url: re.sub("^[^:]*", lambda scheme: scheme[0].lower(), url)),
    Doc("A web address."),
]


@dataclass(frozen=True)
class Verbatim:
    """A text of `shortest` to `longest` characters that is not cleaned, such as the id of an account elsewhere."""

    shortest: int
    longest: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        limited = core_schema.str_schema(min_length=self.shortest, max_length=self.longest)
        return core_schema.no_info_after_validator_function(self._check, limited)

    def _check(self, text: str) -> str:
        if _CONTROL.search(text) or re.search("[\t\n\r]", text):
            raise PydanticCustomError("text_malformed", "a text holds control characters")
        return text


Issuer = Annotated[str, Verbatim(1, 300), Doc("The login provider: the `iss` of its tokens.")]
Subject = Annotated[str, Verbatim(1, 300), Doc("The person: the `sub` of their tokens.")]


KEY = "[!-~]([ -~]*[!-~])?"
"""Printable ASCII without a space at either end: a header carries it unchanged."""
LONGEST_KEY = 200
RequestKey = Annotated[str, Field(max_length=LONGEST_KEY, pattern=f"^{KEY}$"), Doc("A unique value of your own.")]


def _reachable(address: str) -> str:
    """An address that a mail server accepts. Its domain is not looked up. Raises PydanticCustomError."""
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError:
        raise PydanticCustomError("email_malformed", "this is no e-mail address") from None
    return address


def _pasted(value: Any) -> Any:
    """An address without the blanks around it."""
    return value.strip() if isinstance(value, str) else value


Email = Annotated[
    str,
    Field(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$"),
    BeforeValidator(_pasted),
    AfterValidator(_reachable),
    Doc("The e-mail address."),
]
Phone = Annotated[
    str,
    Field(max_length=30, pattern=r"^\+?([ ()./\-]*[0-9]){6,15}[ ()./\-]*$"),
    BeforeValidator(_pasted),
    Doc("The telephone number."),
]
EmailOrNone = Annotated[Email | None, BlankIsNone(254)]
PhoneOrNone = Annotated[Phone | None, BlankIsNone(30)]
FeedPlace = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,18}$", examples=["1042"]),
    Doc("A place in the feed: the `cursor` of an answer or an event. The feed begins at `0`."),
]
CbsCode = Annotated[
    str,
    Field(pattern=r"^GM[0-9]{4}$", examples=["GM0758"]),
    Doc("The code of a municipality at Statistics Netherlands."),
]

# --- numbers ---


def _whole(value: Any) -> Any:
    """An integer as JSON defines it: 3 and 3.0, but neither 3.5 nor "3" nor true."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""After the bounds of a strict integer."""
Units = Annotated[int, Field(strict=True, ge=0, le=1_000_000), WHOLE]
Quantity = Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE, Doc("The number of units.")]
Stock = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000), WHOLE, Doc("The number of units in stock.")]
LeadTime = Annotated[
    int, Field(strict=True, ge=0, le=525_600), WHOLE, Doc("The least minutes between order and delivery.")
]
Edition = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1), WHOLE, Doc("The edition of an offering.")]
Flag = Annotated[bool, Field(strict=True)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=44_640), WHOLE, Doc("The number of minutes, a month at most.")]
ANY_VERSION: Literal["*"] = "*"
Version = int | list[int] | Literal["*"]
"""The version that the caller saw last. An If-Match may list several, or be `*`: any version."""


_WRITTEN = re.compile("-?[0-9]{1,18}")


def _digits(value: Any) -> Any:
    """The number, which an address must write in ASCII digits. Raises PydanticCustomError."""
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        raise PydanticCustomError("int_parsing", "a whole number is written in digits")
    return value


Rows = Annotated[int, Field(ge=1, le=100), BeforeValidator(_digits), Doc("The number of rows, at most.")]
RowsOrNone = Annotated[
    int, Field(ge=0, le=100), BeforeValidator(_digits), Doc("The number of rows, at most; 0 for none.")
]


class MoneyIn(BaseModel):
    """An amount in euro as a decimal string: `{"amount": "90.75", "currency": "EUR"}`."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    amount: Annotated[str, Field(pattern=rf"^{AMOUNT}$", examples=["90.75"])]
    """Euros, with at most two decimals after a point."""
    currency: Annotated[str, Field(pattern=r"^EUR$", examples=["EUR"])] = CURRENCY
    """Always EUR."""

    @classmethod
    def of(cls, cents: int) -> "MoneyIn":
        """The amount of whole cents."""
        return cls(amount=decimal_text(cents))

    @property
    def cents(self) -> int:
        """Whole cents."""
        return cents_of(self.amount)


class BalanceIn(MoneyIn):
    """An amount in euro that may be below zero."""

    amount: Annotated[str, Field(pattern=rf"^-?{AMOUNT}$", examples=["-12.50"])]
    """Euros, with at most two decimals after a point."""


@dataclass(frozen=True)
class Between:
    """An amount from `low` to `high` cents, as money or as its decimal text alone."""

    low: int
    high: int = MAX_CENTS

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def _check(self, money: MoneyIn | str) -> MoneyIn | str:
        try:
            fits = self.low <= (cents_of(money) if isinstance(money, str) else money.cents) <= self.high
        except AmountOutOfRange:
            fits = False
        if not fits:
            facts = {"low_cents": self.low, "high_cents": self.high}
            raise PydanticCustomError("amount_out_of_range", "the amount is out of range", facts)
        return money


def _in_range(text: str) -> str:
    Between(0)._check(MoneyIn(amount=text))
    return text


AmountText = Annotated[str, Field(pattern=rf"^{AMOUNT}$", examples=["25.00"]), AfterValidator(_in_range)]
"""An amount in euro as an address writes it."""
Amount = Annotated[MoneyIn, Between(1), Doc("The amount, at least a cent.")]
"""At least a cent."""
Limit = Annotated[MoneyIn, Between(0), Doc("The highest amount; null: no limit.")]
AmountOrNone = Annotated[MoneyIn, Between(0), Doc("The amount; zero is the same as null.")]
Balance = Annotated[BalanceIn, Between(-MAX_CENTS), Doc("The amount; it may be negative.")]

Percent = Annotated[
    str,
    Field(pattern=r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$", examples=["10", "12.5"]),
    Doc("The percentage."),
]

# --- lists and choices ---

EMPTY: list[Any] = []
"""The default of a list; nobody changes it."""


class Among:
    """Some values of an enumeration."""

    def __init__(self, *values: StrEnum) -> None:
        self.values = values

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.enum_schema(source, list(self.values), sub_type="str")


# --- days ---

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written(value: Any) -> Any:
    """Only a written date is accepted. Raises PydanticCustomError for a number, or for another form of date."""
    if isinstance(value, int | float):
        raise PydanticCustomError("time_is_text", "a day is text")
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "a day is written as 2026-03-01")
    return value


@dataclass(frozen=True)
class Within:
    """A day within bounds, counted from the context's `today`; without it, bounds are not checked."""

    bounds: Bounds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        checked = core_schema.with_info_after_validator_function(self._check, handler(source))
        return core_schema.no_info_before_validator_function(_written, checked)

    def _check(self, value: date, info: ValidationInfo) -> date:
        today = (info.context or {}).get("today")
        first, last = span_of(self.bounds, today) if today else (date.min, date.max)
        if not first <= value <= last:
            facts = {"first": first.isoformat(), "last": last.isoformat()}
            raise PydanticCustomError("day_out_of_range", "the day is out of range", facts)
        return value


Day = Annotated[date, Within(Bounds())]
"""Any day from 2000 until ten years ahead."""
PastDay = Annotated[date, Within(HAPPENED)]
"""Today or earlier."""
PaymentDay = Annotated[PastDay, Doc("The day of the payment; today if it is left out.")]


@dataclass(frozen=True)
class MomentWithin:
    """A moment whose day in Amsterdam is within bounds, counted as for `Within`."""

    bounds: Bounds

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        aware = core_schema.datetime_schema(tz_constraint="aware")
        checked = core_schema.with_info_after_validator_function(self._check, aware)
        return core_schema.no_info_before_validator_function(_begins_with_its_day, checked)

    def _check(self, value: datetime, info: ValidationInfo) -> datetime:
        # Conversion to Amsterdam time would overflow for the first and last moments that Python knows.
        day = day_of(value) if date.min.year < value.year < date.max.year else value.date()
        Within(self.bounds)._check(day, info)
        return value


def _begins_with_its_day(value: Any) -> Any:
    """Only a written moment is accepted. Raises PydanticCustomError for a number, or for another form."""
    if isinstance(value, int | float):
        raise PydanticCustomError("time_is_text", "a moment is text")
    if isinstance(value, str) and not _DAY.match(value):
        raise PydanticCustomError("datetime_parsing", "a moment is written as 2026-03-01T10:00:00Z")
    return value


PastMoment = Annotated[datetime, MomentWithin(HAPPENED)]
"""Today or earlier."""


@dataclass(frozen=True)
class MonthWithin:
    """A month, written as 2026-03, whose first day is within bounds, counted as for `Within`."""

    bounds: Bounds
    years: str = "(19|20|21)[0-9]{2}"
    """The years that are accepted."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.str_schema(pattern=rf"^{self.years}-(0[1-9]|1[0-2])$")
        return core_schema.with_info_after_validator_function(self._check, written)

    def _check(self, value: str, info: ValidationInfo) -> str:
        Within(self.bounds)._check(first_of(value), info)
        return value


def first_of(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


Month = Annotated[str, MonthWithin(Bounds()), Field(examples=["2026-03"]), Doc("A month, such as 2026-03.")]
AnyMonth = Annotated[
    str,
    MonthWithin(Bounds(first=date.min), "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"),
    Field(examples=["2026-03"]),
    Doc("A month, such as 2026-03."),
]
"""Of any year, also a month that was opened by mistake before."""


Moment = Annotated[datetime, MomentWithin(Bounds())]
"""Any moment from 2000 until ten years ahead."""
