"""The reference of a job of two cooperatives: what its approval books in the books of each, and later credits."""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from tests.scenarios.reference import Line, Shares, half_up, largest_remainder
from tests.world import Json


@dataclass(kw_only=True)
class Cost:
    """Paid to a supplier, with VAT inside, of which a percentage is deducted."""

    cents: int
    vat: int
    deductible: int

    @property
    def deducted(self) -> int:
        return half_up(Fraction(self.vat * self.deductible, 100))

    @property
    def borne(self) -> int:
        """What the job bears of it."""
        return self.cents - self.deducted


@dataclass(kw_only=True)
class Part:
    """The part of a member of `place`; what the partner charges for it is a line with VAT on top."""

    place: int
    line: Line
    shares: Shares

    @classmethod
    def of(cls, place: int, net: int) -> "Part":
        line = Line(percent=21, price=net, company=True)
        return cls(place=place, line=line, shares=Shares.anew(net, 0))

    def less(self, net: int) -> None:
        self.line.less_shown(net)
        self.shares = self.shares.less(net)


@dataclass(kw_only=True)
class Job:
    """A job that was approved in a month, with its customer's order; cooperatives are named by their numbers."""

    order: Json
    lead: int
    month: int
    lines: list[Line]
    cost: Cost
    parts: list[Part]
    """In the order of the cooperatives."""
    paid: int = 0
    credited: int = 0
    beyond: int = 0
    """What credits took beyond all parts, which the lead's fund bears."""

    @property
    def left(self) -> int:
        return sum(line.gross for line in self.lines)

    @property
    def owed(self) -> int:
        return max(self.paid - self.left, 0)

    @property
    def due(self) -> int:
        return max(self.left - self.paid, 0)

    def credit(self, cents: int) -> None:
        """Takes its VAT off, and the rest off every part, by what is left of it."""
        before = sum(line.net for line in self.lines)
        shares = largest_remainder(cents, [line.gross for line in self.lines])
        for line, share in zip(self.lines, shares, strict=True):
            line.less(share)
        self.credited += cents
        off, lefts = before - sum(line.net for line in self.lines), [part.line.net for part in self.parts]
        taken = min(off, sum(lefts))
        self.beyond += off - taken
        for part, share in zip(self.parts, largest_remainder(taken, lefts), strict=True):
            if share:
                part.less(share)

    def kept(self, place: int) -> list[tuple[int, int]]:
        """What members of a cooperative kept, by month."""
        return [(self.month, part.shares.kept) for part in self.parts if part.place == place]

    def books(self, place: int) -> dict[str, int]:
        """Its balances in the books of a cooperative, but for those that depend on the year."""
        found: dict[str, int] = defaultdict(int)
        for part in self.parts:
            if part.place == place:
                found["cooperative_fund"] += part.shares.fund + part.shares.loss
                found["training_pot"] += part.shares.training
            if part.place == place != self.lead:
                found["receivable_cooperative"] -= part.line.gross
                found["vat"] += part.line.vat
            if part.place != place == self.lead:
                found["payable_cooperative"] += part.line.gross
                found["vat"] -= part.line.vat
        if place == self.lead:
            found["bank"] = -self.paid
            found["customer_credit"] = self.owed
            found["receivable_customer"] = self.paid - self.owed - self.left
            found["vat"] += sum(line.vat for line in self.lines) - self.cost.deducted
            found["payable_supplier"] = self.cost.cents
            found["cooperative_fund"] -= self.beyond
        return found
