"""The reference of a year: what the books must say of some orders, computed anew from what happened to them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from tests.world import Json

PLACED, ACCEPTED, DELIVERED, COMPLETED = range(4)


def euro(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def half_up(exact: Fraction) -> int:
    return int(exact + Fraction(1, 2))


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Rounded down; the cents that are left over go to the largest fractions."""
    exact = [Fraction(total * weight, sum(weights)) for weight in weights] if total else [Fraction()] * len(weights)
    shares = [int(share) for share in exact]
    order = sorted(range(len(weights)), key=lambda n: (shares[n] - exact[n], n))
    for n in order[: total - sum(shares)]:
        shares[n] += 1
    return shares


@dataclass
class Version:
    since: int
    threshold: int
    percent: int


@dataclass(kw_only=True)
class Line:
    """What is left of a line: without VAT, and of VAT. `price` is without VAT; to a consumer it is shown with it."""

    percent: int
    price: int
    company: bool = False
    net: int = 0
    vat: int = 0
    first_net: int = 0
    first_vat: int = 0

    def __post_init__(self) -> None:
        gross = half_up(Fraction(self.price * (100 + self.percent), 100))
        self.vat = half_up(Fraction(self.price * self.percent, 100)) if self.company else self.inside(gross)
        self.net = self.price if self.company else gross - self.vat
        self.first_net, self.first_vat = self.net, self.vat

    @property
    def gross(self) -> int:
        return self.net + self.vat

    @property
    def shown(self) -> int:
        """What is left of it, as its price was shown."""
        return self.net if self.company else self.gross

    def inside(self, gross: int) -> int:
        return half_up(Fraction(gross * self.percent, 100 + self.percent))

    def part(self, gross: int) -> tuple[int, int]:
        """Net and VAT of a part of what is left."""
        vat = half_up(Fraction(self.vat * gross, self.gross)) if gross else 0
        return gross - vat, vat

    def less(self, gross: int) -> None:
        """VAT back is what it was less what it is after, by the rule of its price; at the end it is all of it."""
        left = self.gross - gross
        share = Fraction(self.first_vat * left, self.first_net + self.first_vat)
        after = half_up(share) if self.company else self.inside(left)
        back = self.vat if not left else min(max(self.vat - after, 0), self.vat, gross)
        self.net, self.vat = self.net - gross + back, self.vat - back

    def less_shown(self, cents: int) -> None:
        """An amount as its price was shown."""
        if self.company:
            after = half_up(Fraction((self.net - cents) * self.percent, 100))
            self.net, self.vat = self.net - cents, 0 if cents == self.net else min(after, self.vat)
        else:
            self.less(cents)


@dataclass(kw_only=True)
class Shares:
    """What a sale gave to fund and training, what its member kept, and a loss, which is the fund's."""

    fund: int
    training: int
    kept: int
    loss: int
    of: int
    """The net amount that was shared, before costs."""

    @classmethod
    def anew(cls, net: int, cost: int) -> "Shares":
        fund, training, kept = largest_remainder(max(net - cost, 0), (10, 5, 85))
        return cls(fund=fund, training=training, kept=kept, loss=min(net - cost, 0), of=net)

    def less(self, cents: int) -> "Shares":
        """In proportion to what stands; beyond it, the fund loses."""
        stands = (self.fund, self.training, self.kept)
        taken = min(cents, sum(stands))
        fund, training, kept = largest_remainder(taken, stands)
        return Shares(
            fund=self.fund - fund,
            training=self.training - training,
            kept=self.kept - kept,
            loss=self.loss - (cents - taken),
            of=self.of - cents,
        )


@dataclass(kw_only=True)
class Sold:
    """An order, as the reference knows it."""

    order: Json
    lines: list[Line]
    stage: int = PLACED
    month: int = 0
    """The month of its delivery."""
    off: bool = False
    """Cancelled: nothing is earned, and all payments are owed back."""
    paid: int = 0
    in_cash: int = 0
    credited: int = 0
    written_off: int = 0
    fund_bears: bool = False
    cost: int = 0
    fund_cost: int = 0
    """Costs that the fund bears, because nothing was left that could."""
    shares: Shares | None = None
    credits: list[tuple[Json, list[tuple[int, int]]]] = field(default_factory=list)
    """Each credit that stands, with what it took of each line: net and VAT."""
    repayments: list[tuple[Json, int]] = field(default_factory=list)
    write_offs: list[tuple[Json, int]] = field(default_factory=list)
    claims: list[tuple[Json, int, bool]] = field(default_factory=list)
    """Each claim that is approved, its cents, and whether the fund bears it."""
    deposits: list[tuple[int, int]] = field(default_factory=list)
    """Net and VAT that deposits ask, less their credit notes, by line."""
    notes: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """What a credit took off the deposits, by its id."""
    invoiced: bool = False
    """Whether its supply is."""

    def __post_init__(self) -> None:
        self.deposits = [(0, 0)] * len(self.lines)

    @property
    def asked(self) -> int:
        """What its deposits ask."""
        return sum(net + vat for net, vat in self.deposits)

    @property
    def billed(self) -> list[tuple[int, int]]:
        """Net and VAT of its invoices less its credit notes, by line."""
        if self.off:
            return [(0, 0)] * len(self.lines)
        return [(line.net, line.vat) for line in self.lines] if self.invoiced else self.deposits

    def ask(self, cents: int) -> None:
        """A deposit more: all of them together are a part of what is left of the price."""
        shares = largest_remainder(self.asked + cents, [line.gross for line in self.lines])
        self.deposits = [line.part(share) for line, share in zip(self.lines, shares, strict=True)]

    def note(self, credit_id: str) -> None:
        """What deposits ask beyond what a credit left of a line is credited."""
        before = self.deposits
        if not self.invoiced:
            self.deposits = [
                (line.net, line.vat) if sum(asked) > line.gross else asked
                for line, asked in zip(self.lines, before, strict=True)
            ]
            self.notes[credit_id] = [
                (was[0] - now[0], was[1] - now[1]) for was, now in zip(before, self.deposits, strict=True)
            ]

    def bill(self) -> None:
        """What is due is invoiced; of a private person without an address only up to 100.00, or after a deposit."""
        left = sum(line.gross for line in self.lines)
        company = self.lines[0].company
        if self.off or self.invoiced:
            return
        if self.supplied:
            self.invoiced = bool(left or self.asked) and (company or self.asked > 0 or left <= 10_000)
        elif company and self.paid - self.owed > self.asked:
            self.ask(self.paid - self.owed - self.asked)

    @property
    def left(self) -> int:
        """What the customer is still expected to pay in all."""
        return 0 if self.off else sum(line.gross for line in self.lines) - self.written_off

    @property
    def owed(self) -> int:
        return max(self.paid - self.left, 0)

    @property
    def due(self) -> int:
        return max(self.left - self.paid, 0)

    @property
    def supplied(self) -> bool:
        return self.stage >= DELIVERED

    @property
    def lost(self) -> list[tuple[int, int]]:
        """Net and VAT of what was written off, by line."""
        shares = largest_remainder(self.written_off, [line.gross for line in self.lines])
        return [line.part(share) for line, share in zip(self.lines, shares, strict=True)]

    @property
    def lost_net(self) -> int:
        return sum(net for net, _ in self.lost)

    @property
    def charged(self) -> list[tuple[int, int]]:
        """Net and VAT of what is charged, by line: at supply all of it, before that what was paid."""
        expected = [(line.net - net, line.vat - vat) for line, (net, vat) in zip(self.lines, self.lost, strict=True)]
        if self.off:
            return []
        if self.supplied:
            return expected
        grosses = [net + vat for net, vat in expected]
        shares = largest_remainder(max(self.paid - self.owed, min(self.asked, sum(grosses))), grosses)
        return [line.part(share) for line, share in zip(self.lines, shares, strict=True)]

    @property
    def earned(self) -> int:
        """What its makers share, without VAT and before costs."""
        return sum(line.net for line in self.lines) - (0 if self.fund_bears else self.lost_net)

    @property
    def earns(self) -> bool:
        """Whether anything is left that its makers earn from."""
        return self.left + (self.written_off if self.fund_bears else 0) > 0 and not self.off

    def settle(self) -> None:
        """Shares what was supplied, if it is done and paid; what was taken off since comes off the shares."""
        self.shares = None if self.due else self.shares
        if self.shares is not None and self.earned <= self.shares.of:
            self.shares = self.shares.less(self.shares.of - self.earned)
            return
        done = self.stage == COMPLETED and not self.due and self.earns
        self.shares = Shares.anew(self.earned, self.cost) if done else None

    def books(self) -> dict[str, int]:
        """Its balances, but for those that depend on the year."""
        found: dict[str, int] = defaultdict(int)
        found["cash"] = -self.in_cash
        found["bank"] = -(self.paid - self.in_cash)
        found["customer_credit"] = self.owed
        found["receivable_customer"] = self.paid - self.owed - sum(net + vat for net, vat in self.charged)
        found["vat"] = sum(vat for _, vat in self.charged)
        net = sum(net for net, _ in self.charged)
        found["payable_member"] = self.cost + self.fund_cost
        found["cooperative_fund"] = -self.fund_cost
        if not self.supplied:
            found["advance"] = net
        if self.supplied and self.fund_bears:
            found["cooperative_fund"] -= self.lost_net
        if self.shares is not None:
            found["cooperative_fund"] += self.shares.fund + self.shares.loss
            found["training_pot"] = self.shares.training
        elif self.earns:
            found["to_share"] = (self.earned if self.supplied else 0) - self.cost
        else:
            found["cooperative_fund"] -= self.cost
        return found


class Together(Protocol):
    """What two cooperatives did together; they are named by their numbers."""

    def kept(self, place: int) -> list[tuple[int, int]]:
        """What members of a cooperative kept, by month."""

    def books(self, place: int) -> dict[str, int]:
        """The balances in the books of a cooperative, but for those that depend on the year."""


@dataclass
class Reference:
    """The expected books of a cooperative with one member: its sales, what it did together, the year by versions."""

    place: int = 0
    together: list[Together] = field(default_factory=list)
    """Shared with the other cooperative."""
    versions: list[Version] = field(default_factory=lambda: [Version(1, 100_000, 50)])
    sales: list[Sold] = field(default_factory=list)
    month: int = 1

    def expected(self) -> dict[str, int]:
        totals: dict[str, int] = defaultdict(int)
        kept: dict[tuple[int, int], int] = defaultdict(int)
        for sale in self.sales:
            if sale.shares is not None:
                kept[self._version_of(sale.month)] += sale.shares.kept
        for act in self.together:
            for month, cents in act.kept(self.place):
                kept[self._version_of(month)] += cents
        for books in (*(sale.books() for sale in self.sales), *(act.books(self.place) for act in self.together)):
            for kind, cents in books.items():
                totals[kind] += cents
        year = 0
        for (_, number), cents in sorted(kept.items()):
            rule = self.versions[number]
            owed = [max(0, at - rule.threshold) * rule.percent // 100 for at in (year, year + cents)]
            totals["payable_municipality"] += owed[1] - owed[0]
            totals["pot"] += cents - (owed[1] - owed[0])
            year += cents
        # What a pot cannot pay is its member's debt.
        totals["receivable_member"] = min(totals["pot"], 0)
        totals["pot"] = max(totals["pot"], 0)
        return {kind: cents for kind, cents in totals.items() if cents}

    def _version_of(self, month: int) -> tuple[int, int]:
        """A month, and the version that holds then."""
        return month, max(n for n, version in enumerate(self.versions) if version.since <= month)
