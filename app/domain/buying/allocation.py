"""The allocation of one article of a joint purchase: the packs to order, then the units of each wish.

It is one pure function: equal inputs give equal results, so everybody can compute it again. With n changes of wishes it
takes O(n log n).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from app.domain.errors import LocksExceed
from app.domain.money import share_out


class SharingRule(StrEnum):
    """`first_come`: by time, firm units before tolerance. `proportional`: by the units asked for.

    `equal`: everybody the same, up to what they asked for.
    """

    FIRST_COME = "first_come"
    PROPORTIONAL = "proportional"
    EQUAL = "equal"


@dataclass(frozen=True)
class Change:
    """From this change on, a wish has `quantity` units, and `tolerance` more if that fills a pack.

    `number` is its place among all changes of the purchase: earlier changes have lower numbers.
    """

    number: int
    at: datetime
    quantity: int
    tolerance: int


@dataclass(frozen=True)
class WishLine:
    """A wish with its history; `locked` units were set by hand and do not change."""

    wish_id: UUID
    changes: tuple[Change, ...]
    locked: int | None = None

    @property
    def quantity(self) -> int:
        return self.changes[-1].quantity

    @property
    def tolerance(self) -> int:
        return self.changes[-1].tolerance


@dataclass(frozen=True)
class Inputs:
    """`units` came, or were ordered; if it is None, the packs to order are computed."""

    rule: SharingRule
    pack_units: int
    minimum_units: int
    lines: tuple[WishLine, ...]
    units: int | None = None


@dataclass(frozen=True)
class Got:
    """The units of a wish: of its firm quantity, and of its tolerance."""

    wish_id: UUID
    firm: int
    tolerance: int

    @property
    def units(self) -> int:
        return self.firm + self.tolerance


@dataclass(frozen=True)
class Allocation:
    """`lines` in the order of the inputs; `left` units, which nobody asked for, stay with the lead cooperative."""

    packs: int
    units: int
    lines: tuple[Got, ...]
    left: int
    digest: str


@dataclass(frozen=True)
class AllocatedLine:
    """The units of a wish, out of `there` units, with everything that explains them."""

    wish: WishLine
    got: Got
    rule: SharingRule
    there: int

    @property
    def how(self) -> str:
        """The rule that decided, or `locked` if set by hand."""
        return self.rule if self.wish.locked is None else "locked"


@dataclass(frozen=True)
class ArticleAllocation:
    """The allocation of one article: the inputs, and their result."""

    article: UUID
    title: str
    inputs: Inputs
    result: Allocation

    @property
    def lines(self) -> tuple[AllocatedLine, ...]:
        """The units of each wish, in the order of the inputs."""
        pairs = zip(self.inputs.lines, self.result.lines, strict=True)
        return tuple(AllocatedLine(wish, got, self.inputs.rule, self.result.units) for wish, got in pairs)


@dataclass(frozen=True)
class PurchaseAllocation:
    """The allocation of a joint purchase."""

    articles: tuple[ArticleAllocation, ...]


@dataclass(frozen=True)
class Demand:
    """The total of all wishes for an article, in units."""

    firm: int
    tolerance: int
    pack_units: int
    minimum_units: int

    @property
    def packs(self) -> int:
        """The whole packs to order: none below the minimum, and no pack of tolerance alone beyond it.

        Tolerance completes the last pack; up to the minimum it may fill more.
        """
        unit, reach = self.pack_units, self.firm + self.tolerance
        least = -(-self.minimum_units // unit)
        if self.firm == 0 or reach < max(self.minimum_units, least * unit):
            return 0
        whole, rest = divmod(self.firm, unit)
        return max(whole + (1 if rest and rest + self.tolerance >= unit else 0), least)

    @property
    def missing(self) -> int:
        """The units still needed to reach the minimum, or to fill the last pack."""
        unit, reach = self.pack_units, self.firm + self.tolerance
        least = -(-self.minimum_units // unit) * unit
        if reach < least:
            return least - reach
        rest = self.firm % unit
        return max(0, unit - rest - self.tolerance) if rest and self.packs * unit < self.firm else 0


def demand(inputs: Inputs) -> Demand:
    """The total of the wishes; units set by hand count as firm."""
    firm = sum(line.quantity if line.locked is None else line.locked for line in inputs.lines)
    tolerance = sum(line.tolerance for line in inputs.lines if line.locked is None)
    return Demand(firm, tolerance, inputs.pack_units, inputs.minimum_units)


def allocate(inputs: Inputs) -> Allocation:
    """Shares the units out: firm wishes first, then tolerance. Nobody gets more than both together.

    Ties go to the earlier wish. Raises LocksExceed if more units were set by hand than there are.
    """
    units = demand(inputs).packs * inputs.pack_units if inputs.units is None else inputs.units
    locked = sum(line.locked or 0 for line in inputs.lines)
    if locked > units:
        raise LocksExceed(locked=locked, units=units)
    free = sorted((line for line in inputs.lines if line.locked is None and line.changes), key=_since)
    share = RULES[inputs.rule]
    firm = share(free, units - locked, lambda change: change.quantity)
    tolerated = share(free, units - locked - sum(firm), lambda change: change.tolerance)
    got = {line.wish_id: Got(line.wish_id, *both) for line, *both in zip(free, firm, tolerated, strict=True)}
    lines = tuple(got.get(line.wish_id) or _by_hand(line) for line in inputs.lines)
    left = units - sum(line.units for line in lines)
    return Allocation(-(-units // inputs.pack_units), units, lines, left, digest(inputs))


def digest(inputs: Inputs) -> str:
    """SHA-256 of the inputs, in hexadecimal."""
    said: dict[str, Any] = {
        "rule": str(inputs.rule),
        "packUnits": inputs.pack_units,
        "minimumUnits": inputs.minimum_units,
        "units": inputs.units,
        "wishes": [
            [
                str(line.wish_id),
                line.locked,
                [[c.number, c.at.isoformat(), c.quantity, c.tolerance] for c in line.changes],
            ]
            for line in sorted(inputs.lines, key=lambda line: line.wish_id)
        ],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


Part = Callable[[Change], int]


def _since(line: WishLine) -> int:
    """The number of the change since which the wish has always asked for something."""
    since = line.changes[0].number
    for before, change in pairwise(line.changes):
        if not before.quantity and not before.tolerance:
            since = change.number
    return since


def _by_hand(line: WishLine) -> Got:
    units = line.locked or 0
    firm = min(units, line.quantity) if line.changes else 0
    return Got(line.wish_id, firm, units - firm)


def _first_come(lines: Sequence[WishLine], units: int, part: Part) -> list[int]:
    """By the time of each unit: added units stand further back, units that were given up are the newest."""
    queue = []
    for place, line in enumerate(lines):
        asked: list[tuple[int, int]] = []
        before = 0
        for change in line.changes:
            wanted = part(change)
            if wanted > before:
                asked.append((change.number, wanted - before))
            while before > wanted:
                number, size = asked.pop()
                kept = max(0, size - (before - wanted))
                before -= size - kept
                if kept:
                    asked.append((number, kept))
            before = wanted
        queue += [(number, place, size) for number, size in asked]
    shares = [0] * len(lines)
    for _, place, size in sorted(queue):
        given = min(size, units)
        shares[place] += given
        units -= given
    return shares


def _proportional(lines: Sequence[WishLine], units: int, part: Part) -> list[int]:
    """By largest remainder."""
    wanted = [part(line.changes[-1]) for line in lines]
    there = min(units, sum(wanted))
    return share_out(there, wanted) if there else [0] * len(lines)


def _equal(lines: Sequence[WishLine], units: int, part: Part) -> list[int]:
    """Everybody up to the same level; the remaining units go one each to the earliest wishes."""
    wanted = [part(line.changes[-1]) for line in lines]
    units = min(units, sum(wanted))
    level, rest, count = 0, units, len(wanted)
    for size in sorted(wanted):
        if (size - level) * count > rest:
            break
        rest -= (size - level) * count
        level, count = size, count - 1
    each, over = divmod(rest, count) if count else (0, 0)
    shares = [min(size, level + each) for size in wanted]
    for place, size in enumerate(wanted):
        if over and size > shares[place]:
            shares[place] += 1
            over -= 1
    return shares


RULES: dict[SharingRule, Callable[[Sequence[WishLine], int, Part], list[int]]] = {
    SharingRule.FIRST_COME: _first_come,
    SharingRule.PROPORTIONAL: _proportional,
    SharingRule.EQUAL: _equal,
}
