"""Legal limits by the dated tables."""

from datetime import date
from uuid import uuid4

import pytest

from app.domain.earning.agreements import Agreement, check_laws
from app.domain.earning.allowances import AllowanceKind, amount_of
from app.domain.earning.split import MonthTotal, add_to_year, buckets
from app.domain.errors import AllowanceExceeded, LimitUnknown
from app.domain.limits import monthly_limit
from app.domain.rules import Collective, MonthlyAllowance, Pot, Premium


def agreement(*rules: MonthlyAllowance | Premium | Pot | Collective, start: date = date(2025, 1, 1)) -> Agreement:
    return Agreement(
        id=uuid4(),
        cooperative_id=uuid4(),
        municipality_id=uuid4(),
        number=1,
        title="x",
        active_from=start,
        rules=rules,
        examples=(),
    )


def test_the_limit_of_a_month_and_its_year() -> None:
    assert monthly_limit(None, date(2025, 3, 1)) == (None, None)
    assert monthly_limit("k", date(2025, 3, 1)) == (21_000, 210_000)
    assert monthly_limit("k", date(2026, 1, 1)) == (0, None)
    assert monthly_limit("j", date(2026, 7, 1)) == (None, 339_800)


def test_a_limit_is_granted_within_its_dates_only() -> None:
    terms = agreement(MonthlyAllowance(30_000, "k"), Collective())

    def grant(day: date, cents: int) -> int:
        return amount_of(terms, AllowanceKind.MONTHLY, day=day, cents=cents, minutes=None, given=())

    assert grant(date(2025, 12, 31), 21_000) == 21_000
    with pytest.raises(AllowanceExceeded):
        grant(date(2025, 12, 31), 21_001)
    for day in (date(2023, 12, 31), date(2026, 1, 1)):
        with pytest.raises(LimitUnknown) as refused:
            grant(day, 1)
        assert refused.value.facts == {"law": "k", "day": day.isoformat()}


def test_an_agreement_names_only_laws_that_are_known_on_its_first_day() -> None:
    check_laws(agreement(Premium(2, 100, "j"), Collective(), start=date(2026, 7, 1)))
    for rule, start in ((Premium(2, 100, "j"), date(2026, 6, 30)), (MonthlyAllowance(100, "k"), date(2026, 1, 1))):
        with pytest.raises(LimitUnknown):
            check_laws(agreement(rule, Collective(), start=start))
    check_laws(agreement(Premium(2, 100), MonthlyAllowance(100), Collective()))


def test_what_was_paid_out_before_under_another_version_counts_for_the_year() -> None:
    """Six months of 300.00 without a law, then k: 300.00 is left of the year's 2,100.00."""
    free, bound = agreement(MonthlyAllowance(30_000), Pot()), agreement(MonthlyAllowance(30_000, "k"), Pot())
    months: list[MonthTotal] = []
    for month in range(1, 7):
        months = add_to_year(months, free, date(2025, month, 5), 50_000)
    assert buckets(months).allowance_cents == 180_000
    for month, so_far in ((7, 201_000), (8, 210_000), (9, 210_000)):
        months = add_to_year(months, bound, date(2025, month, 5), 50_000)
        found = buckets(months)
        assert (found.allowance_cents, found.pot_cents) == (so_far, found.kept_cents - so_far)


def test_a_month_keeps_the_limit_of_when_it_was_first_booked() -> None:
    """Old books have no limit: there the agreement alone decided, and still does."""
    terms = agreement(MonthlyAllowance(30_000, "k"), Pot())
    (month,) = add_to_year([], terms, date(2025, 3, 5), 50_000)
    assert (month.law_cents, month.most_cents) == (21_000, 21_000)
    before = MonthTotal(
        month=month.month,
        agreement_id=month.agreement_id,
        active_from=month.active_from,
        remittance=None,
        kept_cents=50_000,
        allowance_cents=30_000,
    )
    (after,) = add_to_year([before], terms, date(2025, 3, 6), 10_000)
    assert (after.law_cents, buckets([after]).allowance_cents) == (None, 30_000)
