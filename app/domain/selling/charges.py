"""The money of an assignment: the customer pays the lead, partners charge the lead, refunds go back through all."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.chart import box_of
from app.domain.ledger import AccountKind, Leg, ResultLine
from app.domain.money import share_out
from app.domain.selling.assignments import Assignment, JobCost
from app.domain.selling.orders import Order, OrderLine
from app.domain.vat import VatClass


@dataclass(frozen=True)
class GivenBack:
    """The parts of a refund, in the given order: VAT, each cost, each earning."""

    vat_cents: int
    costs: tuple[int, ...]
    nets: tuple[int, ...]


def revenue(order: Order) -> tuple[ResultLine, ...]:
    """The revenue of a sale without VAT, by what was sold and by its VAT."""
    nets: dict[str, int] = {}
    for line in order.lines:
        category = revenue_of(line)
        nets[category] = nets.get(category, 0) + line.net_cents
    return tuple(ResultLine(category, cents) for category, cents in nets.items())


def revenue_of(line: OrderLine) -> str:
    """The category of the revenue of a line. What counts stock, and second-hand goods, are goods."""
    if line.purchase_cents is not None:
        return "revenue/goods/margin"
    sold = "goods" if line.counts_stock else "services"
    if line.vat_class is VatClass.EXEMPT:
        return f"revenue/{sold}/exempt"
    return f"revenue/{sold}/{box_of(line.vat_basis_points) or '1e'}"


def revenue_back(order: Order, net_before: int, net_after: int) -> tuple[ResultLine, ...]:
    """The revenue that goes when the net amounts refunded so far grow from `net_before` to `net_after`."""
    lines = revenue(order)
    weights = [line.cents for line in lines]
    shares = zip(lines, share_out(net_after, weights), share_out(net_before, weights), strict=True)
    return tuple(ResultLine(line.category, before - after) for line, after, before in shares)


def reclaims_vat(order: Order) -> bool:
    """Whether the VAT on partners' charges is reclaimed: not against a sale without VAT. Wet OB 1968 art. 15, 25."""
    return all(line.vat_class is not VatClass.EXEMPT for line in order.lines)


def job_legs(assignment: Assignment, charges: Sequence[Order], reclaimed: bool) -> tuple[Leg, ...]:
    """The lead's legs beside its own members': costs, and the partners' charges.

    The lead reclaims the partners' VAT. If it is not `reclaimed`, because a partner left the small-business scheme
    meanwhile, the lead's fund pays it.
    """
    title = assignment.title
    legs = [_cost_leg(cost, cost.cents, "assignment_cost", title) for cost in assignment.costs]
    for charge in charges:
        legs += _charge_legs(charge, charge.net_cents, charge.vat_cents, "assignment_charge", title, reclaimed)
    return tuple(leg for leg in legs if leg.cents)


def _cost_leg(cost: JobCost, cents: int, rule: str, title: str) -> Leg:
    facts = {"title": title, "what": cost.title, "supplier": cost.supplier, "of": "assignment_cost"}
    return Leg(kind=AccountKind.PAYABLE_SUPPLIER, cents=cents, rule=rule, facts=facts, party=cost.supplier)


def _charge_legs(charge: Order, net: int, vat: int, rule: str, title: str, reclaimed: bool) -> list[Leg]:
    facts = {"title": title, "reference": charge.reference, "of": "assignment_charge"}
    vat_rule = "vat_charged" if rule == "assignment_charge" else rule
    bearer = AccountKind.VAT if reclaimed else AccountKind.COOPERATIVE_FUND
    return [
        Leg(
            kind=AccountKind.PAYABLE_COOPERATIVE,
            cents=net + vat,
            rule=rule,
            facts=facts,
            party=str(charge.cooperative_id),
        ),
        Leg(kind=bearer, cents=-vat, rule=vat_rule, facts={"net": net, "title": title, "of": "vat_charged"}),
    ]


def customer_leg(order: Order) -> Leg:
    """The leg of the debtor of a sale: the customer, or the cooperative that is charged."""
    if order.buyer_id is None:
        return Leg(
            kind=AccountKind.RECEIVABLE_CUSTOMER,
            cents=-order.gross_cents,
            rule="customer",
            facts={"gross": order.gross_cents},
        )
    facts = {"title": order.note, "reference": order.reference, "of": "charged"}
    return Leg(
        kind=AccountKind.RECEIVABLE_COOPERATIVE,
        cents=-order.gross_cents,
        rule="charged",
        facts=facts,
        party=str(order.buyer_id),
    )


def customer_back_leg(order: Order, cents: int) -> Leg:
    """The same leg for `cents` less."""
    owed = customer_leg(order)
    return Leg(kind=owed.kind, cents=cents, rule="refund", facts=owed.facts | {"of": "customer"}, party=owed.party)


def give_back(cents: int, vat_left: int, costs: Sequence[JobCost], nets_left: Sequence[int]) -> GivenBack:
    """Shares a refund over what is left of VAT, costs and every part, of all cooperatives; the last refund ends at
    zero.
    """
    shares = share_out(cents, [vat_left, *(cost.left_cents for cost in costs), *nets_left])
    first = 1 + len(costs)
    return GivenBack(shares[0], tuple(shares[1:first]), tuple(shares[first:]))


def charge_back(net: int, net_left: int, vat_left: int) -> int:
    """The VAT for `net` of a charge with `net_left` and `vat_left` remaining; half up; the last part takes the rest."""
    return (2 * vat_left * net + net_left) // (2 * net_left) if net_left else 0


def back_legs(
    assignment: Assignment, given: GivenBack, charges: Sequence[tuple[Order, int, int]], reclaimed: bool
) -> tuple[Leg, ...]:
    """The lead's legs of a refund beside its members': charges are (order, net, VAT) that go back to each partner."""
    title = assignment.title
    back = zip(assignment.costs, given.costs, strict=True)
    legs = [_cost_leg(cost, -cents, "refund", title) for cost, cents in back]
    for charge, net, vat in charges:
        legs += _charge_legs(charge, -net, -vat, "refund", title, reclaimed)
    return tuple(leg for leg in legs if leg.cents)
