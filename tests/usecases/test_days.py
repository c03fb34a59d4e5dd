"""No use case accepts an impossible day or moment, in either face."""

import inspect
import typing
from datetime import UTC, date, datetime

import pytest
from pydantic.alias_generators import to_camel

from app.db.engine import Database
from app.domain.errors import DayOutOfRange, DomainError, Malformed
from app.running.run import Run
from tests.walls.verbs import verbs


def _typed() -> list[tuple[str, str]]:
    """Every parameter of every use case that is a day or a moment."""
    found = []
    for name, verb in verbs().items():
        hints = typing.get_type_hints(inspect.unwrap(verb))
        for parameter, hint in hints.items():
            if parameter != "return" and {hint, *typing.get_args(hint)} & {date, datetime}:
                found.append((name, parameter))
    return found


def _tells_of(refusal: DomainError, field: str) -> bool:
    """Whether the day is the reason: by the use case's form, if it has one.

    No form accepts a moment for a day, or a day for a moment.
    """
    codes = ("day_out_of_range", "date_from_datetime_inexact", "timezone_aware")
    faults = refusal.facts.get("errors", ())
    return refusal.code in codes or any(one["field"] == field and one["code"] in codes for one in faults)


TYPED = _typed()


def test_they_are_found() -> None:
    assert {("record_payment", "paid_on"), ("place_order", "needed_at"), ("draft_agreement", "active_from")} <= set(
        TYPED
    )
    assert len(TYPED) > 20


@pytest.mark.parametrize(("name", "parameter"), TYPED)
async def test_every_day_of_every_verb_has_bounds(database: Database, name: str, parameter: str) -> None:
    verb, earliest = verbs()[name], () if parameter == "month" else (date.min, datetime.min.replace(tzinfo=UTC))
    for value in (*earliest, date(9999, 12, 31), datetime.max.replace(tzinfo=UTC)):
        for run in (Run(database), Run(database).keyed("k")):
            with pytest.raises((DayOutOfRange, Malformed)) as refused:
                await run(verb, **{parameter: value})
            assert _tells_of(refused.value, to_camel(parameter))


async def test_days_inside_of_what_is_sent_have_bounds_too(database: Database) -> None:
    late, early = datetime.max.replace(tzinfo=UTC), date(206, 2, 3)
    for verb, name, value in (
        ("change_joint_purchase", "closes_at", late),
        ("change_cooperative", "small_business_from", early),
    ):
        with pytest.raises(Malformed) as refused:
            await Run(database)(verbs()[verb], changes={name: value})
        assert _tells_of(refused.value, to_camel(name))
