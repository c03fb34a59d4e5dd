"""Lines and totals of an electronic invoice, with the categories of VAT of EN 16931."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from app.adapters.line_titles import line_title
from app.adapters.messages import say
from app.adapters.ubl_elements import Element, amount, cac, cbc, tax_scheme
from app.domain.market.offerings import PriceUnit
from app.domain.money import CURRENCY, WHOLE, percent_text
from app.domain.selling.invoices import GroupKey, InvoiceLine, InvoicePaper, LineRole
from app.domain.selling.prices import MINUTES
from app.domain.vat import PriceBasis, VatClass

OBJECT = "130"
"""A document that a line is for, with the seller's own number (UNTDID 1001)."""
CATEGORIES = {
    VatClass.STANDARD: "S",
    VatClass.REDUCED: "S",
    VatClass.LODGING: "S",
    VatClass.ZERO: "Z",
    VatClass.EXEMPT: "E",
    VatClass.MARGIN: "E",
    VatClass.REVERSE_CHARGED: "AE",
    VatClass.INTRA_EU: "K",
}
"""Categories of VAT (UNTDID 5305)."""
PIECES, MINUTES_CODE = "C62", "MIN"
UNITS: dict[str, str] = {PriceUnit.PIECE: "H87", PriceUnit.HOUR: "HUR", PriceUnit.PERSON: "IE"}
"""Units of quantities (UN/ECE Recommendation 20). Others, of a joint purchase, have words: the file counts pieces."""
SLACK = Decimal("0.02")
"""What price × quantity may differ from the net amount of a line (PEPPOL-EN16931-R120)."""
MICRO = Decimal("0.000001")


class Price(NamedTuple):
    """The price without VAT of `base` units; None is one unit."""

    amount: Decimal
    base: int | None = None


def totals(paper: InvoicePaper) -> Iterable[Element | None]:
    """VAT by category and rate, and the amounts of the whole. The amount to pay of a credit note is its sum."""
    payable = paper.gross_cents if paper.is_credit_note else paper.payable_cents
    return (
        cac("TaxTotal", amount("TaxAmount", paper.vat_cents), *_subtotals(paper)),
        cac(
            "LegalMonetaryTotal",
            amount("LineExtensionAmount", paper.net_cents),
            amount("TaxExclusiveAmount", paper.net_cents),
            amount("TaxInclusiveAmount", paper.gross_cents),
            amount("PrepaidAmount", paper.received_cents) if paper.received_cents else None,
            amount("PayableAmount", payable),
        ),
    )


def _subtotals(paper: InvoicePaper) -> Iterable[Element | None]:
    """One for each category and rate (BR-S-08, BR-E-01). The reasons of all its groups are in one text."""
    sums: dict[tuple[str, int], tuple[int, int]] = {}
    reasons: dict[tuple[str, int], dict[str, None]] = {}
    for group in paper.groups:
        key = _category_of(group.key), group.basis_points
        net, vat = sums.get(key, (0, 0))
        sums[key] = net + group.net_cents, vat + group.vat_cents
        if key[0] not in {"S", "Z"}:
            code = "small_business" if group.small_business else group.vat_class.value
            code = "shared_costs" if paper.shared_costs else code
            reasons.setdefault(key, {})[say("invoice", f"note_{code}", paper.language)] = None
    for (category, basis_points), (net, vat) in sums.items():
        yield cac(
            "TaxSubtotal",
            amount("TaxableAmount", net),
            amount("TaxAmount", vat),
            _category("TaxCategory", category, basis_points, "; ".join(reasons.get((category, basis_points), ()))),
        )


def _category_of(key: GroupKey) -> str:
    """The category of a line or group. VAT of services to other member states is reverse-charged; K is for goods."""
    abroad = key.vat_class is VatClass.INTRA_EU and not key.goods
    return CATEGORIES[VatClass.REVERSE_CHARGED if abroad else key.vat_class]


def _category(name: str, category: str, basis_points: int, reason: str = "") -> Element | None:
    return cac(
        name,
        cbc("ID", category),
        cbc("Percent", percent_text(basis_points)),
        cbc("TaxExemptionReason", reason),
        tax_scheme(),
    )


def line_of(number: int, line: InvoiceLine, paper: InvoicePaper) -> Element | None:
    """A line. One of several orders tells its order and its day."""
    quantity, unit, price = _quantity_and_price(line)
    ordered = line if len(paper.order_references) > 1 else None
    day = ordered.supplied_on.isoformat() if ordered and ordered.supplied_on else None
    order = cbc("ID", ordered.order_reference) if ordered else None
    name = line_title(line, paper)
    base = None if price.base is None else cbc("BaseQuantity", str(price.base), unitCode=unit)
    return cac(
        "CreditNoteLine" if paper.is_credit_note else "InvoiceLine",
        cbc("ID", str(number)),
        cbc("CreditedQuantity" if paper.is_credit_note else "InvoicedQuantity", str(quantity), unitCode=unit),
        amount("LineExtensionAmount", line.net_cents),
        cac("InvoicePeriod", cbc("StartDate", day), cbc("EndDate", day)),
        None if order is None else cac("DocumentReference", order, cbc("DocumentTypeCode", OBJECT)),
        cac(
            "Item",
            cbc("Description", _description(line, name)),
            cbc("Name", name),
            _category("ClassifiedTaxCategory", _category_of(line.key), line.basis_points),
        ),
        cac("Price", cbc("PriceAmount", f"{price.amount:f}", currencyID=CURRENCY), base),
    )


def _description(line: InvoiceLine, name: str) -> str:
    """What a deposit is for, or the unit of a quantity that has no code."""
    if line.role in {LineRole.DEPOSIT, LineRole.DEPOSIT_OFF}:
        return line.title if line.title != name else ""
    return line.unit if line.unit not in UNITS else ""


def _quantity_and_price(line: InvoiceLine) -> tuple[int, str, Price]:
    """Quantity, the code of its unit, and a price that is never below zero (BR-27): the quantity has the sign.

    If price × quantity is too far off the net amount, the price is that amount, for the whole quantity.
    """
    net = Decimal(abs(line.net_cents)).scaleb(-2)
    sign = -1 if line.net_cents < 0 else 1
    if line.role in {LineRole.DEPOSIT, LineRole.DEPOSIT_OFF}:
        off = line.role is LineRole.DEPOSIT_OFF and not line.net_cents
        return (-1 if off else sign), PIECES, Price(net)
    if line.minutes is None:
        quantity, unit, base = line.quantity, UNITS.get(line.unit, PIECES), None
    else:
        quantity, unit, base = line.minutes, MINUTES_CODE, MINUTES
    if not quantity:
        return sign, unit, Price(net)
    cost = _unit_price(line)
    if abs(cost * abs(quantity) / (base or 1) - net) >= SLACK:
        cost, base = net, abs(quantity)
    return abs(quantity) * (sign if net else 1), unit, Price(cost, base)


def _unit_price(line: InvoiceLine) -> Decimal:
    """The price of a unit without VAT; of one with VAT inside, with six decimals."""
    price = Decimal(line.unit_price_cents).scaleb(-2)
    if line.basis is PriceBasis.EXCL or not line.basis_points:
        return price
    return (price * WHOLE / (WHOLE + line.basis_points)).quantize(MICRO)
