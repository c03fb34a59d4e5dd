"""What an approved bill books: who is owed what, who pays it, and the VAT that it deducts or owes itself."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from app.domain.books.bills import SELF_ASSESSED, Bill, LineVat, PayerKind, VatTreatment
from app.domain.buying.spending import Request
from app.domain.chart import VatBox, vat_facts
from app.domain.creditors import CreditorAccount
from app.domain.errors import NumberOutOfRange
from app.domain.ledger import AccountKind, Leg, ResultLine

OWED_IN = {
    VatTreatment.REVERSE_CHARGED: VatBox.REVERSE_CHARGED,
    VatTreatment.EU: VatBox.EU,
    VatTreatment.OUTSIDE_EU: VatBox.OUTSIDE_EU,
}
"""The box of the VAT that the cooperative owes itself."""
EQUITY = {
    PayerKind.FUND: AccountKind.COOPERATIVE_FUND,
    PayerKind.TRAINING_POT: AccountKind.TRAINING_POT,
    PayerKind.RESTRICTED_FUND: AccountKind.RESTRICTED_FUND,
}


def cost_of(lines: Sequence[LineVat]) -> int:
    """What its payer pays, in cents."""
    return sum(line.cost_cents for line in lines)


def bill_legs(bill: Bill, lines: Sequence[LineVat], account: CreditorAccount) -> tuple[Leg, ...]:
    """The legs of a bill without those of its payer."""
    facts = _facts(bill)
    owed = Leg(
        kind=account.kind,
        cents=bill.cents,
        rule="bill",
        facts=facts,
        member_id=account.member_id,
        party=account.party,
    )
    return tuple(leg for leg in (owed, *_vat_legs(bill, lines, facts)) if leg.cents)


def _vat_legs(bill: Bill, lines: Sequence[LineVat], facts: dict[str, Any]) -> list[Leg]:
    """The VAT by box and rate, on the day of the bill."""
    legs = []
    for rate in sorted({line.line.basis_points for line in lines}):
        of_rate = [line for line in lines if line.line.basis_points == rate]
        base = sum(line.line.net_cents for line in of_rate)
        moved = [(VatBox.INPUT, -sum(line.deducted_cents for line in of_rate))]
        if bill.vat_treatment in SELF_ASSESSED:
            moved.append((OWED_IN[bill.vat_treatment], sum(line.vat_cents for line in of_rate)))
        for box, cents in moved:
            about = facts | vat_facts(box, rate, base, bill.billed_on)
            legs.append(Leg(kind=AccountKind.VAT, cents=cents, rule="bill", facts=about, party=box.value))
    return legs


def equity_leg(bill: Bill, lines: Sequence[LineVat]) -> Leg:
    """What a fund or the training pot pays."""
    payer = bill.payer
    return Leg(
        kind=EQUITY[payer.kind],
        cents=-cost_of(lines),
        rule="bill",
        facts=_facts(bill) | ({"purpose": payer.purpose} if payer.purpose else {}),
        party=str(payer.id) if payer.id else None,
    )


def cost_lines(lines: Sequence[LineVat]) -> tuple[ResultLine, ...]:
    """The costs by category, of a bill that equity pays."""
    totals: Counter[str] = Counter()
    for line in lines:
        totals[f"cost/{line.line.category}"] -= line.cost_cents
    return tuple(ResultLine(category, cents) for category, cents in sorted(totals.items()) if cents)


def purchase_legs(request: Request, lines: Sequence[LineVat]) -> tuple[Leg, ...]:
    """What a member's purchase reserved pays; the rest returns to the pot. Raises NumberOutOfRange if it costs more."""
    cost = cost_of(lines)
    if cost > request.cents:
        raise NumberOutOfRange(field="lines", low_cents=0, high_cents=request.cents, how="amount")
    facts: dict[str, Any] = {"purpose": request.purpose, "title": request.title}
    legs = (
        Leg(
            kind=AccountKind.RESERVED,
            cents=-request.cents,
            rule="spend",
            facts=facts | {"supplier": request.supplier},
            member_id=request.member_id,
        ),
        Leg(
            kind=AccountKind.POT,
            cents=request.cents - cost,
            rule="spend_back",
            facts=facts,
            member_id=request.member_id,
        ),
    )
    return tuple(leg for leg in legs if leg.cents)


def _facts(bill: Bill) -> dict[str, Any]:
    """Without names: what is booked is never forgotten."""
    return {"number": bill.number, "bill": str(bill.id)}
