"""The electronic invoice says what the paper says, and is made only for those who can read it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pydantic import TypeAdapter, ValidationError

from app.adapters.invoice_texts import printed
from app.adapters.ubl import PEPPOL_BIS, SI_UBL, VAT_SCHEMES, invoice_ubl
from app.domain.money import cents_of
from app.domain.people.addresses import PostalAddress
from app.domain.selling.invoices import InvoiceKind, InvoiceLanguage, InvoicePaper, LineRole
from app.domain.vat import VatClass
from app.vocabulary import Title
from tests.ubl_papers import (
    BAKERY,
    BELGIAN,
    COAT,
    INCL,
    KINDS,
    LESSON,
    SELLER,
    TOWN,
    Item,
    lines_of,
    paper,
    standard,
)

PAPER = KINDS["standard"]
TOTAL = "LegalMonetaryTotal"


class File:
    """A file, and what stands at a path of local names."""

    def __init__(self, paper: InvoicePaper) -> None:
        xml = invoice_ubl(paper)
        assert xml is not None
        self.xml = xml
        self.root = etree.fromstring(xml)

    def all(self, path: str) -> list[str]:
        return [one.text for one in self.elements(path)]

    def elements(self, path: str) -> list[Any]:
        return list(self.root.findall("/".join(f"{{*}}{name}" for name in path.split("/"))))

    def one(self, path: str) -> str:
        (text,) = self.all(path)
        return text

    def vat(self) -> list[tuple[str, str, str, str]]:
        """Category, rate, net and VAT of each group."""
        return [
            (
                one.findtext("{*}TaxCategory/{*}ID"),
                one.findtext("{*}TaxCategory/{*}Percent"),
                one.findtext("{*}TaxableAmount"),
                one.findtext("{*}TaxAmount"),
            )
            for one in self.elements("TaxTotal/TaxSubtotal")
        ]

    def priced(self, number: int = 0) -> tuple[str, str, str, str, str | None]:
        """Quantity, unit, net, price and base quantity of a line."""
        line = [one for one in self.root if one.tag.endswith("Line")][number]
        (quantity,) = (one for one in line if one.tag.endswith("Quantity"))
        return (
            quantity.text,
            quantity.get("unitCode"),
            line.findtext("{*}LineExtensionAmount"),
            line.findtext("{*}Price/{*}PriceAmount"),
            line.findtext("{*}Price/{*}BaseQuantity"),
        )


@pytest.mark.parametrize("kind", KINDS)
def test_amounts_are_those_of_the_paper(kind: str) -> None:
    shown, file = KINDS[kind], File(KINDS[kind])
    line = "CreditNoteLine" if shown.is_credit_note else "InvoiceLine"
    nets = [cents_of(text) for text in file.all(f"{line}/LineExtensionAmount")]
    assert nets == [one.net_cents for one in shown.lines]
    assert sum(nets) == cents_of(file.one(f"{TOTAL}/LineExtensionAmount")) == shown.net_cents
    assert cents_of(file.one(f"{TOTAL}/TaxExclusiveAmount")) == shown.net_cents
    assert cents_of(file.one(f"{TOTAL}/TaxInclusiveAmount")) == shown.gross_cents
    assert cents_of(file.one("TaxTotal/TaxAmount")) == shown.vat_cents == sum(cents_of(v) for *_, v in file.vat())
    received = sum(cents_of(text) for text in file.all(f"{TOTAL}/PrepaidAmount"))
    assert received == shown.received_cents
    payable = shown.gross_cents if shown.is_credit_note else shown.payable_cents
    assert cents_of(file.one(f"{TOTAL}/PayableAmount")) == payable == shown.gross_cents - received
    assert all(cents_of(text.split(".")[0]) >= 0 for text in file.all(f"{line}/Price/PriceAmount"))


@pytest.mark.parametrize("kind", KINDS)
def test_no_element_is_empty(kind: str) -> None:
    for element in File(KINDS[kind]).root.iter():
        assert len(element) or element.text.strip(), element.tag


def test_parties_numbers_and_payment() -> None:
    file = File(replace(PAPER, buyer=replace(BAKERY, purchase_order="PO 7", buyer_reference=" Afdeling 7 ")))
    assert file.one("CustomizationID") == SI_UBL
    assert (file.one("ID"), file.one("IssueDate"), file.one("DueDate")) == ("BRD2026-00012", "2026-03-05", "2026-03-19")
    assert (file.one("BuyerReference"), file.one("OrderReference/ID")) == ("Afdeling 7", "PO 7")
    seller, buyer = "AccountingSupplierParty/Party", "AccountingCustomerParty/Party"
    assert file.one(f"{seller}/PartyLegalEntity/RegistrationName") == SELLER.name
    assert file.one(f"{seller}/PartyName/Name") == "Het Atelier"
    assert file.one(f"{buyer}/PartyLegalEntity/RegistrationName") == "Bakkerij 🍞 & Zonen <B.V.>"
    assert file.one(f"{buyer}/PartyTaxScheme/CompanyID") == "NL001234567B01"
    for number in (f"{buyer}/PartyLegalEntity/CompanyID", f"{buyer}/EndpointID"):
        (element,) = file.elements(number)
        assert (element.get("schemeID"), element.text) == ("0106", "09066027")
    assert file.one("Delivery/ActualDeliveryDate") == "2026-03-02"
    assert file.one("PaymentMeans/PaymentID") == "RF84SMKKT5DN"
    assert file.one("PaymentMeans/PayeeFinancialAccount/ID") == SELLER.iban
    assert not file.all("PaymentMeans/PayeeFinancialAccount/Name")
    other = File(replace(PAPER, seller=replace(SELLER, iban_name="Stichting Beheer")))
    assert other.one("PaymentMeans/PayeeFinancialAccount/Name") == "Stichting Beheer"


def test_a_public_body_is_named_by_its_oin() -> None:
    file = File(standard(LESSON, buyer=replace(TOWN, kvk_number="12345678", purchase_order="123456782")))
    for number in ("EndpointID", "PartyLegalEntity/CompanyID"):
        (element,) = file.elements(f"AccountingCustomerParty/Party/{number}")
        assert (element.get("schemeID"), element.text) == ("0190", TOWN.oin)


def test_a_company_without_a_reference_gets_that_of_the_order() -> None:
    """Blanks are none, and would be refused."""
    blank = replace(BAKERY, buyer_reference="   ", purchase_order=" ", attention=" ")
    file = File(replace(PAPER, buyer=blank))
    assert file.one("BuyerReference") == "SMKKT5DN"
    assert not file.elements("OrderReference")
    assert not file.all("AccountingCustomerParty/Party/Contact/Name")
    bought = File(replace(PAPER, buyer=replace(BAKERY, purchase_order="PO 7")))
    assert not bought.elements("BuyerReference")
    assert File(KINDS["collective"]).one("BuyerReference") == "BRD2026-00012"


HOME = BAKERY.postal_address
assert HOME is not None
ABROAD = PostalAddress(street="Main Street 1", postcode="", town="Oslo", country="NO")


@pytest.mark.parametrize(
    "fields",
    [
        {"buyer": replace(BAKERY, private=True)},
        {"buyer": None},
        {"kind": InvoiceKind.SIMPLIFIED},
        {"number": ""},
        {"buyer": replace(BAKERY, postal_address=None)},
        {"buyer": replace(BAKERY, postal_address=replace(HOME, street=" "))},
        {"buyer": replace(BAKERY, postal_address=replace(HOME, postcode=""))},
        {"buyer": replace(BAKERY, postal_address=replace(HOME, town=""))},
        {"buyer": replace(BAKERY, kvk_number=" ", oin=None)},
        {"buyer": replace(BELGIAN, vat_id=None)},
        {"buyer": replace(BELGIAN, postal_address=ABROAD, vat_id="NO923609016MVA")},
        {"buyer": replace(BELGIAN, vat_id="SE556188840401")},
        {"seller": replace(SELLER, kvk_number=None)},
        {"seller": replace(SELLER, postal_address=replace(SELLER.postal_address, postcode=""))},
    ],
)
def test_some_get_no_file(fields: dict[str, Any]) -> None:
    assert invoice_ubl(PAPER) is not None
    assert invoice_ubl(replace(PAPER, **fields)) is None


def test_goods_for_another_state_need_the_sellers_vat_id() -> None:
    goods = KINDS["goods to Belgium"]
    assert invoice_ubl(replace(goods, seller=replace(SELLER, vat_id=None))) is None


@pytest.mark.parametrize("letters", VAT_SCHEMES)
def test_a_foreign_company_is_reached_by_its_vat_id(letters: str) -> None:
    buyer = replace(BELGIAN, vat_id=f"{letters.lower()} 12.34")
    file = File(standard(LESSON, buyer=buyer))
    (endpoint,) = file.elements("AccountingCustomerParty/Party/EndpointID")
    assert (endpoint.get("schemeID"), endpoint.text) == (VAT_SCHEMES[letters], f"{letters}1234")
    assert file.one("CustomizationID") == PEPPOL_BIS
    assert file.one("PaymentMeans/PayeeFinancialAccount/Name") == SELLER.iban_name
    assert not file.elements("AccountingCustomerParty/Party/PartyLegalEntity/CompanyID")


def test_a_discount_has_a_quantity_below_zero() -> None:
    file = File(KINDS["discount"])
    assert file.vat() == [("S", "21", "22.31", "4.69")]
    assert file.priced(0) == ("3", "H87", "24.76", "8.256198", None)
    assert file.priced(1) == ("-1", "H87", "-2.45", "2.454545", None)


def test_three_lines_less_one_discount() -> None:
    pieces = [Item(price=999, basis=INCL)] * 3
    shown = standard(*pieces, Item(price=297, quantity=-1, basis=INCL, role=LineRole.CREDITED))
    file = File(shown)
    assert file.all("InvoiceLine/LineExtensionAmount") == ["8.26", "8.25", "8.25", "-2.45"]
    assert file.one(f"{TOTAL}/PayableAmount") == "27.00"


def test_a_gross_amount_that_no_net_reaches_is_left() -> None:
    """21 % of 82.64 is 17.35, and yet 17.36 was charged."""
    file = File(standard(Item(price=10_000, basis=INCL)))
    assert file.vat() == [("S", "21", "82.64", "17.36")]
    assert not file.elements(f"{TOTAL}/PayableRoundingAmount")


def test_a_coupon_is_rounded_once() -> None:
    file = File(
        standard(
            Item(price=2390, quantity=10, basis=INCL),
            Item(price=5975, quantity=-1, basis=INCL, role=LineRole.CREDITED),
        )
    )
    assert file.vat() == [("S", "21", "148.14", "31.11")]


def test_a_price_of_six_decimals_that_is_too_far_off_is_the_net_amount() -> None:
    assert File(KINDS["40,600 units"]).priced() == ("40600", "H87", "17783.47", "17783.47", "40600")


def test_hours_are_minutes() -> None:
    assert File(KINDS["50 minutes"]).priced() == ("50", "MIN", "20.83", "25.00", "60")
    assert File(standard(Item(price=2500, minutes=-50))).priced() == ("-50", "MIN", "-20.83", "25.00", "60")
    three = File(standard(*[Item(price=2500, minutes=20)] * 3))
    assert three.one(f"{TOTAL}/LineExtensionAmount") == "24.99"


def test_units() -> None:
    for unit, code in (("piece", "H87"), ("person", "IE"), ("hour", "HUR")):
        assert File(standard(Item(price=1250, quantity=2, unit=unit))).priced() == ("2", code, "25.00", "12.50", None)


def test_a_line_of_no_units_is_one_of_its_amount() -> None:
    (line,) = lines_of(Item(price=1250))
    assert File(paper(InvoiceKind.STANDARD, [replace(line, quantity=0)])).priced()[0] == "1"


def test_vat_of_a_collective_invoice_is_that_of_its_orders() -> None:
    file = File(KINDS["collective"])
    assert file.vat() == [("S", "21", "40.00", "9.00")]
    assert file.all("InvoiceLine/DocumentReference/ID")[:2] == ["ORDER000", "ORDER001"]
    assert file.all("InvoiceLine/InvoicePeriod/StartDate")[:2] == ["2026-02-01", "2026-02-02"]
    assert (file.one("InvoicePeriod/StartDate"), file.one("InvoicePeriod/EndDate")) == ("2026-02-01", "2026-02-28")
    assert not file.elements("Delivery")


def test_two_reasons_are_one_group() -> None:
    file = File(KINDS["margin and exempt"])
    assert file.vat() == [("E", "0", "56.85", "0.00")]
    reason = file.one("TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason")
    assert reason == "Bijzondere regeling – gebruikte goederen; Vrijgesteld van btw (art. 11 Wet OB 1968)"


def test_a_joint_purchase_counts_in_the_units_of_its_articles() -> None:
    file = File(KINDS["partner, joint purchase"])
    assert file.priced() == ("7", "C62", "8.33", "1.19", None)
    assert file.all("InvoiceLine/Item/Description") == ["klos"]
    assert file.vat() == [("S", "21", "8.33", "1.75"), ("S", "9", "0.33", "0.03")]


def test_costs_on_joint_account_say_why_there_is_no_vat() -> None:
    file = File(KINDS["partner, shared costs"])
    assert file.vat() == [("E", "0", "7.26", "0.00")]
    reason = file.one("TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason")
    assert reason.startswith("Kosten voor gemene rekening")
    words = printed(KINDS["partner, shared costs"])
    assert (words["table"]["sections"][0]["rows"][0]["quantity"], words["notes"]) == ("6 meter", [reason])


def test_the_margin_stands_nowhere() -> None:
    """31.85, bought for 7.10."""
    xml = File(standard(COAT)).xml
    assert b"31.85" in xml
    assert not [amount for amount in (b"4.30", b"27.55", b"7.10", b"24.75", b"20.45") if amount in xml]


@pytest.mark.parametrize(
    ("kind", "category", "reason"),
    [
        ("zero rate", "Z", []),
        ("standard", "S", []),
        ("scheme", "E", ["Kleineondernemersregeling (art. 25a Wet OB 1968)"]),
        ("partner, reverse-charged", "AE", ["Btw verlegd"]),
        ("goods to Belgium", "K", ["Btw verlegd (levering of dienst binnen de EU)"]),
    ],
)
def test_why_there_is_no_vat(kind: str, category: str, reason: list[str]) -> None:
    file = File(KINDS[kind])
    assert file.vat()[0][0] == category
    assert file.all("TaxTotal/TaxSubtotal/TaxCategory/TaxExemptionReason") == reason
    assert not file.elements("InvoiceLine/Item/ClassifiedTaxCategory/TaxExemptionReason")


def test_lodging_and_the_standard_rate_are_one_group() -> None:
    assert File(KINDS["lodging beside the standard rate"]).vat() == [("S", "21", "200.00", "42.00")]


def test_goods_for_another_state_name_it() -> None:
    country = "Delivery/DeliveryLocation/Address/Country/IdentificationCode"
    assert File(KINDS["goods to Belgium"]).one(country) == "BE"
    assert File(KINDS["deposit from Belgium"]).one("InvoicePeriod/StartDate") == "2026-03-05"
    greek = replace(BAKERY, vat_id="EL094259216")
    shown = standard(Item(price=100, vat_class=VatClass.INTRA_EU), buyer=greek)
    assert File(shown).one(country) == "GR"
    assert not File(PAPER).elements("Delivery/DeliveryLocation")


def test_a_service_to_another_state_is_reverse_charged() -> None:
    assert [vat[0] for vat in File(KINDS["service and goods to Belgium"]).vat()] == ["AE", "K"]


def test_the_scheme_shows_a_number_of_the_seller() -> None:
    scheme, tax = KINDS["scheme"], "AccountingSupplierParty/Party/PartyTaxScheme"
    assert File(scheme).one(f"{tax}/CompanyID") == SELLER.vat_id
    file = File(replace(scheme, seller=replace(SELLER, vat_id=None)))
    assert (file.one(f"{tax}/CompanyID"), file.one(f"{tax}/TaxScheme/ID")) == (SELLER.kvk_number, "TAX")


def test_deposits_are_taken_off_by_lines() -> None:
    file = File(KINDS["final with one deposit"])
    assert file.one("InvoiceTypeCode") == "380"
    assert file.vat() == [("S", "21", "525.00", "110.25")]
    assert file.one(f"{TOTAL}/PayableAmount") == "635.25"
    assert not file.elements(f"{TOTAL}/PrepaidAmount")
    assert file.priced(1) == ("-1", "C62", "-225.00", "225.00", None)
    assert file.all("InvoiceLine/Item/Name")[1] == "Aanbetaling, factuur BRD2026-00004"
    assert file.all("BillingReference/InvoiceDocumentReference/ID") == ["BRD2026-00004"]
    both = File(KINDS["final with two deposits of two rates"])
    assert both.vat() == [("S", "9", "63.00", "5.67"), ("S", "21", "60.00", "12.60")]


def test_a_deposit_that_was_credited_comes_back() -> None:
    file = File(KINDS["final after a deposit that was credited"])
    assert file.vat() == [("S", "21", "450.00", "94.50")]
    assert [file.priced(number)[0] for number in range(4)] == ["1", "-1", "-1", "1"]
    names = ["Aanbetaling, factuur BRD2026-00004", "Creditnota BRD2026-00006"]
    assert file.all("InvoiceLine/Item/Name")[1:] == ["In mindering op bestelling SMKKT5DN", *names]
    assert file.all("BillingReference/InvoiceDocumentReference/ID") == ["BRD2026-00004", "BRD2026-00006"]


def test_cooperatives_settle_by_netting() -> None:
    file = File(KINDS["partner, reverse-charged"])
    assert file.one("PaymentMeans/PaymentMeansCode") == "57"
    assert not file.elements("PaymentMeans/PayeeFinancialAccount")
    assert file.one("PaymentTerms/Note") == "De coöperaties verrekenen dit bedrag met elkaar."


def test_a_deposit_is_an_ordinary_invoice() -> None:
    file = File(KINDS["deposit"])
    assert file.one("InvoiceTypeCode") == "380"
    assert file.one("InvoiceLine/Item/Name") == "Aanbetaling op bestelling SMKKT5DN"
    assert file.priced() == ("1", "C62", "225.00", "225.00", None)
    assert not file.elements("Delivery")
    english = File(replace(KINDS["deposit"], language=InvoiceLanguage.EN))
    assert english.one("InvoiceLine/Item/Name") == "Deposit on order SMKKT5DN"


def test_an_invoice_of_which_all_was_paid_asks_nothing() -> None:
    file = File(KINDS["final of which all was paid"])
    assert file.vat() == [("S", "21", "0.00", "0.00")]
    assert file.one(f"{TOTAL}/PayableAmount") == "0.00"
    assert not file.elements("PaymentMeans")


def test_money_that_came_before_is_prepaid() -> None:
    file = File(KINDS["received before"])
    assert file.one(f"{TOTAL}/PrepaidAmount") == "100.00"
    assert file.one(f"{TOTAL}/PayableAmount") == "142.00"


def test_a_credit_note_refers_to_its_invoices() -> None:
    file = File(KINDS["credit note of a final"])
    assert etree.QName(file.root).localname == "CreditNote"
    assert file.one("CreditNoteTypeCode") == "381"
    assert file.all("BillingReference/InvoiceDocumentReference/ID") == ["BRD2026-00004", "BRD2026-00009"]
    assert file.vat() == [("S", "21", "375.00", "78.75")]
    assert file.priced()[0] == "1"
    assert file.one("Note") == "De helft ging niet door.\nSorry."
    assert not file.elements("PaymentMeans")
    belgian = File(KINDS["credit note to Belgium"])
    assert belgian.all("BillingReference/InvoiceDocumentReference/IssueDate") == ["2026-03-01"]


TITLE: TypeAdapter[str] = TypeAdapter(Title)


@given(st.text(min_size=1, max_size=200))
def test_every_text_that_is_accepted_stands_in_the_file(typed: str) -> None:
    """Emoji, other scripts and what XML would read as markup, too."""
    try:
        title = TITLE.validate_python(typed)
    except ValidationError:
        return
    file = File(standard(Item(price=100, title=title), buyer=replace(BAKERY, name=title)))
    assert file.one("InvoiceLine/Item/Name") == title
    assert file.one("AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName") == title
