"""Papers of invoices of every kind, for the tests of the electronic invoice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

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
from app.domain.selling.prices import Amounts, LinePrice, cents_of_units, priced
from app.domain.selling.references import rf_of
from app.domain.vat import PriceBasis, VatClass, rate_on

DAY = date(2026, 3, 5)
ORDER = "SMKKT5DN"
INCL, EXCL = PriceBasis.INCL, PriceBasis.EXCL
SELLER = InvoiceSeller(
    name="Coöperatie Het Atelier U.A.",
    trade_name="Het Atelier",
    postal_address=PostalAddress(street="Haagdijk 12", postcode="4811 TT", town="Breda"),
    iban="NL91ABNA0417164300",
    iban_name="Coöperatie Het Atelier U.A.",
    kvk_number="12345678",
    vat_id="NL123456782B90",
    email="hallo@atelier.example",
    phone="076 1234567",
)
BAKERY = InvoiceBuyer(
    name="Bakkerij 🍞 & Zonen <B.V.>",
    attention="Noor Jansen",
    postal_address=PostalAddress(street="Ginnekenweg 3", postcode="4818 JA", town="Breda"),
    kvk_number="09066027",
    vat_id="NL001234567B01",
    email="noor@bakkerij.example",
)
TOWN = replace(BAKERY, name="Gemeente Breda", kvk_number=None, oin="00000001002220647000", vat_id=None)
BELGIAN = InvoiceBuyer(
    name="Atelier Antwerpen BV",
    postal_address=PostalAddress(street="Meir 1", postcode="2000", town="Antwerpen", country="BE"),
    vat_id="BE0403170701",
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """A line before its VAT is known."""

    price: int
    quantity: int = 1
    minutes: int | None = None
    unit: str = "piece"
    title: str = "Kleding herstellen"
    basis: PriceBasis = EXCL
    vat_class: VatClass = VatClass.STANDARD
    scheme: bool = False
    role: LineRole = LineRole.SUPPLY
    order: str = ORDER
    supplied_on: date | None = None
    goods: bool = True

    @property
    def basis_points(self) -> int:
        return 0 if self.vat_class is VatClass.MARGIN or self.scheme else rate_on(self.vat_class, DAY)

    def line(self, amounts: Amounts) -> InvoiceLine:
        return InvoiceLine(
            role=self.role,
            title=self.title,
            quantity=self.quantity,
            minutes=self.minutes,
            unit="hour" if self.minutes else self.unit,
            unit_price_cents=self.price,
            basis=self.basis,
            net_cents=amounts.net_cents,
            vat_cents=amounts.vat_cents,
            gross_cents=amounts.gross_cents,
            vat_class=VatClass.EXEMPT if self.scheme else self.vat_class,
            basis_points=self.basis_points,
            small_business=self.scheme,
            goods=self.goods,
            order_reference=self.order,
            supplied_on=self.supplied_on,
        )


def lines_of(*items: Item) -> tuple[InvoiceLine, ...]:
    """The lines of an order, with the amounts that it is charged for."""
    prices = [
        LinePrice(
            basis=item.basis,
            cents=cents_of_units(item.price, item.quantity, item.minutes),
            basis_points=item.basis_points,
        )
        for item in items
    ]
    return tuple(item.line(amounts) for item, amounts in zip(items, priced(prices), strict=True))


def deposit_line(net: int, vat: int, basis_points: int, number: str | None = None) -> InvoiceLine:
    """A deposit, or with `number` one that is taken off."""
    sign = -1 if number else 1
    return InvoiceLine(
        role=LineRole.DEPOSIT_OFF if number else LineRole.DEPOSIT,
        title="Workshop",
        quantity=sign,
        unit="piece",
        unit_price_cents=net + vat,
        basis=INCL,
        net_cents=sign * net,
        vat_cents=sign * vat,
        gross_cents=sign * (net + vat),
        vat_class=VatClass.STANDARD if basis_points == 2100 else VatClass.REDUCED,
        basis_points=basis_points,
        order_reference=ORDER,
        deposit_number=number,
    )


def paper(kind: InvoiceKind, lines: Sequence[InvoiceLine], received: int = 0, **fields: Any) -> InvoicePaper:
    """The paper of lines; `fields` are those that differ."""
    groups = groups_of_lines(lines)
    net, vat = sum(group.net_cents for group in groups), sum(group.vat_cents for group in groups)
    note = kind is InvoiceKind.CREDIT_NOTE
    usual: dict[str, Any] = {
        "number": "BRD2026-00012",
        "language": InvoiceLanguage.NL,
        "issued_on": DAY,
        "supplied_from": None if kind is InvoiceKind.DEPOSIT else date(2026, 3, 2),
        "supplied_until": None if kind is InvoiceKind.DEPOSIT else date(2026, 3, 2),
        "due_on": None if note else date(2026, 3, 19),
        "seller": SELLER,
        "buyer": BAKERY,
        "order_references": (ORDER,),
        "rf_reference": None if note else rf_of(ORDER),
    }
    return InvoicePaper(
        kind=kind,
        lines=tuple(lines),
        groups=groups,
        net_cents=net,
        vat_cents=vat,
        gross_cents=net + vat,
        received_cents=received,
        payable_cents=0 if note else net + vat - received,
        **usual | fields,
    )


def standard(*items: Item, **fields: Any) -> InvoicePaper:
    return paper(InvoiceKind.STANDARD, lines_of(*items), **fields)


def collective(orders: int, item: Item) -> InvoicePaper:
    """One invoice for many orders of the same item."""
    references = tuple(f"ORDER{number:03}" for number in range(orders))
    days = [date(2026, 2, 1 + number % 28) for number in range(orders)]
    each = [lines_of(replace(item, order=one, supplied_on=day)) for one, day in zip(references, days, strict=True)]
    return paper(
        InvoiceKind.COLLECTIVE,
        [line for lines in each for line in lines],
        order_references=references,
        supplied_from=min(days),
        supplied_until=max(days),
    )


WORKSHOP = Item(title="Workshop", price=75_000)
ALL_PAID = deposit_line(75_000, 15_750, 2100, "BRD2026-00004")
COAT = Item(title="Tweedehands jas", price=3185, basis=INCL, vat_class=VatClass.MARGIN)
LESSON = Item(title="Les", price=2500, vat_class=VatClass.EXEMPT)
KINDS = {
    "standard": standard(Item(price=10_000), Item(price=900, quantity=3, vat_class=VatClass.REDUCED)),
    "public by OIN": standard(Item(price=10_000), buyer=replace(TOWN, purchase_order="123456782")),
    "public by KvK": standard(
        Item(price=10_000), buyer=replace(BAKERY, name="Waterschap", buyer_reference="Afdeling 7", vat_id=None)
    ),
    "received before": standard(Item(price=20_000), received=10_000),
    "deposit": paper(InvoiceKind.DEPOSIT, [deposit_line(22_500, 4_725, 2100)]),
    "final with one deposit": paper(
        InvoiceKind.FINAL, [*lines_of(WORKSHOP), deposit_line(22_500, 4_725, 2100, "BRD2026-00004")]
    ),
    "final with two deposits of two rates": paper(
        InvoiceKind.FINAL,
        [
            *lines_of(
                Item(price=9_000, vat_class=VatClass.REDUCED, title="Groente"), Item(price=10_000, title="Workshop")
            ),
            deposit_line(2_700, 243, 900, "BRD2026-00004"),
            deposit_line(3_000, 630, 2100, "BRD2026-00004"),
            deposit_line(1_000, 210, 2100, "BRD2026-00007"),
        ],
    ),
    "final of which all was paid": paper(InvoiceKind.FINAL, [*lines_of(WORKSHOP), ALL_PAID]),
    "collective": collective(100, Item(price=49, basis=INCL)),
    "partner, reverse-charged": paper(
        InvoiceKind.PARTNER,
        lines_of(Item(price=10_000, vat_class=VatClass.REVERSE_CHARGED)),
        due_on=None,
        rf_reference=None,
    ),
    "partner, joint purchase": paper(
        InvoiceKind.PARTNER,
        lines_of(Item(price=119, quantity=7, title="Garen", unit="klos"), Item(price=33, vat_class=VatClass.REDUCED)),
        due_on=None,
        rf_reference=None,
        order_references=("Garen samen",),
    ),
    "partner, shared costs": paper(
        InvoiceKind.PARTNER,
        lines_of(Item(price=121, quantity=6, title="Stof", unit="meter", vat_class=VatClass.EXEMPT)),
        due_on=None,
        rf_reference=None,
        shared_costs=True,
    ),
    "credit note of a final": paper(
        InvoiceKind.CREDIT_NOTE,
        lines_of(Item(price=37_500, title="Workshop", role=LineRole.CREDITED)),
        refers_to=(
            RefersTo(number="BRD2026-00004", issued_on=date(2026, 2, 1)),
            RefersTo(number="BRD2026-00009", issued_on=date(2026, 3, 1)),
        ),
        reason="De helft ging niet door.\nSorry.",
    ),
    "credit note of all lines together": paper(
        InvoiceKind.CREDIT_NOTE,
        [*lines_of(Item(price=5_000, title="", role=LineRole.CREDITED))],
        refers_to=(RefersTo(number="BRD2026-00004", issued_on=date(2026, 2, 1)),),
    ),
    "final after a deposit that was credited": paper(
        InvoiceKind.FINAL,
        [
            *lines_of(WORKSHOP, Item(price=10_000, quantity=-1, title="", role=LineRole.CREDITED)),
            deposit_line(22_500, 4_725, 2100, "BRD2026-00004"),
            replace(deposit_line(2_500, 525, 2100), role=LineRole.DEPOSIT_OFF, deposit_number="BRD2026-00006"),
        ],
    ),
    "credit note to Belgium": paper(
        InvoiceKind.CREDIT_NOTE,
        lines_of(Item(price=500, quantity=2, vat_class=VatClass.INTRA_EU, role=LineRole.CREDITED)),
        refers_to=(RefersTo(number="BRD2026-00009", issued_on=date(2026, 3, 1)),),
        buyer=BELGIAN,
    ),
    "invoice for a credit that was reversed": standard(
        Item(price=37_500), refers_to=(RefersTo(number="BRD2026-00011", issued_on=date(2026, 3, 1)),)
    ),
    "scheme": standard(Item(price=10_000, scheme=True)),
    "margin and exempt": standard(COAT, LESSON),
    "zero rate": standard(Item(price=10_000, vat_class=VatClass.ZERO)),
    "goods to Belgium": standard(Item(price=1_250, quantity=4, vat_class=VatClass.INTRA_EU), buyer=BELGIAN),
    "service and goods to Belgium": standard(
        Item(price=1_250, vat_class=VatClass.INTRA_EU, goods=False),
        Item(price=800, vat_class=VatClass.INTRA_EU),
        buyer=BELGIAN,
    ),
    "deposit from Belgium": paper(
        InvoiceKind.DEPOSIT,
        [replace(deposit_line(1_000, 0, 0), vat_class=VatClass.INTRA_EU, goods=True)],
        buyer=BELGIAN,
        language=InvoiceLanguage.EN,
    ),
    "lesson in Germany": standard(
        LESSON,
        buyer=replace(
            BELGIAN,
            postal_address=PostalAddress(street="Domplatz 1", postcode="", town="Köln", country="de"),
            vat_id="DE 136695976",
        ),
    ),
    "50 minutes": standard(Item(price=2500, minutes=50)),
    "three times 20 minutes, incl": standard(*[Item(price=2500, minutes=20, basis=INCL)] * 3),
    "40,600 units": standard(Item(price=53, quantity=40_600, basis=INCL)),
    "discount": standard(
        Item(price=999, quantity=3, basis=INCL),
        Item(price=297, quantity=-1, basis=INCL, title="Korting", role=LineRole.CREDITED),
    ),
    "both bases at one rate": standard(Item(price=1_250, basis=INCL), Item(price=1_250, unit="person")),
    "lodging beside the standard rate": standard(Item(price=10_000, vat_class=VatClass.LODGING), Item(price=10_000)),
}
