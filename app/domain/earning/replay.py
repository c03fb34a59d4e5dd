"""Replay: last year's earnings split again under a draft, to show who gains and who loses."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from app.domain.earning.agreements import Agreement
from app.domain.earning.earnings import Earning
from app.domain.earning.split import NAMES, MonthTotal, add_to_year, split
from app.domain.errors import RuleRefused
from app.domain.figures import K, countable, fits_or_nobody
from app.domain.ledger import Leg

MEMBERS_OWN = ("pot", "allowance")
"""The targets that a member gets."""
MOST_RULES = 3
"""Sets of rules under which a municipality is shown a cooperative's year."""


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

    @property
    def gain(self) -> int:
        """How much more the member gets."""
        return sum(self.difference.get(target, 0) for target in MEMBERS_OWN)


@dataclass(frozen=True, kw_only=True)
class Replay:
    """`earnings` is the number split again; held, reversed and forfeited earnings are left out.

    None and no members: a municipality may not see it.
    """

    year: int
    computed_at: datetime
    earnings: int | None
    total: Compared | None
    members: tuple[Compared, ...]
    gainers: int | None
    losers: int | None
    unchanged: int | None


@dataclass(frozen=True, kw_only=True)
class ReplayFigures:
    """The figures of a year under the rules of a version, as a municipality was shown them first; they stay so."""

    id: UUID
    agreement_id: UUID
    cooperative_id: UUID
    municipality_id: UUID
    year: int
    rules: str
    """SHA-256 of the rules, because a draft changes."""
    result: Replay


def replay(
    agreement: Agreement, earnings: Sequence[Earning], year: int, name: Callable[[UUID], str], now: datetime
) -> Replay:
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
            cost_cents=earning.cost_cents,
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
    gains = [member.gain for member in members.values()]
    return Replay(
        year=year,
        computed_at=now,
        earnings=len(earnings),
        total=total,
        members=tuple(sorted(members.values(), key=lambda m: m.member or "")),
        gainers=sum(gain > 0 for gain in gains),
        losers=sum(gain < 0 for gain in gains),
        unchanged=sum(gain == 0 for gain in gains),
    )


def for_municipality(found: Replay, before: Compared | None = None, k: int = K) -> Replay:
    """The part of a replay that tells of no member; `before` are the totals of this year that it was shown first.

    All totals are shown or none, because the targets of both sides sum to the same amount: one that is hidden could be
    computed from the others. The amounts of each target fit, real, under the draft, and their difference. So do the
    earnings of those who have nothing in a target, and of those for whom the draft changes that: a limit between two
    members would tell what one of them earns. Once the real year differs from the one that was shown, no totals are
    shown any more: the change may be one member's refund.
    """
    counts = (found.gainers or 0, found.losers or 0, found.unchanged or 0)
    kept = found if countable(counts, k) else replace(found, gainers=None, losers=None, unchanged=None)
    changed = before is not None and found.total is not None and before.actual != found.total.actual
    if changed or not _fits(found.members, k):
        kept = replace(kept, earnings=None, total=None)
    return replace(kept, members=())


def _fits(members: Sequence[Compared], k: int) -> bool:
    targets = {target for member in members for target in (*member.actual, *member.draft)}
    earned = [sum(member.actual.values()) for member in members]
    cells = [earned]
    for target in targets:
        actual, draft, difference = (
            [getattr(member, side).get(target, 0) for member in members] for side in ("actual", "draft", "difference")
        )
        cells += [actual, draft, difference]
        cells += [_where(earned, [not cents for cents in side]) for side in (actual, draft)]
        cells += [_where(earned, [bool(old) != bool(new) for old, new in zip(actual, draft, strict=True)])]
    return all(fits_or_nobody(cell, k) for cell in cells)


def _where(amounts: Sequence[int], chosen: Sequence[bool]) -> list[int]:
    return [cents if this else 0 for cents, this in zip(amounts, chosen, strict=True)]


def check_over(year: int, today: date) -> None:
    """Raises RuleRefused for a year that is not over: two drafts on two days would tell what was sold in between."""
    if year >= today.year:
        raise RuleRefused(rule="year_over_first", value=year)


def check_sets_of_rules(shown: int) -> None:
    """Raises RuleRefused after the last set: many drafts, each with another limit, would tell what one member earns."""
    if shown >= MOST_RULES:
        raise RuleRefused(rule="few_sets_of_rules", value=MOST_RULES)


def digest_of_rules(agreement: Agreement) -> str:
    """SHA-256 of the rules of a version."""
    rules = [asdict(rule) for rule in agreement.rules]
    return hashlib.sha256(json.dumps(rules, sort_keys=True, default=str).encode()).hexdigest()


def _add(totals: dict[str, int], legs: Sequence[Leg]) -> None:
    for leg in legs:
        if leg.rule != "cost":
            totals[NAMES[leg.kind]] = totals.get(NAMES[leg.kind], 0) + leg.cents
