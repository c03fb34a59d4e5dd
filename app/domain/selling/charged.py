"""What an order has in the books: charged so far, paid, advanced and still to be shared.

All of it follows from the order. An act books the difference between the order before it and after it, so whatever
happens, in whatever order, ends at the same balances.

VAT is charged at the first of invoice, supply and, for money that came before, receipt (Wet OB 1968 art. 13). Under the
cash method, and of what is unpaid a year after it was due, VAT of a supply is on the account `later` until its
money comes in (art. 26 and 29 lid 2).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from app.domain.chart import VatBox, box_of, vat_facts
from app.domain.ledger import AccountKind, Leg, ResultLine
from app.domain.money import proportion, share_out
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, Order
from app.domain.vat import VatClass

VatByBox = Mapping[tuple[VatBox, int], tuple[int, int]]
"""VAT and its base in cents, by box and rate."""


@dataclass(frozen=True)
class Group:
    """The lines of an order with the same revenue and rate, in cents without and of VAT, less what was credited."""

    category: str
    basis_points: int
    net_cents: int
    vat_cents: int

    @property
    def gross_cents(self) -> int:
        return self.net_cents + self.vat_cents

    def part(self, gross_cents: int) -> "Group":
        """The part of the group that costs `gross_cents` with VAT: its VAT is that proportion, rounded half up."""
        vat = proportion(self.vat_cents, gross_cents, self.gross_cents)
        return Group(self.category, self.basis_points, gross_cents - vat, vat)

    def less(self, other: "Group") -> "Group":
        """The rest of it, without a part."""
        return Group(
            self.category, self.basis_points, self.net_cents - other.net_cents, self.vat_cents - other.vat_cents
        )


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The balances that an order has, in cents, credits positive; VAT with its base, by box and rate."""

    receivable_cents: int = 0
    credit_cents: int = 0
    """What the customer paid beyond the price, and gets back."""
    advance_cents: int = 0
    """What was paid before supply, without its VAT."""
    to_share_cents: int = 0
    """What was supplied, without VAT; costs and sales take it off."""
    fund_cents: int = 0
    """What the fund bears of an amount that was written off; zero or less."""
    vat: VatByBox = field(default_factory=dict)
    later: VatByBox = field(default_factory=dict)
    """The same that is due with the money, by the box that it goes to."""
    results: Mapping[str, int] = field(default_factory=dict)
    """Revenue, and bad debts, by category."""


def revenue_of(line: OrderLine) -> str:
    """The category of the revenue of a line."""
    if line.purchase_cents is not None:
        return "revenue/goods/margin"
    sold = "goods" if line.goods else "services"
    if line.vat_class is VatClass.EXEMPT:
        return f"revenue/{sold}/exempt"
    if line.vat_class is VatClass.INTRA_EU:
        return f"revenue/{sold}/3b"
    return f"revenue/{sold}/{box_of(line.vat_basis_points) or '1e'}"


def groups_of(order: Order) -> tuple[Group, ...]:
    """The rest of the price of an order, by revenue and rate."""
    sums: dict[tuple[str, int], tuple[int, int]] = {}
    for line in order.lines:
        key = revenue_of(line), line.vat_basis_points
        net, vat = sums.get(key, (0, 0))
        sums[key] = net + line.net_left_cents, vat + line.vat_left_cents
    return tuple(Group(*key, *amounts) for key, amounts in sums.items())


def shared_over(groups: Sequence[Group], gross_cents: int) -> tuple[Group, ...]:
    """The part of each group if `gross_cents` are taken of all of them, by largest remainder over their prices."""
    weights = [group.gross_cents for group in groups]
    if not gross_cents or not any(weights):
        return ()
    return tuple(group.part(cents) for group, cents in zip(groups, share_out(gross_cents, weights), strict=True))


def standing(order: Order) -> Standing:
    """The balances that an order has in the books, as it is. A partner's charge is paid by netting, beside these."""
    groups = groups_of(order)
    lost = shared_over(groups, order.written_off_cents)
    supplied = order.state in SUPPLIED
    expected = tuple(group.less(part) for group, part in zip(groups, lost, strict=True)) if lost else groups
    if order.state in CALLED_OFF:
        charged: tuple[Group, ...] = ()
    elif supplied:
        charged = expected
    else:
        asked = min(order.deposit_cents, sum(group.gross_cents for group in expected))
        charged = shared_over(expected, max(order.paid_cents - order.owed_back_cents, asked))
    owed = 0 if order.buyer_id is not None else order.owed_back_cents
    applied = 0 if order.buyer_id is not None else order.paid_cents - owed
    due, later = _by_money(order, charged)
    net = sum(group.net_cents for group in charged)
    lost_net = sum(part.net_cents for part in lost) if supplied else 0
    borne = lost_net if order.fund_bears else 0
    return Standing(
        receivable_cents=applied - sum(group.gross_cents for group in charged),
        credit_cents=owed,
        advance_cents=0 if supplied else net,
        to_share_cents=net + borne if supplied else 0,
        fund_cents=-borne,
        vat=_vat(due),
        later=_vat(later),
        results=_results(groups, lost_net) if supplied else {},
    )


def follows_money(order: Order) -> bool:
    """Whether what is charged follows the money that came: before supply, and if VAT is due with it."""
    return order.vat_with_money or order.state not in SUPPLIED


def _by_money(order: Order, charged: Sequence[Group]) -> tuple[Sequence[Group], Sequence[Group]]:
    """The parts of what is charged whose VAT is due now, and those whose VAT is due with the money still to come."""
    if not order.vat_with_money:
        return charged, ()
    came = shared_over(charged, order.paid_cents - order.owed_back_cents)
    if not came:
        return (), charged
    return came, tuple(group.less(part) for group, part in zip(charged, came, strict=True))


def net_by_member(order: Order) -> dict[UUID, int]:
    """The rest for each maker, without VAT and before costs; together they bear what was written off."""
    nets: dict[UUID, int] = {}
    for line in order.lines:
        if line.member_id is not None:
            nets[line.member_id] = nets.get(line.member_id, 0) + line.net_left_cents
    lost = sum(part.net_cents for part in shared_over(groups_of(order), order.written_off_cents))
    if not lost or order.fund_bears or not any(nets.values()):
        return nets
    shares = share_out(lost, list(nets.values()))
    return {member_id: net - share for (member_id, net), share in zip(nets.items(), shares, strict=True)}


def _vat(groups: Sequence[Group]) -> VatByBox:
    sums: dict[tuple[VatBox, int], tuple[int, int]] = {}
    for group in groups:
        box = box_of(group.basis_points)
        if box is not None:
            vat, base = sums.get((box, group.basis_points), (0, 0))
            sums[box, group.basis_points] = vat + group.vat_cents, base + group.net_cents
    return sums


def _results(groups: Sequence[Group], lost_net: int) -> dict[str, int]:
    revenue: dict[str, int] = {}
    for group in groups:
        revenue[group.category] = revenue.get(group.category, 0) + group.net_cents
    return revenue | ({"cost/bad_debt": -lost_net} if lost_net else {})


def charge_legs(order: Order, before: Standing, after: Standing, tax_day: date) -> tuple[Leg, ...]:
    """The change of VAT, of what was paid in advance, of what is to be shared and of what the fund bears.

    Its counterpart is what the customer owes: of a partner's charge, the cooperative that buys.
    """
    facts = about(order)
    legs = [
        *_vat_legs(before, after, tax_day),
        Leg(kind=AccountKind.ADVANCE, cents=after.advance_cents - before.advance_cents, rule="advance", facts=facts),
        to_share_leg(order.id, after.to_share_cents - before.to_share_cents, "supplied"),
        Leg(
            kind=AccountKind.COOPERATIVE_FUND,
            cents=after.fund_cents - before.fund_cents,
            rule="written_off",
            facts=facts,
        ),
    ]
    legs.append(debtor_leg(order, -sum(leg.cents for leg in legs), eu_facts(order, before, after, tax_day)))
    return tuple(leg for leg in legs if leg.cents)


def credit_legs(order: Order, before: Standing, after: Standing, rule: str) -> tuple[Leg, ...]:
    """The change of what the customer paid beyond the price: it moves between their debt and their credit."""
    cents = after.credit_cents - before.credit_cents
    facts = about(order)
    if not cents:
        return ()
    return (
        Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=-cents, rule=rule, facts=facts),
        Leg(kind=AccountKind.CUSTOMER_CREDIT, cents=cents, rule=rule, facts=facts, party=str(order.id)),
    )


def debtor_leg(order: Order, cents: int, more: dict[str, object]) -> Leg:
    """The leg of whoever owes the price: the customer, or the cooperative that is charged."""
    if order.buyer_id is None:
        facts = about(order) | {"gross": -cents} | _less(-cents) | more
        return Leg(kind=AccountKind.RECEIVABLE_CUSTOMER, cents=cents, rule="customer", facts=facts)
    return Leg(
        kind=AccountKind.RECEIVABLE_COOPERATIVE,
        cents=cents,
        rule="charged",
        facts=about(order) | {"title": order.note},
        party=str(order.buyer_id),
    )


def eu_facts(order: Order, before: Standing, after: Standing, tax_day: date) -> dict[str, object]:
    """The facts that the list of supplies to other member states needs, by the buyer's VAT id (Wet OB 1968 art. 37a).

    Empty if none were supplied or credited; `euGoods` and `euServices` in cents.
    """
    changed = {line.category: line.cents for line in revenue_lines(before, after)}
    goods, services = changed.get("revenue/goods/3b", 0), changed.get("revenue/services/3b", 0)
    if not goods and not services:
        return {}
    vat_id = order.contact.buyer.vat_id
    return {"vatId": vat_id, "euGoods": goods, "euServices": services, "taxDay": tax_day.isoformat()}


def to_share_leg(order_id: UUID, cents: int, rule: str) -> Leg:
    """A change of what was supplied and is not yet shared."""
    facts = {"order": str(order_id)} | (_less(cents) if rule == "supplied" else {})
    return Leg(kind=AccountKind.TO_SHARE, cents=cents, rule=rule, facts=facts)


def _less(cents: int) -> dict[str, object]:
    """The fact that an amount is less than before, which has a text of its own."""
    return {"because": "less"} if cents < 0 else {}


def about(order: Order) -> dict[str, object]:
    """The facts of each leg of an order."""
    return {"order": str(order.id), "reference": order.reference}


def _vat_legs(before: Standing, after: Standing, tax_day: date) -> list[Leg]:
    legs = []
    for box, rate, cents, base in _changes(before.vat, after.vat):
        facts = vat_facts(box, rate, base, tax_day) | _less(cents)
        legs.append(Leg(kind=AccountKind.VAT, cents=cents, rule="vat", facts=facts, party=box.value))
    for box, rate, cents, base in _changes(before.later, after.later):
        facts = vat_facts(VatBox.LATER, rate, base, tax_day) | {"to": box.value, "because": "later"}
        legs.append(Leg(kind=AccountKind.VAT, cents=cents, rule="vat", facts=facts, party=VatBox.LATER.value))
    return legs


def _changes(before: VatByBox, after: VatByBox) -> Iterator[tuple[VatBox, int, int, int]]:
    """Box, rate, VAT and base of what changes."""
    for box, rate in sorted({*before, *after}):
        vat, base = after.get((box, rate), (0, 0))
        vat_before, base_before = before.get((box, rate), (0, 0))
        yield box, rate, vat - vat_before, base - base_before


def revenue_lines(before: Standing, after: Standing) -> tuple[ResultLine, ...]:
    """The change of revenue and of bad debts, by category; what did not change is left out."""
    changes = {
        category: after.results.get(category, 0) - before.results.get(category, 0)
        for category in sorted({*before.results, *after.results})
    }
    return tuple(ResultLine(category, cents) for category, cents in changes.items() if cents)
