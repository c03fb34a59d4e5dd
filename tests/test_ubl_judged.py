"""The official rules find nothing in any kind of invoice. They do find faults that are planted."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from app.adapters.ubl import VAT_SCHEMES, invoice_ubl
from app.domain.selling.invoices import (
    InvoiceGroup,
    InvoiceKind,
    InvoiceLine,
    InvoicePaper,
    LineRole,
    RefersTo,
    groups_of_lines,
)
from app.domain.vat import VatClass
from tests.judges import findings, judged, needs_judges
from tests.papers import PAPERS
from tests.ubl_papers import (
    BAKERY,
    BELGIAN,
    DAY,
    EXCL,
    INCL,
    KINDS,
    SELLER,
    Item,
    deposit_line,
    lines_of,
    paper,
    standard,
)

pytestmark = needs_judges
CLASSES = (VatClass.STANDARD, VatClass.REDUCED, VatClass.LODGING, VatClass.ZERO, VatClass.EXEMPT, VatClass.MARGIN)


def written(paper: InvoicePaper) -> bytes:
    xml = invoice_ubl(paper)
    assert xml is not None
    return xml


@pytest.mark.parametrize(
    ("there", "instead", "rule"),
    [
        (b"<cbc:BuyerReference>SMKKT5DN</cbc:BuyerReference>", b"", "BR-NL-2"),
        (b'<cbc:CompanyID schemeID="0106">09066027</cbc:CompanyID>', b"", "BR-NL-10"),
        (b'TaxInclusiveAmount currencyID="EUR">150.43', b'TaxInclusiveAmount currencyID="EUR">150.44', "BR-CO-15"),
        (b">380<", b">386<", "BR-NL-7"),
        (b"<cbc:StreetName>Ginnekenweg 3</cbc:StreetName>", b"", "BR-NL-4"),
    ],
)
def test_the_judges_find_a_planted_fault(there: bytes, instead: bytes, rule: str) -> None:
    xml = written(KINDS["standard"])
    assert judged("SI-UBL 2.0", xml) == []
    assert xml.count(there) == 1
    assert any(one.startswith(f"{rule} (fatal)") for one in judged("SI-UBL 2.0", xml.replace(there, instead)))


def test_each_judge_finds_faults() -> None:
    xml = written(KINDS["standard"])
    assert findings(xml) == []
    wrong = xml.replace(b'"H87">3<', b'"H87">4<')
    assert [one[:33] for one in findings(wrong)] == ["Peppol BIS 3: PEPPOL-EN16931-R120"]
    cent = xml.replace(b"150.43", b"150.44")
    assert {one.split(":")[0] for one in findings(cent)} == {"SI-UBL 2.0", "EN 16931"}
    unordered = xml.replace(b"<cbc:ID>BRD2026-00012</cbc:ID>", b"").replace(
        b"<cbc:IssueDate>", b"<cbc:ID>BRD2026-00012</cbc:ID><cbc:ID>x</cbc:ID><cbc:IssueDate>"
    )
    assert any(one.startswith("UBL 2.1: ") for one in findings(unordered))
    assert judged("EN 16931", xml.replace(b">150.43<", b">much<"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_rules_find_nothing(kind: str) -> None:
    assert findings(written(KINDS[kind])) == []


@pytest.mark.parametrize("build", PAPERS.values(), ids=PAPERS)
def test_the_rules_find_nothing_in_the_printed_invoices(build: Callable[[], InvoicePaper]) -> None:
    """What consumers get printed is judged as if a company had bought it."""
    shown = build()
    if shown.kind is InvoiceKind.SIMPLIFIED:
        shown = replace(shown, kind=InvoiceKind.STANDARD)
    private = shown.buyer is None or shown.buyer.private
    assert findings(written(replace(shown, buyer=BAKERY) if private else shown)) == []


def test_what_the_rules_only_advise_against() -> None:
    """The name of an account that is not the seller's; a seller under the scheme without a VAT id."""
    other = replace(SELLER, iban_name="Stichting Beheer")
    said = findings(written(replace(KINDS["standard"], seller=other)))
    assert [one[:30] for one in said] == ["SI-UBL 2.0: BR-NL-30 (warning)"]
    said = findings(written(replace(KINDS["scheme"], seller=replace(SELLER, vat_id=None))))
    assert [one[:30] for one in said] == ["SI-UBL 2.0: BR-NL-25 (warning)"]


@pytest.mark.parametrize("letters", VAT_SCHEMES)
def test_the_rules_know_each_scheme_of_vat_ids(letters: str) -> None:
    vat_id = {"IT": "IT00743110157", "DK": "DK13585628"}.get(letters, f"{letters}123456789")
    shown = standard(Item(price=2500, vat_class=VatClass.EXEMPT), buyer=replace(BELGIAN, vat_id=vat_id))
    assert findings(written(shown)) == []


@pytest.mark.parametrize("seed", range(200))
def test_the_rules_find_nothing_in_random_invoices(seed: int) -> None:
    assert findings(written(random_paper(Random(seed)))) == []


def random_paper(random: Random) -> InvoicePaper:
    """An ordinary invoice, a final one after one or two deposits, a credit note, or an invoice to Belgium."""
    kind = random.choice((InvoiceKind.STANDARD, InvoiceKind.FINAL, InvoiceKind.CREDIT_NOTE, None))
    classes = (*CLASSES, VatClass.REVERSE_CHARGED) if kind else (VatClass.INTRA_EU, VatClass.EXEMPT)
    items = [
        Item(
            price=random.choice((1, 49, 999, random.randint(1, 100_000))),
            quantity=random.choice((1, 3, random.randint(1, 5_000))),
            minutes=random.choice((None, None, random.randint(1, 5_000))),
            basis=random.choice((INCL, EXCL)),
            vat_class=random.choice(classes),
        )
        for _ in range(random.randint(1, 12))
    ]
    discounts = [
        replace(item, price=random.randint(1, item.price), quantity=-1, minutes=None, role=LineRole.CREDITED)
        for item in items
        if item.minutes is None and random.random() < 0.3
    ]
    lines = list(lines_of(*items, *discounts))
    if kind is InvoiceKind.FINAL:
        share = Fraction(random.randint(1, 100), 100)
        for number in ("BRD2026-00004", "BRD2026-00007")[: random.randint(1, 2)]:
            lines += [less(group, share, number) for group in groups_of_lines(lines)]
    earlier = (RefersTo(number="BRD2026-00009", issued_on=DAY),) if kind is InvoiceKind.CREDIT_NOTE else ()
    received = random.choice((0, 1)) if kind is InvoiceKind.STANDARD else 0
    return paper(kind or InvoiceKind.STANDARD, lines, received, buyer=BAKERY if kind else BELGIAN, refers_to=earlier)


def less(group: InvoiceGroup, share: Fraction, number: str) -> InvoiceLine:
    """A part of what is left of a group, as a deposit that is taken off."""
    net, vat = round(group.net_cents * share), round(group.vat_cents * share)
    return replace(
        deposit_line(net, vat, group.basis_points, number), vat_class=group.vat_class, basis_points=group.basis_points
    )
