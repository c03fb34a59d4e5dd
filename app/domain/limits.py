"""Legal limits as dated tables, each with its source. They are an indication, not legal advice."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.errors import LimitUnknown

ACT = "Participatiewet art. 31(2)"


class LimitPeriod(StrEnum):
    """The period of a legal limit."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True)
class LegalLimit:
    """A legal limit from a day on: cents per `per`, or a percentage up to cents, or a count."""

    law: str
    what: str
    from_date: date
    until: date | None
    """The first day on which it does not apply any more; None: no end is known."""
    per: LimitPeriod
    max_cents: int
    source: str
    max_count: int | None = None
    basis_points: int | None = None
    months: int | None = None
    least_age: int | None = None


def _act(letter: str, what: str, per: LimitPeriod, max_cents: int, **more: int) -> LegalLimit:
    source = f"{ACT}({letter}), text of 2026-07-01"
    return LegalLimit(
        law=letter,
        what=what,
        from_date=date(2026, 7, 1),
        until=None,
        per=per,
        max_cents=max_cents,
        source=source,
        **more,
    )


def _volunteers(per: LimitPeriod, max_cents: int) -> LegalLimit:
    return LegalLimit(
        law="k",
        what="volunteer allowance",
        from_date=date(2024, 1, 1),
        until=date(2026, 1, 1),
        per=per,
        max_cents=max_cents,
        source=f"{ACT}(k); 2026 not verified",
        least_age=27,
    )


LIMITS: tuple[LegalLimit, ...] = (
    _act("j", "premium", LimitPeriod.YEAR, 339_800, max_count=2, least_age=27),
    _act("m", "gifts", LimitPeriod.YEAR, 120_000),
    _act("n", "income exemption", LimitPeriod.MONTH, 28_500, basis_points=2_500, months=6, least_age=27),
    _act(
        "r",
        "income exemption of single parents",
        LimitPeriod.MONTH,
        17_766,
        basis_points=1_250,
        months=30,
        least_age=27,
    ),
    _act("y", "income exemption", LimitPeriod.MONTH, 18_019, basis_points=1_500),
    _volunteers(LimitPeriod.MONTH, 21_000),
    _volunteers(LimitPeriod.YEAR, 210_000),
)
LAWS = frozenset(limit.law for limit in LIMITS)


def monthly_limit(law: str | None, month: date) -> tuple[int | None, int | None]:
    """The limits of a law for a month and its calendar year, in cents; None if it sets no such limit.

    The limit is 0 if the tables have no verified value for the first day of the month.
    """
    if law is None:
        return None, None
    known = limits_on(law, month)
    a_month, a_year = ([limit.max_cents for limit in known if limit.per == per] for per in LimitPeriod)
    return min(a_month, default=None if known else 0), min(a_year, default=None)


def check_known(law: str | None, day: date) -> None:
    """Raises LimitUnknown if the tables have no verified value of a named law for the day."""
    if law is not None and not limits_on(law, day):
        raise LimitUnknown(law=law, day=day.isoformat())


def limits_on(law: str | None, day: date) -> tuple[LegalLimit, ...]:
    """The limits of a law on a day; empty if the tables have no verified value for it."""
    return tuple(
        limit
        for limit in LIMITS
        if limit.law == law and limit.from_date <= day and (limit.until is None or day < limit.until)
    )
