"""Spells of the small-business scheme, in which a cooperative charges no VAT. Wet OB 1968 art. 25 and 25a.

The limit is one of the legal entity: all cooperatives of one KvK number together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from app.domain.errors import SchemeTooEarly


@dataclass(frozen=True, kw_only=True)
class Spell:
    """A time without VAT: from `since` until the day before `until`, or without an end."""

    id: UUID
    cooperative_id: UUID
    since: date
    until: date | None = None
    version: int = 1

    def runs_on(self, day: date) -> bool:
        """Whether a day is inside it."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class TurnoverLimit:
    """Net turnover of a calendar year up to which a legal entity may sell without VAT, from `from_date` on."""

    from_date: date
    cents: int
    source: str


LIMITS = (TurnoverLimit(date(2020, 1, 1), 2_000_000, "Wet OB 1968 art. 25 (kleineondernemersregeling)"),)


def without_vat(spells: Iterable[Spell], day: date) -> bool:
    """Whether a cooperative with these spells charges no VAT on a day."""
    return any(spell.runs_on(day) for spell in spells)


def open_spell(spells: Iterable[Spell]) -> Spell | None:
    """The spell that has no end yet, if there is one."""
    return next((spell for spell in spells if spell.until is None), None)


def limit_on(day: date) -> TurnoverLimit:
    """The limit of a day."""
    return max((row for row in LIMITS if row.from_date <= day), key=lambda row: row.from_date)


def within_limit(turnover_cents: int, net_cents: int, day: date) -> bool:
    """Whether `net_cents` more keep a year with so much turnover within the limit of that day."""
    return turnover_cents + net_cents <= limit_on(day).cents


def check_begin(spells: Iterable[Spell], since: date) -> None:
    """Checks that a spell may begin, after all earlier ones of the legal entity.

    Raises SchemeTooEarly with the first day: 1 January of the second year after the end of a spell that ran.
    """
    ended = [spell.until for spell in spells if spell.until is not None and spell.until > spell.since]
    first = max((date(until.year + 2, 1, 1) for until in ended), default=date.min)
    if since < first:
        raise SchemeTooEarly(first=first.isoformat())
