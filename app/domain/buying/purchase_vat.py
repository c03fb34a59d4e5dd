"""VAT of a joint purchase: the lead deducts that of the bill, and charges its partners at cost, with VAT.

Wet OB 1968 art. 15: what is bought for taxed work. Two cooperatives of one legal entity charge each other no VAT.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.buying.joint_purchases import JointPurchase
from app.domain.buying.purchase_bill import Bill
from app.domain.chart import VatBox, box_of, vat_facts
from app.domain.ledger import AccountKind, Leg, ResultLine
from app.domain.money import half_up


@dataclass(frozen=True)
class RateVat:
    """VAT at one rate, in cents: `vat` on `base`."""

    basis_points: int
    base: int
    vat: int

    @classmethod
    def on(cls, basis_points: int, base: int) -> "RateVat":
        """The VAT on an amount, half up."""
        return cls(basis_points, base, half_up(base, basis_points))

    def credited(self) -> "RateVat":
        """The same, back."""
        return RateVat(self.basis_points, -self.base, -self.vat)


PartnerVat = Mapping[UUID, Sequence[RateVat]]
"""By partner, the VAT that the lead charges it."""


def of_bill(found: Bill) -> list[RateVat]:
    """The VAT of the supplier's bill, by rate."""
    return [RateVat(rate.basis_points, rate.net_cents, rate.vat_cents) for rate in found.rates]


def vat_legs(
    purchase: JointPurchase, cooperative_id: UUID, billed: Sequence[RateVat], charged: PartnerVat, day: date
) -> tuple[Leg, ...]:
    """The VAT in one cooperative's books: the lead deducts that of the bill and owes what it charges (box 1a or 1b); a
    partner deducts what it was charged, unless it uses the small-business scheme (box 5b)."""
    mine = charged.get(cooperative_id, ())
    if cooperative_id == purchase.cooperative_id:
        owed = [vat for theirs in charged.values() for vat in theirs]
        return (*(_input(purchase, vat, day) for vat in billed if vat.vat), *_output(purchase, owed, day))
    deducts = not purchase.pays_vat(cooperative_id)
    return tuple(_input(purchase, vat, day) for vat in mine if deducts and vat.vat)


def vat_results(charged: PartnerVat) -> tuple[ResultLine, ...]:
    """The lead's result lines for what it charges its partners at cost: revenue by box, and as much cost."""
    lines: list[ResultLine] = []
    for vat in (vat for theirs in charged.values() for vat in theirs):
        box = box_of(vat.basis_points)
        if box is not None and vat.base:
            lines += [ResultLine(f"revenue/goods/{box}", vat.base), ResultLine("cost/materials", -vat.base)]
    return tuple(lines)


def _input(purchase: JointPurchase, vat: RateVat, day: date) -> Leg:
    return Leg(
        kind=AccountKind.VAT,
        cents=-vat.vat,
        rule="input_vat",
        facts=_facts(purchase, VatBox.INPUT, vat, day),
        party=VatBox.INPUT,
    )


def _output(purchase: JointPurchase, owed: Sequence[RateVat], day: date) -> list[Leg]:
    """A leg for each rate, of all partners together."""
    sums: dict[int, tuple[int, int]] = {}
    for vat in owed:
        base, cents = sums.get(vat.basis_points, (0, 0))
        sums[vat.basis_points] = (base + vat.base, cents + vat.vat)
    legs = []
    for rate, (base, cents) in sorted(sums.items()):
        box = box_of(rate)
        if box is not None and cents:
            facts = _facts(purchase, box, RateVat(rate, base, cents), day)
            legs.append(Leg(kind=AccountKind.VAT, cents=cents, rule="vat", facts=facts, party=box))
    return legs


def _facts(purchase: JointPurchase, box: VatBox, vat: RateVat, day: date) -> dict[str, Any]:
    return {"title": purchase.title, **vat_facts(box, vat.basis_points, vat.base, day)}
