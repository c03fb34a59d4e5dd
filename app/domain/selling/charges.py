"""The money of an assignment: its costs, and what the partners charge the lead for their members' parts."""

from collections.abc import Mapping, Sequence
from datetime import date

from app.domain.chart import VatBox, vat_facts
from app.domain.ledger import AccountKind, Leg
from app.domain.money import half_up
from app.domain.selling.assignments import Assignment, JobCost
from app.domain.selling.charged import Standing, about, to_share_leg
from app.domain.selling.orders import Order
from app.domain.vat import VatClass


def reclaims_vat(order: Order) -> bool:
    """Whether the VAT on partners' charges is reclaimed: not against a sale without VAT. Wet OB 1968 art. 15, 25."""
    return all(line.vat_class is not VatClass.EXEMPT for line in order.lines)


def job_legs(assignment: Assignment, order: Order, charges: Sequence[Order], day: date) -> tuple[Leg, ...]:
    """The debts of the lead for a job beside its own members' earnings: its costs, and the partners' charges.

    The lead reclaims the partners' VAT. If it cannot, because a partner left the small-business scheme meanwhile, the
    lead's fund pays it. All of it but that VAT is taken from what the lead has to share. The parts are those of the
    price that was agreed: if other VAT at supply left another net price, the lead's fund bears the difference.
    """
    changed = order.net_cents - assignment.net_cents
    legs: list[Leg] = [Leg(kind=AccountKind.COOPERATIVE_FUND, cents=changed, rule="lead_bears", facts=about(order))]
    for cost in assignment.costs:
        legs += _cost_legs(assignment.title, cost, day)
    for charge in charges:
        legs += charge_legs(assignment, charge, charge.net_cents, charge.vat_cents, day, reclaims_vat(order))
        legs += reverse_charge_legs(assignment, {}, reversed_vat(charge), day, reclaims_vat(order))
    taken = sum(leg.cents for leg in legs)
    return tuple(leg for leg in (*legs, to_share_leg(order.id, -taken, "job_costs")) if leg.cents)


def charge_legs(
    assignment: Assignment, charge: Order, net_cents: int, vat_cents: int, day: date, reclaimed: bool
) -> tuple[Leg, ...]:
    """The lead's debt to a partner for so much of its charge, and its VAT; both are negative if it is given back."""
    title = assignment.title
    facts = {"title": title, "reference": charge.reference, "order": str(charge.id)}
    rates = {line.vat_basis_points for line in charge.lines}
    tax = vat_facts(VatBox.INPUT, rates.pop() if len(rates) == 1 else None, net_cents, day)
    bearer = AccountKind.VAT if reclaimed else AccountKind.COOPERATIVE_FUND
    legs = (
        Leg(
            kind=AccountKind.PAYABLE_COOPERATIVE,
            cents=net_cents + vat_cents,
            rule="assignment_charge",
            facts=facts,
            party=str(charge.cooperative_id),
        ),
        Leg(
            kind=bearer,
            cents=-vat_cents,
            rule="vat_charged",
            facts=(tax if reclaimed else {}) | {"title": title},
            party=VatBox.INPUT.value if reclaimed else None,
        ),
    )
    return tuple(leg for leg in legs if leg.cents)


def reversed_vat(charge: Order) -> dict[int, tuple[int, int]]:
    """The VAT that a lead declares itself on what a partner charges, half up, and its base; by rate in basis points.

    Physical work on buildings and land for a contractor is reverse-charged (Uitvoeringsbesluit OB 1968 art. 24b).
    """
    bases: dict[int, int] = {}
    for line in charge.lines:
        if line.reversed_basis_points:
            bases[line.reversed_basis_points] = bases.get(line.reversed_basis_points, 0) + line.net_left_cents
    return {rate: (half_up(base, rate), base) for rate, base in bases.items()}


def reverse_charge_legs(
    assignment: Assignment,
    before: Mapping[int, tuple[int, int]],
    after: Mapping[int, tuple[int, int]],
    day: date,
    reclaimed: bool,
) -> tuple[Leg, ...]:
    """The change of the VAT that the lead declares on a partner's charge: it owes it (2a) and deducts it (5b).

    If it cannot deduct it, its fund pays it (Wet OB 1968 art. 12 lid 5, 15 and 25).
    """
    legs = []
    for rate in sorted({*before, *after}):
        (vat, base), (vat_before, base_before) = after.get(rate, (0, 0)), before.get(rate, (0, 0))
        cents, reason = vat - vat_before, {"title": assignment.title, "because": "reversed"}
        owed = vat_facts(VatBox.REVERSE_CHARGED, rate, base - base_before, day) | reason
        legs.append(_vat_leg(VatBox.REVERSE_CHARGED, cents, owed))
        if reclaimed:
            deducted = vat_facts(VatBox.INPUT, rate, base - base_before, day) | reason
            legs.append(_vat_leg(VatBox.INPUT, -cents, deducted))
        else:
            legs.append(Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-cents, rule="vat_charged", facts=reason))
    return tuple(leg for leg in legs if leg.cents)


def _vat_leg(box: VatBox, cents: int, facts: dict[str, object]) -> Leg:
    return Leg(kind=AccountKind.VAT, cents=cents, rule="vat_charged", facts=facts, party=box.value)


def vat_change(before: Standing, after: Standing) -> int:
    """The change of the VAT of a charge, in cents, whether it is due now or with the money."""
    return _charged_vat(after) - _charged_vat(before)


def _charged_vat(has: Standing) -> int:
    return sum(vat for vat, _ in (*has.vat.values(), *has.later.values()))


def _cost_legs(title: str, cost: JobCost, day: date) -> list[Leg]:
    facts = {"title": title, "what": cost.title, "supplier": cost.supplier}
    tax = vat_facts(VatBox.INPUT, None, cost.net_cents, day)
    return [
        Leg(
            kind=AccountKind.PAYABLE_SUPPLIER,
            cents=cost.cents,
            rule="assignment_cost",
            facts=facts,
            party=cost.supplier,
        ),
        Leg(
            kind=AccountKind.VAT,
            cents=-cost.deducted_vat_cents,
            rule="assignment_cost",
            facts=facts | tax,
            party=VatBox.INPUT.value,
        ),
    ]
