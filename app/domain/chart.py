"""The chart: the code of each account, and the result lines that follow from the legs of a journal.

A journal has two layers. Its *legs* move accounts and sum to zero. Its *result lines* say what the books earned and
spent by it (a category and cents, credits positive) and sum to zero too: what goes to equity is the line `allotted`. So
the result of a year is the change of equity, and nothing is closed at its end.

The codes are those of the Dutch reference classification (Referentie Grootboekschema, RGS MKB 3.7).
If it names no account for something, the code is that of its group.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from app.domain.ledger import AccountKind, Leg, ResultLine, why

RGS = {
    AccountKind.BANK: "BLimBanRba",
    AccountKind.CASH: "BLimKasKas",
    AccountKind.IN_TRANSIT: "BLimKruSto",
    AccountKind.SUSPENSE: "BVorTusTon",
    AccountKind.RECEIVABLE_CUSTOMER: "BVorDebHad",
    AccountKind.RECEIVABLE_COOPERATIVE: "BVorDebHdi",
    AccountKind.RECEIVABLE_MEMBER: "BVorVlc",
    AccountKind.PAYABLE_SUPPLIER: "BSchCreHac",
    AccountKind.PAYABLE_COOPERATIVE: "BSchCreHci",
    AccountKind.PAYABLE_MUNICIPALITY: "BSchOpaNbi",
    AccountKind.CUSTOMER_CREDIT: "BSchOvsOvs",
    AccountKind.ADVANCE: "BSchVobVob",
    AccountKind.TO_SHARE: "BSchOpaOop",
    AccountKind.PAYABLE_MEMBER: "BSchSlc",
    AccountKind.POT: "BSchSlc",
    AccountKind.HELD: "BSchSlc",
    AccountKind.RESERVED: "BSchSlc",
    AccountKind.VAT: "BSchBepBtw",
    AccountKind.VAT_RETURN: "BSchBepBaf",
    AccountKind.COOPERATIVE_FUND: "BEivOvrAlr",
    AccountKind.TRAINING_POT: "BEivBerBer",
    AccountKind.RESTRICTED_FUND: "BEivBefBef",
    AccountKind.TIME: "-",
}
"""The code of each kind of account."""


class VatBox(StrEnum):
    """An account of VAT: the box of the Dutch return that it is added up in, or `later` until its money comes in."""

    STANDARD = "1a"
    REDUCED = "1b"
    REVERSE_CHARGED = "2a"
    OUTSIDE_EU = "4a"
    EU = "4b"
    INPUT = "5b"
    LATER = "later"


VAT_RGS = {
    VatBox.STANDARD: "BSchBepBla",
    VatBox.REDUCED: "BSchBepBlv",
    VatBox.REVERSE_CHARGED: "BSchBepBlw",
    VatBox.OUTSIDE_EU: "BSchBepBlu",
    VatBox.EU: "BSchBepBlb",
    VatBox.INPUT: "BSchBepBoo",
    VatBox.LATER: "BSchBepBtw",
}
"""The code of the account of each box."""

REVENUE = {
    "revenue/goods/1a": "WOmzNohOlh",
    "revenue/goods/1b": "WOmzNohOlg",
    "revenue/goods/1e": "WOmzNohOlv",
    "revenue/goods/3b": "WOmzNohOli",
    "revenue/goods/exempt": "WOmzNohNod",
    "revenue/goods/margin": "WOmzNohOmr",
    "revenue/services/1a": "WOmzNodOdh",
    "revenue/services/1b": "WOmzNodOdl",
    "revenue/services/1e": "WOmzNodOdg",
    "revenue/services/3b": "WOmzNodOdi",
    "revenue/services/exempt": "WOmzNodNod",
}
INCOME = {
    "income/grants": "WOvbSgbBso",
    "income/gifts": "WOvbBueDeg",
    "income/contributions": "WOvbSgbBvl",
    "income/interest": "WFbeRlmObr",
    "income/other": "WOvbOvoOvo",
}
COSTS = {
    "cost/materials": "WKprKvgKvg",
    "cost/subcontracted": "WKprKuwKuw",
    "cost/rent": "WBedHuiBeh",
    "cost/energy": "WBedHuiGwe",
    "cost/insurance": "WBedAssOva",
    "cost/training": "WBedOvpOpk",
    "cost/office": "WBedKanOka",
    "cost/travel": "WBedVkkRev",
    "cost/equipment": "WBedEemKai",
    "cost/bank": "WBedAdlBan",
    "cost/bad_debt": "WBedVkkAdd",
    "cost/other": "WBedAlkOal",
}
SHARES = {
    "members": "WLbeLbvLbv",
    "members/to_share": "WLbeLbvLbv",
    "municipality": "WBedAlkOal",
    "allotted/fund": "BEivOreRvh",
    "allotted/training": "BEivOreRvh",
    "allotted/restricted": "BEivOreRvh",
}
DIFFERENCES = {"difference/cash": "WBedAdlKav", "difference/payment": "WBedAdlBet", "difference/vat": "WBedAdlBet"}
CATEGORIES = REVENUE | INCOME | COSTS | SHARES | DIFFERENCES
"""The code of each category of a result line."""

ALLOTTED = {
    AccountKind.COOPERATIVE_FUND: "allotted/fund",
    AccountKind.TRAINING_POT: "allotted/training",
    AccountKind.RESTRICTED_FUND: "allotted/restricted",
}
"""The accounts that are equity. What the fund reserved is equity too; what a member reserved is a debt."""
HIGHEST_REDUCED = 900
"""The reduced rate in basis points; Wet op de omzetbelasting 1968 art. 9 lid 2."""
FROM_FUND = {
    "donation": "income/gifts",
    "fund_expense": "cost/other",
    "collective_purchase": "cost/other",
    "joint_purchase": "cost/other",
    "joint_purchase_left": "cost/other",
    "joint_purchase_risen": "cost/other",
    "joint_purchase_credit": "cost/other",
    "pot_settlement": "members",
    "count": "difference/cash",
    "debt_write_off": "cost/bad_debt",
}
"""By rule, why equity changes if no other leg says so: the category that gets the cents of the leg."""
EARNED = frozenset({"pot", "held", "release", "monthly_allowance", "allowance"})
"""Rules by which members earn; other rules only move what they are owed already."""
TO_OTHERS = {
    "share_of_surplus": "cost/other",
    "reserve_of_turnover": "cost/other",
    "parent_share": "income/other",
    "assignment_charge": "cost/subcontracted",
    "assignment_cost": "cost/other",
    "vat_charged": "cost/subcontracted",
}
"""By rule, what another party than a member gets or pays: the category that gets minus the cents of the leg."""


def rgs_of(leg: Leg) -> str:
    """The code of the account of a leg. VAT has one for each box; what the fund reserved is equity."""
    if leg.kind is AccountKind.VAT and leg.party is not None:
        return VAT_RGS[VatBox(leg.party)]
    if leg.kind is AccountKind.RESERVED and leg.member_id is None:
        return RGS[AccountKind.COOPERATIVE_FUND]
    return RGS[leg.kind]


def results_of(leg: Leg) -> tuple[ResultLine, ...]:
    """The result lines that follow from a leg by its account and its rule; none for assets and debts that only move.

    Revenue and the costs of a bad debt do not follow from a leg: whoever books them names them.
    """
    rule = why(leg)
    allotted = _allotted(leg)
    if allotted is not None:
        reason = FROM_FUND.get(rule)
        counter = (ResultLine(_from_fund(leg, reason), leg.cents),) if reason else ()
        return () if rule == "opening" else (ResultLine(allotted, -leg.cents), *counter)
    category = _category(leg, rule)
    return (ResultLine(category, -leg.cents),) if category else ()


def result_lines(legs: Iterable[Leg], named: Iterable[ResultLine] = ()) -> tuple[ResultLine, ...]:
    """The lines of a journal, one for each category: those that follow from its legs, and those that are named.

    Raises ValueError if they do not sum to zero, or for an unknown category.
    """
    totals: Counter[str] = Counter()
    for line in (*named, *(line for leg in legs for line in results_of(leg))):
        totals[line.category] += line.cents
    lines = tuple(ResultLine(category, cents) for category, cents in sorted(totals.items()) if cents)
    unknown = [line.category for line in lines if line.category not in CATEGORIES]
    if unknown or sum(line.cents for line in lines):
        raise ValueError(f"result lines without a sum of zero, or of unknown categories {unknown}: {lines}")
    return lines


def named_of(legs: Iterable[Leg], lines: Iterable[ResultLine]) -> tuple[ResultLine, ...]:
    """The lines of a journal that do not follow from its legs: those that were named when it was posted."""
    totals: Counter[str] = Counter()
    for line in lines:
        totals[line.category] += line.cents
    for line in (line for leg in legs for line in results_of(leg)):
        totals[line.category] -= line.cents
    return tuple(ResultLine(category, cents) for category, cents in sorted(totals.items()) if cents)


def cost_category(name: object) -> str:
    """The category of a cost that an agreement or a fund calls `name`; `cost/other` if the chart has no such name."""
    return f"cost/{name}" if f"cost/{name}" in COSTS else "cost/other"


def box_of(basis_points: int) -> VatBox | None:
    """The box of VAT that is charged at a rate of the law: above 9 % it is 1a. None without VAT."""
    if basis_points <= 0:
        return None
    return VatBox.REDUCED if basis_points <= HIGHEST_REDUCED else VatBox.STANDARD


def _allotted(leg: Leg) -> str | None:
    if leg.kind is AccountKind.RESERVED and leg.member_id is None:
        return ALLOTTED[AccountKind.COOPERATIVE_FUND]
    return ALLOTTED.get(leg.kind)


def _from_fund(leg: Leg, reason: str) -> str:
    return cost_category(leg.facts.get("purpose")) if reason == "cost/other" else reason


def _category(leg: Leg, rule: str) -> str | None:
    """The category of a leg that is not equity."""
    if leg.kind is AccountKind.TO_SHARE:
        return "members/to_share"
    if rule == "cost":
        return cost_category(leg.facts.get("category"))
    if rule == "internal_delivery":
        return "income/other" if leg.kind is AccountKind.RECEIVABLE_COOPERATIVE else "cost/other"
    if leg.kind is AccountKind.PAYABLE_MUNICIPALITY:
        return "municipality" if rule.startswith("remit_above") else None
    if rule in TO_OTHERS:
        return TO_OTHERS[rule]
    return "members" if rule in EARNED else None


def vat_facts(box: VatBox, basis_points: int | None, base_cents: int, tax_day: date) -> dict[str, object]:
    """The facts of each leg of VAT, which the return adds up: box, rate, base (the amount without it) and tax day."""
    day = tax_day.isoformat()
    return {"box": box.value, "rate": basis_points, "base": base_cents, "net": base_cents, "taxDay": day}
