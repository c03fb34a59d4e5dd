"""What the JSON of every noun shares: strict input, money, pages."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from app.adapters.agreement_format import WHOLE
from app.adapters.messages import blocked_text
from app.contract.shape import MoneyOut
from app.domain.money import AMOUNT, CURRENCY, cents_of
from app.domain.page import Page
from app.domain.transitions import AvailableTransition

T = TypeVar("T")
R = TypeVar("R")


class In(BaseModel):
    """A request body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, validate_by_alias=True, validate_by_name=False)


class Out(BaseModel):
    """An answer, read from a domain object by the names of its fields; every field is always there."""

    model_config = ConfigDict(
        from_attributes=True,
        alias_generator=to_camel,
        populate_by_name=True,
        json_schema_serialization_defaults_required=True,
    )


class BalanceIn(In):
    """An amount in euro that may be below zero."""

    amount: Annotated[str, Field(pattern=rf"^-?{AMOUNT}$", examples=["-12.50"])]
    currency: Annotated[str, Field(pattern=r"^EUR$", examples=["EUR"])] = CURRENCY

    @property
    def cents(self) -> int:
        return cents_of(self.amount)


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _only_day(value: Any) -> Any:
    """A day is written out, as 2026-03-01; a count of seconds is none, in digits either."""
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_parsing", "a day is written as 2026-03-01")
    return _only_text(value)


def _only_moment(value: Any) -> Any:
    """A moment begins with its day."""
    if isinstance(value, str) and not _DAY.match(value):
        raise PydanticCustomError("datetime_parsing", "a moment is written as 2026-03-01T10:00:00Z")
    return _only_text(value)


def _only_text(value: Any) -> Any:
    """A moment or a day is written out; a number is neither."""
    if isinstance(value, int | float):
        raise PydanticCustomError("time_is_text", "a date or time is text")
    return value


def _money(value: Any) -> Any:
    return MoneyOut.of(value) if isinstance(value, int) else value


def money(name: str) -> Any:
    """A field that shows the cents of the domain's field `name` as money."""
    return Field(validation_alias=name)


Money = Annotated[MoneyOut, BeforeValidator(_money)]
Version = Annotated[int, Field(description="Changes with every change; the ETag.")]


def _only_digits(value: Any) -> Any:
    """A number in an address is written in ASCII digits."""
    if isinstance(value, str) and not re.fullmatch("-?[0-9]{1,18}", value):
        raise PydanticCustomError("int_parsing", "a whole number is written in digits")
    return value


Written = BeforeValidator(_only_digits)
"""For a whole number of an address."""
Quantity = Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE]
Units = Annotated[int, Field(strict=True, ge=0, le=1_000_000), WHOLE]
Number = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000), WHOLE]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Short = Annotated[str, Field(max_length=120)]
Line = Annotated[str, Field(max_length=500)]
Text = Annotated[str, Field(max_length=4000)]
Note = Annotated[str, Field(max_length=2000)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$")]
Phone = Annotated[str, Field(max_length=30, pattern=r"^\+?[0-9 ()\-]{6,30}$")]
Url = Annotated[str, Field(max_length=1000, pattern=r"^https?://[!-~]+$")]
Slug = Annotated[str, Field(max_length=60, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Month = Annotated[str, Field(pattern=r"^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$", examples=["2026-03"])]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_moment)]
Day = Annotated[date, BeforeValidator(_only_day)]
When = datetime


class TransitionOut(Out):
    """What the caller can do next; a blocked one says why, as a code and in the caller's language."""

    verb: str
    to: str
    allowed: bool
    reason: str | None = None
    message: str | None = None
    needs: list[str] = []
    until: datetime | None = None

    @classmethod
    def all_of(cls, found: Sequence[AvailableTransition], language: str) -> list["TransitionOut"]:
        return [
            cls(
                verb=step.verb,
                to=step.to,
                allowed=step.allowed,
                reason=step.reason,
                message=blocked_text(step.refusal, language),
                needs=[to_camel(name) for name in step.needs],
                until=step.until,
            )
            for step in found
        ]


class PageOut(BaseModel, Generic[T]):
    """A page; `nextCursor` goes into `after` of the next request and is null at the end."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)
    items: list[T]
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page[R], show: Callable[[R], T]) -> "PageOut[T]":
        return cls(items=[show(row) for row in page.rows], next_cursor=page.end_cursor if page.has_next else None)


def given(body: BaseModel) -> dict[str, Any]:
    """The fields that a PATCH names, as they are."""
    return {name: getattr(body, name) for name in body.model_fields_set}
