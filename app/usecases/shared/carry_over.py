"""Carries the books of earlier versions over to the chart of today, one cooperative in each transaction.

Nothing that is booked is changed. Each old journal gets a `classification`: its result lines, and its VAT by box. What
orders were charged and what costs are owed by now is booked as it would have been at the time.

It runs once for each cooperative, which `books_to_carry_over` names until it is done.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from app.db import ledger
from app.db.books.carry_over import add_credit_lines, name_accounts, sale_in_force, stored_costs
from app.db.earning.agreements import get_agreement
from app.db.earning.costs import claims
from app.db.earning.earnings import earnings, locked_year, save_year
from app.db.engine import Tx, uuid7
from app.db.selling.assignments import assignments
from app.db.selling.credits import credits as credit_store
from app.db.selling.orders import orders
from app.db.selling.payments import payments
from app.db.store import one_of
from app.domain.chart import RGS, VatBox, box_of, result_lines, vat_facts
from app.domain.days import day_of
from app.domain.earning.costs import ClaimState, CostBearer, CostClaim, cost_legs
from app.domain.earning.earnings import Earning, EarningState
from app.domain.earning.refunds import LOSS
from app.domain.ledger import AccountKind, Journal, JournalKind, Leg, Posting, ResultLine, why
from app.domain.money import share_out
from app.domain.selling.charged import (
    Group,
    Standing,
    about,
    charge_legs,
    groups_of,
    revenue_lines,
    standing,
)
from app.domain.selling.credits import Credit
from app.domain.selling.order_lines import OrderLine
from app.domain.selling.orders import CALLED_OFF, SUPPLIED, Order
from app.usecases.shared.suppliers import with_accounts

OF_A_SALE = (JournalKind.SALE, JournalKind.SALE_REVERSAL, JournalKind.SALE_REFUND)
BATCH = 500


async def carry_over(tx: Tx, cooperative_id: UUID) -> None:
    """Carries over the books of a cooperative, in a role that writes all books."""
    found = await orders.all(tx, cooperative_id=cooperative_id)
    refunds = await credit_store.all(tx, cooperative_id=cooperative_id)
    sales = {order.id: _Sale(order) for order in found}
    sales |= {refund.id: sales[refund.order_id] for refund in refunds}
    done = await ledger.sources_of(tx, cooperative_id, JournalKind.CLASSIFICATION)
    after: UUID | None = None
    while journals := await ledger.all_journals(tx, cooperative_id, after, BATCH):
        after = journals[-1].id
        for journal in journals:
            if journal.kind is not JournalKind.CLASSIFICATION and not journal.results and journal.id not in done:
                await _classify(tx, journal, sales.get(journal.source_id))
    for order in found:
        await _Behind(tx, order, [refund for refund in refunds if refund.order_id == order.id]).catch_up()
    for kind, code in RGS.items():
        await name_accounts(tx, cooperative_id, kind, code)


@dataclass
class _Sale:
    """What an old sale holds of revenue and VAT, by group; its refunds take from it."""

    order: Order
    left: list[Group] = field(default_factory=list)

    def moved(self, kind: JournalKind, gross_cents: int, vat_cents: int) -> list[Group]:
        """The groups that a journal moved; those of a reversal and of a refund are below zero."""
        if kind is JournalKind.SALE:
            self.left = list(groups_of(self.order))
            return self.left
        vats = [group.vat_cents for group in self.left]
        nets = [group.net_cents for group in self.left]
        if kind is JournalKind.SALE_REFUND:
            vats = share_out(vat_cents, vats) if vat_cents else [0] * len(vats)
            nets = share_out(gross_cents - vat_cents, nets) if gross_cents > vat_cents else [0] * len(nets)
        back = [
            replace(group, net_cents=-net, vat_cents=-vat)
            for group, net, vat in zip(self.left, nets, vats, strict=True)
        ]
        self.left = [
            replace(group, net_cents=group.net_cents + less.net_cents, vat_cents=group.vat_cents + less.vat_cents)
            for group, less in zip(self.left, back, strict=True)
        ]
        return back


async def _classify(tx: Tx, journal: Journal, sale: _Sale | None) -> None:
    """The result lines of an old journal, and its VAT by box."""
    legs = await ledger.legs_of(tx, journal)
    day = journal.effective_on
    own = sum(leg.cents for leg in legs if leg.kind is AccountKind.VAT and why(leg) != "vat_charged")
    moved: list[Group] = []
    if sale is not None and journal.kind in OF_A_SALE:
        debt = sum(leg.cents for leg in legs if why(leg) in ("customer", "charged"))
        moved = sale.moved(journal.kind, abs(debt), abs(own))
    boxes = [_in_box(group, day) for group in moved]
    boxes += [_input_box(leg, day) for leg in legs if leg.kind is AccountKind.VAT and why(leg) == "vat_charged"]
    if journal.kind is JournalKind.OPENING:
        boxes.append(Leg(kind=AccountKind.VAT_RETURN, cents=own, rule="classified", facts={}))
    old = Leg(kind=AccountKind.VAT, cents=-sum(leg.cents for leg in boxes), rule="classified", facts={})
    results = result_lines(legs, [ResultLine(group.category, group.net_cents) for group in moved])
    posted = tuple(leg for leg in (*boxes, old) if leg.cents)
    if posted or results:
        await _post(
            tx, journal.cooperative_id, JournalKind.CLASSIFICATION, ("journal", journal.id), day, posted, results
        )


def _in_box(group: Group, day: date) -> Leg:
    box = box_of(group.basis_points) or VatBox.STANDARD
    facts = vat_facts(box, group.basis_points, group.net_cents, day)
    return Leg(kind=AccountKind.VAT, cents=group.vat_cents, rule="classified", facts=facts, party=box.value)


def _input_box(leg: Leg, day: date) -> Leg:
    net = int(leg.facts.get("net", 0))
    facts = vat_facts(VatBox.INPUT, None, net, day) | {"title": leg.facts.get("title", "")}
    return Leg(kind=AccountKind.VAT, cents=leg.cents, rule="classified", facts=facts, party=VatBox.INPUT.value)


@dataclass
class _Behind:
    """An order whose charge and costs are not booked as they are today."""

    tx: Tx
    order: Order
    refunds: list[Credit]

    async def catch_up(self) -> None:
        """Books its charge and its costs, and says by line what was credited."""
        tx, order = self.tx, self.order
        earned = await earnings.all(tx, order_id=order.id)
        if self.refunds and not any(line.credited_net_cents for line in order.lines):
            order = await self._credited(earned)
            order = await self._still_sold(order)
        if not order.settled and order.buyer_id is None and not order.charge_parts:
            order = await self._charged(order)
        owed = await self._costs(order, earned)
        for earning in earned:
            await self._without_costs(order, earning, owed)
        await self._job_costs(order)

    async def _credited(self, earned: Sequence[Earning]) -> Order:
        """The order with what its old refunds took off each line: of a member's lines as their earnings gave it up."""
        order, refunded = self.order, {earning.member_id: 0 for earning in earned}
        for earning in earned:
            refunded[earning.member_id] += earning.refunded_cents
        net = sum(refund.net_cents for refund in self.refunds)
        by_member: dict[UUID | None, list[OrderLine]] = {}
        for line in order.lines:
            by_member.setdefault(line.member_id, []).append(line)
        nets: dict[UUID, int] = {}
        rest = net - sum(refunded[member] for member in by_member if member in refunded)
        for member, lines in by_member.items():
            total = refunded.get(member, 0) if member is not None else rest
            if net == order.net_cents:
                # Work that was delivered after all of it had been refunded has no earnings.
                total = sum(line.net_cents for line in lines)
            shares = share_out(total, [line.net_cents for line in lines]) if total else [0] * len(lines)
            nets |= {line.id: share for line, share in zip(lines, shares, strict=True)}
        vat = sum(refund.vat_cents for refund in self.refunds)
        weights = [line.vat_cents for line in order.lines]
        vats = dict(zip(nets, share_out(vat, weights) if vat else [0] * len(weights), strict=True))
        await self._fill(nets, vats)
        return await orders.get(self.tx, order.id)

    async def _still_sold(self, order: Order) -> Order:
        """Refunds in parts that came to the whole price did not reverse the sale: it is in force, without shares."""
        if not order.sale_parts or not order.sale_reversed:
            return order
        if not await sale_in_force(self.tx, order.id, order.sale_parts):
            return order
        return await orders.save(self.tx, replace(order, sale_reversed=False))

    async def _fill(self, nets: dict[UUID, int], vats: dict[UUID, int]) -> None:
        """Shares these totals over the refunds, oldest first; the last one has what is left of them."""
        rows = []
        for refund in self.refunds:
            last = refund is self.refunds[-1]
            net = nets if last else _part(nets, refund.net_cents)
            vat = vats if last else _part(vats, refund.vat_cents)
            rows += [(refund.id, line_id, refund.order_id, net[line_id], vat[line_id]) for line_id in nets]
            nets = {line_id: nets[line_id] - net[line_id] for line_id in nets}
            vats = {line_id: vats[line_id] - vat[line_id] for line_id in vats}
        await add_credit_lines(self.tx, [row for row in rows if row[3] or row[4]])

    async def _charged(self, order: Order) -> Order:
        """Books what the order is charged by now, dated by its supply or by the last money that came before it."""
        now = standing(order)
        day = order.work_date if order.state in SUPPLIED else None
        if day is None:
            paid = [one.paid_on for one in await payments.all(self.tx, order_id=order.id) if one.reversed_on is None]
            day = max(paid, default=day_of(order.placed_at))
        legs = charge_legs(order, Standing(), now, day)
        if not legs:
            return order
        named = revenue_lines(Standing(), now)
        await _post(self.tx, order.cooperative_id, JournalKind.CHARGE, ("order", order.id), day, legs, named)
        return await orders.save(self.tx, replace(order, charge_parts=1))

    async def _costs(self, order: Order, earned: Sequence[Earning]) -> dict[UUID, int]:
        """Books approved costs that no sale holds. Returns what the fund bears now of each member's costs, because old
        refunds had taken it off them.
        """
        approved = await claims.all(self.tx, order_id=order.id, state=ClaimState.APPROVED)
        if not approved:
            return {}
        borne: dict[UUID, int] = {}
        held = Counter({leg.facts.get("claim"): leg.cents for e in earned for leg in e.legs if leg.rule == "cost"})
        gone = order.state in CALLED_OFF or (order.state in SUPPLIED and not order.price_left_cents)
        for claim in approved:
            if await ledger.parts_of(self.tx, "cost_claim", claim.id, JournalKind.COST):
                continue
            if order.settled:
                # A claim without a leg was given back whole, or is carried over already.
                whole = all(earning.net_left_cents == 0 for earning in earned)
                less = claim.cents - held[str(claim.id)]
                if less and (str(claim.id) in held or whole):
                    borne[claim.member_id] = borne.get(claim.member_id, 0) + less
                    await self._owe_again(order, replace(claim, cents=less))
                continue
            bearer = CostBearer.COOPERATIVE_FUND if gone else CostBearer.EARNING
            saved = await claims.save(self.tx, replace(claim, borne_by=bearer))
            day = day_of(claim.decided_at or order.placed_at)
            legs = cost_legs(saved, day)
            await _post(self.tx, order.cooperative_id, JournalKind.COST, ("cost_claim", claim.id), day, legs)
        return borne

    async def _owe_again(self, order: Order, claim: CostClaim) -> None:
        """The fund owes again the part of a cost that a refund had taken off; the municipality's part of it follows."""
        day = order.work_date or day_of(order.placed_at)
        sale = await ledger.journal_of(self.tx, "order", order.id, JournalKind.SALE, order.sale_parts)
        legs = cost_legs(replace(claim, borne_by=CostBearer.COOPERATIVE_FUND), day)
        if sale.agreement_id is not None:
            year = await one_of(self.tx, locked_year(order.cooperative_id, order.id, day.year))
            agreement = await get_agreement(self.tx, sale.agreement_id)
            legs = tuple(
                replace(leg, rule=LOSS, facts=leg.facts | {"net": 0})
                if leg.kind is AccountKind.COOPERATIVE_FUND
                else leg
                for leg in legs
            )
            legs += year.move_fund(agreement, day, -claim.cents)
            await save_year(self.tx, year)
        await _post(
            self.tx,
            order.cooperative_id,
            JournalKind.COST,
            ("cost_claim", claim.id),
            day,
            legs,
            agreement_id=sale.agreement_id,
        )

    async def _without_costs(self, order: Order, earning: Earning, borne: dict[UUID, int]) -> None:
        """The earning as it is kept today: its shares, without costs; what the fund bears of these is one of them."""
        legs = [leg for leg in earning.legs if leg.rule != "cost"]
        if fund := borne.get(earning.member_id, 0):
            facts = {"net": 0, "member": str(earning.credited_id)}
            legs.append(Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-fund, rule=LOSS, facts=facts))
        if earning.state is EarningState.REVERSED and not order.settled:
            legs = []
        if tuple(legs) != earning.legs:
            await earnings.save(self.tx, replace(earning, legs=tuple(legs)))

    async def _job_costs(self, order: Order) -> None:
        """What refunds had taken off the costs of a job is owed to its suppliers again, by the lead's fund."""
        if order.assignment_id is None or order.buyer_id is not None or not self.refunds:
            return
        if await ledger.parts_of(self.tx, "order", order.id, JournalKind.COST):
            return
        assignment = await assignments.get(self.tx, order.assignment_id)
        legs: list[Leg] = []
        for cost in await stored_costs(self.tx, assignment.id):
            if less := int(cost.get("refunded_cents", 0)):
                facts = {"title": assignment.title, "what": cost["title"], "supplier": cost["supplier"]}
                supplier = AccountKind.PAYABLE_SUPPLIER
                legs.append(Leg(kind=supplier, cents=less, rule="assignment_cost", facts=facts, party=cost["supplier"]))
        total = sum(leg.cents for leg in legs)
        if total:
            legs.append(Leg(kind=AccountKind.COOPERATIVE_FUND, cents=-total, rule="lead_bears", facts=about(order)))
            day = order.work_date or day_of(order.placed_at)
            await _post(self.tx, order.cooperative_id, JournalKind.COST, ("order", order.id), day, legs)


def _part(totals: dict[UUID, int], cents: int) -> dict[UUID, int]:
    shares = share_out(cents, list(totals.values())) if cents else [0] * len(totals)
    return dict(zip(totals, shares, strict=True))


async def _post(
    tx: Tx,
    cooperative_id: UUID,
    kind: JournalKind,
    source: tuple[str, UUID],
    day: date,
    legs: Sequence[Leg],
    named: Sequence[ResultLine] = (),
    *,
    agreement_id: UUID | None = None,
) -> None:
    await ledger.post(
        tx,
        Posting(
            id=uuid7(),
            cooperative_id=cooperative_id,
            kind=kind,
            source_type=source[0],
            source_id=source[1],
            part=1,
            effective_on=day,
            legs=await with_accounts(tx, cooperative_id, [leg for leg in legs if leg.cents]),
            named=tuple(named),
            agreement_id=agreement_id,
        ),
    )
