"""Invoices of every kind as the files are made from them, with sums by the rules of VAT."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from app.domain.market.offerings import PriceUnit
from app.domain.money import half_up, rounded
from app.domain.people.addresses import PostalAddress
from app.domain.selling.invoices import (
    InvoiceBuyer,
    InvoiceKind,
    InvoiceLanguage,
    InvoiceLine,
    InvoicePaper,
    InvoiceSeller,
    LineRole,
    RefersTo,
    groups_of_lines,
)
from app.domain.selling.references import rf_of
from app.domain.vat import PriceBasis, VatClass, inside

DAY = date(2026, 3, 5)
POINTS = {VatClass.STANDARD: 2100, VatClass.REDUCED: 900, VatClass.LODGING: 2100}
"""The rates of the classes that have one, on `DAY`."""
REFERENCE = "SMKKT5DN"
SELLER = InvoiceSeller(
    name="Coöperatie Buurtwerk Zuid U.A.",
    trade_name="Buurtwerk Zuid",
    postal_address=PostalAddress(street="Haagweg 101", postcode="4812 XA", town="Breda"),
    iban="NL91ABNA0417164300",
    iban_name="Coöperatie Buurtwerk Zuid U.A.",
    kvk_number="90660271",
    vat_id="NL860123456B01",
    email="administratie@buurtwerkzuid.example",
    phone="+31 76 123 45 67",
)
CONSUMER = InvoiceBuyer(
    name="Fatima el Amrani",
    postal_address=PostalAddress(street="Ginnekenweg 8a", postcode="4818 JD", town="Breda"),
    private=True,
    email="fatima@example.org",
)
BUSINESS = InvoiceBuyer(
    name="Bakkerij De Gouden Korst B.V.",
    attention="Joost van den Berg",
    postal_address=PostalAddress(street="Nieuwe Prinsenkade 30", postcode="4811 VC", town="Breda"),
    kvk_number="01234567",
    vat_id="NL123456782B90",
    buyer_reference="KP-2041",
    purchase_order="PO 2026/118",
)
PUBLIC = InvoiceBuyer(
    name="Gemeente Breda",
    attention="Afdeling Inkoop",
    postal_address=PostalAddress(street="Claudius Prinsenlaan 10", postcode="4811 DJ", town="Breda"),
    oin="00000001002306608000",
    buyer_reference="V-2026-00314",
)
FOREIGN = InvoiceBuyer(
    name="Grüne Genossenschaft eG",
    postal_address=PostalAddress(street="Hauptstraße 12", postcode="47533", town="Kleve", country="DE"),
    vat_id="DE136695976",
)
PARTNER = InvoiceBuyer(
    name="Coöperatie Stadsmakers West U.A.",
    postal_address=PostalAddress(street="Speelhuislaan 173", postcode="4815 CD", town="Breda"),
    kvk_number="81234567",
    vat_id="NL861234567B01",
)


def line(
    title: str,
    unit_price_cents: int,
    quantity: int = 1,
    *,
    basis: PriceBasis = PriceBasis.INCL,
    vat_class: VatClass = VatClass.STANDARD,
    minutes: int | None = None,
    **others: Any,
) -> InvoiceLine:
    """A line at its full price; `others` are its further fields, which count."""
    amount = quantity * unit_price_cents if minutes is None else rounded(unit_price_cents * minutes, 60)
    points = POINTS.get(vat_class, 0)
    vat = inside(amount, points) if basis is PriceBasis.INCL else half_up(amount, points)
    net = amount - vat if basis is PriceBasis.INCL else amount
    fields: dict[str, Any] = {
        "role": LineRole.SUPPLY,
        "title": title,
        "quantity": quantity if minutes is None else -(-minutes // 60),
        "minutes": minutes,
        "unit": PriceUnit.PIECE if minutes is None else PriceUnit.HOUR,
        "unit_price_cents": unit_price_cents,
        "basis": basis,
        "net_cents": net,
        "vat_cents": vat,
        "gross_cents": net + vat,
        "vat_class": vat_class,
        "basis_points": points,
        "order_reference": REFERENCE,
        "supplied_on": DAY,
    }
    return InvoiceLine(**fields | others)


def paper(lines: Sequence[InvoiceLine], **others: Any) -> InvoicePaper:
    """An invoice of these lines to a consumer, with the sums of its lines; `others` are further fields, which count."""
    groups = groups_of_lines(lines)
    net, vat = sum(group.net_cents for group in groups), sum(group.vat_cents for group in groups)
    received = others.get("received_cents", 0)
    fields: dict[str, Any] = {
        "kind": InvoiceKind.STANDARD,
        "number": "BRD2026-00012",
        "language": InvoiceLanguage.NL,
        "issued_on": DAY,
        "supplied_from": DAY,
        "supplied_until": DAY,
        "due_on": DAY + timedelta(14),
        "seller": SELLER,
        "buyer": CONSUMER,
        "order_references": (REFERENCE,),
        "rf_reference": rf_of(REFERENCE),
        "lines": tuple(lines),
        "groups": groups,
        "net_cents": net,
        "vat_cents": vat,
        "gross_cents": net + vat,
        "payable_cents": net + vat - received,
    }
    return InvoicePaper(**fields | others)


def standard() -> InvoicePaper:
    """To a consumer, with two rates and an hourly price."""
    return paper(
        [
            line("Fiets nakijken en smeren", 4_500, minutes=90),
            line("Binnenband 28 inch", 999, 3),
            line("Groentepakket", 1_363, 2, vat_class=VatClass.REDUCED),
        ]
    )


def standard_english() -> InvoicePaper:
    return replace(standard(), language=InvoiceLanguage.EN)


def discounted() -> InvoicePaper:
    """3 × 9.99 less 2.97: 27.00 = 22.31 + 4.69."""
    lines = [
        line("Binnenband 28 inch", 999, net_cents=net, vat_cents=999 - net, gross_cents=999) for net in (826, 825, 825)
    ]
    off = line(
        "Korting voor buren",
        297,
        -1,
        role=LineRole.CREDITED,
        net_cents=-245,
        vat_cents=-52,
        gross_cents=-297,
    )
    return paper([*lines, off])


def business() -> InvoicePaper:
    """To a company, with prices without VAT, and one with VAT inside."""
    return paper(
        [
            line("Gevel schoonmaken", 5_500, minutes=435, basis=PriceBasis.EXCL),
            line("Lunch voor vergadering", 1_250, 12, basis=PriceBasis.EXCL, vat_class=VatClass.REDUCED),
            line("Binnenband 28 inch", 999, 3, vat_class=VatClass.STANDARD),
        ],
        buyer=BUSINESS,
    )


def public() -> InvoicePaper:
    """To a municipality."""
    seller = replace(SELLER, oin="00000003906602710000")
    lines = [line("Begeleiding wijkoverleg", 7_500, minutes=1_230, basis=PriceBasis.EXCL)]
    return paper(lines, buyer=PUBLIC, seller=seller)


def simplified() -> InvoicePaper:
    """Up to 100.00, without a buyer."""
    lines = [line("Soep van de dag", 545, 2, vat_class=VatClass.REDUCED, unit=PriceUnit.PERSON)]
    return paper(lines, kind=InvoiceKind.SIMPLIFIED, buyer=None)


def deposit() -> InvoicePaper:
    """30 % of 907.50: 225.00 + 47.25."""
    lines = [
        line(
            "Tuin aanleggen",
            22_500,
            basis=PriceBasis.EXCL,
            role=LineRole.DEPOSIT,
            supplied_on=None,
        )
    ]
    return paper(
        lines, kind=InvoiceKind.DEPOSIT, number="BRD2026-00008", buyer=BUSINESS, supplied_from=None, supplied_until=None
    )


def final(percent: int = 30) -> InvoicePaper:
    """907.50 less a deposit of so many percent; with 100 nothing is left to pay."""
    taken = line(
        "Tuin aanleggen",
        750 * percent,
        -1,
        basis=PriceBasis.EXCL,
        role=LineRole.DEPOSIT_OFF,
        deposit_number="BRD2026-00008",
        supplied_on=None,
    )
    lines = [line("Tuin aanleggen", 75_000, basis=PriceBasis.EXCL), taken]
    return paper(lines, kind=InvoiceKind.FINAL, number="BRD2026-00021", buyer=BUSINESS)


def final_of_nothing() -> InvoicePaper:
    return final(100)


def received() -> InvoicePaper:
    """242.00, of which 100.00 came before."""
    return paper([line("Schilderwerk", 24_200)], received_cents=10_000)


def collective(orders: int = 8) -> InvoicePaper:
    """Of so many orders, each with a day and two lines."""
    lines = []
    for number in range(orders):
        order: dict[str, Any] = {"order_reference": f"K{number:03}T5DN", "supplied_on": date(2026, 2, 1 + number % 28)}
        lines.append(line("Lunch bezorgd", 1_250, 3, basis=PriceBasis.EXCL, vat_class=VatClass.REDUCED, **order))
        lines.append(line("Schoonmaak kantoor", 3_200, basis=PriceBasis.EXCL, minutes=135, **order))
    return paper(
        lines,
        kind=InvoiceKind.COLLECTIVE,
        number="BRD2026-00030",
        buyer=BUSINESS,
        order_references=tuple(dict.fromkeys(one.order_reference for one in lines)),
        rf_reference=rf_of("BRD202600030"),
        supplied_from=date(2026, 2, 1),
        supplied_until=date(2026, 2, min(orders, 28)),
    )


def partner() -> InvoicePaper:
    """For the part of another cooperative in an assignment."""
    lines = [line("Deel van opdracht: Buurtfeest", 10_000, basis=PriceBasis.EXCL)]
    return paper(lines, kind=InvoiceKind.PARTNER, buyer=PARTNER, rf_reference=None, due_on=None)


def credit_note() -> InvoicePaper:
    """Of the half of a final, for the deposit and the rest."""
    lines = [
        line("Tuin aanleggen", 37_500, basis=PriceBasis.EXCL, role=LineRole.CREDITED),
    ]
    return paper(
        lines,
        kind=InvoiceKind.CREDIT_NOTE,
        number="BRD2026-00040",
        buyer=BUSINESS,
        due_on=None,
        rf_reference=None,
        payable_cents=0,
        refers_to=(
            RefersTo(number="BRD2026-00008", issued_on=date(2026, 2, 12)),
            RefersTo(number="BRD2026-00021", issued_on=DAY),
        ),
        reason="De helft van het gras kwam niet op.\nWe hebben dat samen bekeken.",
    )


def small_business() -> InvoicePaper:
    """By the small-business scheme, without VAT."""
    lines = [
        line("Gitaarles", 3_500, minutes=45, vat_class=VatClass.EXEMPT, small_business=True),
        line("Bladmuziek", 1_250, vat_class=VatClass.EXEMPT, small_business=True),
    ]
    return paper(lines)


def margin_and_exempt() -> InvoicePaper:
    """A second-hand coat, bought for 7.10, and a lesson without VAT."""
    return paper(
        [line("Tweedehands jas", 3_185, vat_class=VatClass.MARGIN), line("Taalles", 2_500, vat_class=VatClass.EXEMPT)]
    )


def reverse_charged() -> InvoicePaper:
    """Work on a building for a contractor."""
    lines = [line("Metselwerk", 4_800, minutes=960, basis=PriceBasis.EXCL, vat_class=VatClass.REVERSE_CHARGED)]
    return paper(lines, buyer=BUSINESS)


def intra_eu() -> InvoicePaper:
    """For a company in Germany."""
    lines = [line("Ontwerp van een website", 90_000, basis=PriceBasis.EXCL, vat_class=VatClass.INTRA_EU)]
    return paper(lines, buyer=FOREIGN, language=InvoiceLanguage.EN)


def zero_rated() -> InvoicePaper:
    return paper([line("Levering aan een zeeschip", 12_000, vat_class=VatClass.ZERO)], buyer=BUSINESS)


PAPERS: dict[str, Callable[[], InvoicePaper]] = {
    one.__name__: one
    for one in (
        standard,
        standard_english,
        discounted,
        business,
        public,
        simplified,
        deposit,
        final,
        final_of_nothing,
        received,
        collective,
        partner,
        credit_note,
        small_business,
        margin_and_exempt,
        reverse_charged,
        intra_eu,
        zero_rated,
    )
}
"""A builder of each kind, by its name."""
