"""Replay: last year's earnings split again under a draft, to show who gains and who loses."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning
from app.domain.earning.split import NAMES, MonthTotal, add_to_year, split
from app.domain.ledger import Leg


@dataclass
class Compared:
    """Cents by target, real and under the draft; `member` is a pseudonym, None the total."""

    member: str | None
    actual: dict[str, int] = field(default_factory=dict)
    draft: dict[str, int] = field(default_factory=dict)

    @property
    def difference(self) -> dict[str, int]:
        targets = sorted({*self.actual, *self.draft})
        changes = {target: self.draft.get(target, 0) - self.actual.get(target, 0) for target in targets}
        return {target: cents for target, cents in changes.items() if cents}


@dataclass(frozen=True)
class Replay:
    """`earnings` is the number split again; held, reversed and forfeited earnings are left out."""

    year: int
    earnings: int
    total: Compared
    members: tuple[Compared, ...]


def replay(agreement: Agreement, earnings: Sequence[Earning], year: int, name: Callable[[UUID], str]) -> Replay:
    """Splits a year's earnings again, in the order of the work; each member's and the fund's year starts at zero.

    `name` returns a member's pseudonym.
    """
    total, members = Compared(None), dict[UUID, Compared]()
    months, fund = dict[UUID, list[MonthTotal]](), list[MonthTotal]()
    for earning in sorted(earnings, key=lambda e: (e.work_date, e.id)):
        whose = earning.credited_id
        again = split(
            agreement,
            net_cents=earning.net_left_cents,
            costs=[leg for leg in earning.legs if leg.rule == "cost"],
            months=months.get(whose, []),
            fund_months=fund,
            day=earning.work_date,
            member_id=whose,
        )
        months[whose] = add_to_year(months.get(whose, []), agreement, earning.work_date, again.kept_cents)
        fund = add_to_year(fund, agreement, earning.work_date, again.fund_cents, fund=True)
        row = members.setdefault(whose, Compared(name(whose)))
        for compared in (row, total):
            _add(compared.actual, earning.legs)
            _add(compared.draft, again.legs)
    return Replay(year, len(earnings), total, tuple(sorted(members.values(), key=lambda m: m.member or "")))


def _add(totals: dict[str, int], legs: Sequence[Leg]) -> None:
    for leg in legs:
        if leg.rule != "cost":
            totals[NAMES[leg.kind]] = totals.get(NAMES[leg.kind], 0) + leg.cents
